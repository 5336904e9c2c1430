package scenario

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// musicStops answers all tries of one music turn with 429, as API Gateway does when no concurrency is left. Twilio does
// nothing in its place: the caller hears silence, and no further turn is requested.
func (l *line) musicStops(caller string) {
	l.t.Helper()
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/wait/" + caller}, Do: "throttle",
		Status: http.StatusTooManyRequests, Times: 6,
	})
	l.until("the music stops", 30*time.Second, func() bool { return l.hears(caller) == "silence" })
	l.gap = soundWithNone // from here on, this gap is measured
	if len(l.pages) > 0 {
		l.gap = soundWithAPage
	}
}

// The longest silence of a caller when all tries of a music turn have failed.
const (
	soundWithAPage = 15 * time.Second
	soundWithNone  = 61 * time.Second // the sweep runs each minute, and looks again at a turn that is due just then
)

func TestF182MusicThatCouldNotBeHadComesBackInTheLine(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	l.pass(2 * time.Second)
	next := l.dial("+15550198")
	l.pass(20 * time.Second)
	l.musicStops(caller)
	l.until("music again", 80*time.Second, func() bool { return l.hears(caller) == "music" })
	l.pass(90 * time.Second)
	l.waits(caller)
	if c := l.conference(caller); c.Generation != 1 {
		t.Errorf("the caller was redirected to %d new conferences, want one", c.Generation)
	}
	l.online("alice") // the caller has not lost the place in the queue
	l.together(caller, l.answers("alice"))
	l.waits(next)
	l.done(10 * time.Second)
}

func TestF182MusicThatCouldNotBeHadComesBackOnHold(t *testing.T) {
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

func TestF182MusicThatCouldNotBeHadComesBackInAConsult(t *testing.T) {
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

// The redirect to a new conference fails too, for as long as Twilio retries, and then for minutes. The caller is not
// hung up on: the static file, which needs no function, plays music.
func TestMusicThatCouldNotBeHadWhenNothingElseCanBe(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	l.pass(20 * time.Second)
	for _, path := range []string{"^/wait/", "^/incoming"} {
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: path}, Do: "throttle",
			Status: http.StatusTooManyRequests})
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

// A page is open and takes no calls: its heartbeats notice the silence, wherever in a turn they come.
func TestF182AnyPageNoticesThatMusicCouldNotBeHad(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 3, 6, 9, 12} {
		l := open(t)
		l.online("alice")
		_, err := l.agent("alice").Set(l.ctx, "away")
		l.must(err)
		caller := l.dial("+15550199")
		l.pass(time.Duration(20+after) * time.Second)
		l.musicStops(caller)
		l.soundAgain(caller, soundWithAPage)
		l.done(10 * time.Second)
	}
}

// The caller is on hold, the page of their agent is gone, and only a colleague's page is open.
func TestF182AnotherAgentsPageNoticesThatMusicOnHoldCouldNotBeHad(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := unwatched(l)
	l.soundAgain(caller, soundWithAPage)
	l.done(10 * time.Second)
}

// unwatched is a caller on hold whose music has stopped. The page of alice, their agent, is gone; bob, who is away, has
// one.
func unwatched(l *line) (caller string) {
	caller = talking(l)
	l.presses("alice", "hold", "")
	_, err := l.agent("bob").Set(l.ctx, "away")
	l.must(err)
	l.pass(20 * time.Second)
	delete(l.pages, "alice")
	l.musicStops(caller)
	return caller
}

// soundAgain asserts that a caller in silence hears something within that time, and goes on to hear it.
func (l *line) soundAgain(caller string, within time.Duration) {
	l.t.Helper()
	l.until("sound again", within, func() bool { return l.hears(caller) != "silence" })
	l.pass(40 * time.Second)
	l.waits(caller)
}

// The same, and the request that is to start the music again gets no answer, done or not: a heartbeat tries again.
func TestF182TheHoldThatRestartsTheMusicHasNoAnswer(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"timeout", "timeout-after"} {
		l := open(t)
		caller := unwatched(l)
		l.gap = soundWithAPage + 15*time.Second // two faults
		l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Do: do, Times: 1})
		l.soundAgain(caller, l.gap)
		l.wantNoGap(caller)
		l.done(10 * time.Second)
	}
}

// Even the first turn fails.
func TestF182TheFirstTurnOfMusicCannotBeHad(t *testing.T) {
	t.Parallel()
	for _, page := range []bool{true, false} {
		l := open(t)
		l.gap = soundWithNone
		if page {
			l.gap = soundWithAPage
			l.online("alice")
			_, err := l.agent("alice").Set(l.ctx, "away")
			l.must(err)
		}
		l.pass(23 * time.Second)
		l.unavailable("^/wait/", 12)
		caller := l.dial("+15550199")
		if got := l.hears(caller); got != "silence" {
			t.Fatalf("the caller hears %q", got)
		}
		l.until("sound again", l.gap, func() bool { return l.hears(caller) != "silence" })
		l.pass(2 * time.Minute)
		l.waits(caller)
		l.done(10 * time.Second)
	}
}

// No turn succeeds for minutes: the caller still hears speech and music most of the time.
func TestF182NoTurnOfMusicCanBeHadForMinutes(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = soundWithAPage
	l.online("alice")
	_, err := l.agent("alice").Set(l.ctx, "away")
	l.must(err)
	caller := l.dial("+15550199")
	l.pass(20 * time.Second)
	l.unavailable("^/wait/", 0)
	l.pass(4 * time.Minute)
	l.wantLive(caller)
	l.Network.ClearFaults()
	l.pass(time.Minute)
	l.waits(caller)
	l.done(10 * time.Second)
}
