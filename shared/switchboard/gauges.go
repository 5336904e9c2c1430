package switchboard

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Before is what a conference was before a change of it was saved.
type Before struct {
	New      bool
	State    conference.State
	Legs     int
	Refusals int                // see conference.Conference.Refusals
	Transfer conference.LegKey  // the last transfer's target
	Outcome  conference.Outcome // and how it ended
}

func before(c *conference.Conference) Before {
	b := Before{New: c.Version == 0, State: c.State, Legs: len(c.Legs), Refusals: c.Refusals()}
	if t := c.Transfer; t != nil {
		b.Transfer, b.Outcome = t.Leg, t.Outcome
	}
	return b
}

// Ended is the transfer that has come to its end by the change, or nil.
func (b Before) Ended(c *conference.Conference) *conference.Transfer {
	t := c.Transfer
	if t == nil || t.Open() || t.Leg == b.Transfer && t.Outcome == b.Outcome {
		return nil
	}
	return t
}

// Gauges are how the line stands.
type Gauges struct {
	Waiting int           // callers in the line, at most LinePage
	Longest time.Duration // that one of them has waited
	Agents  map[agent.Presence]int
	// Silent are those of the free ones whose pages have been silent for long: see RetireSilent.
	Silent []agent.ID
	// Stuck: somebody has waited for a while, and an agent is free. One at a time that can
	// be by chance, since the free one may just have declined.
	Stuck bool
}

// stuckAfter is more than any clock needs to bring a caller and a free agent together.
const stuckAfter = time.Minute

// Gauges looks at the line and at the agents.
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
