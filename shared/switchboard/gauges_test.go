package switchboard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/switchboard/switchboardtest"
)

func TestGaugesMeasureTheLine(t *testing.T) {
	w := switchboardtest.NewWorld(t)
	w.Dial()
	w.Now = w.Now.Add(30 * time.Second)
	w.Dial()
	g, err := w.Board.Gauges(t.Context(), w.Now)
	if err != nil || g.Waiting != 2 || g.Longest != 30*time.Second || g.Stuck {
		t.Errorf("%+v, %v", g, err)
	}
}

// The store holds a free agent and a caller who was never offered to that agent.
func TestGaugesSeeACallerWhoWaitsThoughAnAgentIsFree(t *testing.T) {
	store := switchboardtest.NewStore()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	a := agent.New("alice", "Alice", now)
	a.Status = agent.Available
	c := conference.New("CA00000000000000000000000000000001", "", false, now.Add(-2*time.Minute))
	if err := errors.Join(store.SaveAgent(t.Context(), a), store.SaveConference(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
	board := switchboard.New(store, nil, switchboard.Settings{})
	g, err := board.Gauges(t.Context(), now)
	if err != nil || !g.Stuck || g.Agents[agent.IsAvailable] != 1 || g.Longest != 2*time.Minute {
		t.Errorf("%+v, %v", g, err)
	}
	if g, _ = board.Gauges(t.Context(), now.Add(-90*time.Second)); g.Stuck {
		t.Error("half a minute is no time to wait")
	}
	for _, list := range []string{"Line", "Agents"} {
		store.Every(list, switchboardtest.Fault{Err: switchboard.ErrUnavailable})
		if _, err := board.Gauges(t.Context(), now); !errors.Is(err, switchboard.ErrUnavailable) {
			t.Errorf("without %s: %v", list, err)
		}
	}
}

func TestObserverHearsOfEachSavedChangeOnce(t *testing.T) {
	store := switchboardtest.NewStore()
	var heard []switchboard.Before
	observe := func(_ context.Context, b switchboard.Before, _ *conference.Conference, _ time.Time) {
		heard = append(heard, b)
	}
	board := switchboard.New(store, nil, switchboard.Settings{Observe: observe})
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	const id = "CA00000000000000000000000000000001"
	for range 2 { // delivered twice
		if _, err := board.Arrive(t.Context(), id, "", false, now); err != nil {
			t.Fatal(err)
		}
	}
	if len(heard) != 1 || !heard[0].New || heard[0].State != conference.Waiting {
		t.Errorf("heard %+v", heard)
	}
}

func TestBeforeKnowsWhichTransferHasEnded(t *testing.T) {
	open, over := &conference.Transfer{Leg: "b"}, &conference.Transfer{Leg: "b", Outcome: conference.OutcomeBusy}
	for name, c := range map[string]struct {
		before switchboard.Before
		after  *conference.Transfer
		ended  bool
	}{
		"none":             {switchboard.Before{}, nil, false},
		"open still":       {switchboard.Before{Transfer: "b"}, open, false},
		"over now":         {switchboard.Before{Transfer: "b"}, over, true},
		"over before":      {switchboard.Before{Transfer: "b", Outcome: conference.OutcomeBusy}, over, false},
		"over at once":     {switchboard.Before{}, over, true},
		"the next one too": {switchboard.Before{Transfer: "a", Outcome: conference.OutcomeBusy}, over, true},
	} {
		if got := c.before.Ended(&conference.Conference{Transfer: c.after}); (got != nil) != c.ended {
			t.Errorf("%s: %v", name, got)
		}
	}
}
