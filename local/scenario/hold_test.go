package scenario

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// holds counts the requests that put that leg on hold, and those that resumed it.
func (l *line) holds(sid string) (on, off int) {
	for _, r := range l.Network.Records(0) {
		if r.Event != "UpdateParticipant" || !strings.Contains(r.URL, sid) {
			continue
		}
		switch r.Params["Hold"] {
		case "true":
			on++
		case "false":
			off++
		}
	}
	return on, off
}

// held says whether a leg is on hold at Twilio.
func (l *line) held(sid string) bool {
	c, _ := l.Network.Call(sid)
	return c.Hold
}

// wantOneSideHeld asserts that after swaps alice talks to one side, and that the other hears music; the item and the
// agent's page say the same.
func (l *line) wantOneSideHeld(caller string) {
	l.t.Helper()
	alice, bob := l.legTo("alice"), l.legTo("bob")
	me := l.me("alice")
	with, held := bob, caller
	if me.Call.State == "swapped" {
		with, held = caller, bob
	}
	l.together(alice, with)
	l.waits(held)
	if !l.held(held) || l.held(with) || l.held(alice) {
		l.t.Errorf("%s: caller held %t, bob held %t, alice held %t", me.Call.State, l.held(caller), l.held(bob),
			l.held(alice))
	}
	c := l.conference(caller)
	if c.Caller.Held != l.held(caller) || c.Leg(c.Transfer.Leg).Held != l.held(bob) {
		l.t.Errorf("the item has caller held %t and bob held %t, which is not so", c.Caller.Held,
			c.Leg(c.Transfer.Leg).Held)
	}
	if want := l.name(held); len(me.Call.Held) != 1 ||
		me.Call.Held[0] != map[string]string{"caller": "caller", "bob": "target"}[want] {
		l.t.Errorf("alice is shown that %v are held, want %s", me.Call.Held, want)
	}
}

func TestF080SwapTwentyTimesQuickly(t *testing.T) {
	t.Parallel()
	swaps(t, "consulting", func(all []func() error) {
		for _, swap := range all { // no press waits for the callback of the one before
			if err := swap(); err != nil {
				t.Errorf("a press is not accepted: %v", err)
			}
		}
	})
}

// F455: presses at once, of which some are refused.
func TestF455TwentySwapsAtOnce(t *testing.T) {
	t.Parallel()
	swaps(t, "", func(all []func() error) {
		var presses sync.WaitGroup
		for _, swap := range all {
			presses.Go(func() { _ = swap() })
		}
		presses.Wait()
	})
}

// swaps is a consult in which twenty swaps are pressed, after which it is in that state, or in any. One side is on hold
// then, and the buttons work.
func swaps(t *testing.T, state string, press func(all []func() error)) {
	l := open(t)
	caller := consulting(l)
	press(slices.Repeat([]func() error{func() error {
		_, err := l.agent("alice").Do(l.ctx, "swap", "")
		return err
	}}, 20))
	l.settle()
	l.pass(5 * time.Second)
	if state != "" {
		l.wantState("alice", state)
	}
	l.wantOneSideHeld(caller)
	l.presses("alice", "swap", "")
	l.pass(time.Second)
	l.wantOneSideHeld(caller)
	if heard := l.inTurn(caller); strings.Contains(heard, "bob") {
		t.Errorf("N5: the caller heard %q", heard)
	}
	l.presses("alice", "cancel", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

func TestF089TransferOfACallerWhoIsOnHoldAlready(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"complete", "cancel"} {
		l := open(t)
		caller := talking(l)
		l.presses("alice", "hold", "")
		l.waits(caller)
		l.presses("alice", "consult", "bob")
		l.waits(caller)
		l.together(l.legTo("alice"), l.answers("bob"))
		l.pass(20 * time.Second)
		l.waits(caller)
		if on, off := l.holds(caller); on != 1 || off != 0 {
			t.Errorf("the caller was put on hold %d times, and resumed %d times", on, off)
		}
		if held := l.me("alice").Call.Held; len(held) != 1 || held[0] != "caller" {
			t.Errorf("alice is shown that %v are held", held)
		}
		l.presses("alice", end, "")
		l.pass(2 * time.Second)
		with := map[string]string{"complete": "bob", "cancel": "alice"}[end]
		l.together(caller, l.legTo(with))
		if c := l.conference(caller); l.held(caller) || c.Caller.Held || c.OnHold {
			t.Errorf("after %s: held %t, in the item %t, by hand %t", end, l.held(caller), c.Caller.Held, c.OnHold)
		}
		l.presses(with, "hold", "") // hold still works, both ways
		l.waits(caller)
		l.presses(with, "resume", "")
		l.together(caller, l.legTo(with))
		l.done(10 * time.Second)
	}
}

// Twilio answers that a participant's call is not in progress. Then the service reconciles, and does not repeat the
// request endlessly.
func TestF124WrongCallStateIsLookedUpAndNotRepeated(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.pass(6 * time.Second)
	before := int64(len(l.Network.Records(0)))
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Do: "fail",
		Status: http.StatusConflict, Code: 21220,
	})
	l.presses("alice", "cancel", "")
	count := map[string]int{}
	for _, r := range l.Network.Records(before) {
		if r.Kind == "rest" {
			count[r.Event]++
		}
	}
	// The press and its repetition try twice each, and so does each of the four callbacks.
	if n := count["UpdateParticipant"]; n < 1 || n > 12 || count["ListParticipant"] == 0 {
		t.Errorf("the network was asked %v", count)
	}
	l.pass(5 * time.Second)
	l.waits(caller) // not silence, and not lost
	l.Network.ClearFaults()
	l.until("the caller is with alice again", 10*time.Second, func() bool { return l.hears(caller) == "alice" })
	l.wantState("alice", "talking")
	l.notRinging("bob")
	l.done(10 * time.Second)
}
