// Package service holds the use cases: what is done when a caller arrives, a leg is answered or
// lost, an agent presses a button, or time has passed.
//
// Each use case loads the call, lets the rules decide, saves by compare-and-swap, and only then
// carries out the effects. The package declares what it needs from outside, the Store and the
// CallControl, and knows neither DynamoDB nor Twilio nor HTTP. Time is an argument.
package service

import (
	"context"
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

// Service carries out the use cases. It keeps no state between them. Its engine changes calls, its roster claims and
// releases agents.
type Service struct {
	store Store
	calls CallControl
	set   Settings
	*roster
	*engine
}

// New returns a service over a store and a phone network.
func New(store Store, calls CallControl, set Settings) *Service {
	agents := &roster{store: store, wrapUp: set.WrapUp}
	return &Service{
		store: store, calls: calls, set: set, roster: agents,
		engine: &engine{store: store, calls: calls, set: set, roster: agents},
	}
}

// updateAndMatch is the whole of most use cases: load the call, change and save it, carry out the effects,
// notify the agents' pages and, if the caller waits, offer a waiting caller to a free agent: this one
// or another, so it may ring somebody else's agent.
func (s *Service) updateAndMatch(ctx context.Context, id call.ID, now time.Time, f decide) (*call.Call, error) {
	return s.updateAndMatchFor(ctx, "", id, now, f)
}

// updateAndMatchFor is updateAndMatch at the request of an agent. That agent's page is not notified: it gets the
// answer.
func (s *Service) updateAndMatchFor(
	ctx context.Context, asked agent.ID, id call.ID, now time.Time, f decide,
) (*call.Call, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.updateAndMatchFrom(ctx, asked, c, now, f)
}

// updateAndMatchFrom is updateAndMatchFor with a call that is already loaded: see change.
func (s *Service) updateAndMatchFrom(
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
