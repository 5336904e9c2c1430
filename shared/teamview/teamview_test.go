package teamview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/teamview"
)

// seen is what a World holds.
func seen(w *servicetest.World, ids ...call.ID) teamview.Seen {
	s := teamview.Seen{Day: teamview.Day{Since: w.Now.Truncate(24 * time.Hour)}}
	for _, id := range ids {
		if c := w.Call(id); c.Live() {
			s.Calls.Items = append(s.Calls.Items, c)
		} else {
			s.Day.Ended = append(s.Day.Ended, teamview.EndedOf(record.Of(c)))
		}
	}
	agents, _, _ := w.Store.Agents(w.T.(*testing.T).Context(), "")
	s.Agents.Items = agents
	return s
}

func ids(list []agentview.PartyView) string {
	var all []string
	for _, p := range list {
		all = append(all, p.ID)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// Who hears whom, in each state of a consult and of an add.
func TestWhoHearsWhom(t *testing.T) {
	w := servicetest.NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	v := teamview.Of(seen(w, id), w.Now)
	if len(v.Waiting.List) != 1 || ids(v.Waiting.List[0].Rung) != "alice" || len(v.Waiting.List[0].Actions) != 0 {
		t.Fatalf("while it rings: %+v", v.Waiting)
	}
	step := func(name, want string, do func()) {
		t.Helper()
		do()
		w.Settle()
		v := teamview.Of(seen(w, id), w.Now)
		if len(v.Calls.List) != 1 || len(v.Waiting.List) != 0 {
			t.Fatalf("%s: %+v", name, v)
		}
		c := v.Calls.List[0]
		got := fmt.Sprintf("%s; music %s; rung %s; %v", ids(c.Hear), ids(c.Music), ids(c.Rung), c.Actions)
		if got != want || c.Owner == nil || c.Owner.ID != "alice" || string(c.State) != name {
			t.Errorf("%s (%s): %s, want %s, owner %+v", name, c.State, got, want, c.Owner)
		}
	}
	press := func(a call.Action, to agent.ID) func() { return func() { w.MustPress("alice", a, to) } }
	step("talking", "#caller alice; music ; rung ; [end]", func() { w.Answer("alice") })
	step("talking", "alice; music #caller; rung ; [end]", press(call.DoHold, ""))
	step("talking", "#caller alice; music ; rung ; [end]", press(call.DoResume, ""))
	step("consult-ringing", "alice; music #caller; rung bob; []", press(call.DoConsult, "bob"))
	step("consulting", "alice bob; music #caller; rung ; []", func() { w.Answer("bob") })
	step("swapped", "#caller alice; music bob; rung ; []", press(call.DoSwap, ""))
	step("three-way", "#caller alice bob; music ; rung ; [end]", press(call.DoJoin, ""))
}

// The queue's order: who has talked before is ahead, then who has waited longest.
func TestPlacesInTheQueue(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	talked, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	first, _ := w.Dial()
	w.Now = w.Now.Add(time.Second)
	second, _ := w.Dial()
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	v := teamview.Of(seen(w, second, first, talked), w.Now)
	for i, want := range []call.ID{talked, first, second} {
		if got := v.Waiting.List[i]; got.Call != want || got.Place != i+1 || got.Requeued != (want == talked) {
			t.Errorf("place %d: %+v, want %s", i+1, got, want)
		}
	}
	if got := v.Waiting.List[1].Actions; !slices.Equal(got, []teamview.Action{teamview.Offer}) {
		t.Errorf("actions %v", got)
	}
	asked := w.Call(first)
	asked.Question.Due = w.Now
	v = teamview.Of(teamview.Seen{Calls: teamview.List[*call.Call]{Items: []*call.Call{asked}}}, w.Now)
	if got := v.Waiting.List[0].Actions; len(got) > 0 {
		t.Errorf("F300: who is being asked has actions %v", got)
	}
}

func TestTheDaysFigures(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return now.Add(time.Duration(s) * time.Second) }
	w := servicetest.NewWorld(t)
	waiting := call.New("CA1", "", false, at(-200))
	s := teamview.Seen{Day: teamview.Day{Since: now.Add(-time.Hour), Ended: []teamview.Ended{
		{ID: "a", Arrived: at(-1000), Answered: at(-980), Ended: at(-900), Outcome: record.Transferred,
			Transfers: []call.Outcome{"answered", "failed:480", "failed:486", "no-answer"},
			Missed:    []teamview.Miss{{Who: "bob", At: at(-995)}, {Who: "bob", At: at(-990)}}},
		{ID: "b", Arrived: at(-1000), Answered: at(-979), Ended: at(-900), Outcome: record.Answered},
		{ID: "c", Arrived: at(-500), Ended: at(-441), Outcome: record.Abandoned,
			Missed: []teamview.Miss{{Who: "alice", At: at(-450)}}},
		{ID: "d", Arrived: at(-500), Ended: at(-480), Outcome: record.Expired},
		// Of yesterday; bob has missed it before the day began, and carol in it.
		{ID: "e", Arrived: at(-3700), Answered: at(-3000), Ended: at(-2000), Outcome: record.Answered,
			Missed: []teamview.Miss{{Who: "bob", At: at(-3610)}, {Who: "carol", At: at(-3500)}}},
		{ID: "f", Arrived: at(-400), Ended: at(-400), Outcome: record.Closed},
		{ID: "g", Arrived: at(-500), Ended: at(-480), Outcome: record.Voicemail},
		{ID: "h", Arrived: at(-500), Ended: at(-480), Outcome: record.Kept},
		// An agent has called somebody, who was handed over: nobody has arrived.
		{ID: "i", Arrived: at(-300), Answered: at(-100), Ended: at(-90), Outcome: record.Transferred, Called: true,
			Transfers: []call.Outcome{"answered"}},
	}}}
	s.Calls.Items = []*call.Call{waiting}
	s.Agents.Items = []agent.Agent{*agent.New("bob", "Bob", w.Now), *agent.New("carol", "Carol", w.Now)}
	v := teamview.Of(s, now)
	c := v.Today.Counts
	if c == nil || c.Arrived != 8 || c.Answered != 2 || c.Quickly != 1 || c.Abandoned != 1 ||
		c.Expired != 1 || c.Closed != 1 || c.Voicemail != 1 || c.Kept != 1 ||
		*c.AverageWait != 27 || *c.LongestWait != 200 || v.Today.Partial {
		t.Fatalf("counts %+v, average %d, longest %d", c, *c.AverageWait, *c.LongestWait)
	}
	if got := fmt.Sprint(c.Transfers); got != "[{answered 2} {failed 2} {no-answer 1}]" {
		t.Errorf("transfers %s", got)
	}
	if bob, carol := v.Agents.List[0].Missed, v.Agents.List[1].Missed; *bob != 2 || *carol != 1 {
		t.Errorf("missed %d and %d", *bob, *carol)
	}
	s.Calls, s.Day.Ended = teamview.List[*call.Call]{}, nil
	if c := teamview.Of(s, now).Today.Counts; c.Arrived != 0 || c.AverageWait != nil || c.LongestWait != nil {
		t.Errorf("without calls: %+v", c)
	}
	s.Day.Unknown = true
	if v := teamview.Of(s, now); v.Today.Counts != nil || v.Agents.List[0].Missed != nil {
		t.Errorf("unknown: %+v", v.Today)
	}
}
