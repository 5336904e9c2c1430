package switchboard

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Before is what a call was before a change of it was saved.
type Before struct {
	New      bool
	State    conference.State
	Legs     int
	Refusals int                // see call.Call.Refusals
	Transfer conference.LegKey  // the target's leg of the last transfer
	Outcome  conference.Outcome // how that transfer ended
}

func before(c *conference.Conference) Before {
	b := Before{New: c.Version == 0, State: c.State, Legs: len(c.Legs), Refusals: c.Refusals()}
	if t := c.Transfer; t != nil {
		b.Transfer, b.Outcome = t.Leg, t.Outcome
	}
	return b
}

// Ended is the transfer that the change has ended, or nil.
func (b Before) Ended(c *conference.Conference) *conference.Transfer {
	t := c.Transfer
	if t == nil || t.Open() || t.Leg == b.Transfer && t.Outcome == b.Outcome {
		return nil
	}
	return t
}

// Gauges are the state of the queue and of the agents, for monitoring.
type Gauges struct {
	Waiting int           // callers in the queue, at most QueuePage
	Longest time.Duration // the longest wait among them
	Agents  map[agent.Presence]int
	// Silent are the free agents whose pages have long been silent: see RetireSilent.
	Silent []agent.ID
	// Stuck: a caller has waited for more than stuckAfter while an agent is free. A single report
	// can be chance, since the free agent may just have declined.
	Stuck bool
}

// stuckAfter is longer than any clock needs to bring a caller and a free agent together.
const stuckAfter = time.Minute

// Gauges reads the queue and the agents.
func (s *Switchboard) Gauges(ctx context.Context, now time.Time) (Gauges, error) {
	line, err := s.store.Line(ctx)
	if err != nil {
		return Gauges{}, err
	}
	g := Gauges{Waiting: len(line), Agents: map[agent.Presence]int{}}
	for page, err := range s.pages(ctx, allPages) {
		if err != nil {
			return Gauges{}, err
		}
		for _, a := range page {
			g.Agents[a.Presence(now)]++
			if a.FallSilent(now) {
				g.Silent = append(g.Silent, a.ID)
			}
		}
	}
	for _, w := range line {
		waited := max(0, now.Sub(w.Queued))
		g.Longest = max(g.Longest, waited)
		if w.State == conference.Waiting && waited > stuckAfter && g.Agents[agent.IsAvailable] > 0 {
			g.Stuck = true
		}
	}
	return g, nil
}
