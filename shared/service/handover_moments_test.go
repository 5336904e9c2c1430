package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// The leg of the agent who has left cannot be ended for a while, and the next agent hands the caller on meanwhile: the
// first agent has not lost the caller.
func TestF240WhoHasLeftHasNotLostTheCaller(t *testing.T) {
	for _, how := range []call.Action{call.DoBlind, call.DoRequeue} {
		w, id := talking(t, "alice", "bob", "carol")
		to := map[call.Action]agent.ID{call.DoBlind: "bob"}[how]
		w.Phones.Every("Hangup", Fault{Err: service.ErrUnknown})
		w.MustPress("alice", how, to)
		w.Settle()
		w.Answer("bob")
		w.Settle()
		w.MustPress("bob", call.DoConsult, "carol")
		w.Settle()
		w.Phones.Heal()
		w.Pass(10 * time.Second)
		if a := w.Me("alice").Agent; a.Last == nil || a.Last.Outcome != string(call.OutcomeTransferred) {
			t.Errorf("%s: alice's last call is %+v", how, a.Last)
		}
		hears(t, w, id, "music")
	}
}

// The target declines before the leg of the agent who has left has ended.
func TestF240TheTargetDeclinesBeforeTheAgentsLegHasEnded(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	w.MustPress("alice", call.DoBlind, "bob")
	w.Reject("bob", call.OutcomeDeclined)
	w.Settle()
	w.Phones.Heal()
	w.Pass(10 * time.Second)
	r := w.Me("alice").Agent.Recent
	if len(r) == 0 || r[len(r)-1].Outcome != string(call.WordLeftRinging) {
		t.Errorf("alice's list is %+v", r)
	}
}

// The note is for the agent who answers next, and for nobody after them.
func TestF241TheNoteIsForTheNextAgent(t *testing.T) {
	w, id := talking(t, "alice", "bob", "carol")
	cmd := service.Command{Action: call.DoRequeue, Note: "asks for a refund", Request: "k1"}
	if _, err := w.Service.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	w.Reject("bob", call.OutcomeDeclined)
	w.Settle()
	w.Pass(3 * time.Second)
	if i := w.Told("carol"); i.Note != cmd.Note { // bob has not answered
		t.Fatalf("carol's browser is told %+v", i)
	}
	w.Answer("carol")
	w.Settle()
	w.HangUp("carol")
	w.Settle()
	w.Pass(6 * time.Second)
	if i := w.Told("carol"); i.Note != "" || i.By != "" || i.Kind != "" || i.Caller == "" {
		t.Errorf("carol's browser, at the recall, is told %+v", i)
	}
	takes(t, w, id, "carol")
}

// Each moment of a handover at which the caller may hang up: nothing is left over.
func TestF240TheCallerHangsUpAtEachMoment(t *testing.T) {
	for _, how := range []call.Action{call.DoBlind, call.DoRequeue} {
		for n := range 12 {
			for _, fault := range []Fault{{}, {Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true}} {
				w, id := talking(t, "alice", "bob")
				to := map[call.Action]agent.ID{call.DoBlind: "bob"}[how]
				if fault.Err != nil {
					w.Phones.Next("Hold", fault)
					w.Phones.Next("Hangup", fault)
				}
				w.MustPress("alice", how, to)
				for range min(n, len(w.Phones.Told)) {
					w.Deliver(0, false)
				}
				if n%2 == 1 {
					w.Answer("bob")
				}
				w.CallerHangsUp(id)
				w.Settle()
				w.Pass(10 * time.Second)
				state(t, w, id, call.Ended)
				if w.LiveLegs() > 0 {
					t.Fatalf("%s, moment %d: %d legs are left", how, n, w.LiveLegs())
				}
				w.CheckQuiet()
			}
		}
	}
}

// The conference ends right after the press, or the agent's own leg ends it.
func TestF240TheConferenceEndsRightAfterThePress(t *testing.T) {
	for _, how := range []call.Action{call.DoBlind, call.DoRequeue} {
		for _, end := range []func(w *World, id call.ID){
			func(w *World, id call.ID) { w.EndConference(id) },
			func(w *World, id call.ID) { w.HangUp("alice") },
		} {
			w, id := talking(t, "alice", "bob")
			w.Phones.Next("Hold", Fault{Err: ErrHold})
			w.Phones.Next("Hold", Fault{Err: ErrHold})
			to := map[call.Action]agent.ID{call.DoBlind: "bob"}[how]
			w.MustPress("alice", how, to)
			end(w, id)
			w.Settle()
			w.Pass(5 * time.Second)
			hears(t, w, id, "music")
			w.Answer("bob")
			w.Settle()
			w.Pass(5 * time.Second)
			hears(t, w, id, "bob")
			if w.Longest > 5 {
				t.Errorf("%s: %d s of silence", how, w.Longest)
			}
			w.CheckQuiet()
		}
	}
}

// An agent whose own leg ends the conference, as the target of an add does, hands the caller over by one press.
func TestF240ByAnAgentWhoseLegEndsTheConference(t *testing.T) {
	for name, fault := range map[string]*Fault{
		"no fault": nil, "refused": {Err: service.ErrThrottled}, "no answer": {Err: service.ErrUnknown},
	} {
		for _, how := range []call.Action{call.DoBlind, call.DoRequeue} {
			w, id := talking(t, "alice", "bob", "carol")
			w.MustPress("alice", call.DoAdd, "bob")
			w.Settle()
			w.Answer("bob")
			w.Settle()
			w.MustPress("alice", call.DoComplete, "")
			w.Settle()
			hears(t, w, id, "bob")
			to := map[call.Action]agent.ID{call.DoBlind: "carol"}[how]
			if fault != nil {
				w.Phones.Next("SetEndOnExit", *fault)
				w.Phones.Next("SetEndOnExit", *fault)
			}
			w.MustPress("bob", how, to)
			w.Settle()
			w.Pass(6 * time.Second)
			hears(t, w, id, "music")
			if !w.Answer("carol") {
				w.Pass(35 * time.Second)
				w.Answer("alice")
			}
			w.Settle()
			w.Pass(6 * time.Second)
			if got := w.Hears(id); got != "carol" && got != "alice" {
				t.Fatalf("%s, %s: the caller hears %q", name, how, got)
			}
			w.CheckQuiet()
		}
	}
}

// The caller is on hold already, or is just being resumed.
func TestF240WhileTheCallerIsOnHold(t *testing.T) {
	for name, resume := range map[string]*Fault{
		"on hold": nil, "being resumed": {}, "resume without an answer": {Err: service.ErrUnknown},
		"resume that is done late": {Err: service.ErrUnknown, Late: 6 * time.Second, Silent: true},
	} {
		for _, how := range []call.Action{call.DoBlind, call.DoRequeue} {
			w, id := talking(t, "alice", "bob")
			w.MustPress("alice", call.DoHold, "")
			w.Settle()
			if resume != nil {
				if resume.Err != nil {
					w.Phones.Next("Hold", *resume)
				}
				w.MustPress("alice", call.DoResume, "")
			}
			to := map[call.Action]agent.ID{call.DoBlind: "bob"}[how]
			w.MustPress("alice", how, to)
			w.Pass(16 * time.Second)
			hears(t, w, id, "music")
			if w.Talks("alice") {
				t.Errorf("%s, %s: alice is still there", name, how)
			}
			w.Answer("bob")
			w.Settle()
			w.Pass(16 * time.Second)
			hears(t, w, id, "bob")
			if w.Longest > 5 {
				t.Errorf("%s, %s: %d s of silence", name, how, w.Longest)
			}
			w.CheckQuiet()
		}
	}
}

// An outside number that is a machine, or does not answer: the caller comes back to the agent.
func TestF240TheOutsideNumberIsAMachine(t *testing.T) {
	for name, end := range map[string]func(w *World){
		"machine":   func(w *World) { w.PickUp(); w.Press1(false, false) },
		"refuses":   func(w *World) { w.PickUp(); w.Press1(true, false) },
		"no answer": func(w *World) { w.Pass(30 * time.Second) },
		"silent":    func(w *World) { w.PickUp(); w.Pass(70 * time.Second) },
	} {
		w, id := talking(t, "alice")
		w.MustPress("alice", call.DoBlind, Outside)
		w.Settle()
		end(w)
		w.Settle()
		w.Pass(6 * time.Second)
		if !w.Rings("alice") {
			t.Errorf("%s: alice is not rung: %+v", name, w.Call(id))
		}
		hears(t, w, id, "music")
		takes(t, w, id, "alice")
	}
}

// The target fails, and the agent who has left is not there for the caller: anybody has them soon.
func TestF240TheAgentWhoHasLeftIsNotThere(t *testing.T) {
	for name, gone := range map[string]struct {
		do   func(w *World)
		most time.Duration
	}{
		"away":         {func(w *World) { w.Choose("alice", agent.Away) }, 6 * time.Second},
		"wrap-up":      {func(w *World) { w.Choose("alice", agent.WrapUp) }, 6 * time.Second},
		"page is gone": {func(w *World) { w.Silent("alice") }, call.RecallWindow + 6*time.Second},
		"another call": {func(w *World) {
			w.MustPress("dave", call.DoConsult, "alice")
			w.Settle()
			w.Answer("alice")
			w.Settle()
		}, 6 * time.Second},
	} {
		w, id := talking(t, "alice", "dave", "bob", "carol")
		w.Dial()
		w.Settle()
		w.Answer("dave")
		w.Settle()
		w.MustPress("alice", call.DoBlind, "bob")
		w.Settle()
		w.Pass(3 * time.Second)
		gone.do(w)
		w.Pass(3 * time.Second)
		w.Reject("bob", call.OutcomeDeclined)
		w.Settle()
		for waited := time.Duration(0); !w.Rings("carol"); waited += time.Second {
			if waited > gone.most {
				t.Fatalf("%s: carol is not rung: %+v", name, w.Call(id))
			}
			w.Pass(time.Second)
			hears(t, w, id, "music")
		}
		takes(t, w, id, "carol")
	}
}

// Given back again and again: bounded, and never lost (N10).
func TestF241AgainAndAgain(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	who, next := agent.ID("alice"), agent.ID("bob")
	n := 0
	for ; n < 2*call.MaxHops; n++ {
		if _, err := w.Press(who, call.DoRequeue, ""); err != nil {
			break
		}
		w.Settle()
		w.Pass(2 * time.Second)
		if !w.Answer(next) {
			w.Pass(40 * time.Second)
			if !w.Answer(next) && !w.Answer(who) {
				t.Fatalf("after %d: nobody is rung: %+v", n, w.Call(id))
			}
			if w.Talks(who) {
				who, next = next, who
			}
		}
		w.Settle()
		who, next = next, who
		hears(t, w, id, string(who))
	}
	if n != call.MaxHops {
		t.Errorf("given back %d times", n)
	}
	hears(t, w, id, string(who))
	w.CheckQuiet()
}

// More callers wait than one page of the queue has; the one who is given back is first.
func TestF241AheadOfALongQueue(t *testing.T) {
	w, id := talking(t, "alice")
	for range service.QueuePage + 3 {
		w.Dial()
		w.Settle()
	}
	w.MustPress("alice", call.DoRequeue, "")
	w.Settle()
	w.Choose("bob", agent.Available)
	w.Settle()
	w.Answer("bob")
	w.Settle()
	hears(t, w, id, "bob")
}
