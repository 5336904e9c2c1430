package dynamo

import (
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/team"
)

// The view of a line with 200 agents and calls costs what a page of each costs, and that of a larger one no more. The
// day's records are read once: the first views of a process read them, and the views after that read what is new.
func TestF230TheTeamsViewIsBounded(t *testing.T) {
	cost := map[int]float64{}
	for _, n := range []int{10, 200, 1000} {
		m := meteredStore(t)
		m.hires(n/2, n/4)
		m.carries(n) // and half as many agents
		m.now = time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
		m.ended(n)
		tm := &team.Team{Shelf: m.Store, Day: new(team.Day)}
		who := service.Principal{ID: "erin", Supervisor: true}
		since := m.now.Add(-20 * time.Hour)
		first := m.spent(func() {
			v, err := tm.View(t.Context(), who, since, m.now)
			must(t, err)
			calls, agents := len(v.Calls.List)+len(v.Waiting.List), len(v.Agents.List)
			if v.Today.Counts == nil || agents != min(n, 200) || calls < min(n, 100) || calls > 200 ||
				(n > 200) != (v.Agents.More && (v.Calls.More || v.Waiting.More) && v.Today.Partial) {
				t.Errorf("%d: %d agents, %d calls, %+v", n, agents, calls, v.Today)
			}
		})
		for range 4 {
			_, err := tm.View(t.Context(), who, since, m.now)
			must(t, err)
		}
		later := m.spent(func() {
			_, err := tm.View(t.Context(), who, since, m.now)
			must(t, err)
		})
		cost[n] = later.Read
		t.Logf("%d agents and calls: the first view %.1f read units, %v; later ones %.1f, %v", n, first.Read,
			first.Requests, later.Read, later.Requests)
		if first.Read > 1500 || later.Read > 400 {
			t.Errorf("%d agents and calls: %.1f read units, later %.1f", n, first.Read, later.Read)
		}
	}
	if cost[1000] > 1.2*cost[200] {
		t.Errorf("read units grow with the line: %v", cost)
	}
}

func TestTheListsOfTheTeamsView(t *testing.T) {
	m := meteredStore(t)
	var want [2][]call.ID
	for i := range 6 {
		c := call.New(caller(i).ID, "", false, t0.Add(time.Duration(-i)*time.Minute))
		in := i % 2
		if in == 0 {
			c.State = call.Talking
		}
		must(t, m.SaveCall(t.Context(), c))
		want[in] = append([]call.ID{c.ID}, want[in]...)
	}
	must(t, m.SaveCall(t.Context(), servicetest.EndedCall(99, t0, "", "alice")))
	for in, list := range []func() ([]call.ID, error){
		func() ([]call.ID, error) { return m.Owned(t.Context(), 2) },
		func() ([]call.ID, error) { return m.Queued(t.Context(), 2) },
	} {
		got, err := list()
		must(t, err)
		if len(got) != 2 || got[0] != want[in][0] && in == 1 {
			t.Errorf("list %d: %v, want the first of %v", in, got, want[in])
		}
	}
	// A call that has changed between the reads of the lists is in both.
	calls, err := m.LiveCalls(t.Context(), []call.ID{want[0][0], "CAnone", want[1][0], want[0][0]})
	must(t, err)
	if len(calls) != 2 || calls[0].ID != want[0][0] || calls[1].ID != want[1][0] {
		t.Errorf("read %v", calls)
	}
}
