package main

import (
	"testing"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// A caller loses the owner, or is to hear the goodbye, while the network cannot be reached for a
// moment: the caller does not wait for the next clock.
func TestF032WhatTheCallerIsToHearIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		op, hears string
		press     call.Action
	}{{"Hold", "music", ""}, {"SayGoodbye", "words", call.DoEnd}} {
		for fails, heard := range map[int]bool{1: true, 3: true, 5: true, 7: true, 1000: false} {
			s, w, id, leg := ring(t)
			w.Answer("alice")
			w.Settle()
			if tt.press != "" {
				w.Phones.Every(tt.op, servicetest.Fault{Err: service.ErrUnknown})
				_, _ = w.Press("alice", tt.press, "")
				w.Phones.Heal()
			}
			for range fails {
				w.Phones.Next(tt.op, servicetest.Fault{Err: service.ErrUnknown})
			}
			before := w.Phones.Count(tt.op)
			w.HangUp("alice")
			w.Phones.Told = nil // except the one that is posted here
			s.Post(legPath(id, leg),
				httpapitest.Form(t, "leg", "CallSid", string(leg.SID), "CallStatus", "completed")).Empty(t, 204)
			if got := w.Hears(id) == tt.hears; got != heard {
				t.Errorf("%s failed %d times: the caller hears %q", tt.op, fails, w.Hears(id))
			}
			if n := w.Phones.Count(tt.op) - before; n > 8 {
				t.Errorf("%s: tried %d times", tt.op, n)
			}
		}
	}
}

// An effect that no caller hears is left to the clocks.
func TestWhatNobodyHearsIsNotTriedAgain(t *testing.T) {
	s, w, id, leg := ring(t)
	w.CallerHangsUp(id)
	w.Phones.Told = nil
	w.Phones.Every("Hangup", servicetest.Fault{Err: service.ErrUnknown})
	s.Post(roomPath(id), httpapitest.Form(t, "room-end", "CallSidEndingConference", string(id), "ConferenceSid",
		string(w.Call(id).Conference))).Empty(t, 204)
	if n := w.Phones.Count("Hangup"); n > 2 || w.Call(id).State != call.Ended {
		t.Errorf("%s: %s, hung up %d times", leg.Key, w.Call(id).State, n)
	}
}
