package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
)

// The agent's line is lost while somebody coaches them, and Twilio neither mutes the coach nor ends their leg: the
// caller hears music, and soon after the next agent has answered that agent.
func TestF245ACoachWhoCannotBeRemoved(t *testing.T) {
	t.Parallel()
	for _, do := range []string{faults.Fail, faults.Throttle} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			l, caller := supervised(t, "alice", "bob")
			l.polls = true
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

// With HideListening the agent is told of nobody who only listens; by default they are told.
func TestF237HiddenListening(t *testing.T) {
	t.Parallel()
	for _, hide := range []string{"true", "false"} {
		t.Run(hide, func(t *testing.T) {
			t.Parallel()
			l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"HideListening": hide} })
			l.supervises()
			caller := l.talks("alice")
			l.watches(caller, call.ModeListen)
			l.hear("listen", map[string]string{"caller": "alice", "alice": "caller", "erin": "alice caller"})
			told := l.me("alice").Call
			if hidden := len(told.Supervisors) == 0; hidden != (hide == "true") {
				t.Errorf("alice is told %+v", told.Supervisors)
			}
			if w := l.me("erin").Watching; w == nil || w.Heard != string(call.ModeListen) {
				t.Errorf("erin's page shows %+v", w)
			}
			l.watches(caller, call.ModeCoach)
			l.watches(caller, call.ModeListen)
			if told := l.me("alice").Call.Supervisors; len(told) != 1 || told[0].Mode != string(call.ModeListen) {
				t.Errorf("who has coached is hidden again: %+v", told)
			}
			l.hangs(caller)
			l.done(10 * time.Second)
		})
	}
}

// The agent's consult is coached, and the supervisor's network is lost: the talk stays private and goes on, nobody
// hears silence, and both agents are told.
func TestF223TheNetworkIsLostWhileAConsultIsCoached(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice", "bob")
	l.presses("alice", "consult", "bob")
	l.answers("bob")
	l.pass(2 * time.Second)
	l.watches(caller, call.ModeCoach)
	l.hear("coached", map[string]string{"caller": "music", "alice": "bob erin", "bob": "alice"})
	l.crash("erin")
	for range 20 {
		l.pass(3 * time.Second)
		l.hear("lost", map[string]string{"caller": "music", "bob": "alice"})
	}
	l.hear("after a minute", map[string]string{"alice": "bob"})
	for _, id := range []string{"alice", "bob"} {
		if told := l.me(id).Call; len(told.Supervisors) > 0 || told.State != string(call.Consulting) {
			t.Errorf("%s is told %+v in %s", id, told.Supervisors, told.State)
		}
	}
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.hangs(caller)
	l.done(10 * time.Second)
}
