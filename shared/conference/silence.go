package conference

import (
	"time"

	"warmtransfer/shared/agent"
)

// OwnerAgent is the agent who owns the call; "" if nobody does, or a party outside.
func (c *Conference) OwnerAgent() agent.ID {
	if l := c.Leg(c.Owner); l != nil {
		return l.Agent
	}
	return ""
}

// PageSeen takes in when the page of the agent who owns the call was last heard of. One
// that has fallen silent proves nothing: its API may be out of reach while the voice is
// not, and then the call must go on (F038). But he may be lost while the network still
// takes him for present, and then the caller hears nobody: once for each silence she is
// told that she is not forgotten.
func (c *Conference) PageSeen(seen, now time.Time) {
	switch {
	case !now.After(seen.Add(agent.StaleAfter)):
		c.Silence = Silence{}
	case c.Silence.Leg != c.Owner:
		c.Silence = Silence{Leg: c.Owner}
	}
}

// dueAnnouncement is a word for the caller who is alone with an agent whose page is
// silent. With a third party in the room she hears somebody, and on hold she hears music.
func (c *Conference) dueAnnouncement() []Act {
	alone := c.State == Talking || c.State == AddRinging
	if s := c.Silence; !alone || s.Told || s.Leg == "" || s.Leg != c.Owner {
		return nil
	}
	if c.Room == "" || c.callerWish() != unheld || !c.Caller.heard() {
		return nil
	}
	return []Act{Announce{Owner: c.Owner}}
}

// announced takes in how that went. What may have been said is said once more rather than
// not at all.
func (c *Conference) announced(a Announce, r Result) {
	if a.Owner == c.Silence.Leg && r.Kind != Unknown && r.Kind != Throttled {
		c.Silence.Told = true
	}
}
