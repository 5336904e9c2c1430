package service

import (
	"context"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Metrics are the state of the queue and of the agents, for monitoring.
type Metrics struct {
	Waiting int           // callers in the queue, at most QueuePage
	Longest time.Duration // the longest wait among them
	Agents  map[agent.Presence]int
	Seen    time.Time // the newest heartbeat of an agent
	// Silent are the free agents whose pages have long been silent: see RetireSilent.
	Silent []agent.ID
	// Stuck: a caller has waited for more than stuckAfter while an agent is free. A single report
	// can be chance, since the free agent may just have declined.
	Stuck bool
}

// stuckAfter is longer than any clock needs to bring a caller and a free agent together.
const stuckAfter = time.Minute

// NobodyOnline says whether no agent is online, free or not, and none was a while ago: a page may lose its connection.
func (m Metrics) NobodyOnline(now time.Time) bool {
	if now.Before(m.Seen.Add(call.AloneLimit)) {
		return false
	}
	for presence, n := range m.Agents {
		if presence != agent.IsOffline && n > 0 {
			return false
		}
	}
	return true
}

// Metrics reads the queue and the agents.
func (d *directory) Metrics(ctx context.Context, now time.Time) (Metrics, error) {
	return d.MetricsAfter(ctx, SweepResult{}, now, now)
}

// MetricsAfter is Metrics after a sweep, which has read the agents: if that was a moment ago by its clock, they are not
// read again.
func (d *directory) MetricsAfter(ctx context.Context, swept SweepResult, clock, now time.Time) (Metrics, error) {
	queue, err := d.store.Queue(ctx)
	if err != nil {
		return Metrics{}, err
	}
	kept := func(w QueueEntry) bool { return w.State == call.KeepsPlace } // they are not on the line
	queue = slices.DeleteFunc(queue, kept)
	m := Metrics{Waiting: len(queue), Agents: map[agent.Presence]int{}}
	agents := swept.agents
	if agents == nil || agents.err != nil || clock.Sub(agents.read) > rollFor {
		agents = d.roll(ctx, clock)
	}
	if agents.err != nil {
		return Metrics{}, agents.err
	}
	for _, a := range agents.agents {
		m.Agents[a.Presence(now)]++
		if seen := a.LastSeen(); seen.After(m.Seen) {
			m.Seen = seen
		}
		if a.FallSilent(now) {
			m.Silent = append(m.Silent, a.ID)
		}
	}
	for _, w := range queue {
		waited := max(0, now.Sub(w.Queued))
		m.Longest = max(m.Longest, waited)
		if w.State == call.Waiting && waited > stuckAfter && m.Agents[agent.IsAvailable] > 0 {
			m.Stuck = true
		}
	}
	return m, nil
}
