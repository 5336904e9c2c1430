package conference

import "testing"

func last(c *Conference) Entry { return c.History[len(c.History)-1] }

func TestTheHistorySaysWhoAskedAndWhoEnded(t *testing.T) {
	c := consultWith(t, bob())
	want := Entry{At: t0, What: Consult, Agent: "bob", Name: "Bob", By: "alice", ByName: "Alice"}
	if got := last(c); got != want {
		t.Errorf("asked: %+v", got)
	}
	must(t, c.Do(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	want.What, want.Outcome = Cancel, OutcomeCancelled
	if got := last(c); got != want {
		t.Errorf("taken back: %+v", got)
	}
	must(t, c.Do(Request{Agent: "alice", Action: string(DoEnd)}, t0))
	if got := last(c); got != (Entry{At: t0, What: End, Agent: "alice", Name: "Alice"}) {
		t.Errorf("ended: %+v", got)
	}
}
