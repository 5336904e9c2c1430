package scenario

import (
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
)

// crash kills a function once, as it saves a call for which the condition holds. Late: the save takes effect, and the
// process dies before it gets the answer.
type crash struct {
	function string
	when     func(c *call.Call) bool
	late     bool

	mu     sync.Mutex
	l      *line // nil until it is to strike
	struck bool
}

func (c *crash) between(t *testing.T) func(*stack.Options) {
	return saving(func(conf *call.Call, save func()) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.l == nil || c.struck || !c.when(conf) {
			return false
		}
		c.struck = true
		if c.late {
			save()
		}
		c.l.Gateway.Crash(c.function)
		return true
	}).between(t)
}

func (c *crash) arm(l *line) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.l = l
}

func (c *crash) wantStruck(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.struck {
		t.Fatal("there was no crash")
	}
}

// intended is a caller for whom an agent is to be dialled and is not yet.
func intended(c *call.Call) bool {
	return c.State == call.Ringing && c.Leg(c.Offer).Phase == call.LegDialing && c.Leg(c.Offer).SID == ""
}

func TestF028CrashAfterTheIntentAndBeforeTheDial(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"events", "wait", "agents"} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			c := &crash{function: function, when: intended, late: true}
			l := open(t, c.between(t))
			var caller string
			switch function {
			case "events": // the caller has joined
				l.online("alice")
				c.arm(l)
				caller = l.dial("+15550199")
			case "wait": // nobody is free when the caller arrives; the page that is opened then sends nothing more
				l.online("alice")
				l.pass(7 * time.Second)
				item, doc := l.item("a#alice")
				_, err := l.agent("alice").Set(l.ctx, "away")
				l.must(err)
				caller = l.dial("+15550199")
				l.put("a#alice", item, doc) // available again, and no request of their page has looked at the queue
				c.arm(l)
				l.pages = map[string]bool{}
				l.pass(15 * time.Second)
				l.pages["alice"] = true
			case "agents":
				caller = l.dial("+15550199")
				c.arm(l)
				l.register("alice")
				l.pages["alice"] = true
				_, _ = l.agent("alice").Set(l.ctx, "available") // there is no answer
			}
			l.settle()
			c.wantStruck(t)
			if n := l.dials("alice"); n != 0 {
				t.Fatalf("%d dials: it is not the crash that was meant", n)
			}
			l.until("alice is rung", 20*time.Second, func() bool { return l.legTo("alice") != "" })
			l.bring(caller, "alice", 10*time.Second) // the caller may be hearing an apology now
			l.pass(30 * time.Second)
			l.together(caller, l.legTo("alice"))
			if n := l.dials("alice"); n != 1 {
				t.Errorf("alice was dialled %d times", n)
			}
			l.done(10 * time.Second)
		})
	}
}

// The caller hears bob, and the process that was about to release alice's leg dies: before it could save that the
// caller is resumed, or just after.
func TestF077CrashBetweenUnholdAndTheRemovalOfTheTransferor(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		c := &crash{function: "transfer", late: late, when: func(c *call.Call) bool {
			return c.State == call.Completing && !c.Caller.Held
		}}
		l := open(t, c.between(t))
		caller := consulting(l)
		alice, bob := l.legTo("alice"), l.legTo("bob")
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"}) // nobody else is told
		c.arm(l)
		if _, err := l.agent("alice").Press(l.ctx, "complete", "", "once"); err == nil {
			t.Fatal("the press was answered in spite of the crash")
		}
		l.settle()
		c.wantStruck(t)
		l.together(caller, alice, bob)
		l.until("alice is out", 20*time.Second, func() bool { return !l.live(alice) })
		l.together(caller, bob)
		l.wantState("bob", "talking")
		if me := l.me("bob"); me.Call == nil || me.Call.Role != "owner" {
			t.Errorf("bob's call: %+v, want bob as its owner", me.Call)
		}
		l.wantPresence("alice", "available")
		// Alice's page repeats the request.
		if _, err := l.agent("alice").Press(l.ctx, "complete", "", "once"); err != nil {
			t.Errorf("the repeated press: %v", err)
		}
		l.together(caller, bob)
		l.done(90 * time.Second)
	}
}
