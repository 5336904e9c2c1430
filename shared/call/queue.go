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

// rest lets an agent not be offered the caller for a while.
func (p *Place) rest(a agent.ID, now time.Time) {
	if p.FailedOffers == nil {
		p.FailedOffers = map[agent.ID]time.Time{}
	}
	p.FailedOffers[a] = now
}
