package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// F382: hold, talk, hold again within the first turn's length, and the new hold's music cannot be had. The rest of the
// old turn is not heard, so that it does not count, however long it was.
func TestF382HoldAgainWithinALongTurn(t *testing.T) {
	for _, lasts := range []time.Duration{12 * time.Second, 24 * time.Second} {
		w, id := talking(t, "alice", "bob")
		w.LazyPages = true
		w.MustPress("alice", call.DoHold, "")
		w.Settle()
		w.Now = w.Now.Add(time.Second)
		turn := service.Turn{Lasts: func(*call.Call) time.Duration { return lasts }}
		if _, err := w.Service.Wait(t.Context(), id, turn, w.Now); err != nil {
			t.Fatal(err)
		}
		w.Now = w.Now.Add(2 * time.Second)
		w.MustPress("alice", call.DoResume, "")
		w.Settle()
		w.Now = w.Now.Add(2 * time.Second)
		w.MustPress("alice", call.DoHold, "")
		w.Settle()
		w.MusicRunsOut(id)
		silent := time.Duration(0)
		for ; w.Hears(id) == "silence" && silent < time.Minute; silent += time.Second {
			w.Pass(time.Second)
		}
		if silent > 16*time.Second {
			t.Errorf("turns of %v: %v of silence", lasts, silent)
		}
	}
}

// F381: the answer to the dial of a leg that may ring for long is lost, and nobody wants it any more. It is ended in
// time for N3.
func TestF381ALegThatMayRingForLongIsEnded(t *testing.T) {
	for _, how := range []string{"caller hangs up", "declines", "cancelled"} {
		w, id := talking(t, "alice", "bob")
		w.Use(service.Settings{Ring: 2 * time.Minute})
		w.Settle()
		w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: true})
		w.MustPress("alice", call.DoConsult, "bob")
		w.Settle()
		w.Pass(8 * time.Second)
		switch how {
		case "declines":
			w.MustPress("bob", call.DoDecline, "")
		case "cancelled":
			w.MustPress("alice", call.DoCancel, "")
		default:
			w.CallerHangsUp(id)
		}
		w.Settle()
		rings := time.Duration(0)
		for ; w.Rings("bob") && rings < 3*time.Minute; rings += time.Second {
			w.Pass(time.Second)
		}
		if rings > 70*time.Second {
			t.Errorf("%s: bob rings for %v more", how, rings)
		}
	}
}

// F382: the World plays what a turn's answer says: on hold a long turn follows the first one, and a hold anew, or an
// agent who is rung, is no part of one.
func TestF382TheWorldPlaysLongTurns(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	turns := func(seconds int) (n int) {
		for range seconds {
			at := w.Call(id).MusicAt
			if w.Pass(time.Second); !w.Call(id).MusicAt.Equal(at) {
				n++
			}
		}
		return n
	}
	w.MustPress("alice", call.DoHold, "")
	w.Settle()
	if n := turns(96); n != 5 { // the first one, and four long ones
		t.Errorf("%d turns on hold", n)
	}
	w.MustPress("alice", call.DoResume, "")
	w.Settle()
	hears(t, w, id, "alice")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	if n := turns(16); n != 2 { // bob is rung
		t.Errorf("%d turns while bob is rung", n)
	}
	w.CheckQuiet()
}
