package service

import (
	"context"
	"time"

	"warmtransfer/shared/call"
)

// Arrival is a way to take in a caller who has dialled our number: see Arrive.
type Arrival func(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (*call.Call, error)

// Arriving says what becomes of a caller who arrives, besides waiting.
type Arriving struct {
	// Ahead: a caller before whom so many wait is asked first whether they go on waiting; 0: nobody. If the queue
	// cannot be read nobody is asked.
	Ahead int
}

// ArriveBy is Arrive by these rules.
func (s *Service) ArriveBy(rules Arriving) Arrival {
	return func(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (*call.Call, error) {
		c := call.New(id, from, verified, now)
		var kept *call.Call
		var unsure bool
		if s.set.Places != nil && from != "" {
			kept, unsure = s.placeOf(ctx, from)
		}
		switch {
		case kept != nil:
			c.ApplyOldPlace(kept, now)
		case rules.Ahead > 0:
			if queue, err := s.store.Queue(ctx); err == nil && len(queue) >= rules.Ahead {
				c.Asking(now).ApplyArrival()
			}
		}
		return s.arrive(ctx, c, now, func() {
			if kept != nil || unsure {
				s.takePlace(ctx, from, id, kept, now)
			}
		})
	}
}

// Choose takes in what a caller has chosen when they were asked, in the conference's generation that follows the
// question. It returns the call: one that has ended is asked for a message, or told that their place is kept; another
// goes on waiting.
func (s *Service) Choose(
	ctx context.Context, id call.ID, generation int, a call.Choice, closedFor, now time.Time,
) (*call.Call, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if a == call.ChooseKeep && c.Asking(now).MayKeep(generation) {
		if ok, err := s.keepPlace(ctx, c, now); err != nil {
			return nil, err
		} else if !ok {
			a = call.ChooseStay
		}
	}
	c, err = s.updateAndMatchFrom(ctx, "", c, now, func(c *call.Call) error {
		closeFor(c, closedFor, now)
		c.Asking(now).ApplyChoice(generation, a)
		if c.State == call.Ended {
			c.ApplyGoodbyeHeard() // the answer says it, or leads to the message
		}
		return nil
	})
	return c, acceptSaved(c, err)
}
