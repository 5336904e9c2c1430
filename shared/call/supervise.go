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

// MayBeEnded says why a supervisor may not end the call now; nil if they may: whenever its owner may.
func (c *Call) MayBeEnded() error {
	_, err := c.State.Next(End)
	return err
}

// EndBy applies that a supervisor ends the call, with the goodbye that the owner's end gives.
func (c *Call) EndBy(s Supervisor, r Request, now time.Time) error {
	if err := c.MayBeEnded(); err != nil {
		return err
	}
	change{c, now}.end(Entry{What: End, Agent: s.ID, Name: s.Name}, ReasonAgentEnded)
	c.remember(r)
	return nil
}

// StartOfferBy is StartOffer to an agent whom a supervisor has named.
func (c *Call) StartOfferBy(
	s Supervisor, r Request, a *agent.Agent, key LegKey, ring time.Duration, now time.Time,
) error {
	if err := c.StartOffer(a, key, ring, now); err != nil {
		return err
	}
	c.record(Entry{At: now, What: Offer, Agent: a.ID, Name: a.Name, By: s.ID, ByName: s.Name})
	c.remember(r)
	return nil
}

// WithdrawLegBy is WithdrawLeg of an agent whom a supervisor has set Away while they are rung.
func (c *Call) WithdrawLegBy(s Supervisor, key LegKey, o Outcome, now time.Time) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		c.record(Entry{At: now, What: SetAway, Agent: l.Agent, Name: l.Name, By: s.ID, ByName: s.Name})
	}
	c.WithdrawLeg(key, o, now)
}

// OfferedTo is the agent who is rung for the waiting caller; "" if nobody is.
func (t *LegTable) OfferedTo() agent.ID {
	if l := t.Leg(t.Offer); l != nil {
		return l.Agent
	}
	return ""
}
