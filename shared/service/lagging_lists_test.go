package service_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// calls bring a call into each of its states.
var calls = map[string]func(t *testing.T) (*World, call.ID){
	"waiting":         func(t *testing.T) (*World, call.ID) { return dialled(t) },
	"ringing":         func(t *testing.T) (*World, call.ID) { return dialled(t, "alice") },
	"talking":         func(t *testing.T) (*World, call.ID) { return talking(t, "alice", "bob") },
	"held":            func(t *testing.T) (*World, call.ID) { return appliedName(t, false, call.DoHold) },
	"add-ringing":     func(t *testing.T) (*World, call.ID) { return appliedName(t, false, call.DoAdd) },
	"consult-ringing": func(t *testing.T) (*World, call.ID) { return appliedName(t, false, call.DoConsult) },
	"consulting":      func(t *testing.T) (*World, call.ID) { return consulting(t) },
	"swapped":         func(t *testing.T) (*World, call.ID) { return appliedName(t, true, call.DoSwap) },
	"three-way":       func(t *testing.T) (*World, call.ID) { return appliedName(t, true, call.DoJoin) },
	"handed over":     func(t *testing.T) (*World, call.ID) { return appliedName(t, true, call.DoComplete) },
}

func dialled(t *testing.T, agents ...agent.ID) (*World, call.ID) {
	w := NewWorld(t, agents...)
	id, _ := w.Dial()
	w.Settle()
	return w, id
}

// appliedName is a call in which alice has pressed that button, while talking to the caller or
// consulting bob.
func appliedName(t *testing.T, consults bool, a call.Action) (*World, call.ID) {
	w, id := talking(t, "alice", "bob")
	if consults {
		w, id = consulting(t)
	}
	w.MustPress("alice", a, targetOf(a))
	w.Settle()
	return w, id
}

// course describes what has become of a call: two calls with the same course behave alike.
func course(w *World, id call.ID) string {
	c := w.Call(id)
	s := fmt.Sprintf("%s, the caller hears %s, %d legs, round %d:", c.State, w.Hears(id), w.LiveLegs(), c.Generation)
	for _, e := range c.History {
		s += fmt.Sprintf(" %s %s %s,", e.What, e.Agent, e.Outcome)
	}
	return s
}

// A list of Twilio succeeds and is empty, or lacks one participant: once, for some seconds, for
// minutes. The call takes the same course as without that fault.
func TestF178AListThatLagsChangesNothing(t *testing.T) {
	lags := Fault{Err: ErrLags}
	lists := map[string]func(w *World, id call.ID){
		"no room once":        func(w *World, _ call.ID) { w.Phones.Next("FindConference", lags) },
		"no room for minutes": func(w *World, _ call.ID) { w.Phones.Every("FindConference", lags) },
		"nobody in it once":   func(w *World, _ call.ID) { w.Phones.Next("Participants", lags) },
		"nobody for minutes":  func(w *World, _ call.ID) { w.Phones.Every("Participants", lags) },
		"no caller":           func(w *World, id call.ID) { w.Phones.Unlisted[call.LegID(id)] = true },
		"no agent": func(w *World, id call.ID) {
			for _, l := range w.Call(id).Legs {
				w.Phones.Unlisted[l.SID] = true
			}
		},
		"neither room nor leg": func(w *World, _ call.ID) {
			for _, op := range []string{"FindConference", "Participants", "FindLeg"} {
				w.Phones.Every(op, lags)
			}
		},
	}
	passes := []time.Duration{0, 6 * time.Second, 3 * time.Minute}
	for phase, begin := range calls {
		for name, list := range lists {
			for i := 0; i < len(passes); i += stride(2) {
				pass := passes[i]
				t.Run(fmt.Sprint(phase, " ", name, " ", pass), func(t *testing.T) {
					w, id := begin(t)
					w.Pass(5 * time.Second)
					dry := w.Clone()
					list(w, id)
					for _, w := range []*World{w, dry} {
						w.Sweep()
						w.Settle()
						w.Pass(pass)
						w.Sweep()
						w.Settle()
					}
					if got, want := course(w, id), course(dry, id); got != want {
						t.Errorf("got  %s\nwant %s", got, want)
					}
					w.Phones.Heal()
					clear(w.Phones.Unlisted)
					for _, w := range []*World{w, dry} {
						w.Pass(70 * time.Second)
					}
					if got, want := course(w, id), course(dry, id); got != want {
						t.Errorf("after it:\ngot  %s\nwant %s", got, want)
					}
				})
			}
		}
	}
}

// A leg that was dialled without an answer from Twilio rings, no callback reports it, and the list
// of calls does not show it yet.
func TestF178ADialledLegThatTheListLacks(t *testing.T) {
	for _, target := range []agent.ID{"", "bob", Outside} {
		w := NewWorld(t, "alice", "bob")
		lost := Fault{Err: service.ErrUnknown, Took: true}
		var id call.ID
		if target == "" {
			w.Phones.Next("Dial", lost)
			id = w.DialIn()
		} else {
			w, id = talking(t, "alice", "bob")
			w.Phones.Next("Dial", lost)
			w.MustPress("alice", call.DoAdd, target)
		}
		w.Phones.Told = nil
		w.Phones.Next("FindLeg", Fault{Err: ErrLags})
		dials := w.Phones.Count("Dial")
		w.Pass(11 * time.Second)
		if n := w.Phones.Count("FindLeg"); n < 2 {
			t.Errorf("%q: looked for %d times", target, n)
		}
		if n := w.Phones.Count("Dial") - dials; n != 0 {
			t.Errorf("%q: dialled %d times more", target, n)
		}
		switch target {
		case Outside:
			w.PickUp()
			w.Press1(true, true)
		case "bob":
			w.Answer("bob")
		default:
			w.Answer("alice")
		}
		w.Settle()
		hears(t, w, id, map[agent.ID]string{"": "alice", "bob": "alice bob", Outside: "alice " + Outside}[target])
		w.CheckQuiet()
	}
}

// Legs are over, no callback reports it, and lists lag meanwhile: asking for the leg by its name
// finds that out, no later than without the lag.
func TestF178ARealLossIsFoundOutAllTheSame(t *testing.T) {
	for name, lost := range map[string]func(w *World, id call.ID){
		"the agent":  func(w *World, _ call.ID) { w.HangUp("alice") },
		"the caller": func(w *World, id call.ID) { w.CallerHangsUp(id) },
	} {
		w, id := talking(t, "alice", "bob")
		w.Pass(10 * time.Second)
		lost(w, id)
		w.Phones.Told = nil
		w.Phones.Next("FindConference", Fault{Err: ErrLags})
		w.Sweep()
		w.Settle()
		if h := w.Hears(id); h == "silence" || name == "the caller" && w.Call(id).State != call.Ended {
			t.Errorf("%s was lost: the caller hears %q, and the call is %s", name, h, w.Call(id).State)
		}
		w.Pass(30 * time.Second)
		w.CheckQuiet()
	}
}
