package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
)

// mayBeCalled says whether a place that is kept may be offered: the line is open, the operator lets us call the
// number, and the call in which it was chosen is over for that reason, or because the caller has hung up. If that call
// has taken another course, after a failure, or if the number does not keep this place any more, the caller is not
// called.
func (m *matcher) mayBeCalled(ctx context.Context, c *call.Call, now time.Time) bool {
	if c.State != call.KeepsPlace {
		return true
	}
	if now.Before(c.Kept.Next) { // before anything is read for it
		return false
	}
	if m.set.Places == nil || m.set.IsOpen != nil && !m.set.IsOpen(ctx, now) {
		return false
	}
	if _, err := m.set.Places.Allow(c.Out.Number); err != nil { // the operator has changed their mind
		return false
	}
	if !m.stillKept(ctx, c, now) {
		return false
	}
	of, err := m.store.Call(ctx, c.Kept.Of)
	switch {
	case errors.Is(err, ErrNotFound): // it was over so long ago that it is deleted
		return true
	case err != nil || of.State != call.Ended:
		return false
	case of.Reason != call.ReasonKept && !of.Asking(now).HungUp():
		m.givePlaceUp(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	}
	return true
}

// stillKept says whether the number still keeps this place: see Store.PlaceOf. Nobody is called while that is
// not known.
func (m *matcher) stillKept(ctx context.Context, c *call.Call, now time.Time) bool {
	switch id, err := m.store.PlaceOf(ctx, c.Out.Number); {
	case err != nil && !errors.Is(err, ErrNotFound):
		return false
	case id != c.ID: // or none: the caller was forgotten
		m.givePlaceUp(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	}
	return true
}

// givePlaceUp ends a place for that reason. If that fails, it is tried again at its turn.
func (m *matcher) givePlaceUp(ctx context.Context, id call.ID, why func(call.Outgoing), now time.Time) {
	c, err := m.load(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return
	}
	c, effects, err := m.change(ctx, c, now, func(c *call.Call) error {
		why(c.Outgoing(now))
		return nil
	})
	if err == nil {
		_, _ = m.execute(ctx, c, effects, now)
	}
}

// places keeps callers' places in the queue after they have hung up.
type places struct{ *matcher }

// keepPlace stores the place of a caller who has chosen to be called, before their call ends: then no failure loses it.
// A repeated request finds it there, and leaves it as it is: the caller may have rung in again meanwhile. False: their
// number may not be dialled, or no more places can be kept, so that they stay.
func (s *places) keepPlace(ctx context.Context, c *call.Call, now time.Time) (bool, error) {
	number, ok := s.keptNumber(c)
	if !ok {
		return false, nil
	}
	switch _, err := s.store.Call(ctx, call.KeptID(c.ID)); {
	case err == nil:
		return true, nil
	case !errors.Is(err, ErrNotFound):
		return false, err
	}
	if room, err := s.roomForPlace(ctx); err != nil || !room {
		return false, err
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

// maxPlaces is how many places are kept at a time. They stand in the page of the queue that matching reads (see
// QueuePage) and must not fill it, and each is a number that nobody but a caller has chosen.
const maxPlaces = 10

// roomForPlace says whether one more place may be kept. While the queue is longer than its page it is not known how
// many are kept.
func (s *places) roomForPlace(ctx context.Context) (bool, error) {
	queue, err := s.store.Queue(ctx)
	kept := 0
	for _, w := range queue {
		if w.State == call.KeepsPlace {
			kept++
		}
	}
	return kept < maxPlaces && len(queue) < QueuePage, err
}

// MayKeep says whether a caller may be offered to keep their place. If that cannot be read they are not.
func (s *places) MayKeep(ctx context.Context, c *call.Call) bool {
	if _, ok := s.keptNumber(c); !ok {
		return false
	}
	room, err := s.roomForPlace(ctx)
	return err == nil && room
}

// keptNumber is the number at which a caller can be called who keeps their place, if the operator lets it be dialled.
func (s *places) keptNumber(c *call.Call) (number string, ok bool) {
	if s.set.Places == nil || c.From == "" {
		return "", false
	}
	number, err := s.set.Places.Allow(c.From)
	return number, err == nil
}

// placeOf is the place that a number keeps; nil if there is none. Unsure: it cannot be read.
func (s *places) placeOf(ctx context.Context, number string) (kept *call.Call, unsure bool) {
	id, err := s.store.PlaceOf(ctx, number)
	if err != nil {
		return nil, !errors.Is(err, ErrNotFound)
	}
	c, err := s.store.Call(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return nil, err != nil && !errors.Is(err, ErrNotFound)
	}
	return c, false
}

// takePlace lets the number keep no place any more, as its caller is in that call, and ends the kept place for that
// reason, if it is known. Either alone is enough that nobody is called for it (see stillKept).
func (s *places) takePlace(
	ctx context.Context, number string, in call.ID, kept *call.Call, why func(call.Outgoing), now time.Time,
) {
	_ = s.store.SavePlaceOf(ctx, number, in)
	if kept != nil {
		s.givePlaceUp(ctx, kept.ID, why, now)
	}
}

// takePlaceOf ends the place that a number keeps which an agent calls.
func (s *places) takePlaceOf(ctx context.Context, number string, in call.ID, now time.Time) {
	if kept, unsure := s.placeOf(ctx, number); kept != nil || unsure {
		s.takePlace(ctx, number, in, kept, call.Outgoing.ApplyReplaced, now)
	}
}
