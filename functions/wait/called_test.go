package main

import (
	"testing"

	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service/servicetest"
)

// The caller whom we have dialled is a clock, though their leg has not given the call its name.
func TestF254ACalledCallersTurnIsAClock(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id, _, err := w.CallBack("alice", "k1")
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	w.Answer("alice")
	w.Settle()
	w.CallerPicksUp(id)
	w.HangUp("alice")
	w.Settle()
	leg := w.Call(id).Out.SID
	form := httpapitest.Form(t, "wait", "CallSid", string(leg), "To", servicetest.Outside, "FriendlyName", string(id))
	allowed(t, s.Post("/wait/"+string(id)+"/1", form))
	if c := w.Call(id); !c.MusicRequested || !c.Caller.Held && c.Started {
		t.Errorf("the turn was not taken for the caller's: %+v", c.Caller)
	}
}
