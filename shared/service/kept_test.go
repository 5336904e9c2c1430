package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// asked is a World in which a caller is asked after a minute, while alice is Away.
func asked(t *testing.T, set service.Settings) (*World, call.ID) {
	w := NewWorld(t)
	set.Places = anyNumber{}
	w.Use(set)
	w.Choose("alice", agent.Away)
	w.AskEvery = time.Minute
	id, _ := w.Dial()
	for n := 0; !w.Asked(id); n++ {
		if n > 120 {
			t.Fatal("the caller is never asked")
		}
		w.Pass(time.Second)
	}
	w.AskEvery = 0
	return w, id
}

// Whatever fails, the caller has one place: in the line, or one that is kept.
func TestF306ThePlaceCannotBeStored(t *testing.T) {
	for _, op := range []string{"SavePlaceOf", "SaveCall", "Call"} {
		for _, nth := range []int{0, 1} {
			for _, took := range []bool{false, true} {
				w, id := asked(t, service.Settings{})
				w.Store.At(op, w.Store.Count(op)+nth, Fault{Err: service.ErrUnavailable, Took: took})
				w.AnswerQuestion(id, call.ChooseKeep)
				w.Pass(2 * time.Minute)
				w.CheckQuiet()
				c := w.Call(id)
				w.Choose("alice", agent.Available)
				w.Pass(15 * time.Second)
				if !w.Rings("alice") {
					t.Errorf("%s %d, took effect %t: alice is not rung; the call is %s", op, nth, took, c.State)
					continue
				}
				w.Answer("alice")
				w.Pass(5 * time.Second)
				if c.State != call.Ended {
					if w.Hears(id) != "alice" {
						t.Errorf("%s %d, took effect %t: the caller hears %s", op, nth, took, w.Hears(id))
					}
					w.HangUp("alice")
					w.CallerHangsUp(id)
					w.Choose("alice", agent.Available)
					w.Pass(2 * time.Minute)
					if w.Rings("alice") {
						t.Errorf("%s %d, took effect %t: who was served is called as well", op, nth, took)
					}
				}
			}
		}
	}
}

func TestF305APlaceWaitsForTheLineToOpen(t *testing.T) {
	open := false
	w, id := asked(t, service.Settings{IsOpen: func(context.Context, time.Time) bool { return open }})
	if !w.AnswerQuestion(id, call.ChooseKeep) {
		t.Fatal("the choice failed")
	}
	w.Choose("alice", agent.Available)
	w.Pass(2 * time.Minute)
	if c := w.Call(call.KeptID(id)); w.Rings("alice") || c.State != call.KeepsPlace {
		t.Errorf("while the line is closed: alice rings %t, the place is %s", w.Rings("alice"), c.State)
	}
	open = true
	w.Pass(15 * time.Second)
	if c := w.Call(call.KeptID(id)); !w.Rings("alice") || c.State != call.AgentFirst {
		t.Errorf("when it opens: alice rings %t, the place is %s", w.Rings("alice"), c.State)
	}
}

func TestF304TheOldPlaceIsFoundByTheNumber(t *testing.T) {
	w, id := asked(t, service.Settings{})
	queued := w.Call(id).Queued
	w.AnswerQuestion(id, call.ChooseKeep)
	w.Pass(10 * time.Minute)
	again := call.ID("CA99999999999999999999999999999999")
	take := w.Service.ArriveBy(service.Arriving{})
	for range 2 { // the request is repeated
		c, err := take(t.Context(), again, "+15005550006", false, w.Now)
		if err != nil || !c.Queued.Equal(queued) {
			t.Errorf("queued %v, %v", c.Queued, err)
		}
	}
	if c := w.Call(call.KeptID(id)); c.State != call.KeepsPlace || c.Kept.Lent != again {
		t.Errorf("the place is %s, %+v", c.State, c.Kept)
	}
	came := w.Now
	w.Now = w.Now.Add(5 * time.Second)
	other := call.ID("CA88888888888888888888888888888888")
	if _, err := w.Service.Arrive(t.Context(), other, "+15005550008", false, w.Now); err != nil {
		t.Fatal(err)
	}
	queue, err := w.Store.Queue(t.Context())
	if err != nil || len(queue) != 2 || queue[0].ID != again || !queue[0].Queued.Equal(came) {
		t.Errorf("the queue is %+v, %v", queue, err)
	}
	if g, err := w.Service.Metrics(t.Context(), w.Now); err != nil || g.Waiting != 2 || g.Longest != 5*time.Second {
		t.Errorf("the longest wait is measured from before they came: %+v, %v", g, err)
	}
	if _, err := w.Store.PlaceOf(t.Context(), "+15005550007"); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("another number's place: %v", err)
	}
}

// The arrival is saved and its answer lost, so it is taken in again some seconds later, perhaps more than once.
func TestF298TheArrivalIsTakenInAgainDuringTheQuestion(t *testing.T) {
	w := NewWorld(t)
	w.Dial()
	take := w.Service.ArriveBy(service.Arriving{Ahead: 1})
	for range 3 {
		c, err := take(t.Context(), "CA99999999999999999999999999999999", "+15005550006", false, w.Now)
		if err != nil || !c.Asking(w.Now.Add(35*time.Second)).Is() ||
			c.Hearing(w.Now.Add(35*time.Second)).MusicStopped() {
			t.Fatalf("%v: the clock of the question was not set anew: %+v", err, c.Question)
		}
		w.Now = w.Now.Add(15 * time.Second)
	}
}

// The address of a music turn does not tell its conference: one of the old conference may come when the question has
// begun. It does not end the question, and the music watch does not cut it off.
func TestF298ALateTurnOfTheOldConferenceDoesNotEndTheQuestion(t *testing.T) {
	w, id := asked(t, service.Settings{})
	turn := service.Turn{Lasts: func(*call.Call) time.Duration { return 6 * time.Second }}
	for _, late := range []time.Duration{time.Second, 2 * time.Second} {
		w.Now = w.Now.Add(late)
		if p, err := w.Service.Wait(t.Context(), id, turn, w.Now); err != nil || !p.Call.BeingAsked() ||
			p.Call.Hearing(w.Now.Add(30*time.Second)).MusicStopped() {
			t.Errorf("a turn %v late has ended the question: %v, %+v", late, err, p.Call)
		}
	}
	if !w.AnswerQuestion(id, call.ChooseStay) {
		t.Fatal("the choice failed")
	}
	if p, err := w.Service.Wait(t.Context(), id, turn, w.Now); err != nil || p.Call.BeingAsked() {
		t.Errorf("who has chosen to stay is still being asked: %v", err)
	}
}

// Two calls of one number each choose to be called: the number keeps one place, which is the earlier one.
func TestF346TheEarlierOfTwoPlacesCounts(t *testing.T) {
	for _, fails := range []bool{false, true} {
		w, first := asked(t, service.Settings{})
		w.AnswerQuestion(first, call.ChooseKeep)
		since := w.Call(call.KeptID(first)).Queued
		w.AskEvery = time.Minute
		second, _ := w.Dial()
		for n := 0; !w.Asked(second) && n < 120; n++ {
			w.Pass(time.Second)
		}
		if fails { // then it is a place like any other
			w.Store.At("PlaceOf", w.Store.Count("PlaceOf"), Fault{Err: service.ErrUnavailable})
			since = w.Call(second).Queued
		}
		w.AnswerQuestion(second, call.ChooseKeep)
		w.AskEvery = 0
		if c := w.Call(call.KeptID(second)); c.State != call.KeepsPlace || !c.Queued.Equal(since) {
			t.Errorf("PlaceOf fails %t: the place is %s, queued %v, want %v", fails, c.State, c.Queued, since)
		}
		if !callsPlace(w, call.KeptID(second)) {
			t.Errorf("PlaceOf fails %t: it is not called", fails)
		}
	}
}
