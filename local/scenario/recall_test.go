package scenario

import (
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim"
)

// recalled is a caller whose transferor was lost while bob rang, and came back. Bob did not answer, so the caller rings
// at alice's page again. Carol is free all the time.
func recalled(t *testing.T) (l *line, caller string) {
	t.Helper()
	l = open(t)
	l.online("alice", "bob", "carol")
	caller = l.dial("+15550199")
	l.together(caller, l.answers("alice"))
	l.presses("alice", "consult", "bob")
	l.pass(3 * time.Second)
	l.crash("alice")
	l.pass(5 * time.Second)
	l.waits(caller)
	l.online("alice")
	l.until("alice is rung again", 30*time.Second, func() bool { l.waits(caller); return l.legTo("alice") != "" })
	l.ringing("alice")
	l.notRinging("bob")
	l.notRinging("carol")
	return l, caller
}

func TestF091RecallIsAnsweredByTheTransferor(t *testing.T) {
	t.Parallel()
	l, caller := recalled(t)
	l.together(caller, l.answers("alice"))
	l.wantState("alice", "talking")
	l.wantRole("alice", "owner")
	l.wantOutcome("alice", "no-answer") // that is why alice has the caller again
	l.presses("alice", "consult", "carol")
	l.together(l.legTo("alice"), l.answers("carol"))
	l.done(10 * time.Second)
}

func TestF092RecallIsNotAnsweredAndTheCallerIsFirstInTheLine(t *testing.T) {
	t.Parallel()
	l, caller := recalled(t)
	_, err := l.agent("carol").Set(l.ctx, "away")
	l.must(err)
	_, err = l.agent("bob").Set(l.ctx, "away")
	l.must(err)
	delete(l.pages, "bob") // their pages would send heartbeats as available
	delete(l.pages, "carol")
	other := l.dial("+15550198") // arrives now, and has waited less
	for range 15 {               // Alice does not answer twice, and is set Away for it
		l.pass(5 * time.Second)
		l.waits(caller)
	}
	l.notRinging("alice")
	for _, sid := range []string{caller, other} {
		l.wantLive(sid)
		l.waits(sid)
	}
	if c := l.conference(caller); c.State != "waiting" && c.State != "ringing" || !c.Requeued {
		t.Errorf("the item is %s, head of the queue %t", c.State, c.Requeued)
	}
	l.online("carol")
	l.pass(time.Second)
	if l.legTo("carol") == "" {
		t.Fatal("carol is rung for nobody")
	}
	l.together(caller, l.answers("carol"))
	l.waits(other)
	l.done(10 * time.Second)
}

// The target answers in the moment in which the ring time is over and the caller is to return to the transferor. The
// network has let it ring longer than asked for, as Twilio does.
func TestF139RecallAgainstALateAnswer(t *testing.T) {
	t.Parallel()
	recalls, answers := 0, 0
	l := open(t, func(o *stack.Options) { o.Network = twiliosim.Config{RingBuffer: 10 * time.Second} })
	l.online("alice", "bob")
	for n := range 6 {
		caller := l.dial("+15550199")
		first, second := "alice", "bob"
		if l.legTo(first) == "" {
			first, second = second, first
		}
		l.together(caller, l.answers(first))
		l.presses(first, "consult", second)
		l.hangs(l.legTo(first)) // the leg is gone, the page is not
		l.pass(27 * time.Second)
		l.waits(caller)
		late := l.ringing(second)
		l.clock.Advance(time.Second) // from now on any request finds that the time is over
		var both sync.WaitGroup
		ask := func() { _, _ = l.agent(second).Me(l.ctx) }
		answer := func() { _ = l.Network.Answer(late, nil) }
		if n%2 == 0 {
			ask, answer = answer, ask
		}
		both.Go(ask)
		both.Go(answer)
		both.Wait()
		l.settle()
		l.until("an agent has the caller", 30*time.Second, func() bool {
			l.wantLive(caller)
			l.takes(first)
			h := l.hears(caller)
			return h == first || h == second
		})
		l.pass(10 * time.Second)
		owner, other := l.hears(caller), first
		if owner == first {
			other = second
			recalls++
		} else {
			answers++
		}
		l.together(caller, l.legTo(owner))
		l.wantRole(owner, "owner")
		l.notRinging(other)
		l.wantPresence(other, "available")
		l.presses(owner, "end", "")
		l.pass(10 * time.Second)
		l.wantOver(caller)
		l.online(other, owner) // two missed calls would set an agent Away
	}
	t.Logf("the recall was quicker %d times, the late answer %d times", recalls, answers)
	l.done(10 * time.Second)
}
