package conference

import "time"

// wish is what is wanted of a party's hold flag.
type wish int

const (
	asIs wish = iota
	held
	unheld
)

// callerWish says whether the caller is to hear music. Before the room has started
// she hears it anyway.
func (c *Conference) callerWish() wish {
	if !c.Started || c.Room == "" {
		return asIs
	}
	switch c.State {
	case Waiting, Ringing, ConsultRinging, Consulting:
		return held
	case Talking, AddRinging:
		if c.OnHold {
			return held
		}
		return c.voiceOf(c.Owner)
	case Swapped:
		if t := c.Leg(c.targetKey()); t == nil || !t.Joined || !t.held() {
			return held // or she would hear the target, who may be in the room without our knowing
		}
		return c.voiceOf(c.Owner)
	case ThreeWay:
		if c.voiceOf(c.Owner) == unheld {
			return unheld
		}
		return c.voiceOf(c.targetKey())
	case Completing:
		return c.voiceOf(c.targetKey())
	}
	return asIs
}

// voiceOf: the caller leaves her music for a leg that is known to be in the room; for
// one on its way she stays as she is.
func (c *Conference) voiceOf(key LegKey) wish {
	if l := c.Leg(key); l != nil && l.Joined {
		return unheld
	}
	return asIs
}

// dueHolds is who is to be put on hold, and who is to be taken off it. Nobody is taken
// off before all others are known to be where they belong, or somebody would hear what is
// not meant for them (N5): a party that is to be on hold, and whose un-hold may take effect
// yet, is put on hold at once, and all the others wait.
func (c *Conference) dueHolds(now time.Time) (holds, unholds []Act, wait bool) {
	sort := func(p Participant, leg LegID, w wish) {
		switch begun := now.Before(p.Unholding.Add(unholdWithin)); {
		case begun:
			wait = wait || w == held
		case w == held && p.Unsure && now.Before(p.Asked.Add(holdAgain)) && !c.State.InLine():
			wait = true
		case w == held && now.Before(p.Late.Add(lateWithin)):
			wait = true
			if !p.Held || p.Unsure {
				holds = append(holds, SetHold{Leg: leg, Hold: true})
			}
		case w == held && !p.held():
			holds = append(holds, SetHold{Leg: leg, Hold: true})
		case w == unheld && (p.Held || p.Unsure) && !now.Before(p.Again):
			unholds = append(unholds, SetHold{Leg: leg, Hold: false})
		}
	}
	sort(c.Caller, LegID(c.ID), c.callerWish())
	for _, l := range c.Legs {
		if !l.Joined || !c.wanted(l.Key) || c.Room == "" {
			continue
		}
		w := unheld
		if c.State == Swapped && l.Key == c.targetKey() {
			w = held
		}
		sort(l.Participant, l.SID, w)
	}
	if len(holds) > 0 || wait {
		return holds, nil, wait
	}
	return nil, unholds, false
}

// beginUnholds marks who is about to be taken off hold, as a leg that is dialled is: nobody
// else does it too, and who wants her on hold again waits until it is known to be done.
// Otherwise it might be done late, when she must not hear the room.
func (c *Conference) beginUnholds(unholds []Act, now time.Time) {
	for _, a := range unholds {
		if leg := a.(SetHold).Leg; leg == LegID(c.ID) {
			c.Caller.Unholding = now
		} else if l := c.bySID(leg); l != nil {
			l.Unholding = now
		}
	}
}

// heard: the party is known to be in the room and not on hold.
func (p Participant) heard() bool { return !p.Held && !p.Unsure }

// held: the party is known to hear music, and nothing is about to change that.
func (p Participant) held() bool {
	return p.Held && !p.Unsure && p.Unholding.IsZero() && p.Late.IsZero()
}

// unholdDone takes in how an un-hold went that somebody began at that time. One without an
// answer may take effect for some seconds yet.
func (p *Participant) unholdDone(r Result, began, now time.Time) {
	k := r.Kind
	switch {
	case k == Unknown && r.Over: // done or not, it is not done later: it is asked for again at once
		p.Unholds += 2 // if it is seen, which of them was it?
	case k == Refused, k == Throttled, k == WasGone:
		p.Again = now.Add(refusedFor)
	case k == Unknown:
		if began.IsZero() {
			began = now
		}
		p.Again = began.Add(unholdAgain)
		if p.Late.IsZero() && p.Held && !p.Unsure && p.Told {
			p.Unholds = 1
		} else {
			p.Unholds += 2 // which of them is seen cannot be told
		}
		p.Late, p.Unsure = began, true
	case k == Acted && !p.Late.IsZero():
		p.Unholds += 2
	}
}

// forgetUnhold takes in that whoever began to take the party off hold has had time enough
// to tell how that went, and has not.
func (p *Participant) forgetUnhold(now time.Time) {
	if began := p.Unholding; !began.IsZero() && !now.Before(began.Add(unholdWithin)) {
		p.Unholding = time.Time{}
		p.unholdDone(Result{Kind: Unknown}, began, now)
	}
}

// told takes in the hold flag that the network tells of. If it says that the party is off
// hold, the one request that was not known to have taken effect has.
func (p *Participant) told(held bool, now time.Time) {
	if !held && p.Unholds == 1 {
		p.Late, p.Unholds = time.Time{}, 0
	}
	p.setHeld(held, now)
	p.Told, p.Asked = held, time.Time{}
}

// heldAgain takes in that a hold was carried out: what was late before is over by now, if it
// has had time enough.
func (p *Participant) heldAgain(now time.Time) {
	p.setHeld(true, now)
	if !now.Before(p.Late.Add(lateWithin)) {
		p.Late, p.Unholds = time.Time{}, 0
	}
}

// callerHeld: the caller is known to hear music instead of the room.
func (c *Conference) callerHeld() bool { return c.Started && c.Caller.held() }
