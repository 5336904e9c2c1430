package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// phases brings a new call into each of its phases; it returns the caller.
var phases = []struct {
	name string
	to   func(l *line) (caller string)
}{
	{"waiting", func(l *line) string { return l.dial("+15550199") }},
	{"ringing", func(l *line) string { l.online("alice", "bob"); return l.dial("+15550199") }},
	{"talking", func(l *line) string { return talking(l) }},
	{"held", func(l *line) string { c := talking(l); l.presses("alice", "hold", ""); return c }},
	{"add-ringing", func(l *line) string { c := talking(l); l.presses("alice", "add", "bob"); return c }},
	{"consult-ringing", func(l *line) string { c := talking(l); l.presses("alice", "consult", "bob"); return c }},
	{"consulting", func(l *line) string { return consulting(l) }},
	{"swapped", func(l *line) string { c := consulting(l); l.presses("alice", "swap", ""); return c }},
	{"three-way", func(l *line) string { c := consulting(l); l.presses("alice", "join", ""); return c }},
	{"handed over", func(l *line) string { c := consulting(l); l.presses("alice", "complete", ""); return c }},
}

func talking(l *line) string { return l.talks("alice", "bob") }

func consulting(l *line) string {
	caller := talking(l)
	l.presses("alice", "consult", "bob")
	l.waits(caller)
	l.together(l.legTo("alice"), l.answers("bob"))
	l.waits(caller)
	return caller
}

func TestF004F073F074CallerHangsUpInEveryPhase(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, p := range phases {
		if !chosen() {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := p.to(l)
			l.pass(5 * time.Second)
			l.hangs(caller)
			l.pass(3 * time.Second)
			for _, id := range []string{"alice", "bob"} {
				if sid := l.legTo(id); sid != "" {
					if c, _ := l.Network.Call(sid); c.Status == "ringing" {
						t.Errorf("N3: %s still rings 3 s after the caller has gone", id)
					}
				}
			}
			l.done(60 * time.Second)
		})
	}
}

// losses says who is lost in which phase, and with whom the caller must be in the end.
var losses = []struct {
	phase, lost, with string
}{
	{"talking", "alice", "alice"}, // recalled: offered to the same agent first
	{"held", "alice", "alice"},
	{"add-ringing", "alice", "bob"},
	{"add-ringing", "bob", "alice"},
	{"consult-ringing", "alice", "bob"},
	{"consult-ringing", "bob", "alice"},
	{"consulting", "alice", "bob"},
	{"consulting", "bob", "alice"},
	{"swapped", "alice", "bob"},
	{"swapped", "bob", "alice"},
	{"three-way", "alice", "bob"},
	{"three-way", "bob", "alice"},
	{"handed over", "bob", "bob"},
}

func TestF032F059F067F068F070F071AgentLostInEveryPhase(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, c := range losses {
		if !chosen() {
			continue
		}
		t.Run(c.phase+" "+c.lost, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			var caller string
			for _, p := range phases {
				if p.name == c.phase {
					caller = p.to(l)
				}
			}
			l.pass(5 * time.Second)
			l.crash(c.lost)
			l.wantLive(caller)
			if h := l.hears(caller); h == "silence" {
				t.Errorf("N1: the caller hears nothing at once after %s is lost", c.lost)
			}
			l.pass(4 * time.Second)
			l.wantLive(caller)
			if c.with == c.lost { // the lost agent comes back, as after a reload
				l.online(c.lost)
			}
			l.bring(caller, c.with, 60*time.Second)
			l.done(90 * time.Second)
		})
	}
}

// bring lets time pass until the caller talks to the agent, who answers whatever rings.
func (l *line) bring(caller, id string, within time.Duration) {
	l.t.Helper()
	for end := l.clock.Now().Add(within); ; l.pass(time.Second) {
		l.settle()
		if sid := l.legTo(id); sid != "" {
			if c, _ := l.Network.Call(sid); c.Status == "ringing" {
				l.answers(id)
			}
			if l.hears(caller) == id && l.hears(sid) == "caller" {
				return
			}
		}
		l.wantLive(caller)
		if !l.clock.Now().Before(end) {
			l.t.Fatalf("the caller does not talk to %s within %v: the caller hears %q", id, within, l.hears(caller))
		}
	}
}

// The caller hangs up, and Twilio reports everybody's end except the caller's, which comes late. The outcome is still
// that the caller left.
func TestF073WhoHungUpIsToldRightlyInWhateverOrder(t *testing.T) {
	t.Parallel()
	chosen := sample(2)
	for _, p := range phases {
		if p.name == "waiting" || p.name == "ringing" || p.name == "add-ringing" || p.name == "consult-ringing" {
			continue
		}
		if !chosen() {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := p.to(l)
			in := map[string]bool{}
			for _, id := range []string{"alice", "bob"} {
				in[id] = l.legTo(id) != ""
			}
			for _, rule := range []faults.Rule{
				{Kind: "webhook", Match: faults.Match{Path: "^/events/call"}, Do: "delay", DelayMs: 2000},
				{Kind: "webhook", Match: faults.Match{Path: "^/events/conference/"}, Do: "delay", DelayMs: 3000},
			} {
				l.fault(rule)
			}
			l.hangs(caller)
			l.pass(6 * time.Second)
			for id, was := range in {
				if last := l.me(id).Agent.Last; was && (last == nil || last.Outcome != "caller-left") {
					t.Errorf("%s is told %+v, want that the caller left", id, last)
				}
			}
			l.done(60 * time.Second)
		})
	}
}
