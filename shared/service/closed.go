package service

import (
	"cmp"
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
)

// TurnAway takes in a caller who has dialled while the line is closed. The call has ended when it is stored: the answer
// to the arrival says why, and ends the caller's leg. A call that was admitted before is returned as it is.
func (s *Service) TurnAway(
	ctx context.Context, id call.ID, from string, verified bool, now time.Time,
) (*call.Call, error) {
	return s.turnAway(ctx, id, from, verified, now, (*call.Call).ApplyLineClosed)
}

// ArriveIfOnline is Arrive if an agent is online; otherwise the call ends as with TurnAway, and the answer asks the
// caller for a message. If the agents cannot be read, the caller is taken in.
func (s *Service) ArriveIfOnline(
	ctx context.Context, id call.ID, from string, verified bool, now time.Time,
) (*call.Call, error) {
	return s.ArriveBy(Arriving{IfOnline: true})(ctx, id, from, verified, now)
}

func (s *Service) turnAway(
	ctx context.Context, id call.ID, from string, verified bool, now time.Time, why func(*call.Call, time.Time),
) (*call.Call, error) {
	c, err := s.load(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return c, err
	}
	c, _, err = s.decideAndSave(ctx, call.New(id, from, verified, now), now, func(c *call.Call) error {
		why(c, now)
		c.ApplyGoodbyeHeard()
		return nil
	}, startNothing)
	if errors.Is(err, ErrConflict) { // a repeated request was faster
		return s.load(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AskWhoIsAlone asks the callers for a message who wait while no agent is online. It is for a clock that has found that
// nobody is (see Metrics), if the line's settings want it. It returns the first failure; the next clock tries again.
func (s *sweeper) AskWhoIsAlone(ctx context.Context, now time.Time) error {
	queue, err := s.store.Queued(ctx, mostSought)
	var failed []error
	for _, id := range queue {
		c, err := s.load(ctx, id)
		if err == nil && c.Asking(now).MayAlone() {
			c, err = s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
				c.Asking(now).ApplyAlone()
				return nil
			})
			err = acceptSaved(c, err)
		}
		failed = append(failed, err)
	}
	return cmp.Or(err, errors.Join(failed...))
}

// AskForMessage takes in that a caller is about to be asked for a message, and returns the call. One that goes on has
// come back into the queue while a late goodbye fetched them: put them back into their conference.
func (s *Service) AskForMessage(ctx context.Context, id call.ID, now time.Time) (*call.Call, error) {
	c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
		c.ApplyGoodbyeHeard()
		return nil
	})
	return c, acceptSaved(c, err)
}

// ReturnToLine takes a caller back into the queue who was asked for a message and has left none. A
// *call.TransitionError means that the line is closed for them: say goodbye. They have the place that their number
// keeps, if it was not taken when they rang in. Ask: they are asked whether they keep their place, if they may and no
// agent is free for them.
func (s *Service) ReturnToLine(ctx context.Context, id call.ID, ask bool, now time.Time) (*call.Call, error) {
	kept := s.placeOnReturn(ctx, id, now)
	c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
		c.Asking(now).ApplyAgain()
		ended := c.State == call.Ended
		err := c.ApplyReturned(now)
		if ended && err == nil && kept != nil && c.Had == "" {
			c.ApplyOldPlace(kept, now)
		}
		return err
	})
	if err := acceptSaved(c, err); err != nil || !ask || !c.Asking(now).MayOnReturn() || !s.MayKeep(ctx, c) {
		return c, err
	}
	return s.ask(ctx, c, now, call.Asking.ApplyReturn), nil
}
