package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// everyList is a fault of all the network's lists.
func everyList(do string, times int) faults.Rule {
	return faults.Rule{Kind: "rest", Match: faults.Match{Path: "(Calls|Conferences|Participants).json$", Method: "GET"},
		Do: do, Times: times, DelayMs: 600_000}
}

// Twilio's lists succeed, and show nobody or only an old state, for the two sweeps of two minutes, or once. No leg is
// hung up, and everybody hears what they heard before.
func TestF178ListsLagInEveryPhase(t *testing.T) {
	t.Parallel()
	chosen := sample(5)
	for _, p := range phases {
		if strings.HasSuffix(p.name, "ringing") {
			continue // these do not last so long
		}
		for _, do := range []string{"empty", "lag"} {
			for _, times := range []int{0, 1} {
				if !chosen() {
					continue
				}
				t.Run(fmt.Sprint(p.name, " ", do, " ", times), func(t *testing.T) {
					t.Parallel()
					l := open(t)
					caller := p.to(l)
					l.pass(10 * time.Second)
					hears := func() string {
						s := ""
						for _, sid := range []string{l.legTo("alice"), l.legTo("bob"), caller} {
							s += fmt.Sprintf("%s: %q, ", sid, strings.ReplaceAll(l.hears(sid), "speech", "music"))
						}
						return s
					}
					want := hears()
					l.fault(everyList(do, times))
					for range 13 {
						l.pass(10 * time.Second)
						if got := hears(); got != want {
							t.Fatalf("they hear %s, want %s", got, want)
						}
					}
					l.Network.ClearFaults()
					l.pass(65 * time.Second)
					if got := hears(); got != want {
						t.Errorf("after it they hear %s, want %s", got, want)
					}
					if l.conference(caller).Generation != 0 {
						t.Error("the caller was taken out of the conference")
					}
					l.done(60 * time.Second)
				})
			}
		}
	}
}

// The list of calls does not show yet what was dialled without an answer, and no callback comes either: the leg rings
// on, and is answered.
func TestF178ADialledLegThatNoListShowsYet(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"empty", "lag"} {
		l := open(t)
		caller := talking(l)
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/leg/"}, Do: "drop"})
		l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "CreateCall"}, Do: "drop-after", Times: 1})
		l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "ListCall"}, Do: do, Times: 2}) // one look
		l.presses("alice", "consult", "bob")
		l.pass(12 * time.Second)
		l.together(l.legTo("alice"), l.answers("bob"))
		l.waits(caller)
		if n := l.dials("bob"); n != 1 {
			t.Errorf("bob was dialled %d times", n)
		}
		l.done(90 * time.Second)
	}
}

// The resume of the caller gets no answer and takes effect seconds later, with or without a callback, while the agent
// has gone back to the private talk.
func TestF184AnUnholdTakesEffectLate(t *testing.T) {
	t.Parallel()
	chosen := sample(7)
	for _, presses := range []string{"swap swap", "swap swap complete", "swap swap cancel", "cancel consult",
		"complete"} {
		for _, late := range []int{1000, 4000, 10_000} {
			for _, told := range []bool{true, false} {
				if !chosen() {
					continue
				}
				t.Run(fmt.Sprint(presses, " ", late, " told ", told), func(t *testing.T) {
					t.Parallel()
					l := open(t)
					l.polls = true
					caller := consulting(l)
					l.pass(3 * time.Second)
					l.fault(faults.Rule{
						Kind: "rest", Match: faults.Match{Path: "/" + caller + ".json$", Method: "POST"}, Do: "late",
						DelayMs: late, Times: 1,
					})
					if !told {
						l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: "participant-unhold"},
							Do: "drop", Times: 1})
					}
					all := strings.Fields(presses)
					for _, verb := range all {
						target := ""
						if verb == "consult" {
							target = "bob"
						}
						l.insists("alice", verb, target)
					}
					last := all[len(all)-1]
					for range 25 {
						l.takes("bob")
						if h := l.hears(caller); strings.Contains(h, "bob") && last != "complete" {
							t.Fatalf("N5: the caller hears %q", h)
						}
						l.pass(time.Second)
					}
					switch last {
					case "complete":
						l.together(caller, l.legTo("bob"))
						l.wantState("bob", "talking")
					case "cancel":
						l.together(caller, l.legTo("alice"))
					default:
						l.together(l.legTo("alice"), l.legTo("bob"))
						l.waits(caller)
					}
					if heard := l.inTurn(caller); last != "complete" && strings.Contains(heard, "bob") {
						t.Errorf("N5: the caller heard %q", heard)
					}
					l.done(60 * time.Second)
				})
			}
		}
	}
}

// slowly lets every REST call take effect and be answered after 4.9 s, by when the functions
// have given up.
var slowly = faults.Rule{Kind: "rest", Do: "late", DelayMs: 4900}

// Every REST call takes 4.9 s. A whole warm transfer still succeeds, slowly, and the caller is never without sound for
// more than five seconds.
func TestF186EveryRestCallTakesFiveSeconds(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = 5 * time.Second
	l.online("alice", "bob")
	l.fault(slowly)
	caller := l.dial("+15550199")
	l.until("the caller talks to alice", 30*time.Second, func() bool {
		l.takes("alice")
		return l.hears(caller) == "alice"
	})
	l.pass(10 * time.Second)
	l.insists("alice", "consult", "bob")
	began := l.clock.Now()
	l.until("alice talks to bob", 30*time.Second, func() bool {
		if h := l.hears(caller); h != "alice" && h != "music" && h != "speech" {
			t.Fatalf("the caller hears %q", h)
		}
		l.takes("bob")
		if l.clock.Now().Sub(began) > 15*time.Second && l.legTo("bob") == "" {
			if tr := l.me("alice").Call.Transfer; tr.Outcome != "failed:slow" {
				t.Fatalf("after 15 s bob does not ring, and alice is told %+v", tr)
			}
		}
		return l.legTo("bob") != "" && l.hears(l.legTo("bob")) == "alice" && l.hears(l.legTo("alice")) == "bob"
	})
	t.Logf("alice talks to bob after %v", l.clock.Now().Sub(began))
	l.waits(caller)
	l.insists("alice", "complete", "")
	l.until("the caller talks to bob alone", 40*time.Second,
		func() bool { return l.hears(caller) == "bob" && l.legTo("alice") == "" })
	l.pass(5 * time.Second)
	l.insists("bob", "hold", "")
	l.until("the caller is on hold", 15*time.Second,
		func() bool { h := l.hears(caller); return h == "music" || h == "speech" })
	l.insists("bob", "resume", "")
	l.until("the caller is back", 25*time.Second, func() bool { return l.hears(caller) == "bob" })
	l.done(90 * time.Second)
}

// Twilio does nothing that is asked of it: the transferor is told so in time, and keeps the caller.
func TestF186AConsultThatCannotBeginIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"fail", "drop", "throttle"} {
		l := open(t)
		caller := talking(l)
		l.pass(5 * time.Second)
		l.fault(faults.Rule{Kind: "rest", Do: do, Match: faults.Match{Method: "POST"}})
		l.insists("alice", "consult", "bob")
		l.pass(15 * time.Second)
		me := l.me("alice")
		if me.State() != "talking" || me.Call.Transfer == nil ||
			!strings.HasPrefix(string(me.Call.Transfer.Outcome), "failed") {
			t.Errorf("%s: 15 s later alice's call is %q, %+v", do, me.State(), me.Call.Transfer)
		}
		l.together(caller, l.legTo("alice"))
		l.notRinging("bob")
		l.done(90 * time.Second)
	}
}
