package scenario

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// into brings a new call into a phase of that name; it returns the caller.
func (l *line) into(phase string) (caller string) {
	l.t.Helper()
	for _, p := range phases {
		if p.name == phase {
			return p.to(l)
		}
	}
	l.t.Fatalf("no phase %s", phase)
	return ""
}

// verbs are alice's, with what the caller hears in the end.
var verbs = []struct{ phase, verb, hears string }{
	{"talking", "hold", "music"},
	{"held", "resume", "alice"},
	{"talking", "consult", "music"},
	{"talking", "add", "alice"},
	{"consulting", "swap", "alice"},
	{"consulting", "join", "alice bob"},
	{"consulting", "complete", "bob"},
	{"consulting", "cancel", "alice"},
	{"swapped", "swap", "music"},
	{"swapped", "complete", "bob"},
	{"three-way", "complete", "bob"},
	{"three-way", "cancel", "alice"},
	{"consult-ringing", "cancel", "alice"},
	{"talking", "end", ""},
	{"three-way", "end", ""},
}

// refusals are ways in which the network does not do what it is asked for, twice: then a
// use case gives up.
var refusals = map[string]faults.Rule{
	"400":              {Do: "fail", Status: http.StatusBadRequest, Code: 20001, Times: 2},
	"429":              {Do: "throttle", Status: http.StatusTooManyRequests, Times: 2},
	"500":              {Do: "fail", Status: http.StatusInternalServerError, Times: 2},
	"500, took effect": {Do: "fail-after", Status: http.StatusInternalServerError, Times: 2},
	"time-out":         {Do: "timeout", Times: 2},
}

// A refused request changes nothing, and an accepted one takes effect: what Twilio has not done at once is done by the
// clocks, and meanwhile the page shows the truth.
func TestF056F076EveryVerbIsAcceptedAndDoneWhateverTheNetworkSays(t *testing.T) {
	t.Parallel()
	chosen := sample(7)
	for _, name := range slices.Sorted(maps.Keys(refusals)) {
		rule := refusals[name]
		for _, v := range verbs {
			if rule.Do == "timeout" && v.verb != "hold" && v.verb != "complete" && v.verb != "end" {
				continue // it takes its time
			}
			if !chosen() {
				continue
			}
			t.Run(name+" "+v.phase+" "+v.verb, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				l.gap = 10 * time.Second // the agent waits as long as the caller
				caller := l.into(v.phase)
				l.pass(6 * time.Second)
				rule := rule // the other cases run at the same time
				for _, event := range []string{"UpdateParticipant", "UpdateCall", "CreateCall"} {
					rule.Kind, rule.Match.Event = "rest", event
					l.fault(rule)
				}
				target := ""
				if v.verb == "consult" || v.verb == "add" {
					target = "bob"
				}
				snap := l.presses("alice", v.verb, target)
				l.wantTrue(caller, snap)
				l.pass(10 * time.Second)
				if rule.Do == "timeout" { // each has its own time, and is asked for again when it may be done no more
					l.pass(10 * time.Second)
				}
				if v.hears == "" {
					l.wantOver(caller)
					l.done(30 * time.Second)
					return
				}
				me := l.me("alice")
				if c := me.Call; c != nil && c.Transfer != nil && strings.HasPrefix(c.Transfer.Outcome, "failed") {
					l.together(caller, l.legTo("alice")) // taken back, and alice is told
				} else if h := l.hears(caller); h != v.hears && !(v.hears == "music" && h == "speech") {
					t.Errorf("10 s later the caller hears %q, want %q", h, v.hears)
				}
				if me.Call != nil && me.Call.Overdue {
					t.Error("it is done, and overdue")
				}
				l.done(30 * time.Second)
			})
		}
	}
}

// wantTrue asserts that an accepted verb's answer says whether the caller is on hold as it really is, unless it says
// that something is overdue.
func (l *line) wantTrue(caller string, snap stack.Snapshot) {
	l.t.Helper()
	if snap.Call == nil || snap.Call.Overdue {
		return
	}
	if held := slices.Contains(snap.Call.Held, "caller"); held != l.held(caller) {
		l.t.Errorf("%s: alice was told that the caller is held %t, and it is not so", snap.State(), held)
	}
}

// repeatable is one press of a button, which may be delivered several times.
func (l *line) repeatable(id, action string) func() {
	return func() {
		l.t.Helper()
		_, err := l.agent(id).Press(l.ctx, action, "", "one-press")
		l.must(err)
		l.settle()
	}
}

func TestF052ARepeatedEndIsNotAboutTheNextCall(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	first := l.dial("+15550191")
	l.together(first, l.answers("alice"))
	second := l.dial("+15550192")
	end := l.repeatable("alice", "end")
	end()
	l.pass(10 * time.Second)
	l.together(second, l.answers("alice"))
	l.pass(5 * time.Second)
	end()
	l.pass(8 * time.Second)
	l.together(second, l.legTo("alice"))
	l.done(10 * time.Second)
}

func TestF052ARepeatedCompleteDoesNotHandOverTheNextCaller(t *testing.T) {
	t.Parallel()
	l := open(t)
	first := consulting(l)
	complete := l.repeatable("alice", "complete")
	complete()
	l.pass(3 * time.Second)
	l.together(first, l.legTo("bob"))
	second := l.dial("+15550192")
	l.together(second, l.answers("alice"))
	l.online("carol")
	l.presses("alice", "consult", "carol")
	l.together(l.legTo("alice"), l.answers("carol"))
	complete()
	l.pass(3 * time.Second)
	l.waits(second)
	l.wantState("alice", "consulting")
	l.done(10 * time.Second)
}

// One press that is delivered twice at the same time has one answer. Two presses for the same colleague have two, and
// the later one is told the new state.
func TestF052PressesOnOneColleagueAtTheSameTime(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"bob", "*"} {
		for _, keys := range [][2]string{{"K", "K"}, {"K1", "K2"}} {
			for range 3 {
				l := open(t)
				talking(l)
				var errs [2]error
				press := func(n int) func() {
					return func() { _, errs[n] = l.agent("alice").Press(l.ctx, "consult", target, keys[n]) }
				}
				l.atOnce(press(0), press(1))
				refused := 0
				for _, err := range errs {
					var p *stack.APIError
					if errors.As(err, &p) && p.Type == "/problems/wrong-state" && p.State == "consult-ringing" {
						refused++
					} else if err != nil {
						t.Errorf("%v: answered %v", keys, err)
					}
				}
				if same := keys[0] == keys[1]; refused != map[bool]int{true: 0, false: 1}[same] {
					t.Errorf("%v: %d were told the new state", keys, refused)
				}
				if n := l.dials("bob"); n != 1 {
					t.Errorf("%v: bob was dialled %d times", keys, n)
				}
				l.together(l.legTo("alice"), l.answers("bob"))
				l.done(10 * time.Second)
			}
		}
	}
}
