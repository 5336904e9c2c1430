package call

import (
	"errors"
	"time"
)

// ErrNotWanted: this leg has no place in the call, or not any more.
var ErrNotWanted = errors.New("leg is not wanted")

// Admission says what an answered leg does next: join the conference, or be screened first.
type Admission struct {
	Leg            LegKey
	EndsConference bool // endConferenceOnExit
	// Screen: an outside party has picked up, and it may be a machine. The party is asked to press 1; ApplyLegAccepted
	// then admits the leg.
	Screen bool
	// Wait: the caller of a consult is not known to be on hold yet, and must not hear it (N5). The leg asks again soon.
	Wait bool
	// Caller: it is the leg of a caller whom we have dialled, who joins the conference of that generation.
	Caller     bool
	Generation int
	// Watch: it is a supervisor's leg, which joins muted, and starts and ends no conference.
	Watch bool
}

// Admitting is the change by a leg that has answered, and asks to join the conference.
type Admitting struct{ change }

// Admitting is what a leg that asks to join the conference is answered now.
func (c *Call) Admitting(now time.Time) Admitting { return Admitting{change{c, now}} }

// joinLeg lets a leg join the conference, and marks it as answered. The target of a consult, who is dialled while the
// hold of the caller is on its way, waits until the hold is confirmed.
func (c Admitting) joinLeg(l *Leg) Admission {
	switch {
	case l.Phase == LegAnswered:
	case c.State == ConsultRinging && !c.CallerHeld():
		c.mustWait(l)
		return Admission{Leg: l.Key, Wait: true}
	default:
		l.Phase, l.Since, l.AbsentSince, l.PickedUp = LegAnswered, c.now, time.Time{}, time.Time{}
		l.LetsWait = true
		c.answered(l)
	}
	return Admission{Leg: l.Key, EndsConference: l.EndsConference}
}

// mustWait keeps a leg that was taken as one that rings, which a release without waits does not admit by itself.
func (c Admitting) mustWait(l *Leg) {
	if l.Phase == LegPlanned || l.Phase == LegDialing {
		l.Phase, l.Since = LegRinging, c.now
	}
	if l.PickedUp.IsZero() {
		l.PickedUp, l.AbsentSince = c.now, time.Time{}
		if until := c.now.Add(plannedLimit); until.After(l.Deadline) {
			l.Deadline = until
		}
	}
}

// answered makes the leg the owner's, or the target's in a talk of three.
func (c Admitting) answered(l *Leg) {
	c.record(Entry{At: c.now, What: Answer, Agent: l.Agent, Name: l.Name})
	state := c.State
	_ = c.transition(Answer) // an unanswered leg with a place is ringing, so it is allowed
	if l.Key == c.Offer {
		c.Offer, c.Owner = "", l.Key
		c.OnHold, c.Recall, c.FailedOffers = false, Recall{}, nil
		if c.State == Calling {
			Outgoing(c).dialCaller()
		}
		if c.Transfer.Open() {
			c.Hops++
			c.endTransfer(OutcomeAnswered)
			c.transferred(c.Transfer.ByLeg)
		}
		if c.Transfer.Awaited() {
			c.Transfer.Ended = c.now
		}
		return
	}
	if state == AddRinging {
		c.OnHold = false
		l.EndsConference = true // after an add, the call ends when the target leaves
	}
}
