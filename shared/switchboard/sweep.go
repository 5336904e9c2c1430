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

// Sweeping is how much one sweep may do.
type Sweeping struct {
	Most   int              // conferences that it looks after
	AtOnce int              // of those at the same time; 0 is one after the other
	Clock  func() time.Time // a sweep takes long enough for a time of its own for each
	// Within is how long after its beginning it begins with the last one; 0: no limit.
	Within time.Duration
}

// Swept is what a sweep has done.
type Swept struct {
	Changed int // conferences that had to be changed more than that the network was asked
	Left    int // conferences for which there was no time
}

// Sweep is the clock of last resort: for every conference that still needs a clock, up
// to most of them, it asks the network who is really there and does what is due.
//
// It asks for all of them, and not only for those whose agent's page has fallen silent:
// a leg can be lost with a page that beats, and a page that is silent proves nothing (see
// conference.Conference.PageSeen). So silence alone never takes an agent from his caller.
// It makes him offline for others, so that nobody offers him more, and the caller is told
// not to give up; whether he is lost only the network can say. It tells of it, and is asked
// here once a minute whatever is known; beats, turns of music and events ask it only where
// something is known not to be known (conference.Conference.Due). If his leg is gone, or
// the network has ended it at last, the caller goes back to music at the head of the line
// (conference.Conference.Head), and the next turn can tell her why.
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

// anyPage says whether an agent's page beats, which looks after callers sooner than the next sweep.
// If that is not known, one does.
func (s *Switchboard) anyPage(ctx context.Context, now time.Time) bool {
	beats := func(a agent.Agent) bool { return !now.After(a.Seen.Add(agent.StaleAfter)) }
	for page, err := range s.pages(ctx, allPages) {
		if err != nil || slices.ContainsFunc(page, beats) {
			return true
		}
	}
	return false
}

// sweep looks after one conference, and says whether that has changed it. Watched says whether
// an agent's page beats; it is only asked where that matters.
func (s *Switchboard) sweep(ctx context.Context, id conference.ID, watched func() bool, now time.Time) bool {
	c, err := s.load(ctx, id)
	if err != nil {
		return false
	}
	var owner *agent.Agent
	if his := c.OwnerAgent(); his != "" {
		owner, _ = s.store.Agent(ctx, his) // the next sweep asks again
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

// assureAll makes the claims of all agents in a conference true. The owner is given as he was
// before, or nil.
func (s *Switchboard) assureAll(ctx context.Context, c *conference.Conference, owner *agent.Agent, now time.Time) {
	for _, l := range c.Legs {
		if c.LegOf(l.Agent) == nil || owner != nil && l.Agent == owner.ID && !bind(owner, c, now) {
			continue
		}
		s.assure(ctx, c, l.Agent, now)
	}
}

// golden is the part of a whole by which a turn that is repeated comes evenly everywhere.
const golden = 0.6180339887

// turned begins the list elsewhere in each minute: if the time is always too short for all
// of it, nobody is left out for ever.
func turned(ids []conference.ID, now time.Time) []conference.ID {
	_, part := math.Modf(float64(now.Unix()/60) * golden)
	at := int(part * float64(len(ids)))
	return append(ids[at:len(ids):len(ids)], ids[:at]...)
}
