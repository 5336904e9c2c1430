package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
)

// The agent's line is lost while somebody coaches them, and Twilio neither mutes the coach nor ends their leg: the caller
// hears music, and soon after the next agent has answered that agent.
func TestF245ACoachWhoCannotBeRemoved(t *testing.T) {
	t.Parallel()
	for _, do := range []string{faults.Fail, faults.Throttle} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.supervises()
			caller := l.talks("alice", "bob")
			l.watches(caller, call.ModeCoach)
			l.fault(faults.Rule{
				Kind: faults.REST, Match: faults.Match{Path: "/" + l.legTo("erin"), Method: "POST"}, Do: do,
			})
			l.hangs(l.legTo("alice"))
			l.crash("alice")
			l.pass(25 * time.Second)
			l.waits(caller)
			l.answers("bob")
			l.pass(25 * time.Second)
			// Erin's own words are heard by all then, which is the worst that Twilio may do.
			l.hear("though Twilio refuses", map[string]string{"caller": "bob erin", "bob": "caller erin"})
			l.wantState("bob", "talking")
			l.Network.ClearFaults()
			l.pass(25 * time.Second)
			if told := l.me("bob").Call.Supervisors; l.legTo("erin") != "" || len(told) > 0 {
				t.Errorf("erin is still there, and bob is told %+v", told)
			}
			l.together(caller, l.legTo("bob"))
			l.hangs(caller)
			l.done(10 * time.Second)
		})
	}
}
