package main

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// rung is alice who calls back while the number rings, and the form of the static document for the caller's leg.
func rung(t *testing.T) (s *httpapitest.Site, w *servicetest.World, id call.ID, form url.Values) {
	t.Helper()
	s, w = serve(t, httpapitest.Keys, "alice", "bob")
	id, _, err := w.CallBack("alice", "k1")
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	w.Answer("alice")
	w.Settle()
	c := w.Call(id)
	leg := c.Leg(c.Out.Leg).SID
	return s, w, id, httpapitest.Form(t, "incoming", "CallSid", string(leg), "Direction", "outbound-api",
		"From", "+15550100", "To", servicetest.Outside, "StirVerstat", "")
}

// Our API has not answered a caller whom we have dialled, and the static document asks for them: they go into the
// conference of their own call, and nobody is offered a second one.
func TestF322ACalledCallerIsNoArrival(t *testing.T) {
	s, w, id, form := rung(t)
	for range 2 { // they have just picked up; and once more, from the end of their <Dial>
		doc := s.Post("/incoming", form).TwiML(t)
		if got := doc.Find("Conference").Text; got != string(id) {
			t.Fatalf("the caller is put into %q", got)
		}
	}
	if c := w.Call(id); c.State != call.Talking || string(c.Out.SID) != form.Get("CallSid") {
		t.Errorf("%s, their leg is %q", c.State, c.Out.SID)
	}
	live, err := w.Store.Live(t.Context(), 0)
	if err != nil || len(live) != 1 || w.Rings("bob") {
		t.Errorf("%d calls, bob rings %t, %v", len(live), w.Rings("bob"), err)
	}
}

// The lists or the call cannot be read: words and music, and another try.
func TestF322ACalledCallerHoldsOnWhileTheStoreIsDown(t *testing.T) {
	for _, op := range []string{"Live", "Call"} {
		s, w, id, form := rung(t)
		w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable})
		s.Post("/incoming", form).Is(t, held("/incoming"))
		if got := s.Post("/incoming", form).TwiML(t).Find("Conference").Text; got != string(id) {
			t.Errorf("%s: the caller is put into %q", op, got)
		}
	}
}

// The answer to the dial was lost, so that the call does not know the leg of its caller yet: it is found by the number.
func TestF380ACalledCallerWhoseLegIsNotKnown(t *testing.T) {
	for _, to := range []string{servicetest.Outside, "+15005550008"} {
		s, w := serve(t, httpapitest.Keys, "alice", "bob")
		id, _, err := w.CallBack("alice", "k1")
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		w.Phones.Next("Dial", servicetest.Fault{Err: service.ErrUnknown}) // nor is a callback
		w.Answer("alice")
		w.Settle()
		if c := w.Call(id); c.State != call.Calling || c.Leg(c.Out.Leg).SID != "" {
			t.Fatalf("%s, the leg is %+v", c.State, c.Leg(c.Out.Leg))
		}
		for range 2 {
			doc := s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", "CA00000000000000000000000000000077",
				"Direction", "outbound-api", "From", "+15550100", "To", to, "StirVerstat", "")).TwiML(t)
			mine := to == servicetest.Outside
			got, goodbye := doc.Find("Conference").Text, doc.Find("Hangup").Name != ""
			if (got == string(id)) != mine || mine == goodbye {
				t.Errorf("%s: the document is %s", to, doc)
			}
			if c := w.Call(id); (c.State == call.Talking) != mine {
				t.Errorf("%s: the call is %s", to, c.State)
			}
		}
	}
}

// Nobody waits for them any more: words and a goodbye, and no call is made.
func TestF322ACalledCallerWhomNobodyWaitsForHearsAGoodbye(t *testing.T) {
	s, w, id, form := rung(t)
	w.Phones.Every("Cancel", servicetest.Fault{Err: service.ErrThrottled})
	w.MustPress("alice", call.DoEnd, "")
	for _, sid := range []string{form.Get("CallSid"), "CA99999999999999999999999999999999"} {
		form.Set("CallSid", sid)
		doc := s.Post("/incoming", form).TwiML(t)
		if doc.Find("Conference").Name != "" || doc.Find("Hangup").Name == "" || doc.Find("Say").Name == "" {
			t.Errorf("the document is %s", doc)
		}
		if _, err := w.Store.Call(t.Context(), call.ID(sid)); !errors.Is(err, service.ErrNotFound) {
			t.Errorf("a call was made: %v", err)
		}
	}
	if !strings.HasPrefix(string(id), "OB") || w.Rings("bob") {
		t.Errorf("%s, bob rings %t", id, w.Rings("bob"))
	}
}
