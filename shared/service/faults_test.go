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

// ErrHold is a definite refusal by Twilio.
var ErrHold = &service.RefusedError{Code: 20001, Status: 400}

// commandAgain repeats the last request that took effect, with the same request key.
func commandAgain(t *testing.T, w *World, id agent.ID, a call.Action, target agent.ID) func() {
	t.Helper()
	reqs := w.Call(w.Me(id).Call.ID).Requests
	cmd := service.Command{Action: a, Target: service.ParseTarget(string(target)), Request: reqs[len(reqs)-1].Key}
	return func() {
		t.Helper()
		if _, err := w.Service.Transfer(context.Background(), service.Principal{ID: id}, cmd, w.Now); err != nil {
			t.Error(err)
		}
	}
}

// classic plays the classic transfer, and goes on when something fails.
func classic(w *World) call.ID {
	id, in := w.Dial()
	for i := 0; !in && i < 5; i++ { // asked to hold on; then the webhook is sent again
		w.Pass(2 * time.Second)
		in = w.Arrive(id)
	}
	w.Pass(3 * time.Second)
	answerWhoeverRings(w)
	w.Pass(3 * time.Second)
	_, _ = w.Press("alice", call.DoAdd, "bob")
	w.Pass(3 * time.Second)
	answerWhoeverRings(w)
	w.Pass(3 * time.Second)
	_, _ = w.Press("alice", call.DoComplete, "")
	return id
}

func answerWhoeverRings(w *World) {
	for _, a := range []agent.ID{"alice", "bob"} {
		w.Answer(a)
	}
}

// outside are all calls to the store and to the network that a service makes.
var outside = []string{
	"Call", "SaveCall", "Agent", "SaveAgent", "Queue", "Agents", "Free",
	"Dial", "Hangup", "Hold", "SetEndOnExit", "FindConference", "Participants", "FindParticipant", "SayGoodbye",
	"RejoinConference", "FindLeg",
}

// TestEveryOutsideCallFails fails each outside call of the classic transfer once, at each of its
// occurrences, before and after it takes effect. Whatever happens on the way, the caller hears an
// agent a minute and a half later, and nothing is left over. It shows F025, F026, F028 and F058
// among others.
func TestEveryOutsideCallFails(t *testing.T) {
	dry := NewWorld(t, "alice", "bob")
	classic(dry)
	calls := dry.Store.Counts()
	for op, n := range dry.Phones.Counts() {
		calls[op] = n
	}
	for _, op := range outside {
		for _, took := range []bool{false, true} {
			for at := range min(calls[op], 25) {
				w := NewWorld(t, "alice", "bob")
				base := w.Store.Count(op) + w.Phones.Count(op)
				failAt(w, op, base+at, took)
				id := classic(w)
				w.Pass(time.Minute)
				answerWhoeverRings(w)
				w.Pass(40 * time.Second)
				answerWhoeverRings(w)
				w.Pass(10 * time.Second)
				if h := w.Hears(id); h != "bob" && h != "alice" && h != "alice bob" {
					t.Errorf("%s call %d failed (took effect: %v): in the end the caller hears %q, %s",
						op, at, took, h, w.Call(id).State)
				}
				w.CheckQuiet()
				if t.Failed() {
					t.Fatalf("after: %s call %d failed, took effect: %v", op, at, took)
				}
			}
		}
	}
}

// failAt makes the n-th call of op from now on fail.
func failAt(w *World, op string, n int, took bool) {
	switch op {
	case "Dial", "Hangup", "Hold", "SetEndOnExit", "FindConference", "Participants", "FindParticipant", "SayGoodbye",
		"RejoinConference", "FindLeg":
		w.Phones.At(op, n, Fault{Err: service.ErrUnknown, Took: took})
		return
	}
	w.Store.At(op, n, Fault{Err: service.ErrUnavailable, Took: took})
}

func TestF121NetworkDownTenMinutes(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	for _, op := range []string{"Dial", "Hangup", "Hold", "FindConference", "Participants", "FindLeg"} {
		w.Phones.Every(op, Fault{Err: service.ErrUnknown})
	}
	id, _ := w.Dial()
	w.Pass(10 * time.Minute)
	hears(t, w, id, "music")
	w.Phones.Heal()
	w.Pass(45 * time.Second)
	answerWhoeverRings(w)
	w.Settle()
	if h := w.Hears(id); h != "alice" && h != "bob" {
		t.Errorf("after the outage the caller hears %s", h)
	}
	w.CheckQuiet()
}

func TestF008StoreDownOnArrival(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Store.Every("SaveCall", Fault{Err: service.ErrUnavailable})
	id, in := w.Dial()
	if in {
		t.Fatal("arrived without a store")
	}
	w.Store.Heal()
	if !w.Arrive(id) {
		t.Fatal("not taken in when the store is back")
	}
	w.Joins(id)
	w.Answer("alice")
	w.Settle()
	hears(t, w, id, "alice")
}

// TestEachCallbackLostDoubledReversed loses each callback of the classic transfer in turn (F103,
// F029), then doubles each (F097), then delivers all of a step in reverse (F107).
func TestEachCallbackLostDoubledReversed(t *testing.T) {
	steps := func(w *World, settle func()) call.ID {
		id, _ := w.Dial()
		settle()
		for n := 0; n < 12 && !w.Rings("alice"); n++ { // if the join was lost: until the next music turn
			w.Pass(time.Second)
		}
		w.Answer("alice")
		settle()
		_, _ = w.Press("alice", call.DoAdd, "bob")
		settle()
		w.Answer("bob")
		settle()
		w.HangUp("alice")
		settle()
		return id
	}
	rest := func(t *testing.T, w *World, id call.ID, what string) {
		t.Helper()
		w.Pass(90 * time.Second)
		answerWhoeverRings(w)
		w.Pass(5 * time.Second)
		if h := w.Hears(id); h != "bob" && h != "alice" {
			t.Errorf("%s: the caller hears %s, %s", what, h, w.Call(id).State)
		}
		w.CheckQuiet()
		w.CallerHangsUp(id)
		w.Pass(2 * time.Second)
		w.CheckQuiet()
	}
	for n := 0; ; n++ { // lost
		w := NewWorld(t, "alice", "bob")
		lost, seen := "", 0
		id := steps(w, func() {
			for len(w.Phones.Told) > 0 {
				if seen == n && w.Phones.Told[0].Over == nil {
					lost = w.Phones.Told[0].Name
					w.Drop(0)
				} else {
					w.Deliver(0, false)
				}
				seen++
			}
		})
		if lost == "" {
			break
		}
		rest(t, w, id, "lost: "+lost)
	}
	w := NewWorld(t, "alice", "bob")
	id := steps(w, func() {
		for len(w.Phones.Told) > 0 {
			w.Deliver(0, true)
			w.Deliver(0, false)
		}
	})
	rest(t, w, id, "doubled")
	w = NewWorld(t, "alice", "bob")
	id = steps(w, func() {
		for len(w.Phones.Told) > 0 {
			w.Deliver(len(w.Phones.Told)-1, false)
		}
	})
	rest(t, w, id, "reversed")
}

func TestF104EventAfterTheEndChangesNothing(t *testing.T) {
	w, id := talking(t, "alice")
	old := w.Call(id)
	w.CallerHangsUp(id)
	w.Settle()
	before := w.Call(id).Version
	err := w.Service.HandleConferenceEvent(context.Background(), id, call.ConferenceEvent{
		Conference: old.Conference, Kind: call.ParticipantResumed, Seq: 1, Leg: call.LegID(id), Label: call.CallerLabel,
	}, w.Now.Add(10*time.Minute))
	if err != nil || w.Call(id).Version != before {
		t.Errorf("%v, version %d after %d", err, w.Call(id).Version, before)
	}
}

func TestF134TwoCallersRaceForOneAgent(t *testing.T) {
	w := NewWorld(t)
	first, _ := w.Dial()
	second, _ := w.Dial()
	w.Choose("alice", agent.Available)
	w.Music(second)
	w.Music(first)
	w.Settle()
	state(t, w, first, call.Ringing)
	state(t, w, second, call.Waiting)
	if n := w.Phones.Count("Dial"); n != 1 {
		t.Errorf("%d dials for one agent", n)
	}
}

func TestF050AwayWhileRinging(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	w.Choose("alice", agent.Away)
	w.Settle()
	if w.Rings("alice") || !w.Rings("bob") {
		t.Errorf("alice rings: %v, bob rings: %v", w.Rings("alice"), w.Rings("bob"))
	}
	hears(t, w, id, "music")
	w.CheckQuiet()
}
