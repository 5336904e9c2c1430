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
	acts = append(acts, c.dueLooks()...)
	acts = append(acts, c.dueMusic(now)...)
	acts = append(acts, c.dueFlags()...)
	holds, unholds, _ := c.dueHolds(now)
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
	holds, unholds, wait := c.dueHolds(now.Add(unholdAgain)) // what has begun is not done
	return c.blind() || wait || len(holds)+len(unholds) > 0
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
			if now.Before(l.Absent.Add(lookApart)) {
				continue
			}
			acts = append(acts, Find{Key: l.Key, Agent: l.Agent, Number: l.Number, Since: l.Since})
		case !c.out(l) || l.SID == "":
		case l.EndsRoom && l.Joined && c.State != Ended: // its flag goes first
		default:
			acts = append(acts, Hangup{Key: l.Key, Leg: l.SID})
		}
	}
	return acts
}
