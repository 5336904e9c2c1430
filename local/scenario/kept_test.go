package scenario

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

func wrapUp(seconds string) func(*stack.Options) {
	return func(o *stack.Options) { o.Parameters = map[string]string{"WrapUpSeconds": seconds} }
}

// away lets an agent choose Away; the test's page sends nothing more.
func (l *line) away(id string) {
	l.t.Helper()
	_, err := l.agent(id).Set(l.ctx, "away")
	l.must(err)
	delete(l.pages, id) // it would send heartbeats as available
	l.settle()
}

// rungFor passes time until an agent is rung, and requires that it is for that caller and within that time.
func (l *line) rungFor(id, caller string, within time.Duration) {
	l.t.Helper()
	l.until(id+" is rung", within, func() bool { return l.legTo(id) != "" })
	call := l.me(id).Call
	if call == nil || call.ID != caller {
		l.t.Fatalf("%s is not rung for the caller who lost their agent, but for %+v", id, call)
	}
}

// A caller who lost their agent gets the same agent back, whoever else waits.
func TestF032ALostAgentIsNotGivenToTheNextInTheLine(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(l *line){
		"leg lost, page alive": func(l *line) { l.hangs(l.legTo("alice")) },
		"page reloaded": func(l *line) {
			l.crash("alice")
			l.pass(6 * time.Second)
			l.online("alice")
		},
		"lost while a target rings, who declines": func(l *line) {
			l.online("bob")
			l.presses("alice", "consult", "bob")
			l.pass(3 * time.Second)
			l.hangs(l.legTo("alice"))
			l.rejects("bob")
			l.away("bob")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := l.talks("alice")
			if name != "lost while a target rings, who declines" {
				l.dial("+15550198")
			}
			l.pass(13 * time.Second)
			lose(l)
			if len(l.callers) == 1 {
				l.dial("+15550198")
			}
			l.rungFor("alice", caller, 11*time.Second)
			l.together(caller, l.answers("alice"))
			l.waits(l.callers[1])
			l.done(30 * time.Second)
		})
	}
}

// A laptop falls asleep in a call. The agent's page rings for nobody else, and a colleague is free for the next caller
// in the queue.
func TestNobodyIsRungForAtASleepingAgents(t *testing.T) {
	t.Parallel()
	l := open(t)
	first := l.talks("alice", "bob")
	second := l.dial("+15550197")
	l.together(second, l.answers("bob"))
	third := l.dial("+15550198")
	delete(l.pages, "alice")
	l.pass(30 * time.Second)
	l.must(l.Network.Lose(l.legTo("alice")))
	l.pass(time.Second)
	l.notRinging("alice")
	l.presses("bob", "end", "")
	l.rungFor("bob", third, 6*time.Second)
	l.together(third, l.answers("bob"))
	l.presses("bob", "end", "")
	l.rungFor("bob", first, 30*time.Second) // the caller's agent has not come back
	l.done(30 * time.Second)
}

// A lost call is not over, so no wrap-up begins that would keep the agent from the recall.
func TestF032ALossStartsNoWrapUp(t *testing.T) {
	t.Parallel()
	for name, ids := range map[string][]string{"alone": {"alice"}, "with a colleague": {"alice", "bob"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, wrapUp("120"))
			caller := l.talks(ids...)
			l.pass(10 * time.Second)
			l.hangs(l.legTo("alice"))
			l.rungFor("alice", caller, 11*time.Second)
			l.together(caller, l.answers("alice"))
			l.presses("alice", "end", "")
			l.pass(5 * time.Second)
			l.wantPresence("alice", "wrap-up")
			l.done(30 * time.Second)
		})
	}
}

func TestTheCallersEndStartsTheWrapUp(t *testing.T) {
	t.Parallel()
	l := open(t, wrapUp("120"))
	caller := l.talks("alice")
	l.pass(10 * time.Second)
	l.hangs(caller)
	l.pass(3 * time.Second)
	l.wantPresence("alice", "wrap-up")
	l.done(10 * time.Second)
}

// A transferor who has left while the target rings gets no other offer meanwhile.
func TestF092ATransferorWhoLeftIsKeptForTheirCaller(t *testing.T) {
	t.Parallel()
	for _, comes := range []bool{true, false} {
		t.Run(fmt.Sprintf("the target comes %v", comes), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := l.talks("alice", "bob")
			l.presses("alice", "consult", "bob")
			l.pass(2 * time.Second)
			l.hangs(l.legTo("alice"))
			other := l.dial("+15550198")
			l.pass(6 * time.Second)
			l.notRinging("alice")
			if comes {
				l.together(caller, l.answers("bob"))
				l.rungFor("alice", other, 11*time.Second)
			} else {
				l.rejects("bob")
				l.away("bob")
				l.rungFor("alice", caller, 6*time.Second)
				l.together(caller, l.answers("alice"))
				l.waits(other)
			}
			l.done(30 * time.Second)
		})
	}
}

// A transferor who has left into wrap-up is called back from it.
func TestF092ATransferorIsCalledBackFromTheirWrapUp(t *testing.T) {
	t.Parallel()
	l := open(t, wrapUp("120"))
	caller := l.talks("alice", "bob", "carol")
	l.presses("alice", "consult", "bob")
	l.pass(2 * time.Second)
	l.hangs(l.legTo("alice"))
	l.pass(2 * time.Second)
	l.rejects("bob")
	l.rungFor("alice", caller, 11*time.Second)
	l.notRinging("carol")
	l.done(30 * time.Second)
}

// A status chosen in a call applies after it, and a loss is not its end.
func TestAStatusForAfterTheCallWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice")
	_, err := l.agent("alice").Set(l.ctx, "wrap-up")
	l.must(err)
	l.hangs(l.legTo("alice"))
	l.rungFor("alice", caller, 11*time.Second)
	l.together(caller, l.answers("alice"))
	l.presses("alice", "end", "")
	l.pass(3 * time.Second)
	l.wantPresence("alice", "wrap-up")
	l.done(10 * time.Second)
}

// A caller whose agent cannot come is offered to any agent at once.
func TestNobodyWaitsForAnAgentWhoCannotCome(t *testing.T) {
	t.Parallel()
	back := func(l *line, id string) {
		_, err := l.agent(id).Set(l.ctx, "available")
		l.must(err)
		l.pages[id] = true
		l.pass(2 * time.Second)
	}
	t.Run("handed over to a number, and has the next caller", func(t *testing.T) {
		t.Parallel()
		l, caller := calling(t, "consult")
		out := l.picksUp()
		l.key(out, "1")
		l.presses("alice", "complete", "")
		l.pass(3 * time.Second)
		l.away("bob")
		l.together(l.dial("+15550198"), l.answers("alice"))
		back(l, "bob")
		l.hangs(out)
		l.rungFor("bob", caller, 5*time.Second)
		l.done(30 * time.Second)
	})
	t.Run("left while the target rang, and Away since", func(t *testing.T) {
		t.Parallel()
		l := open(t)
		caller := l.talks("alice", "bob", "carol")
		l.presses("alice", "consult", "bob")
		l.pass(2 * time.Second)
		l.hangs(l.legTo("alice"))
		l.pass(time.Second)
		l.away("alice")
		l.rejects("bob")
		l.rungFor("carol", caller, 5*time.Second)
		l.done(30 * time.Second)
	})
	t.Run("Away since the agent was cut off", func(t *testing.T) {
		t.Parallel()
		l := open(t)
		caller := talking(l)
		l.away("bob")
		l.hangs(l.legTo("alice"))
		l.pass(time.Second)
		l.away("alice")
		back(l, "bob")
		l.rungFor("bob", caller, 5*time.Second)
		l.done(30 * time.Second)
	})
}

// The target is lost while the caller is being handed over to them, and other callers wait.
func TestTheTargetLostInTheHandOverIsCalledBack(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	l.gap = 10 * time.Second
	l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateParticipant"}, Do: "fail", Status: 500})
	_, _ = l.agent("alice").Press(l.ctx, "complete", "", "C-1")
	l.settle()
	l.wantState("alice", "completing")
	other := l.dial("+15550198")
	l.hangs(l.legTo("bob"))
	l.Network.ClearFaults()
	l.rungFor("bob", caller, 11*time.Second)
	l.together(caller, l.answers("bob"))
	l.wantLive(other)
	l.done(30 * time.Second)
}
