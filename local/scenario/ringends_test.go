package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// wantRecent asserts what an agent's list of recent calls says of a call, and that it says so once.
func (l *line) wantRecent(id, call, outcome, with string, rang bool) {
	l.t.Helper()
	list, found := l.me(id).Agent.Recent, 0
	for _, r := range list {
		if r.Call != call {
			continue
		}
		found++
		caller, _ := l.Network.Call(call)
		if r.Outcome != outcome || r.With != with || r.Rang != rang || r.Caller != caller.From || r.At.IsZero() {
			l.t.Errorf("%s is told %+v, want %s with %q, rang %t", id, r, outcome, with, rang)
		}
	}
	if found != 1 {
		l.t.Errorf("the call stands %d times in %s's list: %+v", found, id, list)
	}
}

// Whatever ends a ring, the agent's list of recent calls says who it was and why it stopped, once, however often Twilio
// reports it.
func TestF192WhyItStoppedRinging(t *testing.T) {
	t.Parallel()
	double := faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events"}, Do: "double"}
	for name, test := range map[string]struct {
		end     func(l *line, caller string)
		outcome string
	}{
		"the caller hangs up": {func(l *line, caller string) { l.hangs(caller) }, "caller-left"},
		"the caller hangs up, told late by 4s": {func(l *line, caller string) {
			ends := faults.Match{Path: "^/events/call"}
			l.fault(faults.Rule{Kind: "webhook", Match: ends, Do: "delay", DelayMs: 4000, Times: 2})
			l.hangs(caller)
			l.pass(5 * time.Second)
		}, "caller-left"},
		"declines":           {func(l *line, _ string) { l.rejects("alice") }, "declined"},
		"declined by button": {func(l *line, _ string) { l.presses("alice", "decline", "") }, "declined"},
		"lets it ring":       {func(l *line, _ string) { l.pass(30 * time.Second) }, "no-answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.fault(double)
			l.online("alice")
			caller := l.dial("+15550199")
			l.ringing("alice")
			l.pass(2 * time.Second)
			test.end(l, caller)
			l.pass(3 * time.Second)
			list := l.me("alice").Agent.Recent
			if test.outcome != "no-answer" || len(list) < 2 { // an agent who let it ring has been rung again since
				l.wantRecent("alice", caller, test.outcome, "", true)
			}
			l.done(10 * time.Second)
		})
	}
}

// A target is told who took the call back, and in whose call it was.
func TestF192TakenBackByTheTransferor(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice", "bob")
	l.presses("alice", "consult", "bob")
	l.ringing("bob")
	l.presses("alice", "cancel", "")
	l.pass(3 * time.Second)
	l.wantRecent("bob", caller, "cancelled", "Alice", true)

	// What happened next is in the list's words, without any page.
	l.presses("alice", "consult", "bob")
	l.answers("bob")
	l.pass(2 * time.Second)
	l.presses("alice", "complete", "")
	l.pass(3 * time.Second)
	l.wantRecent("alice", caller, "transferred", "Bob", false)
	l.presses("bob", "end", "")
	l.pass(3 * time.Second)
	list := l.me("bob").Agent.Recent
	if len(list) != 2 || list[0].Outcome != "ended-here" || list[0].With != "Alice" || list[1].Outcome != "cancelled" {
		t.Errorf("bob's list: %+v", list)
	}
	l.done(10 * time.Second)
}

// A caller who hangs up while a target rings is in the target's list, too.
func TestF192TheCallerGivesUpWhileTheTargetRings(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice", "bob")
	l.presses("alice", "consult", "bob")
	l.ringing("bob")
	l.hangs(caller)
	l.pass(3 * time.Second)
	l.wantRecent("bob", caller, "caller-left", "Alice", true)
	l.wantRecent("alice", caller, "caller-left", "", false)
	l.done(70 * time.Second)
}
