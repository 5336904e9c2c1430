package service_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// meanwhile is a store that runs do just before the n-th save of a call, counted from 0.
type meanwhile struct {
	service.Store
	left int
	do   func()
}

func (m *meanwhile) SaveCall(ctx context.Context, c *call.Call) error {
	if m.left--; m.left == -1 {
		m.do()
	}
	return m.Store.SaveCall(ctx, c)
}

// early is a caller who hangs up at once.
const early = call.ID("CA000000000000000000000000000000e1")

// wantNobodyRung asserts that nothing is left of the early caller ten seconds later.
func wantNobodyRung(t *testing.T, w *World, what string) {
	t.Helper()
	w.Settle()
	w.Pass(10 * time.Second)
	c := w.Call(early)
	if c.State != call.Ended || c.Reason != call.ReasonCallerLeft || c.Live() || w.LiveLegs() != 0 {
		t.Errorf("%s: the call is %s %q, live %t, %d legs", what, c.State, c.Reason, c.Live(), w.LiveLegs())
	}
	if c.From != "+15005550006" {
		t.Errorf("%s: who called is recorded as %q", what, c.From)
	}
	if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("%s: alice is %s", what, p)
	}
	w.CheckQuiet()
}

// The callback about the end of the caller's leg comes before, between and after the saves of the
// arrival.
func TestF180TheEndIsToldInEachOrderWithTheFirstSave(t *testing.T) {
	gone := func(w *World) {
		if err := w.Service.HandleCallerEnded(context.Background(), early, "+15005550006", w.Now); err != nil {
			t.Errorf("the end: %v", err)
		}
	}
	for n := range 5 {
		w := NewWorld(t, "alice")
		store := &meanwhile{Store: w.Store, left: n, do: func() { gone(w) }}
		newKey := func() call.LegKey { return call.LegKey(fmt.Sprint("early-", n)) }
		set := service.Settings{Ring: Ring, NewKey: newKey}
		c, err := service.New(store, w.Phones, set).Arrive(t.Context(), early, "+15005550006", false, w.Now)
		if err != nil {
			t.Fatalf("told before save %d: %v", n, err)
		}
		if n == 0 && (c.State != call.Ended || w.Phones.Count("Dial") != 0) {
			t.Errorf("told before the first save: the call is %s, %d dials", c.State, w.Phones.Count("Dial"))
		}
		if store.left >= 0 {
			gone(w)
		}
		wantNobodyRung(t, w, fmt.Sprintf("told before save %d", n))
	}
}

// The first save of the arrival comes between the load and the save of the end.
func TestF180TheFirstSaveComesWhileTheEndIsWrittenDown(t *testing.T) {
	w := NewWorld(t, "alice")
	store := &meanwhile{Store: w.Store, do: func() { w.Arrive(early) }}
	svc := service.New(store, w.Phones, service.Settings{Ring: Ring})
	if err := svc.HandleCallerEnded(t.Context(), early, "+15005550006", w.Now); err != nil {
		t.Fatal(err)
	}
	wantNobodyRung(t, w, "arrived in between")
}

// The end is reported twice, and its save fails once, before or after it took effect.
func TestF180TheEndIsWrittenDownOnce(t *testing.T) {
	for _, took := range []bool{false, true} {
		w := NewWorld(t, "alice")
		w.Store.Next("SaveCall", Fault{Err: service.ErrUnavailable, Took: took})
		if err := w.Service.HandleCallerEnded(t.Context(), early, "+15005550006", w.Now); err == nil {
			t.Error("a failed save was not reported")
		}
		for range 2 {
			if err := w.Service.HandleCallerEnded(t.Context(), early, "+15005550006", w.Now); err != nil {
				t.Errorf("told again: %v", err)
			}
		}
		if v := w.Call(early).Version; v != 1 {
			t.Errorf("took effect %t: saved %d times", took, v)
		}
		w.Arrive(early)
		wantNobodyRung(t, w, "told twice")
	}
}

// For a stored call the end needs no additional save.
func TestF180AKnownCallersEndIsOneSave(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Settle()
	loads, saves := w.Store.Count("Call"), w.Store.Count("SaveCall")
	if err := w.Service.HandleCallerEnded(t.Context(), id, "", w.Now); err != nil {
		t.Fatal(err)
	}
	if l, s := w.Store.Count("Call")-loads, w.Store.Count("SaveCall")-saves; l != 1 || s != 1 {
		t.Errorf("%d loads, %d saves", l, s)
	}
}
