package scenario

import (
	"errors"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/call"
)

// atOnce does things concurrently, and waits until they and what follows from them are done.
func (l *line) atOnce(things ...func()) {
	l.t.Helper()
	var all sync.WaitGroup
	for _, f := range things {
		all.Go(f)
	}
	all.Wait()
	l.settle()
}

// Three want carol at once: two arriving callers, and bob for a consult. One gets carol; the others lose nothing and
// are served next.
func TestF134AnAgentIsWantedByThreeAtOnce(t *testing.T) {
	t.Parallel()
	won := map[string]int{}
	for n := range 4 {
		l := open(t)
		l.online("bob")
		first := l.dial("+15550190")
		bob := l.answers("bob")
		l.online("carol")
		var refusal, failed error
		arrive := func(from string) func() {
			return func() {
				if n%2 == 0 { // a moment later
					_, _ = l.agent("carol").Me(l.ctx)
				}
				sid, err := l.Network.PlaceCall(nil, from, l.Number)
				l.mu.Lock()
				defer l.mu.Unlock()
				failed = errors.Join(failed, err)
				l.callers = append(l.callers, sid)
			}
		}
		consult := func() { _, refusal = l.agent("bob").Do(l.ctx, "consult", "carol") }
		l.atOnce(arrive("+15550191"), consult, arrive("+15550192"))
		l.must(failed)
		if n := l.dials("carol"); n != 1 {
			t.Errorf("N4: carol was dialled %d times", n)
		}
		carol := l.answers("carol")
		got := l.hears(carol)
		won[got]++
		switch got {
		case "bob":
			l.must(refusal)
			l.waits(first)
		case "caller2", "caller3":
			var problem *stack.APIError
			if !errors.As(refusal, &problem) || problem.Status != 409 || problem.Type != "/problems/target-not-free" {
				t.Errorf("bob is refused with %v", refusal)
			}
			l.wantState("bob", "talking")
			l.together(first, bob)
		default:
			t.Fatalf("carol hears %q", got)
		}
		l.online("alice", "dave") // and nobody was forgotten
		l.until("all are served", 30*time.Second, func() bool {
			l.takes("alice")
			l.takes("dave")
			served := 0
			for _, sid := range l.callers[1:] {
				l.wantLive(sid)
				if h := l.hears(sid); h != "music" && h != "speech" && h != "silence" {
					served++
				}
			}
			return served == 2
		})
		l.done(10 * time.Second)
	}
	t.Logf("carol talked to: %v", won)
}

func TestF136CallerHangsUpAsTheAgentAnswers(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	for n := range 8 {
		caller := l.dial("+15550199")
		leg := l.ringing("alice")
		l.leaving[caller] = true
		race := []func(){
			func() { l.must(l.Network.Hangup(caller)) },
			func() { _ = l.Network.Answer(leg, nil) }, // or it no longer rings
		}
		if n%2 == 0 {
			race[0], race[1] = race[1], race[0]
		}
		l.atOnce(race...)
		l.pass(10 * time.Second)
		l.wantOver(leg) // N3
		l.wantPresence("alice", "available")
		if me := l.me("alice"); me.Call != nil {
			t.Errorf("alice is shown %+v", me.Call)
		}
		if c := l.conference(caller); c.State != call.Ended || c.Reason != call.ReasonCallerLeft ||
			c.Live() {
			t.Errorf("the item is %s, %s, still to be looked after: %t", c.State, c.Reason, c.Live())
		}
	}
	l.done(10 * time.Second)
}

func TestF137CompleteAgainstCancel(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	owner, target := "alice", "bob"
	l.answers(owner)
	wins := map[string]int{}
	for n := range 8 {
		l.presses(owner, "consult", target)
		l.together(l.legTo(owner), l.answers(target))
		verbs := []string{"complete", "cancel"}
		if n%2 == 1 {
			verbs[0], verbs[1] = verbs[1], verbs[0]
		}
		errs := map[string]error{}
		var mu sync.Mutex
		press := func(verb string) func() {
			return func() {
				_, err := l.agent(owner).Do(l.ctx, verb, "")
				mu.Lock()
				defer mu.Unlock()
				errs[verb] = err
			}
		}
		l.atOnce(press(verbs[0]), press(verbs[1]))
		l.pass(2 * time.Second)
		winner, loser := "complete", "cancel"
		if errs[winner] != nil {
			winner, loser = loser, winner
		}
		wins[winner]++
		var problem *stack.APIError
		switch {
		case errs[winner] != nil:
			t.Fatalf("neither was accepted: %v", errs)
		case !errors.As(errs[loser], &problem) || problem.Status != 409:
			t.Fatalf("%s won, and %s was answered %v", winner, loser, errs[loser])
		case problem.Type == "/problems/wrong-state" &&
			problem.State != map[string]string{"complete": "completing", "cancel": "talking"}[winner]:
			t.Errorf("%s won, and %s was told the state %q", winner, loser, problem.State)
		case problem.Type != "/problems/wrong-state" && (winner != "complete" || problem.Type != "/problems/no-call"):
			t.Errorf("%s won, and %s was refused as %s", winner, loser, problem.Type)
		}
		if winner == "complete" {
			owner, target = target, owner
		}
		l.together(caller, l.legTo(owner))
		l.wantRole(owner, "owner")
		l.notRinging(target)
		l.wantPresence(target, "available")
	}
	t.Logf("who won: %v", wins)
	l.done(10 * time.Second)
}
