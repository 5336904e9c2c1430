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

// resting is talking with a wrap-up for the agents after each call.
func resting(t *testing.T, agents ...agent.ID) (*World, call.ID) {
	t.Helper()
	w, id := talking(t, agents...)
	w.Use(service.Settings{WrapUp: 2 * time.Minute})
	return w, id
}

// ringsFor says which caller an agent is rung for, "" if none.
func ringsFor(w *World, id agent.ID) call.ID {
	if !w.Rings(id) {
		return ""
	}
	return w.Me(id).Call.ID
}

// dialsAndHas is another caller, whom that agent answers.
func dialsAndHas(w *World, id agent.ID) call.ID {
	caller, _ := w.Dial()
	w.Settle()
	w.Answer(id)
	w.Settle()
	return caller
}

func TestF032ALostAgentIsKeptForTheirCallerThoughOthersWait(t *testing.T) {
	w, lost := talking(t, "alice")
	other, _ := w.Dial()
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	w.Music(other)
	if w.Rings("alice") {
		t.Fatalf("alice is rung for %s before any heartbeat of the page", ringsFor(w, "alice"))
	}
	w.Pass(6 * time.Second)
	if got := ringsFor(w, "alice"); got != lost {
		t.Fatalf("alice is rung for %q, want %s, the caller whom alice lost", got, lost)
	}
	w.Answer("alice")
	w.Settle()
	hears(t, w, lost, "alice")
	hears(t, w, other, "music")
	w.CheckQuiet()
}

// Other agents are free for the callers behind. When the lost agent does not come back, the caller
// who lost them is the first to be offered to anybody.
func TestOnlyTheLostAgentIsKept(t *testing.T) {
	w, lost := talking(t, "alice", "bob")
	w.Silent("alice")
	w.Pass(30 * time.Second) // the page of alice is gone, too
	w.HangUp("alice")
	w.Settle()
	other, _ := w.Dial()
	w.Settle()
	if got := ringsFor(w, "bob"); got != other {
		t.Fatalf("bob is rung for %q, want %s", got, other)
	}
	w.Answer("bob")
	w.Settle()
	third, _ := w.Dial()
	w.Choose("carol", agent.Away)
	w.Pass(call.RecallWindow)
	w.Choose("carol", agent.Available)
	w.Settle()
	if got := ringsFor(w, "carol"); got != lost {
		t.Errorf("carol is rung for %q, want %s", got, lost)
	}
	hears(t, w, third, "music")
}

func TestALostAgentWhoCannotComeIsNotWaitedFor(t *testing.T) {
	for name, change := range map[string]func(w *World){
		"away since": func(w *World) { w.Choose("alice", agent.Away) },
		"in another call": func(w *World) {
			w.MustPress("bob", call.DoAdd, "alice")
			w.Settle()
			w.Choose("carol", agent.Available)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, lost := talking(t, "alice", "bob")
			w.Dial()
			w.Settle()
			w.Answer("bob")
			w.Settle()
			w.Silent("alice")
			w.HangUp("alice")
			w.Settle()
			w.Choose("carol", agent.Away)
			w.Now = w.Now.Add(time.Second)
			change(w)
			w.Choose("carol", agent.Available)
			w.Settle()
			if got := ringsFor(w, "carol"); got != lost {
				t.Errorf("carol is rung for %q, want %s at once", got, lost)
			}
		})
	}
}

// Two callers wait for alice: alice handed one over to a number that has left, the other has lost
// alice. The first in the queue is offered to alice, the other then to anybody.
func TestTwoCallersAreKeptForTheSameAgent(t *testing.T) {
	w, first := talking(t, "alice")
	w.MustPress("alice", call.DoConsult, Outside)
	w.Settle()
	w.PickUp()
	w.Press1(true, true)
	w.Settle()
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	hears(t, w, first, Outside)
	w.Pass(time.Second)
	second := dialsAndHas(w, "alice")
	hears(t, w, second, "alice")
	w.OutsideHangsUp()
	w.Settle()
	w.Now = w.Now.Add(time.Second)
	w.HangUp("alice")
	w.Pass(6 * time.Second)
	if got := ringsFor(w, "alice"); got != first {
		t.Fatalf("alice is rung for %q, want %s, who is first in the queue", got, first)
	}
	w.Choose("bob", agent.Available)
	w.Settle()
	if got := ringsFor(w, "bob"); got != second {
		t.Errorf("bob is rung for %q, want %s", got, second)
	}
	w.Answer("alice")
	w.Answer("bob")
	w.Settle()
	hears(t, w, first, "alice")
	hears(t, w, second, "bob")
	w.CheckQuiet()
}

func TestAnAgentLostTwiceIsGivenBackTwice(t *testing.T) {
	w, lost := resting(t, "alice", "bob")
	other := dialsAndHas(w, "bob")
	for range 2 {
		w.HangUp("alice")
		w.Settle()
		if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
			t.Errorf("after a loss alice is %s", p)
		}
		w.Pass(6 * time.Second)
		if got := ringsFor(w, "alice"); got != lost {
			t.Fatalf("alice is rung for %q", got)
		}
		w.Answer("alice")
		w.Settle()
		hears(t, w, lost, "alice")
	}
	hears(t, w, other, "bob")
	w.CheckQuiet()
}

// A status that the agent picks in the call applies after the call, and the loss of the agent's leg
// does not end the call for the agent.
func TestWhatWasChosenInTheCallAppliesWhenItIsReallyOver(t *testing.T) {
	for _, s := range []agent.Status{agent.Away, agent.WrapUp} {
		w, lost := resting(t, "alice", "bob")
		w.Choose("bob", agent.Away)
		w.Choose("alice", s)
		w.HangUp("alice")
		w.Settle()
		other, _ := w.Dial()
		w.Pass(6 * time.Second)
		if got := ringsFor(w, "alice"); got != lost {
			t.Fatalf("%s: alice is rung for %q, want %s", s, got, lost)
		}
		w.Answer("alice")
		w.Settle()
		w.MustPress("alice", call.DoEnd, "")
		w.Pass(6 * time.Second)
		if p := w.Me("alice").Agent.Presence; w.Rings("alice") || p != agent.Presence(s) {
			t.Errorf("%s: after the call alice is %s, rung: %v", s, p, w.Rings("alice"))
		}
		hears(t, w, other, "music")
	}
}

// The transferor who has left while the target rang is in wrap-up when the recall comes.
func TestF092ARestIsNoHindranceToARecall(t *testing.T) {
	w, lost := resting(t, "alice", "bob", "carol")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.HangUp("alice")
	w.Pass(6 * time.Second)
	if p := w.Me("alice").Agent.Presence; p != agent.IsWrapUp {
		t.Errorf("after handing over and leaving, alice is %s", p)
	}
	w.Reject("bob", call.OutcomeDeclined)
	w.Settle()
	if got := ringsFor(w, "alice"); got != lost || w.Rings("carol") {
		t.Errorf("alice is rung for %q, carol: %v", got, w.Rings("carol"))
	}
}

// A transferor who has left while the target rings is recalled if the target does not answer. Until
// that is known, the transferor is offered no other caller.
func TestF092TheTransferorIsKeptWhileTheTargetRings(t *testing.T) {
	for _, comes := range []bool{true, false} {
		w, lost := talking(t, "alice", "bob")
		w.MustPress("alice", call.DoConsult, "bob")
		w.Settle()
		w.HangUp("alice")
		w.Settle()
		other, _ := w.Dial()
		w.Pass(6 * time.Second)
		if w.Rings("alice") {
			t.Fatalf("alice is rung for %s while bob rings for the caller of alice", ringsFor(w, "alice"))
		}
		want := lost
		if comes {
			w.Answer("bob")
			want = other
		} else {
			w.Reject("bob", call.OutcomeDeclined)
			w.Choose("bob", agent.Away)
		}
		w.Pass(6 * time.Second)
		if got := ringsFor(w, "alice"); got != want {
			t.Errorf("the target comes: %v; alice is rung for %q, want %s", comes, got, want)
		}
		takes(t, w, want, "alice")
	}
}

// An agent who is reserved for a caller is not the next free agent for another.
func TestAnyAgentIsNobodyWhoIsKept(t *testing.T) {
	w, lost := talking(t, "alice", "bob")
	second := dialsAndHas(w, "bob")
	w.HangUp("alice")
	w.Settle()
	if _, err := w.Press("bob", call.DoConsult, Anyone); !errors.Is(err, service.ErrNobodyFree) {
		t.Errorf("only alice is free, and reserved: %v", err)
	}
	w.Choose("carol", agent.Available)
	w.MustPress("bob", call.DoConsult, Anyone)
	w.Pass(6 * time.Second)
	if got := ringsFor(w, "alice"); got != lost {
		t.Errorf("alice is rung for %q, want %s", got, lost)
	}
	if got := ringsFor(w, "carol"); got != second {
		t.Errorf("carol is rung for %q, want %s", got, second)
	}
}

// The caller's leg ends the conference, and with it the agent's leg. The agent's wrap-up begins
// then, in whatever order the callbacks come.
func TestTheCallersEndBeginsTheRestWhateverIsToldFirst(t *testing.T) {
	for _, reversed := range []bool{false, true} {
		w, id := resting(t, "alice")
		w.Order = func(n int) int {
			if reversed {
				return n - 1
			}
			return 0
		}
		w.CallerHangsUp(id)
		w.Settle()
		w.Order = nil
		me := w.Me("alice").Agent
		if me.Presence != agent.IsWrapUp || me.Last.Outcome != string(call.OutcomeCallerLeft) {
			t.Errorf("reversed %v: alice is %s after %+v", reversed, me.Presence, me.Last)
		}
	}
}

// Only the lost caller is offered to an agent who has chosen to be away.
func TestOnlyTheLostCallerIsOfferedToWhoTakesNoCalls(t *testing.T) {
	w, lost := resting(t, "alice")
	w.Choose("alice", agent.Away)
	w.HangUp("alice")
	w.Settle()
	w.Dial()
	w.CallerHangsUp(lost)
	w.Pass(15 * time.Second)
	if w.Rings("alice") {
		t.Errorf("alice is away, and rung for %s", ringsFor(w, "alice"))
	}
}

// recalled is a world in which the transferor was lost while bob rang, and bob did not answer: the
// caller is recalled to the transferor.
func recalled(t *testing.T) (*World, call.ID) {
	t.Helper()
	w, id := talking(t, "alice", "bob", "carol")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.HangUp("alice")
	w.Pass(6 * time.Second) // alice's page is back
	w.Reject("bob", call.OutcomeNoAnswer)
	w.Pass(time.Second)
	if !w.Rings("alice") || w.Rings("carol") {
		t.Fatalf("alice is rung: %v, carol: %v", w.Rings("alice"), w.Rings("carol"))
	}
	return w, id
}

func TestF091RecallIsAnswered(t *testing.T) {
	w, id := recalled(t)
	w.Answer("alice")
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "alice")
	tr := w.Me("alice").Call.Transfer
	if tr.Outcome != call.OutcomeNoAnswer {
		t.Errorf("alice is told of the transfer: %+v", tr)
	}
	w.CheckQuiet()
}

func TestF092RecallIsNotAnswered(t *testing.T) {
	w, id := recalled(t)
	other, _ := w.Dial() // comes later, and stays behind
	w.Choose("carol", agent.Away)
	w.Pass(Ring + 2*time.Second)
	hears(t, w, id, "music")
	place, err := w.Service.Wait(context.Background(), id, service.Turn{Position: true, Lasts: twelve}, w.Now)
	if err != nil || place.Position != 1 {
		t.Errorf("the caller is at position %d, %v", place.Position, err)
	}
	w.Choose("carol", agent.Available)
	w.Pass(6 * time.Second)
	w.Answer("carol")
	w.Settle()
	hears(t, w, id, "carol")
	_ = other
	w.CheckQuiet()
}

func TestF139RecallAgainstALateAnswer(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	w.Phones.Every("Hangup", Fault{Err: service.ErrUnknown}) // bob rings on
	for range 35 {                                           // longer than the ring time of bob
		w.Now = w.Now.Add(time.Second)
		_, _ = w.Beat("alice")
		w.Music(id)
	}
	if !w.Rings("alice") || !w.Rings("bob") {
		t.Fatalf("alice rings: %v, bob: %v", w.Rings("alice"), w.Rings("bob"))
	}
	if w.Answer("bob") {
		t.Error("bob was admitted after the ring time")
	}
	w.Answer("alice")
	w.Phones.Heal()
	w.Settle()
	hears(t, w, id, "alice")
	w.CheckQuiet()
}
