package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/stack"
)

func shortWait(o *stack.Options) { o.Parameters = map[string]string{"MaxWaitSeconds": "60"} }

// wantToldGoodbye asserts that a caller's call ended with a spoken goodbye, after waiting too long.
func (l *line) wantToldGoodbye(caller string) {
	l.t.Helper()
	l.wantOver(caller)
	l.lastHeard(caller, "speech:")
	if c := l.conference(caller); c == nil || c.Reason != "abandoned_by_policy" {
		l.t.Errorf("the item: %+v", c)
	}
	for _, r := range l.Network.Records(0) { // the TwiML document ended the call, not a hangup
		if r.Event == "UpdateCall" && r.SID == caller && r.Params["Status"] != "" {
			l.t.Errorf("the call was cut: %v", r.Params)
		}
	}
}

// Both while an agent is rung for the caller, and after the caller has lost their agent.
func TestF011TheWaitIsTooLongAndEndsWithWords(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"while an agent is rung", "after the caller lost their agent"} {
		l := open(t, shortWait)
		l.online("alice")
		caller := ""
		if how == "after the caller lost their agent" {
			caller = l.dial("+15550199")
			l.together(caller, l.answers("alice"))
			l.pass(2 * time.Minute) // talking is not waiting
			l.together(caller, l.legTo("alice"))
			l.crash("alice")
		} else {
			_, err := l.agent("alice").Set(l.ctx, "away")
			l.must(err)
			delete(l.pages, "alice")
			caller = l.dial("+15550199")
		}
		l.pass(50 * time.Second)
		l.waits(caller)
		if how == "while an agent is rung" {
			l.online("alice")
			l.ringing("alice")
		}
		l.pass(30 * time.Second)
		l.wantToldGoodbye(caller)
		l.notRinging("alice")
		l.done(10 * time.Second)
	}
}
