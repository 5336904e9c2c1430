package call

import (
	"slices"
	"testing"
	"time"
)

func last(c *Call) Entry { return c.History[len(c.History)-1] }

func TestTheHistorySaysWhoAskedAndWhoEnded(t *testing.T) {
	c := consultWith(t, bob())
	want := Entry{At: t0, What: Consult, Agent: "bob", Name: "Bob", By: "alice", ByName: "Alice"}
	if got := last(c); got != want {
		t.Errorf("started: %+v", got)
	}
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	want.What, want.Outcome = Cancel, OutcomeCancelled
	if got := last(c); got != want {
		t.Errorf("cancelled: %+v", got)
	}
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoEnd)}, t0))
	if got := last(c); got != (Entry{At: t0, What: End, Agent: "alice", Name: "Alice"}) {
		t.Errorf("ended: %+v", got)
	}
}

// A transferor whose leg is lost while the target is rung learns the outcome only when the target answers.
func TestATransferorWhoLeftWhileTheTargetRangHasHandedOver(t *testing.T) {
	c := consultWith(t, bob())
	freed := func(o Outcome, late bool) {
		t.Helper()
		got := c.Releases().Drain()
		if !slices.ContainsFunc(got, func(f Release) bool {
			return f.Agent == "alice" && f.Outcome == o && f.Correction == late
		}) {
			t.Errorf("released %+v, want alice with %q", got, o)
		}
	}
	c.ApplyLegEnded("a", "CAa", OutcomeLost, t0)
	freed(OutcomeLost, false)
	_, err := c.Admitting(t0.Add(time.Second)).ApplyLegAnswered("b", "CAb")
	must(t, err)
	freed(OutcomeTransferred, true)
	c.ApplyCallerEnded(t0.Add(2 * time.Second))
	for _, f := range c.Releases().Drain() {
		if f.Agent == "alice" {
			t.Errorf("when the caller has left bob, alice is told %+v", f)
		}
	}
}
