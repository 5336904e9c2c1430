package call

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

// The target answers before the caller is known to be on hold: the agent who has left stays until the target has joined
// the conference, so that the caller is never alone in it.
func TestF240TheTargetAnswersBeforeTheCallerIsOnHold(t *testing.T) {
	c := talks(t)
	to := Target{Agent: agent.New("bob", "Bob", t0), Key: "L2", Ring: ring}
	must(t, c.StartTransfer(Request{Agent: "alice", Action: string(DoBlind)}, to, t0))
	start(c, t0)
	at := t0.Add(time.Second)
	c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Throttled}, at)
	_, err := c.Admitting(at).ApplyLegAnswered("L2", "CA3")
	must(t, err)
	hangsUp := func(now time.Time) bool {
		for _, e := range c.Plan(ring, now) {
			if _, ok := e.(Hangup); ok {
				return true
			}
		}
		return false
	}
	if hangsUp(at) {
		t.Error("the caller is alone in the conference until the target joins it")
	}
	if !hangsUp(at.Add(plannedLimit)) {
		t.Error("the agent who has left stays for ever")
	}
	joinRoom(c, "CA3", "L2")
	if !hangsUp(at) {
		t.Error("the agent who has left hears the caller and the target")
	}
}
