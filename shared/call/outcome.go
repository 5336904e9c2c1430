package call

// Outcome is how an attempt to reach somebody ended.
type Outcome string

const (
	OutcomeAnswered   Outcome = "answered"
	OutcomeNoAnswer   Outcome = "no-answer"
	OutcomeBusy       Outcome = "busy"
	OutcomeDeclined   Outcome = "declined"
	OutcomeFailed     Outcome = "failed" // followed by ":code" if Twilio gave one
	OutcomeCancelled  Outcome = "cancelled"
	OutcomeCallerLeft Outcome = "caller-left"
	OutcomeLost       Outcome = "lost"
	// OutcomeMachine: Twilio takes who has picked up for a machine (see Outbound.Machine).
	OutcomeMachine Outcome = "machine"
	// OutcomeNotAllowed: the operator does not let the number be dialled any more.
	OutcomeNotAllowed Outcome = "not-allowed"
	// OutcomeQueued: the caller was given back to the queue.
	OutcomeQueued Outcome = "queued"
	// OutcomeSlow: what must come before the dial was not confirmed in time.
	OutcomeSlow Outcome = OutcomeFailed + ":slow"

	// How a call ended for one of its agents, besides the outcomes above.
	OutcomeEnded       Outcome = "ended"       // an agent ended the call
	OutcomeTransferred Outcome = "transferred" // the agent handed the caller over
)

// Failed is OutcomeFailed, with Twilio's code if there is one (https://www.twilio.com/docs/api/errors).
func Failed(code string) Outcome {
	if code == "" {
		return OutcomeFailed
	}
	return OutcomeFailed + Outcome(":"+code)
}

// Reason is why a call ended.
type Reason string

const (
	ReasonCallerLeft Reason = "caller-left"
	ReasonAgentEnded Reason = "agent-ended"
	ReasonMaxWait    Reason = "abandoned_by_policy" // the caller has waited longer than the operator's limit
	// ReasonNobodyOnline: no agent was online when the caller arrived, or was any more while they waited, and they were
	// asked for a message.
	ReasonNobodyOnline Reason = "nobody-online"
	// ReasonUnreached: whom we have dialled was not reached (see Outbound.Outcome).
	ReasonUnreached Reason = "unreached"
	// ReasonNobodyCame: whom we have called has lost their agent, and waited for longer than the limit.
	ReasonNobodyCame Reason = "nobody-came"
	ReasonClosed     Reason = "closed" // the line was closed for those in the queue, too
	// ReasonMessage: the caller has chosen to leave a message in place of waiting.
	ReasonMessage Reason = "message"
	// ReasonKept: the caller keeps their place and is called; ReasonCameBack: of such a place, they have rung in again.
	ReasonKept     Reason = "kept"
	ReasonCameBack Reason = "came-back"
	// ReasonReplaced: of a kept place, another call with that number has taken its turn.
	ReasonReplaced Reason = "replaced"
)

// DeclineReason is why an agent declined, as the page lets them choose.
type DeclineReason string

const (
	DeclineBusy  DeclineReason = "busy"         // has something else to do
	DeclineTopic DeclineReason = "not-my-topic" // not the agent's topic
	DeclineBreak DeclineReason = "break"        // about to take a break
)

// Known says whether the reason is one of the above, or none.
func (d DeclineReason) Known() bool {
	return d == "" || d == DeclineBusy || d == DeclineTopic || d == DeclineBreak
}

// asks: the caller of a call that ended so may have been asked for a message, and may come back.
func (r Reason) asks() bool {
	return r == ReasonMaxWait || r == ReasonNobodyOnline || r == ReasonMessage
}
