package service_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// hasDialled lets the agent have dialled so many outside numbers just now.
func hasDialled(t *testing.T, w *World, id agent.ID, n int) {
	t.Helper()
	a := stored(t, w, id)
	for i := range n {
		if err := a.CountOutsideDial(fmt.Sprint("dial ", i), w.Now); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Store.SaveAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// The places that are dialled count for the limit of all agents' numbers. One that may not be dialled for it stays, and
// keeps nobody from an agent.
func TestF340APlaceWaitsForTheLimitOfAllAgents(t *testing.T) {
	set := service.Settings{NumbersPerHour: 3}
	w, id := asked(t, set)
	place := w.KeepPlace(id)
	w.Choose("bob", agent.Away)
	hasDialled(t, w, "bob", 3)
	later, _ := w.Dial()
	w.Choose("alice", agent.Available)
	w.Pass(8 * time.Second)
	if c := w.Call(place); c.State != call.KeepsPlace || c.Kept.Tries != 0 {
		t.Fatalf("the place is %s, %+v", c.State, c.Kept)
	}
	if c := w.Call(later); c.State != call.Ringing {
		t.Fatalf("who waits behind it is %s", c.State)
	}
	w.Reject("alice", call.OutcomeDeclined)
	w.CallerHangsUp(later)
	w.Pass(time.Hour)
	if !w.Rings("alice") || w.Call(place).State != call.AgentFirst {
		t.Errorf("an hour later: alice rings %t, the place is %s", w.Rings("alice"), w.Call(place).State)
	}
}

// An agent who has dialled as many as they may is not rung for a place; another one is.
func TestF340APlaceWaitsForAnAgentWhoMayDial(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	hasDialled(t, w, "alice", agent.MaxOutside)
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	if w.Rings("alice") || w.Call(place).State != call.KeepsPlace {
		t.Fatalf("alice rings %t, the place is %s", w.Rings("alice"), w.Call(place).State)
	}
	later, _ := w.Dial()
	w.Pass(5 * time.Second)
	if !w.Rings("alice") || w.Call(later).State != call.Ringing {
		t.Errorf("for who calls in alice rings %t, they are %s", w.Rings("alice"), w.Call(later).State)
	}
	w.Choose("bob", agent.Available)
	w.Pass(15 * time.Second)
	if !w.Rings("bob") || w.Call(place).State != call.AgentFirst {
		t.Errorf("bob rings %t, the place is %s", w.Rings("bob"), w.Call(place).State)
	}
}

// A place counts for the agent who is on the line for it, and not for one who did not come.
func TestF340APlaceThatIsDialledIsCounted(t *testing.T) {
	for _, o := range []call.Outcome{call.OutcomeDeclined, call.OutcomeNoAnswer, ""} {
		w, place := offeredPlace(t)
		want := 1
		if o == "" {
			w.Answer("alice")
		} else {
			w.Reject("alice", o)
			want = 0
		}
		w.Settle()
		if n := stored(t, w, "alice").DialQuota.Dials(w.Now); n != want || w.CallerRings(place) != (want == 1) {
			t.Errorf("%q: %d counted, the caller rings %t", o, n, w.CallerRings(place))
		}
	}
	w, id := asked(t, service.Settings{}) // the claim is saved, and the offer is not
	w.KeepPlace(id)
	w.Store.At("SaveCall", w.Store.Count("SaveCall"), Fault{Err: service.ErrConflict})
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	if n := stored(t, w, "alice").DialQuota.Dials(w.Now); n != 1 || !w.Rings("alice") {
		t.Errorf("after a conflict: %d counted, alice rings %t", n, w.Rings("alice"))
	}
}
