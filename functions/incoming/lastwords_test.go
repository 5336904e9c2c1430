package main

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

func TestLastWordsByReason(t *testing.T) {
	for reason, want := range map[string]string{
		"agent": `<Say>Thank you for calling. Goodbye.</Say><Hangup></Hangup>`,
		"left": `<Say>We are sorry that this call has ended.</Say>` +
			`<Say>Please call again. Goodbye.</Say><Hangup></Hangup>`,
		"wait": `<Say>We are sorry that nobody could take your call.</Say>` +
			`<Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`,
	} {
		s, w := serve(t, httpapitest.Keys, "alice")
		id := w.DialIn()
		switch reason {
		case "agent":
			w.Answer("alice")
			w.Settle()
			w.MustPress("alice", call.DoEnd, "")
		case "left": // reported as hung up, and still there
			w.Answer("alice")
			w.Settle()
			leave := call.ConferenceEvent{Conference: w.Call(id).Conference, Kind: call.ParticipantLeft, Seq: 9,
				Leg: call.LegID(id), HungUp: true}
			if err := w.Service.HandleConferenceEvent(t.Context(), id, leave, w.Now); err != nil {
				t.Fatal(err)
			}
		default:
			w.Choose("alice", agent.Away)
			w.Settle()
			w.Now = w.Now.Add(servicetest.MaxWait)
			w.Music(id)
		}
		form := httpapitest.Form(t, "after-room", "CallSid", string(id))
		for range 2 {
			s.Post("/incoming/"+string(id)+"/0", form).Is(t, want)
		}
		// The number's webhook, repeated late, does not reopen the call.
		s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", string(id))).Is(t, want)
	}
}

// The caller's request was answered with the goodbye, so no effect redirects the caller to say it
// again.
func TestLastWordsAreSaidOnce(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.Phones.Every("SayGoodbye", servicetest.Fault{Err: service.ErrUnknown})
	_, _ = w.Press("alice", call.DoEnd, "")
	before := w.Phones.Count("SayGoodbye")
	for range 2 {
		s.Post("/incoming/"+string(id)+"/0", httpapitest.Form(t, "after-room", "CallSid", string(id)))
	}
	w.Now = w.Now.Add(time.Minute)
	w.Sweep()
	if n := w.Phones.Count("SayGoodbye"); before == 0 || n != before {
		t.Errorf("redirected to the goodbye %d times, then %d times more", before, n-before)
	}
}
