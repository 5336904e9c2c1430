package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Her page is silent, and the network takes her for present: if it is wrong the caller
// hears nobody, and is told not to give up. If it is right nothing is lost.
func TestF034TheCallerIsToldOfAnAgentWhoseComputerSleeps(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	told := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		n := 0
		for _, h := range l.heard[caller] {
			if slices.ContainsFunc(h.words, func(w string) bool { return strings.HasPrefix(w, "speech:If you cannot hear your agent") }) {
				n++
			}
		}
		return n
	}
	l.pass(2 * time.Minute)
	if n := told(); n != 0 {
		t.Errorf("she is told %d times of a page that beats", n)
	}
	delete(l.pages, "alice")
	l.pass(5 * time.Minute)
	if n := told(); n != 1 {
		t.Errorf("she is told %d times of a silent page, want once", n)
	}
	l.together(caller, l.legTo("alice"))
	l.wantState("alice", "talking")
	l.crash("alice") // the network has noticed it, too
	l.waits(caller)
	l.done(10 * time.Second)
}
