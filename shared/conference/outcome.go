package conference

// Outcome is how an attempt to reach somebody ended.
type Outcome string

const (
	OutcomeAnswered   Outcome = "answered"
	OutcomeNoAnswer   Outcome = "no-answer"
	OutcomeBusy       Outcome = "busy"
	OutcomeDeclined   Outcome = "declined"
	OutcomeFailed     Outcome = "failed" // followed by ":code" when the network gave one
	OutcomeCancelled  Outcome = "cancelled"
	OutcomeCallerLeft Outcome = "caller-left"
	OutcomeLost       Outcome = "lost"
	// OutcomeSlow: what had to come before the dialling was not done in time, since the network
	// was too slow or did not answer.
	OutcomeSlow Outcome = OutcomeFailed + ":slow"

	// How a call ended for one of its agents, besides those above.
	OutcomeEnded       Outcome = "ended"       // an agent ended the call
	OutcomeTransferred Outcome = "transferred" // he handed the caller over
)

// Failed is OutcomeFailed with the network's code, or without one if it is empty.
func Failed(code string) Outcome {
	if code == "" {
		return OutcomeFailed
	}
	return OutcomeFailed + Outcome(":"+code)
}

// Reason is why a conference ended.
type Reason string

const (
	ReasonCallerLeft Reason = "caller-left"
	ReasonAgentEnded Reason = "agent-ended"
	ReasonMaxWait    Reason = "abandoned_by_policy" // waited longer than the operator allows
)

// Declining is why an agent declined, in words that his page offers him.
type Declining string

const (
	DeclineBusy  Declining = "busy"         // he has something else to do
	DeclineTopic Declining = "not-my-topic" // it is not for him
	DeclineBreak Declining = "break"        // he is about to leave
)

// Known says whether the reason is one of the above, or none.
func (d Declining) Known() bool {
	return d == "" || d == DeclineBusy || d == DeclineTopic || d == DeclineBreak
}
