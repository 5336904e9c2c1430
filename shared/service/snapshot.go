package service

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// snapshot builds the agent's view; c is the agent's call or nil. If callers wait, it first makes
// an offer, to a free agent or to one who is reachable and may be reserved for a requeued caller.
// With a heartbeat of the agent's page it also repairs everybody's music.
func (m *matcher) snapshot(ctx context.Context, a *agent.Agent, c *call.Call, beat bool,
	now time.Time) (agentview.Snapshot, error) {
	queue, unread := m.store.Queue(ctx) // without the queue an agent's own call is shown all the same
	within := time.Duration(0)
	if beat {
		within = m.restoreAllMusic(ctx, a, now)
	} else {
		m.restoreMusic(ctx, queue, now)
	}
	if anyWaiting(queue, false) && a.Free(now) || anyWaiting(queue, true) && a.Reachable(now) {
		offered := m.offerNext(ctx, now, asking{who: a}, queue)
		if offered != nil && offered.Seat(a.ID).Leg() != nil {
			c = offered
			var err error
			if a, err = m.store.Agent(ctx, a.ID); err != nil {
				return agentview.Snapshot{}, err
			}
		}
	}
	snap := m.view(a, c, queueView(queue, unread), now)
	snap.BeatWithin = int(within / time.Second)
	return snap, nil
}
