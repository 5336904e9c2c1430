package conference

import (
	"slices"
	"time"
)

// Saw applies Twilio's lists: which conference is live and who is in it; "" and nobody if they show none.
//
// A list may lag for some seconds, or be empty, and still answer with success. So what it shows is true, but what it
// lacks proves nothing: each missing leg is then fetched by its CallSid (see LookAt), and no leg is lost because of a
// list alone.
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

// unconfirmed: the list shows another conference than the known one, or one that is known to have ended. Only one
// conference of a name is live at a time, but a list that lags may show the one before. A second list must agree.
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

// sawThere applies the participants. It returns the legs among them, and whether the caller is.
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

// callerSeen applies Twilio's answer that the caller is in the conference.
func (c *Conference) callerSeen(held bool, now time.Time) {
	c.Missing = time.Time{}
	c.Caller.Joined = true
	c.callerHolds(held, now)
}

// dueLooks plans to fetch the legs that a list lacked.
func (c *Conference) dueLooks() (acts []Act) {
	for _, leg := range c.lacked {
		acts = append(acts, LookAt{Leg: leg})
	}
	return acts
}

// SawLeg applies what Twilio says of one leg that a list lacked. A leg whose own call has completed has ended. A leg
// that is alive but in no conference may be about to join: if two looks some seconds apart agree, it loses its place
// and is ended.
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
	case c.Room == "" || now.Before(l.Absent.Add(lookApart)): // it is not known which conference the leg should be in
		c.Doubt = true
	default:
		c.Withdraw(l.Key, OutcomeLost, now)
	}
}

// allFound ends the stale state if all legs that a list lacked have been found.
func (c *Conference) allFound() {
	absent := slices.ContainsFunc(c.Legs, func(l Leg) bool { return !l.Absent.IsZero() })
	c.Doubt = len(c.lacked) > 0 || absent || !c.Missing.IsZero()
}

// sawCaller applies where the caller's own leg is. It may be between two conferences for a moment. A caller who is
// absent for longer than callerAbsentLimit without a sign of life is redirected: the conference has ended, the request
// at the end of the <Dial> was not answered, and they hear music in no conference. If the conference is not known, they
// may be in it and talking, so then only a caller in the queue is redirected.
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
	case c.outside(now): // between two tries; the caller is in no conference on purpose
		c.Missing = time.Time{}
		return
	case c.Missing.IsZero():
		c.Missing = now
	default:
		c.astray = !now.Before(c.Missing.Add(missingFor)) && (c.Room != "" || c.State.InLine())
	}
	c.Doubt = true
}

// notSeen applies a failed fetch of a leg: the call stays stale.
func (c *Conference) notSeen(leg LegID) {
	c.lacked = slices.DeleteFunc(c.lacked, func(l LegID) bool { return l == leg })
	c.Doubt = true
}
