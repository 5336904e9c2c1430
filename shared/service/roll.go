package service

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
)

// roll is the list of all agents as a sweep has read it, which asks for it once. A list may lag, so it is used where
// what it shows can only have become better since, and where it is asked again if it shows anything wrong.
type roll struct {
	agents []agent.Agent
	at     map[agent.ID]int // in agents
	read   time.Time
	err    error // some may be missing then
}

// rollFor is how long a roll says how the line stands.
const rollFor = 5 * time.Second

func (d *directory) roll(ctx context.Context, now time.Time) *roll {
	r := &roll{at: map[agent.ID]int{}, read: now}
	for page, err := range d.pages(ctx, allPages) {
		for _, a := range page {
			r.at[a.ID] = len(r.agents)
			r.agents = append(r.agents, a)
		}
		r.err = err
	}
	return r
}

// present is an agent whose page has sent a heartbeat lately, as they were then; nil if it has not, or that is not
// known.
func (r *roll) present(id agent.ID, now time.Time) *agent.Agent {
	at, known := r.at[id]
	if !known || now.After(r.agents[at].HeartbeatAt.Add(agent.StaleAfter)) {
		return nil
	}
	return r.agents[at].Clone()
}

// anyPresent says whether any page sends heartbeats: heartbeats repair a caller's music sooner than the next sweep. If
// the agents cannot be read, it says yes.
func (r *roll) anyPresent() bool {
	for _, a := range r.agents {
		if !r.read.After(a.HeartbeatAt.Add(agent.StaleAfter)) {
			return true
		}
	}
	return r.err != nil
}
