package service

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// SweepLimits limits one sweep.
type SweepLimits struct {
	Most   int              // calls that it handles
	AtOnce int              // of those at the same time; 0: one after the other
	Clock  func() time.Time // a sweep takes long, so each call gets the time of its own turn
	// Within is how long after its beginning the sweep may begin with another call; 0: no limit.
	Within time.Duration
}

// SweepResult is what a sweep has done.
type SweepResult struct {
	Changed int // calls whose state has changed
	Left    int // calls for which there was no time
}

// Sweep is the scheduled reconciliation. For every call that still needs a clock, at most o.Most of
// them, it asks Twilio who is in the conference and carries out what is due.
//
// It reconciles all of them, and not only calls whose agent's page is silent: a leg can be lost
// while the page still sends heartbeats, and a silent page proves nothing (see
// call.Call.ApplyOwnerHeartbeat). A silent page alone therefore never takes an agent from a caller.
// The agent is shown as offline, so that nobody offers them more, and the caller is told to stay.
// Whether the agent's leg is lost only Twilio can say: by a callback, or here, once a minute,
// whatever is known. Heartbeats, music turns and events reconcile only a stale call (see
// call.Call.Plan). If the leg is gone, or Twilio has ended it, the caller goes back to music at the
// head of the queue (call.Call.Requeued), and the next music turn can say why.
func (s *Service) Sweep(ctx context.Context, o SweepLimits) (SweepResult, error) {
	ids, err := s.store.Live(ctx, o.Most)
	if err != nil {
		return SweepResult{}, err
	}
	began := o.Clock()
	ids = rotated(ids, began)
	watched := sync.OnceValue(func() bool { return s.anyPage(ctx, began) })
	var next, left, changed atomic.Int64
	var all sync.WaitGroup
	for range max(1, o.AtOnce) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)); i = next.Add(1) - 1 {
				now := o.Clock()
				switch over := o.Within > 0 && now.Sub(began) >= o.Within; {
				case over, ctx.Err() != nil:
					left.Add(1)
				case s.sweep(ctx, ids[i], watched, now):
					changed.Add(1)
				}
			}
		})
	}
	all.Wait()
	return SweepResult{Changed: int(changed.Load()), Left: int(left.Load())}, nil
}

// anyPage says whether any agent's page sends heartbeats: heartbeats repair a caller's music sooner
// than the next sweep. If the agents cannot be read, it says yes.
func (s *Service) anyPage(ctx context.Context, now time.Time) bool {
	beats := func(a agent.Agent) bool { return !now.After(a.HeartbeatAt.Add(agent.StaleAfter)) }
	for page, err := range s.pages(ctx, allPages) {
		if err != nil || slices.ContainsFunc(page, beats) {
			return true
		}
	}
	return false
}

// sweep reconciles one call, and says whether its state has changed. Watched says whether any
// agent's page sends heartbeats; it is only asked where that matters.
func (s *Service) sweep(ctx context.Context, id call.ID, watched func() bool, now time.Time) bool {
	c, err := s.load(ctx, id)
	if err != nil {
		return false
	}
	var owner *agent.Agent
	if ownerID := c.OwnerAgent(); ownerID != "" {
		owner, _ = s.store.Agent(ctx, ownerID) // the next sweep asks again
	}
	var before call.State
	after, err := s.updateAndMatchFrom(ctx, "", c, now, func(c *call.Call) error {
		before = c.State
		c.RequestReconcile(now)
		if c.MusicLate(now) && !watched() {
			c.NoPageWatches()
		}
		if owner != nil && owner.ID == c.OwnerAgent() {
			c.ApplyOwnerHeartbeat(owner.HeartbeatAt, now)
		}
		return nil
	})
	if err != nil {
		return false
	}
	s.repairClaims(ctx, after, owner, now)
	return after.State != before
}

// repairClaims corrects the claims of all agents in a call. The owner is given as loaded before, or
// nil.
func (s *Service) repairClaims(ctx context.Context, c *call.Call, owner *agent.Agent, now time.Time) {
	for _, l := range c.Legs {
		if c.Seat(l.Agent).Leg() == nil || owner != nil && l.Agent == owner.ID && !bind(owner, c, now) {
			continue
		}
		s.repairClaim(ctx, c, l.Agent, now)
	}
}

// golden is the fractional part of the golden ratio: its multiples spread the start offsets evenly.
const golden = 0.6180339887

// rotated begins the list at another offset in each minute: even if the time never suffices for the
// whole list, every call has its turn.
func rotated(ids []call.ID, now time.Time) []call.ID {
	_, part := math.Modf(float64(now.Unix()/60) * golden)
	at := int(part * float64(len(ids)))
	return append(ids[at:len(ids):len(ids)], ids[:at]...)
}
