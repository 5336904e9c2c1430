package service

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// SweepLimits limits one sweep.
type SweepLimits struct {
	Most   int              // calls that it looks at
	AtOnce int              // of those at the same time; 0: one after the other
	Clock  func() time.Time // a sweep takes long, so each call gets the time of its own turn
	// Within is how long after its beginning the sweep may begin with another call; 0: no limit.
	Within time.Duration
	// Audits is how many calls of which nothing seems wrong it looks at all the same.
	Audits int
	// Pause waits, a second at most: if no page looks after music whose next turn is due just now, the next sweep would
	// come too late for it, so the sweep looks once more. Nil: it does not.
	Pause func(context.Context, time.Duration)
}

// SweepResult is what a sweep has done.
type SweepResult struct {
	Live    int // calls that need a clock
	Looked  int // calls that it has looked at
	Changed int // of those, calls whose state has changed
	Left    int // calls for which there was no time

	agents *roll
}

// sweeper reconciles the calls that no other clock has looked after.
type sweeper struct{ *matcher }

// Sweep is the scheduled reconciliation. It looks at calls that still need a clock: it asks Twilio
// who is in the conference, and carries out what is due.
//
// It looks at each call of which something may be wrong: that is overdue (call.Due), that is not stored
// with its due time, whose legs or conference Twilio has no longer in progress, that has more legs than agents who
// are claimed for it, or whose agent's page is silent. For that it reads the lists of all live calls and agents, and
// Twilio's lists of what is in progress: a few requests for a thousand calls. In turn it looks at o.Audits of the
// others, too. A line with no more calls than that has each of them looked at each minute, whatever is known, and
// asks for no list.
//
// A silent page proves nothing (see call.Call.ApplyOwnerHeartbeat). It therefore never takes an
// agent from a caller. The agent is shown as offline, so that nobody offers them more, and the
// caller is told to stay. Whether the agent's leg is lost only Twilio can say: by a callback, or
// here. Heartbeats, music turns and events reconcile only a stale call (see call.Call.Plan). If the
// leg is gone, or Twilio has ended it, the caller goes back to music at the head of the queue
// (call.Call.Requeued), and the next music turn can say why.
//
// If some of the live calls cannot be listed, it looks at the others, and returns the failure with what it has done.
func (s *sweeper) Sweep(ctx context.Context, o SweepLimits) (SweepResult, error) {
	began := o.Clock()
	live, err := s.store.Live(ctx, o.Audits) // so many are looked at in any case
	if err != nil && len(live) == 0 {
		return SweepResult{}, err
	}
	agents := s.roll(ctx, began)
	ids := s.suspects(ctx, live, agents, o.Audits, began)
	kept := ids[:min(len(ids), o.Most)]
	var looked, changed atomic.Int64
	var again doubts
	s.each(ctx, kept, o, began, func(id call.ID, now time.Time) {
		looked.Add(1)
		moved, due := s.sweep(ctx, id, agents, now)
		if moved {
			changed.Add(1)
		}
		again.add(id, due)
	})
	if o.Pause != nil && len(again.ids) > 0 {
		o.Pause(ctx, again.until.Sub(o.Clock()))
		s.each(ctx, again.ids, o, began, func(id call.ID, now time.Time) {
			if moved, _ := s.sweep(ctx, id, agents, now); moved {
				changed.Add(1)
			}
		})
	}
	n := int(looked.Load())
	return SweepResult{
		Live: len(live), Looked: n, Changed: int(changed.Load()), Left: len(ids) - n, agents: agents,
	}, err
}

// each looks at calls, some at the same time, while there is time.
func (s *sweeper) each(
	ctx context.Context, ids []call.ID, o SweepLimits, began time.Time, look func(id call.ID, now time.Time),
) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range max(1, o.AtOnce) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)); i = next.Add(1) - 1 {
				now := o.Clock()
				if o.Within > 0 && now.Sub(began) >= o.Within || ctx.Err() != nil {
					return
				}
				look(ids[i], now)
			}
		})
	}
	all.Wait()
}

// doubts are calls at which a sweep must look once more, when the last of them is due.
type doubts struct {
	mu    sync.Mutex
	ids   []call.ID
	until time.Time
}

func (d *doubts) add(id call.ID, due time.Time) {
	if due.IsZero() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids = append(d.ids, id)
	if due.After(d.until) {
		d.until = due
	}
}

// suspects are the calls that a sweep looks at, those first of which something is known to be wrong.
func (s *sweeper) suspects(
	ctx context.Context, live []LiveCall, agents *roll, audits int, now time.Time,
) []call.ID {
	var overdue, others []LiveCall
	for _, c := range live {
		if c.Due.After(now) {
			others = append(others, c)
		} else {
			overdue = append(overdue, c)
		}
	}
	minute := now.Unix() / 60
	overdue, others = rotated(overdue, minute), rotated(others, minute)
	if len(others) <= audits {
		return idsOf(overdue, others)
	}
	wrong, err := s.missing(ctx, agents, now)
	if err != nil {
		return idsOf(overdue, others) // nothing is known of them, so each is looked at while there is time
	}
	var lost []LiveCall
	fine := others[:0]
	for _, c := range others {
		if wrong(c) {
			lost = append(lost, c)
		} else {
			fine = append(fine, c)
		}
	}
	return idsOf(overdue, lost, fine[:min(len(fine), audits)])
}

// missing asks the network what is in progress. The result says whether that, and the agents whose pages are silent, do
// not fit what is stored of a call.
func (s *sweeper) missing(
	ctx context.Context, agents *roll, now time.Time,
) (wrong func(LiveCall) bool, err error) {
	if agents.err != nil {
		return nil, agents.err
	}
	here, err := s.calls.Connected(ctx)
	if err != nil {
		return nil, err
	}
	silent, claims := map[call.ID]bool{}, map[call.ID]int{}
	for _, a := range agents.agents {
		if a.Claim == nil {
			continue
		}
		id := call.ID(a.Claim.Call)
		claims[id]++
		silent[id] = silent[id] || now.After(a.HeartbeatAt.Add(agent.StaleAfter))
	}
	return func(c LiveCall) bool {
		gone := func(l call.LegID) bool { return !here.Legs[l] }
		others := len(c.Legs) - 1 // than the caller's: of agents, who are claimed, and of outside parties
		// A conference that waits for its first agent is in no list.
		return silent[c.ID] || others > claims[c.ID] || slices.ContainsFunc(c.Legs, gone) ||
			others > 0 && !here.Conferences[c.ID]
	}, nil
}

func idsOf(lists ...[]LiveCall) (ids []call.ID) {
	for _, list := range lists {
		for _, c := range list {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// sweep reconciles one call, and says whether its state has changed. Of an owner who is present the roll says enough:
// they have been heard of since at most. Again is when it is known whether a turn of music that is due just
// now was requested; zero if none is.
func (s *sweeper) sweep(
	ctx context.Context, id call.ID, agents *roll, now time.Time,
) (changed bool, again time.Time) {
	c, err := s.load(ctx, id)
	if err != nil {
		return false, again
	}
	if c.Kept.Lent != "" && c.State == call.KeepsPlace {
		s.keptOn(ctx, c, now)
	}
	var owner *agent.Agent
	if ownerID := c.OwnerAgent(); ownerID != "" {
		if owner = agents.present(ownerID, now); owner == nil {
			owner, _ = s.store.Agent(ctx, ownerID) // the next sweep asks again
		}
	}
	lost := s.lostWatchers(ctx, c, now)
	var before call.State
	after, err := s.updateAndMatchFrom(ctx, "", c, now, func(c *call.Call) error {
		before = c.State
		c.Reconciliation(now).Request()
		for _, id := range lost {
			c.Supervision(now).End(id, call.Request{})
		}
		if c.Hearing(now).MusicLate() && !agents.anyPresent() {
			if again = c.NoPageWatches(); !now.Before(again) {
				again = time.Time{}
			}
		}
		if owner != nil && owner.ID == c.OwnerAgent() {
			c.ApplyOwnerHeartbeat(owner.HeartbeatAt, now)
		}
		return nil
	})
	if err != nil {
		return false, again
	}
	s.repairClaims(ctx, after, owner, now)
	return after.State != before, again
}

// repairClaims corrects the claims of all agents in a call. The owner is given as loaded before, or
// nil.
func (s *sweeper) repairClaims(ctx context.Context, c *call.Call, owner *agent.Agent, now time.Time) {
	for _, l := range c.Legs {
		if c.Seat(l.Agent).Leg() == nil || owner != nil && l.Agent == owner.ID && !bind(owner, c, now) {
			continue
		}
		s.repairClaim(ctx, c, l.Agent, now)
	}
}

// lostWatchers are the supervisors in a call whose pages are silent, who were removed, or who are claimed for something
// else. Those who cannot be read stay.
func (s *sweeper) lostWatchers(ctx context.Context, c *call.Call, now time.Time) (lost []agent.ID) {
	for _, l := range c.Watching {
		a, err := s.store.Agent(ctx, l.Agent)
		switch {
		case errors.Is(err, ErrNotFound):
			lost = append(lost, l.Agent)
		case err != nil:
		case a.IsRemoved(), now.After(a.HeartbeatAt.Add(agent.StaleAfter)),
			!a.Claimed(now) || a.Claim.Leg != string(l.Key):
			lost = append(lost, l.Agent)
		}
	}
	return lost
}
