package conference

import (
	"errors"
	"time"
)

// ErrNotWanted: this leg has no place in the conference (any more).
var ErrNotWanted = errors.New("leg is not wanted")

// Admission is what becomes of an answered leg: it enters the room, or is asked first.
type Admission struct {
	Leg      LegKey
	EndsRoom bool // the room ends when this leg leaves
	// Ask: an outside party has picked up. A machine may have; it is let in by
	// LegAccepted, when a person has pressed the key.
	Ask bool
}

// LegAnswered takes in that a leg was answered and says how it enters the room. It is
// ErrNotWanted if the leg has no place there; then it must be told so and ended by
// the answer to its webhook. Repeated, it gives the same answer.
func (c *Conference) LegAnswered(key LegKey, sid LegID, now time.Time) (Admission, error) {
	l, err := c.admit(key, sid)
	if err != nil {
		return Admission{}, err
	}
	if l.Number != "" && l.Phase != Answered {
		if l.Phase != Asked {
			l.Phase, l.Since, l.Deadline = Asked, now, now.Add(acceptWithin+ringSlack)
		}
		return Admission{Leg: key, Ask: true}, nil
	}
	return c.let(l, now), nil
}

// LegAccepted takes in that a person at an outside number takes the call; otherwise it
// is as LegAnswered.
func (c *Conference) LegAccepted(key LegKey, sid LegID, now time.Time) (Admission, error) {
	l, err := c.admit(key, sid)
	if err != nil {
		return Admission{}, err
	}
	return c.let(l, now), nil
}

// admit finds a leg that asks to be let in; one without a place is taken off the list.
func (c *Conference) admit(key LegKey, sid LegID) (*Leg, error) {
	l := c.known(key, sid)
	if l == nil {
		return nil, ErrNotWanted
	}
	if !c.wanted(key) {
		c.remove(key, OutcomeCancelled)
		return nil, ErrNotWanted
	}
	return l, nil
}

// let gives a leg its place in the room.
func (c *Conference) let(l *Leg, now time.Time) Admission {
	if l.Phase != Answered {
		l.Phase, l.Since, l.Absent = Answered, now, time.Time{}
		c.answered(l, now)
	}
	return Admission{Leg: l.Key, EndsRoom: l.EndsRoom}
}

// answered gives an answered leg its place.
func (c *Conference) answered(l *Leg, now time.Time) {
	c.note(Entry{At: now, What: Answer, Agent: l.Agent, Name: l.Name})
	state := c.State
	_ = c.fire(Answer, now) // a wanted leg that was not answered yet rings: it is allowed
	if l.Key == c.Offer {
		c.Offer, c.Owner = "", l.Key
		c.OnHold, c.Prefer, c.Tried = false, Preference{}, nil
		if c.Transfer.Open() {
			c.Hops++
			c.endTransfer(OutcomeAnswered, now)
			c.leftInGoodHands()
		}
		return
	}
	if state == AddRinging {
		c.OnHold = false
		l.EndsRoom = true // the classic: the call ends with the second agent
	}
}
