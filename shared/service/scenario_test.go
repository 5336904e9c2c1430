package service_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// talking is a world in which the first of these agents talks to a caller.
func talking(t *testing.T, agents ...agent.ID) (*World, call.ID) {
	t.Helper()
	w := NewWorld(t, agents...)
	id, _ := w.Dial()
	w.Settle()
	if !w.Answer(agents[0]) {
		t.Fatalf("%s was not rung", agents[0])
	}
	w.Settle()
	hears(t, w, id, string(agents[0]))
	return w, id
}

func hears(t *testing.T, w *World, id call.ID, want string) {
	t.Helper()
	if got := w.Hears(id); got != want {
		t.Fatalf("the caller hears %q, want %q (%s)", got, want, w.Call(id).State)
	}
}

// takes lets an agent who is rung answer: they have the caller, and nothing is left over.
func takes(t *testing.T, w *World, id call.ID, who agent.ID) {
	t.Helper()
	w.Answer(who)
	w.Settle()
	hears(t, w, id, string(who))
	w.CheckQuiet()
}

func state(t *testing.T, w *World, id call.ID, want call.State) {
	t.Helper()
	if got := w.Call(id).State; got != want {
		t.Fatalf("state %s, want %s", got, want)
	}
}

func TestClassicTransfer(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoAdd, "bob")
	w.Settle()
	state(t, w, id, call.AddRinging)
	hears(t, w, id, "alice")
	w.Answer("bob")
	w.Settle()
	state(t, w, id, call.ThreeWay)
	hears(t, w, id, "alice bob")
	w.HangUp("alice")
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "bob")
	if got := w.Phones.Count("Dial"); got != 2 {
		t.Errorf("%d legs were dialled, want one for each agent", got)
	}
	w.CallerHangsUp(id)
	w.Settle()
	w.CheckQuiet()
	state(t, w, id, call.Ended)
}

func TestF055ConsultAndComplete(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	hears(t, w, id, "music")
	w.Answer("bob")
	w.Settle()
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "bob")
	w.CheckQuiet()
	if c := w.Call(id); c.Transfer.Outcome != call.OutcomeAnswered || c.Hops != 1 {
		t.Errorf("transfer %+v after %d hops", c.Transfer, c.Hops)
	}
}

func TestOfferNotTaken(t *testing.T) {
	for name, o := range map[string]call.Outcome{
		"declines":             call.OutcomeDeclined,
		"is busy":              call.OutcomeBusy,
		"F017 does not answer": call.OutcomeNoAnswer,
		"fails":                call.Failed("500"),
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, "alice", "bob")
			id, _ := w.Dial()
			w.Settle()
			w.Reject("alice", o)
			w.Settle()
			if !w.Rings("bob") || w.Rings("alice") {
				t.Fatal("the next agent is not rung at once")
			}
			hears(t, w, id, "music")
			takes(t, w, id, "bob")
		})
	}
}

func TestF017TwoMissesSetAway(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Pass(2*Ring + 2*call.RetryAfter + 10*time.Second)
	me := w.Me("alice")
	if me.Agent.Status != agent.Away || me.Agent.Why != agent.ReasonMissed {
		t.Errorf("after two misses: %+v", me.Agent)
	}
	hears(t, w, id, "music")
	w.CheckQuiet()
}

func TestF019UnreachableAgent(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Phones.Unreachable["alice"] = true
	id, _ := w.Dial()
	w.Settle()
	if !w.Rings("bob") {
		t.Fatal("the next agent is not rung")
	}
	if p := w.Me("alice").Agent.Presence; p != agent.IsOffline {
		t.Errorf("the unreachable agent is %s", p)
	}
	hears(t, w, id, "music")
}

func TestF001NoAgentThenOne(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Pass(30 * time.Second)
	hears(t, w, id, "music")
	w.Choose("alice", agent.Available)
	if !w.Rings("alice") {
		t.Fatal("a new agent is not offered the caller")
	}
}

func TestF001MaxWait(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Pass(MaxWait + 20*time.Second)
	hears(t, w, id, "gone")
	c := w.Call(id)
	if c.State != call.Ended || c.Reason != call.ReasonMaxWait {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
}

func TestF002ArrivalOrder(t *testing.T) {
	w := NewWorld(t)
	var ids []call.ID
	for range 3 {
		id, _ := w.Dial()
		ids = append(ids, id)
		w.Pass(time.Second)
	}
	for _, id := range ids {
		a := agent.ID("agent" + id[len(id)-1:])
		w.Choose(a, agent.Available)
		w.Settle()
		state(t, w, id, call.Ringing)
	}
}

func TestCallerHangsUp(t *testing.T) {
	phases := map[string]func(w *World, id call.ID){
		"while waiting":        func(w *World, id call.ID) { w.Reject("alice", call.OutcomeDeclined) },
		"while an agent rings": func(w *World, id call.ID) {},
		"while talking":        func(w *World, id call.ID) { w.Answer("alice") },
		"F074 while the target rings": func(w *World, id call.ID) {
			w.Answer("alice")
			w.Settle()
			w.MustPress("alice", call.DoConsult, "bob")
		},
		"F073 in a consult": func(w *World, id call.ID) {
			w.Answer("alice")
			w.Settle()
			w.MustPress("alice", call.DoConsult, "bob")
			w.Settle()
			w.Answer("bob")
		},
		"F083 with both": func(w *World, id call.ID) {
			w.Answer("alice")
			w.Settle()
			w.MustPress("alice", call.DoAdd, "bob")
			w.Settle()
			w.Answer("bob")
		},
	}
	for name, before := range phases {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, "alice")
			id, _ := w.Dial()
			w.Choose("bob", agent.Available)
			w.Settle()
			before(w, id)
			w.Settle()
			w.CallerHangsUp(id)
			w.Settle()
			state(t, w, id, call.Ended)
			w.CheckQuiet()
			if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
				t.Errorf("alice is %s", p)
			}
		})
	}
}

func TestF004CallerLeavesAsTheAgentAnswers(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	w.CallerHangsUp(id)
	w.Answer("alice") // before any callback came
	w.Settle()
	w.CheckQuiet()
	state(t, w, id, call.Ended)
	if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("alice is %s", p)
	}
}

func TestSecondCallerNeverTouchesTheFirst(t *testing.T) {
	w, first := talking(t, "alice", "bob", "carol")
	second, _ := w.Dial()
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.MustPress("alice", call.DoAdd, "carol")
	w.Settle()
	w.Answer("carol")
	w.Settle()
	hears(t, w, first, "alice carol")
	hears(t, w, second, "bob")
	w.CheckQuiet()
}

func TestAgentLostWhileTalking(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "music")
	if w.Rings("bob") {
		t.Fatal("the caller is reserved for the lost agent, and bob is rung")
	}
	w.Pass(6 * time.Second) // alice's page is back
	if !w.Rings("alice") {
		t.Fatal("F032: the lost agent is not offered the same caller again")
	}
	takes(t, w, id, "alice")
}

func TestF068TransferorHangsUpInConsult(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "bob")
	w.CheckQuiet()
}

func TestF067TransferorCrashesWhileTargetRings(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "music")
	takes(t, w, id, "bob")
}

func TestF059TargetNoAnswer(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Reject("bob", call.OutcomeNoAnswer)
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "alice")
	if o := w.Me("alice").Call.Transfer.Outcome; o != call.OutcomeNoAnswer {
		t.Errorf("alice is told %q", o)
	}
}

func TestF056HoldFails(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Phones.Next("Hold", Fault{Err: ErrHold})
	if tr := w.MustPress("alice", call.DoConsult, "bob").Call.Transfer; tr.Outcome != "failed:20001" {
		t.Errorf("the failure is not told: %+v", tr)
	}
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "alice")
	if w.Rings("bob") {
		t.Error("the target is rung")
	}
	w.CheckQuiet()
}

func TestF076UnholdFails(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	shown := w.MustPress("alice", call.DoComplete, "").Call
	if !shown.Overdue || len(shown.Held) != 1 || shown.Held[0] != "caller" {
		t.Errorf("the failure is not told: %+v", shown)
	}
	w.Settle()
	if !w.HangUp("alice") { // alice must still be in the conference
		t.Fatal("the transferor was taken out while the caller hears only music")
	}
	w.Phones.Heal()
	w.Pass(15 * time.Second)
	hears(t, w, id, "bob")
	w.CheckQuiet()
}

func TestF137CompleteAgainstCancel(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.MustPress("alice", call.DoCancel, "")
	_, err := w.Press("alice", call.DoComplete, "")
	var refused *call.TransitionError
	if !errors.As(err, &refused) || refused.State != call.Talking {
		t.Errorf("the second got %v", err)
	}
	w.Settle()
	hears(t, w, id, "alice")
	w.CheckQuiet()
}

func TestEndSaysGoodbye(t *testing.T) {
	w, id := talking(t, "alice")
	w.MustPress("alice", call.DoEnd, "")
	hears(t, w, id, "words")
	w.Pass(3 * time.Second)
	hears(t, w, id, "gone")
	w.CheckQuiet()
}

func TestChainAfterAdd(t *testing.T) {
	w, id := talking(t, "alice", "bob", "carol")
	for _, step := range []struct{ from, to agent.ID }{{"alice", "bob"}, {"bob", "carol"}, {"carol", "alice"}} {
		w.MustPress(step.from, call.DoAdd, step.to)
		w.Settle()
		w.Answer(step.to)
		w.Settle()
		w.MustPress(step.from, call.DoComplete, "")
		w.Settle()
		hears(t, w, id, string(step.to))
		w.CheckQuiet()
	}
	if n := w.Call(id).Hops; n != 3 {
		t.Errorf("%d hops", n)
	}
}

func TestTheAddedAgentLostRoomEnds(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoAdd, "bob")
	w.Settle()
	w.Phones.Every("SetEndOnExit", Fault{Err: ErrHold})
	w.Answer("bob")
	w.Settle()
	w.HangUp("bob") // bob's leg ends the conference: the caller falls out and is put back
	w.Settle()
	hears(t, w, id, "music")
	w.Pass(6 * time.Second)
	takes(t, w, id, "alice")
}

func TestF080SwapTwentyTimes(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	for i := range 20 {
		w.MustPress("alice", call.DoSwap, "")
		want := "alice" // bob hears music
		if i%2 == 1 {
			want = "music"
		}
		hears(t, w, id, want)
	}
	w.Settle()
	w.CheckQuiet()
}

func TestF052RepeatedRequestHasOneEffect(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoAdd, "bob")
	dials := w.Phones.Count("Dial")
	again := commandAgain(t, w, "alice", call.DoAdd, "bob")
	again()
	first := w.Call(id)
	again()
	if w.Phones.Count("Dial") != dials || w.Call(id).Version != first.Version {
		t.Error("a repeated request had an effect")
	}
}
