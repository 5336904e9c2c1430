package service_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// offeredPlace is alice who is rung for a kept place.
func offeredPlace(t *testing.T) (*World, call.ID) {
	t.Helper()
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	if !w.Rings("alice") {
		t.Fatalf("alice is not rung: %s", w.Call(place).State)
	}
	return w, place
}

// An agent who does not take the offer of a kept place has called nobody: it is an offer like any other.
func TestF323TheOfferOfAKeptPlaceThatIsNotTakenIsNoCallBack(t *testing.T) {
	for _, o := range []call.Outcome{call.OutcomeDeclined, call.OutcomeNoAnswer} {
		w, place := offeredPlace(t)
		w.Reject("alice", o)
		w.Settle()
		recent := w.Me("alice").Agent.Recent
		if len(recent) != 1 || recent[0].CalledBack || recent[0].Outcome != string(o) {
			t.Errorf("%s: alice reads %+v", o, recent)
		}
		if c := w.Call(place); c.State != call.KeepsPlace {
			t.Errorf("%s: the place is %s", o, c.State)
		}
	}
}

// The caller of a kept place is dialled and not reached: that is a call back.
func TestF323WhoIsDialledForAKeptPlaceIsCalledBack(t *testing.T) {
	w, place := offeredPlace(t)
	w.Answer("alice")
	w.Settle()
	if !w.CallerRefuses(place, call.OutcomeBusy) {
		t.Fatal("the caller is not dialled")
	}
	w.Settle()
	recent := w.Me("alice").Agent.Recent
	if len(recent) != 1 || !recent[0].CalledBack || recent[0].Outcome != string(call.OutcomeBusy) {
		t.Errorf("alice reads %+v", recent)
	}
}

// The agent is lost as the caller picks up, and misses the caller when their page is back: they have called once.
func TestF379WhoIsRungForTheCallerTheyHaveLostHasNotCalledAgain(t *testing.T) {
	w, id := calledBack(t)
	w.Now = w.Now.Add(time.Second)
	if !w.CallerPicksUp(id) {
		t.Fatal("the caller is not let in")
	}
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	w.Pass(15 * time.Second)
	if !w.Rings("alice") {
		t.Fatalf("alice is not rung for the caller they have lost: %s", w.Call(id).State)
	}
	w.Reject("alice", call.OutcomeNoAnswer)
	w.Settle()
	recent := w.Me("alice").Agent.Recent
	if len(recent) != 2 || recent[0].CalledBack || !recent[0].Rang || !recent[1].CalledBack {
		t.Errorf("alice reads %+v", recent)
	}
}

// Nobody can listen to a place: the caller is not on the line before they have picked up.
func TestF324NoSupervisorIsInAKeptPlace(t *testing.T) {
	w, place := offeredPlace(t)
	for _, step := range []func(){
		func() {}, func() { w.Answer("alice"); w.Settle() },
		func() { w.CallerRefuses(place, call.OutcomeBusy); w.Settle() },
	} {
		step()
		if err := w.Watch(place, call.ModeListen); !errors.Is(err, call.ErrNobodyTalks) {
			t.Errorf("%s: %v", w.Call(place).State, err)
		}
	}
	for n := 0; !w.Rings("alice") && n < 600; n++ {
		w.Pass(time.Second)
	}
	w.Answer("alice")
	w.Settle()
	w.CallerPicksUp(place)
	w.Settle()
	w.MustWatch(place, call.ModeListen)
}

// The caller's leg has ended, its callback is lost, and no cancellation says so: Twilio is asked for the leg when its
// time is over, and nothing is left.
func TestF325ACancelledLegWhoseEndIsNeverTold(t *testing.T) {
	for name, err := range map[string]error{
		"no answer": service.ErrUnknown, "refused": &service.RefusedError{Code: 21220, Status: 400},
	} {
		w, id := calledBack(t)
		w.Phones.Every("Cancel", Fault{Err: err})
		w.MustPress("alice", call.DoEnd, "")
		w.CallerRefuses(id, call.OutcomeNoAnswer)
		w.Lose()
		for range 10 {
			w.Pass(15 * time.Second)
			w.Sweep()
		}
		if c := w.Call(id); c.Live() {
			t.Errorf("%s: a leg is left: %+v", name, c.Legs)
		}
		w.Phones.Heal()
		w.CheckQuiet()
	}
}

// An answer that the leg is gone is not believed while it rings: whoever picks up is taken in.
func TestF325ACancellationThatSaysGoneIsNotBelieved(t *testing.T) {
	w, id := calledBack(t)
	w.Silent("alice")
	w.Phones.Every("Cancel", Fault{Err: service.ErrGone})
	w.HangUp("alice")
	w.Settle()
	w.Pass(8 * time.Second)
	if !w.CallerRings(id) || w.Call(id).State == call.Ended {
		t.Fatalf("rings %t, the call is %s", w.CallerRings(id), w.Call(id).State)
	}
	if !w.CallerPicksUp(id) {
		t.Fatal("the caller is not let in")
	}
	w.Settle()
	w.Pass(2 * time.Second)
	if h := w.Hears(id); h != "music" {
		t.Errorf("the caller hears %q, the call is %s", h, w.Call(id).State)
	}
	w.Phones.Heal()
	w.CallerHangsUp(id)
	w.Pass(time.Minute)
	w.CheckQuiet()
}
