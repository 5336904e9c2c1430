package scenario

import (
	"testing"
	"time"
)

// The line is closed while one caller is on hold, one is queued and one is being offered. New callers are told so, and
// none of the others is left in silence or without an agent.
func TestF204ClosingTheLineLeavesNobodyInSilence(t *testing.T) {
	t.Parallel()
	l := open(t)
	held, rung, waiting := queue(l)
	l.Gateway.Deploy("incoming", "LINE_CLOSED", "true")

	late := l.dial("+15550196")
	l.pass(time.Second)
	if got := l.hears(late); got != "speech" {
		t.Errorf("a new caller hears %q, want to be told", got)
	}
	l.pass(15 * time.Second)
	l.wantOver(late)
	l.lastHeard(late, "speech:Please call again later. Goodbye.")
	for range 20 {
		l.pass(5 * time.Second)
		for _, caller := range []string{held, rung, waiting} {
			l.wantLive(caller)
		}
		l.waits(held)
		l.waits(waiting)
	}
	l.presses("alice", "resume", "")
	l.together(held, l.legTo("alice"))
	l.roomEnds(held) // the caller's leg asks the closed function what to do next
	l.waits(held)
	l.Gateway.Deploy("incoming", "LINE_CLOSED", "false")
	again := l.dial("+15550195")
	l.waits(again)
	for _, caller := range []string{held, rung, waiting, again} {
		l.hangs(caller)
	}
	l.done(30 * time.Second)
}

// queue is a line with a caller whom alice has on hold, one for whom bob's page rings, and one who waits.
func queue(l *line) (held, rung, waiting string) {
	l.t.Helper()
	held = talking(l) // with alice; bob is free
	l.presses("alice", "hold", "")
	l.waits(held)
	rung = l.dial("+15550198")
	l.ringing("bob")
	return held, rung, l.dial("+15550197")
}
