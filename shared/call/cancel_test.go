package call_test

import (
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// Each cancellation is answered with success, and the callback of the end never comes: when the leg's time is over
// Twilio is asked for it, and what Twilio says of the leg itself is believed.
func TestF325TheEndOfACancelledLegIsLookedFor(t *testing.T) {
	c, now := keptPlace(t)
	agentLeg, leg := called(t, c, now)
	c.ApplyLegEnded(agentLeg, "", call.OutcomeLost, now)
	l := c.Leg(leg)
	if l == nil {
		t.Fatal("the caller's leg is over")
	}
	cancel, find := call.CancelDial{Key: leg, Leg: l.SID}, call.FindParticipant{Leg: l.SID}
	plan := c.Plan(Ring, now)
	if !slices.Contains(plan, call.Effect(cancel)) || slices.Contains(plan, call.Effect(find)) {
		t.Fatalf("the plan is %v", plan)
	}
	c.ApplyResult(cancel, call.Result{Kind: call.Done}, now)
	now = l.Deadline.Add(time.Minute)
	if plan := c.Plan(Ring, now); !slices.Contains(plan, call.Effect(find)) {
		t.Fatalf("after its time the plan is %v", plan)
	}
	c.Reconciliation(now).ApplyLegSighting(l.SID, call.Sighting{})
	if c.Leg(leg) == nil {
		t.Fatal("a leg that is alive was forgotten")
	}
	now = now.Add(time.Minute)
	c.ApplyResult(cancel, call.Result{Kind: call.AlreadyGone}, now)
	if plan := c.Plan(Ring, now); c.Leg(leg) == nil || !slices.Contains(plan, call.Effect(find)) {
		t.Fatalf("after an answer that it is gone the plan is %v", plan)
	}
	c.Reconciliation(now).ApplyLegSighting(c.Leg(leg).SID, call.Sighting{Over: true})
	if c.Leg(leg) != nil {
		t.Error("the leg is kept")
	}
	Check(t, c)
}
