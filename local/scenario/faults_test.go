package scenario

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// story is a whole call with a consult and an add, written so that it goes on however late the service learns of
// something: whoever is rung answers, a button is pressed again until it is accepted, and each step waits until the one
// before can be heard.
func (l *line) story() {
	l.t.Helper()
	l.online("alice", "bob", "carol")
	caller := l.dial("+15550199")
	l.bring(caller, "alice", 2*time.Minute)

	l.reaches("alice", "consult", "bob", func() bool {
		return l.hears(l.legTo("bob")) == "alice" && l.hears(l.legTo("alice")) == "bob"
	})
	l.waits(caller) // N5
	l.insists("alice", "complete", "")
	l.until("the caller talks to bob alone", time.Minute, func() bool {
		return l.hears(caller) == "bob" && l.legTo("alice") == ""
	})

	l.reaches("bob", "add", "carol", func() bool {
		return l.hears(caller) == "bob carol" && l.hears(l.legTo("carol")) == "bob caller"
	})
	l.hangs(l.legTo("bob"))
	l.until("the caller talks to carol", 90*time.Second, func() bool { return l.hears(caller) == "carol" })
	l.until("carol owns the call", 90*time.Second, func() bool { return l.state("carol") == "talking" })
	l.insists("carol", "end", "")
	l.until("everybody is out", 90*time.Second, func() bool { return !l.live(caller) && l.legTo("carol") == "" })
}

// takes lets an agent answer if the agent's telephone rings.
func (l *line) takes(id string) {
	if sid := l.legTo(id); sid != "" {
		if c, _ := l.Network.Call(sid); c.Status == "ringing" {
			l.must(l.Network.Answer(sid, nil))
			l.settle()
		}
	}
}

// insists presses a button until it is accepted, as a person does. It uses one request key, as the page does for one
// intention.
func (l *line) insists(id, action, target string) {
	l.t.Helper()
	l.keys++
	key := fmt.Sprintf("insist-%d", l.keys)
	var err error
	for range 30 {
		if _, err = l.agent(id).Press(l.ctx, action, target, key); err == nil {
			l.settle()
			return
		}
		l.pass(2 * time.Second)
	}
	l.t.Fatalf("%s presses %s %s in vain: %v", id, action, target, err)
}

// reaches connects a target to the transferor by that verb, and tries again if the attempt failed: then the transferor
// is told, and still has the caller.
func (l *line) reaches(id, action, target string, so func() bool) {
	l.t.Helper()
	for range 4 {
		l.insists(id, action, target)
		for range 40 {
			l.takes(target)
			if so() {
				return
			}
			l.pass(time.Second)
			if me := l.me(id); me.Call != nil && me.Call.State == "talking" {
				break // it has failed, and the page says why
			}
		}
	}
	l.t.Fatalf("%s does not reach %s by %s", id, target, action)
}

// until lets time pass until the condition holds.
func (l *line) until(what string, within time.Duration, so func() bool) {
	l.t.Helper()
	for end := l.clock.Now().Add(within); ; l.pass(time.Second) {
		l.settle()
		if so() {
			return
		}
		if !l.clock.Now().Before(end) {
			l.t.Fatalf("not within %v: %s", within, what)
		}
	}
}

func TestStoryWithoutFaults(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.story()
	l.done(10 * time.Second)
}

// callbacks are the status callbacks of a call; every one of them may be lost.
var callbacks = []string{
	"participant-join", "participant-leave", "participant-hold", "participant-unhold", "call-ringing", "call-completed",
}

func TestF097F100F103F107EveryCallbackLostDoubledLateOrReordered(t *testing.T) {
	t.Parallel()
	chosen := sample(5)
	for _, event := range callbacks {
		for _, do := range []string{"drop", "double", "delay", "reorder"} {
			if !chosen() {
				continue
			}
			t.Run(event+" "+do, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				l.gap = 5 * time.Second
				l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: event}, Do: do, DelayMs: 7000})
				l.story()
				l.done(90 * time.Second)
			})
		}
	}
}

func TestF103NoCallbackEverArrives(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = 5 * time.Second
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
	l.story()
	l.done(3 * time.Minute)
}

func TestF104EveryCallbackTenMinutesLate(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = 5 * time.Second
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "delay", DelayMs: 600_000})
	l.story()
	l.done(12 * time.Minute)
}

func TestF097DocumentsFetchedTwice(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/incoming", "/wait/", "/connect-agent/"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: path}, Do: "double"})
			l.story()
			if n := l.dials("alice"); n != 1 {
				t.Errorf("alice was dialled %d times", n)
			}
			l.done(10 * time.Second)
		})
	}
}

// rest are the REST operations that the service uses.
var rest = []string{
	"CreateCall", "UpdateCall", "UpdateParticipant", "ListConference", "ListParticipant", "ListCall",
}

func TestF025F056F058F076RestFailsBeforeAndAfterTakingEffect(t *testing.T) {
	t.Parallel()
	chosen := sample(7)
	for _, op := range rest {
		for _, do := range []string{"fail", "fail-after", "throttle"} {
			for skip := range 4 {
				if !chosen() {
					continue
				}
				t.Run(fmt.Sprintf("%s %s %d", op, do, skip), func(t *testing.T) {
					t.Parallel()
					l := open(t)
					l.gap = 5 * time.Second
					l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: op}, Do: do, Times: 1, Skip: skip})
					l.story()
					l.done(90 * time.Second)
				})
			}
		}
	}
}

func TestF026RestTimesOut(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, op := range []string{"CreateCall", "UpdateParticipant"} {
		for _, do := range []string{"timeout", "timeout-after"} {
			if !chosen() {
				continue
			}
			t.Run(op+" "+do, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				l.gap = 5 * time.Second
				l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: op}, Do: do, Times: 1})
				l.story()
				l.done(90 * time.Second)
			})
		}
	}
}

func TestF121RestDownForTenMinutes(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	l.fault(faults.Rule{Kind: "rest", Do: "fail"})
	caller := l.dial("+15550199")
	for range 20 {
		l.pass(30 * time.Second)
		l.waits(caller)
	}
	l.Network.ClearFaults()
	l.until("an agent takes the caller", 2*time.Minute, func() bool {
		l.takes("alice")
		l.takes("bob")
		h := l.hears(caller)
		return h == "alice" || h == "bob"
	})
	l.done(90 * time.Second)
}
