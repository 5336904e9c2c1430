package service_test

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

const newcomer = call.ID("CA99999999999999999999999999999999")

// arrives is a caller who arrives on a line that asks whoever has one caller before them.
func arrives(t *testing.T, w *World) *call.Call {
	t.Helper()
	take := w.Service.ArriveBy(service.Arriving{Ahead: 1})
	c, err := take(t.Context(), newcomer, "+15005550008", false, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A kept place that is not to be called now makes the line no longer.
func TestF376AKeptPlaceDoesNotCountForTheQuestion(t *testing.T) {
	w, id := asked(t, service.Settings{IsOpen: func(context.Context, time.Time) bool { return false }})
	w.KeepPlace(id)
	if c := arrives(t, w); c.BeingAsked() || c.State != call.Waiting {
		t.Errorf("asked behind a kept place: %s, %+v", c.State, c.Question)
	}
}

// Alice has declined the caller who waits: whoever comes after them is offered, and not asked.
func TestF376NobodyIsAskedOnArrivalWhileAnAgentIsFree(t *testing.T) {
	w := NewWorld(t, "alice")
	w.DialIn()
	w.Reject("alice", call.OutcomeDeclined)
	w.Settle()
	if c := arrives(t, w); c.Asking(w.Now).Is() || c.State != call.Ringing || !w.Rings("alice") {
		t.Errorf("%s, %+v", c.State, c.Question)
	}
	if c := arrives(t, w); c.Asking(w.Now).Is() || c.State != call.Ringing { // the request is repeated
		t.Errorf("again: %s, %+v", c.State, c.Question)
	}
}

// The arrival is stored, and that the caller is asked is not, or it took effect: they go on into the line.
func TestF376TheQuestionOnArrivalCannotBeStored(t *testing.T) {
	for _, took := range []bool{false, true} {
		w := NewWorld(t)
		w.Dial()
		w.Store.At("SaveCall", w.Store.Count("SaveCall")+1, Fault{Err: service.ErrUnavailable, Took: took})
		if c := arrives(t, w); c.Asking(w.Now).Is() || c.State != call.Waiting {
			t.Errorf("took %t: %s, %+v", took, c.State, c.Question)
		}
		if c := arrives(t, w); !c.Asking(w.Now).Is() { // the answer was lost, and the request is repeated
			t.Errorf("took %t, again: %s, %+v", took, c.State, c.Question)
		}
	}
}

// An agent who was overlooked is found by the music turn in which the caller would be asked.
func TestF376NobodyIsAskedInTheLineWhileAnAgentIsFree(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Choose("alice", agent.Away)
	w.AskEvery = time.Minute
	id, _ := w.Dial()
	w.Pass(50 * time.Second)
	w.Store.Every("Free", Fault{Err: service.ErrUnavailable})
	w.Choose("alice", agent.Available)
	w.Store.Heal()
	turn := service.Turn{Lasts: func(*call.Call) time.Duration { return 12 * time.Second }, AskEvery: time.Minute}
	w.Now = w.Now.Add(11 * time.Second)
	if p, err := w.Service.Wait(t.Context(), id, turn, w.Now); err != nil || p.Call.BeingAsked() || !w.Rings("alice") {
		t.Errorf("%v: %s, %+v", err, p.Call.State, p.Call.Question)
	}
}
