package call

import (
	"time"
)

// stored is the release as it is stored.
func (f Release) stored() Release {
	f.Correction, f.Reserved = false, false
	return f
}

// Releases are the agents whom changes of the call have released.
type Releases struct{ *Call }

// Releases are the agents whom changes of the call have released.
func (c *Call) Releases() Releases { return Releases{c} }

// Drain returns the agents who were released since it was last asked.
func (c Releases) Drain() []Release {
	list := c.released
	c.released = nil
	for i, f := range list {
		list[i] = f.complete(c.Call)
	}
	return list
}

// Of is the release that came with the end of a leg, with what is known now; false if the leg is not known to have
// ended.
func (c Releases) Of(key LegKey) (Release, bool) {
	for _, g := range c.ClosedLegs {
		if g.Key == key && g.Release != nil {
			return g.Release.complete(c.Call), true
		}
	}
	return Release{}, false
}

// complete completes the release with what is known of the call now.
func (f Release) complete(c *Call) Release {
	if f.Unreached(c) {
		f.Outcome = c.Out.Outcome
	} else if f.Talked {
		f.Outcome = f.outcome(c)
		f.Reserved = c.State == Waiting && c.Recall.Agent == f.Agent
	}
	return f
}

// Unreached says whether the agent's leg is over because the caller whom we dial was not reached. The offer of a kept
// place that its agent did not take is none of that: nobody was dialled.
func (f Release) Unreached(c *Call) bool { return c.Out.Outcome != "" && (f.Talked || !c.Kept.Is()) }

// CalledBack says whether that was the leg of the agent who has called the caller. The same agent may be rung again
// when the caller, who has picked up, waits for them: that is an offer like any other.
func (f Release) CalledBack(c *Call) bool {
	called := c.Out.By == f.Agent && c.Out.Dialled() && (f.Talked || !c.Kept.Is())
	return called && !(c.Out.Reached() && f.Since.After(c.Out.Answered))
}

// outcome is how the call ended for an agent who was in it.
func (f Release) outcome(c *Call) Outcome {
	t := c.Transfer
	switch {
	case f.Outcome == OutcomeTransferred: // whatever became of the caller since
		return OutcomeTransferred
	case t != nil && t.ByLeg == f.Leg && (t.Outcome == OutcomeAnswered || t.Outcome == OutcomeQueued):
		return OutcomeTransferred
	case c.Reason == ReasonCallerLeft:
		return OutcomeCallerLeft
	case c.Reason == ReasonAgentEnded:
		return OutcomeEnded
	}
	return f.Outcome
}

// transferred applies to a transferor who has left already, or whose leg is being ended, that the caller is handed
// over: their leg was not lost, and the caller's end is not the cause of its end. That stays so, whatever transfers
// follow.
func (t *LegTable) transferred(transferor LegKey) {
	if l := t.Leg(transferor); l != nil && l.Phase == LegAnswered {
		l.FinalOutcome = OutcomeTransferred
	}
	for i, g := range t.ClosedLegs {
		if g.Key == transferor && g.Release != nil {
			t.ClosedLegs[i].LostAgent = ""
			f := *g.Release
			f.Outcome = OutcomeTransferred
			t.ClosedLegs[i].Release = &f
			f.Correction = true
			t.released = append(t.released, f)
		}
	}
}

// SameEndWindow is how far apart callbacks may arrive about legs that ended together.
const SameEndWindow = 5 * time.Second

// correctCallerLeft corrects the outcome for agents whose legs were lost just before the caller's end: when the caller
// leaves, the conference ends and takes their legs along, and Twilio may report those first. It is repeated with every
// callback about the caller's end, since the first may come before the agent is released.
func (t *LegTable) correctCallerLeft(ended time.Time) {
	for _, g := range t.ClosedLegs {
		if g.LostAgent != "" && ended.Sub(g.At) <= SameEndWindow {
			t.released = append(t.released,
				Release{Agent: g.LostAgent, Leg: g.Key, Outcome: OutcomeCallerLeft, Correction: true})
		}
	}
}

// How a call ended for an agent, in the finer words of their list of recent calls.
const (
	WordEndedHere   Outcome = "ended-here"   // the agent ended it
	WordLeft        Outcome = "left"         // a target who has left; the caller stayed with the transferor
	WordRequeued    Outcome = "requeued"     // the agent gave the caller back to the queue
	WordLeftRinging Outcome = "left-ringing" // the agent has left, and the target they had called was being rung
)

// Recent is how the call ended for the released agent, in the words of their list of recent calls, and the name or
// number of the other party of the transfer.
func (f Release) Recent(c *Call) (word Outcome, with string) {
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
	case by && t.Kind == KindQueue && word == OutcomeTransferred:
		word = WordRequeued
	case !f.Talked:
	case word == OutcomeEnded && c.endedBy(f.Agent):
		word = WordEndedHere
	case word == OutcomeLost && by && (t.Open() || t.Kind == KindBlind):
		word = WordLeftRinging
	case word == OutcomeLost && target && c.Owner != "" && c.Owner != f.Leg:
		word = WordLeft
	}
	return word, with
}

// outcomeIn is the outcome of a leg that ended with o. For an agent who had not answered, if the call has ended, that
// is the outcome, whatever Twilio says of the leg.
func (l Leg) outcomeIn(c *Call, o Outcome) Outcome {
	switch {
	case l.Phase == LegAnswered || c.State != Ended || l.FinalOutcome != "":
		return o
	case c.Reason == ReasonCallerLeft:
		return OutcomeCallerLeft
	}
	return OutcomeEnded
}

// rang says whether the leg has rung, as far as is known, without an answer.
func (l Leg) rang() bool {
	return l.PickedUp.IsZero() && (l.Phase == LegRinging || l.Phase == LegDialing && l.SID != "")
}
