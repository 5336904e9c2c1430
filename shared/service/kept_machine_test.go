package service_test

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// untilMachine is a kept place at whose number a machine picks up; alice is on the line.
func untilMachine(t *testing.T) (w *World, place call.ID) {
	w, id := asked(t, service.Settings{})
	place = w.KeepPlace(id)
	meetsMachine(t, w, place)
	return w, place
}

func meetsMachine(t *testing.T, w *World, place call.ID) {
	t.Helper()
	if !callsPlace(w, place) || !w.Answer("alice") {
		t.Fatalf("alice is not rung: the place is %s, %s", w.Call(place).State, w.Call(place).Reason)
	}
	w.Settle()
	if !w.CallerPicksUp(place) {
		t.Fatal("nobody picks up")
	}
	w.MachineHeard(place)
	w.Pass(10 * time.Second)
}

// A machine picks up, and the agent ends the call: the caller was not reached, and is called once more.
func TestF347AMachineThatPicksUpIsAnAttempt(t *testing.T) {
	w, place := untilMachine(t)
	since := w.Call(place).Queued
	w.MustPress("alice", call.DoEnd, "")
	w.Pass(15 * time.Second)
	again := call.KeptID(place)
	c := w.Call(again)
	if c.State != call.KeepsPlace || !c.Queued.Equal(since) || c.Kept.Tries != 1 || w.LiveLegs() > 0 {
		t.Fatalf("the place is %s, %+v; %d legs", c.State, c.Kept, w.LiveLegs())
	}
	if r := record.Of(w.Call(place)); r.Out.Outcome != call.OutcomeMachine {
		t.Errorf("the record is %+v", r.Out)
	}
	if w.Choose("alice", agent.Available); w.Rings("alice") {
		t.Error("the caller is called again at once")
	}
	w.Pass(3 * time.Minute)
	meetsMachine(t, w, again)
	w.MustPress("alice", call.DoEnd, "")
	w.Pass(15 * time.Second)
	if c := w.Call(again); c.State != call.Ended || len(places(w)) > 0 {
		t.Errorf("after the second: %s; the places are %v", c.State, places(w))
	}
}

// places are those that are kept.
func places(w *World) (ids []call.ID) {
	queue, _ := w.Store.Queue(context.Background())
	for _, e := range queue {
		ids = append(ids, e.ID)
	}
	return ids
}

// Who talks for longer, hands over, or hangs up themselves was served, whatever Twilio thinks.
func TestF347WhoTalksIsNoMachine(t *testing.T) {
	for _, how := range []string{"long", "caller", "handed over"} {
		w, place := untilMachine(t)
		switch how {
		case "long":
			w.Pass(2 * time.Minute)
			w.MustPress("alice", call.DoEnd, "")
		case "caller":
			w.CallerHangsUp(place)
		case "handed over":
			w.Choose("bob", agent.Available)
			w.MustPress("alice", call.DoBlind, "bob")
			w.Settle()
			w.Answer("bob")
			w.Settle()
			w.MustPress("bob", call.DoEnd, "")
		}
		w.Pass(time.Minute)
		if c := w.Call(place); c.State != call.Ended || len(places(w)) > 0 {
			t.Errorf("%s: %s; the places are %v", how, c.State, places(w))
		}
	}
}

// A step of the end fails: the agent presses again, and there is one place.
func TestF347TheEndOfTheAttemptFails(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall", "SavePlaceOf"} {
		for nth := range 3 {
			for _, took := range []bool{false, true} {
				w, place := untilMachine(t)
				w.Store.At(op, w.Store.Count(op)+nth, Fault{Err: service.ErrUnavailable, Took: took})
				_, _ = w.Press("alice", call.DoEnd, "")
				w.Pass(2 * time.Second)
				w.Store.Heal()
				_, _ = w.Press("alice", call.DoEnd, "")
				w.Pass(time.Minute)
				kept := places(w)
				if c := w.Call(place); c.State != call.Ended || len(kept) != 1 || kept[0] != call.KeptID(place) {
					t.Errorf("%s %d, took effect %t: %s; the places are %v", op, nth, took, c.State, kept)
					continue
				}
				w.Pass(4 * time.Minute)
				if !callsPlace(w, kept[0]) {
					t.Errorf("%s %d, took effect %t: it is not called again", op, nth, took)
				}
			}
		}
	}
}
