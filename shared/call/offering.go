package call

import (
	"time"

	"warmtransfer/shared/agent"
)

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

// May says whether the caller may be offered to this agent now: no agent is being rung, this agent has not just missed
// or declined the caller, and the caller is not reserved for another.
func (c Offering) May(a *agent.Agent) bool {
	return c.MayNamed(a) && (!c.Rests(a.ID) || c.Reserved())
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

// Rests says whether this agent has just missed or declined the caller.
func (c Offering) Rests(a agent.ID) bool {
	at, tried := c.FailedOffers[a]
	return tried && c.now.Before(at.Add(RetryAfter))
}

// mayBeTried says whether the place's caller may be dialled now.
func (c Offering) mayBeTried() bool {
	return c.State == KeepsPlace && c.Kept.Lent == "" && !c.now.Before(c.Kept.Next) && len(c.Legs) == 0
}

// ApplyOldPlace applies that a caller who has just arrived has the place that was kept for them.
func (p *Place) ApplyOldPlace(kept *Call, now time.Time) {
	p.Had = kept.ID
	if kept.Queued.Before(p.Queued) {
		p.Queued, p.Came = kept.Queued, now
	}
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
