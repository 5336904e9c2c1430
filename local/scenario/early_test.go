package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
)

// vanishes lets a caller dial and hang up before the requests that follow are finished.
func (l *line) vanishes(after func()) (caller string) {
	l.t.Helper()
	sid, err := l.Network.PlaceCall(nil, "+15550199", l.Number)
	l.must(err)
	l.callers = append(l.callers, sid)
	after()
	l.mu.Lock()
	l.leaving[sid] = true
	l.mu.Unlock()
	l.must(l.Network.Hangup(sid))
	l.settle()
	return sid
}

// wantNothingLeft asserts that no leg rings for a caller who has hung up, that no agent is left alone in the
// conference, and that the item is closed.
func (l *line) wantNothingLeft(caller string) {
	l.t.Helper()
	for _, c := range l.Network.Live() {
		l.t.Errorf("N3: the leg to %s is still %s", c.To, c.Status)
	}
	l.wantPresence("alice", "available")
	if c := l.conference(caller); c != nil && (c.Live() || c.Reason != call.ReasonCallerLeft) {
		l.t.Errorf("the item is %s %q, still to be looked after: %t", c.State, c.Reason, c.Live())
	}
}

// The function that answers the caller has a cold start of seconds; the caller hangs up meanwhile, and the callback of
// the end is handled before the call exists.
func TestF180HangsUpWhileTheFirstFunctionIsCold(t *testing.T) {
	t.Parallel()
	for _, cold := range []int{50, 500, 4000, 9000} {
		l := open(t)
		l.online("alice")
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/incoming$"}, Do: "delay", DelayMs: cold})
		caller := l.vanishes(l.settle)
		l.pass(time.Duration(cold) * time.Millisecond)
		l.Network.ClearFaults()
		if n := l.dials("alice"); n != 0 {
			t.Errorf("%d ms: alice was rung %d times for a caller who had gone", cold, n)
		}
		l.pass(10 * time.Second)
		l.wantNothingLeft(caller)
		if p := l.history("erin", map[string]any{}); len(p.Calls) != 1 || p.Calls[0].Caller != "+15550199" {
			t.Errorf("%d ms: the record of who gave up: %+v", cold, p.Calls)
		}
		next := l.dial("+15550198") // and the next call works as usual
		l.together(next, l.answers("alice"))
		l.done(10 * time.Second)
	}
}

// The callback of the end comes after everything else was saved.
func TestF180TheEndIsToldAfterTheFirstSave(t *testing.T) {
	t.Parallel()
	for _, late := range []int{100, 3000} {
		l := open(t)
		l.online("alice")
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/call"}, Do: "delay", DelayMs: late})
		caller := l.vanishes(func() {})
		l.pass(10 * time.Second)
		l.wantNothingLeft(caller)
		l.done(10 * time.Second)
	}
}

// Both at once, repeatedly, so that the two functions run in either order.
func TestF180HangsUpAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	for n := range 20 {
		caller := l.vanishes(func() {
			for range n % 4 { // some milliseconds
				_, _ = l.agent("alice").Me(l.ctx)
			}
		})
		l.pass(10 * time.Second)
		l.wantNothingLeft(caller)
	}
	t.Logf("alice was rung for %d of 20 callers who hung up at once", l.dials("alice"))
	l.done(10 * time.Second)
}
