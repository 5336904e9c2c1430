package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The owner's page is silent, and Twilio lists the owner as present. If Twilio is wrong, the caller hears nobody and is
// asked to stay; if it is right, nothing is lost.
func TestF034TheCallerIsToldOfAnAgentWhoseComputerSleeps(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	told := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		n := 0
		for _, h := range l.heard[caller] {
			if slices.ContainsFunc(h.words,
				func(w string) bool { return strings.HasPrefix(w, "speech:If you cannot hear your agent") }) {
				n++
			}
		}
		return n
	}
	l.pass(2 * time.Minute)
	if n := told(); n != 0 {
		t.Errorf("the caller is told %d times of a page that beats", n)
	}
	delete(l.pages, "alice")
	l.pass(5 * time.Minute)
	if n := told(); n != 1 {
		t.Errorf("the caller is told %d times of a silent page, want once", n)
	}
	l.together(caller, l.legTo("alice"))
	l.wantState("alice", "talking")
	l.crash("alice") // Twilio has noticed it, too
	l.waits(caller)
	l.done(10 * time.Second)
}
