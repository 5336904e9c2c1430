package scenario

import (
	"testing"
	"time"
)

func TestClassicTransfer(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.waits(caller)
	l.pass(3 * time.Second)
	alice := l.answers("alice")
	l.together(caller, alice)
	l.wantState("alice", "talking")

	l.presses("alice", "add", "bob")
	l.together(caller, alice)
	bob := l.answers("bob")
	l.together(caller, alice, bob)
	l.wantState("alice", "three-way")
	l.pass(20 * time.Second)

	l.hangs(alice)
	l.together(caller, bob)
	l.wantState("bob", "talking")
	l.wantPresence("alice", "available")
	l.pass(time.Minute)
	l.together(caller, bob)

	l.hangs(bob) // in the classic transfer, the call ends with the second agent
	l.pass(2 * time.Second)
	l.done(10 * time.Second)
}
