package conference

import (
	"slices"
	"time"
)

// Result is how an act went.
type Result struct {
	Kind ResultKind
	Leg  LegID  // of a Dial that succeeded
	Code string // of a refusal
	Slow bool   // of Unknown: there was no answer in time, so that it may be done yet
	Over bool   // of Unknown: there was an answer, so that it is done by now or not at all
}

// ResultKind is one way an act may go.
type ResultKind int

const (
	Acted     ResultKind = iota // done
	WasGone                     // nothing to do: the leg or the room is over
	Refused                     // not done, and never will be
	Throttled                   // not done; may be repeated later
	Unknown                     // may or may not have been done
)

// Done takes in how an act went.
func (c *Conference) Done(a Act, r Result, now time.Time) {
	switch a := a.(type) {
	case Dial:
		c.dialed(a, r, now)
	case Find:
		c.found(a, r, now)
	case SetHold:
		c.holdDone(a, r, now)
	case SetEndsRoom:
		l := c.bySID(a.Leg)
		if l != nil && (r.Kind == Acted || r.Kind == WasGone) {
			l.EndsRoom = a.Ends
		}
	case Hangup:
		if r.Kind == Acted || r.Kind == WasGone {
			c.hungUp(a, now)
		}
	case LastWords:
		if r.Kind == Acted || r.Kind == WasGone {
			c.CallerOn = false
		}
	case FreshRoom:
		c.moved(r, now)
	case Announce:
		c.announced(a, r)
	case LookAt:
		c.notSeen(a.Leg) // its news come by SawLeg
	case Look: // its news come by Saw; this is only that it was tried
		c.Looked = now
		c.Doubt, c.audit = c.Doubt || c.audit, false
	}
}

func (c *Conference) dialed(a Dial, r Result, now time.Time) {
	l := c.Leg(a.Leg)
	if l == nil {
		if r.Kind == Acted { // given up while it was being dialled
			c.stray(r.Leg, now)
		}
		return
	}
	switch r.Kind {
	case Acted:
		if l.SID == "" {
			l.SID = r.Leg
		}
	case Throttled:
		if l.Phase == Dialing {
			l.Phase, l.NotBefore = Planned, now.Add(throttledFor)
		}
	case Refused, WasGone:
		c.LegGone(a.Leg, "", Failed(r.Code), now)
	}
}

// found takes in whether there is a leg that may be the one that was dialled. That is all
// that can be told of it: it is waited for like one that rings, and what comes to its own
// webhooks, which carry its key, says which it is.
func (c *Conference) found(a Find, r Result, now time.Time) {
	l := c.Leg(a.Key)
	if l == nil || l.SID != "" {
		return
	}
	switch r.Kind {
	case Acted:
		if l.Phase == Dialing {
			l.Phase, l.Since, l.Absent = Alerting, now, time.Time{}
		}
	case WasGone: // it was never made, or the list lags: another look must agree
		if l.Absent.IsZero() {
			l.Absent = now
			return
		}
		c.LegGone(a.Key, "", OutcomeFailed, now)
		delete(c.Tried, a.Agent) // he was never asked: he may be at once
	}
}

func (c *Conference) holdDone(a SetHold, r Result, now time.Time) {
	p := &c.Caller
	caller := a.Leg == LegID(c.ID)
	if !caller {
		l := c.bySID(a.Leg)
		if l == nil {
			return
		}
		if r.Kind == WasGone {
			c.LegGone(l.Key, a.Leg, OutcomeLost, now)
			return
		}
		p = &l.Participant
	}
	began := p.Unholding
	p.Unholding = time.Time{}
	if caller && a.Hold && r.Kind != Acted {
		c.Again = time.Time{}
	}
	if !a.Hold {
		p.unholdDone(r, began, now)
	}
	switch r.Kind {
	case Acted:
		if !a.Hold {
			p.setHeld(false, now)
			return
		}
		p.Asked = time.Time{}
		if p.heldAgain(now); caller {
			c.hears(0, now)
		}
		return
	case Unknown:
		p.Unsure = true
		if a.Hold && r.Slow {
			p.Asked = now
		}
	case WasGone:
		c.Doubt = true // who is where?
	}
	if caller && a.Hold && c.State == ConsultRinging && r.Kind != Unknown {
		// The caller could not be put on hold: no private talk, the agent stays. Without an answer
		// the hold may be done yet, and the target waits for it (see plannedFor).
		if t := c.Leg(c.targetKey()); t != nil && t.Phase == Planned {
			c.LegGone(t.Key, "", Failed(r.Code), now)
		}
	}
}

// hungUp takes in that a leg was ended by us.
func (c *Conference) hungUp(a Hangup, now time.Time) {
	l := c.Leg(a.Key)
	if l == nil {
		return
	}
	leg, owner := *l, a.Key == c.Owner
	c.remove(a.Key, OutcomeCancelled)
	if owner {
		c.ownerLeft(leg, now)
	}
}

// Audit asks for the network's word on who is in the room, whatever is known. That is not
// stored, nor that the network was asked if it had nothing to say: whoever audits does
// so again and again. An audit that fails, or comes too soon, leaves a doubt.
func (c *Conference) Audit(now time.Time) {
	if c.State == Ended {
		return
	}
	c.audit = true
	c.Doubt = c.Doubt || now.Before(c.Looked.Add(lookEvery))
}

// Tick takes in that time has passed.
func (c *Conference) Tick(maxWait time.Duration, now time.Time) {
	if c.State.InLine() && maxWait > 0 && !now.Before(c.Queued.Add(maxWait)) {
		c.end(Entry{At: now, What: Expire}, ReasonMaxWait)
	}
	if !c.State.known() {
		return
	}
	c.Caller.forgetUnhold(now)
	for i := range c.Legs {
		c.Legs[i].forgetUnhold(now)
	}
	for _, l := range slices.Clone(c.Legs) {
		unanswered := l.Phase != Answered
		switch {
		case !c.wanted(l.Key):
			forgotten := unanswered && l.SID == "" && !now.Before(l.Deadline)
			if l.Phase == Planned || forgotten {
				c.remove(l.Key, OutcomeCancelled)
			}
		case l.Phase == Planned && !now.Before(l.Since.Add(plannedFor)):
			c.LegGone(l.Key, "", OutcomeSlow, now)
		case unanswered && !now.Before(l.Deadline):
			o := OutcomeNoAnswer
			if l.SID == "" { // the network never said that it rang: the agent has missed nothing
				o = OutcomeFailed
			}
			c.Withdraw(l.Key, o, now)
		}
	}
}
