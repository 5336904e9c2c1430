package conference

import "slices"

// How a call ended for an agent, in the finer words of his list of recent calls.
const (
	WordEndedHere   Outcome = "ended-here"   // he ended it himself
	WordLeft        Outcome = "left"         // he was the target and is out; the caller stayed with the transferor
	WordLeftRinging Outcome = "left-ringing" // he is out, and the target whom he called was being rung
)

// Recent is how the call ended for an agent who was set free, in the words of his list of
// recent calls, and the name of the colleague, or the number, whom he shared it with.
func (c *Conference) Recent(f Freed) (word Outcome, with string) {
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
func (c *Conference) endedBy(f Freed) bool {
	for _, e := range slices.Backward(c.History) {
		if e.What == End {
			return e.Agent == f.Agent
		}
	}
	return false
}

// unanswered is why the attempt to reach an agent who had not answered is over: the end of
// the call ends it too, whatever the network says of the leg.
func (c *Conference) unanswered(l Leg, o Outcome) Outcome {
	switch {
	case l.Phase == Answered || c.State != Ended || l.Out != "":
		return o
	case c.Reason == ReasonCallerLeft:
		return OutcomeCallerLeft
	}
	return OutcomeEnded
}

// rang says whether an agent's phone has rung, as far as it is known, and he has not
// answered it.
func rang(l Leg) bool {
	return l.Phase == Alerting || l.Phase == Dialing && l.SID != ""
}
