package conference

import (
	"slices"
	"time"
)

// Result is how an effect went.
type Result struct {
	Kind ResultKind
	Leg  LegID  // the CallSid, of a Dial that succeeded
	Code string // Twilio's error code, if it was refused
	Slow bool   // of Unknown: the request timed out, so it may still be carried out
	Over bool   // of Unknown: Twilio answered that it failed, so it was carried out by then or not at all
}

// ResultKind is one way an effect may go.
type ResultKind int

const (
	Acted     ResultKind = iota // done
	WasGone                     // nothing to do: the leg or the conference has ended
	Refused                     // not done; repeating it will not help
	Throttled                   // not done; may be repeated later
	Unknown                     // may or may not have been done
)

// Done applies the result of an effect.
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
		c.notSeen(a.Leg) // a failure: SawLeg applies an answer
	case Look: // a failed attempt, or the end of one: ApplyParticipants applies the list
		c.Looked = now
		c.Doubt, c.audit = c.Doubt || c.audit, false
	}
}

// dialed applies the result of a dial. Without a clear result the leg stays as dialled, and Find looks for it later.
func (c *Conference) dialed(a Dial, r Result, now time.Time) {
	l := c.Leg(a.Leg)
	if l == nil {
		if r.Kind == Acted { // the leg was given up while it was dialled
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

// found applies the answer to Find: is there a call that may be the one we dialled? The list cannot say more than that,
// so the leg is waited for like one that rings. Requests to its own webhooks, which carry its key, show which call it
// is.
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
	case WasGone: // never made, or the list lags: a second list must agree
		if l.Absent.IsZero() {
			l.Absent = now
			return
		}
		c.LegGone(a.Key, "", OutcomeFailed, now)
		delete(c.Tried, a.Agent) // the agent was never rung, so may be offered the caller at once
	}
}

// holdDone applies the result of a hold or a resume, of the caller or of another leg.
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
		c.Doubt = true // the conference may have ended: reconcile
	}
	if caller && a.Hold && c.State == ConsultRinging && r.Kind != Unknown {
		// The caller could not be put on hold, so the consult fails and the agent stays with the caller. If the result
		// is unknown, the hold may still be carried out, and the target waits for it (see plannedLimit).
		if t := c.Leg(c.targetKey()); t != nil && t.Phase == Planned {
			c.LegGone(t.Key, "", Failed(r.Code), now)
		}
	}
}

// hungUp applies that a leg was ended by our request.
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

// Audit makes the next plan reconcile, whatever is known. The sweep asks for it each minute, so neither the request nor
// a reconcile that finds nothing new is stored. If the reconcile fails, or is too soon after the last one, the call
// becomes stale.
func (c *Conference) Audit(now time.Time) {
	if c.State == Ended {
		return
	}
	c.audit = true
	c.Doubt = c.Doubt || now.Before(c.Looked.Add(lookEvery))
}

// Tick applies the passing of time: it gives up legs whose limits are over, and ends the call of a caller who has
// waited too long.
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
			if l.SID == "" { // no sign that it rang, so the agent has missed nothing
				o = OutcomeFailed
			}
			c.Withdraw(l.Key, o, now)
		}
	}
}
