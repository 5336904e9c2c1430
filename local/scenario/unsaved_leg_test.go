package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// The caller hangs up before the leg that is rung for them has been told of, because that callback is late or lost: it
// is ended at once all the same.
func TestF251TheCallerLeavesBeforeTheLegIsToldOf(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"delay", "drop"} {
		l := open(t)
		l.online("alice")
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: "call-ringing"}, Do: do, DelayMs: 3000})
		caller := l.dial("+15550199")
		l.ringing("alice")
		l.hangs(caller)
		l.until("alice's page rings no more", time.Second, func() bool { return l.legTo("alice") == "" })
		l.Network.ClearFaults()
		l.pass(5 * time.Second)
		l.wantPresence("alice", "available")
		l.done(30 * time.Second)
	}
}
