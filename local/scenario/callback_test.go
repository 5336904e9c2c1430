package scenario

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// backs opens a line whose agents may call back, with alice and bob.
func backs(t *testing.T, more ...func(*stack.Options)) *line {
	t.Helper()
	l := open(t, append([]func(*stack.Options){allow, func(o *stack.Options) {
		o.Parameters["CallBack"] = "on"
	}}, more...)...)
	l.online("alice", "bob")
	return l
}

// callsBack asks for a call back by an agent.
func (l *line) callsBack(id string, body map[string]string) (snap stack.Snapshot, err error) {
	body["request"] = "back-" + id
	err = l.agent(id).Call(l.ctx, http.MethodPost, "/transfer/call-back", body, &snap)
	l.settle()
	return snap, err
}

// rung is alice in a call back: the browser has answered, and the number rings.
func rung(t *testing.T, more ...func(*stack.Options)) (l *line, caller string) {
	t.Helper()
	l = backs(t, more...)
	_, err := l.callsBack("alice", map[string]string{"number": london})
	l.must(err)
	if l.outside(london) != "" {
		t.Fatal("the number is dialled before alice is there")
	}
	if asked := l.Network.Params(l.ringing("alice"))["asked"]; asked != "back-alice" {
		t.Errorf("alice's browser is told %q", asked)
	}
	l.answers("alice")
	l.settle()
	l.wantState("alice", "calling")
	caller = l.outside(london)
	if c, _ := l.Network.Call(caller); c.Status != "ringing" || c.From != l.Number {
		t.Fatalf("the caller's leg is %+v", c)
	}
	return l, caller
}

func TestF252ACallBackIsACallLikeAnyOther(t *testing.T) {
	t.Parallel()
	l, caller := rung(t)
	l.must(l.Network.Answer(caller, nil))
	l.settle()
	l.wantState("alice", "talking")
	l.together(l.legTo("alice"), caller)
	l.presses("alice", "consult", "bob")
	l.settle()
	l.answers("bob")
	l.wantState("alice", "consulting")
	l.waits(caller) // N5
	l.pass(30 * time.Second)
	l.waits(caller)
	l.presses("alice", "complete", "")
	l.settle()
	l.pass(5 * time.Second)
	l.together(l.legTo("bob"), caller)
	l.presses("bob", "end", "")
	l.pass(15 * time.Second)
	l.wantOver(caller)
}

func TestF252F258BusyNoAnswerAndAMachineAreOutcomes(t *testing.T) {
	t.Parallel()
	for does, want := range map[string]string{"busy": "busy", "fail": "failed:404"} {
		l := backs(t)
		l.must(l.Network.SetOutside(london, does))
		_, err := l.callsBack("alice", map[string]string{"number": london})
		l.must(err)
		l.answers("alice")
		l.pass(3 * time.Second)
		recent := l.me("alice").Agent.Recent
		if len(recent) != 1 || recent[0].Outcome != want || l.legTo("alice") != "" {
			t.Errorf("%s: alice's calls %+v, alice's leg %q", does, recent, l.legTo("alice"))
		}
	}
	l, caller := rung(t)
	l.pass(60 * time.Second)
	l.wantOver(caller)
	if recent := l.me("alice").Agent.Recent; len(recent) != 1 || recent[0].Outcome != "no-answer" {
		t.Errorf("alice's calls %+v", recent)
	}
	l = backs(t)
	l.must(l.Network.SetOutside(london, "pick-up"))
	_, err := l.callsBack("alice", map[string]string{"number": london})
	l.must(err)
	l.answers("alice")
	l.pass(6 * time.Second)
	l.wantState("alice", "talking") // it is never certain, so nothing ends by itself
	if me := l.me("alice"); !me.Call.Caller.Machine {
		t.Errorf("alice's call %+v", me.Call)
	}
}

func TestF253AgentLostBeforeTheNumberIsDialled(t *testing.T) {
	t.Parallel()
	l := backs(t)
	l.fault(faults.Rule{Kind: faults.Webhook, Match: faults.Match{Event: "participant-join"}, Do: faults.Drop})
	_, err := l.callsBack("alice", map[string]string{"number": london})
	l.must(err)
	leg := l.answers("alice")
	l.must(l.Network.Hangup(leg))
	l.settle()
	l.pass(2 * time.Minute)
	if l.outside(london) != "" {
		t.Error("the number is dialled")
	}
	for _, c := range l.Network.Calls() {
		if c.To == london {
			t.Errorf("the number was dialled: %+v", c)
		}
	}
}

func TestF254PicksUpAsTheAgentLeaves(t *testing.T) {
	t.Parallel()
	l, caller := rung(t)
	l.fault(faults.Rule{
		Kind: "rest", Match: faults.Match{Event: "UpdateCall"}, Do: "throttle",
		Status: http.StatusTooManyRequests, Times: 8,
	})
	l.must(l.Network.Hangup(l.legTo("alice")))
	l.settle()
	l.must(l.Network.Answer(caller, nil))
	l.settle()
	l.pass(2 * time.Second)
	l.waits(caller)
	l.pass(10 * time.Second)
	l.answers("alice") // the page is back: the caller is kept for it
	l.pass(3 * time.Second)
	l.together(l.legTo("alice"), caller)
}

// Two agents call the caller of one message back at once: one does, the other is told who.
func TestF277TwoAgentsCallOneMessageBack(t *testing.T) {
	t.Parallel()
	l := backs(t)
	l.sets(night)
	l.leaves(l.dial(london), 5*time.Second)
	l.pass(15 * time.Second)
	body := map[string]string{"message": l.theMessage().ID, "request": "back"}
	ids, results := l.bothCallBack(body)
	won := slices.IndexFunc(results, func(err error) bool { return err == nil })
	if won < 0 {
		t.Fatalf("nobody calls: %v", results)
	}
	var lost *stack.APIError
	if !errors.As(results[1-won], &lost) || lost.Type != "/problems/message-taken" {
		t.Errorf("the other is told %v", results[1-won])
	}
	l.answers(ids[won])
	l.notRinging(ids[1-won])
	l.pass(time.Second)
	dialled := 0
	for _, c := range l.Network.Calls() {
		if c.To == london {
			dialled++
		}
	}
	if m := l.theMessage(); dialled != 1 || m.By == nil || m.By.ID != ids[won] {
		t.Errorf("the number is dialled %d times; the message is %+v", dialled, m)
	}
}

func TestF257RefusedBeforeAnythingRings(t *testing.T) {
	t.Parallel()
	l := backs(t)
	for number, want := range map[string]string{"+33123456789": "country", "0044207946": "not-e164", l.Number: "own"} {
		_, err := l.callsBack("alice", map[string]string{"number": number})
		var refused *stack.APIError
		if !errors.As(err, &refused) || refused.Status != http.StatusUnprocessableEntity || refused.Reason != want {
			t.Errorf("%s: %v", number, err)
		}
	}
	if leg := l.legTo("alice"); leg != "" {
		t.Error("alice is rung")
	}
	off := open(t, allow)
	off.online("alice")
	_, err := off.callsBack("alice", map[string]string{"number": london})
	var refused *stack.APIError
	if !errors.As(err, &refused) || refused.Type != "/problems/call-back-off" {
		t.Errorf("while it is off: %v", err)
	}
}

// Alice's page is lost as the caller picks up; it comes back, is rung for that caller, and alice misses them.
func TestF379AMissedRecallIsNoCallBack(t *testing.T) {
	t.Parallel()
	l, caller := rung(t)
	l.pass(time.Second)
	l.must(l.Network.Answer(caller, nil))
	l.hangs(l.legTo("alice"))
	l.pass(3 * time.Second)
	l.waits(caller)
	l.until("alice is rung", 20*time.Second, func() bool { return l.legTo("alice") != "" })
	l.rejects("alice")
	l.pass(2 * time.Second)
	recent := l.me("alice").Agent.Recent
	if len(recent) != 2 || recent[0].CalledBack || !recent[1].CalledBack {
		t.Errorf("alice reads %+v", recent)
	}
	l.hangs(caller)
	l.done(time.Minute)
}

// A message is called back in vain, or the page dies before anything is dialled: it is as it was, for everybody.
func TestF375AMessageThatWasCalledBackInVainIsNew(t *testing.T) {
	for _, how := range []string{"busy", "the page dies"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			l := backs(t)
			l.sets(night)
			caller := l.dial(london)
			l.leaves(caller, 5*time.Second)
			l.pass(15 * time.Second)
			m := l.theMessage()
			l.must(l.Network.SetOutside(london, "busy"))
			_, err := l.callsBack("alice", map[string]string{"message": m.ID})
			l.must(err)
			if m := l.theMessage(); m.State != "taken" {
				t.Errorf("during the call back the message is %s", m.State)
			}
			if how == "busy" {
				l.answers("alice")
			} else {
				l.crash("alice")
			}
			l.pass(3 * time.Minute)
			if list := l.messages("bob"); len(list) != 1 || list[0].State != "new" {
				t.Errorf("afterwards the messages are %+v", list)
			}
			_, err = l.callsBack("bob", map[string]string{"message": m.ID})
			l.must(err)
		})
	}
}

// refusedAs is a call back that is refused because the number has a call, of that agent or of none.
func (l *line) refusedAs(id, reason, who string) {
	l.t.Helper()
	_, err := l.callsBack(id, map[string]string{"number": london})
	var refused *stack.APIError
	if !errors.As(err, &refused) || refused.Type != "/problems/already-called" || refused.Reason != reason ||
		refused.Detail != who {
		l.t.Errorf("%s is told %v, want %s %s", id, err, reason, who)
	}
	l.notRinging(id)
}

// The number is called by another agent, its caller talks, or is in the line: nobody calls it besides.
func TestF345ANumberThatHasACallIsNotCalled(t *testing.T) {
	t.Parallel()
	l := backs(t)
	body := map[string]string{"number": london, "request": "back"}
	ids, results := l.bothCallBack(body)
	won := slices.IndexFunc(results, func(err error) bool { return err == nil })
	if won < 0 || results[1-won] == nil {
		t.Fatalf("both at once: %v", results)
	}
	caller, other := ids[won], ids[1-won]
	name := strings.ToUpper(caller[:1]) + caller[1:]
	l.refusedAs(other, "calling", name)
	l.answers(caller)
	l.settle()
	l.must(l.Network.Answer(l.outside(london), nil))
	l.settle()
	l.wantState(caller, "talking")
	l.refusedAs(other, "talks", name)
	l.presses(caller, "end", "")
	l.pass(10 * time.Second)
	l.online(other)
	if _, err := l.callsBack(other, map[string]string{"number": london}); err != nil {
		t.Errorf("the call is over, and %s is told %v", other, err)
	}
}

func TestF345WhoIsInTheLineIsLeftThere(t *testing.T) {
	t.Parallel()
	l := backs(t)
	for _, id := range []string{"alice", "bob"} {
		_, err := l.agent(id).Set(l.ctx, "away")
		l.must(err)
	}
	waits := l.dial(london)
	l.pass(15 * time.Second)
	l.refusedAs("alice", "waiting", "")
	l.hangs(waits)
	l.pass(5 * time.Second)
	if _, err := l.callsBack("alice", map[string]string{"number": london}); err != nil {
		t.Errorf("the caller has left: %v", err)
	}
}

// bothCallBack lets alice and bob send that request for a call back at once.
func (l *line) bothCallBack(body map[string]string) (ids []string, results []error) {
	l.t.Helper()
	ids, results = []string{"alice", "bob"}, make([]error, 2)
	for _, id := range ids {
		l.agent(id)
	}
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			results[i] = l.agent(id).Call(l.ctx, http.MethodPost, "/transfer/call-back", body, nil)
		})
	}
	all.Wait()
	l.settle()
	return ids, results
}
