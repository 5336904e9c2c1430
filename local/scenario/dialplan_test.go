package scenario

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/media"
)

// created counts the calls that were created at Twilio.
func (l *line) created() int {
	n := 0
	for _, r := range l.Network.Records(0) {
		if r.Kind == "rest" && r.Event == "CreateCall" {
			n++
		}
	}
	return n
}

func TestF086F155F157NumbersThatAreRefusedBeforeTheNetworkIsAsked(t *testing.T) {
	t.Parallel()
	l := open(t, allow)
	l.online("alice")
	caller := l.dial("+442079460199")
	l.together(caller, l.answers("alice"))
	before := l.created()
	for target, want := range map[string]string{
		"+493023125000":                  "target-not-allowed country", // another country
		"+33199000000":                   "target-not-allowed country",
		"+449098790000":                  "target-not-allowed premium",
		"+19002345678":                   "target-not-allowed premium",
		"+8816512345678":                 "target-not-allowed country", // satellite
		"+44999":                         "target-not-allowed short",   // emergency
		"+1911":                          "target-not-allowed short",
		"112":                            "target-not-allowed not-e164",
		"911":                            "target-not-allowed not-e164",
		"442079460123":                   "target-not-allowed not-e164",
		"00442079460123":                 "target-not-allowed not-e164",
		"+44 20 7946 0123":               "target-not-allowed not-e164",
		"sip:evil@x":                     "target-not-allowed not-e164",
		"client:bob":                     "target-not-allowed not-e164",
		"+1 (202) 555-0143;ext=9":        "target-not-allowed not-e164",
		"*72+442079460123":               "target-not-allowed not-e164",
		"+442079460123\x00":              "target-not-allowed not-e164",
		"\u202e+442079460123":            "target-not-allowed not-e164",
		"+44" + strings.Repeat("2", 150): "target-not-allowed not-e164",
		strings.Repeat("9", 10_000):      "no-target",
		"nobody":                         "no-target",
		"alice":                          "target-in-call", // Alice's own id
		"+442079460199":                  "target-in-call caller",
		l.Number:                         "target-not-allowed own", // the number that callers dial
	} {
		p := l.refused("alice", "consult", target, 422)
		if got := strings.TrimSpace(p.Type + " " + p.Reason); !l.slug(got, target, want) {
			t.Errorf("%.40q is refused as %s, want %s", target, got, want)
		}
	}
	if n := l.created() - before; n != 0 {
		t.Errorf("the network was asked for %d calls", n)
	}
	l.wantState("alice", "talking")
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

// slug compares slugs; a text that looks like an agent's id may also be refused as an unknown agent.
func (l *line) slug(got, target, want string) bool {
	digits := strings.Trim(target, "0123456789") == ""
	return got == "/problems/"+want || digits && got == "/problems/no-target"
}

func TestF155NumbersAreOffByDefault(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	before := l.created()
	if p := l.refused("alice", "consult", london, 422); p.Type != "/problems/no-target" {
		t.Errorf("refused as %s", p.Type)
	}
	if l.me("alice").Numbers {
		t.Error("the page would offer numbers")
	}
	if n := l.created() - before; n != 0 {
		t.Errorf("the network was asked for %d calls", n)
	}
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

func TestN10OutsideNumbersPerHour(t *testing.T) {
	t.Parallel()
	l, caller := withAlice(t, func(o *stack.Options) { o.Parameters["NumbersPerHour"] = "2" })
	for range 2 {
		l.presses("alice", "consult", london)
		l.presses("alice", "cancel", "")
		l.pass(2 * time.Second)
	}
	if p := l.refused("alice", "consult", london, 409); p.Type != "/problems/too-many-numbers" {
		t.Errorf("refused as %s", p.Type)
	}
	l.together(caller, l.legTo("alice"))
	l.presses("alice", "consult", "bob") // agents are not counted
	l.together(l.legTo("alice"), l.answers("bob"))
	l.done(10 * time.Second)
}

func TestNextAvailableAgent(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice", "bob", "carol")
	_, err := l.agent("bob").Set(l.ctx, "away")
	l.must(err)
	l.settle()
	l.presses("alice", "consult", "*")
	l.notRinging("bob")
	l.together(l.legTo("alice"), l.answers("carol"))
	l.waits(caller)
	l.presses("alice", "complete", "")
	l.together(caller, l.legTo("carol"))

	_, err = l.agent("alice").Set(l.ctx, "away")
	l.must(err)
	l.settle()
	if p := l.refused("carol", "consult", "*", 409); p.Type != "/problems/nobody-free" {
		t.Errorf("with nobody free: refused as %s", p.Type)
	}
	l.wantState("carol", "talking")
	l.together(caller, l.legTo("carol"))
	l.done(10 * time.Second)
}

// Each webhook around the key in turn fails, comes twice, or gets lost.
func TestF097F022WebhooksOfTheKey(t *testing.T) {
	t.Parallel()
	chosen := sample(2)
	for _, path := range []string{"/accept$", "/connect-agent/", "^/events/"} {
		for _, do := range []string{"double", "drop", "fail", "fail-after", "timeout-after"} {
			if !chosen() {
				continue
			}
			t.Run(path+" "+do, func(t *testing.T) {
				t.Parallel()
				l, caller := withAlice(t)
				l.gap = 5 * time.Second
				l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: path}, Do: do, Times: 1})
				l.until("the number talks to alice", 2*time.Minute, func() bool {
					out := l.outside(london)
					switch c, _ := l.Network.Call(out); {
					case out == "" && l.state("alice") == "talking": // it has failed, or not started
						l.presses("alice", "consult", london)
					case c.Status == "ringing":
						l.must(l.Network.Answer(out, nil))
						l.settle()
					case strings.HasPrefix(l.asked(out), "speech:A caller"):
						l.key(out, "1")
					}
					return l.hears(out) == "alice" && l.hears(l.legTo("alice")) == london
				})
				l.waits(caller)
				l.insists("alice", "complete", "")
				l.until("the caller talks to the number", time.Minute,
					func() bool { return l.hears(caller) == london && l.legTo("alice") == "" })
				l.done(90 * time.Second)
			})
		}
	}
}

// asked is the speech that a leg hears.
func (l *line) asked(sid string) string {
	for _, s := range l.Network.Hears(sid) {
		if s.Kind == media.KindSpeech {
			return s.String()
		}
	}
	return ""
}
