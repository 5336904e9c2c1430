package scenario

import (
	"testing"
	"time"
)

// Heartbeats come as late as the server lets them: one page's in time for everybody, the other's later. Whenever the
// music of a caller stops, they hear it again in time; and so they do after the page on which the other relies is gone.
func TestF395HeartbeatsThatComeAsLateAsTheyMay(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 5, 10} {
		l := open(t)
		l.lazy, l.due = true, map[string]time.Time{}
		l.online("alice", "bob")
		for _, id := range []string{"alice", "bob"} {
			_, err := l.agent(id).Set(l.ctx, "away")
			l.must(err)
		}
		caller := l.dial("+15550199")
		l.pass(time.Duration(40+after) * time.Second)
		if a, b := l.due["alice"], l.due["bob"]; a.Equal(b) {
			t.Errorf("both heartbeats are due at %v", a)
		}
		l.musicStops(caller)
		l.soundAgain(caller, soundWithAPage)
		delete(l.pages, "alice")
		l.pass(40 * time.Second)
		l.musicStops(caller)
		l.soundAgain(caller, soundWithAPage)
		l.done(10 * time.Second)
	}
}
