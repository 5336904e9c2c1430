package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
)

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
	if known, err := s.knowsPlaceOf(ctx, c); known || err != nil {
		return err == nil, err
	}
	if room, err := s.roomForPlace(ctx); err != nil || !room {
		return false, err
	}
	place := call.KeepsPlaceIn(c, number, now)
	if kept, _ := s.placeOf(ctx, number); kept != nil {
		place.ApplyEarlierPlace(kept)
	}
	err := s.savePlace(ctx, place, now)
	return err == nil, err
}

// keepOn stores the place of a caller at whose number a machine has picked up, before the call ends, as keepPlace does.
func (s *places) keepOn(ctx context.Context, c *call.Call, now time.Time) error {
	if known, err := s.knowsPlaceOf(ctx, c); known || err != nil {
		return err
	}
	return s.savePlace(ctx, call.KeepsOnIn(c, now), now)
}

// knowsPlaceOf says whether the place is stored that was chosen in that call.
func (s *places) knowsPlaceOf(ctx context.Context, c *call.Call) (bool, error) {
	_, err := s.store.Call(ctx, call.KeptID(c.ID))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// savePlace stores a new place, which its number names from then on.
func (s *places) savePlace(ctx context.Context, place *call.Call, now time.Time) error {
	if err := s.store.SavePlaceOf(ctx, place.Out.Number, place.ID); err != nil {
		return err
	}
	_, _, err := s.decideAndSave(ctx, place, now, noChange, s.start)
	if errors.Is(err, ErrConflict) { // a repeated request was faster
		return nil
	}
	return err
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

// placeOf is the place that a number keeps; nil if there is none, or if its caller is on the line and has it. Unsure:
// it cannot be read.
func (s *places) placeOf(ctx context.Context, number string) (kept *call.Call, unsure bool) {
	id, err := s.store.PlaceOf(ctx, number)
	for err == nil {
		var c *call.Call
		if c, err = s.store.Call(ctx, id); err != nil {
			break
		}
		on := c.State != call.Ended && (!c.Out.Dialled() || c.Out.Reached())
		switch {
		case c.Kept.TakesBack(c.State):
			return c, false
		case c.Had == "" || on:
			return nil, false
		}
		id = c.Had
	}
	return nil, !errors.Is(err, ErrNotFound)
}

// placeOnReturn is the place that the number of a caller keeps who comes back into the line; nil if there is none, or
// if they have it. It is taken for them before they are offered to anybody: otherwise an agent is rung for it.
func (s *places) placeOnReturn(ctx context.Context, id call.ID, now time.Time) *call.Call {
	c, err := s.load(ctx, id)
	if err != nil || c.From == "" || !c.Outgoing(now).MayComeBack() {
		return nil
	}
	kept, unsure := s.placeOf(ctx, c.From)
	if kept != nil || unsure {
		s.takePlace(ctx, c.From, id, kept, now)
	}
	return kept
}

// takePlace lets the number name that call, whose caller has the place, and lends it to the call if it is known.
func (s *places) takePlace(ctx context.Context, number string, in call.ID, kept *call.Call, now time.Time) {
	_ = s.store.SavePlaceOf(ctx, number, in)
	s.lend(ctx, kept, in, now)
}

// lend lends a place to a call; nil: it is not known, and its number names the call (see keptOn).
func (s *places) lend(ctx context.Context, kept *call.Call, to call.ID, now time.Time) {
	if kept != nil {
		s.changePlace(ctx, kept.ID, func(c call.Outgoing) { c.ApplyLent(to) }, now)
	}
}
