package switchboard_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	. "warmtransfer/shared/switchboard/switchboardtest"
)

// A resume gets no answer and takes effect seconds later, with or without a callback. Whatever is
// pressed meanwhile, the caller never hears a consult (N5), which World.Check asserts in each
// second, and in the end all are where they belong.
func TestF184AnUnholdThatTakesEffectLate(t *testing.T) {
	for name, v := range map[string]struct {
		presses []conference.Action // from a consult; the resume is that of the first press
		state   conference.State
		hears   string
	}{
		"swap, swap":             {[]conference.Action{"swap", "swap"}, conference.Consulting, "music"},
		"swap, swap, complete":   {[]conference.Action{"swap", "swap", "complete"}, conference.Talking, "bob"},
		"swap, swap, cancel":     {[]conference.Action{"swap", "swap", "cancel"}, conference.Talking, "alice"},
		"swap, cancel, consult":  {[]conference.Action{"swap", "cancel", "consult"}, conference.Consulting, "music"},
		"cancel, consult":        {[]conference.Action{"cancel", "consult"}, conference.Consulting, "music"},
		"cancel, hold, consult":  {[]conference.Action{"cancel", "hold", "consult"}, conference.Consulting, "music"},
		"join, cancel, consult":  {[]conference.Action{"join", "cancel", "consult"}, conference.Consulting, "music"},
		"complete":               {[]conference.Action{"complete"}, conference.Talking, "bob"},
		"swap, complete":         {[]conference.Action{"swap", "complete"}, conference.Talking, "bob"},
		"swap, swap, swap, swap": {[]conference.Action{"swap", "swap", "swap", "swap"}, conference.Consulting, "music"},
	} {
		for late := 1; late <= 10; late += 3 {
			for _, silent := range []bool{false, true} {
				for _, between := range []int{0, 1, 3, 6} {
					test := fmt.Sprint(name, " ", late, " s late, silent ", silent, ", ", between, " s between")
					t.Run(test, func(t *testing.T) {
						w, id := consulting(t)
						f := Fault{Err: switchboard.ErrUnknown, Late: time.Duration(late) * time.Second, Silent: silent}
						if v.presses[0] == conference.DoSwap {
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
	w.Store.At("SaveConference", w.Store.Count("SaveConference")+2, Fault{Err: switchboard.ErrUnavailable})
	_, _ = w.Press("alice", conference.DoSwap, "")
	w.Settle()
	if c := w.Conference(id); c.Caller.Unholding.IsZero() {
		t.Fatal("the resume is not recorded as begun")
	}
	w.MustPress("alice", conference.DoSwap, "")
	w.Pass(25 * time.Second)
	state(t, w, id, conference.Consulting)
	hears(t, w, id, "music")
	if w.Conference(id).Leg(w.Conference(id).Transfer.Leg).Held {
		t.Error("the consult has not gone on")
	}
	w.CheckQuiet()
}

// A resume that is confirmed causes no delay: the next consult begins at once.
func TestF184AKnownUnholdIsNotWaitedFor(t *testing.T) {
	w, id := consulting(t)
	for range 4 {
		w.MustPress("alice", conference.DoSwap, "")
		w.Settle()
	}
	state(t, w, id, conference.Consulting)
	hears(t, w, id, "music")
	w.MustPress("alice", conference.DoCancel, "")
	w.Settle()
	w.MustPress("alice", conference.DoConsult, "bob")
	if !w.Rings("bob") {
		t.Error("bob is not rung at once")
	}
}

// The target's resume is the one that is late; meanwhile the transferor swaps back to the caller.
func TestF184TheTargetsUnholdIsLate(t *testing.T) {
	for _, silent := range []bool{false, true} {
		w, id := consulting(t)
		w.MustPress("alice", conference.DoSwap, "")
		w.Settle()
		f := Fault{Err: switchboard.ErrUnknown, Late: 4 * time.Second, Silent: silent}
		w.Phones.At("Hold", w.Phones.Count("Hold")+1, f)
		w.MustPress("alice", conference.DoSwap, "") // the caller's hold, then the target's resume
		w.MustPress("alice", conference.DoSwap, "")
		w.Settle()
		w.Pass(25 * time.Second)
		state(t, w, id, conference.Swapped)
		hears(t, w, id, "alice")
		w.CheckQuiet()
	}
}
