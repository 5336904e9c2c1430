package scenario

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// A consult asks for the hold and for the dial at the same time: the target rings in one round trip, and while there is
// no answer to the hold. One who takes the call before the caller is on hold hears words. The caller never hears them.
func TestF250TheTargetAnswersBeforeTheHold(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, do := range []string{"timeout", "timeout-after", "late", "fail"} {
		if !chosen() {
			continue
		}
		l := open(t)
		caller := talking(l)
		l.pass(2 * time.Second)
		l.fault(faults.Rule{
			Kind: "rest", Match: faults.Match{Path: "/" + caller + ".json$", Method: "POST"}, Do: do,
			DelayMs: 4000, Times: 2,
		})
		l.presses("alice", "consult", "bob")
		bob := l.answers("bob")
		for range 12 {
			if h := l.hears(caller); strings.Contains(h, "bob") {
				t.Fatalf("N5, %s: the caller hears %q", do, h)
			}
			if h := l.hears(bob); h != "speech" && h != "alice" && h != "silence" { // the pause after the words
				t.Fatalf("%s: bob hears %q", do, h)
			}
			l.pass(time.Second)
		}
		l.together(l.legTo("alice"), bob)
		l.waits(caller)
		if heard := l.inTurn(caller); strings.Contains(heard, "bob") {
			t.Errorf("N5, %s: the caller heard %q", do, heard)
		}
		l.done(60 * time.Second)
	}
}

// Twilio refuses the hold: the target, who is rung or has taken the call, is let go, and the agent keeps the caller.
func TestF250ARefusedHoldLetsTheTargetGo(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.pass(2 * time.Second)
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Path: "/" + caller + ".json$", Method: "POST"}, Do: "fail", Status: 400,
		Code: 20001,
	})
	l.insists("alice", "consult", "bob")
	l.pass(2 * time.Second)
	l.notRinging("bob")
	l.together(caller, l.legTo("alice"))
	if tr := l.me("alice").Call.Transfer; tr == nil || !strings.HasPrefix(string(tr.Outcome), "failed") {
		t.Errorf("alice is told %+v", tr)
	}
	l.wantPresence("bob", "available")
	l.done(60 * time.Second)
}
