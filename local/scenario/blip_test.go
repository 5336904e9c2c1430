package scenario

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// Twilio refuses all requests for a moment, just as the agent leaves. The clock is stopped meanwhile, so retries happen
// before any of the three clocks runs.
func TestF032TheAgentIsLostDuringABlipOfTheNetwork(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Do: "throttle",
		Status: http.StatusTooManyRequests, Times: 6,
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
		Kind: "rest", Match: faults.Match{Event: "UpdateCall"}, Do: "throttle", Status: http.StatusTooManyRequests,
		Times: 8,
	})
	for range 2 { // the agent presses twice, and is told both times that it is not done yet
		if call := l.presses("alice", "end", "").Call; call == nil || call.State != "ended" || !call.Overdue {
			t.Errorf("alice, who still hears the caller, is shown %+v", call)
		}
	}
	l.hangs(l.legTo("alice"))
	if h := l.hears(caller); h != "speech" {
		t.Errorf("the caller hears %q", h)
	}
	l.pass(5 * time.Second)
	l.wantOver(caller)
	l.lastHeard(caller, "speech:")
	l.done(10 * time.Second)
}

// A callback that the functions could not handle is sent again; only a callback that never comes is left to the clocks.
func TestTheAgentIsLostDuringABlipOfTheEvents(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "fail", Status: http.StatusServiceUnavailable,
		Times: 6,
	})
	l.crash("alice")
	l.waits(caller)
	l.done(10 * time.Second)
}
