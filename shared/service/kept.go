package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
)

// mayBeCalled says whether a place that is kept may be offered: the line is open, and the call in which it was chosen
// is over for that reason. If that call has taken another course, after a failure, the caller has no second place.
func (m *matcher) mayBeCalled(ctx context.Context, c *call.Call, now time.Time) bool {
	if c.State != call.KeepsPlace {
		return true
	}
	if m.set.IsOpen != nil && !m.set.IsOpen(ctx, now) {
		return false
	}
	of, err := m.store.Call(ctx, c.Kept.Of)
	switch {
	case errors.Is(err, ErrNotFound): // it was over so long ago that it is deleted
		return true
	case err != nil || of.State != call.Ended:
		return false
	case of.Reason != call.ReasonKept:
		m.givePlaceUp(ctx, c.ID, now)
		return false
	}
	return true
}

// givePlaceUp ends a place whose caller is on the line themselves. If that fails, it is tried again at
// their turn.
func (m *matcher) givePlaceUp(ctx context.Context, id call.ID, now time.Time) {
	c, err := m.load(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return
	}
	c, effects, err := m.change(ctx, c, now, func(c *call.Call) error {
		c.Outgoing(now).ApplyCameBack()
		return nil
	})
	if err == nil {
		_, _ = m.execute(ctx, c, effects, now)
	}
}

// keepPlace stores the place of a caller who has chosen to be called, before their call ends: then no failure loses it.
// A repeated request finds it there. False: their number may not be dialled, so that they stay.
func (s *Service) keepPlace(ctx context.Context, c *call.Call, now time.Time) (bool, error) {
	number, ok := s.MayKeep(c)
	if !ok {
		return false, nil
	}
	if err := s.store.SavePlaceOf(ctx, number, call.KeptID(c.ID)); err != nil {
		return false, err
	}
	_, _, err := s.decideAndSave(ctx, call.KeepsPlaceIn(c, number, now), now, noChange, s.start)
	if errors.Is(err, ErrConflict) {
		err = nil
	}
	return err == nil, err
}

// MayKeep is the number at which a caller can be called who keeps their place, if the operator lets it be dialled.
func (s *Service) MayKeep(c *call.Call) (number string, ok bool) {
	if s.set.Places == nil || c.From == "" {
		return "", false
	}
	number, err := s.set.Places.Allow(c.From)
	return number, err == nil
}

// placeOf is the place that a caller keeps who rings in again; nil if there is none. One that cannot be read is none.
func (s *Service) placeOf(ctx context.Context, from string) *call.Call {
	if s.set.Places == nil || from == "" {
		return nil
	}
	id, err := s.store.PlaceOf(ctx, from)
	if err != nil {
		return nil
	}
	c, err := s.store.Call(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return nil
	}
	return c
}
