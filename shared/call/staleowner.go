package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// OwnerAgent is the agent who owns the call; "" if nobody does, or an outside party.
func (c *Call) OwnerAgent() agent.ID {
	if l := c.Leg(c.Owner); l != nil {
		return l.Agent
	}
	return ""
}

// ApplyOwnerHeartbeat applies the time of the last heartbeat of the owner's page. A page without heartbeats proves
// nothing: it may
// not reach the API while the voice connection works, and then the call must go on (F038). But the agent may be cut off
// while Twilio still lists them, and then the caller hears nobody. So once for each loss of heartbeats the caller hears
// an announcement.
func (c *Call) ApplyOwnerHeartbeat(seen, now time.Time) {
	switch {
	case !now.After(seen.Add(agent.StaleAfter)):
		c.StaleOwner = StaleOwner{}
	case c.StaleOwner.Leg != c.Owner:
		c.StaleOwner = StaleOwner{Leg: c.Owner}
	}
}

// planStaleNotice plans the announcement for a caller who is alone with an agent whose page sends no heartbeats. With a
// third party in the conference, or on hold, the caller hears something anyway.
func (c *Call) planStaleNotice() []Effect {
	alone := c.State == Talking || c.State == AddRinging
	if s := c.StaleOwner; !alone || s.Announced || s.Leg == "" || s.Leg != c.Owner {
		return nil
	}
	if c.Conference == "" || c.callerHoldTarget() != resume || !c.Caller.heard() {
		return nil
	}
	return []Effect{Announce{Owner: c.Owner}}
}

// applyAnnounced applies the result of the announcement. If it may have failed it is repeated: twice is better than
// never.
func (c *Call) applyAnnounced(a Announce, r Result) {
	if a.Owner == c.StaleOwner.Leg && r.Kind != Unknown && r.Kind != Throttled {
		c.StaleOwner.Announced = true
	}
}
