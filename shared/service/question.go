package service

import (
	"context"
	"time"

	"warmtransfer/shared/call"
)

// Arrival is a way to take in a caller who has dialled our number: see Arrive.
type Arrival func(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (*call.Call, error)

// AskedIf is Arrive, but a caller before whom so many wait is asked first whether they go on waiting. If the queue
// cannot be read nobody is asked.
func (s *Service) AskedIf(ahead int) Arrival {
	return func(
		ctx context.Context, id call.ID, from string, verified bool, now time.Time,
	) (*call.Call, error) {
		c := call.New(id, from, verified, now)
		if queue, err := s.store.Queue(ctx); err == nil && len(queue) >= ahead {
			c.ApplyArrivalQuestion(now)
		}
		return s.arrive(ctx, c, now)
	}
}

// Choose takes in what a caller has chosen when they were asked, in the conference's generation that follows the
// question. It returns the call: one that has ended is asked for a message, another goes on waiting.
func (s *Service) Choose(
	ctx context.Context, id call.ID, generation int, a call.Choice, closedFor, now time.Time,
) (*call.Call, error) {
	c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
		closeFor(c, closedFor, now)
		c.ApplyChoice(generation, a, now)
		if c.State == call.Ended {
			c.ApplyGoodbyeHeard() // the answer says it, or leads to the message
		}
		return nil
	})
	return c, acceptSaved(c, err)
}
