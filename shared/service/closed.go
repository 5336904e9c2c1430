package service

import (
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
	c, err := s.load(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return c, err
	}
	c, _, err = s.decideAndSave(ctx, call.New(id, from, verified, now), now, func(c *call.Call) error {
		c.ApplyLineClosed(now)
		c.ApplyCallerEnded(now)
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
