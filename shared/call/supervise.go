package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// Supervisor is who acts on a call in which they have no place.
type Supervisor struct {
	ID   agent.ID
	Name string
}

// SetAway is the entry of an agent who was being rung and whom a supervisor has set Away. It moves no call.
const SetAway Event = "set-away"

// MayEndCall says why a supervisor may not end the call now; nil if they may: whenever its owner may, and if it
// is a place that is kept.
func (c Supervision) MayEndCall() error {
	_, err := c.State.Next(End)
	return err
}

// EndCall applies that a supervisor ends the call, with the goodbye that the owner's end gives.
func (c Supervision) EndCall(s Supervisor, r Request) error {
	if err := c.MayEndCall(); err != nil {
		return err
	}
	c.end(Entry{What: End, Agent: s.ID, Name: s.Name}, ReasonAgentEnded)
	c.remember(r)
	return nil
}

// OfferTo is Call.StartOffer to an agent whom a supervisor has named.
func (c Supervision) OfferTo(s Supervisor, r Request, a *agent.Agent, key LegKey, ring time.Duration) error {
	if err := c.startOffer(a, key, ring); err != nil {
		return err
	}
	c.record(Entry{At: c.now, What: Offer, Agent: a.ID, Name: a.Name, By: s.ID, ByName: s.Name})
	c.remember(r)
	return nil
}

// SetAway is Call.WithdrawLeg of an agent whom a supervisor has set Away while they are rung.
func (c Supervision) SetAway(s Supervisor, key LegKey, o Outcome) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		c.record(Entry{At: c.now, What: SetAway, Agent: l.Agent, Name: l.Name, By: s.ID, ByName: s.Name})
	}
	c.withdrawLeg(key, o)
}

// OfferedTo is the agent who is rung for the waiting caller; "" if nobody is.
func (t *LegTable) OfferedTo() agent.ID {
	if l := t.Leg(t.Offer); l != nil {
		return l.Agent
	}
	return ""
}
