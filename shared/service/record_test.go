package service_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/teamview"
)

// answered is a World with a caller who talks to alice.
func answered(t *testing.T) (*World, call.ID) {
	t.Helper()
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	return w, id
}

// The save that ends a call makes its record. If it fails, or takes effect without an answer, the next clock does it
// again.
func TestF210TheSaveThatEndsACallFails(t *testing.T) {
	for _, took := range []bool{false, true} {
		w, id := answered(t)
		if _, there := w.Store.Recorded(id); there {
			t.Error("there is a record during the call")
		}
		w.Store.Every("SaveCall", Fault{Err: service.ErrUnavailable, Took: took})
		w.CallerHangsUp(id)
		w.Settle()
		w.Store.Heal()
		var first record.Record
		for i := range 3 {
			w.Now = w.Now.Add(time.Minute)
			w.Sweep()
			w.Settle()
			r, there := w.Store.Recorded(id)
			if !there || r.Outcome != record.Answered || r.EndedBy != record.ByCaller || w.LiveLegs() != 0 {
				t.Fatalf("took %t: there %t, %+v", took, there, r)
			}
			if i == 0 {
				first = r
			} else if fmt.Sprintf("%+v", r) != fmt.Sprintf("%+v", first) {
				t.Errorf("the record has changed: %+v, %+v", r, first)
			}
		}
		if snap, err := w.Beat("alice"); err != nil || snap.Agent.Presence != "available" {
			t.Errorf("took %t: alice is %s, %v", took, snap.Agent.Presence, err)
		}
	}
}

// The function dies at each of its outside calls while the call ends.
func TestF210AFunctionThatDiesLeavesARecord(t *testing.T) {
	for _, took := range []bool{false, true} {
		for n := range 12 {
			w, id := answered(t)
			w.Life.CrashAt(w.Life.Calls()+n, took)
			w.CallerHangsUp(id)
			w.Settle()
			w.Life.Disarm()
			w.Life.Revive()
			for range 3 {
				w.Now = w.Now.Add(time.Minute)
				w.Sweep()
				w.Settle()
			}
			if r, there := w.Store.Recorded(id); !there || r.Outcome != record.Answered || len(r.Legs) != 1 {
				t.Errorf("after %d calls, took %t: there %t, %+v", n, took, there, r)
			}
		}
	}
}

// A classic transfer with a consult, as its record tells it.
func TestTheRecordTellsTheWholeStory(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Choose("alice", agent.Away) // nobody is rung yet
	w.Choose("bob", agent.Away)
	began := w.Now
	id, _ := w.Dial()
	w.Pass(24 * time.Second)
	w.Choose("alice", agent.Available)
	w.Choose("bob", agent.Available)
	w.Pass(time.Second)
	if !w.Rings("alice") {
		t.Fatal("alice is not rung")
	}
	w.Answer("alice")
	w.Settle()
	answered := w.Now
	w.Pass(60 * time.Second)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Pass(8 * time.Second)
	w.Answer("bob")
	w.Settle()
	w.Pass(20 * time.Second)
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	handed := w.Now
	w.Pass(30 * time.Second)
	w.MustPress("bob", call.DoEnd, "")
	w.Settle()
	w.Pass(time.Second)
	ended := w.Now

	r, there := w.Store.Recorded(id)
	near := func(what string, got int, want time.Duration) {
		t.Helper()
		if d := time.Duration(got)*time.Second - want; d.Abs() > 3*time.Second {
			t.Errorf("%s: %d s, want about %v", what, got, want)
		}
	}
	if !there || r.Outcome != record.Transferred || r.EndedBy != record.ByAgent || r.Ender == nil ||
		r.Ender.ID != "bob" || !r.Arrived.Equal(began) || r.Answered.Before(answered.Add(-time.Second)) ||
		r.Place != 1 || r.Caller != "+15005550006" || r.Ended.After(ended) {
		t.Errorf("there %t: %+v", there, r)
	}
	near("wait", r.Wait, answered.Sub(began))
	near("hold", r.Hold, 28*time.Second)
	near("talk", r.Talk, 90*time.Second)
	if len(r.Legs) != 2 || r.Legs[0].Party != (record.Party{ID: "alice", Name: "Agent alice"}) ||
		r.Legs[0].Outcome != call.OutcomeTransferred || r.Legs[1].Outcome != call.OutcomeEnded {
		t.Fatalf("legs %+v", r.Legs)
	}
	near("alice talks", r.Legs[0].Talk, handed.Sub(answered))
	near("bob is rung", r.Legs[1].Ring, 8*time.Second)
	near("bob talks", r.Legs[1].Talk, 50*time.Second)
	if len(r.Transfers) != 1 || r.Transfers[0].Outcome != call.OutcomeAnswered || r.Transfers[0].To.ID != "bob" ||
		r.Transfers[0].Kind != call.KindConsult {
		t.Errorf("transfers %+v", r.Transfers)
	}
	if who := r.Agents(); len(who) != 2 || who[0] != "alice" || who[1] != "bob" || len(r.History) < 5 {
		t.Errorf("agents %v, history %v", who, r.History)
	}
}

func TestRecordsOfCallersWhomNobodyAnswered(t *testing.T) {
	w := NewWorld(t)
	left, _ := w.Dial()
	w.Pass(20 * time.Second)
	w.CallerHangsUp(left)
	w.Settle()
	waited, _ := w.Dial()
	w.Pass(MaxWait + 30*time.Second)
	const closed = call.ID("CA00000000000000000000000000000999")
	if _, err := w.Service.TurnAway(t.Context(), closed, "+15005550006", false, w.Now); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[call.ID]record.Record{
		left:   {Outcome: record.Abandoned, EndedBy: record.ByCaller, Wait: 18, Place: 1},
		waited: {Outcome: record.Expired, EndedBy: record.ByLine, Wait: 18, Place: 1},
		closed: {Outcome: record.Closed, EndedBy: record.ByLine},
	} {
		r, _ := w.Store.Recorded(id)
		if r.Outcome != want.Outcome || r.EndedBy != want.EndedBy || r.Wait < want.Wait ||
			r.Talk != 0 || r.Place != want.Place || len(r.Legs) != 0 || !r.Answered.IsZero() ||
			teamview.EndedOf(r).Outcome != want.Outcome {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
}

// Each attempt has its place in the record: who was rung and declined, whom the transferor took back, the queue.
func TestTheRecordHasEveryAttempt(t *testing.T) {
	w, id := answered(t)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Reject("bob", call.OutcomeBusy)
	w.Settle()
	w.Pass(25 * time.Second)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	w.MustPress("alice", call.DoRequeue, "")
	w.Settle()
	w.Pass(10 * time.Second)
	w.Answer("bob")
	w.Settle()
	w.CallerHangsUp(id)
	w.Settle()
	r, _ := w.Store.Recorded(id)
	var transfers []call.Outcome
	for _, x := range r.Transfers {
		transfers = append(transfers, x.Outcome)
	}
	if got, want := fmt.Sprint(transfers), "[busy cancelled queued]"; got != want {
		t.Errorf("transfers %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(outcomes(r)), "[transferred busy cancelled caller-left]"; got != want {
		t.Errorf("legs %s, want %s", got, want)
	}
	if r.Outcome != record.Transferred {
		t.Errorf("the call was %s", r.Outcome)
	}
}

// How the call ended later is not how it went for an agent who was lost before.
func TestTheLegOfALostAgentStaysLostInTheRecord(t *testing.T) {
	w, id := answered(t)
	w.HangUp("alice")
	w.Settle()
	w.Now = w.Now.Add(time.Second)
	w.Choose("alice", agent.Away)
	w.Silent("alice")
	w.Pass(10 * time.Second)
	w.Answer("bob")
	w.Settle()
	w.Pass(time.Minute)
	w.CallerHangsUp(id)
	w.Settle()
	r, _ := w.Store.Recorded(id)
	if got, want := fmt.Sprint(outcomes(r)), "[lost caller-left]"; got != want {
		t.Errorf("legs %s, want %s", got, want)
	}
}

// The history keeps its first entry and the newest: the answer of a long call is not among them.
func TestALongCallWithManyHoldsIsAnswered(t *testing.T) {
	w, id := answered(t)
	at := w.Now
	for range 60 {
		w.Pass(time.Second)
		w.MustPress("alice", call.DoHold, "")
		w.Settle()
		w.MustPress("alice", call.DoResume, "")
		w.Settle()
	}
	w.CallerHangsUp(id)
	w.Settle()
	r, _ := w.Store.Recorded(id)
	if r.Outcome != record.Answered || !r.Answered.Equal(at) {
		t.Errorf("%s, answered at %s, want %s", r.Outcome, r.Answered, at)
	}
}

func outcomes(r record.Record) (legs []call.Outcome) {
	for _, l := range r.Legs {
		legs = append(legs, l.Outcome)
	}
	return legs
}
