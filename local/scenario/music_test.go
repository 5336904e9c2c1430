package scenario

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// musicStops lets all tries of one turn of a caller's music be answered with 429, which is
// what the platform says when nothing is left to run a function with. Nothing of the
// network's own makes up for that: she hears silence, and asks for nothing more.
func (l *line) musicStops(caller string) {
	l.t.Helper()
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/wait/" + caller}, Do: "throttle", Status: http.StatusTooManyRequests, Times: 6,
	})
	l.until("her music stops", 30*time.Second, func() bool { return l.hears(caller) == "silence" })
	l.gap = 110 * time.Second // from here on it is this that is measured
}

func TestMusicThatCouldNotBeHadComesBackInTheLine(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	l.pass(2 * time.Second)
	next := l.dial("+15550198")
	l.pass(20 * time.Second)
	l.musicStops(caller)
	l.until("music again", 110*time.Second, func() bool { return l.hears(caller) == "music" })
	l.pass(90 * time.Second)
	l.waits(caller)
	if c := l.conference(caller); c.Round != 1 {
		t.Errorf("she was taken to %d fresh rooms, want one", c.Round)
	}
	l.online("alice") // she has not lost her place
	l.together(caller, l.answers("alice"))
	l.waits(next)
	l.done(10 * time.Second)
}

func TestMusicThatCouldNotBeHadComesBackOnHold(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.presses("alice", "hold", "")
	l.pass(20 * time.Second)
	l.musicStops(caller)
	l.until("music again", 60*time.Second, func() bool { return l.hears(caller) == "music" })
	l.pass(90 * time.Second)
	l.waits(caller)
	l.presses("alice", "resume", "")
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

func TestMusicThatCouldNotBeHadComesBackInAConsult(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.pass(20 * time.Second)
	l.musicStops(caller)
	l.until("music again", 60*time.Second, func() bool { return l.hears(caller) == "music" })
	l.together(l.legTo("alice"), l.legTo("bob"))
	l.pass(90 * time.Second)
	l.waits(caller)
	l.presses("alice", "complete", "")
	l.pass(time.Second)
	l.together(caller, l.legTo("bob"))
	l.done(10 * time.Second)
}

// What puts her into a fresh room fails too, for as long as the network tries, and then for
// minutes. She is not hung up on: the file that needs no function plays music to her.
func TestMusicThatCouldNotBeHadWhenNothingElseCanBe(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	l.pass(20 * time.Second)
	for _, path := range []string{"^/wait/", "^/incoming"} {
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: path}, Do: "throttle", Status: http.StatusTooManyRequests})
	}
	l.gap = 110 * time.Second
	l.pass(5 * time.Minute)
	l.waits(caller)
	l.Network.ClearFaults()
	l.pass(time.Minute)
	l.waits(caller)
	l.online("alice")
	l.together(caller, l.answers("alice"))
	l.done(10 * time.Second)
}
