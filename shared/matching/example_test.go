package matching_test

import (
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// A page of bob's asks who may be offered to whom. Of the callers in the queue only the lists are known, so the next
// step is to load the one who is for bob; then they can be offered.
func ExampleNext() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := matching.Situation{Now: now, Agent: "bob", Loaded: map[call.ID]matching.Loaded{}}
	for _, id := range []agent.ID{"alice", "bob"} {
		a := agent.New(id, "", now)
		a.Choose(agent.Available, now)
		a.Beat(now)
		s.Free = append(s.Free, a)
	}
	calls := map[call.ID]*call.Call{}
	for i, id := range []call.ID{"CA1", "CA2"} {
		c := call.New(id, "", false, now.Add(time.Duration(i)*time.Second-time.Minute))
		s.Queue = append(s.Queue, matching.Entry{ID: id, State: c.State, Queued: c.Queued})
		calls[id] = c
	}
	for range 2 {
		switch step := matching.Next(s).(type) {
		case matching.Load:
			fmt.Println("load", step.ID)
			s.Loaded[step.ID] = matching.Loaded{Call: calls[step.ID]}
		case matching.Offer:
			fmt.Println("offer", step.Call.ID, "to", step.Agents[0].ID)
		}
	}
	// Output:
	// load CA2
	// offer CA2 to bob
}
