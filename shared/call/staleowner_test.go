package call

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

// talks is a call in which the caller talks to alice.
func talks(t *testing.T) *Call {
	t.Helper()
	c := New("CA1", "", false, t0)
	a := agent.New("alice", "Alice", t0)
	if err := c.StartOffer(a, "L1", ring, t0); err != nil {
		t.Fatal(err)
	}
	start(c, t0)
	if _, err := c.Admitting(t0).ApplyLegAnswered("L1", "CA2"); err != nil {
		t.Fatal(err)
	}
	joinRoom(c, "CA1", CallerLabel)
	joinRoom(c, "CA2", "L1")
	c.ApplyConferenceEvent(ConferenceEvent{Conference: "CF1", Kind: ConferenceStarted, Seq: -1}, t0)
	if got := acts(c, t0); got != "" {
		t.Fatalf("nothing is due in a talk, but %s", got)
	}
	return c
}

func TestF034ACallerIsToldOfASilentPageOnceForEachSilence(t *testing.T) {
	const silent = agent.StaleAfter + time.Second
	c := talks(t)
	at := t0
	step := func(what string, seen time.Duration, want string) {
		t.Helper()
		at = at.Add(time.Minute)
		c.ApplyOwnerHeartbeat(at.Add(-seen), at)
		got := acts(c, at)
		if got != want {
			t.Errorf("%s: %q is due, want %q", what, got, want)
		}
	}
	step("heartbeats", time.Second, "")
	step("no heartbeats", silent, "Announce")
	c.ApplyResult(Announce{Owner: "L1"}, Result{Kind: Unknown}, at)
	step("the announcement may have failed", silent, "Announce")
	c.ApplyResult(Announce{Owner: "L1"}, Result{Kind: Done}, at)
	step("it was made", silent+time.Minute, "")
	step("heartbeats again", time.Second, "")
	step("no heartbeats again", silent, "Announce")
	c.ApplyResult(Announce{Owner: "L1"}, Result{Kind: Refused}, at)
	step("Twilio refuses the announcement", silent, "")
	if c.State != Talking || c.Leg("L1") == nil {
		t.Errorf("F038: missing heartbeats have ended the call: %s", c.State)
	}
}

func TestWhoHearsSomethingIsNotToldOfASilentPage(t *testing.T) {
	for name, change := range map[string]func(*Call){
		"on hold":            func(c *Call) { c.OnHold, c.Caller.Held = true, true },
		"on the way to hold": func(c *Call) { c.Caller.HoldUncertain = true },
		"in a consult":       func(c *Call) { c.State, c.Caller.Held = Consulting, true },
		"with two agents":    func(c *Call) { c.State = ThreeWay },
		"another owner":      func(c *Call) { c.StaleOwner = StaleOwner{Leg: "L0"} },
	} {
		c := talks(t)
		c.ApplyOwnerHeartbeat(time.Time{}, t0)
		change(c)
		if got := (planner{Call: c, ring: ring, now: t0}).staleNotice(); got != nil {
			t.Errorf("%s: %v is due", name, got)
		}
	}
}
