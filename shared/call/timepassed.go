package call

import (
	"slices"
	"time"
)

func (c change) timePassed(maxWait time.Duration) {
	if c.State.InLine() && maxWait > 0 && !c.now.Before(c.WaitsSince().Add(maxWait)) {
		why := ReasonMaxWait
		if c.Out.Dialled() { // whom we have called is not asked for a message
			why = ReasonNobodyCame
		}
		c.end(Entry{What: Expire}, why)
	}
	if c.State == KeepsPlace && c.Kept.Lent == "" && !c.now.Before(c.Kept.Until) {
		c.Out.Outcome = OutcomeNoAnswer
		Outgoing{c}.keptOver(ReasonUnreached)
	}
	if !c.State.known() {
		return
	}
	c.supervision().watchTime()
	holding{c, &c.Caller}.expire()
	for i := range c.Legs {
		holding{c, &c.Legs[i].Participant}.expire()
	}
	for _, l := range slices.Clone(c.Legs) {
		unanswered := l.Phase != LegAnswered
		switch {
		case !c.wanted(l.Key):
			forgotten := unanswered && l.SID == "" && !c.now.Before(l.Deadline)
			if l.Phase == LegPlanned || forgotten {
				c.remove(l.Key, OutcomeCancelled)
			}
		case l.Phase == LegPlanned && !c.now.Before(l.Since.Add(plannedLimit)):
			c.legEnded(l.Key, "", OutcomeSlow)
		case unanswered && c.holdIsSlow(l):
			c.withdrawLeg(l.Key, OutcomeSlow)
		case unanswered && !c.now.Before(l.Deadline):
			o := OutcomeNoAnswer
			if l.SID == "" { // no sign that it rang, so the agent has missed nothing
				o = OutcomeFailed
			}
			c.withdrawLeg(l.Key, o)
		}
	}
}

// holdIsSlow: the target was dialled with the hold of the caller, or has taken the leg, and the hold is still not known
// to be done.
func (c change) holdIsSlow(l Leg) bool {
	if !l.PickedUp.IsZero() {
		return !c.now.Before(l.PickedUp.Add(plannedLimit))
	}
	return c.State == ConsultRinging && !c.Caller.Held && !c.now.Before(c.Since.Add(plannedLimit))
}
