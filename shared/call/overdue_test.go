package call

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

// consultingWith is consultWith after bob has answered.
func consultingWith(t *testing.T) *Call {
	t.Helper()
	c := consultWith(t, Target{Agent: agent.New("bob", "Bob", t0), Ring: ring})
	_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
	must(t, err)
	joinRoom(c, "CAb", "b")
	return c
}

func TestF056WhatIsOverdueIsWhatIsWishedAndNotKnown(t *testing.T) {
	holdCaller, holdBob := SetHold{Leg: "CA1", Hold: true}, SetHold{Leg: "CAb", Hold: true}
	unhold := SetHold{Leg: "CA1"}
	for _, tt := range []struct {
		name string
		verb Action
		does []Effect
		want bool
	}{
		{"consulting", "", nil, false},
		{"swapped, nothing done", DoSwap, nil, true},
		{"swapped, bob held", DoSwap, []Effect{holdBob}, true},
		{"swapped, bob held and the caller resumed", DoSwap, []Effect{holdBob, unhold}, false},
		{"three-way, the caller held", DoJoin, nil, true},
		{"three-way", DoJoin, []Effect{unhold}, false},
		{"completing, the caller held", DoComplete, nil, true},
		{"completing, alice in the conference", DoComplete, []Effect{unhold}, true},
		{"handed over", DoComplete, []Effect{unhold, Hangup{Key: "a", Leg: "CAa"}}, false},
		{"cancelled, bob in the conference", DoCancel, []Effect{unhold}, true},
		{"cancelled, the caller held", DoCancel, []Effect{Hangup{Key: "b", Leg: "CAb"}}, true},
		{"cancelled", DoCancel, []Effect{Hangup{Key: "b", Leg: "CAb"}, unhold}, false},
		{"swapped, and the caller held again without a command", DoSwap, []Effect{holdBob, unhold, holdCaller}, true},
	} {
		c := consultingWith(t)
		if tt.verb != "" {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(tt.verb)}, t0))
		}
		for _, a := range tt.does {
			c.ApplyResult(a, Result{Kind: Done}, t0)
		}
		if got := c.Overdue(t0); got != tt.want {
			t.Errorf("%s: overdue %t", tt.name, got)
		}
	}
}

// The request that started a resume may have crashed: it stays overdue until its result is known.
func TestF076WhatHasBegunIsOverdueUntilItIsKnownToBeDone(t *testing.T) {
	c := consultingWith(t)
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoJoin)}, t0))
	acts(c, t0)
	if !c.Overdue(t0) {
		t.Error("started, and not overdue")
	}
	c.ApplyResult(SetHold{Leg: "CA1"}, Result{Kind: Unknown}, t0)
	if !c.Overdue(t0) || !c.Overdue(t0.Add(time.Minute)) {
		t.Error("the result is unknown, and it is not overdue")
	}
}

func TestOverdueWhereTheRoomIsNotKnownAndAtTheEnd(t *testing.T) {
	c := New("CA1", "", false, t0)
	must(t, c.StartOffer(agent.New("alice", "Alice", t0), "a", ring, t0))
	acts(c, t0)
	_, err := c.Admitting(t0).ApplyLegAnswered("a", "CAa")
	must(t, err)
	if c.Overdue(t0) {
		t.Error("overdue without a command")
	}
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoHold)}, t0))
	if !c.Overdue(t0) {
		t.Error("a hold in a conference that is not known is not overdue")
	}
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoEnd)}, t0))
	if !c.Overdue(t0) || c.Seat("alice").RemainingLeg() == nil || c.Seat("bob").RemainingLeg() != nil {
		t.Error("the goodbye is due, and agents must stay")
	}
	c.ApplyResult(SayGoodbye{}, Result{Kind: Done}, t0)
	if c.Overdue(t0) || c.Seat("alice").RemainingLeg() != nil {
		t.Error("overdue after the goodbye")
	}
}
