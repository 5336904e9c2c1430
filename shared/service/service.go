// Package service holds the use cases: what is done when a caller arrives, a leg is answered or
// lost, an agent presses a button, or time has passed.
//
// Each use case loads the call, lets the rules decide, saves by compare-and-swap, and only then
// carries out the effects. The package declares what it needs from outside, the Store and the
// CallControl, and knows neither DynamoDB nor Twilio nor HTTP. Time is an argument.
package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Settings are the operator's choices.
type Settings struct {
	Ring    time.Duration // how long an agent is rung
	MaxWait time.Duration // how long a caller may wait; 0: no limit
	WrapUp  time.Duration // an agent's wrap-up after a call
	// Numbers says which outside numbers agents may dial; nil: none.
	Numbers Numbers
	// NumbersPerHour is how many outside numbers all agents together may dial in an hour; 0: no
	// limit.
	NumbersPerHour int
	// Notify tells agents' pages what has changed; nil: the pages learn it by polling.
	Notify Notifier
	// Observe is called after each saved change of a call, for metrics; nil: it is not called.
	Observe func(ctx context.Context, before Transition, after *call.Call, now time.Time)
	// NewKey makes a key that has never been made before: [A-Za-z0-9-]{1,40}.
	NewKey func() call.LegKey
}

// Service carries out the use cases. It keeps no state between them.
type Service struct {
	store Store
	calls CallControl
	set   Settings
}

// New returns a service over a store and a phone network.
func New(store Store, calls CallControl, set Settings) *Service {
	return &Service{store: store, calls: calls, set: set}
}

const (
	saveTries = 20 // conflicts in a row before a use case gives up
	maxRounds = 8  // rounds of effects in one use case
)

// decide is a decision on a call. If it returns an error, nothing is changed.
type decide func(c *call.Call) error

// noChange decides nothing: only time has passed.
func noChange(*call.Call) error { return nil }

// load loads a call.
func (s *Service) load(ctx context.Context, id call.ID) (*call.Call, error) {
	c, err := s.store.Call(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load call: %w", err)
	}
	return c, nil
}

// change decides on a call that was loaded or saved a moment ago, and saves it if the decision
// changed anything. After a conflict it loads the call and decides again. It returns the planned
// effects.
func (s *Service) change(
	ctx context.Context, c *call.Call, now time.Time, f decide,
) (*call.Call, []call.Effect, error) {
	for range saveTries {
		next, effects, err := s.decideAndSave(ctx, c, now, f)
		if !errors.Is(err, ErrConflict) {
			return next, effects, err
		}
		if c, err = s.load(ctx, c.ID); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("save call %d times: %w", saveTries, ErrConflict)
}

// decideAndSave decides on a loaded call, which it leaves as it is, and saves the changed one if it
// differs. Agents whom the change releases are released after the save. It returns the call as it is
// now: the given one after a failure.
func (s *Service) decideAndSave(
	ctx context.Context, c *call.Call, now time.Time, f decide,
) (*call.Call, []call.Effect, error) {
	next := c.Clone()
	if err := f(next); err != nil {
		return c, nil, err
	}
	next.ApplyTime(s.set.MaxWait, now)
	effects := next.Plan(s.set.Ring, now)
	next.ApplyStarted(effects, now)
	if c.Version == 0 || !next.Equal(c) {
		if err := s.store.SaveCall(ctx, next); err != nil {
			return c, nil, fmt.Errorf("save call: %w", err)
		}
		if s.set.Observe != nil {
			s.set.Observe(ctx, transitionFrom(c), next, now)
		}
	}
	for _, f := range next.DrainReleases() {
		s.releaseAgent(ctx, next, f, now)
	}
	return next, effects, nil
}

// execute carries out the planned effects, saves their results and repeats with the new plan until
// nothing is left. A failed effect is tried once more if a repetition can help and is harmless. It
// returns the call as last saved, and the first failure that a later try did not make good.
func (s *Service) execute(ctx context.Context, c *call.Call, acts []call.Effect, now time.Time) (*call.Call, error) {
	tries := failures{}
	for range maxRounds {
		var reports []effectResult
		for _, a := range acts {
			if tries.over(a) {
				continue
			}
			r := s.perform(ctx, c, a)
			tries.took(r)
			reports = append(reports, r)
		}
		if len(reports) == 0 {
			break
		}
		// The effects have happened, so their results are saved even if the request's time is up.
		saveCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
		next, due, err := s.change(saveCtx, c, now, func(c *call.Call) error {
			for _, r := range reports {
				r.apply(c, now)
			}
			return nil
		})
		cancel()
		if err != nil {
			return c, errors.Join(tries.first(), err)
		}
		c, acts = next, due
		if ctx.Err() != nil {
			return c, errors.Join(tries.first(), ctx.Err())
		}
	}
	return c, tries.first()
}

// saveTimeout is the time limit for saving results after the request's own time is up.
const saveTimeout = 1500 * time.Millisecond

// update is the whole of most use cases: load the call, change and save it, carry out the effects,
// notify the agents' pages, and offer waiting callers to free agents.
func (s *Service) update(ctx context.Context, id call.ID, now time.Time, f decide) (*call.Call, error) {
	return s.updateFor(ctx, "", id, now, f)
}

// updateFor is update at the request of an agent. That agent's page is not notified: it gets the
// answer.
func (s *Service) updateFor(
	ctx context.Context, asked agent.ID, id call.ID, now time.Time, f decide,
) (*call.Call, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.updateFrom(ctx, asked, c, now, f)
}

// updateFrom is updateFor with a call that is already loaded: see change.
func (s *Service) updateFrom(
	ctx context.Context, asked agent.ID, c *call.Call, now time.Time, f decide,
) (*call.Call, error) {
	var before pageViews
	c, acts, err := s.change(ctx, c, now, func(c *call.Call) error {
		before = s.pageViews(c, now)
		return f(c)
	})
	if err != nil {
		return nil, err
	}
	c, err = s.execute(ctx, c, acts, now)
	s.notify(ctx, c, before, asked, now)
	if c.State == call.Waiting {
		if m := s.offerNext(ctx, now, asking{in: c}, nil); m != nil && m.ID == c.ID {
			c = m
		}
	}
	return c, err
}
