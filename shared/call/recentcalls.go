package call

import "slices"

// How a call ended for an agent, in the finer words of their list of recent calls.
const (
	WordEndedHere   Outcome = "ended-here"   // the agent ended it
	WordLeft        Outcome = "left"         // a target who has left; the caller stayed with the transferor
	WordLeftRinging Outcome = "left-ringing" // the agent has left, and the target they had called was being rung
)

// Recent is how the call ended for a released agent, in the words of their list of recent calls, and the name or number
// of the other party of the transfer.
func (c *Call) Recent(f Release) (word Outcome, with string) {
	word = f.Outcome
	t := c.Transfer
	by := t != nil && t.ByLeg == f.Leg
	target := t != nil && t.Leg == f.Leg
	switch {
	case target:
		with = t.ByName
	case by && (t.Open() || t.Outcome == OutcomeAnswered):
		with = t.ToName
	}
	switch {
	case !f.Talked:
	case word == OutcomeEnded && c.endedBy(f):
		word = WordEndedHere
	case word == OutcomeLost && by && t.Open():
		word = WordLeftRinging
	case word == OutcomeLost && target && c.Owner != "" && c.Owner != f.Leg:
		word = WordLeft
	}
	return word, with
}

// endedBy says whether it was this agent who ended the call.
func (c *Call) endedBy(f Release) bool {
	for _, e := range slices.Backward(c.History) {
		if e.What == End {
			return e.Agent == f.Agent
		}
	}
	return false
}

// unanswered is the outcome for an agent who had not answered: if the call has ended, that is the outcome, whatever
// Twilio says of the leg.
func (c *Call) unanswered(l Leg, o Outcome) Outcome {
	switch {
	case l.Phase == LegAnswered || c.State != Ended || l.FinalOutcome != "":
		return o
	case c.Reason == ReasonCallerLeft:
		return OutcomeCallerLeft
	}
	return OutcomeEnded
}

// rang says whether an agent's leg has rung, as far as is known, without an answer.
func rang(l Leg) bool {
	return l.Phase == LegRinging || l.Phase == LegDialing && l.SID != ""
}
