package call

import "time"

// resultChange is the change by the result of an effect.
type resultChange struct{ change }

func (c resultChange) result(a Effect, r Result) {
	switch a := a.(type) {
	case Dial:
		c.dialed(a, r)
	case FindLeg:
		c.found(a, r)
	case SetHold:
		c.holdDone(a, r)
	case RestartMusic:
		c.holdDone(SetHold{Leg: c.Out.CallerLeg(c.ID), Hold: true}, r)
	case SetVoice:
		c.voiceSet(a, r)
	case SetEndOnExit:
		l := c.bySID(a.Leg)
		if l != nil && (r.Kind == Done || r.Kind == AlreadyGone) {
			l.EndsConference = a.Ends
		}
	case Hangup:
		if r.Kind == Done || r.Kind == AlreadyGone {
			c.hangupDone(a)
		}
	case CancelDial:
		c.cancelled(a, r)
	case SayGoodbye:
		if c.State == Ended && (r.Kind == Done || r.Kind == AlreadyGone) { // else the caller has come back meanwhile
			c.CallerLive = false
		}
	case RejoinConference:
		c.rejoined(r)
	case Announce:
		c.announced(a, r)
	case FindParticipant:
		c.lookupFailed(a.Leg) // a failure: ApplyLegSighting applies an answer
	case Reconcile: // a failed attempt, or the end of one: ApplyParticipants applies the list
		c.ReconciledAt = c.now
		c.Stale, c.forceReconcile = c.Stale || c.forceReconcile, false
	}
}

// dialed applies the result of a dial. An agent's leg then rings: no callback tells it. Of an outside number one does.
// Without a clear result the leg stays as dialled, and FindLeg looks for it later.
func (c resultChange) dialed(a Dial, r Result) {
	if c.watchDialed(a, r) {
		return
	}
	l := c.Leg(a.Leg)
	if l == nil {
		if r.Kind == Done { // the leg was given up while it was dialled
			c.adoptUnknownLeg(r.Leg)
		}
		return
	}
	switch r.Kind {
	case Done:
		if l.SID == "" {
			l.SID = r.Leg
		}
		if l.Phase == LegDialing && l.Agent != "" {
			l.Phase, l.Since = LegRinging, c.now
		}
	case Throttled:
		if l.Phase == LegDialing {
			l.Phase, l.NotBefore = LegPlanned, c.now.Add(throttledDelay)
			if a.Caller {
				c.Kept.dialled(false)
			}
		}
	case Refused, AlreadyGone:
		c.legEnded(a.Leg, "", Failed(r.Code))
	}
}

// found applies the answer to FindLeg: is there a call that may be the one we dialled? The list cannot say more than
// that, so the leg is waited for like one that rings. Requests to its own webhooks, which carry its key, show which
// call it is.
func (c resultChange) found(a FindLeg, r Result) {
	if c.watchFound(a, r) {
		return
	}
	l := c.Leg(a.Key)
	if l == nil || l.SID != "" {
		return
	}
	switch r.Kind {
	case Done:
		if l.Phase == LegDialing {
			l.Phase, l.Since, l.AbsentSince = LegRinging, c.now, time.Time{}
		}
	case AlreadyGone: // never made, or the list lags: a second list must agree
		if l.AbsentSince.IsZero() {
			l.AbsentSince = c.now
			return
		}
		c.legEnded(a.Key, "", OutcomeFailed)
		delete(c.FailedOffers, a.Agent) // the agent was never rung, so may be offered the caller at once
	}
}

// hangupDone applies that a leg was ended by our request.
func (c resultChange) hangupDone(a Hangup) {
	c.supervision().watcherGone(a.Key)
	l := c.Leg(a.Key)
	if l == nil {
		return
	}
	leg, owner := *l, a.Key == c.Owner
	c.remove(a.Key, OutcomeCancelled)
	if owner {
		c.ownerLeft(leg)
	}
}

// cancelled applies the result of a cancellation. No answer is believed: one that was accepted, or refused, has ended
// the leg or not, and a leg that is said to be gone may have been answered. Its own callback says what has become of
// it, or Twilio is asked for the leg (see planner.cancels).
func (c resultChange) cancelled(a CancelDial, r Result) {
	l := c.Leg(a.Key)
	switch {
	case l == nil:
	case r.Kind == AlreadyGone:
		l.AbsentSince = c.now
	case r.Kind == Done || r.Kind == Refused:
		l.NotBefore = c.now.Add(lookupGap)
	}
}

func (c change) started(effects []Effect) {
	for _, e := range effects {
		if c.supervision().watchStarted(e) {
			continue
		}
		switch e := e.(type) {
		case Dial:
			if l := c.Leg(e.Leg); l != nil {
				l.Phase, l.Since, l.Deadline = LegDialing, c.now, c.now.Add(e.Timeout+ringSlack)
			}
			c.Dials++
			if e.Caller {
				c.Kept.dialled(true)
			}
		case SetHold:
			p := c.party(e.Leg)
			if p == nil {
				continue
			}
			if e.Hold {
				p.HoldingSince = c.now
				p.Holds++
			} else {
				p.ResumingSince = c.now
				p.Resumes++
			}
		case RestartMusic:
			c.MusicRepeatedAt = c.now
			c.Caller.Holds++
		case RejoinConference:
			c.RedirectedAt = c.now
		}
	}
}

// party is the caller or another participant by their leg; nil if there is none.
func (c change) party(sid LegID) *Participant {
	if sid == c.Out.CallerLeg(c.ID) {
		return &c.Caller
	}
	if l := c.bySID(sid); l != nil {
		return &l.Participant
	}
	return nil
}

// announced applies the result of the announcement. If it may have failed it is repeated: twice is better than
// never.
func (c resultChange) announced(a Announce, r Result) {
	if a.Owner == c.StaleOwner.Leg && r.Kind != Unknown && r.Kind != Throttled {
		c.StaleOwner.Announced = true
	}
}

// rejoined applies the result of the redirect. If it was accepted, the request at the end of the caller's <Dial>
// tells the rest; if not, a later plan repeats it.
func (c resultChange) rejoined(r Result) {
	switch r.Kind {
	case Done: // so the caller's leg is alive
		c.CallerAbsentSince, c.callerLost = time.Time{}, false
	case AlreadyGone: // the caller's own leg has ended, and its callback was lost
		c.callerEnded()
	case Refused, Throttled:
		Asking(c).notTaken()
		c.RedirectedAt = time.Time{}
	}
}

func (c resultChange) voiceDone(v *Voice, a SetVoice) {
	v.Again = time.Time{}
	switch a.Step {
	case Mute:
		v.Open, v.Set = false, false
		if calm := v.Unsure.Add(lateEffectLimit); c.now.Before(calm) {
			v.Again = calm
		} else {
			v.Unsure, v.Coaches = time.Time{}, ""
		}
	case SetCoach:
		v.Set, v.Coaches = true, a.Coach
	case Unmute:
		v.Open = true
	}
}

// voiceSet applies the result of a SetVoice.
func (c resultChange) voiceSet(a SetVoice, r Result) {
	l := c.matchWatcher("", a.Leg)
	if l == nil {
		return
	}
	v := &l.Voice
	began := v.Asked
	v.Asked = time.Time{}
	switch r.Kind {
	case Done:
		c.voiceDone(v, a)
	case Unknown:
		v.Unsure, v.Again = began, c.now.Add(refusedDelay)
		if began.IsZero() {
			v.Unsure = c.now
		}
		if r.Over { // done or not, it is not done later
			v.Unsure = c.now.Add(-lateEffectLimit)
		}
	case AlreadyGone:
		c.Stale, v.Again = true, c.now.Add(refusedDelay)
	default:
		v.Again = c.now.Add(refusedDelay)
	}
}

// watchFound applies the answer to FindLeg about a supervisor's leg. It says whether it was such a leg's.
func (c resultChange) watchFound(a FindLeg, r Result) bool {
	l := c.Watcher(a.Key)
	switch {
	case l == nil:
		return false
	case l.SID != "":
	case r.Kind == Done && l.Phase == LegDialing:
		l.Phase, l.Since, l.AbsentSince = LegRinging, c.now, time.Time{}
	case r.Kind == AlreadyGone && l.AbsentSince.IsZero():
		l.AbsentSince = c.now
	case r.Kind == AlreadyGone:
		c.supervision().watcherGone(l.Key)
	}
	return true
}

// watchDialed applies the result of the dial of a supervisor's leg. It says whether it was such a leg's.
func (c resultChange) watchDialed(a Dial, r Result) bool {
	l := c.Watcher(a.Leg)
	if l == nil {
		return false
	}
	switch {
	case r.Kind == Done:
		if l.SID == "" {
			l.SID = r.Leg
		}
		if l.Phase == LegDialing {
			l.Phase, l.Since = LegRinging, c.now
		}
	case r.Kind == Throttled && l.Phase == LegDialing:
		l.Phase, l.NotBefore = LegPlanned, c.now.Add(throttledDelay)
	case r.Kind == Refused, r.Kind == AlreadyGone:
		c.supervision().watcherGone(l.Key)
	}
	return true
}
