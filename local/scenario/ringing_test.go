package scenario

import (
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

func TestF001NobodyOnlineUntilAnAgentAppears(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	for range 10 {
		l.waits(caller)
		l.pass(13 * time.Second)
	}
	l.online("alice")
	l.pass(2 * time.Second)
	l.together(caller, l.answers("alice"))
	l.done(10 * time.Second)
}

func TestF001MaximumWaitEndsWithAnApology(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"MaxWaitSeconds": "60"} })
	caller := l.dial("+15550199")
	l.pass(55 * time.Second)
	l.waits(caller)
	l.pass(30 * time.Second)
	l.wantOver(caller)
	if c := l.conference(caller); c == nil || c.Reason != "abandoned_by_policy" {
		t.Fatalf("the item: %+v", c)
	}
	l.lastHeard(caller, "speech:") // N2: a spoken goodbye
	l.done(10 * time.Second)
}

func TestF002AllBusyKeepsTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	first := l.dial("+15550191")
	alice := l.answers("alice")
	l.together(first, alice)
	second := l.dial("+15550192")
	l.pass(time.Second)
	third := l.dial("+15550193")
	l.pass(40 * time.Second)
	l.waits(second)
	l.waits(third)
	if n := l.me("alice").Line.Count; n != 2 {
		t.Errorf("the line has %d callers, want 2", n)
	}
	l.presses("alice", "end", "")
	l.pass(15 * time.Second)
	l.wantOver(first)
	l.together(second, l.answers("alice"))
	l.waits(third)
	l.done(10 * time.Second)
}

func TestF005TheAPIDoesNotAnswerAndTheCallerIsKept(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/incoming"}, Do: "throttle", Times: 3})
	caller := l.dial("+15550199")
	for range 4 {
		l.wantLive(caller)
		l.pass(10 * time.Second)
	}
	l.bring(caller, "alice", time.Minute)
	l.done(10 * time.Second)
}

func TestF017NoAnswerGoesToTheNextAgentAndTwoMissesAreAway(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.ringing("alice")
	l.notRinging("bob")
	l.pass(25 * time.Second)
	l.notRinging("alice")
	l.ringing("bob")
	l.waits(caller)
	l.pass(25 * time.Second) // Bob misses the call too; alice is offered it again
	l.waits(caller)
	l.ringing("alice")
	l.pass(25 * time.Second)
	if me := l.me("alice").Agent; me.Status != "away" || me.Why != "missed" {
		t.Errorf("alice is %+v after two missed calls, want away for it", me)
	}
	l.done(10 * time.Second)
}

func TestF019AgentNotRegisteredIsPassedOver(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	l.must(l.Network.SetScripted("alice", false)) // Alice's telephone is gone, the page's heartbeats go on
	delete(l.pages, "alice")
	caller := l.dial("+15550199")
	l.pass(5 * time.Second)
	l.together(caller, l.answers("bob"))
	l.wantPresence("bob", "busy")
	if got := l.me("alice").Agent.Presence; got == "available" || got == "busy" {
		t.Errorf("alice is %s, want stale", got)
	}
	l.done(10 * time.Second)
}

func TestF020PageDiesWhileRinging(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.ringing("alice")
	l.crash("alice")
	l.pass(35 * time.Second)
	l.waits(caller)
	l.together(caller, l.answers("bob"))
	l.done(10 * time.Second)
}

func TestAgentDeclinesAndTheNextIsRungAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.rejects("alice")
	l.waits(caller)
	l.together(caller, l.answers("bob"))
	l.done(10 * time.Second)
}

func TestAgentIsBusyAndTheNextIsRungAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.must(l.Network.Busy(l.ringing("alice")))
	l.settle()
	l.together(caller, l.answers("bob"))
	l.done(10 * time.Second)
}

func TestAgentOfflineIsNotRung(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	l.crash("alice")
	l.pass(50 * time.Second)
	caller := l.dial("+15550199")
	l.pass(20 * time.Second)
	l.waits(caller)
	if n := l.dials("alice"); n != 0 {
		t.Errorf("alice was dialled %d times with the page closed", n)
	}
	l.done(10 * time.Second)
}

func TestF022ConnectAgentFailsThenTheCallerIsOfferedAgain(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]faults.Rule{
		"once":   {Kind: "webhook", Match: faults.Match{Path: "/connect-agent/"}, Do: "fail", Times: 1},
		"always": {Kind: "webhook", Match: faults.Match{Path: "/connect-agent/"}, Do: "fail"},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			l.online("alice", "bob")
			caller := l.dial("+15550199")
			l.fault(rule)
			alice := l.answers("alice")
			l.pass(10 * time.Second)
			if name == "once" {
				l.together(caller, alice)
			} else {
				l.wantOver(alice)
				l.Network.ClearFaults()
				l.waits(caller)
				l.bring(caller, "bob", time.Minute)
			}
			l.done(90 * time.Second)
		})
	}
}

func TestF050AwayWhileRingingWithdrawsTheOffer(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	ring := l.ringing("alice")
	_, err := l.agent("alice").Set(l.ctx, "away")
	l.must(err)
	l.settle()
	l.wantOver(ring)
	l.together(caller, l.answers("bob"))
	l.done(10 * time.Second)
}

func TestF085TwoCallersRaceForOneAgent(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	one, err := l.Network.PlaceCall(nil, "+15550191", l.Number)
	l.must(err)
	two, err := l.Network.PlaceCall(nil, "+15550192", l.Number)
	l.must(err)
	l.callers = append(l.callers, one, two)
	l.settle()
	if n := l.dials("alice"); n != 1 {
		t.Fatalf("alice was dialled %d times", n)
	}
	alice := l.answers("alice")
	switch {
	case l.hears(one) == "alice":
		l.waits(two)
	case l.hears(two) == "alice":
		l.waits(one)
	default:
		t.Fatalf("alice hears %q", l.hears(alice))
	}
	l.done(10 * time.Second)
}

func TestTwoCallersNeverTouchEachOther(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob", "carol", "dave")
	one, two := l.dial("+15550191"), l.dial("+15550192")
	alice, bob := l.answers("alice"), l.answers("bob")
	l.together(one, alice)
	l.together(two, bob)
	l.presses("alice", "add", "carol")
	l.presses("bob", "add", "dave")
	carol, dave := l.answers("carol"), l.answers("dave")
	l.together(one, alice, carol)
	l.together(two, bob, dave)
	l.hangs(alice)
	l.together(one, carol)
	l.together(two, bob, dave)
	l.hangs(two)
	l.pass(5 * time.Second)
	l.wantOver(bob)
	l.wantOver(dave)
	l.together(one, carol)
	l.done(10 * time.Second)
}
