package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// calledBack is alice who calls back: the browser has answered, and the caller's number rings.
func calledBack(t *testing.T) (*World, call.ID) {
	t.Helper()
	w := NewWorld(t, "alice", "bob")
	id, snap, err := w.CallBack("alice", "k1")
	if err != nil || snap.Call == nil || snap.Call.State != call.AgentFirst {
		t.Fatalf("called back: %+v, %v", snap.Call, err)
	}
	w.Settle()
	if w.CallerRings(id) {
		t.Fatal("the caller is rung before the agent is there")
	}
	if told := w.Told("alice"); told.Asked != "k1" || told.Caller != Outside {
		t.Fatalf("alice's browser is told %+v", told)
	}
	w.Answer("alice")
	w.Settle()
	if !w.CallerRings(id) || w.Call(id).State != call.Calling {
		t.Fatalf("the caller is not rung: %s", w.Call(id).State)
	}
	return w, id
}

func TestAnAgentCallsBackAndHandsOver(t *testing.T) {
	w, id := calledBack(t)
	if !w.CallerPicksUp(id) {
		t.Fatal("the caller is not let in")
	}
	w.Settle()
	if h := w.Hears(id); h != "alice" || w.Call(id).State != call.Talking {
		t.Fatalf("the caller hears %q, %s", h, w.Call(id).State)
	}
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	if h := w.Hears(id); h != "music" || w.Call(id).State != call.Consulting {
		t.Fatalf("in the consult the caller hears %q, %s", h, w.Call(id).State)
	}
	w.Pass(30 * time.Second)
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	w.Pass(5 * time.Second)
	if h := w.Hears(id); h != "bob" {
		t.Fatalf("after the hand-over the caller hears %q", h)
	}
	w.CallerHangsUp(id)
	w.Pass(5 * time.Second)
	w.CheckQuiet()
	r := record.Of(w.Call(id))
	if r.Out == nil || r.Out.By.ID != "alice" || r.Out.Outcome != call.OutcomeAnswered || r.Out.Of != "RE1" ||
		r.Outcome != record.Transferred || r.EndedBy != record.ByCaller {
		t.Errorf("record %+v, out %+v", r, r.Out)
	}
}

// Whoever is not reached is not on the line, the agent is free at once, and the call says why.
func TestF252WhoIsNotReachedHasAnOutcome(t *testing.T) {
	for _, o := range []call.Outcome{call.OutcomeBusy, call.OutcomeNoAnswer, call.Failed("404"), call.OutcomeDeclined} {
		w, id := calledBack(t)
		w.Use(service.Settings{WrapUp: time.Minute})
		w.CallerRefuses(id, o)
		w.Settle()
		c := w.Call(id)
		if c.State != call.Ended || c.Reason != call.ReasonUnreached || c.Out.Outcome != o {
			t.Errorf("%s: %s, %s, %s", o, c.State, c.Reason, c.Out.Outcome)
		}
		me := w.Me("alice")
		if me.Call != nil || me.Agent.Presence != agent.IsAvailable || len(me.Agent.Recent) != 1 ||
			me.Agent.Recent[0].Outcome != string(o) || !me.Agent.Recent[0].CalledBack {
			t.Errorf("%s: alice sees %+v", o, me.Agent)
		}
		if r := record.Of(c); r.Outcome != record.Unreached || r.Out.Outcome != o || !r.Answered.IsZero() {
			t.Errorf("%s: record %+v", o, r)
		}
		w.Pass(time.Minute)
		w.CheckQuiet()
	}
}

// The page is lost before the second leg is dialled: nobody is dialled.
func TestF253ALostPageDialsNobody(t *testing.T) {
	for name, lose := range map[string]func(w *World){
		"before it answers":           func(w *World) { w.Reject("alice", call.OutcomeNoAnswer) },
		"before it is known to be in": func(w *World) { w.Answer("alice"); w.Phones.Told = nil; w.HangUp("alice") },
		"and every callback, too":     func(w *World) { w.Answer("alice"); w.HangUp("alice"); w.Lose() },
	} {
		w := NewWorld(t, "alice")
		id, _, err := w.CallBack("alice", "k1")
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		lose(w)
		w.Settle()
		w.Silent("alice")
		w.Pass(3 * time.Minute)
		if w.CallerRings(id) || w.Hears(id) != "nobody" || w.Call(id).State != call.Ended {
			t.Errorf("%s: the caller hears %s, the call is %s", name, w.Hears(id), w.Call(id).State)
		}
		w.CheckQuiet()
	}
}

// The caller picks up as the agent leaves: they hear music, and are offered to the next agent.
func TestF254WhoPicksUpAsTheAgentLeavesIsInTheLine(t *testing.T) {
	for _, err := range []error{nil, service.ErrUnknown, service.ErrThrottled} {
		w, id := calledBack(t)
		w.Silent("alice") // the browser is gone
		w.HangUp("alice")
		if err != nil { // the loss is known, and the cancellation comes too late
			w.Phones.Every("Cancel", Fault{Err: err})
			w.Settle()
			w.Phones.Heal()
		}
		if !w.CallerPicksUp(id) {
			t.Fatalf("%v: the caller is not let in, the call is %s", err, w.Call(id).State)
		}
		w.Settle()
		w.Pass(2 * time.Second)
		if h := w.Hears(id); h != "music" {
			t.Errorf("%v: the caller hears %q, the call is %s", err, h, w.Call(id).State)
		}
		w.Pass(25 * time.Second)
		w.Answer("bob")
		w.Pass(5 * time.Second)
		if h := w.Hears(id); h != "bob" {
			t.Errorf("%v: the caller hears %q, the call is %s", err, h, w.Call(id).State)
		}
		if w.Longest > 2 {
			t.Errorf("%v: %d s of silence", err, w.Longest)
		}
		w.CallerHangsUp(id)
		w.Pass(10 * time.Second)
		w.CheckQuiet()
	}
}

// The agent is lost while the number rings: it is cancelled, and the call is over.
func TestF254ARingingCallerIsCancelledWithTheirAgent(t *testing.T) {
	for _, f := range []*Fault{
		nil, {Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true}, {Err: service.ErrThrottled},
	} {
		w, id := calledBack(t)
		if f != nil {
			w.Phones.Next("Cancel", *f)
		}
		w.HangUp("alice")
		w.Settle()
		w.Pass(10 * time.Second)
		if w.CallerRings(id) || w.Call(id).State != call.Ended || w.Call(id).Out.Outcome != call.OutcomeLost {
			t.Errorf("%+v: rings %v, %s, %s", f, w.CallerRings(id), w.Call(id).State, w.Call(id).Out.Outcome)
		}
		w.Pass(time.Minute)
		w.CheckQuiet()
	}
}

// A dial without an answer, done or not: nobody is dialled twice, and nothing is left over.
func TestF255ADialOfTheCallerWithoutAnAnswer(t *testing.T) {
	for _, took := range []bool{false, true} {
		w := NewWorld(t, "alice")
		id, _, err := w.CallBack("alice", "k1")
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: took})
		w.Answer("alice")
		w.Settle()
		if took {
			w.CallerPicksUp(id)
			w.Settle()
			if h := w.Hears(id); h != "alice" {
				t.Errorf("the caller hears %q", h)
			}
			w.CallerHangsUp(id)
		}
		w.Pass(2 * time.Minute)
		if c := w.Call(id); c.State != call.Ended || c.Dials != 2 {
			t.Errorf("took %v: %s after %d dials", took, c.State, c.Dials)
		}
		w.CheckQuiet()
	}
}

// The same request, again: the same call, and nobody is rung or counted twice (N7).
func TestF256ACallBackIsRepeated(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	first, _, err := w.CallBack("alice", "k1")
	if err != nil {
		t.Fatal(err)
	}
	again, snap, err := w.CallBack("alice", "k1")
	if err != nil || again != "" || snap.Call == nil || snap.Call.ID != first {
		t.Errorf("again: %q, %+v, %v", again, snap.Call, err)
	}
	if n := w.Phones.Count("Dial"); n != 1 {
		t.Errorf("%d dials", n)
	}
	if _, _, err := w.CallBack("alice", "k2"); !errors.Is(err, service.ErrNotReady) {
		t.Errorf("a second call back at once: %v", err)
	}
}

// The claim was saved and the call was not: the page repeats the request, its own claim refuses nothing, and the
// heartbeat in between leaves the agent claimed.
func TestF256ARepeatedCallBackIsNotRefusedForItsOwnClaim(t *testing.T) {
	for _, took := range []bool{false, true} {
		w := NewWorld(t, "alice")
		w.Store.Next("SaveCall", Fault{Err: service.ErrUnavailable, Took: took})
		first, _, err := w.CallBack("alice", "k1")
		if !errors.Is(err, service.ErrUnavailable) || took != (first != "") {
			t.Fatalf("took %t: %q, %v", took, first, err)
		}
		claimed := stored(t, w, "alice").Claim
		w.Now = w.Now.Add(time.Second)
		if _, err := w.Beat("alice"); err != nil {
			t.Fatal(err)
		}
		if a := stored(t, w, "alice"); claimed == nil || a.Claim == nil || a.Claim.Leg != claimed.Leg {
			t.Fatalf("took %t: a heartbeat has changed the claim %+v to %+v", took, claimed, a.Claim)
		}
		again, snap, err := w.CallBack("alice", "k1")
		if err != nil || snap.Call == nil || took == (again != "") {
			t.Fatalf("took %t: again: %q, %+v, %v", took, again, snap.Call, err)
		}
		if took {
			continue
		}
		w.Settle()
		w.Answer("alice")
		w.Settle()
		if n := w.Phones.Count("Dial"); n != 2 || !w.CallerRings(again) {
			t.Errorf("%d dials, the caller rings %t", n, w.CallerRings(again))
		}
		if n := stored(t, w, "alice").DialQuota.Dials(w.Now); n != 1 {
			t.Errorf("%d numbers counted", n)
		}
	}
}

// The claim of a request whose call was never stored is void after a while.
func TestF256AClaimWithoutACallEnds(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Store.Next("SaveCall", Fault{Err: service.ErrUnavailable})
	if _, _, err := w.CallBack("alice", "k1"); !errors.Is(err, service.ErrUnavailable) {
		t.Fatal(err)
	}
	w.Pass(15 * time.Second)
	if me := w.Me("alice"); me.Agent.Presence != agent.IsAvailable {
		t.Errorf("alice is %s", me.Agent.Presence)
	}
}

// Nothing rings for a number that may not be dialled, nor for an agent who is busy or not there.
func TestF257ACallBackIsRefusedBeforeAnythingRings(t *testing.T) {
	w := NewWorld(t, "alice")
	ctx := context.Background()
	who := service.Principal{ID: "alice", Name: "Agent alice"}
	_, err := w.Service.CallBack(ctx, who, service.CallBack{Number: "+4479", Request: "k"}, w.Now)
	var bad *service.NumberError
	if !errors.As(err, &bad) {
		t.Errorf("a number that may not be dialled: %v", err)
	}
	nobody := service.Principal{ID: "zoe", Name: "Zoe"}
	ask := service.CallBack{Number: Outside, Request: "k"}
	if _, err := w.Service.CallBack(ctx, nobody, ask, w.Now); !errors.Is(err, service.ErrNotReady) {
		t.Errorf("an agent without a page: %v", err)
	}
	w.Skip(time.Minute)
	if _, err := w.Service.CallBack(ctx, who, ask, w.Now); !errors.Is(err, service.ErrNotReady) {
		t.Errorf("a silent page: %v", err)
	}
	for range agent.MaxOutside {
		w.Choose("alice", agent.Away) // an agent who is away may call
		id, _, err := w.CallBack("alice", fmt.Sprint("k", w.Phones.Count("Dial")))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		w.MustPress("alice", call.DoDecline, "")
		w.Settle()
		if w.Call(id).State != call.Ended || w.Rings("alice") {
			t.Fatalf("after the decline: %s", w.Call(id).State)
		}
	}
	if _, _, err := w.CallBack("alice", "more"); !errors.Is(err, agent.ErrTooManyOutside) {
		t.Errorf("more than the limit of an hour: %v", err)
	}
	if n := w.Phones.Count("Dial"); n != agent.MaxOutside {
		t.Errorf("%d dials", n)
	}
}

// A machine picks up: the agent hears it and is told; nothing ends by itself, and the outcome says it.
func TestF258AMachineIsAnOutcomeAndEndsNothing(t *testing.T) {
	w, id := calledBack(t)
	w.CallerPicksUp(id)
	w.Settle()
	w.MachineHeard(id)
	w.MachineHeard(id)
	if me := w.Me("alice"); me.Call == nil || !me.Call.Caller.Machine || me.Call.State != call.Talking {
		t.Fatalf("alice sees %+v", me.Call)
	}
	w.MustPress("alice", call.DoEnd, "")
	w.Pass(5 * time.Second)
	if r := record.Of(w.Call(id)); r.Out.Outcome != call.OutcomeMachine {
		t.Errorf("outcome %s", r.Out.Outcome)
	}
	w.CheckQuiet()
}

// The agent ends the call while the number rings: it is cancelled, and who picks up at that moment hears a goodbye.
func TestF259TheAgentStopsCalling(t *testing.T) {
	w, id := calledBack(t)
	w.MustPress("alice", call.DoEnd, "")
	w.Settle()
	if c := w.Call(id); w.CallerRings(id) || c.State != call.Ended || c.Out.Outcome != call.OutcomeCancelled {
		t.Errorf("rings %v, %s, %s", w.CallerRings(id), c.State, c.Out.Outcome)
	}
	w, id = calledBack(t)
	w.Phones.Next("Cancel", Fault{Err: service.ErrThrottled})
	w.Phones.Next("Cancel", Fault{Err: service.ErrThrottled})
	w.MustPress("alice", call.DoEnd, "")
	w.CallerPicksUp(id)
	if h := w.Hears(id); h != "words" {
		t.Errorf("who has picked up hears %q", h)
	}
	w.Pass(time.Minute)
	w.CheckQuiet()
}

// The callback of the caller's hang-up is lost: a clock finds it, and the agent is free.
func TestF259TheEndOfACalledCallerIsLost(t *testing.T) {
	w, id := calledBack(t)
	w.CallerPicksUp(id)
	w.Settle()
	w.CallerHangsUp(id)
	w.Lose()
	w.Pass(90 * time.Second)
	if w.Call(id).Live() || w.Talks("alice") {
		t.Errorf("the call is %s", w.Call(id).State)
	}
	w.CheckQuiet()
}
