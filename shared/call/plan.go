package call

import "time"

// Plan says what must be done now at Twilio for the state. It compares what the state wants with what is known, so it
// may be asked at any time, by any request: it does not repeat what was done, and it repeats what a crash left undone.
// Ring is how long an agent may be rung.
//
// The order matters: music before a talk becomes private, a voice for the caller before another leaves, and whoever
// must not be heard leaves before the caller is resumed (N1, N5). It marks a leg that is to be dialled as dialled, so
// the call must be saved before its effects are carried out.
func (c *Call) Plan(ring time.Duration, now time.Time) []Effect {
	if c.State == Ended {
		return c.planAtEnd(now)
	}
	var acts []Effect
	if !c.State.known() {
		return nil
	}
	if c.needsReconcile(now) {
		acts = append(acts, Reconcile{})
	}
	acts = append(acts, c.planLookups()...)
	acts = append(acts, c.planMusic(now)...)
	acts = append(acts, c.planEndFlags()...)
	holds, unholds, _ := c.planHolds(now)
	c.markResuming(unholds, now)
	acts = append(acts, holds...)
	acts = append(acts, c.planHangups(now)...)
	acts = append(acts, unholds...)
	acts = append(acts, c.planStaleNotice()...)
	return append(acts, c.planDials(ring, now)...)
}

// Overdue says whether something that agents wait for is not done yet: a hold, a resume, a hang-up, the dial of a
// target, the goodbye. Asked after all effects were tried, it says that they have failed so far.
func (c *Call) Overdue(now time.Time) bool {
	if !c.State.known() {
		return false
	}
	if c.State == Ended {
		return c.CallerLive
	}
	for _, l := range c.Legs {
		if l.SID != "" && c.mayHangUp(l) || l.Phase == LegPlanned && c.wanted(l.Key) {
			return true
		}
	}
	holds, unholds, wait := c.planHolds(now.Add(resumeRetryDelay)) // a resume that was started is not done yet
	return c.conferenceUnknown() || wait || len(holds)+len(unholds) > 0
}

// planAtEnd plans the goodbye and the end of all legs.
func (c *Call) planAtEnd(now time.Time) []Effect {
	if c.CallerLive {
		acts := []Effect{SayGoodbye{}}
		if now.Before(c.Ended.Add(goodbyeLimit)) {
			return acts // keep agents until the caller has heard the goodbye
		}
		return append(acts, c.planHangups(now)...)
	}
	return c.planHangups(now)
}

// needsReconcile says whether the participants must be listed at Twilio.
func (c *Call) needsReconcile(now time.Time) bool {
	if now.Before(c.ReconciledAt.Add(reconcileEvery)) {
		return false
	}
	if c.Stale || c.forceReconcile {
		return true
	}
	if c.conferenceUnknown() {
		return true
	}
	for _, l := range c.Legs {
		if l.Phase == LegAnswered && !l.Joined && c.wanted(l.Key) && !now.Before(l.Since.Add(joinLimit)) {
			return true
		}
	}
	return false
}

// conferenceUnknown says whether somebody is to be on hold, and the conference is not known, or not known to have
// started. A hold
// needs its ConferenceSid.
func (c *Call) conferenceUnknown() bool {
	if c.Conference != "" && c.Started {
		return false
	}
	return c.State == ConsultRinging || c.State == Consulting || c.OnHold || c.State == Swapped
}

// planEndFlags plans endConferenceOnExit. The flag is cleared on a leg that may leave while the conference goes on: one
// without a place, and both agents' while a transfer is open. It is set for an outside party who owns the call: no page
// would notice that their leg has ended, and if that callback is lost, the end of the conference ends the caller's
// <Dial>, whose request tells us. Twilio would ignore a change of the flag on a held leg. No leg with the flag is ever
// held, nor is an outside owner, who cannot ask for a transfer.
func (c *Call) planEndFlags() []Effect {
	var acts []Effect
	for _, l := range c.Legs {
		leaving := !c.wanted(l.Key) || c.Transfer.Open()
		alone := l.Number != "" && l.Key == c.Owner && c.State == Talking && l.heard()
		switch {
		case !l.Joined || c.Conference == "":
		case l.EndsConference && leaving:
			acts = append(acts, SetEndOnExit{Leg: l.SID, Ends: false})
		case !l.EndsConference && alone && !leaving:
			acts = append(acts, SetEndOnExit{Leg: l.SID, Ends: true})
		}
	}
	return acts
}

// planDials plans the dials that nothing delays any more, and marks the legs as dialled.
func (c *Call) planDials(ring time.Duration, now time.Time) []Effect {
	var acts []Effect
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Phase != LegPlanned || now.Before(l.NotBefore) || !c.wanted(l.Key) || !c.mayDial() {
			continue
		}
		l.Phase, l.Since, l.Deadline = LegDialing, now, now.Add(ring+ringSlack)
		c.Dials++
		acts = append(acts, Dial{
			Conference: c.ID, Leg: l.Key, Agent: l.Agent, Number: l.Number, Timeout: ring, Info: c.dialInfo(l.Key),
		})
	}
	return acts
}

// mayDial: for a consult, the target is dialled only once the caller is known to hear music; and in any transfer only
// once the transferor's leg does not end the conference any more.
func (c *Call) mayDial() bool {
	if owner := c.Leg(c.Owner); owner != nil && owner.EndsConference {
		return false
	}
	return c.State != ConsultRinging || c.callerHeld()
}

// dialInfo is what a rung agent is told before they answer.
func (c *Call) dialInfo(key LegKey) DialInfo {
	i := DialInfo{Caller: c.From, Waited: c.Queued}
	if t := c.Transfer; t.Open() && t.Leg == key {
		i.By, i.Kind, i.Note = t.ByName, t.Kind, t.Note
	}
	return i
}

// mayHangUp says whether a leg is to be ended: it has no place, or it is the transferor's after a complete, and the
// caller is
// known to hear the target.
func (c *Call) mayHangUp(l Leg) bool {
	if l.Key == c.Owner && c.State == Completing {
		target := c.Leg(c.targetKey())
		return target != nil && target.Joined && target.heard() && c.Caller.heard()
	}
	return !c.wanted(l.Key)
}

// planHangups plans the end of legs without a place, and looks for dialled legs whose CallSid is not known.
func (c *Call) planHangups(now time.Time) []Effect {
	var acts []Effect
	for _, l := range c.Legs {
		switch {
		case l.Phase == LegDialing && l.SID == "" && !now.Before(l.Since.Add(findLegAfter)):
			if now.Before(l.AbsentSince.Add(lookupGap)) {
				continue
			}
			acts = append(acts, FindLeg{Key: l.Key, Agent: l.Agent, Number: l.Number, Since: l.Since})
		case !c.mayHangUp(l) || l.SID == "":
		case l.EndsConference && l.Joined && c.State != Ended: // clear its flag first, or the conference ends with it
		default:
			acts = append(acts, Hangup{Key: l.Key, Leg: l.SID})
		}
	}
	return acts
}
