package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// F381: no callback tells that an agent's leg rings. It does once Twilio has made it, and whoever is rung is not sent
// what their page hears.
func TestF381AnAgentsLegRingsOnceItIsMade(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Settle()
	pushes := w.Phones.Pushes
	snap := w.MustPress("alice", call.DoConsult, "bob")
	if got := snap.Call.Transfer.Progress; got != string(call.LegRinging) {
		t.Errorf("the answer to alice says %q", got)
	}
	for _, told := range w.Phones.Told {
		if told.Leg != nil {
			t.Errorf("a callback of the leg: %s", told.Name)
		}
	}
	if w.Phones.Pushes != pushes {
		t.Errorf("%d messages to pages", w.Phones.Pushes-pushes)
	}
	w.Settle()
	w.Answer("bob")
	w.Settle()
	if c := w.Call(id); c.State != call.Consulting {
		t.Errorf("the call is %s", c.State)
	}
}

// F381: the answer to the dial is lost, so that nobody knows the leg. It is looked for, and whoever answers is let in.
// If it is wanted no more it rings no longer than its time-out, and whoever answers hears that it is over.
func TestF381TheAnswerToTheDialIsLost(t *testing.T) {
	for name, then := range map[string]func(w *World, id call.ID){
		"answered at once": func(w *World, id call.ID) { w.Answer("bob") },
		"answered later": func(w *World, id call.ID) {
			w.Pass(8 * time.Second)
			if l := w.Call(id).Leg(w.Call(id).Transfer.Leg); l == nil || l.Phase != call.LegRinging || l.SID != "" {
				t.Errorf("it was not found: %+v", l)
			}
			w.Answer("bob")
		},
		"not answered":        func(w *World, _ call.ID) { w.Pass(Ring + 10*time.Second) },
		"cancelled":           func(w *World, _ call.ID) { w.MustPress("alice", call.DoCancel, "") },
		"cancelled, answered": func(w *World, _ call.ID) { w.MustPress("alice", call.DoCancel, ""); w.Answer("bob") },
		"the caller hangs up": func(w *World, id call.ID) { w.CallerHangsUp(id) },
	} {
		t.Run(name, func(t *testing.T) {
			w, id := talking(t, "alice", "bob")
			w.Settle()
			w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: true})
			w.MustPress("alice", call.DoConsult, "bob")
			w.Settle()
			then(w, id)
			w.Settle()
			w.Pass(Ring + 15*time.Second)
			c, talks := w.Call(id), w.Talks("bob")
			switch name {
			case "answered at once", "answered later":
				if c.State != call.Consulting || !talks {
					t.Errorf("the call is %s, bob talks: %t", c.State, talks)
				}
			case "the caller hangs up":
				if c.Live() || w.LiveLegs() != 0 {
					t.Errorf("live: %t, %d legs", c.Live(), w.LiveLegs())
				}
			default:
				if c.State != call.Talking || talks || len(c.Legs) != 1 {
					t.Errorf("the call is %s with %d legs, bob talks: %t", c.State, len(c.Legs), talks)
				}
			}
			if a, err := w.Store.Agent(t.Context(), "bob"); !talks && (err != nil || a.Claim != nil) {
				t.Errorf("bob is still claimed (%v)", err)
			}
			w.Check()
		})
	}
}

// F381: the answer to the dial is lost, and the agent declines with a reason. Once that is saved their page rejects
// the leg, of which Twilio tells as of one that was busy: the reason stays, nothing counts twice, and they are free at
// once.
func TestF381ADeclinedLegIsRejectedToo(t *testing.T) {
	for name, lost := range map[string]bool{"the dial's answer is lost": true, "it is known": false} {
		t.Run(name, func(t *testing.T) {
			w, id := talking(t, "alice", "bob")
			w.Settle()
			if lost {
				w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: true})
			}
			w.MustPress("alice", call.DoConsult, "bob")
			if !lost {
				w.Phones.Every("Hangup", Fault{Err: service.ErrUnknown}) // else it is over before it can be rejected
			}
			cmd := service.Command{Action: call.DoDecline, Reason: call.DeclineBreak, Request: "no"}
			if _, err := w.Service.Transfer(t.Context(), service.Principal{ID: "bob"}, cmd, w.Now); err != nil {
				t.Fatal(err)
			}
			entries := len(w.Call(id).History)
			if !w.Reject("bob", call.OutcomeBusy) {
				t.Fatal("it rings no more")
			}
			w.Phones.Heal()
			w.Settle()
			state(t, w, id, call.Talking)
			if tr := w.Me("alice").Call.Transfer; tr.Outcome != call.OutcomeDeclined || tr.Reason != call.DeclineBreak {
				t.Errorf("alice is told %q, %q", tr.Outcome, tr.Reason)
			}
			bob := w.Me("bob").Agent
			if bob.Presence != agent.IsAvailable || len(bob.Recent) != 1 || bob.Recent[0].Outcome != "declined" {
				t.Errorf("bob afterwards: %+v", bob)
			}
			if c := w.Call(id); len(c.Legs) != 1 || len(c.History) != entries {
				t.Errorf("%d legs, %d entries of %d", len(c.Legs), len(c.History), entries)
			}
			w.CheckQuiet()
		})
	}
}

// F381: likewise of an offer. The next agent is rung once the decline is saved, and stays so.
func TestF381ADeclinedOfferIsRejectedToo(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: true})
	id := w.DialIn()
	w.MustPress("alice", call.DoDecline, "")
	if !w.Rings("bob") || !w.Reject("alice", call.OutcomeBusy) {
		t.Fatal("bob is not rung, or alice not any more")
	}
	w.Settle()
	if w.Rings("alice") || w.Me("alice").Agent.Presence != agent.IsAvailable {
		t.Errorf("alice rings: %t, and is %s", w.Rings("alice"), w.Me("alice").Agent.Presence)
	}
	takes(t, w, id, "bob")
	w.Check()
}

// F381: an outside number may be busy or out of reach before it rings, so it is said to ring when Twilio says so.
func TestF381AnOutsideNumberRingsWhenTwilioSaysSo(t *testing.T) {
	w, _ := talking(t, "alice")
	w.Settle()
	if got := w.MustPress("alice", call.DoConsult, Outside).Call.Transfer.Progress; got != string(call.LegDialing) {
		t.Errorf("before Twilio says so: %q", got)
	}
	w.Settle()
	if got := w.Me("alice").Call.Transfer.Progress; got != string(call.LegRinging) {
		t.Errorf("when Twilio has said so: %q", got)
	}
}
