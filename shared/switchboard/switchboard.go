// Package switchboard holds the use cases: what is done when a caller arrives, a leg
// is answered or lost, an agent presses a button, or time has passed.
//
// Each one loads, lets the rules decide, saves by compare-and-swap, and only then
// acts. It declares what it needs of the two outer sides, the Store and the
// CallControl, and knows neither DynamoDB nor Twilio nor HTTP. Time is an argument.
package switchboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Settings are the operator's choices.
type Settings struct {
	Ring    time.Duration // how long an agent is rung
	MaxWait time.Duration // how long a caller may wait; 0 is for ever
	WrapUp  time.Duration // an agent's rest after a call
	// Numbers says which outside numbers agents may dial; nil: none.
	Numbers Numbers
	// NumbersPerHour is how many of them all agents together may dial; 0: no limit.
	NumbersPerHour int
	// Notify tells agents' pages what has changed; nil: they find out by asking.
	Notify Notifier
	// Observe hears of each change of a conference that was saved, for counting; nil: nobody.
	Observe func(ctx context.Context, before Before, after *conference.Conference, now time.Time)
	// NewKey makes a key that was never made before: [A-Za-z0-9-]{1,40}.
	NewKey func() conference.LegKey
}

// Switchboard carries out the use cases. It keeps nothing between them.
type Switchboard struct {
	store Store
	calls CallControl
	set   Settings
}

// New is a switchboard over a store and a phone network.
func New(store Store, calls CallControl, set Settings) *Switchboard {
	return &Switchboard{store: store, calls: calls, set: set}
}

const (
	saveTries  = 8 // lost races in a row before a use case gives up
	settleMost = 8 // rounds of acting in one use case
)

// decide is a decision on a loaded conference; an error leaves everything as it was.
type decide func(c *conference.Conference) error

// load loads a conference.
func (s *Switchboard) load(ctx context.Context, id conference.ID) (*conference.Conference, error) {
	c, err := s.store.Conference(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load conference: %w", err)
	}
	return c, nil
}

// change decides on a copy in hand, which was loaded or saved a moment ago, and saves it
// if that changed anything. When somebody else has saved since, which the save finds
// out, it is loaded and decided again. It returns the acts that are due.
func (s *Switchboard) change(ctx context.Context, c *conference.Conference, now time.Time, f decide) (*conference.Conference, []conference.Act, error) {
	id := c.ID
	for range saveTries {
		acts, err := s.decideAndSave(ctx, c, now, f)
		if !errors.Is(err, ErrConflict) {
			return c, acts, err
		}
		if c, err = s.load(ctx, id); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("save conference %d times: %w", saveTries, ErrConflict)
}

// decideAndSave decides on a conference in hand and saves it if it changed. Agents
// whom the change sets free are freed after it is saved. A failure leaves the copy as
// it was.
func (s *Switchboard) decideAndSave(ctx context.Context, c *conference.Conference, now time.Time, f decide) (acts []conference.Act, err error) {
	was := before(c)
	stored, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			*c = conference.Conference{}
			_ = json.Unmarshal(stored, c) // it was made from such a value
		}
	}()
	if err := f(c); err != nil {
		return nil, err
	}
	c.Tick(s.set.MaxWait, now)
	acts = c.Due(s.set.Ring, now)
	after, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if c.Version == 0 || !bytes.Equal(stored, after) {
		if err := s.store.SaveConference(ctx, c); err != nil {
			return nil, fmt.Errorf("save conference: %w", err)
		}
		if s.set.Observe != nil {
			s.set.Observe(ctx, was, c, now)
		}
	}
	for _, f := range c.TakeFreed() {
		s.free(ctx, c, f, now)
	}
	return acts, nil
}

// settle does what is due until nothing is. An act that fails is tried once more if
// that may help and can do no harm. It returns the conference as last saved, and the
// first failure of an act that was not made good.
func (s *Switchboard) settle(ctx context.Context, c *conference.Conference, acts []conference.Act, now time.Time) (*conference.Conference, error) {
	tries := failures{}
	for range settleMost {
		var reports []report
		for _, a := range acts {
			if tries.over(a) {
				continue
			}
			r := s.do(ctx, c, a)
			tries.took(r)
			reports = append(reports, r)
		}
		if len(reports) == 0 {
			break
		}
		// The world has been changed: that is saved even when the time for the request is up.
		saveCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveGrace)
		next, due, err := s.change(saveCtx, c, now, func(c *conference.Conference) error {
			for _, r := range reports {
				r.tell(c, now)
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

// saveGrace bounds the writing down of what was done after the time was up.
const saveGrace = 1500 * time.Millisecond

// update is the whole of most use cases: load, change, act, tell the agents, and offer
// whoever waits to whoever is free.
func (s *Switchboard) update(ctx context.Context, id conference.ID, now time.Time, f decide) (*conference.Conference, error) {
	return s.updateFor(ctx, "", id, now, f)
}

// updateFor is update at the request of an agent, whom the answer tells what has changed.
func (s *Switchboard) updateFor(ctx context.Context, asked agent.ID, id conference.ID, now time.Time, f decide) (*conference.Conference, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.updateFrom(ctx, asked, c, now, f)
}

// updateFrom is updateFor that begins with a copy in hand: see change.
func (s *Switchboard) updateFrom(ctx context.Context, asked agent.ID, c *conference.Conference, now time.Time, f decide) (*conference.Conference, error) {
	var before sight
	c, acts, err := s.change(ctx, c, now, func(c *conference.Conference) error {
		before = s.sight(c, now)
		return f(c)
	})
	if err != nil {
		return nil, err
	}
	c, err = s.settle(ctx, c, acts, now)
	s.push(ctx, c, before, asked, now)
	if c.State == conference.Waiting {
		if m := s.match(ctx, now, asking{in: c}, nil); m != nil && m.ID == c.ID {
			c = m
		}
	}
	return c, err
}
