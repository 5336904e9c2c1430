package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// F251: the CallSid of a leg that is rung is saved when it is known. The caller hangs up, or the agent goes away,
// before the leg's first callback comes, or it never comes.
func TestF251ALegThatNoCallbackHasToldYet(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for _, away := range []bool{false, true} {
			w := NewWorld(t, "alice")
			id, _ := w.Dial()
			rings := w.Phones.Told
			w.Phones.Told = nil
			if away {
				w.Choose("alice", agent.Away)
			} else {
				w.CallerHangsUp(id)
			}
			if !lost {
				w.Phones.Told = append(rings, w.Phones.Told...)
			}
			w.Settle()
			if w.Rings("alice") {
				t.Errorf("away %t, lost %t: alice's page rings on", away, lost)
			}
			w.Pass(Ring + 10*time.Second)
			if w.Rings("alice") || w.LiveLegs() != 0 {
				t.Errorf("away %t, lost %t: a leg is left over", away, lost)
			}
			w.CheckQuiet()
			if c := w.Call(id); away && c.State != call.Waiting {
				t.Errorf("lost %t: the caller is %s", lost, c.State)
			}
		}
	}
}
