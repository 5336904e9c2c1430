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
	line, unknown := m.store.Queue(ctx) // without the queue an agent's own call is shown all the same
	within := time.Duration(0)
	if beat {
		within = m.restoreAllMusic(ctx, now)
	} else {
		m.restoreMusic(ctx, line, now)
	}
	if anyWaiting(line, false) && a.Free(now) || anyWaiting(line, true) && a.Reachable(now) {
		offered := m.offerNext(ctx, now, asking{who: a.ID}, line)
		if offered != nil && offered.Seat(a.ID).Leg() != nil {
			c = offered
			var err error
			if a, err = m.store.Agent(ctx, a.ID); err != nil {
				return agentview.Snapshot{}, err
			}
		}
	}
	snap := m.view(a, c, line, unknown == nil, now)
	snap.BeatWithin = int(within / time.Second)
	return snap, nil
}

// view is the snapshot of what was loaded; known says whether the queue was read.
func (p *pusher) view(a *agent.Agent, c *call.Call, line []QueueEntry, known bool, now time.Time) agentview.Snapshot {
	queue := agentview.Queue(line, QueuePage)
	queue.Unknown = !known
	return agentview.Of(a, c, queue, p.set.Numbers != nil, now)
}

// anyWaiting says whether any caller may be offered; with heads, whether any requeued caller may.
func anyWaiting(line []QueueEntry, heads bool) bool {
	for _, w := range line {
		if w.State == call.Waiting && (w.Requeued || !heads) {
			return true
		}
	}
	return false
}
