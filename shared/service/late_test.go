package service_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// A resume gets no answer and takes effect seconds later, with or without a callback. Whatever is
// pressed meanwhile, the caller never hears a consult (N5), which World.Check asserts in each
// second, and in the end all are where they belong.
func TestF184AnUnholdThatTakesEffectLate(t *testing.T) {
	for name, v := range map[string]struct {
		presses []call.Action // from a consult; the resume is that of the first press
		state   call.State
		hears   string
	}{
		"swap, swap":             {[]call.Action{"swap", "swap"}, call.Consulting, "music"},
		"swap, swap, complete":   {[]call.Action{"swap", "swap", "complete"}, call.Talking, "bob"},
		"swap, swap, cancel":     {[]call.Action{"swap", "swap", "cancel"}, call.Talking, "alice"},
		"swap, cancel, consult":  {[]call.Action{"swap", "cancel", "consult"}, call.Consulting, "music"},
		"cancel, consult":        {[]call.Action{"cancel", "consult"}, call.Consulting, "music"},
		"cancel, hold, consult":  {[]call.Action{"cancel", "hold", "consult"}, call.Consulting, "music"},
		"join, cancel, consult":  {[]call.Action{"join", "cancel", "consult"}, call.Consulting, "music"},
		"complete":               {[]call.Action{"complete"}, call.Talking, "bob"},
		"swap, complete":         {[]call.Action{"swap", "complete"}, call.Talking, "bob"},
		"swap, swap, swap, swap": {[]call.Action{"swap", "swap", "swap", "swap"}, call.Consulting, "music"},
	} {
		for late := 1; late <= 10; late += 3 * stride(2) {
			for _, silent := range []bool{false, true} {
				for _, between := range []int{0, 1, 3, 6} {
					test := fmt.Sprint(name, " ", late, " s late, silent ", silent, ", ", between, " s between")
					t.Run(test, func(t *testing.T) {
						w, id := consulting(t)
						f := Fault{Err: service.ErrUnknown, Late: time.Duration(late) * time.Second, Silent: silent}
						if v.presses[0] == call.DoSwap {
							// the caller's resume comes after the target's hold
							w.Phones.At("Hold", w.Phones.Count("Hold")+1, f)
						} else {
							w.Phones.Next("Hold", f)
						}
						for _, a := range v.presses {
							w.MustPress("alice", a, targetOf(a))
							w.Settle()
							w.Answer("bob")
							w.Settle()
							w.Pass(time.Duration(between) * time.Second)
						}
						for range 20 {
							w.Answer("bob")
							w.Pass(time.Second)
							w.Me("alice") // the page polls during a call
						}
						state(t, w, id, v.state)
						hears(t, w, id, v.hears)
						w.CheckQuiet()
					})
				}
			}
		}
	}
}

// The process crashes after it has sent the resume, which takes effect late.
func TestF184TheOneWhoAskedForItHasCrashed(t *testing.T) {
	w, id := consulting(t)
	w.Phones.At("Hold", w.Phones.Count("Hold")+1, Fault{Err: ErrCrashed, Late: 6 * time.Second, Silent: true})
	w.Store.At("SaveCall", w.Store.Count("SaveCall")+2, Fault{Err: service.ErrUnavailable})
	_, _ = w.Press("alice", call.DoSwap, "")
	w.Settle()
	if c := w.Call(id); c.Caller.ResumingSince.IsZero() {
		t.Fatal("the resume is not recorded as begun")
	}
	w.MustPress("alice", call.DoSwap, "")
	w.Pass(25 * time.Second)
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
	if w.Call(id).Leg(w.Call(id).Transfer.Leg).Held {
		t.Error("the consult has not gone on")
	}
	w.CheckQuiet()
}

// A resume that is confirmed causes no delay: the next consult begins at once.
func TestF184AKnownUnholdIsNotWaitedFor(t *testing.T) {
	w, id := consulting(t)
	for range 4 {
		w.MustPress("alice", call.DoSwap, "")
		w.Settle()
	}
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	w.MustPress("alice", call.DoConsult, "bob")
	if !w.Rings("bob") {
		t.Error("bob is not rung at once")
	}
}

// The target's resume is the one that is late; meanwhile the transferor swaps back to the caller.
func TestF184TheTargetsUnholdIsLate(t *testing.T) {
	for _, silent := range []bool{false, true} {
		w, id := consulting(t)
		w.MustPress("alice", call.DoSwap, "")
		w.Settle()
		f := Fault{Err: service.ErrUnknown, Late: 4 * time.Second, Silent: silent}
		w.Phones.At("Hold", w.Phones.Count("Hold")+1, f)
		w.MustPress("alice", call.DoSwap, "") // the caller's hold, then the target's resume
		w.MustPress("alice", call.DoSwap, "")
		w.Settle()
		w.Pass(25 * time.Second)
		state(t, w, id, call.Swapped)
		hears(t, w, id, "alice")
		w.CheckQuiet()
	}
}

// The agent who came back is lost again before their resume of the caller takes effect: the caller, who is alone, hears
// no silence when it does.
func TestF184TheOneWhoAskedForItIsLostAgain(t *testing.T) {
	for late := 1; late <= 10; late += 3 {
		for _, silent := range []bool{false, true} {
			t.Run(fmt.Sprint(late, " s late, silent ", silent), func(t *testing.T) {
				w := NewWorld(t, "alice", "bob")
				id, _ := w.Dial()
				w.Settle()
				w.Answer("alice")
				w.Settle()
				w.HangUp("alice")
				w.Settle()
				w.Pass(13 * time.Second)
				w.Phones.Next("Hold",
					Fault{Err: service.ErrUnknown, Late: time.Duration(late) * time.Second, Silent: silent})
				w.Answer("alice")
				w.Settle()
				w.HangUp("alice")
				w.Settle()
				w.Pass(30 * time.Second)
				hears(t, w, id, "music")
				if w.Longest > 2 {
					t.Errorf("the caller heard silence for %d s", w.Longest)
				}
				w.CheckQuiet()
			})
		}
	}
}
