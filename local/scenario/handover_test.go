package scenario

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// One press: the caller hears music at once and never silence, the agent is out, and the target has the caller.
func TestF240TransferNow(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	alice := l.legTo("alice")
	l.presses("alice", "blind", "bob")
	l.waits(caller)
	l.wantOver(alice)
	bob := l.ringing("bob")
	l.pass(4 * time.Second)
	l.answers("bob")
	l.together(caller, bob)
	l.wantRole("bob", "owner")
	l.presses("bob", "consult", "alice") // the call is like any other
	l.together(bob, l.answers("alice"))
	l.wantNoGap(caller)
	l.done(10 * time.Second)
}

// Nobody takes the caller: they ring at the agent again, and then at anybody.
func TestF240TransferNowThatNobodyTakes(t *testing.T) {
	t.Parallel()
	for _, answer := range []func(l *line){
		func(l *line) { l.rejects("bob") },
		func(l *line) { l.pass(25 * time.Second) },
		func(l *line) { l.crash("bob") },
	} {
		l := open(t)
		l.online("alice", "bob", "carol")
		caller := l.dial("+15550199")
		l.together(caller, l.answers("alice"))
		l.presses("alice", "blind", "bob")
		l.waits(caller)
		answer(l)
		l.until("alice is rung again", 40*time.Second, func() bool { l.waits(caller); return l.legTo("alice") != "" })
		l.notRinging("carol")
		l.rejects("alice")
		l.until("carol is rung", 20*time.Second, func() bool { l.waits(caller); return l.legTo("carol") != "" })
		l.together(caller, l.answers("carol"))
		l.done(10 * time.Second)
	}
}

// The music cannot be had for some seconds: the agent stays with the caller until it plays, or goes in any case.
func TestF240TransferNowWhileTheHoldFails(t *testing.T) {
	t.Parallel()
	for do, status := range map[string]int{
		"throttle": http.StatusTooManyRequests, "fail": http.StatusServiceUnavailable,
		"fail-after": http.StatusServiceUnavailable, // it was done all the same
	} {
		l := open(t)
		caller := talking(l)
		l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Times: 2, Do: do,
			Status: status})
		_, err := l.agent("alice").Press(l.ctx, "blind", "bob", "once")
		l.must(err)
		l.settle()
		l.until("bob is rung", 20*time.Second, func() bool { return l.legTo("bob") != "" })
		l.pass(10 * time.Second)
		l.waits(caller)
		l.together(caller, l.answers("bob"))
		l.done(10 * time.Second)
	}
}

// An outside number has the caller only after somebody has pressed 1.
func TestF240TransferNowToAnOutsideNumber(t *testing.T) {
	t.Parallel()
	l, caller := withAlice(t)
	l.presses("alice", "blind", london)
	l.waits(caller)
	person := l.picksUp()
	l.waits(caller)
	l.key(person, "1")
	l.together(caller, person)
	l.hangs(person)
	l.pass(5 * time.Second)
	l.waits(caller)
	l.hangs(caller)
	l.done(10 * time.Second)
}

// givesBack lets alice give the caller back to the line, with a note.
func (l *line) givesBack(note string) {
	l.t.Helper()
	l.must(l.agent("alice").Call(l.ctx, http.MethodPost, "/transfer",
		map[string]any{"action": "requeue", "note": note, "request": "k1"}, nil))
	l.settle()
}

// The caller goes to the head of the line, ahead of who waits, and the next agent knows why.
func TestF241ToTheLine(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	caller := l.dial("+15550199")
	l.together(caller, l.answers("alice"))
	other := l.dial("+15550198")
	l.pass(2 * time.Second)
	alice := l.legTo("alice")
	l.givesBack("asks for a refund")
	l.wantOver(alice)
	l.waits(caller)
	l.online("bob")
	l.together(caller, l.answers("bob"))
	if c := l.me("bob").Call; c == nil || c.Transfer == nil || c.Transfer.Note != "asks for a refund" {
		t.Errorf("bob sees %+v", c)
	}
	l.waits(other)
	l.wantNoGap(caller)
	l.done(10 * time.Second)
}

// The note is for the agent who answers next: when that agent is lost and the caller comes back to them, it is over.
func TestF241TheNoteIsForTheNextAgent(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.givesBack("asks for a refund")
	shown := func() bool {
		c := l.me("bob").Call
		return c != nil && c.Transfer != nil && c.Transfer.Kind == "queue" && c.Transfer.Ended == ""
	}
	leg := l.ringing("bob")
	if !shown() {
		t.Errorf("bob is not told who gave the caller back: %+v", l.me("bob").Call)
	}
	l.answers("bob")
	l.together(caller, leg)
	l.pass(4 * time.Second)
	l.must(l.Network.Lose(leg))
	l.settle()
	l.until("bob is rung again", 20*time.Second, func() bool { l.waits(caller); return l.legTo("bob") != "" })
	if shown() {
		t.Error("the note of before is shown again")
	}
	l.together(caller, l.answers("bob"))
	l.wantNoGap(caller)
	l.done(10 * time.Second)
}
