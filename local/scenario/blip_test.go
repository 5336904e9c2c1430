package scenario

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// The network takes no requests for a moment, just as the agent goes. The clock stands
// still meanwhile: whatever is tried again is tried before any clock ticks.
func TestF032TheAgentIsLostDuringABlipOfTheNetwork(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Do: "throttle", Status: http.StatusTooManyRequests, Times: 6,
	})
	delete(l.pages, "bob")
	l.crash("alice")
	l.waits(caller)
	l.done(10 * time.Second)
}

func TestTheAgentEndsTheCallDuringABlipOfTheNetwork(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Event: "UpdateCall"}, Do: "throttle", Status: http.StatusTooManyRequests, Times: 8,
	})
	for range 2 { // she presses, and presses again: both times she is told that it is not done yet
		if call := l.presses("alice", "end", "").Call; call == nil || call.State != "ended" || !call.Overdue {
			t.Errorf("alice, who still hears the caller, is shown %+v", call)
		}
	}
	l.hangs(l.legTo("alice"))
	if h := l.hears(caller); h != "speech" {
		t.Errorf("she hears %q", h)
	}
	l.pass(5 * time.Second)
	l.wantOver(caller)
	l.lastHeard(caller, "speech:")
	l.done(10 * time.Second)
}

// What the functions could not take in is told again: only a word that never comes is left
// to the clocks.
func TestTheAgentIsLostDuringABlipOfTheEvents(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "fail", Status: http.StatusServiceUnavailable, Times: 6,
	})
	l.crash("alice")
	l.waits(caller)
	l.done(10 * time.Second)
}
