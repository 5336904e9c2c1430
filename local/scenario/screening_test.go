package scenario

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

func named(o *stack.Options) {
	o.Parameters = map[string]string{"AllowedCountries": "GB,US", "LineName": "Example Telephone"}
}

// A phone that screens its calls answers by itself, transcribes what it hears first, and rings its owner, who reads it,
// picks up and presses the key: that takes half a minute.
func TestF201PhoneThatScreensItsCallsIsConnected(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, verb := range []string{"consult", "add"} {
		for _, after := range []time.Duration{30 * time.Second, 40 * time.Second} {
			if !chosen() {
				continue
			}
			t.Run(verb+" "+after.String(), func(t *testing.T) {
				t.Parallel()
				l := open(t, named)
				caller := talking(l)
				l.must(l.Network.SetOutside(london, "pick-up"))
				l.presses("alice", verb, london)
				l.pass(2 * time.Second)
				out := l.outside(london)
				if got := l.asked(out); !strings.HasPrefix(got, "speech:This is Example Telephone. A caller") {
					t.Fatalf("what the phone hears first is %q", got)
				}
				l.wantProgress("asked")
				for range int(after/time.Second) - 2 {
					l.pass(time.Second)
					l.wantLive(out)
					if verb == "consult" {
						l.waits(caller)
					} else {
						l.together(caller, l.legTo("alice"))
					}
				}
				l.key(out, "1")
				if verb == "consult" {
					l.together(l.legTo("alice"), out)
					l.waits(caller)
					l.presses("alice", "complete", "")
				} else {
					l.together(caller, l.legTo("alice"), out)
					l.hangs(l.legTo("alice"))
				}
				l.pass(2 * time.Second)
				l.together(caller, out)
				l.pass(70 * time.Second) // a sweep later
				l.together(caller, out)
				l.hangs(caller)
				l.done(10 * time.Second)
			})
		}
	}
}

// A machine answers too, and presses no key: the attempt ends, and the caller is with alice.
func TestF201MachineIsGivenUpAfterTheQuestion(t *testing.T) {
	t.Parallel()
	l := open(t, named)
	caller := talking(l)
	l.must(l.Network.SetOutside(london, "pick-up"))
	l.presses("alice", "consult", london)
	l.pass(2 * time.Second)
	out := l.outside(london)
	l.pass(36 * time.Second)
	l.wantLive(out)
	l.until("the machine is given up", 15*time.Second, func() bool { return !l.live(out) })
	l.together(caller, l.legTo("alice"))
	l.wantOutcome("alice", "no-answer")
	l.done(10 * time.Second)
}
