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
	if m.set.IsOpen != nil && !m.set.IsOpen(ctx, now) || !m.mayBeDialled(ctx, c, now) {
		return false
	}
	if !m.keptOn(ctx, c, now) {
		return false
	}
	of, err := m.store.Call(ctx, c.Kept.Of)
	switch {
	case errors.Is(err, ErrNotFound): // it was over so long ago that it is deleted
		return true
	case err != nil || of.State != call.Ended:
		return false
	case !of.Outgoing(now).LeavesPlace():
		m.changePlace(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	}
	return true
}

// mayBeDialled says whether the operator lets us call the number of a place, and has done so before: they may have
// changed their mind.
func (m *matcher) mayBeDialled(ctx context.Context, c *call.Call, now time.Time) bool {
	allowed := false
	switch {
	case m.set.Places != nil:
		_, err := m.set.Places.Allow(c.Out.Number)
		allowed = err == nil
	case !m.set.NoPlaces: // a function that does not know what the operator lets us call
		return false
	}
	if c.Kept.BarChanges(allowed, now) {
		m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyAllowed(allowed) }, now)
		return false
	}
	return allowed
}

// keptOn says whether no other call has the place: neither the one that its number names (see Store.PlaceOf) nor the
// one to which it is lent. Otherwise it applies to the place what has become of that call. Nobody is called while that
// is not known. Of the two either is enough, so that a failure between them calls nobody twice.
func (m *matcher) keptOn(ctx context.Context, c *call.Call, now time.Time) bool {
	id, err := m.store.PlaceOf(ctx, c.Out.Number)
	switch {
	case errors.Is(err, ErrNotFound): // the caller was forgotten
		m.changePlace(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	case err != nil:
		return false
	case id == c.ID && c.Kept.Lent == "":
		return true
	case id == c.ID:
		id = c.Kept.Lent
	}
	has := call.Holder{ID: id}
	if has.Call, err = m.store.Call(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
		return false
	}
	if has.GivesBack(c.Kept, now) && m.store.SavePlaceOf(ctx, c.Out.Number, c.ID) != nil {
		return false
	}
	m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyHolder(has) }, now)
	return false
}

// placeDial names the number of a kept place that is dialled for the agent of that leg, by which it is counted.
func placeDial(key call.LegKey) string { return "place " + string(key) }

// mayDialPlace says whether the limit of all agents' outside numbers allows one more. If not, the place rests for a
// while, so that nothing is read for it meanwhile.
func (m *matcher) mayDialPlace(ctx context.Context, c *call.Call, now time.Time) bool {
	if m.mayDialMore(ctx, m.set.NumbersPerHour, now) == nil {
		return true
	}
	m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyTooMany("") }, now)
	return false
}

// changePlace changes a place, or ends it. If that fails, it is tried again at its turn.
func (m *matcher) changePlace(ctx context.Context, id call.ID, apply func(call.Outgoing), now time.Time) {
	c, err := m.load(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return
	}
	c, effects, err := m.change(ctx, c, now, func(c *call.Call) error {
		apply(c.Outgoing(now))
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
