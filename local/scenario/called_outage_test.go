package scenario

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// apiDown makes every function that answers a caller's leg fail, as when no concurrency is left or the API is down.
func (l *line) apiDown(status int) {
	l.t.Helper()
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/(incoming|connect-agent)"}, Do: "throttle", Status: status,
	})
}

// onlyCall says that there is one call, whose caller is that one, and that nobody is offered another.
func (l *line) onlyCall(caller string) {
	l.t.Helper()
	l.wantLive(caller)
	l.notRinging("bob")
}

// Our API does not answer when a caller whom we have dialled picks up: they hear words and music, and talk to the agent
// who has called when it answers again. They are not taken for somebody who rings in.
func TestF322TheAPIIsDownWhenACalledCallerPicksUp(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError} {
		l, caller := rung(t)
		l.apiDown(status)
		l.must(l.Network.Answer(caller, nil))
		l.settle()
		for range 3 {
			l.pass(7 * time.Second)
			l.onlyCall(caller)
		}
		l.Network.ClearFaults()
		l.pass(20 * time.Second)
		l.wantState("alice", "talking")
		l.together(l.legTo("alice"), caller)
		l.onlyCall(caller)
	}
}

// It does not answer when their <Dial> ends: they hear words and music, and are in their own call again afterwards.
func TestF322TheAPIIsDownWhenTheDialOfACalledCallerEnds(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		l, caller := rung(t)
		l.must(l.Network.Answer(caller, nil))
		l.settle()
		l.together(l.legTo("alice"), caller)
		l.apiDown(status)
		l.must(l.Network.Hangup(l.legTo("alice")))
		l.settle()
		for range 4 {
			l.pass(7 * time.Second)
			l.wantLive(caller)
		}
		l.Network.ClearFaults()
		l.pass(20 * time.Second)
		agents := []string{"alice", "bob"}
		l.until("an agent talks to the caller", 2*time.Minute, func() bool {
			for _, id := range l.ringingAt(agents) {
				l.answers(id)
			}
			return slices.Contains(agents, l.hears(caller))
		})
		l.wantLive(caller)
	}
}
