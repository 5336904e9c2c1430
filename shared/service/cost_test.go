package service_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// costs asserts how often a use case calls each operation of the store and of the network,
// notifications of pages included.
func costs(t *testing.T, w *World, what string, want map[string]int, f func()) {
	t.Helper()
	before := w.Store.Counts()
	maps.Copy(before, w.Phones.Counts())
	f()
	after := w.Store.Counts()
	maps.Copy(after, w.Phones.Counts())
	for op, n := range after {
		if after[op] = n - before[op]; after[op] == 0 {
			delete(after, op)
		}
	}
	if !maps.Equal(after, want) {
		t.Errorf("%s costs %v, want %v", what, after, want)
	}
}

func TestAnEventThatChangesNothingCostsOneRead(t *testing.T) {
	w, id := consulting(t)
	c := w.Call(id)
	owner := c.Leg(c.Owner)
	again := map[string]int{"Call": 1}
	costs(t, w, "the callback that an answered leg rings", again, func() {
		_ = w.Service.HandleCallStatus(t.Context(), id, owner.Key, owner.SID, false, "", w.Now)
	})
	for _, kind := range []call.ConferenceEventKind{call.ConferenceStarted, call.ParticipantHeld,
		call.ConferenceEnded} {
		e := call.ConferenceEvent{Conference: c.Conference, Kind: kind, Seq: 0, Leg: call.LegID(id),
			Label: call.CallerLabel}
		if kind == call.ConferenceEnded {
			e.Leg = "" // no participant left
		}
		costs(t, w, "a late "+string(kind), again,
			func() { _ = w.Service.HandleConferenceEvent(t.Context(), id, e, w.Now) })
	}
	written := map[string]int{"Call": 1, "SaveCall": 1} // so that it shows when the music stops
	costs(t, w, "a music turn", written, func() {
		_, _ = w.Service.Wait(t.Context(), id, service.Turn{Position: true, Lasts: twelve}, w.Now)
	})
	costs(t, w, "a connection asked for twice", again, func() {
		_, _ = w.Service.Connect(t.Context(), id, service.Answered{Key: owner.Key, SID: owner.SID}, w.Now)
	})
}

func TestTheEndOfACallIsWrittenOnce(t *testing.T) {
	w, id := talking(t, "alice")
	c := w.Call(id)
	w.CallerHangsUp(id)
	w.Settle()
	version := w.Call(id).Version
	for n, kind := range []call.ConferenceEventKind{call.ParticipantLeft, call.ParticipantHeld, call.ConferenceEnded} {
		_ = w.Service.HandleConferenceEvent(t.Context(), id, call.ConferenceEvent{
			Conference: c.Conference, Kind: kind, Seq: 100 + n, Leg: call.LegID(id), Label: call.CallerLabel,
			HungUp: n == 0,
		}, w.Now)
	}
	if got := w.Call(id).Version; got != version {
		t.Errorf("written %d times more", got-version)
	}
}

func TestASweepThatFindsNothingWritesNothing(t *testing.T) {
	w, _ := talking(t, "alice")
	want := map[string]int{"Live": 1, "Agents": 1, "Call": 1, "FindConference": 1, "Participants": 1}
	costs(t, w, "the sweep", want, w.Sweep)
}

func TestAnArrivalWritesOnceAndTheJoinThreeTimes(t *testing.T) {
	w := NewWorld(t, "alice")
	var id call.ID
	costs(t, w, "an arrival", map[string]int{"SaveCall": 1}, func() { id, _ = w.Dial() })
	want := map[string]int{
		"Free": 1, "Queue": 1, "Call": 1, "Agent": 1, "SaveAgent": 1, // who is free, who is ahead, and the claim
		"SaveCall": 2, "Dial": 1, // joined and dials, dialled
	}
	costs(t, w, "a join", want, func() { w.Joins(id) })
}

// What an arrival and a consult need at the same time they ask for at the same time.
func TestWhatIsAskedForSideBySide(t *testing.T) {
	w, talks := talking(t, "alice", "bob")
	var together []int
	count := func(all ...func()) {
		together = append(together, len(all))
		for _, f := range all {
			f()
		}
	}
	keys := 0
	svc := service.New(w.Store, w.Phones, service.Settings{Ring: Ring, Together: count, NewKey: func() call.LegKey {
		keys++
		return call.LegKey(fmt.Sprint("key-", keys))
	}})
	cmd := service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "1", Call: talks}
	if _, err := svc.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(together, []int{3, 2}) { // who presses, the call and the target; the hold and the dial
		t.Errorf("consult: %v", together)
	}
	together = nil
	const id = "CA00000000000000000000000000000077"
	if _, err := svc.Arrive(t.Context(), id, "", false, w.Now); err != nil {
		t.Fatal(err)
	}
	if err := svc.HandleConferenceEvent(t.Context(), id, CallerJoined(id), w.Now); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(together, []int{2}) { // who is free and who is ahead; nobody is free, so nothing follows
		t.Errorf("arrival and join: %v", together)
	}
}

func TestAPressLoadsItsCallOnce(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	want := map[string]int{
		"Agent": 2, "SaveAgent": 1, "Call": 1, // alice, who presses, and bob, who is claimed
		"SaveCall": 2, "Hold": 1, "Dial": 1, // before and after the effects, which are done side by side
	}
	costs(t, w, "consult", want, func() { w.MustPress("alice", call.DoConsult, "bob") })
}

// F318: what a request has loaded or saved of an agent it does not load again: for their release, for the answer, for
// what their page is told.
func TestF318AnAgentIsLoadedOnce(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	c := w.Call(id)
	target := c.Leg(c.Transfer.Leg)
	costs(t, w, "the target answers", map[string]int{"Call": 1, "SaveCall": 1, "Agent": 2, "Tell": 2}, func() {
		answered := service.Answered{Key: target.Key, SID: target.SID, Agent: "bob"}
		_, _ = w.Service.Connect(t.Context(), id, answered, w.Now)
	})
	w, _ = talking(t, "alice")
	want := map[string]int{
		"Agent": 1, "SaveAgent": 1, "Call": 1, "SaveCall": 3, "SayGoodbye": 1, "Hangup": 1, "Queue": 1,
	}
	costs(t, w, "alice ends the call", want, func() { w.MustPress("alice", call.DoEnd, "") })
}

// F318: another request changes the agent meanwhile. What is in hand is out of date then, and nothing is lost.
func TestF318WhatIsInHandIsOutOfDate(t *testing.T) {
	w, _ := talking(t, "alice")
	w.Use(service.Settings{Observe: func(context.Context, service.Transition, *call.Call, time.Time) {
		a, err := w.Store.Agent(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		a.HeartbeatAt = w.Now.Add(time.Second)
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}})
	w.MustPress("alice", call.DoEnd, "")
	a, err := w.Store.Agent(t.Context(), "alice")
	if err != nil || a.Claim != nil || !a.HeartbeatAt.After(w.Now) {
		t.Errorf("alice: %+v, %v", a, err)
	}
}

func TestOnlyWhoSeesSomethingNewIsTold(t *testing.T) {
	w, id := talking(t, "alice")
	told := w.Phones.Pushes
	c := w.Call(id)
	e := call.ConferenceEvent{
		Conference: c.Conference, Kind: call.ParticipantResumed, Seq: 50, Leg: call.LegID(id), Label: call.CallerLabel,
	}
	costs(t, w, "what no page shows", map[string]int{"Call": 1, "SaveCall": 1}, func() {
		_ = w.Service.HandleConferenceEvent(t.Context(), id, e, w.Now)
	})
	if n := w.Phones.Pushes - told; n != 0 {
		t.Errorf("alice's page is notified")
	}
}
