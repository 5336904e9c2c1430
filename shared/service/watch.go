package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Watch lets a supervisor listen to a call, coach its owner, or talk to all: their own leg is dialled, or changes its
// mode. Whoever is claimed cannot: a supervisor who watches is claimed, too, so that they are offered no caller. The
// agents in the call are told at once.
func (s *supervision) Watch(
	ctx context.Context, who Principal, id call.ID, m call.Mode, request string, now time.Time,
) error {
	if err := supervises(ctx, s.store, who); err != nil {
		return err
	}
	r := call.Request{Key: request, Agent: who.ID, Action: string(m)}
	for range saveTries {
		c, err := s.load(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
			return ErrCallOver
		case err != nil:
			return err
		case c.HasApplied(r):
			return nil
		}
		if err := c.Supervision(now).May(who.ID, m); err != nil {
			return err
		}
		c, err = s.watch(ctx, c, call.Supervisor{ID: who.ID, Name: who.Name}, r, m, now)
		if !errors.Is(err, errNotClaimed) {
			return acceptSaved(c, err)
		}
	}
	return ErrConflict
}

// errNotClaimed: the supervisor's leg has left the call meanwhile. They must be claimed for another.
var errNotClaimed = errors.New("the supervisor is not claimed")

// watch is Watch with a call that was loaded a moment ago. It claims the supervisor if they have no leg in it.
func (s *supervision) watch(
	ctx context.Context, c *call.Call, by call.Supervisor, r call.Request, m call.Mode, now time.Time,
) (*call.Call, error) {
	asker := s.set.NewKey()
	key, claimed := asker, c.WatcherOf(by.ID) == nil
	if claimed {
		var err error
		if key, err = s.claimToWatch(ctx, c, by.ID, asker, now); err != nil {
			return nil, err
		}
	}
	c, err := s.updateAndMatchFor(ctx, by.ID, c.ID, now, func(c *call.Call) error {
		switch {
		case c.HasApplied(r):
			return nil
		case !claimed && c.WatcherOf(by.ID) == nil:
			return errNotClaimed
		}
		return c.Supervision(now).Begin(by, r, m, key, s.set.HideListening, s.set.Ring)
	})
	if claimed && (c == nil && !errors.Is(err, ErrUnavailable) || c != nil && c.Watcher(key) == nil) {
		s.drop(ctx, by.ID, key, asker, now)
	}
	return c, err
}

// claimToWatch claims a supervisor for a leg of their own, and returns its key: asker, or that of another request which
// has claimed them for the same call a moment ago.
func (ro *roster) claimToWatch(
	ctx context.Context, c *call.Call, id agent.ID, asker call.LegKey, now time.Time,
) (key call.LegKey, err error) {
	err = ErrConflict
	for tries := 0; errors.Is(err, ErrConflict) && tries < saveTries; tries++ {
		_, err = ro.claimBy(ctx, id, func(a *agent.Agent) error {
			key = asker
			if beingClaimed(a, c, now) && a.Claim.For == agent.ForWatching {
				a.Claim.Share(string(asker))
				key = call.LegKey(a.Claim.Leg)
				return nil
			}
			return a.ClaimToWatch(string(c.ID), string(key), now)
		})
	}
	switch {
	case errors.Is(err, ErrNotFound): // their page has never said that it is there
		return key, &agent.NotFreeError{Presence: agent.IsOffline}
	case errors.Is(err, ErrConflict):
		return key, &agent.NotFreeError{Presence: agent.IsBusy}
	}
	return key, err
}

// Unwatch ends a supervisor's own leg. Whoever is in no call as a supervisor is told nothing.
func (s *supervision) Unwatch(ctx context.Context, who Principal, id call.ID, request string, now time.Time) error {
	if err := supervises(ctx, s.store, who); err != nil {
		return err
	}
	c, err := s.unwatch(ctx, who.ID, id, call.Request{Key: request, Agent: who.ID, Action: "leave"}, now)
	if errors.Is(err, ErrNotFound) {
		return ErrCallOver
	}
	return acceptSaved(c, err)
}

func (m *matcher) unwatch(
	ctx context.Context, who agent.ID, id call.ID, r call.Request, now time.Time,
) (*call.Call, error) {
	return m.updateAndMatchFor(ctx, who, id, now, func(c *call.Call) error {
		c.Supervision(now).End(who, r)
		return nil
	})
}

// KeepWatching takes in a request that shows whether somebody is a supervisor. If they are in a call as one, they may
// stay for agent.WatchLease, or their leg is ended. A failure only means that the next request does it.
func (s *supervision) KeepWatching(ctx context.Context, who Principal, now time.Time) {
	if who.Supervisor {
		s.changeAgent(ctx, who.ID, func(a *agent.Agent) bool { return a.KeepWatching(now) })
		return
	}
	if a, err := s.store.Agent(ctx, who.ID); err == nil && a.Claim.Watches() {
		s.stopWatching(ctx, a, now)
	}
}

// stopWatching ends the leg of a supervisor who is none any more, or of whom that is not known.
func (s *supervision) stopWatching(ctx context.Context, a *agent.Agent, now time.Time) {
	_, _ = s.unwatch(ctx, a.ID, call.ID(a.Claim.Call), call.Request{}, now) // the next heartbeat tries again
}
