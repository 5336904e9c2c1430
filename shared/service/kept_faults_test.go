package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

const ringsAgain = call.ID("CA99999999999999999999999999999999")

// arriveAgain is the caller of asked, who rings in from the same number.
func arriveAgain(t *testing.T, w *World) *call.Call {
	c, err := w.Service.ArriveBy(service.Arriving{})(t.Context(), ringsAgain, CallerNumber, false, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestF269APlaceIsNotCalledWhileItsNumberCannotBeRead(t *testing.T) {
	w, id := asked(t, service.Settings{})
	w.AnswerQuestion(id, call.ChooseKeep)
	w.Store.Every("PlaceOf", Fault{Err: service.ErrUnavailable})
	w.Choose("alice", agent.Available)
	w.Pass(time.Minute)
	if c := w.Call(call.KeptID(id)); w.Rings("alice") || c.State != call.KeepsPlace {
		t.Errorf("alice rings %t, the place is %s", w.Rings("alice"), c.State)
	}
}

func TestF269TwoCallsOfOneNumberKeepOnePlace(t *testing.T) {
	w := NewWorld(t)
	w.Use(service.Settings{Places: anyNumber{}})
	w.Choose("alice", agent.Away)
	w.AskEvery = time.Minute
	first, _ := w.Dial()
	second, _ := w.Dial()
	for n := 0; !w.Asked(first) || !w.Asked(second); n++ {
		if n > 120 {
			t.Fatal("the callers are not asked")
		}
		w.Pass(time.Second)
	}
	w.AnswerQuestion(first, call.ChooseKeep)
	w.AnswerQuestion(second, call.ChooseKeep)
	w.AskEvery = 0
	w.Choose("alice", agent.Available)
	w.Pass(time.Minute)
	old, place := w.Call(call.KeptID(first)), w.Call(call.KeptID(second))
	if old.State != call.Ended || old.Reason != call.ReasonReplaced || place.State == call.Ended {
		t.Errorf("the places are %s, %s, and %s", old.State, old.Reason, place.State)
	}
}

// The caller presses 2 and hangs up: their end may be told before the key, or between the two saves of the choice.
func TestF319TheCallerHangsUpRightAfterTheKey(t *testing.T) {
	for _, when := range []string{"before", "between"} {
		w, id := asked(t, service.Settings{})
		gone := func() {
			if err := w.Service.HandleCallerEnded(t.Context(), id, "", w.Now); err != nil {
				t.Error(err)
			}
		}
		generation := w.Call(id).Generation
		if when == "before" {
			gone()
		} else { // the save of the choice fails
			w.Store.At("SaveCall", w.Store.Count("SaveCall")+1, Fault{Err: service.ErrUnavailable})
		}
		_, err := w.Service.Choose(t.Context(), id, generation, call.ChooseKeep, time.Time{}, w.Now)
		if when == "before" && err != nil {
			t.Fatal(err)
		}
		if when == "between" {
			gone()
		} else if c := w.Call(id); c.Reason != call.ReasonKept {
			t.Errorf("%s: the call has ended as %s", when, c.Reason)
		}
		w.CallerHangsUp(id)
		w.Choose("alice", agent.Available)
		w.Pass(15 * time.Second)
		if c := w.Call(call.KeptID(id)); !w.Rings("alice") || c.State != call.AgentFirst {
			t.Errorf("%s: alice rings %t, the place is %s, %s", when, w.Rings("alice"), c.State, c.Reason)
		}
	}
}

// A request that is repeated late finds the caller gone, who had the old place: nothing is taken from them.
func TestF304TheCallerHasHungUpBeforeTheirArrivalIsStored(t *testing.T) {
	w, id := asked(t, service.Settings{})
	w.AnswerQuestion(id, call.ChooseKeep)
	if err := w.Service.HandleCallerEnded(t.Context(), ringsAgain, CallerNumber, w.Now); err != nil {
		t.Fatal(err)
	}
	arriveAgain(t, w)
	if c := w.Call(call.KeptID(id)); c.State != call.KeepsPlace {
		t.Errorf("the place is %s, %s", c.State, c.Reason)
	}
}

// The agent's own call takes the place of one that is kept, whatever of it fails.
func TestF269AnAgentCallsANumberThatKeepsAPlace(t *testing.T) {
	for _, op := range []string{"", "PlaceOf", "SavePlaceOf"} {
		w, id := asked(t, service.Settings{})
		w.AnswerQuestion(id, call.ChooseKeep)
		place := call.KeptID(id)
		if err := w.Store.SavePlaceOf(t.Context(), Outside, place); err != nil {
			t.Fatal(err)
		}
		if op != "" {
			w.Store.At(op, w.Store.Count(op), Fault{Err: service.ErrUnavailable})
		}
		w.Choose("bob", agent.Away)
		w.Pass(5 * time.Second)
		by, _, err := w.CallBack("alice", "k1")
		if err != nil {
			t.Fatal(err)
		}
		now, err := w.Store.PlaceOf(t.Context(), Outside)
		if c := w.Call(place); op != "PlaceOf" && c.Kept.Lent != by {
			t.Errorf("%q fails: the place is %s, %+v", op, c.State, c.Kept)
		}
		if err != nil || op != "SavePlaceOf" && now != by {
			t.Errorf("%q fails: the number keeps %s, %v", op, now, err)
		}
	}
}

// The operator switches calling back off, or takes a country out of the list, while a place is kept.
func TestF305APlaceIsNotCalledWhoseNumberMayNotBeDialled(t *testing.T) {
	w, id := asked(t, service.Settings{})
	w.AnswerQuestion(id, call.ChooseKeep)
	w.Use(service.Settings{Places: noNumbers{}})
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	if c := w.Call(call.KeptID(id)); w.Rings("alice") || c.State != call.KeepsPlace {
		t.Errorf("alice rings %t, the place is %s", w.Rings("alice"), c.State)
	}
	w.Use(service.Settings{Places: anyNumber{}})
	w.Pass(15 * time.Second)
	if !w.Rings("alice") {
		t.Error("it is allowed again, and alice does not ring")
	}
}

// The number may not be dialled for longer: the place is given up, so that agents see who has called in vain.
func TestF348APlaceThatMayNotBeDialledIsGivenUp(t *testing.T) {
	for _, how := range []string{"country", "off"} {
		closed := false
		w, id := asked(t, service.Settings{})
		place := w.KeepPlace(id)
		set := service.Settings{
			Places: noNumbers{}, IsOpen: func(context.Context, time.Time) bool { return !closed },
		}
		w.Use(set)
		if how == "off" {
			set.Ring, set.Places, set.NoPlaces = Ring, nil, true
			w.Service = service.New(w.Store, w.Phones, set)
		}
		closed = true
		w.Choose("alice", agent.Available)
		if w.Pass(2 * time.Hour); w.Call(place).State != call.KeepsPlace || !w.Call(place).Kept.Barred.IsZero() {
			t.Errorf("%s: while the line is closed the place is %s", how, w.Call(place).State)
		}
		closed = false
		if w.Pass(50 * time.Minute); w.Call(place).State != call.KeepsPlace {
			t.Errorf("%s: within the hour the place is %s", how, w.Call(place).State)
		}
		for _, took := range []bool{true, false} {
			w.Store.At("SaveCall", w.Store.Count("SaveCall"), Fault{Err: service.ErrUnavailable, Took: took})
		}
		w.Pass(15 * time.Minute)
		c := w.Call(place)
		if r := record.Of(c); c.Reason != call.ReasonUnreached || r.Outcome != record.Unreached || r.Caller == "" ||
			r.Out.Outcome != call.OutcomeNotAllowed || c.Live() || w.Rings("alice") {
			t.Errorf("%s: after the hour: %s, %s, %+v", how, c.State, c.Reason, r.Out)
		}
	}
}

// It is allowed again within the hour: it counts from the next time on.
func TestF348APlaceThatMayBeDialledAgainIsCalled(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	w.Use(service.Settings{Places: noNumbers{}})
	w.Choose("alice", agent.Available)
	w.Pass(30 * time.Minute)
	barred := w.Call(place).Kept.Barred
	w.Use(service.Settings{Places: anyNumber{}})
	w.Pass(15 * time.Second)
	if c := w.Call(place); barred.IsZero() || !w.Rings("alice") || !c.Kept.Barred.IsZero() {
		t.Errorf("barred since %v; then alice rings %t, %+v", barred, w.Rings("alice"), c.Kept)
	}
}

// A supervisor gives a place up as an agent is rung for it: one of the two counts.
func TestF349APlaceIsGivenUpAsItIsOffered(t *testing.T) {
	for _, took := range []bool{false, true} {
		w, id := asked(t, service.Settings{})
		place := w.KeepPlace(id)
		if err := w.OfferTo(place, "alice", "k1"); !errors.Is(err, service.ErrHungUp) {
			t.Errorf("offered: %v", err)
		}
		w.Store.At("SaveCall", w.Store.Count("SaveCall"), Fault{Err: service.ErrUnavailable, Took: took})
		if err := w.EndCall(place, "k2"); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("took effect %t: %v", took, err)
		}
		if err := w.EndCall(place, "k2"); err != nil {
			t.Errorf("took effect %t, repeated: %v", took, err)
		}
		w.Choose("alice", agent.Available)
		w.Pass(time.Minute)
		c := w.Call(place)
		r := record.Of(c)
		if c.State != call.Ended || w.Rings("alice") || r.Outcome != record.Unreached || r.Ender == nil {
			t.Errorf("took effect %t: %s, %+v; alice rings %t", took, c.State, r.Ender, w.Rings("alice"))
		}
	}
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	var not *call.TransitionError
	if err := w.EndCall(place, "k1"); !errors.As(err, &not) || w.Call(place).State != call.AgentFirst {
		t.Errorf("while alice is rung: %v, %s", err, w.Call(place).State)
	}
}

type noNumbers struct{}

func (noNumbers) Allow(string) (string, error) { return "", &service.NumberError{Why: "country"} }

// So many places are kept at a time that live callers always stand in the page of the queue that is read.
func TestF306NoMoreThanTenPlacesAreKept(t *testing.T) {
	w, id := asked(t, service.Settings{})
	if !w.Service.MayKeep(t.Context(), w.Call(id)) {
		t.Fatal("the first is not offered to keep the place")
	}
	for i := range 10 {
		of := call.New(call.ID("CAF"+string(rune('0'+i))), CallerNumber, false, w.Now)
		if err := w.Store.SaveCall(t.Context(), call.KeepsPlaceIn(of, CallerNumber, w.Now)); err != nil {
			t.Fatal(err)
		}
	}
	if w.Service.MayKeep(t.Context(), w.Call(id)) {
		t.Error("an eleventh is offered it")
	}
	w.AnswerQuestion(id, call.ChooseKeep)
	w.Pass(5 * time.Second)
	if c := w.Call(id); c.State != call.Waiting {
		t.Errorf("who chooses it is %s, %s", c.State, c.Reason)
	}
}
