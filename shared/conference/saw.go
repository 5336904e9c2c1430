package conference

import (
	"slices"
	"time"
)

// Saw takes in which room the network's lists say is live, and who is in it; "" and nobody
// if they show none.
//
// A list may lag behind for some seconds, or be empty, and still answer with success. So
// what it shows is news, but what it lacks is only a doubt: whoever should be there is then
// asked for by name (see LookAt), and nobody is lost by a list alone.
func (c *Conference) Saw(room RoomID, started bool, present []Presence, now time.Time) {
	audit := c.audit && !c.Doubt
	c.Doubt, c.audit, c.astray, c.lacked = false, false, false, nil
	if c.unconfirmed(room) {
		c.Doubt, c.Looked = true, now
		return
	}
	if room != "" && room != c.Room {
		c.leaveRoom()
		c.Room = room
		c.Past = slices.DeleteFunc(c.Past, func(r RoomID) bool { return r == room })
	}
	c.Started = c.Started || started && c.Room != ""
	here, caller := c.sawThere(present, now)
	for _, l := range c.Legs {
		late := l.Phase == Answered && !now.Before(l.Since.Add(joinWithin))
		if late && !slices.Contains(here, l.Key) && l.SID != "" {
			c.lacked = append(c.lacked, l.SID)
		}
	}
	if !caller && c.CallerOn && c.State != Ended {
		c.lacked = append(c.lacked, LegID(c.ID))
	}
	c.Doubt = len(c.lacked) > 0 // until each has been found
	if !audit || c.Doubt {
		c.Looked = now
	}
}

// unconfirmed: the list shows another room than the one that is known, or one that is known
// to be over. There is one live room of a name at a time, but a list that lags may show
// the one before. A second look must agree.
func (c *Conference) unconfirmed(room RoomID) bool {
	confirmed := room != "" && room == c.Other
	c.Other = ""
	over := slices.Contains(c.Past, room)
	if room == "" || room == c.Room || c.Room == "" && !over || confirmed {
		return false
	}
	c.Other = room
	return true
}

// sawThere takes in who is in the room, and says which legs are, and whether the caller is.
func (c *Conference) sawThere(present []Presence, now time.Time) (here []LegKey, caller bool) {
	for _, p := range present {
		if p.Leg == LegID(c.ID) {
			caller = true
			c.callerSeen(p.Held, now)
			continue
		}
		l := c.known(LegKey(p.Label), p.Leg)
		if l == nil {
			l = c.bySID(p.Leg)
		}
		if l == nil {
			c.stray(p.Leg, now)
			continue
		}
		here = append(here, l.Key)
		c.joined(l, p.Held, now)
	}
	return here, caller
}

// callerSeen takes in that the network says that the caller is in the room.
func (c *Conference) callerSeen(held bool, now time.Time) {
	c.Missing = time.Time{}
	c.Caller.Joined = true
	c.callerHolds(held, now)
}

// dueLooks asks for those by name whom a list has lacked.
func (c *Conference) dueLooks() (acts []Act) {
	for _, leg := range c.lacked {
		acts = append(acts, LookAt{Leg: leg})
	}
	return acts
}

// SawLeg takes in what the network says of one leg that a list has lacked. That its call is
// over is its end. One whose call goes on in no room may be on its way: when two such looks
// some seconds apart agree, it has no place any more, and is ended.
func (c *Conference) SawLeg(leg LegID, s Sighting, now time.Time) {
	c.lacked = slices.DeleteFunc(c.lacked, func(l LegID) bool { return l == leg })
	if leg == LegID(c.ID) {
		c.sawCaller(s, now)
		return
	}
	l := c.bySID(leg)
	switch {
	case l == nil:
	case s.Over:
		c.LegGone(l.Key, leg, OutcomeLost, now)
	case s.In:
		c.joined(l, s.Held, now)
		c.allFound()
	case l.Absent.IsZero():
		l.Absent, c.Doubt = now, true
	case c.Room == "" || now.Before(l.Absent.Add(lookApart)): // which room it is to be in is not known
		c.Doubt = true
	default:
		c.Withdraw(l.Key, OutcomeLost, now)
	}
}

// allFound ends the doubt that a list has raised, if all whom it lacked are there after all.
func (c *Conference) allFound() {
	absent := slices.ContainsFunc(c.Legs, func(l Leg) bool { return !l.Absent.IsZero() })
	c.Doubt = len(c.lacked) > 0 || absent || !c.Missing.IsZero()
}

// sawCaller takes in where the caller's own leg is. For a moment it may be on its way into a
// room, or between two. A caller who was looked for in vain for longer than a turn of music
// lasts, with no sign of life, is to be fetched: the room has ended and no request was
// answered since, so that they hear music in no room. Where the room itself is not known, they
// may be in it, talking: then they are fetched only if nobody is there to talk to.
func (c *Conference) sawCaller(s Sighting, now time.Time) {
	c.astray = false
	switch {
	case !c.CallerOn || c.State == Ended:
		c.Missing = time.Time{}
		return
	case s.Over:
		c.CallerGone(now)
		return
	case s.In:
		c.callerSeen(s.Held, now)
		c.allFound()
		return
	case c.outside(now): // the next try is theirs, outside any room
		c.Missing = time.Time{}
		return
	case c.Missing.IsZero():
		c.Missing = now
	default:
		c.astray = !now.Before(c.Missing.Add(missingFor)) && (c.Room != "" || c.State.InLine())
	}
	c.Doubt = true
}

// notSeen takes in that a look at one leg failed: it stays in doubt.
func (c *Conference) notSeen(leg LegID) {
	c.lacked = slices.DeleteFunc(c.lacked, func(l LegID) bool { return l == leg })
	c.Doubt = true
}
