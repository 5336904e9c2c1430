package call

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

// The caller loses alice at t0+1m. Who may be offered the caller ten seconds later, unless another time is given,
// depending on what is known of alice then?
func TestWhomALostCallerIsKeptFor(t *testing.T) {
	lostAt := t0.Add(time.Minute)
	for _, test := range []struct {
		name         string
		after        time.Duration
		alice        func(a *agent.Agent, now time.Time)
		caller       func(c *Call)
		back, others bool // the caller may be offered to alice, to bob
	}{
		{name: "alice has sent a heartbeat since", back: true},
		{name: "alice has not", alice: func(a *agent.Agent, _ time.Time) { a.HeartbeatAt = lostAt }},
		{
			name: "nor within the recall window", after: RecallWindow, back: true, others: true,
			alice: func(a *agent.Agent, _ time.Time) { a.HeartbeatAt = lostAt },
		},
		{name: "offline", alice: func(a *agent.Agent, _ time.Time) { a.HeartbeatAt = t0.Add(-time.Hour) }},
		{
			name: "claimed for another call", back: true, others: true,
			alice: func(a *agent.Agent, now time.Time) { _ = a.ClaimFor("CA2", "x", now) },
		},
		{
			name: "claimed for this call", back: true,
			alice: func(a *agent.Agent, now time.Time) { _ = a.ClaimFor("CA1", "x", now) },
		},
		{
			name: "a claim for another call has expired", back: true,
			alice: func(a *agent.Agent, now time.Time) { _ = a.ClaimFor("CA2", "x", now.Add(-agent.Lease)) },
		},
		{
			name: "away since", back: true, others: true,
			alice: func(a *agent.Agent, now time.Time) { a.Choose(agent.Away, now) },
		},
		{
			name: "away before the loss", back: true,
			alice: func(a *agent.Agent, _ time.Time) { a.Status, a.Since = agent.Away, t0 },
		},
		{name: "an agent is rung already", caller: func(c *Call) { c.State = Ringing }},
		{
			name: "alice had handed the caller over to a number", back: true,
			caller: func(c *Call) { c.Recall.LostAt = time.Time{} },
		},
		{
			name:   "and has sent no heartbeat since", // the caller may have hung up
			alice:  func(a *agent.Agent, _ time.Time) { a.HeartbeatAt = lostAt.Add(-time.Second) },
			caller: func(c *Call) { c.Recall.LostAt = time.Time{} },
		},
		{
			name: "and has gone away after the handover", back: true, others: true,
			alice:  func(a *agent.Agent, _ time.Time) { a.Status, a.Since = agent.Away, t0 },
			caller: func(c *Call) { c.Recall.LostAt = time.Time{} },
		},
		{
			name: "and has closed the page", back: true, others: true,
			alice:  func(a *agent.Agent, _ time.Time) { a.HeartbeatAt = t0 },
			caller: func(c *Call) { c.Recall.LostAt = time.Time{} },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.after == 0 {
				test.after = 10 * time.Second
			}
			now := lostAt.Add(test.after)
			c := New("CA1", "", false, t0)
			change{c, lostAt}.requeue(Leg{Agent: "alice"})
			if test.caller != nil {
				test.caller(c)
			}
			alice, bob := agent.New("alice", "Alice", t0), agent.New("bob", "Bob", now)
			alice.Choose(agent.Available, t0)
			alice.HeartbeatAt = now
			if test.alice != nil {
				test.alice(alice, now)
			}
			if got := c.Offering(alice, now).May(alice); got != test.back {
				t.Errorf("to alice: %v", got)
			}
			if got := c.Offering(alice, now).May(bob); got != test.others {
				t.Errorf("to bob: %v", got)
			}
			if kept := c.Offering(alice, now).Reserved(); kept != (c.State == Waiting && !test.others) {
				t.Errorf("reserved for alice: %v", kept)
			}
			if c.State == Waiting && test.after < RecallWindow && !c.Offering(nil, now).Reserved() {
				t.Error("not reserved while nothing is known of alice")
			}
		})
	}
}

// Of the released agents, only the one the caller is reserved for is told that the call goes on.
func TestForWhomALostCallGoesOn(t *testing.T) {
	freed := func(c *Call) map[agent.ID]Release {
		list := map[agent.ID]Release{}
		for _, f := range c.Releases().Drain() {
			list[f.Agent] = f
		}
		return list
	}
	withBob := func(t *testing.T) *Call {
		c := consultWith(t, bob())
		_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
		must(t, err)
		joinRoom(c, "CAb", "b")
		return c
	}
	for _, test := range []struct {
		name  string
		do    func(c *Call)
		agent agent.ID
		out   Outcome
		kept  bool
	}{
		{"the agent is lost", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
			c.ApplyLegEnded("a", "CAa", OutcomeLost, t0)
		}, "alice", OutcomeLost, true},
		{"the agent ends the call", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoEnd)}, t0))
			c.ApplyLegEnded("a", "CAa", OutcomeLost, t0)
		}, "alice", OutcomeEnded, false},
		{"the target is lost; the transferor talks to the caller again", func(c *Call) {
			c.ApplyLegEnded("b", "CAb", OutcomeLost, t0)
		}, "bob", OutcomeLost, false},
		{"the transferor is lost; the target has the caller", func(c *Call) {
			c.ApplyLegEnded("a", "CAa", OutcomeLost, t0)
		}, "alice", OutcomeTransferred, false},
		{"the target is lost during a complete; then the transferor's leg ends", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoComplete)}, t0))
			c.ApplyLegEnded("b", "CAb", OutcomeLost, t0)
			c.ApplyLegEnded("a", "CAa", OutcomeLost, t0)
		}, "alice", OutcomeLost, false},
		{"the target is lost during a complete, for the target", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoComplete)}, t0))
			c.ApplyLegEnded("b", "CAb", OutcomeLost, t0)
		}, "bob", OutcomeLost, true},
		{"the conference ends during a talk", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
			c.ApplyDialEnded(c.Generation, t0)
			c.ApplyResult(Hangup{Key: "a", Leg: "CAa"}, Result{Kind: Done}, t0)
		}, "alice", OutcomeLost, true},
		{"the conference ends during a consult, for the target", func(c *Call) {
			c.ApplyDialEnded(c.Generation, t0)
			c.ApplyResult(Hangup{Key: "b", Leg: "CAb"}, Result{Kind: Done}, t0)
		}, "bob", OutcomeLost, false},
		{"the target is lost during a complete; then the transferor is hung up", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoComplete)}, t0))
			c.ApplyLegEnded("b", "CAb", OutcomeLost, t0)
			c.ApplyResult(Hangup{Key: "a", Leg: "CAa"}, Result{Kind: Done}, t0)
		}, "alice", OutcomeLost, false},
		{"the transferor cancels, for the target", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
			c.ApplyResult(Hangup{Key: "b", Leg: "CAb"}, Result{Kind: Done}, t0)
		}, "bob", OutcomeCancelled, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := withBob(t)
			test.do(c)
			f := freed(c)[test.agent]
			if f.Outcome != test.out || f.Reserved != test.kept {
				t.Errorf("%s is told %+v", test.agent, f)
			}
			if left, _ := c.Releases().Of(f.Leg); left.Reserved != test.kept {
				t.Errorf("the page of %s reads %+v", test.agent, left)
			}
		})
	}
}

// What a supervisor does to a call is in its history with their name, and counts as their request.
func TestWhatASupervisorDoes(t *testing.T) {
	erin, now := Supervisor{ID: "erin", Name: "Erin"}, time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	bob := agent.New("bob", "Bob", now)
	c := New("CA1", "", false, now)
	r := Request{Key: "k", Agent: "erin", Action: "offer to bob"}
	err := c.Supervision(now).OfferTo(erin, r, bob, "leg-1", time.Minute)
	if err != nil || c.OfferedTo() != "bob" || !c.HasApplied(r) {
		t.Fatalf("%v, offered to %q", err, c.OfferedTo())
	}
	if err := c.Supervision(now).OfferTo(erin, r, bob, "leg-2", time.Minute); err == nil {
		t.Error("another agent is rung, too")
	}
	if err := c.Supervision(now).EndCall(erin, r); err == nil {
		t.Error("a caller who waits is ended")
	}
	c.Supervision(now).SetAway(erin, "leg-1", OutcomeDeclined)
	c.Supervision(now).SetAway(erin, "leg-1", OutcomeDeclined) // it has no place any more
	if c.Offering(nil, now).May(bob) || c.FailedOffers["bob"].IsZero() {
		t.Error("matching may offer the caller to bob again at once")
	}
	c.State = Talking
	end := Request{Key: "k2", Agent: "erin", Action: "end"}
	if err := c.Supervision(now).EndCall(erin, end); err != nil || c.Reason != ReasonAgentEnded || !c.HasApplied(end) {
		t.Errorf("%v, %s", err, c.Reason)
	}
	var said []string
	for _, e := range c.History[1:] {
		said = append(said, fmt.Sprintf("%s %s %s", e.What, e.Name, e.ByName))
	}
	want := []string{"offer Bob Erin", "set-away Bob Erin", "offer-failed Bob ", "end Erin "}
	if !slices.Equal(said, want) {
		t.Errorf("the history says %q", said)
	}
}
