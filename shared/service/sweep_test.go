package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// manyTalks is a world in which so many calls are with an agent each, and the sweep looks at no call without a reason.
func manyTalks(t *testing.T, n int) (w *World, ids []call.ID) {
	t.Helper()
	w = NewWorld(t)
	w.Audits = 0
	for i := range n {
		w.Choose(agent.ID(fmt.Sprintf("agent%03d", i)), agent.Available)
		id, _ := w.Dial()
		w.Settle()
		if !w.Answer(agent.ID(fmt.Sprintf("agent%03d", i))) {
			t.Fatalf("agent%03d is not rung", i)
		}
		w.Settle()
		ids = append(ids, id)
	}
	return w, ids
}

// looks sweeps once, and returns what it did and how many requests it made.
func looks(t *testing.T, w *World) (service.SweepResult, int) {
	t.Helper()
	requests := func() (n int) {
		for _, m := range []map[string]int{w.Store.Counts(), w.Phones.Counts()} {
			for _, k := range m {
				n += k
			}
		}
		return n
	}
	before := requests()
	r, err := w.Service.Sweep(context.Background(), service.SweepLimits{
		Most: 1000, Clock: func() time.Time { return w.Now }, Audits: w.Audits,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, requests() - before
}

func TestF208ASweepOfCallsInOrderLooksAtNone(t *testing.T) {
	w, ids := manyTalks(t, 40)
	w.MustPress("agent000", call.DoHold, "") // one caller hears music
	w.Settle()
	w.Pass(30 * time.Second)
	r, requests := looks(t, w)
	if r.Live != len(ids) || r.Looked != 0 || requests > 4 {
		t.Errorf("%+v with %d requests", r, requests)
	}
	w.Audits = 5
	if r, _ = looks(t, w); r.Looked != 5 || r.Left != 0 {
		t.Errorf("audits: %+v", r)
	}
	w.Audits = 100
	if r, _ = looks(t, w); r.Looked != len(ids) {
		t.Errorf("all: %+v", r)
	}
}

// Something goes wrong with one call of forty, and no callback tells it. The next sweep repairs it, and looks at no
// other call.
func TestF208ASweepFindsTheOneThatIsWrong(t *testing.T) {
	for name, wrong := range map[string]struct {
		breaks func(w *World, id call.ID)
		well   func(w *World, id call.ID) bool
	}{
		"the caller has hung up": {
			func(w *World, id call.ID) { w.CallerHangsUp(id); w.Phones.Told = nil },
			func(w *World, id call.ID) bool { return !w.Call(id).Live() },
		},
		"the agent's leg is gone": {
			func(w *World, id call.ID) { w.HangUp("agent007"); w.Phones.Told = nil },
			func(w *World, id call.ID) bool { return w.Hears(id) == "music" },
		},
		"the conference has ended": {
			func(w *World, id call.ID) { roomless(w, id) },
			func(w *World, id call.ID) bool { return w.Hears(id) != "silence" && w.Call(id).State == call.Waiting },
		},
		"the agent's page is silent": {
			func(w *World, id call.ID) { w.Silent("agent007") },
			func(w *World, id call.ID) bool { return w.Phones.Announced[id] == 1 },
		},
		"a hold is not confirmed": {
			func(w *World, id call.ID) {
				for range 2 {
					w.Phones.Next("Hold", Fault{Err: service.ErrUnknown})
				}
				_, _ = w.Press("agent007", call.DoHold, "")
				w.Silent("agent007") // or its next heartbeat would repair it
				w.Lose()
			},
			func(w *World, id call.ID) bool { return w.Hears(id) == "music" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, ids := manyTalks(t, 40)
			w.Pass(10 * time.Second)
			id := ids[7]
			wrong.breaks(w, id)
			w.Pass(110 * time.Second) // within it there is a sweep at which the page is silent for 45 s
			if !wrong.well(w, id) {
				t.Errorf("the caller hears %s; the call is %s, %d announcements", w.Hears(id), w.Call(id).State,
					w.Phones.Announced[id])
			}
		})
	}
}

// The lists of the network cannot be had, or have nothing: then the sweep looks at each call, and hangs up nobody.
func TestF208WithoutTheNetworksListsEachIsLookedAt(t *testing.T) {
	for name, fault := range map[string]Fault{"failed": {Err: service.ErrUnknown}, "lags": {Err: ErrLags}} {
		w, ids := manyTalks(t, 40)
		w.Pass(10 * time.Second)
		w.Phones.Every("Connected", fault)
		r, _ := looks(t, w)
		if r.Looked != len(ids) {
			t.Errorf("%s: %+v", name, r)
		}
		w.Pass(2 * time.Minute)
		for i, id := range ids {
			hears(t, w, id, fmt.Sprintf("agent%03d", i))
		}
	}
}

// A call of the release before is stored without a due time: the sweep looks at it.
func TestF208ACallWithoutADueTimeIsLookedAt(t *testing.T) {
	w, ids := manyTalks(t, 40)
	w.Pass(10 * time.Second)
	w.HangUp("agent007")
	w.Phones.Told = nil
	w.Service = service.New(undated{w.Store, ids[7]}, w.Phones, service.Settings{
		Ring: Ring, NewKey: func() call.LegKey { return "new" },
	})
	if r, _ := looks(t, w); r.Looked != 1 || w.Call(ids[7]).State == call.Talking {
		t.Errorf("%+v, the call is %s", r, w.Call(ids[7]).State)
	}
}

// undated is a store that lists one call without its due time.
type undated struct {
	*Store
	id call.ID
}

func (u undated) Live(ctx context.Context, few int) ([]service.LiveCall, error) {
	list, err := u.Store.Live(ctx, few)
	for i, c := range list {
		if c.ID == u.id {
			list[i] = service.LiveCall{ID: c.ID}
		}
	}
	return list, err
}

// What there is no time for is said.
func TestF208WhatASweepLeavesIsCounted(t *testing.T) {
	w, ids := manyTalks(t, 20)
	w.Phones.Every("Connected", Fault{Err: service.ErrUnknown})
	r, err := w.Service.Sweep(t.Context(), service.SweepLimits{Most: 15, Clock: func() time.Time { return w.Now }})
	if err != nil || r.Looked != 15 || r.Left != len(ids)-15 {
		t.Errorf("%+v, %v", r, err)
	}
	w.Store.Every("Live", Fault{Err: service.ErrUnavailable})
	if _, err := w.Service.Sweep(t.Context(), service.SweepLimits{Most: 15, Clock: time.Now}); !errors.Is(err,
		service.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
