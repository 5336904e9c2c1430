package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

func TestGaugesMeasureTheLine(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Dial()
	w.Now = w.Now.Add(30 * time.Second)
	w.Dial()
	g, err := w.Service.Metrics(t.Context(), w.Now)
	if err != nil || g.Waiting != 2 || g.Longest != 30*time.Second || g.Stuck {
		t.Errorf("%+v, %v", g, err)
	}
}

// The store holds a free agent and a caller who was never offered to that agent.
func TestGaugesSeeACallerWhoWaitsThoughAnAgentIsFree(t *testing.T) {
	store := servicetest.NewStore()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	a := agent.New("alice", "Alice", now)
	a.Status = agent.Available
	c := call.New("CA00000000000000000000000000000001", "", false, now.Add(-2*time.Minute))
	if err := errors.Join(store.SaveAgent(t.Context(), a), store.SaveCall(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
	svc := service.New(store, nil, service.Settings{})
	g, err := svc.Metrics(t.Context(), now)
	if err != nil || !g.Stuck || g.Agents[agent.IsAvailable] != 1 || g.Longest != 2*time.Minute {
		t.Errorf("%+v, %v", g, err)
	}
	if g, _ = svc.Metrics(t.Context(), now.Add(-90*time.Second)); g.Stuck {
		t.Error("half a minute is no time to wait")
	}
	for _, list := range []string{"Queue", "Agents"} {
		store.Every(list, servicetest.Fault{Err: service.ErrUnavailable})
		if _, err := svc.Metrics(t.Context(), now); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("without %s: %v", list, err)
		}
	}
}

func TestObserverHearsOfEachSavedChangeOnce(t *testing.T) {
	store := servicetest.NewStore()
	var heard []service.Transition
	observe := func(_ context.Context, b service.Transition, _ *call.Call, _ time.Time) {
		heard = append(heard, b)
	}
	svc := service.New(store, nil, service.Settings{Observe: observe})
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	const id = "CA00000000000000000000000000000001"
	for range 2 { // delivered twice
		if _, err := svc.Arrive(t.Context(), id, "", false, now); err != nil {
			t.Fatal(err)
		}
	}
	if len(heard) != 1 || !heard[0].New || heard[0].State != call.Waiting {
		t.Errorf("heard %+v", heard)
	}
}

func TestBeforeKnowsWhichTransferHasEnded(t *testing.T) {
	open, over := &call.Transfer{Leg: "b"}, &call.Transfer{Leg: "b", Outcome: call.OutcomeBusy}
	for name, c := range map[string]struct {
		before service.Transition
		after  *call.Transfer
		ended  bool
	}{
		"none":             {service.Transition{}, nil, false},
		"open still":       {service.Transition{Transfer: "b"}, open, false},
		"over now":         {service.Transition{Transfer: "b"}, over, true},
		"over before":      {service.Transition{Transfer: "b", Outcome: call.OutcomeBusy}, over, false},
		"over at once":     {service.Transition{}, over, true},
		"the next one too": {service.Transition{Transfer: "a", Outcome: call.OutcomeBusy}, over, true},
	} {
		if got := c.before.Ended(&call.Call{Transfer: c.after}); (got != nil) != c.ended {
			t.Errorf("%s: %v", name, got)
		}
	}
}
