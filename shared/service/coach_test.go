package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// Twilio neither mutes a coach whose agent has gone, nor ends their leg: the caller hears music and then the next
// agent, and never music for as long as Twilio refuses.
func TestF245ACoachWhoCannotBeRemovedDoesNotKeepTheCallerOnMusic(t *testing.T) {
	for name, fault := range map[string]Fault{
		"throttled":         {Err: service.ErrThrottled},
		"refused":           {Err: &service.RefusedError{Code: 20404}},
		"failed":            {Err: service.ErrFailed},
		"unknown, not done": {Err: service.ErrUnknown},
	} {
		for handing, hand := range map[string]func(*World){
			"blind":    func(w *World) { w.MustPress("alice", call.DoBlind, "bob"); w.HangUp("alice") },
			"requeued": func(w *World) { w.MustPress("alice", call.DoRequeue, ""); w.HangUp("alice") },
			"lost":     func(w *World) { w.HangUp("alice") },
		} {
			w, id := watched(t)
			w.MustWatch(id, call.ModeCoach)
			w.Phones.Every("SetVoice", fault)
			w.Phones.Every("Hangup", fault)
			hand(w)
			w.Settle()
			for range 40 {
				if w.Rings("bob") {
					break
				}
				w.Pass(time.Second)
			}
			w.Answer("bob")
			w.Settle()
			music := 0
			for ; music < 60 && w.Hears(id) != "bob"; music++ {
				if heard := w.Hears(id); heard != "music" {
					t.Errorf("%s, %s: the caller hears %s", name, handing, heard)
				}
				w.Pass(time.Second)
			}
			if music > 25 {
				t.Errorf("%s, %s: %d s after bob has answered the caller hears %s", name, handing, music, w.Hears(id))
			}
			w.Phones.Heal()
			w.Pass(30 * time.Second)
			if c := w.Call(id); w.Hears(id) != "bob" || len(c.Watching) > 0 || c.Owner == "" {
				t.Errorf("%s, %s: in the end the caller hears %s with %d supervisors",
					name, handing, w.Hears(id), len(c.Watching))
			}
			w.CheckQuiet()
		}
	}
}

// The leg of a coach whose agent has gone cannot be ended: they are muted all the same, and nobody waits for them.
func TestF245AStrayedCoachWhoseLegDoesNotEndIsMuted(t *testing.T) {
	for name, fault := range map[string]Fault{
		"throttled": {Err: service.ErrThrottled},
		"failed":    {Err: service.ErrFailed},
	} {
		w, id := watched(t)
		w.MustWatch(id, call.ModeCoach)
		w.Phones.Every("Hangup", fault)
		w.Phones.Next("SetVoice", fault)
		w.HangUp("alice")
		w.Settle()
		for range 40 {
			if w.Rings("bob") {
				break
			}
			w.Pass(time.Second)
		}
		w.Answer("bob")
		w.Settle()
		w.Pass(3 * time.Second)
		if heard := w.HearBoss(id); heard != "" || w.Hears(id) != "bob" {
			t.Errorf("%s: %q hear the coach, and the caller hears %s", name, heard, w.Hears(id))
		}
		w.Phones.Heal()
		w.Pass(30 * time.Second)
		w.CheckQuiet()
	}
}

// The states that pass by in a moment, or into which another way leads than a consult: see TestF219WhoHearsASupervisor.
func TestF219WhoHearsASupervisorInTheOtherStates(t *testing.T) {
	states := []watchedState{
		{"bob is added", press("alice", call.DoAdd, "bob"), call.AddRinging, "alice caller", "alice", "alice caller"},
		{"bob answers", func(w *World) { w.Answer("bob"); w.Settle() }, call.ThreeWay,
			"alice bob caller", "alice", "alice bob caller"},
		{"alice hands over, and the leg does not end", func(w *World) {
			w.Phones.Every("Hangup", Fault{Err: service.ErrThrottled})
			w.MustPress("alice", call.DoComplete, "")
			w.Settle()
		}, call.Completing, "alice bob caller", "", "alice bob caller"},
		{"it ends", func(w *World) { w.Phones.Heal(); w.HangUp("alice"); w.Settle() }, call.Talking,
			"bob caller", "bob", "bob caller"},
		{"bob hands over at once", press("bob", call.DoBlind, "alice"), call.Ringing, "", "", ""},
		{"alice answers", func(w *World) { w.Answer("alice"); w.Settle() }, call.Talking,
			"alice caller", "alice", "alice caller"},
		{"alice gives the caller back, and nobody is free", func(w *World) {
			w.Choose("bob", agent.Away)
			w.MustPress("alice", call.DoRequeue, "")
			w.Settle()
		}, call.Waiting, "", "", ""},
	}
	for _, m := range call.Modes {
		w, id := watched(t)
		w.MustWatch(id, m)
		for _, s := range states {
			s.comes(t, w, id, m)
		}
		w.CallerHangsUp(id)
		w.Settle()
		w.CheckQuiet()
	}
}
