package service

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"warmtransfer/shared/call"
)

// CalledAsks takes in that the leg of a caller whom we have dialled asks what comes next, as the static document lets
// them after our API has not answered. That address names no call, so the call is found by the leg or, if the answer to
// the dial was lost and no call knows the leg, by the number. A caller of whom it is not known yet that they have
// picked up is let in. ErrNotFound: there is no such call, or nobody waits for them. The list may lag by a moment; the
// leg is older than that, as its caller was told to hold on first.
func (s *Service) CalledAsks(ctx context.Context, leg call.LegID, number string, now time.Time) (*call.Call, error) {
	live, unread := s.store.Live(ctx, 0)
	for _, l := range live {
		if !slices.Contains(l.Legs, leg) {
			continue
		}
		c, err := s.store.Call(ctx, l.ID)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case c.Out.CallerLeg(c.ID) == leg && c.Out.Reached():
			c, err = s.updateAndMatch(ctx, c.ID, now, noChange)
			return c, acceptSaved(c, err)
		case c.Out.Rings(&c.LegTable) == leg:
			return s.calledPicksUp(ctx, c, leg, now)
		}
	}
	for _, l := range live {
		if !l.ID.MayDial() {
			continue
		}
		c, err := s.store.Call(ctx, l.ID)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case c.Out.Lacks(&c.LegTable, number):
			return s.calledPicksUp(ctx, c, leg, now)
		}
	}
	return nil, cmp.Or(unread, ErrNotFound)
}

// calledPicksUp takes in that a caller whom we dial has picked up.
func (s *Service) calledPicksUp(ctx context.Context, c *call.Call, leg call.LegID, now time.Time) (*call.Call, error) {
	_, err := s.connect(inHand(ctx), c, c.Out.Leg, leg, now)
	if errors.Is(err, call.ErrNotWanted) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.store.Call(ctx, c.ID)
}
