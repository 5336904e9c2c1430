package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// Place is the caller's place in the queue.
type Place struct {
	Queued time.Time `json:"queued"` // in the queue since: the place in its order
	// Came: the caller has the place of somebody who has waited since Queued, and is on the line since then themselves.
	Came         time.Time              `json:"came,omitzero"`
	Had          ID                     `json:"had,omitempty"`  // the kept place that this call has: see KeptPlace.Lent
	Requeued     bool                   `json:"head,omitempty"` // has talked before: ahead of all who have not
	Recall       Recall                 `json:"prefer,omitzero"`
	FailedOffers map[agent.ID]time.Time `json:"tried,omitempty"` // when an offer to this agent failed
}

// WaitsSince is since when the caller waits on the line, while Queued is their place in the order of the queue.
func (p Place) WaitsSince() time.Time {
	if p.Came.After(p.Queued) {
		return p.Came
	}
	return p.Queued
}

// ApplyOldPlace applies that a caller who has just arrived has the place that was kept for them.
func (p *Place) ApplyOldPlace(kept *Call, now time.Time) {
	p.Had = kept.ID
	if kept.Queued.Before(p.Queued) {
		p.Queued, p.Came = kept.Queued, now
	}
}

// Recall reserves a caller for one agent for a while: the agent whose leg was lost or, if an outside party was
// lost, the agent who had transferred the caller to them.
type Recall struct {
	Agent  agent.ID  `json:"agent,omitempty"`
	LostAt time.Time `json:"after,omitzero"` // when the agent's leg was lost; zero: it was not
	Until  time.Time `json:"until,omitzero"` // from then on any agent may be offered the caller
}

// startedAt is when the caller lost their agent. The agent must have sent a heartbeat since to be offered the caller:
// if the caller has hung up, the callback about the agent's leg may come a moment before the one about the caller's.
func (p Recall) startedAt() time.Time {
	if p.LostAt.IsZero() {
		return p.Until.Add(-RecallWindow)
	}
	return p.LostAt
}

// Offering says to whom the waiting caller may be offered at one moment.
type Offering struct {
	*Call
	lost *agent.Agent
	now  time.Time
}

// Offering says to whom the caller may be offered now. Lost is the agent whom the caller has lost (see Recall), as
// stored now; nil if not known. The caller is reserved for them unless they are known to be unavailable (see
// agent.Agent.EligibleForRecall). Whether their page is still open only the next heartbeat shows.
func (c *Call) Offering(lost *agent.Agent, now time.Time) Offering { return Offering{c, lost, now} }

// Reserved says whether the waiting caller is reserved for the agent they have lost. Then the caller is offered to
// no other agent, and that agent to no caller behind them. It also holds while a target is rung whose transferor has
// left: if the target does not answer, the caller goes back to the transferor.
func (c Offering) Reserved() bool {
	p, lost, now := c.Recall, c.lost, c.now
	ringing := c.State == Ringing && c.Transfer.Open()
	switch {
	case p.Agent == "" || !ringing && (c.State != Waiting || !now.Before(p.Until)):
		return false
	case lost == nil || lost.ID != p.Agent:
		return true
	case p.LostAt.IsZero() && lost.Presence(now) == agent.IsOffline:
		return false // the agent's leg was not lost with the caller's, so offline means that no page is open
	}
	return lost.EligibleForRecall(string(c.ID), p.LostAt, now)
}

// May says whether the caller may be offered to this agent now: no agent is being rung, this agent has not just missed
// or declined the caller, and the caller is not reserved for another.
func (c Offering) May(a *agent.Agent) bool {
	return c.MayNamed(a) && (!c.Rests(a.ID) || c.Reserved())
}

// Rests says whether this agent has just missed or declined the caller.
func (c Offering) Rests(a agent.ID) bool {
	at, tried := c.FailedOffers[a]
	return tried && c.now.Before(at.Add(RetryAfter))
}

// MayNamed is May of an agent whom a supervisor has named, who may have just missed or declined the caller.
func (c Offering) MayNamed(a *agent.Agent) bool {
	tired := c.Dials >= quickDialLimit && c.now.Before(c.Since.Add(slowDialDelay))
	if c.State != Waiting && !c.mayBeTried() || c.BeingAsked() || tired || !c.admitted(c.Caller.Joined, c.now) {
		return false
	}
	if c.Reserved() {
		return a.ID == c.Recall.Agent && a.HeartbeatAt.After(c.Recall.startedAt())
	}
	return true
}

// rest lets an agent not be offered the caller for a while.
func (p *Place) rest(a agent.ID, now time.Time) {
	if p.FailedOffers == nil {
		p.FailedOffers = map[agent.ID]time.Time{}
	}
	p.FailedOffers[a] = now
}

func (c change) startOffer(a *agent.Agent, key LegKey, ring time.Duration) error {
	if err := c.transition(Offer); err != nil {
		return err
	}
	c.Offer = key
	if c.State == AgentFirst {
		c.Out.offered(Leg{Key: key, Agent: a.ID, Name: a.Name})
	}
	c.add(Leg{Key: key, Agent: a.ID, Name: a.Name, Deadline: c.now.Add(ring + ringSlack)}, LegPlanned, c.now)
	return nil
}
