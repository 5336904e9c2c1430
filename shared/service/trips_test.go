package service_test

import (
	"context"
	"fmt"
	"testing"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// trips counts how many operations of the store a request makes in a row. Those that it makes side by side are as many
// as the most of one side.
type trips struct {
	service.Store
	n int
}

func (s *trips) Call(ctx context.Context, id call.ID) (*call.Call, error) {
	s.n++
	return s.Store.Call(ctx, id)
}

func (s *trips) SaveCall(ctx context.Context, c *call.Call) error {
	s.n++
	return s.Store.SaveCall(ctx, c)
}

func (s *trips) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	s.n++
	return s.Store.Agent(ctx, id)
}

func (s *trips) SaveAgent(ctx context.Context, a *agent.Agent) error {
	s.n++
	return s.Store.SaveAgent(ctx, a)
}

func (s *trips) Queue(ctx context.Context) ([]service.QueueEntry, error) {
	s.n++
	return s.Store.Queue(ctx)
}

func (s *trips) Agents(ctx context.Context, from string) ([]agent.Agent, string, error) {
	s.n++
	return s.Store.Agents(ctx, from)
}

func (s *trips) Free(ctx context.Context, from string) ([]agent.Agent, string, error) {
	s.n++
	return s.Store.Free(ctx, from)
}

func (s *trips) PlaceOf(ctx context.Context, number string) (call.ID, error) {
	s.n++
	return s.Store.PlaceOf(ctx, number)
}

// together is Settings.Together.
func (s *trips) together(all ...func()) {
	began, most := s.n, 0
	for _, f := range all {
		s.n = began
		f()
		most = max(most, s.n-began)
	}
	s.n = began + most
}

// over is a service over the counting store, with what the operator may have set.
func (s *trips) over(w *World, set service.Settings) *service.Service {
	keys := 0
	set.Ring, set.Together = Ring, s.together
	set.NewKey = func() call.LegKey {
		keys++
		return call.LegKey(fmt.Sprint("trip-", keys))
	}
	return service.New(s, w.Phones, set)
}

// What somebody waits for makes no more trips to the store in a row than this. Each is a trip of which the next one
// needs the answer, or a save that a crash after it must find.
func TestTripsToTheStoreInARow(t *testing.T) {
	press := func(a call.Action, target service.Target, shown bool) func(t *testing.T) int {
		return func(t *testing.T) int {
			w, id := talking(t, "alice", "bob")
			s := &trips{Store: w.Store}
			cmd := service.Command{Action: a, Target: target, Request: "1"}
			if shown {
				cmd.Call = id
			}
			alice := service.Principal{ID: "alice"}
			if _, err := s.over(w, service.Settings{}).Transfer(t.Context(), alice, cmd, w.Now); err != nil {
				t.Fatal(err)
			}
			return s.n
		}
	}
	arrival := func(set service.Settings, rules service.Arriving, join bool) func(t *testing.T) int {
		return func(t *testing.T) int {
			w := NewWorld(t, "alice", "bob")
			s := &trips{Store: w.Store}
			svc := s.over(w, set)
			c, err := svc.ArriveBy(rules)(t.Context(), "CA77", "+15005550006", false, w.Now)
			if err != nil || c.State != call.Waiting {
				t.Fatalf("%+v, %v", c, err)
			}
			if join {
				s.n = 0
				if err := svc.HandleConferenceEvent(t.Context(), c.ID, CallerJoined(c.ID), w.Now); err != nil {
					t.Fatal(err)
				}
				if state := w.Call(c.ID).State; state != call.Ringing {
					t.Fatalf("the call is %s", state)
				}
			}
			return s.n
		}
	}
	answer := func(seems agent.ID) func(t *testing.T) int {
		return func(t *testing.T) int {
			w, l := ringsForConsult(t)
			s := &trips{Store: w.Store}
			leg := service.Answered{Key: l.Key, SID: l.SID, Agent: seems}
			if _, err := s.over(w, service.Settings{}).Connect(t.Context(), l.call, leg, w.Now); err != nil {
				t.Fatal(err)
			}
			return s.n
		}
	}
	for _, tt := range []struct {
		what string
		want int
		do   func(t *testing.T) int
	}{
		{"an arrival", 1, arrival(service.Settings{}, service.Arriving{}, false)},
		// who is online, the place of the number, and who waits, side by side
		{"an arrival with every look that the operator may set", 2,
			arrival(service.Settings{Places: anyNumber{}}, service.Arriving{Ahead: 3, IfOnline: true}, false)},
		// who is ahead and who is free, the call and the agent, claimed, joined and rung, the leg
		{"a join that rings an agent", 5, arrival(service.Settings{}, service.Arriving{}, true)},
		// the agent and the call, saved, the result
		{"a hold", 3, press(call.DoHold, nil, true)},
		{"a hold by a page that does not say which call it shows", 4, press(call.DoHold, nil, false)},
		// both agents and the call, claimed, saved, the results
		{"a consult", 4, press(call.DoConsult, service.ToAgent("bob"), true)},
		{"an add", 4, press(call.DoAdd, service.ToAgent("bob"), true)},
		// the call and who answers, saved
		{"an answer", 2, answer("bob")},
		{"an answer of which it is not known whose it is", 3, answer("")},
	} {
		if n := tt.do(t); n != tt.want {
			t.Errorf("%s: %d trips in a row, want %d", tt.what, n, tt.want)
		}
	}
}

// F390: the call that the page shows is not the agent's any more, or never was, or is none at all. The command is about
// the call that the agent is claimed for, and the other one is not touched.
func TestF390ThePageShowsAnotherCall(t *testing.T) {
	for _, shown := range []call.ID{"CA00000000000000000000000000000099", "../a#alice", "other"} {
		w, id := talking(t, "alice", "bob")
		other, _ := w.Dial()
		w.Settle()
		w.Answer("bob")
		w.Settle()
		if shown == "other" {
			shown = other
		}
		version := w.Call(other).Version
		cmd := service.Command{Action: call.DoHold, Request: "1", Call: shown}
		if _, err := w.Service.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now); err != nil {
			t.Errorf("%s: %v", shown, err)
		}
		w.Settle()
		if h := w.Hears(id); h != "music" {
			t.Errorf("%s: alice's caller hears %s", shown, h)
		}
		if h := w.Hears(other); h != "bob" || w.Call(other).Version != version {
			t.Errorf("%s: the other caller hears %s", shown, h)
		}
	}
}

// F390: the shown call, and the target, cannot be read at first: they are read again, and nothing is refused for it.
func TestF390WhatIsReadAheadCannotBeRead(t *testing.T) {
	for _, op := range []string{"Call", "Agent"} {
		w, id := talking(t, "alice", "bob")
		cmd := service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "1", Call: id}
		if op == "Agent" {
			w.DialFirst = true // side by side in the other order: the target, the call, who presses
		}
		w.Store.Next(op, Fault{Err: service.ErrUnavailable})
		if _, err := w.Service.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		w.DialFirst = false
		w.Settle()
		if !w.Rings("bob") {
			t.Errorf("%s: bob does not ring", op)
		}
	}
}

// rungLeg is a leg that rings.
type rungLeg struct {
	call.Leg
	call call.ID
}

// ringsForConsult is a world in which bob is rung for a consult.
func ringsForConsult(t *testing.T, more ...agent.ID) (*World, rungLeg) {
	t.Helper()
	w, id := talking(t, append([]agent.ID{"alice", "bob"}, more...)...)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	c := w.Call(id)
	return w, rungLeg{*c.Leg(c.Transfer.Leg), id}
}

// F422: who seems to answer is another agent than the leg's, or nobody, or cannot be read at first. The leg says who
// answers, and nobody else is touched.
func TestF422WhoSeemsToAnswerIsNotWhoAnswers(t *testing.T) {
	for _, seems := range []agent.ID{"alice", "carol", "nobody", "../c#", "", "bob"} {
		w, l := ringsForConsult(t, "carol")
		carol := w.Me("carol")
		leg := service.Answered{Key: l.Key, SID: l.SID, Agent: seems}
		if seems == "bob" {
			w.DialFirst = true // side by side in the other order: the call, who answers
			w.Store.At("Agent", w.Store.Count("Agent"), Fault{Err: service.ErrUnavailable})
		}
		in, err := w.Service.Connect(t.Context(), l.call, leg, w.Now)
		if err != nil || in.Leg != l.Key {
			t.Errorf("%s: %+v, %v", seems, in, err)
		}
		a, err := w.Store.Agent(t.Context(), "bob")
		if err != nil || a.Claim == nil || a.Claim.Leg != string(l.Key) {
			t.Errorf("%s: bob is %+v, %v", seems, a, err)
		}
		if now := w.Me("carol"); now.Agent.Presence != carol.Agent.Presence {
			t.Errorf("%s: carol is %s", seems, now.Agent.Presence)
		}
	}
}

// F390: the target is saved by somebody else between the look at them and the claim.
func TestF390TheTargetHasChangedMeanwhile(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	s := &changed{Store: w.Store, beat: func() {
		a, err := w.Store.Agent(t.Context(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		a.HeartbeatAt = w.Now.Add(1)
		if err := w.Store.SaveAgent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}}
	w.Service = serviceOver(w, s)
	cmd := service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "1", Call: id}
	_, err := w.Service.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now)
	if err != nil || !w.Rings("bob") {
		t.Errorf("%v, bob rings %t", err, w.Rings("bob"))
	}
}

// changed lets an agent's item be saved just before the first save of it.
type changed struct {
	service.Store
	beat func()
}

func (s *changed) SaveAgent(ctx context.Context, a *agent.Agent) error {
	if beat := s.beat; beat != nil {
		s.beat = nil
		beat()
	}
	return s.Store.SaveAgent(ctx, a)
}
