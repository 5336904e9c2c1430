package agent_test

import (
	"fmt"
	"time"

	"warmtransfer/shared/agent"
)

// Whatever the identity provider calls an agent becomes a name that Twilio takes as a client's, and no two become one.
func ExampleFromClaim() {
	for _, claim := range []string{"alice", "bob@example.com", "bob_example"} {
		fmt.Println(agent.FromClaim(claim))
	}
	_, err := agent.FromClaim("")
	fmt.Println(err)
	// Output:
	// alice <nil>
	// bob_40example_2ecom <nil>
	// bob_5fexample <nil>
	// the token names no agent
}

// An agent who is available and whose page sends heartbeats is free; a claim for a call takes them.
func ExampleAgent_Presence() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	a := agent.New("alice", "Alice", now)
	fmt.Println(a.Presence(now))
	a.Choose(agent.Available, now)
	a.Beat(now)
	fmt.Println(a.Presence(now))
	fmt.Println(a.ClaimFor("CA1", "leg-1", now), a.Presence(now))
	fmt.Println(a.ClaimFor("CA2", "leg-2", now))
	// Output:
	// away
	// available
	// <nil> busy
	// the agent is busy
}
