package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/stack"
)

func shortWait(o *stack.Options) { o.Parameters = map[string]string{"MaxWaitSeconds": "60"} }

// wantToldGoodbye asserts that a caller's call ended with words, for having waited too long.
func (l *line) wantToldGoodbye(caller string) {
	l.t.Helper()
	l.wantOver(caller)
	l.lastHeard(caller, "speech:")
	if c := l.conference(caller); c == nil || c.Reason != "abandoned_by_policy" {
		l.t.Errorf("the item: %+v", c)
	}
	for _, r := range l.Network.Records(0) { // it was her document that ended the call, not a cut
		if r.Event == "UpdateCall" && r.SID == caller && r.Params["Status"] != "" {
			l.t.Errorf("her call was cut: %v", r.Params)
		}
	}
}

// However she waits: while somebody is being rung for her, and after she has lost her agent.
func TestF011TheWaitIsTooLongAndEndsWithWords(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"while an agent is rung", "after she lost her agent"} {
		l := open(t, shortWait)
		l.online("alice")
		caller := ""
		if how == "after she lost her agent" {
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
