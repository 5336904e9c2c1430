package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// inTurn is what a leg has heard so far, in order: people by their names, music and recorded voices as music. How long
// silence may be is asserted elsewhere (N1).
func (l *line) inTurn(sid string) string {
	l.mu.Lock()
	all := slices.Clone(l.heard[sid])
	l.mu.Unlock()
	var turns []string
	for _, h := range all {
		var words []string
		for _, w := range h.words {
			if leg, ok := strings.CutPrefix(w, "leg:"); ok {
				w = l.name(leg)
			}
			if strings.HasPrefix(w, "speech:") {
				w = "music"
			}
			words = append(words, w)
		}
		slices.Sort(words)
		now := strings.Join(words, "+")
		if now != "" && now != "silence" && now != "ringing" && (len(turns) == 0 || turns[len(turns)-1] != now) {
			turns = append(turns, now)
		}
	}
	return strings.Join(turns, " ")
}

func (l *line) wantInTurn(sid, want string) {
	l.t.Helper()
	if got := l.inTurn(sid); got != want {
		l.t.Errorf("%s heard %q in turn, want %q", l.name(sid), got, want)
	}
}

// wantRole asserts an agent's role in their call, as the page shows it.
func (l *line) wantRole(id, want string) {
	l.t.Helper()
	if me := l.me(id); me.Call == nil || me.Call.Role != want {
		l.t.Errorf("%s's call: %+v, want the role %s", id, me.Call, want)
	}
}

// wantLast asserts how the end of the last call is shown to an agent who has left it.
func (l *line) wantLast(id, want string) {
	l.t.Helper()
	if me := l.me(id); me.Call != nil || me.Agent.Last == nil || me.Agent.Last.Outcome != want {
		l.t.Errorf("%s is told %+v, the call is %+v; want none and %q", id, me.Agent.Last, me.Call, want)
	}
}

// transfers counts the entries of an agent's timeline that say how a transfer ended.
func (l *line) transfers(id, outcome string) int {
	n := 0
	for _, e := range l.me(id).Call.History {
		if e.Outcome == outcome {
			n++
		}
	}
	return n
}

func TestF055ConsultTalkAndComplete(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.wantRole("alice", "transferor")
	l.wantRole("bob", "target")
	l.pass(30 * time.Second)
	l.together(l.legTo("alice"), l.legTo("bob"))
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.wantState("bob", "talking")
	l.wantRole("bob", "owner")
	l.wantPresence("alice", "available")
	l.wantLast("alice", "transferred")
	if n := l.transfers("bob", "answered"); n != 1 {
		t.Errorf("the timeline has %d transfers, want one: %+v", n, l.me("bob").Call.History)
	}
	if c := l.conference(caller); c.Hops != 1 || c.Transfer.Outcome != "answered" || c.Transfer.By != "alice" ||
		c.Transfer.To != "bob" {
		t.Errorf("the item: %d hops, transfer %+v", c.Hops, c.Transfer)
	}
	l.pass(time.Minute)
	// The caller may have heard both while alice's leg was being hung up; never the consult.
	if got := strings.Replace(l.inTurn(caller), " alice+bob", "", 1); got != "music alice music bob" {
		t.Errorf("the caller heard %q in turn", got)
	}
	l.presses("bob", "end", "")
	l.pass(10 * time.Second) // the goodbye is spoken
	l.wantOver(caller)
	l.lastHeard(caller, "speech:")
	l.done(10 * time.Second)
}

func TestF082JoinThenTheTransferorLeaves(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"hangs up", "completes", "crashes"} {
		l := open(t)
		caller := consulting(l)
		l.presses("alice", "join", "")
		alice, bob := l.legTo("alice"), l.legTo("bob")
		l.together(caller, alice, bob)
		switch how {
		case "hangs up":
			l.hangs(alice)
		case "completes":
			l.presses("alice", "complete", "")
		case "crashes":
			l.crash("alice")
		}
		l.pass(2 * time.Second)
		l.wantOver(alice)
		l.together(caller, bob)
		l.wantState("bob", "talking")
		l.wantRole("bob", "owner")
		l.pass(2 * time.Minute) // the sweep and both pages change nothing
		l.together(caller, bob)
		l.wantInTurn(bob, "alice alice+caller caller")
		l.presses("bob", "end", "") // Bob is the owner and may end it
		l.pass(10 * time.Second)
		l.wantOver(caller)
		l.done(10 * time.Second)
	}
}

func TestLeavingWhileTheTargetRingsIsAHandOverOnceTheyAnswer(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.presses("alice", "consult", "bob")
	l.pass(time.Second)
	l.hangs(l.legTo("alice"))
	l.pass(2 * time.Second)
	l.wantLast("alice", "lost")
	l.together(caller, l.answers("bob"))
	l.wantLast("alice", "transferred")
	l.hangs(caller) // the caller had not been hung up on before
	l.pass(2 * time.Second)
	l.wantLast("alice", "transferred")
	l.wantLast("bob", "caller-left")
	l.done(10 * time.Second)
}

func TestF083JoinThenTheCallerLeaves(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.presses("alice", "join", "")
	alice, bob := l.legTo("alice"), l.legTo("bob")
	l.together(caller, alice, bob)
	l.hangs(caller)
	l.pass(10 * time.Second)
	l.wantOver(alice)
	l.wantOver(bob)
	for _, id := range []string{"alice", "bob"} {
		l.wantLast(id, "caller-left")
		l.wantPresence(id, "available")
	}
	next := l.dial("+15550198") // both may take the next call
	l.together(next, l.answers("alice"))
	l.done(10 * time.Second)
}

func TestF088TheTargetHandsTheCallerBack(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.presses("bob", "consult", "alice")
	l.together(l.legTo("bob"), l.answers("alice"))
	l.waits(caller) // N5
	l.presses("bob", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("alice"))
	l.wantRole("alice", "owner")
	l.wantPresence("bob", "available")
	if n := l.transfers("alice", "answered"); n != 2 {
		t.Errorf("the timeline has %d transfers, want two: %+v", n, l.me("alice").Call.History)
	}
	if c := l.conference(caller); c.Hops != 2 || len(c.Legs) != 1 {
		t.Errorf("the item: %d hops, legs %+v", c.Hops, c.Legs)
	}
	l.pass(time.Minute)
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}
