package call

import "time"

// Plan says what must be done now at Twilio for the state. It compares what the state wants with what is known, so it
// may be asked at any time, by any request: it does not repeat what was done, and it repeats what a crash left undone.
// It changes nothing. Ring is how long an agent may be rung.
//
// Whoever carries the plan out applies it first (see ApplyStarted) and saves the call.
//
// The order matters: music before a talk becomes private, a voice for the caller before another leaves, and whoever
// must not be heard leaves before the caller is resumed (N1, N5).
func (c *Call) Plan(ring time.Duration, now time.Time) []Effect {
	return planner{Call: c, ring: ring, now: now}.plan()
}

func (p planner) plan() []Effect {
	switch {
	case p.State == Ended:
		return p.goodbye()
	case !p.State.known():
		return nil
	}
	var effects []Effect
	if p.needsReconcile() {
		effects = append(effects, Reconcile{})
	}
	holds, resumes, _ := p.holds()
	for _, part := range [][]Effect{
		p.lookups(), p.music(), p.endFlags(), holds, p.voices(), p.hangups(), resumes, p.staleNotice(), p.dials(),
	} {
		effects = append(effects, part...)
	}
	return effects
}

// Overdue says whether something that agents wait for is not done yet: a hold, a resume, a hang-up, the dial of a
// target, the goodbye. Asked after all effects were tried, it says that they have failed so far.
func (c *Call) Overdue(now time.Time) bool {
	switch {
	case !c.State.known():
		return false
	case c.State == Ended:
		return c.CallerLive
	}
	p := planner{Call: c, now: now.Add(resumeRetryDelay)} // a resume that was started is not done yet
	for _, l := range c.Legs {
		if l.SID != "" && p.mayHangUp(l) || l.Phase == LegPlanned && c.wanted(l.Key) {
			return true
		}
	}
	holds, resumes, wait := p.holds()
	return p.conferenceUnknown() || wait || len(holds)+len(resumes) > 0
}

// goodbye plans the goodbye and the end of all legs.
func (p planner) goodbye() []Effect {
	switch {
	case !p.CallerLive:
		return p.hangups()
	case p.now.Before(p.Ended.Add(goodbyeLimit)):
		return []Effect{SayGoodbye{}} // keep agents until the caller has heard the goodbye
	}
	return append([]Effect{SayGoodbye{}}, p.hangups()...)
}

// needsReconcile says whether the participants must be listed at Twilio.
func (p planner) needsReconcile() bool {
	if p.now.Before(p.ReconciledAt.Add(reconcileEvery)) {
		return false
	}
	if p.Stale || p.forceReconcile {
		return true
	}
	if p.conferenceUnknown() {
		return true
	}
	for _, l := range p.Legs {
		if l.Phase == LegAnswered && !l.Joined && p.wanted(l.Key) && !p.now.Before(l.Since.Add(joinLimit)) {
			return true
		}
	}
	for _, l := range p.Watching {
		if l.Phase == LegAnswered && !l.Joined && !l.Leaving && !p.now.Before(l.Since.Add(joinLimit)) {
			return true
		}
	}
	return false
}

// conferenceUnknown says whether somebody is to be on hold, and the conference is not known, or not known to have
// started. A hold needs its ConferenceSid.
func (p planner) conferenceUnknown() bool {
	if p.Conference != "" && p.Started {
		return false
	}
	return p.State == ConsultRinging || p.State == Consulting || p.OnHold || p.State == Swapped
}

// endFlags plans endConferenceOnExit. The flag is cleared on a leg that may leave while the conference goes on: one
// without a place, and both agents' while a transfer is open. It is set for an outside party who owns the call: no page
// would notice that their leg has ended, and if that callback is lost, the end of the conference ends the caller's
// <Dial>, whose request tells us. Twilio would ignore a change of the flag on a held leg. No leg with the flag is ever
// held, nor is an outside owner, who cannot ask for a transfer.
func (p planner) endFlags() []Effect {
	var effects []Effect
	for _, l := range p.Legs {
		leaving := !p.wanted(l.Key) || p.Transfer.Open()
		alone := l.Number != "" && l.Key == p.Owner && p.State == Talking && l.heard()
		switch {
		case !l.Joined || p.Conference == "":
		case l.EndsConference && leaving:
			effects = append(effects, SetEndOnExit{Leg: l.SID, Ends: false})
		case !l.EndsConference && alone && !leaving:
			effects = append(effects, SetEndOnExit{Leg: l.SID, Ends: true})
		}
	}
	return effects
}

// dials plans the dials that nothing delays any more.
func (p planner) dials() []Effect {
	var effects []Effect
	for _, l := range p.Legs {
		if l.Phase != LegPlanned || p.now.Before(l.NotBefore) || !p.wanted(l.Key) || !p.mayDial(l.Key) {
			continue
		}
		d := Dial{
			Call: p.ID, Leg: l.Key, Agent: l.Agent, Number: l.Number, Timeout: p.ring, Info: p.dialInfo(l.Key),
		}
		if p.Out.on(l.Key) {
			d.Timeout, d.Caller = callerRing, true
		}
		effects = append(effects, d)
	}
	return append(effects, p.watchDials()...)
}

// mayDial: in any transfer the target is dialled only once the transferor's leg does not end the conference any more.
// For a consult, the target is dialled with the first hold of the caller, and waits until it is confirmed; after a hold
// whose result is unknown only once the caller is known to hear music.
//
// Functions are deployed one after the other, and connect-agent of the release before lets every target in. So its
// successor says on each leg that it admits that it lets a target wait, and nobody is dialled early without that.
// Where both of them answer for a while it does not help: see docs/operations.md, "Updates".
func (p planner) mayDial(key LegKey) bool {
	owner := p.Leg(p.Owner)
	switch {
	case p.Out.on(key):
		return p.mayDialCaller()
	case owner != nil && owner.EndsConference:
		return false
	case p.State != ConsultRinging || p.CallerHeld():
		return true
	}
	return owner != nil && owner.LetsWait && p.callerHoldTarget() == hold && !p.Caller.uncertain()
}

// dialInfo is what a rung agent is told before they answer.
func (p planner) dialInfo(key LegKey) DialInfo {
	i := DialInfo{Caller: p.From, Waited: p.WaitsSince()}
	if p.State == AgentFirst && key == p.Offer {
		i.Asked, i.Place = p.Out.Asked, p.Kept.Is()
	}
	if t := p.Transfer; t.Open() && t.Leg == key || t.Awaited() && key == p.Offer {
		i.By, i.Kind, i.Note = t.ByName, t.Kind, t.Note
	}
	return i
}

// mayHangUp says whether a leg is to be ended: it has no place, or it is the transferor's after a complete, and the
// caller is known to hear the target.
func (p planner) mayHangUp(l Leg) bool {
	if l.Key == p.Owner && p.State == Completing {
		target := p.Leg(p.Transfer.targetKey())
		return target != nil && target.Joined && target.heard() && p.Caller.heard() && !p.coached(l)
	}
	return !p.wanted(l.Key) && !p.lastVoice(l) && !p.coached(l)
}

// lastVoice: the leg's agent has handed the caller over and is the only one with them, and the caller hears no music
// yet. That agent goes when it plays, when the next agent has joined the conference, or when neither comes about.
func (p planner) lastVoice(l Leg) bool {
	t, owner := p.Transfer, p.Leg(p.Owner)
	alone := p.State.InLine() || p.State == Talking && owner != nil && !owner.Joined
	return t != nil && t.ByLeg == l.Key && l.Phase == LegAnswered && l.Joined && alone && !p.CallerHeld() &&
		p.now.Before(p.Since.Add(plannedLimit))
}

// hangups plans the end of legs without a place, and looks for dialled legs whose CallSid is not known.
func (p planner) hangups() []Effect {
	var effects []Effect
	for _, l := range p.Legs {
		switch {
		case l.Phase == LegDialing && l.SID == "" && !p.now.Before(l.Since.Add(findLegAfter)):
			if p.now.Before(l.AbsentSince.Add(lookupGap)) {
				continue
			}
			effects = append(effects, FindLeg{Key: l.Key, Agent: l.Agent, Number: l.Number, Since: l.Since})
		case !p.mayHangUp(l) || l.SID == "":
		case p.Out.on(l.Key): // whoever has picked up meanwhile is not cut off
			effects = append(effects, p.cancels(l)...)
		case l.EndsConference && l.Joined && p.State != Ended: // clear its flag first, or the conference ends with it
		default:
			effects = append(effects, Hangup{Key: l.Key, Leg: l.SID})
		}
	}
	return append(effects, p.watchEnds()...)
}

// staleNotice plans the announcement for a caller who is alone with an agent whose page sends no heartbeats. With a
// third party in the conference, or on hold, the caller hears something anyway.
func (p planner) staleNotice() []Effect {
	alone := p.State == Talking || p.State == AddRinging
	if s := p.StaleOwner; !alone || s.Announced || s.Leg == "" || s.Leg != p.Owner {
		return nil
	}
	if p.Conference == "" || p.callerHoldTarget() != resume || !p.Caller.heard() {
		return nil
	}
	return []Effect{Announce{Owner: p.Owner}}
}

// cancels plans the end of the caller's leg that is not wanted any more. If a cancellation says that it is gone, or its
// end is overdue, since the callback of the end may be lost, Twilio is asked for the leg.
func (p planner) cancels(l Leg) (effects []Effect) {
	if p.now.Before(l.NotBefore) {
		return nil
	}
	gone := !l.AbsentSince.IsZero()
	if !gone {
		effects = append(effects, CancelDial{Key: l.Key, Leg: l.SID})
	}
	if gone || !p.now.Before(l.Deadline.Add(cancelSlack)) {
		effects = append(effects, FindParticipant{Leg: l.SID})
	}
	return effects
}

// mayDialCaller: nobody picks up and hears silence. So the agent is in the conference, as far as is known, before the
// caller is dialled.
func (p planner) mayDialCaller() bool {
	owner := p.Leg(p.Owner)
	return owner != nil && owner.Joined && !owner.EndsConference
}
