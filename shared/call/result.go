package call

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
	Done        ResultKind = iota // done
	AlreadyGone                   // nothing to do: the leg or the conference has ended
	Refused                       // not done; repeating it will not help
	Throttled                     // not done; may be repeated later
	Unknown                       // may or may not have been done
)

// ApplyResult applies the result of an effect.
func (c *Call) ApplyResult(a Effect, r Result, now time.Time) {
	switch a := a.(type) {
	case Dial:
		c.applyDialed(a, r, now)
	case FindLeg:
		c.applyFound(a, r, now)
	case SetHold:
		c.applyHold(a, r, now)
	case SetEndOnExit:
		l := c.bySID(a.Leg)
		if l != nil && (r.Kind == Done || r.Kind == AlreadyGone) {
			l.EndsConference = a.Ends
		}
	case Hangup:
		if r.Kind == Done || r.Kind == AlreadyGone {
			c.applyHangup(a, now)
		}
	case SayGoodbye:
		if r.Kind == Done || r.Kind == AlreadyGone {
			c.CallerLive = false
		}
	case RejoinConference:
		c.applyRejoin(r, now)
	case Announce:
		c.applyAnnounced(a, r)
	case FindParticipant:
		c.applyLookupFailed(a.Leg) // a failure: ApplyLegSighting applies an answer
	case Reconcile: // a failed attempt, or the end of one: ApplyParticipants applies the list
		c.ReconciledAt = now
		c.Stale, c.forceReconcile = c.Stale || c.forceReconcile, false
	}
}

// applyDialed applies the result of a dial. Without a clear result the leg stays as dialled, and Find looks for it
// later.
func (c *Call) applyDialed(a Dial, r Result, now time.Time) {
	l := c.Leg(a.Leg)
	if l == nil {
		if r.Kind == Done { // the leg was given up while it was dialled
			c.adoptUnknownLeg(r.Leg, now)
		}
		return
	}
	switch r.Kind {
	case Done:
		if l.SID == "" {
			l.SID = r.Leg
		}
	case Throttled:
		if l.Phase == LegDialing {
			l.Phase, l.NotBefore = LegPlanned, now.Add(throttledDelay)
		}
	case Refused, AlreadyGone:
		c.ApplyLegEnded(a.Leg, "", Failed(r.Code), now)
	}
}

// applyFound applies the answer to Find: is there a call that may be the one we dialled? The list cannot say more than
// that,
// so the leg is waited for like one that rings. Requests to its own webhooks, which carry its key, show which call it
// is.
func (c *Call) applyFound(a FindLeg, r Result, now time.Time) {
	l := c.Leg(a.Key)
	if l == nil || l.SID != "" {
		return
	}
	switch r.Kind {
	case Done:
		if l.Phase == LegDialing {
			l.Phase, l.Since, l.AbsentSince = LegRinging, now, time.Time{}
		}
	case AlreadyGone: // never made, or the list lags: a second list must agree
		if l.AbsentSince.IsZero() {
			l.AbsentSince = now
			return
		}
		c.ApplyLegEnded(a.Key, "", OutcomeFailed, now)
		delete(c.FailedOffers, a.Agent) // the agent was never rung, so may be offered the caller at once
	}
}

// applyHold applies the result of a hold or a resume, of the caller or of another leg.
func (c *Call) applyHold(a SetHold, r Result, now time.Time) {
	p := &c.Caller
	caller := a.Leg == LegID(c.ID)
	if !caller {
		l := c.bySID(a.Leg)
		if l == nil {
			return
		}
		if r.Kind == AlreadyGone {
			c.ApplyLegEnded(l.Key, a.Leg, OutcomeLost, now)
			return
		}
		p = &l.Participant
	}
	began := p.ResumingSince
	p.ResumingSince = time.Time{}
	if caller && a.Hold && r.Kind != Done {
		c.MusicRepeatedAt = time.Time{}
	}
	if !a.Hold {
		p.applyResume(r, began, now)
	}
	switch r.Kind {
	case Done:
		if !a.Hold {
			p.setHeld(false, now)
			return
		}
		p.HoldAskedAt = time.Time{}
		if p.applyHoldRepeated(now); caller {
			c.startMusic(0, now)
		}
		return
	case Unknown:
		p.HoldUncertain = true
		if a.Hold && r.Slow {
			p.HoldAskedAt = now
		}
	case AlreadyGone:
		c.Stale = true // the conference may have ended: reconcile
	}
	if caller && a.Hold && c.State == ConsultRinging && r.Kind != Unknown {
		// The caller could not be put on hold, so the consult fails and the agent stays with the caller. If the result
		// is unknown, the hold may still be carried out, and the target waits for it (see plannedLimit).
		if t := c.Leg(c.targetKey()); t != nil && t.Phase == LegPlanned {
			c.ApplyLegEnded(t.Key, "", Failed(r.Code), now)
		}
	}
}

// applyHangup applies that a leg was ended by our request.
func (c *Call) applyHangup(a Hangup, now time.Time) {
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

// RequestReconcile makes the next plan reconcile, whatever is known. The sweep asks for it each minute, so neither the
// request nor
// a reconcile that finds nothing new is stored. If the reconcile fails, or is too soon after the last one, the call
// becomes stale.
func (c *Call) RequestReconcile(now time.Time) {
	if c.State == Ended {
		return
	}
	c.forceReconcile = true
	c.Stale = c.Stale || now.Before(c.ReconciledAt.Add(reconcileEvery))
}

// ApplyTime applies the passing of time: it gives up legs whose limits are over, and ends the call of a caller who has
// waited too long.
func (c *Call) ApplyTime(maxWait time.Duration, now time.Time) {
	if c.State.InLine() && maxWait > 0 && !now.Before(c.Queued.Add(maxWait)) {
		c.end(Entry{At: now, What: Expire}, ReasonMaxWait)
	}
	if !c.State.known() {
		return
	}
	c.Caller.expireResume(now)
	for i := range c.Legs {
		c.Legs[i].expireResume(now)
	}
	for _, l := range slices.Clone(c.Legs) {
		unanswered := l.Phase != LegAnswered
		switch {
		case !c.wanted(l.Key):
			forgotten := unanswered && l.SID == "" && !now.Before(l.Deadline)
			if l.Phase == LegPlanned || forgotten {
				c.remove(l.Key, OutcomeCancelled)
			}
		case l.Phase == LegPlanned && !now.Before(l.Since.Add(plannedLimit)):
			c.ApplyLegEnded(l.Key, "", OutcomeSlow, now)
		case unanswered && !now.Before(l.Deadline):
			o := OutcomeNoAnswer
			if l.SID == "" { // no sign that it rang, so the agent has missed nothing
				o = OutcomeFailed
			}
			c.WithdrawLeg(l.Key, o, now)
		}
	}
}
