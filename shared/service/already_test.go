package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// callsOutside calls Outside back for an agent, and says why not: "" if they are rung.
func callsOutside(w *World, who agent.ID, key string) service.Already {
	w.T.Helper()
	_, _, err := w.CallBack(who, key)
	var already *service.AlreadyCalledError
	if err != nil && !errors.As(err, &already) {
		w.T.Fatalf("%s calls back: %v", who, err)
	}
	if already == nil {
		return ""
	}
	return already.Is
}

func TestF345ANumberThatHasACallIsNotCalled(t *testing.T) {
	w, id := calledBack(t)
	refused := func(want service.Already, who string) {
		t.Helper()
		w.Choose("bob", agent.Available)
		_, _, err := w.CallBack("bob", "k2")
		var already *service.AlreadyCalledError
		if !errors.As(err, &already) || already.Is != want || already.Who != who || w.Rings("bob") {
			t.Errorf("bob is told %+v, rings %t; want %s, %s", already, w.Rings("bob"), want, who)
		}
	}
	w.Pass(time.Minute / 2)
	refused(service.AlreadyCalling, "Agent alice")
	w.CallerPicksUp(id)
	w.Settle()
	refused(service.AlreadyTalks, "Agent alice")
	w.Choose("bob", agent.Away)
	w.HangUp("alice")
	w.Settle()
	if c := w.Call(id); !c.State.InLine() {
		t.Fatalf("the caller whose agent is lost is %s", c.State)
	}
	w.Choose("bob", agent.Away)
	if is := callsOutside(w, "bob", "k3"); is != service.AlreadyWaiting {
		t.Errorf("the caller is in the line, and bob is told %q", is)
	}
	w.CallerHangsUp(id)
	w.Pass(time.Minute)
	if is := callsOutside(w, "bob", "k4"); is != "" {
		t.Errorf("the call is over, and bob is told %q", is)
	}
}

// Whoever has dialled in is found by their number, too.
func TestF345WhoHasDialledInIsNotCalled(t *testing.T) {
	for _, talks := range []bool{false, true} {
		w := NewWorld(t, "alice", "bob")
		w.Choose("bob", agent.Away)
		if !talks {
			w.Choose("alice", agent.Away)
		}
		if _, err := w.Service.Arrive(t.Context(), ringsAgain, Outside, false, w.Now); err != nil {
			t.Fatal(err)
		}
		_ = w.Service.HandleConferenceEvent(t.Context(), ringsAgain, CallerJoined(ringsAgain), w.Now)
		w.Settle()
		want := service.AlreadyWaiting
		if talks {
			w.Answer("alice")
			w.Settle()
			want = service.AlreadyTalks
		}
		if is := callsOutside(w, "bob", "k1"); is != want {
			t.Errorf("bob is told %q, want %q", is, want)
		}
	}
}

// amid is a store that lets something happen once, in the midst of the request: before an operation.
type amid struct {
	*Store
	op   string
	then func()
}

func (a *amid) is(op string) {
	if then := a.then; op == a.op && then != nil {
		a.then = nil
		then()
	}
}

func (a *amid) HoldNumber(ctx context.Context, h service.Hold, now time.Time) (call.ID, error) {
	a.is("HoldNumber")
	return a.Store.HoldNumber(ctx, h, now)
}

func (a *amid) Queued(ctx context.Context, n int) ([]call.ID, error) {
	a.is("Queued")
	return a.Store.Queued(ctx, n)
}

func (a *amid) PlaceOf(ctx context.Context, number string) (call.ID, error) {
	a.is("PlaceOf")
	return a.Store.PlaceOf(ctx, number)
}

func (a *amid) SaveAgent(ctx context.Context, who *agent.Agent) error {
	a.is("SaveAgent")
	return a.Store.SaveAgent(ctx, who)
}

func (a *amid) SaveCall(ctx context.Context, c *call.Call) error {
	a.is("SaveCall")
	return a.Store.SaveCall(ctx, c)
}

// Two agents call one number at the same moment: the second asks in the midst of any step of the first.
func TestF345TwoAgentsCallOneNumberAtOnce(t *testing.T) {
	for _, op := range []string{"HoldNumber", "Queued", "SaveAgent", "PlaceOf", "SaveCall"} {
		w := NewWorld(t, "alice", "bob")
		var second service.Already
		keys, usual := 0, w.Service
		store := &amid{Store: w.Store, op: op, then: func() {
			svc := w.Service
			w.Service = usual
			second = callsOutside(w, "bob", "k2")
			w.Service = svc
		}}
		w.Service = service.New(store, w.Phones, service.Settings{
			Ring: Ring, Numbers: anyNumber{}, NewKey: func() call.LegKey {
				keys++
				return call.LegKey("first-" + string(rune('0'+keys)))
			},
		})
		first := callsOutside(w, "alice", "k1")
		w.Service = usual
		if store.then != nil || (first == "") == (second == "") {
			t.Errorf("in %s: alice is told %q, bob %q", op, first, second)
		}
	}
}

// The request crashes after so many saves. The number is free again soon, and its call can be repeated at once.
func TestF345ACrashDoesNotHoldTheNumber(t *testing.T) {
	for n := range 6 {
		for _, again := range []string{"the same", "bob"} {
			w := NewWorld(t, "alice", "bob")
			w.CrashAtChange(n)
			by, _, _ := w.CallBack("alice", "k1")
			w.Life.Disarm()
			w.Life.Revive()
			if again == "the same" {
				if is := callsOutside(w, "alice", "k1"); is != "" {
					t.Errorf("crash %d: repeated, alice is told %q", n, is)
				}
				continue
			}
			w.Pass(16 * time.Second)
			live := by != "" && w.Call(by).State != call.Ended
			if is := callsOutside(w, "bob", "k2"); (is == "") == live {
				t.Errorf("crash %d: alice's call is live %t, bob is told %q", n, live, is)
			}
		}
	}
}

// A step fails, or has failed and taken effect. Then alice repeats it, and bob calls when that call is over.
func TestF345AStepOfTheGuardFails(t *testing.T) {
	for _, op := range []string{"HoldNumber", "Queued", "Owned", "LiveCalls"} {
		for _, took := range []bool{false, true} {
			w := NewWorld(t, "alice", "bob")
			w.Store.At(op, w.Store.Count(op), Fault{Err: service.ErrUnavailable, Took: took})
			if _, _, err := w.CallBack("alice", "k1"); !errors.Is(err, service.ErrUnavailable) || w.Rings("alice") {
				t.Errorf("%s, took effect %t: %v", op, took, err)
			}
			if is := callsOutside(w, "alice", "k1"); is != "" {
				t.Errorf("%s, took effect %t: repeated, alice is told %q", op, took, is)
			}
			w.Settle()
			w.Reject("alice", call.OutcomeNoAnswer)
			w.Settle()
			if is := callsOutside(w, "bob", "k2"); is != "" {
				t.Errorf("%s, took effect %t: alice's call is over, and bob is told %q", op, took, is)
			}
		}
	}
}

// An agent who is rung for a kept place is not on the line for it yet: another one who calls its number has it. While
// its number is dialled they do not take it.
func TestF345APlaceThatIsDialledIsNotCalled(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	c := w.Call(place)
	c.Out.Number = Outside
	if err := w.Store.SaveCall(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.SavePlaceOf(t.Context(), Outside, place); err != nil {
		t.Fatal(err)
	}
	w.Choose("bob", agent.Away)
	w.Choose("alice", agent.Available)
	w.Pass(15 * time.Second)
	w.Answer("alice")
	w.Settle()
	if c := w.Call(place); c.State != call.Calling {
		t.Fatalf("the place is %s", c.State)
	}
	if is := callsOutside(w, "bob", "k1"); is != service.AlreadyCalling || w.Call(place).State != call.Calling {
		t.Errorf("bob is told %q, the place is %s", is, w.Call(place).State)
	}
}
