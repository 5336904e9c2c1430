package servicetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// PlaceOf implements service.Store.
func (s *Store) PlaceOf(_ context.Context, number string) (id call.ID, err error) {
	err = s.run("PlaceOf", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		var there bool
		if id, there = s.places[number]; !there {
			return service.ErrNotFound
		}
		return nil
	})
	return id, err
}

// SavePlaceOf implements service.Store.
func (s *Store) SavePlaceOf(_ context.Context, number string, id call.ID) error {
	return s.run("SavePlaceOf", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.places == nil {
			s.places = map[string]call.ID{}
		}
		s.places[number] = id
		return nil
	})
}

// HoldNumber implements service.Store.
func (s *Store) HoldNumber(_ context.Context, h service.Hold, now time.Time) (holder call.ID, err error) {
	err = s.run("HoldNumber", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		was, held := s.holds[h.Number]
		if held && now.Before(was.Until) && was.By != h.By && was.By != h.Over {
			holder = was.By
			return service.ErrConflict
		}
		if s.holds == nil {
			s.holds = map[string]service.Hold{}
		}
		s.holds[h.Number] = h
		return nil
	})
	return holder, err
}

// KeepPlace is a caller who is asked and chooses to be called. It returns the call of their place.
func (w *World) KeepPlace(id call.ID) call.ID {
	w.T.Helper()
	if !w.AnswerQuestion(id, call.ChooseKeep) {
		w.T.Fatalf("caller %s could not choose to be called", id)
	}
	return call.KeptID(id)
}

// LeavesNoMessage is a caller whose call is over, who is asked for a message and says nothing. They come back into the
// line, if they may, or hear goodbye. It says whether they are in the line.
func (w *World) LeavesNoMessage(id call.ID) bool {
	l := w.Phones.callerLeg(id)
	if l == nil || l.over || !l.words && !l.returns {
		return false
	}
	c, err := w.Service.AskForMessage(context.Background(), id, w.Now)
	if w.outcome(err) == nil && c.State == call.Ended {
		c, err = w.Service.ReturnToLine(context.Background(), id, false, w.Now)
		err = w.outcome(err)
	}
	var closed *call.TransitionError
	l.words, l.returns = errors.As(err, &closed), false
	switch {
	case err == nil:
		w.admit(c)
	case !l.words: // words and music, and the same request again: see askAgain
		l.returns = true
	}
	return err == nil
}

// RingInAgain is a caller who may keep a place, and dials in from its number.
func (w *World) RingInAgain() call.ID {
	w.T.Helper()
	id := w.newCaller()
	if !w.arriveBy(w.Service.ArriveBy(service.Arriving{}), id) {
		w.T.Fatal("the caller is not taken in")
	}
	return id
}

// Again is the call in which the caller of a place has rung in again, as long as it lasts; "" if there is none.
func (w *World) Again(place call.ID) call.ID {
	for _, c := range all[call.ID, call.Call](w.Store, w.Store.confs) {
		if c.Had == place && c.CallerLive && !c.Out.Dialled() {
			return c.ID
		}
	}
	return ""
}

// placeOf is the part of the suite about places that are kept.
func placeOf(t *testing.T, s service.Store) {
	if _, err := s.PlaceOf(t.Context(), "+15005550006"); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("a number without a place: %v", err)
	}
	for _, id := range []call.ID{"KPCA1", "KPCA2"} {
		if err := s.SavePlaceOf(t.Context(), "+15005550006", id); err != nil {
			t.Fatal(err)
		}
		if got, err := s.PlaceOf(t.Context(), "+15005550006"); err != nil || got != id {
			t.Errorf("the place is %s, %v; want %s", got, err, id)
		}
	}
}

// holds is the part of the suite about numbers that are held for a call back.
func holds(t *testing.T, s service.Store) {
	now := time.Now()
	hold := func(by, over call.ID, d time.Duration, holder call.ID) {
		t.Helper()
		h := service.Hold{Number: "+15005550006", By: by, Over: over, Until: now.Add(d)}
		got, err := s.HoldNumber(t.Context(), h, now)
		if got != holder || (holder == "") != (err == nil) || err != nil && !errors.Is(err, service.ErrConflict) {
			t.Errorf("%s over %q: held by %q, %v; want %q", by, over, got, err, holder)
		}
	}
	hold("OB1", "", time.Minute, "")
	hold("OB1", "", time.Minute, "") // the request is repeated
	hold("OB2", "", time.Minute, "OB1")
	hold("OB2", "OB1", time.Minute, "")
	hold("OB3", "OB1", time.Minute, "OB2")
	hold("OB2", "", 0, "") // let go
	hold("OB3", "", -time.Second, "")
	hold("OB4", "", time.Minute, "") // it had run out
}
