package call

// StaleOwner says that the page of the agent who owns the call has stopped sending heartbeats.
type StaleOwner struct {
	Leg       LegKey `json:"leg,omitempty"`  // the owner's leg
	Announced bool   `json:"told,omitempty"` // the caller has heard the announcement
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

// announced applies the result of the announcement. If it may have failed it is repeated: twice is better than
// never.
func (c resultChange) announced(a Announce, r Result) {
	if a.Owner == c.StaleOwner.Leg && r.Kind != Unknown && r.Kind != Throttled {
		c.StaleOwner.Announced = true
	}
}
