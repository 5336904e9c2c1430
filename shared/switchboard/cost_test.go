package switchboard_test

import (
	"maps"
	"testing"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	. "warmtransfer/shared/switchboard/switchboardtest"
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
	c := w.Conference(id)
	owner := c.Leg(c.Owner)
	again := map[string]int{"Conference": 1}
	costs(t, w, "the callback that an answered leg rings", again, func() {
		_ = w.Board.LegTold(t.Context(), id, owner.Key, owner.SID, false, "", w.Now)
	})
	for _, kind := range []conference.RoomEventKind{conference.RoomStart, conference.RoomHold, conference.RoomEnd} {
		e := conference.RoomEvent{Room: c.Room, Kind: kind, Seq: 0, Leg: conference.LegID(id), Label: conference.CallerLabel}
		if kind == conference.RoomEnd {
			e.Leg = "" // no participant left
		}
		costs(t, w, "a late "+string(kind), again, func() { _ = w.Board.RoomTold(t.Context(), id, e, w.Now) })
	}
	written := map[string]int{"Conference": 1, "SaveConference": 1} // so that it shows when the music stops
	costs(t, w, "a music turn", written, func() {
		_, _ = w.Board.Wait(t.Context(), id, switchboard.Turn{Position: true, Lasts: twelve}, w.Now)
	})
	costs(t, w, "a connection asked for twice", again, func() {
		_, _ = w.Board.Connect(t.Context(), id, owner.Key, owner.SID, w.Now)
	})
}

func TestTheEndOfACallIsWrittenOnce(t *testing.T) {
	w, id := talking(t, "alice")
	c := w.Conference(id)
	w.CallerHangsUp(id)
	w.Settle()
	version := w.Conference(id).Version
	for n, kind := range []conference.RoomEventKind{conference.RoomLeave, conference.RoomHold, conference.RoomEnd} {
		_ = w.Board.RoomTold(t.Context(), id, conference.RoomEvent{
			Room: c.Room, Kind: kind, Seq: 100 + n, Leg: conference.LegID(id), Label: conference.CallerLabel, HungUp: n == 0,
		}, w.Now)
	}
	if got := w.Conference(id).Version; got != version {
		t.Errorf("written %d times more", got-version)
	}
}

func TestASweepThatFindsNothingWritesNothing(t *testing.T) {
	w, _ := talking(t, "alice")
	want := map[string]int{"Live": 1, "Agent": 1, "Conference": 1, "FindRoom": 1, "Present": 1}
	costs(t, w, "the sweep", want, w.Sweep)
}

func TestAPressLoadsItsCallOnce(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	want := map[string]int{
		"Agent": 2, "SaveAgent": 1, "Conference": 1, // alice, who presses, and bob, who is claimed
		"SaveConference": 3, "Hold": 1, "Dial": 1, // before the first effect, and after each
		"Line": 1, // for the page of alice
	}
	costs(t, w, "consult", want, func() { w.MustPress("alice", conference.DoConsult, "bob") })
}

func TestOnlyWhoSeesSomethingNewIsTold(t *testing.T) {
	w, id := talking(t, "alice")
	told := w.Phones.Pushes
	c := w.Conference(id)
	e := conference.RoomEvent{
		Room: c.Room, Kind: conference.RoomUnhold, Seq: 50, Leg: conference.LegID(id), Label: conference.CallerLabel,
	}
	costs(t, w, "what no page shows", map[string]int{"Conference": 1, "SaveConference": 1}, func() {
		_ = w.Board.RoomTold(t.Context(), id, e, w.Now)
	})
	if n := w.Phones.Pushes - told; n != 0 {
		t.Errorf("alice's page is notified")
	}
}
