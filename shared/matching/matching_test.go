package matching_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

var t0 = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

func caller(n int, waited time.Duration) *call.Call {
	return call.New(call.ID(fmt.Sprintf("CA%03d", n)), "", false, t0.Add(-waited))
}

func entry(c *call.Call) matching.Entry {
	return matching.Entry{ID: c.ID, State: c.State, Queued: c.Queued, Requeued: c.Requeued}
}

func free(n int) *agent.Agent {
	a := agent.New(agent.ID(fmt.Sprintf("agent-%03d", n)), "", t0.Add(-time.Hour))
	a.Choose(agent.Available, t0)
	a.Beat(t0)
	return a
}

// crowd is so many callers and free agents, with the calls at hand.
func crowd(callers, agents int, waited time.Duration) (s matching.Situation, calls []*call.Call) {
	s = matching.Situation{Now: t0, Loaded: map[call.ID]matching.Loaded{}}
	for i := range callers {
		c := caller(i, waited)
		calls = append(calls, c)
		s.Queue = append(s.Queue, entry(c))
		s.Loaded[c.ID] = matching.Loaded{Call: c}
	}
	for i := range agents {
		s.Free = append(s.Free, free(i))
	}
	return s, calls
}

// show is a step as text: the caller and the first agent.
func show(step matching.Step) string {
	switch s := step.(type) {
	case matching.Load:
		return "load " + string(s.ID)
	case matching.Offer:
		return string(s.Call.ID) + " to " + string(s.Agents[0].ID)
	}
	return "nothing"
}

func TestTheNthCallerIsForTheNthAgent(t *testing.T) {
	for _, test := range []struct {
		name            string
		callers, agents int
		waited          time.Duration
		change          func(s *matching.Situation, calls []*call.Call)
		want            string
	}{
		{"the first caller's request", 3, 3, 0,
			func(s *matching.Situation, c []*call.Call) { s.Caller = c[0] }, "CA000 to agent-000"},
		{"the third caller's request", 3, 3, 0,
			func(s *matching.Situation, c []*call.Call) { s.Caller = c[2] }, "CA002 to agent-002"},
		{"the second agent's page", 3, 3, 0,
			func(s *matching.Situation, _ []*call.Call) { s.Agent = "agent-001" }, "CA001 to agent-001"},
		{"the call must be loaded", 3, 3, 0,
			func(s *matching.Situation, _ []*call.Call) { s.Agent, s.Loaded = "agent-001", nil }, "load CA001"},
		{"a caller beyond the free agents", 3, 2, 0,
			func(s *matching.Situation, c []*call.Call) { s.Caller = c[2] }, "nothing"},
		{"who helps the first, who has waited", 3, 2, matching.HelpAfter,
			func(s *matching.Situation, c []*call.Call) { s.Caller = c[2] }, "CA000 to agent-000"},
		{"an agent without a caller", 1, 2, 0,
			func(s *matching.Situation, _ []*call.Call) { s.Agent = "agent-001" }, "nothing"},
		{"an agent helps a caller who has waited", 1, 2, matching.HelpAfter,
			func(s *matching.Situation, _ []*call.Call) { s.Agent = "agent-001" }, "CA000 to agent-000"},
		{"a call that cannot be read is left out", 2, 1, matching.HelpAfter,
			func(s *matching.Situation, c []*call.Call) {
				s.Caller, s.Loaded[c[0].ID] = c[1], matching.Loaded{}
			}, "CA001 to agent-000"},
		{"nobody is free", 1, 0, time.Hour,
			func(s *matching.Situation, c []*call.Call) { s.Caller = c[0] }, "nothing"},
		{"nobody waits", 0, 1, 0, func(s *matching.Situation, _ []*call.Call) { s.Agent = "agent-000" }, "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, calls := crowd(test.callers, test.agents, test.waited)
			test.change(&s, calls)
			if got := show(matching.Next(s)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// F206: requests that see the same lists at the same moment offer different callers to different agents.
func TestF206ConcurrentRequestsDoNotFight(t *testing.T) {
	for _, n := range []int{1, 2, 20} {
		s, calls := crowd(n, n, 0)
		agents, callers := map[agent.ID]bool{}, map[call.ID]bool{}
		for _, c := range calls {
			s.Caller = c
			o, ok := matching.Next(s).(matching.Offer)
			if !ok || o.Call.ID != c.ID {
				t.Fatalf("%d callers: %s", n, show(o))
			}
			agents[o.Agents[0].ID], callers[o.Call.ID] = true, true
		}
		if len(agents) != n || len(callers) != n {
			t.Errorf("%d callers: %d agents for %d of them", n, len(agents), len(callers))
		}
	}
}

// F206: callers whom the list does not show yet are spread over the agents whom the list leaves.
func TestF206CallersBeyondTheListAreSpread(t *testing.T) {
	s, _ := crowd(5, 30, 0)
	chosen := map[agent.ID]bool{}
	for i := range 200 {
		s.Caller = caller(100+i, 0)
		o, ok := matching.Next(s).(matching.Offer)
		if !ok || o.Call.ID != s.Caller.ID {
			t.Fatalf("caller %d: %s", i, show(o))
		}
		if slices.Contains([]agent.ID{"agent-000", "agent-001", "agent-002", "agent-003", "agent-004"},
			o.Agents[0].ID) {
			t.Fatalf("%s is for a caller of the list", o.Agents[0].ID)
		}
		chosen[o.Agents[0].ID] = true
	}
	if len(chosen) < 20 {
		t.Errorf("200 callers were spread over %d of 25 agents", len(chosen))
	}
}

// F206: a caller who has just been queued looks at one of those ahead, who may have been refused by the only free
// agent; one who has waited looks at all of them.
func TestF206AnArrivalLooksAtFewOthers(t *testing.T) {
	for _, test := range []struct {
		waited time.Duration
		looks  int
	}{{0, 1}, {matching.HelpAfter, 4}} {
		s, calls := crowd(5, 1, test.waited)
		s.Caller, s.Loaded = calls[4], map[call.ID]matching.Loaded{}
		looks := 0
		for step := matching.Next(s); looks <= 5; step = matching.Next(s) {
			load, ok := step.(matching.Load)
			if !ok {
				break
			}
			looks++
			s.Loaded[load.ID] = matching.Loaded{} // cannot be read, so that nobody is offered to the agent
		}
		if looks != test.looks {
			t.Errorf("after %v: %d calls are loaded, want %d", test.waited, looks, test.looks)
		}
	}
}

// F206: a caller whose counterpart is taken by another tries agents who are nobody's counterpart next.
func TestF206WhoLosesAnAgentTriesOneWhoIsNobodys(t *testing.T) {
	s, calls := crowd(3, 8, 0)
	second := map[agent.ID]bool{}
	for i, c := range calls {
		s.Caller = c
		o, _ := matching.Next(s).(matching.Offer)
		own := agent.ID(fmt.Sprintf("agent-%03d", i))
		if len(o.Agents) != 8 || o.Agents[0].ID != own || o.Agents[1].ID < "agent-003" {
			t.Errorf("caller %d: %s", i, show(o))
		}
		second[o.Agents[1].ID] = true
	}
	if len(second) < 2 {
		t.Errorf("all of them try %v", second)
	}
}

// requeued is a caller who has lost alice, and alice, whose page is open again.
func requeued() (*call.Call, *agent.Agent) {
	c := caller(500, 10*time.Second)
	c.Requeued = true
	c.Recall = call.Recall{Agent: "alice", LostAt: t0.Add(-5 * time.Second), Until: t0.Add(15 * time.Second)}
	alice := agent.New("alice", "Alice", t0.Add(-time.Hour))
	alice.Choose(agent.Available, t0.Add(-time.Minute))
	alice.Beat(t0)
	return c, alice
}

func TestRequeuedCallersComeFirstAndKeepTheirAgent(t *testing.T) {
	c, alice := requeued()
	s, calls := crowd(2, 0, 0)
	s.Free = []*agent.Agent{alice, free(1)}
	s.Queue = append([]matching.Entry{entry(c)}, s.Queue...)
	s.Caller = calls[0]
	if got := show(matching.Next(s)); got != "load CA500" {
		t.Fatalf("before the requeued caller is loaded: %s", got)
	}
	s.Loaded[c.ID] = matching.Loaded{Call: c, Recall: alice}
	if got := show(matching.Next(s)); got != "CA500 to alice" {
		t.Errorf("with alice back: %s", got)
	}
	alice.HeartbeatAt = t0.Add(-6 * time.Second) // not heard of since the caller was lost
	if got := show(matching.Next(s)); got != "CA000 to agent-001" {
		t.Errorf("alice is kept for the requeued caller, and the next is for the other: %s", got)
	}
	s.Free = []*agent.Agent{alice}
	if got := show(matching.Next(s)); got != "nothing" {
		t.Errorf("alice is offered to nobody behind: %s", got)
	}
}

// Next changes nothing of what it is given, and answers the same when it is asked twice.
func TestNextIsPure(t *testing.T) {
	c, alice := requeued()
	s, calls := crowd(4, 3, matching.HelpAfter)
	s.Queue = append([]matching.Entry{entry(c)}, s.Queue...)
	s.Free = append(s.Free, alice)
	s.Loaded[c.ID] = matching.Loaded{Call: c, Recall: alice}
	for _, asked := range append(calls, nil, c) {
		s.Caller = asked
		before, first := s, matching.Next(s)
		before.Queue, before.Free = slices.Clone(s.Queue), slices.Clone(s.Free)
		if again := matching.Next(s); !reflect.DeepEqual(first, again) {
			t.Errorf("%s, and then %s", show(first), show(again))
		}
		if !reflect.DeepEqual(before, s) {
			t.Error("the situation has changed")
		}
	}
}

// F300: an agent is kept for a caller who is being asked, but not one who has just declined them.
func TestF300TheAgentIsKeptForWhoIsAsked(t *testing.T) {
	for _, test := range []struct {
		name     string
		declined agent.ID
		agents   int
		want     string
	}{
		{"the only agent", "", 1, "nothing"},
		{"the only agent, who has declined", "agent-000", 1, "CA001 to agent-000"},
		{"the second is kept, as the first has declined", "agent-000", 2, "CA001 to agent-000"},
		{"the first is kept", "agent-001", 2, "CA001 to agent-001"},
	} {
		s, calls := crowd(2, test.agents, 2*matching.HelpAfter)
		calls[0].Asking(t0).ApplyArrival()
		if test.declined != "" {
			calls[0].FailedOffers = map[agent.ID]time.Time{test.declined: t0.Add(-time.Second)}
		}
		s.Agent = s.Free[0].ID
		if got := show(matching.Next(s)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// F306: places whose callers may not be called now do not keep the only free agent from a caller who has just come.
func TestF306PlacesThatRestKeepNoAgentFromWhoComes(t *testing.T) {
	for _, test := range []struct {
		places   int
		readable bool
		want     string
	}{
		{1, true, "CA099 to agent-000"}, {2, true, "CA099 to agent-000"}, {4, true, "CA099 to agent-000"},
		{2, false, "CA099 to agent-000"}, // as the line is closed for calls, or the place cannot be read
		{9, true, "nothing"},             // the clocks of others look after them
	} {
		s, _ := crowd(0, 1, 0)
		calls := map[call.ID]matching.Loaded{}
		for i := range test.places {
			of := caller(i, time.Hour)
			k := call.KeepsPlaceIn(of, "+15550199", t0.Add(-time.Minute))
			k.Kept.Next = t0.Add(time.Minute)
			s.Queue = append(s.Queue, entry(k))
			if calls[k.ID] = (matching.Loaded{}); test.readable {
				calls[k.ID] = matching.Loaded{Call: k}
			}
		}
		s.Caller = caller(99, 0)
		step := matching.Next(s)
		for n := 0; n < 20; n++ {
			l, ok := step.(matching.Load)
			if !ok {
				break
			}
			s.Loaded[l.ID] = calls[l.ID]
			step = matching.Next(s)
		}
		if got := show(step); got != test.want || len(s.Loaded) > 5 {
			t.Errorf("%d places, readable %t: got %s after %d loads, want %s",
				test.places, test.readable, got, len(s.Loaded), test.want)
		}
	}
}

// Likely is whom the caller is offered to when their call is known, but for what only the call tells.
func TestLikelyIsWhomNextOffersFirst(t *testing.T) {
	for callers := range 4 {
		for agents := range 4 {
			s, calls := crowd(callers+1, agents, 0)
			for at, c := range calls {
				c.Caller.Joined = true
				s.Caller = c
				var want agent.ID
				if o, ok := matching.Next(s).(matching.Offer); ok && o.Call == c {
					want = o.Agents[0].ID
				}
				if got := matching.Likely(s, c.ID); got != want {
					t.Errorf("caller %d of %d, %d agents: %q, want %q", at, callers+1, agents, got, want)
				}
			}
		}
	}
	s, calls := crowd(2, 2, 0)
	s.Queue[0].Requeued, s.Loaded = true, nil // their agent may be any
	if got := matching.Likely(s, calls[1].ID); got != "" {
		t.Errorf("behind a requeued caller: %q", got)
	}
	s, _ = crowd(0, 1, 0)
	if got := matching.Likely(s, "CA-not-listed"); got != "agent-000" {
		t.Errorf("a caller whom the list does not show yet: %q", got)
	}
}
