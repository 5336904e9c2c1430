package conference

import "time"

// Due says what must be done now for the world to become what the state wants. It
// compares what is wanted with what is known, so it may be asked at any time by
// anybody: what was done already is not asked for again, and what a crash left undone
// is. Ring is how long an agent may ring.
//
// The order matters: music before privacy ends, a voice for the caller before another
// is taken away, and whoever is not to be heard out of the room before she is back in
// it (N1, N5). A leg that is to be dialled is marked as dialled, so the
// conference must be saved before its acts are done.
func (c *Conference) Due(ring time.Duration, now time.Time) []Act {
	if c.State == Ended {
		return c.dueAtEnd(now)
	}
	var acts []Act
	if !c.State.known() {
		return nil
	}
	if c.mustLook(now) {
		acts = append(acts, Look{})
	}
	acts = append(acts, c.dueMusic(now)...)
	acts = append(acts, c.dueFlags()...)
	holds, unholds := c.dueHolds(now)
	c.beginUnholds(unholds, now)
	acts = append(acts, holds...)
	acts = append(acts, c.dueHangups(now)...)
	acts = append(acts, unholds...)
	acts = append(acts, c.dueAnnouncement()...)
	return append(acts, c.dueDials(ring, now)...)
}

// Overdue says whether the network has not done yet what was asked of it for the agents:
// a hold, its end, a hang-up, a call to a target, the last words. Asked after everything
// that is due was tried, it says that this was in vain so far.
func (c *Conference) Overdue(now time.Time) bool {
	if !c.State.known() {
		return false
	}
	if c.State == Ended {
		return c.CallerOn
	}
	for _, l := range c.Legs {
		if l.SID != "" && c.out(l) || l.Phase == Planned && c.wanted(l.Key) {
			return true
		}
	}
	holds, unholds := c.dueHolds(now.Add(unholdWithin)) // what has begun is not done
	return c.blind() || len(holds)+len(unholds) > 0
}

func (c *Conference) dueAtEnd(now time.Time) []Act {
	if c.CallerOn {
		acts := []Act{LastWords{}}
		if now.Before(c.Ended.Add(wordsWithin)) {
			return acts // nobody leaves her alone in silence
		}
		return append(acts, c.dueHangups(now)...)
	}
	return c.dueHangups(now)
}

// mustLook says whether the network must be asked who is in the room.
func (c *Conference) mustLook(now time.Time) bool {
	if now.Before(c.Looked.Add(lookEvery)) {
		return false
	}
	if c.Doubt || c.audit {
		return true
	}
	if c.blind() {
		return true
	}
	for _, l := range c.Legs {
		if l.Phase == Answered && !l.Joined && c.wanted(l.Key) && !now.Before(l.Since.Add(joinWithin)) {
			return true
		}
	}
	return false
}

// blind: somebody is to be on hold, which needs the room's name and a room that has
// started, and the network has not told of one.
func (c *Conference) blind() bool {
	if c.Room != "" && c.Started {
		return false
	}
	return c.State == ConsultRinging || c.State == Consulting || c.OnHold || c.State == Swapped
}

// dueFlags sees to the flag that ends the room. It is taken from a leg that may leave the
// room alive: one that has no place there any more, and both agents' while the caller has
// two. An outside party who owns the call gets it: there is no page that would notice her
// end, so if no event tells of it, the room ends and the caller's own leg asks what now.
// The network would ignore the flag's change on a held leg; no leg with it is ever held,
// and an owner outside is not held either, since nobody there can ask for a transfer.
func (c *Conference) dueFlags() []Act {
	var acts []Act
	for _, l := range c.Legs {
		leaving := !c.wanted(l.Key) || c.Transfer.Open()
		alone := l.Number != "" && l.Key == c.Owner && c.State == Talking && l.heard()
		switch {
		case !l.Joined || c.Room == "":
		case l.EndsRoom && leaving:
			acts = append(acts, SetEndsRoom{Leg: l.SID, Ends: false})
		case !l.EndsRoom && alone && !leaving:
			acts = append(acts, SetEndsRoom{Leg: l.SID, Ends: true})
		}
	}
	return acts
}

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
// not meant for him (N5).
func (c *Conference) dueHolds(now time.Time) (holds, unholds []Act) {
	wait := false
	sort := func(p Participant, leg LegID, w wish) {
		switch begun := now.Before(p.Unholding.Add(unholdWithin)); {
		case begun:
			wait = wait || w == held
		case w == held && !p.held():
			holds = append(holds, SetHold{Leg: leg, Hold: true})
		case w == unheld && (p.Held || p.Unsure):
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
		return holds, nil
	}
	return nil, unholds
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

// held: the party is known to hear music, and nobody is about to change that.
func (p Participant) held() bool { return p.Held && !p.Unsure && p.Unholding.IsZero() }

// callerHeld: the caller is known to hear music instead of the room.
func (c *Conference) callerHeld() bool { return c.Started && c.Caller.held() }

func (c *Conference) dueDials(ring time.Duration, now time.Time) []Act {
	var acts []Act
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Phase != Planned || now.Before(l.NotBefore) || !c.wanted(l.Key) || !c.mayDial() {
			continue
		}
		l.Phase, l.Since, l.Deadline = Dialing, now, now.Add(ring+ringSlack)
		c.Dials++
		acts = append(acts, Dial{
			Conference: c.ID, Leg: l.Key, Agent: l.Agent, Number: l.Number, Timeout: ring, Info: c.info(l.Key),
		})
	}
	return acts
}

// mayDial: a target is rung for a private talk only once the caller hears music, and
// for a transferor whose leg would end the room only once it would not.
func (c *Conference) mayDial() bool {
	if owner := c.Leg(c.Owner); owner != nil && owner.EndsRoom {
		return false
	}
	return c.State != ConsultRinging || c.callerHeld()
}

// info is what a rung agent is told beforehand.
func (c *Conference) info(key LegKey) Info {
	i := Info{Caller: c.From, Waited: c.Queued}
	if t := c.Transfer; t.Open() && t.Leg == key {
		i.By, i.Kind, i.Note = t.ByName, t.Kind, t.Note
	}
	return i
}

// out: the leg is to be ended. It has no place, or is the transferor's and the caller has
// the target's voice.
func (c *Conference) out(l Leg) bool {
	if l.Key == c.Owner && c.State == Completing {
		target := c.Leg(c.targetKey())
		return target != nil && target.Joined && target.heard() && c.Caller.heard()
	}
	return !c.wanted(l.Key)
}

// dueHangups ends the legs that are out.
func (c *Conference) dueHangups(now time.Time) []Act {
	var acts []Act
	for _, l := range c.Legs {
		switch {
		case l.Phase == Dialing && l.SID == "" && !now.Before(l.Since.Add(unheardAfter)):
			acts = append(acts, Find{Key: l.Key, Agent: l.Agent, Number: l.Number, Since: l.Since})
		case !c.out(l) || l.SID == "":
		case l.EndsRoom && l.Joined && c.State != Ended: // its flag goes first
		default:
			acts = append(acts, Hangup{Key: l.Key, Leg: l.SID})
		}
	}
	return acts
}
