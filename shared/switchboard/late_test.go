package switchboard_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	. "warmtransfer/shared/switchboard/switchboardtest"
)

// An un-hold has no answer and takes effect seconds later, with or without a word of it.
// Whatever is pressed meanwhile, the caller never hears a private talk, which World.Check
// asserts in the very second, and in the end everybody is where they belong.
func TestF184AnUnholdThatTakesEffectLate(t *testing.T) {
	for name, v := range map[string]struct {
		presses []conference.Action // from a consult; the un-hold is that of the first
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
					t.Run(fmt.Sprint(name, " ", late, " s late, silent ", silent, ", ", between, " s between"), func(t *testing.T) {
						w, id := consulting(t)
						f := Fault{Err: switchboard.ErrUnknown, Late: time.Duration(late) * time.Second, Silent: silent}
						if v.presses[0] == conference.DoSwap {
							w.Phones.At("Hold", w.Phones.Count("Hold")+1, f) // after the target's
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
							w.Me("alice") // as the page asks in a call
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

// The process dies after it has asked for the un-hold, which takes effect late.
func TestF184TheOneWhoAskedForItHasCrashed(t *testing.T) {
	w, id := consulting(t)
	w.Phones.At("Hold", w.Phones.Count("Hold")+1, Fault{Err: ErrCrashed, Late: 6 * time.Second, Silent: true})
	w.Store.At("SaveConference", w.Store.Count("SaveConference")+2, Fault{Err: switchboard.ErrUnavailable})
	_, _ = w.Press("alice", conference.DoSwap, "")
	w.Settle()
	if c := w.Conference(id); c.Caller.Unholding.IsZero() {
		t.Fatal("it is not known that it was begun")
	}
	w.MustPress("alice", conference.DoSwap, "")
	w.Pass(25 * time.Second)
	state(t, w, id, conference.Consulting)
	hears(t, w, id, "music")
	if w.Conference(id).Leg(w.Conference(id).Transfer.Leg).Held {
		t.Error("the private talk has not gone on")
	}
	w.CheckQuiet()
}

// An un-hold that is known costs nothing: the next consult begins at once.
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

// The target's own un-hold is the one that is late: the transferor talks to the caller again.
func TestF184TheTargetsUnholdIsLate(t *testing.T) {
	for _, silent := range []bool{false, true} {
		w, id := consulting(t)
		w.MustPress("alice", conference.DoSwap, "")
		w.Settle()
		w.Phones.At("Hold", w.Phones.Count("Hold")+1, Fault{Err: switchboard.ErrUnknown, Late: 4 * time.Second, Silent: silent})
		w.MustPress("alice", conference.DoSwap, "") // the caller's hold, then the target's un-hold
		w.MustPress("alice", conference.DoSwap, "")
		w.Settle()
		w.Pass(25 * time.Second)
		state(t, w, id, conference.Swapped)
		hears(t, w, id, "alice")
		w.CheckQuiet()
	}
}
