package call

import "time"

// holdTarget says what is wanted of a party's hold
// (https://www.twilio.com/docs/voice/api/conference-participant-resource): on, off, or as it is.
type holdTarget int

const (
	keepHold holdTarget = iota
	hold
	resume
)

// callerHoldTarget says whether the caller is to be on hold. Before the conference has started the caller hears its
// wait
// music (https://www.twilio.com/docs/voice/twiml/conference#attributes-waitUrl) without a hold.
func (c *Call) callerHoldTarget() holdTarget {
	if !c.Started || c.Conference == "" {
		return keepHold
	}
	switch c.State {
	case Waiting, Ringing, ConsultRinging, Consulting:
		return hold
	case Talking, AddRinging:
		if c.OnHold {
			return hold
		}
		return c.legHoldTarget(c.Owner)
	case Swapped:
		if t := c.Leg(c.targetKey()); t == nil || !t.Joined || !t.held() {
			return hold // the target may be in the conference without our knowing
		}
		return c.legHoldTarget(c.Owner)
	case ThreeWay:
		if c.legHoldTarget(c.Owner) == resume {
			return resume
		}
		return c.legHoldTarget(c.targetKey())
	case Completing:
		return c.legHoldTarget(c.targetKey())
	}
	return keepHold
}

// legHoldTarget: the caller is resumed for a leg that is known to be in the conference. While the leg is on its way the
// hold
// stays as it is.
func (c *Call) legHoldTarget(key LegKey) holdTarget {
	if l := c.Leg(key); l != nil && l.Joined {
		return resume
	}
	return keepHold
}

// planHolds plans who is put on hold and who is resumed. Nobody is resumed before all others are known to be where they
// belong, or somebody would hear what they must not (N5). A party that is to be on hold, and whose resume may still
// take effect, is put on hold at once, and all resumes wait.
func (c *Call) planHolds(now time.Time) (holds, unholds []Effect, wait bool) {
	sort := func(p Participant, leg LegID, w holdTarget) {
		switch begun := now.Before(p.ResumingSince.Add(resumeLimit)); {
		case begun:
			wait = wait || w == hold
		case w == hold && p.HoldUncertain && now.Before(p.HoldAskedAt.Add(holdRetryDelay)) && !c.State.InLine():
			wait = true
		case w == hold && now.Before(p.LateResume.Add(lateEffectLimit)):
			wait = true
			if !p.Held || p.HoldUncertain {
				holds = append(holds, SetHold{Leg: leg, Hold: true})
			}
		case w == hold && !p.held():
			holds = append(holds, SetHold{Leg: leg, Hold: true})
		case w == resume && (p.Held || p.HoldUncertain) && !now.Before(p.ResumeAgainAt):
			unholds = append(unholds, SetHold{Leg: leg, Hold: false})
		}
	}
	sort(c.Caller, LegID(c.ID), c.callerHoldTarget())
	for _, l := range c.Legs {
		if !l.Joined || !c.wanted(l.Key) || c.Conference == "" {
			continue
		}
		w := resume
		if c.State == Swapped && l.Key == c.targetKey() {
			w = hold
		}
		sort(l.Participant, l.SID, w)
	}
	if len(holds) > 0 || wait {
		return holds, nil, wait
	}
	return nil, unholds, false
}

// markResuming marks the parties who are about to be resumed. Like the mark of a dialled leg it is saved first: no
// other request then resumes the same party, and one that wants the party on hold again waits until the result is
// known. Otherwise the resume might take effect late, when the party must not hear the conference.
func (c *Call) markResuming(unholds []Effect, now time.Time) {
	for _, a := range unholds {
		if leg := a.(SetHold).Leg; leg == LegID(c.ID) {
			c.Caller.ResumingSince = now
		} else if l := c.bySID(leg); l != nil {
			l.ResumingSince = now
		}
	}
}

// heard: the party is known not to be on hold.
func (p Participant) heard() bool { return !p.Held && !p.HoldUncertain }

// held: the party is known to be on hold, and no resume is on its way.
func (p Participant) held() bool {
	return p.Held && !p.HoldUncertain && p.ResumingSince.IsZero() && p.LateResume.IsZero()
}

// applyResume applies the result of the resume that was started at the given time. If the result is unknown, it may
// still take effect for some seconds.
func (p *Participant) applyResume(r Result, began, now time.Time) {
	k := r.Kind
	switch {
	case k == Unknown && r.Over: // done or not, it is not done later: it is asked for again at once
		p.PendingResumes += 2 // if it is seen, which of them was it?
	case k == Refused, k == Throttled, k == AlreadyGone:
		p.ResumeAgainAt = now.Add(refusedDelay)
	case k == Unknown:
		if began.IsZero() {
			began = now
		}
		p.ResumeAgainAt = began.Add(resumeRetryDelay)
		if p.LateResume.IsZero() && p.Held && !p.HoldUncertain && p.ConfirmedHeld {
			p.PendingResumes = 1
		} else {
			p.PendingResumes += 2 // an event cannot say which of them it shows
		}
		p.LateResume, p.HoldUncertain = began, true
	case k == Done && !p.LateResume.IsZero():
		p.PendingResumes += 2
	}
}

// expireResume gives up waiting for the result of a resume after resumeLimit: the result is unknown.
func (p *Participant) expireResume(now time.Time) {
	if began := p.ResumingSince; !began.IsZero() && !now.Before(began.Add(resumeLimit)) {
		p.ResumingSince = time.Time{}
		p.applyResume(Result{Kind: Unknown}, began, now)
	}
}

// applyHeld applies the hold flag of an event or a list. If the flag shows that the party was resumed, and only one
// resume
// has no known result, that one has taken effect.
func (p *Participant) applyHeld(held bool, now time.Time) {
	if !held && p.PendingResumes == 1 {
		p.LateResume, p.PendingResumes = time.Time{}, 0
	}
	p.setHeld(held, now)
	p.ConfirmedHeld, p.HoldAskedAt = held, time.Time{}
}

// applyHoldRepeated applies a hold that was carried out. If lateEffectLimit has passed, an earlier resume without a
// known result
// cannot take effect any more.
func (p *Participant) applyHoldRepeated(now time.Time) {
	p.setHeld(true, now)
	if !now.Before(p.LateResume.Add(lateEffectLimit)) {
		p.LateResume, p.PendingResumes = time.Time{}, 0
	}
}

// callerHeld: the caller is known to hear music instead of the conference.
func (c *Call) callerHeld() bool { return c.Started && c.Caller.held() }
