package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// callsPlace lets alice become free, and says whether they are rung for the place within two minutes.
func callsPlace(w *World, place call.ID) bool {
	w.Choose("alice", agent.Available)
	for range 120 {
		if w.Pass(time.Second); w.Rings("alice") {
			return w.Call(place).State == call.AgentFirst
		}
	}
	return false
}

// The caller rings in again, waits with their old place, and gives up once more: they have the kept one as before.
func TestF341WhoRingsInAgainAndHangsUpKeepsTheirPlace(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	was := w.Call(place)
	for range 3 {
		w.Pass(time.Minute)
		again := w.RingInAgain()
		if c := w.Call(again); !c.Queued.Equal(was.Queued) {
			t.Errorf("queued %v, not %v", c.Queued, was.Queued)
		}
		w.Pass(2 * time.Minute)
		queue, err := w.Store.Queue(t.Context())
		if err != nil || len(queue) != 1 || queue[0].ID != again {
			t.Errorf("while the caller waits the queue is %+v, %v", queue, err)
		}
		w.CallerHangsUp(again)
	}
	w.Pass(time.Minute)
	if c := w.Call(place); c.State != call.KeepsPlace || !c.Queued.Equal(was.Queued) || c.Kept != was.Kept {
		t.Fatalf("the place is %s, %+v", c.State, c.Kept)
	}
	if !callsPlace(w, place) {
		t.Errorf("the place is not called: %s", w.Call(place).State)
	}
}

// Whoever was served, or has chosen something else, is not called besides.
func TestF341WhoRingsInAgainAndIsServedKeepsNone(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	again := w.RingInAgain()
	w.Choose("alice", agent.Available)
	w.Pass(10 * time.Second)
	w.Answer("alice")
	w.Pass(time.Minute)
	w.HangUp("alice")
	w.CallerHangsUp(again)
	if w.Pass(time.Minute); callsPlace(w, place) {
		t.Error("who was served is called")
	}
	if c := w.Call(place); c.State != call.Ended || c.Reason != call.ReasonCameBack {
		t.Errorf("the place is %s, %s", c.State, c.Reason)
	}
}

// They ring in while an agent is rung for their place, or while they are dialled: that is no attempt.
func TestF341TheCallerRingsInWhileTheyAreDialled(t *testing.T) {
	for _, dialled := range []bool{false, true} {
		w, place := offeredPlace(t)
		if dialled {
			w.Answer("alice")
			w.Settle()
		}
		w.Choose("alice", agent.Away)
		again := w.RingInAgain()
		w.Pass(5 * time.Second)
		if w.CallerRings(place) || w.Rings("alice") || w.Talks("alice") {
			t.Errorf("dialled %t: a leg is left for the place", dialled)
		}
		w.Pass(time.Minute)
		w.CallerHangsUp(again)
		w.Pass(time.Minute)
		if c := w.Call(place); c.State != call.KeepsPlace || c.Kept.Tries != 0 || !callsPlace(w, place) {
			t.Errorf("dialled %t: the place is %s, %+v", dialled, c.State, c.Kept)
		}
		w.CheckQuiet()
	}
}

// Whatever fails when the caller rings in again, they have one place: in the line, and the kept one when they have
// hung up.
func TestF341AStepOfTheRingInFails(t *testing.T) {
	for _, f := range []struct {
		op  string
		nth int
	}{{"PlaceOf", 0}, {"Call", 0}, {"Call", 1}, {"SavePlaceOf", 0}, {"SaveCall", 1}} {
		for _, took := range []bool{false, true} {
			w, id := asked(t, service.Settings{})
			place := w.KeepPlace(id)
			w.Pass(time.Minute)
			w.Store.At(f.op, w.Store.Count(f.op)+f.nth, Fault{Err: service.ErrUnavailable, Took: took})
			again := w.RingInAgain()
			w.Choose("alice", agent.Available)
			w.Pass(15 * time.Second)
			if c := w.Call(place); c.State != call.KeepsPlace || w.Call(again).State != call.Ringing {
				t.Errorf("%+v, took effect %t: the place is %s, the caller %s", f, took, c.State, w.Call(again).State)
			}
			w.CallerHangsUp(again)
			if w.Pass(2 * time.Minute); !w.Rings("alice") && !callsPlace(w, place) {
				t.Errorf("%+v, took effect %t: the place is %s", f, took, w.Call(place).State)
			}
		}
	}
}

// The last look at a call that has had a place fails: the place is back with the next.
func TestF341TheReturnOfAPlaceFails(t *testing.T) {
	for _, op := range []string{"PlaceOf", "SavePlaceOf", "SaveCall"} {
		for _, took := range []bool{false, true} {
			w, id := asked(t, service.Settings{})
			place := w.KeepPlace(id)
			again := w.RingInAgain()
			w.CallerHangsUp(again)
			w.Settle()
			w.Store.At(op, w.Store.Count(op), Fault{Err: service.ErrUnavailable, Took: took})
			w.Sweep()
			if w.Pass(2 * time.Minute); !callsPlace(w, place) {
				t.Errorf("%s, took effect %t: the place is %s", op, took, w.Call(place).State)
			}
		}
	}
}

// A caller with a place finds nobody online, leaves no message, and waits in the line: they are not called besides.
func TestF341WhoComesBackIntoTheLineHasThePlaceThere(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	w.Silent("alice")
	w.Pass(time.Minute)
	take := w.Service.ArriveBy(service.Arriving{IfOnline: true})
	c, err := take(t.Context(), ringsAgain, CallerNumber, false, w.Now)
	if err != nil || c.Reason != call.ReasonNobodyOnline {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := w.Service.ReturnToLine(t.Context(), ringsAgain, false, w.Now); err != nil {
		t.Fatal(err)
	}
	if c := w.Call(place); c.Kept.Lent != ringsAgain {
		t.Errorf("the place is %s, %+v", c.State, c.Kept)
	}
	// They hang up, and ring in again before the place is back.
	if err := w.Service.HandleCallerEnded(t.Context(), ringsAgain, CallerNumber, w.Now); err != nil {
		t.Fatal(err)
	}
	again := w.RingInAgain()
	w.Sweep()
	if c := w.Call(place); c.Kept.Lent != again || w.Call(again).Had != place {
		t.Errorf("the place is %s, %+v, while its caller is on the line", c.State, c.Kept)
	}
}

// A caller with a place comes back into the line, while an agent is rung for the place: they are offered the caller.
func TestF341WhoComesBackIsOfferedAndNotThePlace(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	w.Silent("alice")
	w.Pass(time.Minute)
	take := w.Service.ArriveBy(service.Arriving{IfOnline: true})
	if _, err := take(t.Context(), ringsAgain, CallerNumber, false, w.Now); err != nil {
		t.Fatal(err)
	}
	w.Choose("alice", agent.Available)
	if !w.Rings("alice") || w.Call(place).Offer == "" {
		t.Fatalf("alice is not rung for the place: %+v", w.Call(place))
	}
	if _, err := w.Service.ReturnToLine(t.Context(), ringsAgain, false, w.Now); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	if c := w.Call(ringsAgain); c.State != call.Ringing || w.Call(place).Offer != "" {
		t.Errorf("the caller is %s, the place %+v", c.State, w.Call(place).Kept)
	}
}

// A caller with a place rings in again, the last agent goes, and they hang up as they are asked for a message: the
// place is back.
func TestF341TheLastAgentGoesAfterTheSecondRingIn(t *testing.T) {
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	again := w.RingInAgain()
	w.Silent("alice")
	w.Pass(3 * time.Minute)
	if err := w.Service.AskWhoIsAlone(t.Context(), w.Now); err != nil {
		t.Fatal(err)
	}
	if c := w.Call(again); c.Reason != call.ReasonNobodyOnline {
		t.Fatalf("the call is %s, %s", c.State, c.Reason)
	}
	w.CallerHangsUp(again)
	w.Pass(2 * time.Minute)
	w.Sweep()
	if c := w.Call(place); c.State != call.KeepsPlace || c.Kept.Lent != "" {
		t.Errorf("the place is %s, %s, %+v", c.State, c.Reason, c.Kept)
	}
}

// placeOutside is the place of a number that agents may call. Bob is Away.
func placeOutside(t *testing.T) (*World, call.ID) {
	t.Helper()
	w, id := asked(t, service.Settings{})
	place := w.KeepPlace(id)
	if err := w.Store.SavePlaceOf(t.Context(), Outside, place); err != nil {
		t.Fatal(err)
	}
	c := w.Call(place)
	c.Out.Number = Outside
	if err := w.Store.SaveCall(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	w.Choose("bob", agent.Away)
	return w, place
}

// An agent calls the number of a place and a machine picks up: if they end the call soon, the place is kept.
func TestF344AMachineHasNotThePlace(t *testing.T) {
	for talk, kept := range map[time.Duration]bool{10 * time.Second: true, 2 * time.Minute: false} {
		w, place := placeOutside(t)
		by, _, err := w.CallBack("bob", "k1")
		if err != nil || !w.Answer("bob") {
			t.Fatalf("bob does not call: %v", err)
		}
		w.Settle()
		w.CallerPicksUp(by)
		w.MachineHeard(by)
		w.Pass(talk)
		w.MustPress("bob", call.DoEnd, "")
		w.Pass(2 * time.Minute)
		if c := w.Call(place); (c.State == call.KeepsPlace && c.Kept.Lent == "") != kept {
			t.Errorf("after %s the place is %s, %s, %+v", talk, c.State, c.Reason, c.Kept)
		}
	}
}

// An agent calls the number of a place, and a step of that fails: the number is called by one of them. Whoever is not
// reached keeps the place.
func TestF344AnAgentCallsTheNumberOfAPlace(t *testing.T) {
	for _, reached := range []bool{false, true} {
		for n := range 7 {
			w, place := placeOutside(t)
			w.CrashAtChange(n) // after so many saves
			by, _, _ := w.CallBack("bob", "k1")
			w.Life.Disarm()
			w.Life.Revive()
			w.Settle()
			w.Choose("alice", agent.Available)
			w.Pass(15 * time.Second)
			if by != "" && w.Call(place).State != call.KeepsPlace && w.Call(by).State != call.Ended {
				t.Errorf("crash %d: both are under way: %s, %s", n, w.Call(place).State, w.Call(by).State)
			}
			if reached && by != "" && w.Answer("bob") {
				w.Settle()
				w.CallerPicksUp(by)
				w.Pass(10 * time.Second)
				w.MustPress("bob", call.DoEnd, "")
			} else {
				reached = false
			}
			w.Pass(time.Minute)
			if called := w.Rings("alice") || callsPlace(w, place); called == (reached && by != "") {
				t.Errorf("crash %d: reached %t, the place is called %t: %s", n, reached, called, w.Call(place).State)
			}
		}
	}
}
