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

// F360: a callback comes while the request that it is about has no answer yet. It waits for a moment, sees what that
// request has saved, and no save fails. If that request is lost, the callback is taken in all the same.
func TestF360ACallbackOfARequestThatIsOnItsWay(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for name, about := range map[string]struct {
			begun, done func(c *call.Call, now time.Time)
			tell        func(w *World, c *call.Call) error
			saves       int // by the callback, if the request has saved its result
			taken       func(c *call.Call) bool
		}{
			"a leg rings": {
				begun: func(c *call.Call, now time.Time) {
					l := c.Leg(c.Transfer.Leg)
					l.SID, l.Phase, l.Since = "", call.LegDialing, now
				},
				done: func(c *call.Call, _ time.Time) { c.Leg(c.Transfer.Leg).SID = "CAbob" },
				tell: func(w *World, c *call.Call) error {
					return w.Service.HandleCallStatus(t.Context(), c.ID, c.Transfer.Leg, "CAbob", false, "", w.Now)
				},
				saves: 1,
				taken: func(c *call.Call) bool {
					l := c.Leg(c.Transfer.Leg)
					return l.SID == "CAbob" && l.Phase == call.LegRinging
				},
			},
			"the caller is on hold": {
				begun: func(c *call.Call, now time.Time) {
					c.Caller.Held, c.Caller.ConfirmedHeld, c.Caller.HoldingSince = false, false, now
				},
				done: func(c *call.Call, now time.Time) {
					c.ApplyResult(call.SetHold{Leg: call.LegID(c.ID), Hold: true}, call.Result{Kind: call.Done}, now)
				},
				tell: func(w *World, c *call.Call) error {
					return w.Service.HandleConferenceEvent(t.Context(), c.ID, call.ConferenceEvent{
						Conference: c.Conference, Kind: call.ParticipantHeld, Seq: c.Caller.Seq, Leg: call.LegID(c.ID),
					}, w.Now)
				},
				saves: 1,
				taken: func(c *call.Call) bool { return c.CallerHeld() && c.Caller.ConfirmedHeld },
			},
			"a leg without a place is over": {
				begun: func(c *call.Call, now time.Time) { c.WithdrawLeg(c.Transfer.Leg, call.OutcomeCancelled, now) },
				done: func(c *call.Call, now time.Time) {
					l := c.Legs[1]
					c.ApplyResult(call.Hangup{Key: l.Key, Leg: l.SID}, call.Result{Kind: call.Done}, now)
				},
				tell: func(w *World, c *call.Call) error {
					l := c.Legs[1]
					return w.Service.HandleCallStatus(
						t.Context(), c.ID, l.Key, l.SID, true, call.OutcomeCancelled, w.Now)
				},
				saves: 2, // of the caller who is resumed now
				taken: func(c *call.Call) bool { return len(c.Legs) == 1 },
			},
		} {
			w, id := talking(t, "alice", "bob")
			w.Settle()
			w.MustPress("alice", call.DoConsult, "bob")
			w.Settle()
			change := func(f func(*call.Call, time.Time)) *call.Call {
				c := w.Call(id)
				f(c, w.Now)
				if err := w.Store.SaveCall(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				return c
			}
			waited := 0
			w.Use(service.Settings{Settle: func(context.Context) {
				if waited++; !lost {
					change(about.done)
				}
			}})
			c := change(about.begun)
			before := w.Store.Counts()["SaveCall"]
			if err := about.tell(w, c); err != nil {
				t.Errorf("%s, lost %t: %v", name, lost, err)
			}
			if waited != 1 || !about.taken(w.Call(id)) {
				t.Errorf("%s, lost %t: waited %d times: %+v", name, lost, waited, w.Call(id).Legs)
			}
			if saves := w.Store.Counts()["SaveCall"] - before - 1; !lost && saves != about.saves {
				t.Errorf("%s: %d saves besides that of the request", name, saves)
			}
			if err := about.tell(w, c); err != nil || waited != 1 {
				t.Errorf("%s, lost %t: told once more, it waited %d times: %v", name, lost, waited, err)
			}
		}
	}
}

// A callback that tells something new waits for nothing.
func TestF360ACallbackThatNobodyHasAskedForWaitsForNothing(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Use(service.Settings{Settle: func(context.Context) { t.Error("it has waited") }})
	id := w.DialIn()
	w.Phones.Told = nil
	c := w.Call(id)
	l := c.Legs[0]
	for _, over := range []bool{false, true} {
		if err := w.Service.HandleCallStatus(t.Context(), id, l.Key, l.SID, over, call.OutcomeBusy, w.Now); err != nil {
			t.Error(err)
		}
	}
	if a, err := w.Store.Agent(t.Context(), agent.ID("alice")); err != nil || a.Claim != nil {
		t.Errorf("alice is claimed: %v", err)
	}
	if err := w.Service.HandleCallerEnded(t.Context(), id, "", w.Now); err != nil {
		t.Error(err)
	}
}
