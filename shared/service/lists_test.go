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

// silentFor is a world with that many available agents whose pages have been silent for that long,
// and with the given agents.
func silentFor(t *testing.T, n int, ago time.Duration, agents ...agent.ID) *World {
	t.Helper()
	w := NewWorld(t)
	for i := range n {
		a := agent.New(agent.ID(fmt.Sprintf("gone%04d", i)), "", w.Now.Add(-ago))
		a.Choose(agent.Available, w.Now.Add(-ago))
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range agents {
		w.Choose(id, agent.Available)
		w.Now = w.Now.Add(time.Second)
	}
	return w
}

func TestF179WhoBeatsAndIsFreeIsFoundWhateverTheNumberOfOthers(t *testing.T) {
	for _, n := range []int{199, 200, 250, 1000, 2500} {
		w := silentFor(t, n, time.Hour, "alice", "bob")
		id, _ := w.Dial()
		w.Settle()
		if !w.Rings("alice") || w.Phones.Count("Dial") != 1 {
			t.Fatalf("%d silent: alice rings: %t, %d dials", n, w.Rings("alice"), w.Phones.Count("Dial"))
		}
		w.Answer("alice")
		w.Settle()
		w.MustPress("alice", call.DoConsult, Anyone)
		w.Settle()
		if !w.Rings("bob") {
			t.Errorf("%d silent: the next free one is not bob", n)
		}
		hears(t, w, id, "music")
		g, err := w.Service.Metrics(t.Context(), w.Now)
		if err != nil || g.Agents[agent.IsOffline] != n || g.Agents[agent.IsBusy] != 2 {
			t.Errorf("%d silent: the metrics are %v, %v", n, g.Agents, err)
		}
	}
}

// The metric behind the alarm counts the agents who are free behind the silent ones.
func TestF179TheGaugeIsNotBlind(t *testing.T) {
	w := silentFor(t, 250, time.Hour, "zoe")
	w.Store.Every("Free", Fault{Err: service.ErrUnavailable}) // so that nothing is offered
	w.Dial()
	w.Now = w.Now.Add(2 * time.Minute)
	w.Store.Heal()
	changeStored(t, w, "zoe", func(a *agent.Agent) { a.Beat(w.Now) })
	g, err := w.Service.Metrics(t.Context(), w.Now)
	if err != nil || !g.Stuck || g.Agents[agent.IsAvailable] != 1 {
		t.Errorf("%+v, %v", g.Agents, err)
	}
}

func TestF179WhoWasSilentForLongLeavesTheFreeRank(t *testing.T) {
	w := silentFor(t, 450, time.Hour, "alice")
	for range 2 { // one run removes at most 400
		g, err := w.Service.Metrics(t.Context(), w.Now)
		if err != nil {
			t.Fatal(err)
		}
		w.Service.RetireSilent(t.Context(), g.Silent, w.Now)
	}
	if g, _ := w.Service.Metrics(t.Context(), w.Now); len(g.Silent) != 0 {
		t.Errorf("%d are still among the free", len(g.Silent))
	}
	list, _, err := w.Store.Agents(t.Context(), "")
	if err != nil || list[0].ID != "alice" || list[1].Ranked() {
		t.Errorf("the list begins with %s, %s", list[0].ID, list[1].ID)
	}
	before := w.Store.Count("Free")
	w.DialIn()
	if n := w.Store.Count("Free") - before; n != 1 || !w.Rings("alice") {
		t.Errorf("an arrival reads %d pages", n)
	}
	// The next heartbeat of a page makes its agent free again.
	if _, err := w.Beat("gone0007"); err != nil {
		t.Fatal(err)
	}
	w.DialIn()
	if !w.Rings("gone0007") {
		t.Error("the agent who is back is not rung")
	}
}

// A heartbeat comes just before the agent is to be removed from the free ones: the agent stays
// free.
func TestF179ABeatWinsOverItsRetirement(t *testing.T) {
	w := silentFor(t, 1, time.Hour)
	g, err := w.Service.Metrics(t.Context(), w.Now)
	if err != nil || len(g.Silent) != 1 {
		t.Fatalf("%v, %v", g.Silent, err)
	}
	_, _ = w.Beat("gone0000")
	w.Service.RetireSilent(t.Context(), g.Silent, w.Now)
	w.DialIn()
	if !w.Rings("gone0000") {
		t.Error("the agent who is back is not rung")
	}
}

// An agent who is reserved for a caller is found, wherever they stand in the list.
func TestF179TheLostAgentIsFoundByTheirOwnItem(t *testing.T) {
	w := silentFor(t, 0, 0, "zoe")
	id, _ := w.Dial()
	w.Settle()
	w.Answer("zoe")
	w.Settle()
	for i := range 2 * service.AgentsPage { // all of them stand before zoe
		a := agent.New(agent.ID(fmt.Sprintf("away%04d", i)), "", w.Now)
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	w.HangUp("zoe")
	w.Settle()
	w.Pass(6 * time.Second)
	if got := ringsFor(w, "zoe"); got != id {
		t.Errorf("zoe is rung for %q", got)
	}
}

// The sum of outside numbers includes the agents beyond the first page.
func TestF179TheLimitOfOutsideNumbersCountsEveryAgent(t *testing.T) {
	w, _ := talking(t, "zoe")
	for i := range 2 * service.AgentsPage {
		a := agent.New(agent.ID(fmt.Sprintf("away%04d", i)), "", w.Now)
		if i == 2*service.AgentsPage-1 {
			_ = a.CountOutsideDial("press", w.Now)
		}
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	w.Use(service.Settings{NumbersPerHour: 1})
	if _, err := w.Press("zoe", call.DoConsult, Outside); !errors.Is(err, service.ErrTooManyNumbers) {
		t.Errorf("%v", err)
	}
}

// listsFail makes the lists fail, but not the items.
func listsFail(w *World, fault Fault) {
	for _, op := range []string{"Queue", "Agents", "Free", "Live"} {
		w.Store.Every(op, fault)
	}
}

func TestF185VerbsWorkWithoutTheLists(t *testing.T) {
	for _, took := range []bool{false, true} {
		for _, v := range verbs {
			name := fmt.Sprint(v.before, " ", v.verb, " took effect: ", took)
			w, id := talking(t, "alice", "bob")
			for _, a := range v.before {
				w.MustPress("alice", a, targetOf(a))
				w.Settle()
				w.Answer("bob")
				w.Settle()
			}
			dry := w.Clone()
			dry.MustPress("alice", v.verb, targetOf(v.verb))
			dry.Settle()
			listsFail(w, Fault{Err: service.ErrUnavailable, Took: took})
			snap, err := w.Press("alice", v.verb, targetOf(v.verb))
			if err != nil || !snap.Queue.Unknown {
				t.Errorf("%s: %v, the queue is unknown: %t", name, err, snap.Queue.Unknown)
			}
			w.Settle()
			if got, want := w.Hears(id), dry.Hears(id); got != want || w.Rings("bob") != dry.Rings("bob") {
				t.Errorf("%s: the caller hears %q, want %q", name, got, want)
			}
			if _, err := w.Beat("bob"); err != nil {
				t.Errorf("%s: bob's heartbeat: %v", name, err)
			}
		}
	}
}

// A notification over an agent's leg does not need the queue either.
func TestF185AChangeIsPushedWithoutTheLine(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	listsFail(w, Fault{Err: service.ErrUnavailable})
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	s := w.Phones.Pushed["alice"]
	if s.Call == nil || s.Call.State != call.Consulting || !s.Queue.Unknown {
		t.Errorf("alice was told %+v", s)
	}
}

func TestF202ARemovedAgent(t *testing.T) {
	remove := func(w *World, id agent.ID) {
		t.Helper()
		for range 2 { // the repetition changes nothing
			if err := w.Service.Remove(context.Background(), service.Principal{ID: id}, w.Now); err != nil {
				t.Fatal(err)
			}
		}
		w.Silent(id)
	}
	t.Run("idle", func(t *testing.T) {
		w := NewWorld(t, "alice", "bob")
		remove(w, "alice")
		w.Dial()
		w.Settle()
		if w.Rings("alice") || !w.Rings("bob") {
			t.Errorf("alice rings: %t, bob: %t", w.Rings("alice"), w.Rings("bob"))
		}
		if _, err := w.Beat("alice"); !errors.Is(err, agent.ErrRemoved) {
			t.Errorf("the heartbeat of alice: %v", err)
		}
		w.Answer("bob")
		w.Settle()
		if _, err := w.Press("bob", call.DoConsult, "alice"); !errors.Is(err, service.ErrNoTarget) {
			t.Errorf("as a target: %v", err)
		}
	})
	t.Run("never heard of", func(t *testing.T) {
		w := NewWorld(t, "bob")
		remove(w, "mallory")
		if _, err := w.Beat("mallory"); !errors.Is(err, agent.ErrRemoved) {
			t.Errorf("%v", err)
		}
	})
	t.Run("ringing", func(t *testing.T) {
		w := NewWorld(t, "alice", "bob")
		id, _ := w.Dial()
		w.Settle()
		remove(w, "alice")
		if w.Answer("alice") {
			t.Error("alice is admitted")
		}
		w.Settle()
		if !w.Rings("bob") {
			t.Error("the caller is not offered to bob")
		}
		takes(t, w, id, "bob")
	})
	t.Run("in a call", func(t *testing.T) {
		w, id := talking(t, "alice", "bob")
		remove(w, "alice")
		hears(t, w, id, "alice")
		if _, err := w.Press("alice", call.DoHold, ""); !errors.Is(err, agent.ErrRemoved) {
			t.Errorf("the press of alice: %v", err)
		}
		w.HangUp("alice")
		w.Settle()
		hears(t, w, id, "music")
		w.Pass(6 * time.Second)
		if w.Rings("alice") || !w.Rings("bob") {
			t.Errorf("alice rings: %t, bob: %t", w.Rings("alice"), w.Rings("bob"))
		}
		takes(t, w, id, "bob")
	})
}

// One press for anyone comes twice at once, and the agent whom the first has claimed stands behind the first page of a
// long list: the second finds the claim all the same, and has the same answer.
func TestF179APressForAnyoneThatComesTwiceFindsItsClaimInALongList(t *testing.T) {
	w, _ := talking(t, "alice", "zoe")
	for i := range 2 * service.AgentsPage {
		a := agent.New(agent.ID(fmt.Sprintf("away%04d", i)), "", w.Now)
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	cmd := service.Command{Action: call.DoConsult, Target: service.ToAnyone{}, Request: "K"}
	_, _, errOne, errTwo := twoAtOnce(w, "zoe", cmd, cmd)
	if errOne != nil || errTwo != nil || !w.Rings("zoe") {
		t.Errorf("answered %v and %v, zoe rings: %t", errOne, errTwo, w.Rings("zoe"))
	}
	w.CheckQuiet()
}

// The limit on the numbers of all agents together needs the list of agents. Without it those of an agent and of a call
// hold.
func TestF185AnOutsideNumberIsDialledWithoutTheListOfAgents(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Use(service.Settings{NumbersPerHour: 1000})
	w.Store.Every("Agents", Fault{Err: service.ErrUnavailable})
	w.MustPress("alice", call.DoConsult, Outside)
	w.Settle()
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	hears(t, w, id, "alice")
	changeStored(t, w, "alice", func(a *agent.Agent) { a.DialQuota.Count = agent.MaxOutside })
	if _, err := w.Press("alice", call.DoConsult, Outside); !errors.Is(err, agent.ErrTooManyOutside) {
		t.Errorf("one more than an agent may dial: %v", err)
	}
}
