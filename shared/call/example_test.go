package call_test

import (
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// A caller is offered to an agent, who answers. Each event is applied, then the plan says what is to be done; whoever
// carries the plan out applies that first.
func ExampleCall_Plan() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	const ring = 20 * time.Second
	alice := agent.New("alice", "Alice", now)
	alice.Choose(agent.Available, now)
	alice.Beat(now)

	c := call.New("CA1", "+15005550006", true, now)
	fmt.Println(c.State, c.Plan(ring, now))
	c.ApplyConferenceEvent(call.ConferenceEvent{Conference: "CF1", Kind: call.ParticipantJoined, Seq: 1, Leg: "CA1",
		Label: call.CallerLabel}, now)

	fmt.Println(c.StartOffer(alice, "leg-1", ring, now))
	plan := c.Plan(ring, now)
	for _, e := range plan {
		d := e.(call.Dial)
		fmt.Println(c.State, "dial", d.Agent, "for", d.Timeout, "about", d.Info.Caller)
	}
	c.ApplyStarted(plan, now)
	c.ApplyResult(plan[0], call.Result{Kind: call.Done, Leg: "CA2"}, now)
	fmt.Println(c.State, c.Plan(ring, now))

	in, err := c.Admitting(now).ApplyLegAnswered("leg-1", "CA2")
	fmt.Println(c.State, in.Leg, in.EndsConference, err)
	// Output:
	// waiting []
	// <nil>
	// ringing dial alice for 20s about +15005550006
	// ringing []
	// talking leg-1 false <nil>
}
