package service_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// letInBefore makes all legs of a call legs that the release before has let in.
func letInBefore(t *testing.T, w *World, id call.ID) {
	t.Helper()
	c := w.Call(id)
	for i := range c.Legs {
		c.Legs[i].LetsWait = false
	}
	if err := w.Store.SaveCall(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// F250: a consult holds the caller and dials the target side by side. In each order, with each fault of the hold and
// with a target who answers at once, the caller never hears the consult, and it begins or is given up.
func TestF250TheTargetAnswersBeforeTheHold(t *testing.T) {
	for _, test := range []struct {
		name   string
		holds  []Fault
		begins bool
	}{
		{"done", nil, true},
		{"no answer, done", []Fault{{Err: service.ErrUnknown, Took: true}}, true},
		{"no answer, twice, done later", []Fault{{Err: service.ErrUnknown}, {Err: service.ErrUnknown}}, true},
		{"slow, not done", []Fault{{Err: service.ErrSlow}}, true},
		{"slow, takes effect late, untold",
			[]Fault{{Err: service.ErrSlow, Late: 4 * time.Second, Silent: true}}, true},
		{"throttled", []Fault{{Err: service.ErrThrottled}}, false},
		{"refused", []Fault{{Err: &service.RefusedError{Code: 20001}}}, false},
	} {
		for _, first := range []bool{false, true} {
			for _, after := range []time.Duration{0, time.Second, 6 * time.Second} {
				t.Run(fmt.Sprint(test.name, " dial first ", first, " ", after), func(t *testing.T) {
					w, id := talking(t, "alice", "bob")
					w.DialFirst = first
					for _, f := range test.holds {
						w.Phones.Next("Hold", f)
					}
					w.MustPress("alice", call.DoConsult, "bob")
					w.Skip(after)
					w.Answer("bob")
					w.Check()
					w.Settle()
					w.Pass(20 * time.Second)
					if !test.begins {
						state(t, w, id, call.Talking)
						hears(t, w, id, "alice")
						if w.Rings("bob") || w.Talks("bob") || w.Me("bob").Call != nil {
							t.Error("bob is not released")
						}
						return
					}
					state(t, w, id, call.Consulting)
					hears(t, w, id, "music")
					w.CheckQuiet()
				})
			}
		}
	}
}

// F250: the hold is never done. The target who has answered hears words, and then the try ends; the caller stays with
// the transferor.
func TestF250AHoldThatIsNeverDone(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Phones.Every("Hold", Fault{Err: service.ErrUnknown})
	w.MustPress("alice", call.DoConsult, "bob")
	w.Answer("bob")
	if !w.Waits("bob") {
		t.Fatal("bob hears no words")
	}
	w.Pass(10 * time.Second)
	state(t, w, id, call.ConsultRinging)
	if !w.Waits("bob") || !w.Me("alice").Call.Overdue {
		t.Error("bob does not wait any more, or alice is not told that the hold is not done")
	}
	w.Pass(10 * time.Second)
	state(t, w, id, call.Talking)
	if o := w.Call(id).Transfer.Outcome; o != call.OutcomeSlow || w.Talks("bob") {
		t.Errorf("%s, bob's leg is up %t", o, w.Talks("bob"))
	}
	hears(t, w, id, "alice")
	w.Phones.Heal()
	w.Pass(15 * time.Second)
	w.CheckQuiet()
}

// F250: the process that is to hold the caller crashes when the target is dialled.
func TestF250CrashBetweenDialAndHold(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.DialFirst = true
	w.CrashAtChange(3) // the claim, the intent and the dial are done
	if _, err := w.Press("alice", call.DoConsult, "bob"); !errors.Is(err, ErrCrashed) {
		t.Fatalf("no crash: %v", err)
	}
	if !w.Rings("bob") || w.Hears(id) != "alice" {
		t.Fatalf("bob rings: %v, the caller hears %s: not the crash that was meant", w.Rings("bob"), w.Hears(id))
	}
	w.Phones.Every("Hold", Fault{Err: service.ErrUnknown})
	w.Answer("bob")
	w.Check()
	if !w.Waits("bob") {
		t.Error("bob does not wait")
	}
	w.Phones.Heal()
	w.Pass(6 * time.Second)
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
}

// F250: connect-agent may be older than transfer while a new release is deployed. It lets every target in, so nobody is
// dialled before the hold is done unless the transferor's leg was let in by the new one.
func TestF250AnOlderConnectAgentIsGivenNoTargetTooSoon(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	letInBefore(t, w, id)
	w.Phones.Every("Hold", Fault{Err: service.ErrUnknown})
	w.MustPress("alice", call.DoConsult, "bob")
	w.Pass(3 * time.Second)
	if w.Rings("bob") {
		t.Error("bob rings before the caller is on hold")
	}
	w.Phones.Heal()
	w.Pass(6 * time.Second)
	if !w.Rings("bob") {
		t.Error("bob does not ring when the caller is on hold")
	}
}
