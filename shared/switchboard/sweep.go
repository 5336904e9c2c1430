package switchboard

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Sweeping limits one sweep.
type Sweeping struct {
	Most   int              // calls that it handles
	AtOnce int              // of those at the same time; 0: one after the other
	Clock  func() time.Time // a sweep takes long, so each call gets the time of its own turn
	// Within is how long after its beginning the sweep may begin with another call; 0: no limit.
	Within time.Duration
}

// Swept is what a sweep has done.
type Swept struct {
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
func (s *Switchboard) Sweep(ctx context.Context, o Sweeping) (Swept, error) {
	ids, err := s.store.Live(ctx, o.Most)
	if err != nil {
		return Swept{}, err
	}
	began := o.Clock()
	ids = turned(ids, began)
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
	return Swept{Changed: int(changed.Load()), Left: int(left.Load())}, nil
}

// anyPage says whether any agent's page sends heartbeats: heartbeats repair a caller's music sooner
// than the next sweep. If the agents cannot be read, it says yes.
func (s *Switchboard) anyPage(ctx context.Context, now time.Time) bool {
	beats := func(a agent.Agent) bool { return !now.After(a.Seen.Add(agent.StaleAfter)) }
	for page, err := range s.pages(ctx, allPages) {
		if err != nil || slices.ContainsFunc(page, beats) {
			return true
		}
	}
	return false
}

// sweep reconciles one call, and says whether its state has changed. Watched says whether any
// agent's page sends heartbeats; it is only asked where that matters.
func (s *Switchboard) sweep(ctx context.Context, id conference.ID, watched func() bool, now time.Time) bool {
	c, err := s.load(ctx, id)
	if err != nil {
		return false
	}
	var owner *agent.Agent
	if ownerID := c.OwnerAgent(); ownerID != "" {
		owner, _ = s.store.Agent(ctx, ownerID) // the next sweep asks again
	}
	var before conference.State
	after, err := s.updateFrom(ctx, "", c, now, func(c *conference.Conference) error {
		before = c.State
		c.Audit(now)
		if c.MusicLate(now) && !watched() {
			c.Unwatched()
		}
		if owner != nil && owner.ID == c.OwnerAgent() {
			c.PageSeen(owner.Seen, now)
		}
		return nil
	})
	if err != nil {
		return false
	}
	s.assureAll(ctx, after, owner, now)
	return after.State != before
}

// assureAll corrects the claims of all agents in a call. The owner is given as loaded before, or
// nil.
func (s *Switchboard) assureAll(ctx context.Context, c *conference.Conference, owner *agent.Agent, now time.Time) {
	for _, l := range c.Legs {
		if c.LegOf(l.Agent) == nil || owner != nil && l.Agent == owner.ID && !bind(owner, c, now) {
			continue
		}
		s.assure(ctx, c, l.Agent, now)
	}
}

// golden is the fractional part of the golden ratio: its multiples spread the start offsets evenly.
const golden = 0.6180339887

// turned begins the list at another offset in each minute: even if the time never suffices for the
// whole list, every call has its turn.
func turned(ids []conference.ID, now time.Time) []conference.ID {
	_, part := math.Modf(float64(now.Unix()/60) * golden)
	at := int(part * float64(len(ids)))
	return append(ids[at:len(ids):len(ids)], ids[:at]...)
}
