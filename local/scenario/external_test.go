package scenario

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// london is an outside number from a range reserved for fiction.
const london = "+442079460123"

func allow(o *stack.Options) {
	o.Parameters = map[string]string{"AllowedCountries": "GB,US"}
}

// outside is the live leg to an outside number, "" if there is none.
func (l *line) outside(number string) string {
	for _, c := range l.Network.Live() {
		if c.To == number {
			return c.SID
		}
	}
	return ""
}

// picksUp lets a person or a machine at the outside number answer: it is screened, and hears nobody.
func (l *line) picksUp() string {
	l.t.Helper()
	sid := l.outside(london)
	l.must(l.Network.Answer(sid, nil))
	l.settle()
	if got := l.hears(sid); got != "speech" {
		l.t.Fatalf("whoever picks up hears %q, want to be asked", got)
	}
	return sid
}

// key presses a key on a leg's telephone.
func (l *line) key(sid, key string) {
	l.t.Helper()
	l.must(l.Network.DTMF(sid, key))
	l.settle()
}

// wantOutcome asserts the outcome of the last transfer as the agent sees it.
func (l *line) wantOutcome(id, want string) {
	l.t.Helper()
	me := l.me(id)
	if me.Call == nil || me.Call.Transfer == nil || me.Call.Transfer.Outcome != want {
		l.t.Errorf("%s's transfer: %+v, want outcome %q", id, me.Call, want)
	}
}

// withAlice is a caller who talks to alice, who may dial outside numbers; bob is free.
func withAlice(t *testing.T, more ...func(*stack.Options)) (l *line, caller string) {
	t.Helper()
	l = open(t, append([]func(*stack.Options){allow}, more...)...)
	return l, talking(l)
}

// calling is withAlice after dialling the outside number with that verb.
func calling(t *testing.T, verb string) (l *line, caller string) {
	t.Helper()
	l, caller = withAlice(t)
	l.presses("alice", verb, london)
	if c, _ := l.Network.Call(l.outside(london)); c.Status != "ringing" || c.From != l.Number {
		t.Fatalf("the outside number: %+v", c)
	}
	return l, caller
}

func TestOutsideConsultAndComplete(t *testing.T) {
	t.Parallel()
	l, caller := calling(t, "consult")
	if !l.me("alice").Numbers {
		t.Error("the page is not told that it may offer outside numbers")
	}
	l.waits(caller)
	l.wantProgress("ringing")
	out := l.picksUp()
	l.wantProgress("asked")
	l.waits(caller)
	l.key(out, "1")
	l.wantState("alice", "consulting")
	l.together(l.legTo("alice"), out)
	l.waits(caller) // N5
	l.presses("alice", "swap", "")
	l.together(caller, l.legTo("alice"))
	l.waits(out)
	l.presses("alice", "swap", "")
	l.presses("alice", "complete", "")
	l.together(caller, out)
	l.pass(10 * time.Second)
	l.together(caller, out)
	l.wantPresence("alice", "available")
	l.wantNoMessage(out)
	l.hangs(caller)
	l.pass(3 * time.Second)
	l.wantOver(out)
	l.done(10 * time.Second)
}

func (l *line) wantProgress(want string) {
	l.t.Helper()
	if me := l.me("alice"); me.Call == nil || me.Call.Transfer == nil || me.Call.Transfer.Progress != want {
		l.t.Errorf("alice's transfer: %+v, want progress %q", me.Call, want)
	}
}

// wantNoMessage asserts that nothing was pushed to an outside leg: a telephone has no page.
func (l *line) wantNoMessage(sid string) {
	l.t.Helper()
	for _, r := range l.Network.Records(0) {
		if strings.Contains(r.URL, sid+"/UserDefinedMessages") {
			l.t.Errorf("a message was sent to the outside leg: %+v", r)
		}
	}
}

func TestOutsideAddIsThreeWayAndTheNumberKeepsTheCaller(t *testing.T) {
	t.Parallel()
	l, caller := calling(t, "add")
	alice := l.legTo("alice")
	l.together(caller, alice)
	out := l.picksUp()
	l.together(caller, alice) // N5: neither hears the outside party being screened
	l.key(out, "1")
	l.together(caller, alice, out)
	l.hangs(alice)
	l.pass(5 * time.Second)
	l.together(caller, out)
	l.done(10 * time.Second)
}

// F059, F061, F062: whatever happens at the outside number, the caller is with alice again, who is told why.
func TestF059F061F062OutsideNumberDoesNotTakeTheCall(t *testing.T) {
	t.Parallel()
	chosen := sample(2)
	cases := []struct {
		name, outcome string
		does          func(l *line, sid string)
	}{
		{"no answer", "no-answer", func(l *line, _ string) { l.pass(26 * time.Second) }},
		{"busy", "busy", func(l *line, sid string) { l.must(l.Network.Busy(sid)) }},
		{"no such number", "failed:404", func(l *line, sid string) { l.must(l.Network.Fail(sid)) }},
		{"declined", "declined", func(l *line, sid string) { l.must(l.Network.Reject(sid, nil)) }},
		{"voicemail", "no-answer", func(l *line, _ string) { l.picksUp(); l.pass(50 * time.Second) }},
		{"hangs up while asked", "no-answer", func(l *line, _ string) { l.hangs(l.picksUp()) }},
		{"another key", "declined", func(l *line, _ string) { l.key(l.picksUp(), "2") }},
	}
	for _, verb := range []string{"consult", "add"} {
		for _, c := range cases {
			if !chosen() {
				continue
			}
			t.Run(c.name+" "+verb, func(t *testing.T) {
				t.Parallel()
				l, caller := calling(t, verb)
				sid := l.outside(london)
				c.does(l, sid)
				l.pass(time.Second)
				l.wantState("alice", "talking")
				l.together(caller, l.legTo("alice"))
				l.wantOutcome("alice", c.outcome)
				l.pass(5 * time.Second)
				l.wantOver(sid)
				l.wantNoMessage(sid)
				l.done(10 * time.Second)
			})
		}
	}
}

// Twilio may refuse a number that our dial plan allows; the outcome carries its error code, so that the page can say
// that a country is not allowed.
func TestF062TheNetworkRefusesTheNumber(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, code := range []int{13227, 21215, 13224, 21211} {
		if !chosen() {
			continue
		}
		outcome := fmt.Sprint("failed:", code)
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			l, caller := withAlice(t)
			l.fault(faults.Rule{
				Kind: "rest", Match: faults.Match{Event: "CreateCall"}, Do: "fail", Status: 400, Code: code, Times: 1,
			})
			l.presses("alice", "consult", london)
			l.wantOutcome("alice", outcome)
			l.wantState("alice", "talking")
			l.together(caller, l.legTo("alice"))
			l.presses("alice", "consult", "bob") // nothing is left of the first
			l.together(l.legTo("alice"), l.answers("bob"))
			l.done(10 * time.Second)
		})
	}
}

// Neither a refused request nor a repeated one uses up the limit.
func TestN10OnlyNumbersThatAreDialledCount(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) {
		o.Parameters = map[string]string{"AllowedCountries": "GB,US", "NumbersPerHour": "2"}
	})
	l.online("alice", "bob")
	const own = "+12025550143" // the caller's
	caller := l.dial(own)
	l.together(caller, l.answers("alice"))
	for range 20 {
		if p := l.refused("alice", "consult", own, 422); !strings.HasSuffix(p.Type, "target-in-call") {
			t.Fatalf("refused as %s", p.Type)
		}
	}
	var errs [2]error
	press := func(n int) func() {
		return func() { _, errs[n] = l.agent("alice").Press(l.ctx, "consult", london, "twice") }
	}
	l.atOnce(press(0), press(1))
	l.must(errors.Join(errs[:]...))
	l.presses("alice", "cancel", "")
	l.presses("alice", "consult", london) // the second of two
	l.presses("alice", "cancel", "")
	l.refused("alice", "consult", london, 409)
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

func TestF004F074CallerLeavesAnOutsideAttempt(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		l, caller := calling(t, "consult")
		sid := l.outside(london)
		if asked {
			l.picksUp()
		}
		l.hangs(caller)
		l.pass(3 * time.Second)
		if l.live(sid) {
			t.Errorf("asked %t: the number still has a call 3 s after the caller has gone", asked)
		}
		l.done(10 * time.Second)
	}
}

// The key is pressed while the callback of the caller's end is on its way: the outside party hears one sentence, and
// never an empty conference.
func TestF023CallerLeavesAsTheKeyIsPressed(t *testing.T) {
	t.Parallel()
	l, caller := calling(t, "consult")
	out := l.picksUp()
	l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateCall"}, Do: "fail"}) // it cannot be ended
	l.hangs(caller)
	l.key(out, "1")
	if got := l.asked(out); got != "speech:This call is already over." {
		t.Errorf("it hears %q", got)
	}
	l.pass(10 * time.Second)
	l.wantOver(out)
	l.done(60 * time.Second)
}

func TestF064F065TransferorCancelsAnOutsideAttempt(t *testing.T) {
	t.Parallel()
	l, caller := calling(t, "consult")
	out := l.picksUp()
	l.presses("alice", "cancel", "")
	l.pass(3 * time.Second)
	l.wantOver(out)
	l.wantOutcome("alice", "cancelled")
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

// F067: the caller then belongs to the outside number that is being screened, and if it does not accept, to the agents
// again.
func TestF067TransferorIsLostWhileAnOutsideNumberIsAsked(t *testing.T) {
	t.Parallel()
	for _, takes := range []bool{true, false} {
		l, caller := calling(t, "consult")
		out := l.picksUp()
		l.crash("alice")
		l.pass(time.Second)
		l.waits(caller)
		if takes {
			l.key(out, "1")
			l.pass(2 * time.Second)
			l.together(caller, out)
		} else {
			l.key(out, "2")
			l.until("bob is asked", time.Minute, func() bool { l.waits(caller); return l.legTo("bob") != "" })
			l.together(caller, l.answers("bob"))
		}
		l.done(30 * time.Second)
	}
}

// No agent has ended the call: the caller goes back to the agent who handed over, and then to any agent.
func TestF070OutsideNumberHangsUpAfterTheHandover(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"alice", "bob"} {
		l, caller := calling(t, "consult")
		out := l.picksUp()
		l.key(out, "1")
		l.presses("alice", "complete", "")
		l.together(caller, out)
		l.pass(20 * time.Second)
		if back == "bob" {
			l.crash("alice")
		}
		l.hangs(out)
		l.pass(2 * time.Second)
		l.waits(caller)
		l.until(back+" is asked", time.Minute, func() bool { l.waits(caller); return l.legTo(back) != "" })
		l.together(caller, l.answers(back))
		l.done(30 * time.Second)
	}
}

func TestOutsideNumberHangsUpInConsult(t *testing.T) {
	t.Parallel()
	l, caller := calling(t, "consult")
	out := l.picksUp()
	l.key(out, "1")
	l.hangs(out)
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("alice"))
	l.wantOutcome("alice", "lost")
	l.done(10 * time.Second)
}

// An outside party has no page with heartbeats: any one report of its end must be enough, and if none comes, the
// conference ends with it and the caller's own leg asks what to do next.
func TestF097F103WordsOfTheOutsideEndAreLost(t *testing.T) {
	t.Parallel()
	for _, lost := range [][]string{
		{"participant-leave"}, {"call-completed"}, {"participant-leave", "call-completed"},
	} {
		t.Run(strings.Join(lost, " "), func(t *testing.T) {
			t.Parallel()
			l, caller := calling(t, "consult")
			l.gap = 5 * time.Second
			out := l.picksUp()
			l.key(out, "1")
			l.presses("alice", "complete", "")
			l.together(caller, out)
			l.pass(5 * time.Second)
			for _, event := range lost {
				l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: event}, Do: "drop"})
			}
			l.hangs(out)
			l.pass(2 * time.Second)
			l.waits(caller)
			l.until("alice is asked", time.Minute, func() bool { return l.legTo("alice") != "" })
			l.together(caller, l.answers("alice"))
			l.done(90 * time.Second)
		})
	}
}
