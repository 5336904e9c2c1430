package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// twelve is how long a music turn lasts.
func twelve(*call.Call) time.Duration { return 12 * time.Second }

func TestF011TheWaitHasAnEndWithWords(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	heard := map[string]bool{}
	for range int((MaxWait + 20*time.Second) / time.Second) {
		w.Pass(time.Second)
		heard[w.Hears(id)] = true
	}
	if !heard["music"] || !heard["words"] || heard["silence"] || w.Hears(id) != "gone" {
		t.Errorf("the caller heard %v", heard)
	}
}

func TestF013FiftyCallersInOneSecond(t *testing.T) {
	w := NewWorld(t, "alice", "bob", "carol")
	w.Phones.Next("Dial", Fault{Err: service.ErrThrottled}) // more calls at once than Twilio accepts
	w.Phones.Next("Dial", Fault{Err: service.ErrThrottled})
	var ids []call.ID
	for range 50 {
		id, in := w.Dial()
		if !in {
			t.Fatal("not stored")
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		hears(t, w, id, "music")
	}
	if n := w.Phones.Count("Dial"); n > 3 {
		t.Errorf("%d dials at once for three agents", n)
	}
	for range 40 {
		w.Pass(5 * time.Second)
		for _, a := range crew {
			if w.Answer(a) {
				w.Settle()
				w.MustPress(a, call.DoEnd, "")
			}
		}
	}
	for i, id := range ids {
		if h := w.Hears(id); h != "gone" {
			t.Errorf("caller %d hears %s after everybody had time to be served", i, h)
		}
	}
	if w.Longest > 0 {
		t.Errorf("silence of %d s", w.Longest)
	}
	w.CheckQuiet()
}

func TestF022ConnectFailsTheCallerIsOfferedAgain(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	w.Store.Next("Call", Fault{Err: service.ErrUnavailable})
	if w.Answer("alice") {
		t.Fatal("admitted without a store")
	}
	w.Settle()
	if !w.Rings("bob") {
		t.Error("the caller is not offered to the next")
	}
	hears(t, w, id, "music")
	w.CheckQuiet()
	if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("alice is %s", p)
	}
}

func TestF025F026DialWithoutAnAnswer(t *testing.T) {
	for _, took := range []bool{false, true} {
		t.Run(fmt.Sprint("took effect: ", took), func(t *testing.T) {
			w := NewWorld(t, "alice")
			w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: took})
			id := w.DialIn()
			if n := w.Phones.Count("Dial"); n != 1 {
				t.Fatalf("%d dials: repeated without looking", n)
			}
			w.Phones.Told = nil // not even a callback reports it
			w.Pass(12 * time.Second)
			if n := w.LiveLegs(); n != 1 || !w.Rings("alice") {
				t.Errorf("%d legs, alice rings: %v", n, w.Rings("alice"))
			}
			takes(t, w, id, "alice")
		})
	}
}

func TestF029AnswerEventLost(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Phones.Told = nil
	w.Pass(15 * time.Second)
	c := w.Call(id)
	if !c.Started || c.Conference == "" || !c.Leg(c.Owner).Joined {
		t.Errorf("not known: room %q, started %v, owner %+v", c.Conference, c.Started, c.Leg(c.Owner))
	}
	hears(t, w, id, "alice")
}

func TestF062TargetFails(t *testing.T) {
	for _, code := range []int{13224, 21217, 13227, 31404, 0} {
		w, id := talking(t, "alice", "bob")
		w.Phones.Next("Dial", Fault{Err: &service.RefusedError{Code: code, Status: 400}})
		_, _ = w.Press("alice", call.DoConsult, "bob")
		w.Settle()
		state(t, w, id, call.Talking)
		hears(t, w, id, "alice")
		want := call.OutcomeFailed
		if code != 0 {
			want = call.Failed(fmt.Sprint(code))
		}
		if o := w.Me("alice").Call.Transfer.Outcome; o != want {
			t.Errorf("alice is told %q, want %q", o, want)
		}
		if p := w.Me("bob").Agent.Presence; p != agent.IsAvailable {
			t.Errorf("bob is %s", p)
		}
		w.CheckQuiet()
	}
}

func TestF065CancelAsTheTargetAnswers(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Phones.Next("Hangup", Fault{Err: service.ErrThrottled}) // so that bob still can answer
	w.Phones.Next("Hangup", Fault{Err: service.ErrThrottled})
	_, _ = w.Press("alice", call.DoCancel, "")
	if w.Answer("bob") {
		t.Error("bob was let in after the consult was cancelled")
	}
	w.Settle()
	state(t, w, id, call.Talking)
	hears(t, w, id, "alice")
	w.CheckQuiet()
	if p := w.Me("bob").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("bob is %s", p)
	}
}

func TestF070F071TargetGoesInAConsult(t *testing.T) {
	for _, told := range []bool{true, false} {
		w, id := consulting(t)
		w.HangUp("bob")
		if !told { // a loss that only a reconcile finds
			w.Phones.Told = nil
			w.Pass(65 * time.Second)
		}
		w.Settle()
		state(t, w, id, call.Talking)
		hears(t, w, id, "alice")
		if o := w.Me("alice").Call.Transfer.Outcome; o != call.OutcomeLost {
			t.Errorf("alice is told %q", o)
		}
		w.CheckQuiet()
	}
}

func TestF073BothAreToldThatTheCallerLeft(t *testing.T) {
	w, id := consulting(t)
	w.CallerHangsUp(id)
	w.Settle()
	for _, a := range []agent.ID{"alice", "bob"} {
		me := w.Me(a)
		if me.Call != nil || me.Agent.Last == nil || me.Agent.Last.Outcome != "caller-left" {
			t.Errorf("%s is told %+v, call %+v", a, me.Agent.Last, me.Call)
		}
	}
	if o := w.Call(id).Transfer.Outcome; o != call.OutcomeCallerLeft {
		t.Errorf("transfer: %q", o)
	}
	w.CheckQuiet()
}

func TestF077CrashBetweenUnholdAndRemoval(t *testing.T) {
	w, id := consulting(t)
	hangups := w.Phones.Count("Hangup")
	w.Phones.Watch = func() { // the process crashes as soon as the caller hears bob
		if w.Hears(id) == "alice bob" && w.Phones.Count("Hangup") == hangups {
			w.Phones.Watch = nil
			w.Life.CrashAt(w.Life.Calls(), false)
		}
	}
	_, err := w.Press("alice", call.DoComplete, "")
	if !errors.Is(err, ErrCrashed) {
		t.Fatalf("no crash: %v", err)
	}
	hears(t, w, id, "alice bob")
	w.Pass(20 * time.Second)
	hears(t, w, id, "bob")
	w.CheckQuiet()
}

func TestF082JoinThenTheTransferorLeaves(t *testing.T) {
	w, id := consulting(t)
	w.MustPress("alice", call.DoJoin, "")
	w.Settle()
	hears(t, w, id, "alice bob")
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "bob")
	if r := w.Me("bob").Call.Role; r != call.RoleOwner {
		t.Errorf("bob is %s", r)
	}
	w.CheckQuiet()
}

func TestF085TwoTransfersToOneTarget(t *testing.T) {
	w, first := talking(t, "alice", "bob", "carol")
	second, _ := w.Dial()
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.MustPress("alice", call.DoConsult, "carol")
	_, err := w.Press("bob", call.DoConsult, "carol")
	var busy *agent.NotFreeError
	if !errors.As(err, &busy) || busy.Presence != agent.IsBusy {
		t.Errorf("the second gets %v", err)
	}
	w.Settle()
	hears(t, w, first, "music")
	hears(t, w, second, "bob")
	w.CheckQuiet()
}

func TestF086ToOneself(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	for _, to := range []agent.ID{"alice"} {
		if _, err := w.Press("alice", call.DoConsult, to); !errors.Is(err, call.ErrSelf) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	hears(t, w, id, "alice")
}

func TestF088TransferBack(t *testing.T) {
	w, id := consulting(t)
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	w.MustPress("bob", call.DoConsult, "alice")
	w.Settle()
	w.Answer("alice")
	w.Settle()
	w.MustPress("bob", call.DoComplete, "")
	w.Settle()
	hears(t, w, id, "alice")
	if n := w.Call(id).Hops; n != 2 {
		t.Errorf("%d hops", n)
	}
	w.CheckQuiet()
}

func TestF094AStrangersLegInTheRoomIsEnded(t *testing.T) {
	w, id := consulting(t)
	w.Intrude(id)
	w.Settle()
	if n := w.LiveLegs(); n != 2 {
		t.Errorf("%d legs are alive", n)
	}
	hears(t, w, id, "music")
}

func TestF112ConflictIsDecidedAnew(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Store.Next("SaveCall", Fault{Err: service.ErrConflict})
	w.MustPress("alice", call.DoAdd, "bob")
	w.Settle()
	state(t, w, id, call.AddRinging)
	if n := w.Phones.Count("Dial"); n != 2 {
		t.Errorf("%d dials in all", n)
	}
}

func TestF124WrongCallStateIsLookedUp(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		most int
	}{
		"refused": {&service.RefusedError{Code: 21220, Status: 409}, 1},
		// twice by the press and twice by its answer: the conference may be another by then
		"gone": {service.ErrGone, 4},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := consulting(t)
			w.Phones.Every("Hold", Fault{Err: tt.err})
			before := w.Phones.Count("Hold")
			_, _ = w.Press("alice", call.DoCancel, "")
			if n := w.Phones.Count("Hold") - before; n < 1 || n > tt.most {
				t.Errorf("the hold was tried %d times in one request, want %d at most", n, tt.most)
			}
			w.Phones.Heal()
			w.Pass(6 * time.Second)
			hears(t, w, id, "alice")
			w.CheckQuiet()
		})
	}
}

func TestF127TheSweepTouchesOnlyItsOwn(t *testing.T) {
	w, id := talking(t, "alice")
	w.Stranger()
	before := w.Phones.Counts()
	w.Pass(3 * time.Minute)
	after := w.Phones.Counts()
	for _, op := range []string{"Hangup", "Hold", "SayGoodbye", "SetEndOnExit", "Dial"} {
		if after[op] != before[op] {
			t.Errorf("%s: %d times in quiet minutes", op, after[op]-before[op])
		}
	}
	if n := w.LiveLegs(); n != 2 {
		t.Errorf("%d legs, want alice's and the stranger's", n)
	}
	hears(t, w, id, "alice")
}

func TestF131AStateOfALaterVersion(t *testing.T) {
	w, id := talking(t, "alice")
	c := w.Call(id)
	c.State = "parked"
	if err := w.Store.SaveCall(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	w.Pass(2 * time.Minute)
	hears(t, w, id, "alice") // an unknown state is left alone
	if _, err := w.Press("alice", call.DoHold, ""); err == nil {
		t.Error("a command was carried out in an unknown state")
	}
	w.CallerHangsUp(id)
	w.Pass(10 * time.Second)
	state(t, w, id, call.Ended)
	if n := w.LiveLegs(); n != 0 {
		t.Errorf("%d legs are left", n)
	}
}

func TestF136AbandonAgainstAnswer(t *testing.T) {
	for _, callerFirst := range []bool{true, false} {
		for _, reversed := range []bool{false, true} {
			w := NewWorld(t, "alice")
			id, _ := w.Dial()
			w.Settle()
			if callerFirst {
				w.CallerHangsUp(id)
				w.Answer("alice")
			} else {
				w.Answer("alice")
				w.CallerHangsUp(id)
			}
			for reversed && len(w.Phones.Told) > 0 {
				w.Deliver(len(w.Phones.Told)-1, false)
			}
			w.Settle()
			state(t, w, id, call.Ended)
			w.CheckQuiet()
			if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable || w.LiveLegs() != 0 {
				t.Errorf("alice is %s, %d legs", p, w.LiveLegs())
			}
		}
	}
}

func TestF028CrashBetweenIntentAndDial(t *testing.T) {
	w := NewWorld(t, "alice")
	w.CrashAtChange(3) // the arrival, the claim and the offer are saved; the dial is not made
	id := w.DialIn()
	if w.Phones.Count("Dial") != 0 || w.Call(id).State != call.Ringing {
		t.Fatalf("%d dials, %s: not the crash that was meant", w.Phones.Count("Dial"), w.Call(id).State)
	}
	w.Arrive(id) // the network asks again
	waited := 0
	for ; waited < 60 && !w.Rings("alice"); waited++ {
		w.Pass(time.Second)
		hears(t, w, id, "music")
	}
	if waited > 20 {
		t.Errorf("alice is rung after %d s, want 20 at most", waited)
	}
	takes(t, w, id, "alice")
}

func TestF058CrashBetweenHoldAndDial(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.CrashAtChange(3) // the claim, the intent and the hold are done
	if _, err := w.Press("alice", call.DoConsult, "bob"); !errors.Is(err, ErrCrashed) {
		t.Fatalf("no crash: %v", err)
	}
	if w.Rings("bob") || w.Hears(id) != "music" {
		t.Fatalf("bob rings: %v, the caller hears %s: not the crash that was meant", w.Rings("bob"), w.Hears(id))
	}
	waited := 0
	for ; waited < 60 && !w.Rings("bob") && w.Call(id).State != call.Talking; waited++ {
		w.Pass(time.Second)
	}
	if waited > 20 {
		t.Errorf("repaired after %d s, want 20 at most", waited)
	}
	w.Pass(30 * time.Second)
	hears(t, w, id, "alice")
	w.CheckQuiet()
}

func TestF079CompleteBeforeTheTargetAnswers(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	_, err := w.Press("alice", call.DoComplete, "")
	var refused *call.TransitionError
	if !errors.As(err, &refused) || refused.State != call.ConsultRinging {
		t.Errorf("%v", err)
	}
	hears(t, w, id, "music")
	if !w.Rings("bob") {
		t.Error("the refused press stopped the ringing")
	}
}
