package servicetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// t0 has a fraction of a second, so that a store that truncates times fails the suite.
var t0 = time.Date(2026, 11, 22, 10, 16, 49, 123_000_000, time.UTC)

// StoreSuite is what every service.Store must pass. Each subtest gets a new, empty store. Lists may
// lag: the suite reads them again for up to two seconds.
func StoreSuite(t *testing.T, open func(t *testing.T) service.Store) {
	t.Run("a missing item is not found", func(t *testing.T) { missing(t, open(t)) })
	t.Run("an item comes back whole", func(t *testing.T) { whole(t, open(t)) })
	t.Run("F112 a save against an old version is a conflict and writes nothing", func(t *testing.T) {
		conflict(t, open(t))
	})
	t.Run("F304 the place of a number", func(t *testing.T) { placeOf(t, open(t)) })
	t.Run("F345 a number is held for one call back", func(t *testing.T) { holds(t, open(t)) })
	t.Run("F395 the page on which others rely", func(t *testing.T) { lookout(t, open(t)) })
	t.Run("of many savers of one version one wins", func(t *testing.T) { race(t, open(t)) })
	t.Run("F002 the line is in order of arrival, heads first", func(t *testing.T) { line(t, open(t)) })
	t.Run("the line is read one page deep", func(t *testing.T) { page(t, open(t)) })
	t.Run("agents: free ones first, longest idle first", func(t *testing.T) { agents(t, open(t)) })
	t.Run("F179 the agents go on beyond a page, and leave out who was removed", func(t *testing.T) {
		pages(t, open(t))
	})
	t.Run("F207 the free agents, longest idle first", func(t *testing.T) { free(t, open(t)) })
	t.Run("F182 the callers without music", func(t *testing.T) { withoutMusic(t, open(t)) })
	t.Run("the live ones", func(t *testing.T) { live(t, open(t)) })
	t.Run("N3 one that has ended is live until its legs are", func(t *testing.T) { unfinished(t, open(t)) })
}

func id(n int) call.ID { return call.ID(fmt.Sprintf("CA%032x", n)) }

func missing(t *testing.T, s service.Store) {
	if _, err := s.Call(t.Context(), id(1)); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("call: %v", err)
	}
	if _, err := s.Agent(t.Context(), "nobody"); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("agent: %v", err)
	}
}

func whole(t *testing.T, s service.Store) {
	c := call.New(id(1), "+15005550001", true, t0)
	a := agent.New("alice", "Alice A.", t0)
	if err := c.StartOffer(a, "leg-1", 20*time.Second, t0); err != nil {
		t.Fatal(err)
	}
	c.ApplyStarted(c.Plan(20*time.Second, t0), t0)
	c.Recall = call.Recall{Agent: "bob", LostAt: t0, Until: t0.Add(time.Minute)}
	c.FailedOffers = map[agent.ID]time.Time{"carol": t0}
	must(t, s.SaveCall(t.Context(), c))
	got, err := s.Call(t.Context(), c.ID)
	must(t, err)
	equal(t, got, c)
	if got.Version != 1 {
		t.Errorf("version %d after one save", got.Version)
	}
	must(t, a.ClaimFor(string(c.ID), "leg-1", t0)) // the agent is away, so this must not fail the test
}

func must(t *testing.T, err error) {
	t.Helper()
	var notFree *agent.NotFreeError
	if err != nil && !errors.As(err, &notFree) {
		t.Fatal(err)
	}
}

func conflict(t *testing.T, s service.Store) {
	first := call.New(id(1), "", false, t0)
	must(t, s.SaveCall(t.Context(), first))
	again := call.New(id(1), "+15005550001", false, t0)
	if err := s.SaveCall(t.Context(), again); !errors.Is(err, service.ErrConflict) {
		t.Errorf("second creation: %v", err)
	}
	if again.Version != 0 {
		t.Errorf("a failed save changed the version to %d", again.Version)
	}
	stale, err := s.Call(t.Context(), id(1))
	must(t, err)
	first.ApplyCallerEnded(t0)
	must(t, s.SaveCall(t.Context(), first))
	if err := s.SaveCall(t.Context(), stale); !errors.Is(err, service.ErrConflict) {
		t.Errorf("stale save: %v", err)
	}
	got, err := s.Call(t.Context(), id(1))
	must(t, err)
	equal(t, got, first)
}

func race(t *testing.T, s service.Store) {
	must(t, s.SaveAgent(t.Context(), agent.New("alice", "Alice", t0)))
	var wins atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			a := agent.New("alice", fmt.Sprint(i), t0)
			a.Version = 1
			switch err := s.SaveAgent(context.WithoutCancel(t.Context()), a); {
			case err == nil:
				wins.Add(1)
			case !errors.Is(err, service.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d savers won", wins.Load())
	}
}

func line(t *testing.T, s service.Store) {
	for i, after := range []time.Duration{3, 1, 2} {
		must(t, s.SaveCall(t.Context(), call.New(id(i), "", false, t0.Add(after*time.Millisecond))))
	}
	head := call.New(id(9), "", false, t0.Add(time.Hour))
	head.Requeued = true
	must(t, s.SaveCall(t.Context(), head))
	over := call.New(id(8), "", false, t0)
	over.ApplyCallerEnded(t0)
	must(t, s.SaveCall(t.Context(), over))
	old := call.New(id(7), "", false, t0.Add(time.Minute)) // has a kept place again, ahead of all but the head
	kept := call.KeepsPlaceIn(call.New(id(6), "", false, t0), "+15005550006", t0)
	old.ApplyOldPlace(kept, t0.Add(time.Minute))
	must(t, s.SaveCall(t.Context(), old))
	kept.Outgoing(t0).ApplyLent(old.ID) // and the kept place stands in the queue no more
	must(t, s.SaveCall(t.Context(), kept))
	want := []service.QueueEntry{
		{ID: id(9), State: call.Waiting, Queued: t0.Add(time.Hour), Requeued: true},
		{ID: id(7), State: call.Waiting, Queued: t0.Add(time.Minute)},
		{ID: id(1), State: call.Waiting, Queued: t0.Add(time.Millisecond)},
		{ID: id(2), State: call.Waiting, Queued: t0.Add(2 * time.Millisecond)},
		{ID: id(0), State: call.Waiting, Queued: t0.Add(3 * time.Millisecond)},
	}
	eventually(t, want, func() ([]service.QueueEntry, error) { return s.Queue(t.Context()) })
}

func page(t *testing.T, s service.Store) {
	for i := range service.QueuePage + 4 {
		must(t, s.SaveCall(t.Context(), call.New(id(i), "", false, t0.Add(time.Duration(i)*time.Second))))
	}
	eventually(t, service.QueuePage, func() (int, error) {
		line, err := s.Queue(t.Context())
		return len(line), err
	})
}

func agents(t *testing.T, s service.Store) {
	put := func(id agent.ID, status agent.Status, idle time.Duration, claimed bool) {
		a := agent.New(id, string(id), t0)
		a.Status, a.IdleSince = status, t0.Add(idle)
		if claimed {
			a.Claim = &agent.Claim{Call: "CA1", Leg: "x", Until: t0.Add(time.Hour)}
		}
		must(t, s.SaveAgent(t.Context(), a))
	}
	put("late", agent.Available, 2*time.Second, false)
	put("early", agent.Available, 1*time.Second, false)
	put("away", agent.Away, 0, false)
	put("busy", agent.Available, 0, true)
	want := []agent.ID{"early", "late", "away", "busy"}
	eventually(t, want, func() (ids []agent.ID, err error) {
		list, _, err := s.Agents(t.Context(), "")
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return ids, err
	})
}

func pages(t *testing.T, s service.Store) {
	const n = 2*service.AgentsPage + 3
	for i := range n {
		a := agent.New(agent.ID(fmt.Sprintf("agent%04d", i)), "", t0)
		a.Status, a.IdleSince = agent.Available, t0.Add(time.Duration(n-i)*time.Second)
		switch i {
		case 1:
			a.Remove(t0)
		case 2:
			a.FallSilent(t0.Add(time.Hour))
		}
		must(t, s.SaveAgent(t.Context(), a))
	}
	removed, err := s.Agent(t.Context(), "agent0001")
	if err != nil || !removed.IsRemoved() {
		t.Errorf("the removed agent is %+v, %v", removed, err)
	}
	want := []agent.ID{}
	for i := n - 1; i >= 0; i-- {
		if i != 1 && i != 2 {
			want = append(want, agent.ID(fmt.Sprintf("agent%04d", i)))
		}
	}
	want = append(want, "agent0002")
	eventually(t, want, func() (ids []agent.ID, err error) {
		for from := ""; ; {
			page, next, err := s.Agents(t.Context(), from)
			if err != nil || len(page) > service.AgentsPage {
				return ids, fmt.Errorf("%d in a page: %w", len(page), err)
			}
			for _, a := range page {
				ids = append(ids, a.ID)
			}
			if from = next; next == "" {
				return ids, nil
			}
		}
	})
}

func live(t *testing.T, s service.Store) {
	for i := range 3 {
		c := call.New(id(i), "", false, t0.Add(time.Duration(i)*time.Second))
		if i == 1 {
			c.ApplyCallerEnded(t0)
		}
		must(t, s.SaveCall(t.Context(), c))
	}
	eventually(t, []call.ID{id(0), id(2)}, func() ([]call.ID, error) { return liveOnes(t, s) })
	c, err := s.Call(t.Context(), id(2))
	must(t, err)
	c.MusicAt, c.MusicEnds = t0.Add(time.Minute), t0.Add(2*time.Minute)
	must(t, s.SaveCall(t.Context(), c))
	want := service.LiveCall{ID: id(2), Due: t0.Add(2 * time.Minute).Truncate(time.Second),
		Legs: []call.LegID{call.LegID(id(2))}}
	eventually(t, want, func() (service.LiveCall, error) {
		list, err := s.Live(t.Context(), 0)
		if len(list) == 0 {
			return service.LiveCall{}, err
		}
		last := list[len(list)-1]
		last.Due = last.Due.Truncate(time.Second).In(time.UTC) // a store may know it to the second
		return last, err
	})
}

// withoutMusic: callers are listed from the moment that their music stops, in the queue and on hold, and no longer than
// until it goes on.
func withoutMusic(t *testing.T, s service.Store) {
	const few, many = service.MusicPage, 2 * service.MusicPage
	// Spread like those that Twilio gives.
	id := func(i int) call.ID { return call.ID(fmt.Sprintf("CA%08x%024x", uint32(i)*0x9E3779B1, i)) }
	put := func(i int) {
		c := call.New(id(i), "", false, t0)
		c.MusicAt, c.MusicEnds = t0, t0.Add(time.Duration(i)*time.Minute)
		switch i {
		case few - 1: // on hold
			c.State, c.Started, c.Conference, c.OnHold = call.Talking, true, "CF1", true
			c.Caller.Joined, c.Caller.Held = true, true
		case few - 2: // talks
			c.State, c.Started, c.Conference = call.Talking, true, "CF2"
		case few - 3:
			c.ApplyCallerEnded(t0)
		}
		must(t, s.SaveCall(t.Context(), c))
	}
	at := func(after time.Duration) func() ([]call.ID, error) {
		return func() ([]call.ID, error) {
			ids, _, err := s.MusicStopped(t.Context(), t0.Add(after))
			slices.Sort(ids)
			return ids, err
		}
	}
	next := func() (time.Time, error) {
		_, next, err := s.MusicStopped(t.Context(), t0)
		return next.UTC(), err
	}
	eventually(t, time.Time{}, next)
	for i := 1; i < few; i++ {
		put(i)
	}
	first, err := s.Call(t.Context(), id(1))
	must(t, err)
	eventually(t, first.Due().Music, next) // although nobody's has stopped yet
	eventually(t, sorted(id(1), id(2)), at(150*time.Second))
	eventually(t, few-3, func() (int, error) {
		ids, err := at(24 * time.Hour)()
		return len(ids), err
	})
	for i := 1; i < few-3; i++ {
		c, err := s.Call(t.Context(), id(i))
		must(t, err)
		c.MusicAt, c.MusicEnds = t0.Add(24*time.Hour), t0.Add(25*time.Hour)
		must(t, s.SaveCall(t.Context(), c))
	}
	eventually(t, []call.ID{id(few - 1)}, at(24*time.Hour))
	eventually(t, few-2, func() (int, error) {
		ids, err := liveOnes(t, s)
		return len(ids), err
	})
	for i := few; i < many; i++ {
		put(i)
	}
	// Of many callers all who hear nothing are listed, and who has heard nothing for longest is the first.
	eventually(t, []call.ID{id(few - 1), id(few), id(few + 1), id(few + 2)}, func() ([]call.ID, error) {
		ids, _, err := s.MusicStopped(t.Context(), t0.Add((few+2)*time.Minute+30*time.Second))
		return ids, err
	})
}

func sorted(ids ...call.ID) []call.ID { return slices.Sorted(slices.Values(ids)) }

// liveOnes are the IDs of the live calls.
func liveOnes(t *testing.T, s service.Store) (ids []call.ID, err error) {
	list, err := s.Live(t.Context(), 0)
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids, err
}

// free: the list of free agents has those of the rank, in its order, and lets only those pass who are free.
func free(t *testing.T, s service.Store) {
	const n = service.AgentsPage + 70
	var want []agent.ID
	for i := range n {
		a := agent.New(agent.ID(fmt.Sprintf("agent%04d", i)), "", t0)
		a.Status, a.IdleSince = agent.Available, t0.Add(-time.Duration(i)*time.Second)
		a.HeartbeatAt = t0.Add(time.Hour)
		switch i {
		case n - 1:
			a.Claim = &agent.Claim{Call: "CA1", Leg: "x", Until: t0.Add(2 * time.Hour)}
		case n - 2:
			a.Status = agent.Away
		case n - 3:
			a.HeartbeatAt = t0 // an hour ago
		case n - 4:
			a.IdleSince = t0.Add(2 * time.Hour) // wraps up
		default:
			want = append(want, a.ID)
		}
		must(t, s.SaveAgent(t.Context(), a))
	}
	slices.Reverse(want)
	eventually(t, want, func() (ids []agent.ID, err error) {
		for from := ""; ; {
			page, next, err := s.Free(t.Context(), from)
			if err != nil {
				return ids, err
			}
			for _, a := range page {
				if a.Free(t0.Add(time.Hour)) {
					ids = append(ids, a.ID)
				}
			}
			if from = next; next == "" {
				return ids, nil
			}
		}
	})
}

func unfinished(t *testing.T, s service.Store) {
	c := call.New(id(1), "", false, t0)
	a := agent.New("alice", "Alice", t0)
	must(t, c.StartOffer(a, "leg-1", 20*time.Second, t0))
	c.ApplyStarted(c.Plan(20*time.Second, t0), t0)
	c.ApplyLegRinging("leg-1", "CAleg", t0)
	c.ApplyCallerEnded(t0) // the caller's leg has ended, the ringing has not
	must(t, s.SaveCall(t.Context(), c))
	eventually(t, []call.ID{id(1)}, func() ([]call.ID, error) { return liveOnes(t, s) })
	eventually(t, 0, func() (int, error) {
		line, err := s.Queue(t.Context())
		return len(line), err
	})
	c.ApplyResult(call.Hangup{Key: "leg-1", Leg: "CAleg"}, call.Result{Kind: call.Done}, t0)
	must(t, s.SaveCall(t.Context(), c))
	eventually(t, 0, func() (int, error) {
		ids, err := liveOnes(t, s)
		return len(ids), err
	})
}
