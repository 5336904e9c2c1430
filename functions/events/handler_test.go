package main

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
)

func serve(t testing.TB, keys twilio.Keys, agents ...agent.ID) (*httpapitest.Site, *servicetest.World) {
	w := servicetest.NewWorld(t, agents...)
	return httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, keys: keys, newService: func(twilio.Base) *service.Service { return w.Service }, after: atOnce,
		}.routes()
	}), w
}

// atOnce is a pause that ends at once.
func atOnce(time.Duration) <-chan time.Time {
	over := make(chan time.Time)
	close(over)
	return over
}

// ring is a world in which alice is rung for a caller, and the paths and forms about alice's leg.
func ring(t testing.TB) (s *httpapitest.Site, w *servicetest.World, id call.ID, leg call.Leg) {
	s, w = serve(t, httpapitest.Keys, "alice", "bob")
	id = w.DialIn()
	w.Settle()
	return s, w, id, w.Call(id).Legs[0]
}

func roomPath(id call.ID) string { return "/events/conference/" + string(id) }

func legPath(id call.ID, leg call.Leg) string {
	return "/events/leg/" + string(id) + "/" + string(leg.Key)
}

func TestLegOutcomes(t *testing.T) {
	for _, tt := range []struct {
		status, sip string
		want        call.Outcome
		missed      int
		presence    agent.Presence
	}{
		{"no-answer", "487", call.OutcomeNoAnswer, 1, agent.IsAvailable},
		{"no-answer", "", call.OutcomeNoAnswer, 1, agent.IsAvailable},
		{"no-answer", "480", "failed:480", 1, agent.IsOffline}, // F019
		{"failed", "404", "failed:404", 1, agent.IsOffline},
		{"busy", "603", call.OutcomeDeclined, 0, agent.IsAvailable},
		{"busy", "486", call.OutcomeBusy, 0, agent.IsAvailable},
		{"busy", "-", call.OutcomeBusy, 0, agent.IsAvailable},
		{"canceled", "487", call.OutcomeCancelled, 0, agent.IsAvailable},
		{"failed", "503", "failed:503", 0, agent.IsAvailable},
		{"failed", "+15005550006", call.OutcomeFailed, 0, agent.IsAvailable},
		{"completed", "200", call.OutcomeFailed, 0, agent.IsAvailable},
	} {
		t.Run(tt.status+" "+tt.sip, func(t *testing.T) {
			s, w, id, leg := ring(t)
			form := httpapitest.Form(t, "leg", "CallSid", string(leg.SID), "CallStatus", tt.status, "SipResponseCode",
				tt.sip)
			for range 2 { // F097
				s.Post(legPath(id, leg), form).Empty(t, 204)
			}
			c := w.Call(id)
			var got call.Outcome
			for _, e := range c.History {
				if e.What == call.OfferFailed && e.Agent == "alice" {
					got = e.Outcome
				}
			}
			if got != tt.want {
				t.Errorf("the offer ended by %q, want %q", got, tt.want)
			}
			a, err := w.Store.Agent(t.Context(), "alice")
			if err != nil {
				t.Fatal(err)
			}
			if a.Missed != tt.missed || a.Presence(w.Now) != tt.presence {
				t.Errorf("alice missed %d and is %s, want %d, %s", a.Missed, a.Presence(w.Now), tt.missed, tt.presence)
			}
			if c.State != call.Ringing || !w.Rings("bob") {
				t.Errorf("the next agent is not rung: %s", c.State)
			}
		})
	}
}

func TestLegRingsAndIsTaken(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	leg := w.Call(id).Legs[0] // before any callback
	for _, status := range []string{"initiated", "ringing"} {
		s.Post(legPath(id, leg), httpapitest.Form(t, "leg", "CallSid", string(leg.SID), "CallStatus", status)).Empty(t,
			204)
	}
	if l := w.Call(id).Legs[0]; l.Phase != call.LegRinging {
		t.Errorf("the leg is %s", l.Phase)
	}
}

// A caller joins and hangs up; each event twice, and in reverse order.
func TestF097F098F107RoomEventsDoubledAndReversed(t *testing.T) {
	events := []string{"room-join", "room-leave", "room-end"}
	orders := map[string][]string{
		"in order": events, "doubled": append(append([]string{}, events...), events...),
		"reversed": {"room-end", "room-leave", "room-join"},
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			s, w := serve(t, httpapitest.Keys)
			id, _ := w.Dial()
			w.CallerHangsUp(id)
			w.Phones.Told = nil // except those that are posted here
			for _, e := range order {
				form := httpapitest.Form(t, e, "CallSid", string(id), "FriendlyName", string(id))
				if e == "room-end" {
					form.Del("CallSid")
					form.Set("CallSidEndingConference", string(id))
				}
				s.Post(roomPath(id), form).Empty(t, 204)
			}
			if c := w.Call(id); c.State != call.Ended || c.Reason != call.ReasonCallerLeft {
				t.Errorf("conference is %s %s", c.State, c.Reason)
			}
			if n := w.Phones.Count("SayGoodbye"); n != 0 {
				t.Error("a goodbye is said to a caller who has left")
			}
		})
	}
}

func TestHoldIsTaken(t *testing.T) {
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	room := string(w.Call(id).Conference)
	for event, held := range map[string]bool{"participant-hold": true, "participant-unhold": false} {
		s.Post(roomPath(id), httpapitest.Form(t, "room-join", "StatusCallbackEvent", event, "SequenceNumber", "90",
			"ConferenceSid", room, "CallSid", string(id))).Empty(t, 204)
		w.Settle()
		if got := w.Call(id).Caller.Held; held && got {
			t.Error("a hold that is not wanted remains")
		}
	}
}

func TestF110NoSequenceNumberIsNoNumber(t *testing.T) {
	for _, n := range []string{"-", "", "x", "-7"} {
		form := httpapitest.Form(t, "room-join", "SequenceNumber", n)
		if e, _ := twilio.ReadConferenceEvent(form); e.Seq != -1 {
			t.Errorf("%q became %d", n, e.Seq)
		}
	}
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	s.Post(roomPath(id), httpapitest.Form(t, "room-join", "CallSid", string(id), "SequenceNumber", "-")).Empty(t, 204)
	if c := w.Call(id); !c.Caller.Joined {
		t.Error("the join was not saved")
	}
}

func TestF109UnknownEventsAndParametersAreIgnored(t *testing.T) {
	s, w, id, leg := ring(t)
	before := w.Store.Counts()
	for path, form := range map[string]url.Values{
		roomPath(id): httpapitest.Form(t, "room-join", "StatusCallbackEvent", "participant-teleported", "New",
			"1"),
		legPath(id, leg):      httpapitest.Form(t, "leg", "CallStatus", "pondering"),
		"/events/call":        httpapitest.Form(t, "call", "CallStatus", "pondering"),
		roomPath(id) + "?a=b": httpapitest.Form(t, "room-join", "StatusCallbackEvent", "-"),
	} {
		s.Post(path, form).Empty(t, 204)
	}
	if after := w.Store.Counts(); !maps.Equal(before, after) {
		t.Errorf("the store was asked %v", after)
	}
	s.Post(legPath(id, leg), httpapitest.Form(t, "leg", "CallSid", string(leg.SID), "Quality", "9", "Ünknown",
		"ü")).Empty(t, 204)
	if w.Call(id).Leg(leg.Key) != nil {
		t.Error("an unknown parameter has hidden the event")
	}
}

func TestEndOfTheCallersCall(t *testing.T) {
	for status, gone := range map[string]bool{
		"completed": true, "failed": true, "canceled": true, "no-answer": true, "busy": true,
		"ringing": false, "in-progress": false, "initiated": false,
	} {
		s, w := serve(t, httpapitest.Keys)
		id := w.DialIn()
		for range 2 {
			s.Post("/events/call", httpapitest.Form(t, "call", "CallSid", string(id), "CallStatus", status)).Empty(t,
				204)
		}
		if got := w.Call(id).State == call.Ended; got != gone {
			t.Errorf("%s: ended %t", status, got)
		}
	}
}

func TestF104F106LateOrForeignEventsChangeNothing(t *testing.T) {
	s, w, id, leg := ring(t)
	const other = call.ID("CA99999999999999999999999999999999")
	for _, h := range []httpapitest.Hooked{
		{Path: roomPath(other), Form: httpapitest.Form(t, "room-leave")},
		{Path: legPath(other, leg), Form: httpapitest.Form(t, "leg")},
		{Path: "/events/call", Form: httpapitest.Form(t, "call", "CallSid", string(other))},
		{Path: legPath(id, leg), Form: httpapitest.Form(t, "leg")}, // F106: our key, another call
		{Path: roomPath(id), Form: httpapitest.Form(t, "room-leave", "ConferenceSid",
			"CF99999999999999999999999999999999")},
	} {
		s.Post(h.Path, h.Form).Empty(t, 204)
	}
	if c := w.Call(id); c.State != call.Ringing || c.Leg(leg.Key) == nil {
		t.Errorf("conference is %s", c.State)
	}
	w.CallerHangsUp(id)
	w.Settle()
	w.Now = w.Now.Add(10 * time.Minute)
	version := w.Call(id).Version
	s.Post(roomPath(id), httpapitest.Form(t, "room-join", "CallSid", string(id), "SequenceNumber", "0")).Empty(t, 204)
	s.Post(legPath(id, leg), httpapitest.Form(t, "leg", "CallSid", string(leg.SID))).Empty(t, 204)
	if c := w.Call(id); c.State != call.Ended || c.Version > version+1 {
		t.Errorf("%s, version %d after %d", c.State, c.Version, version)
	}
}

// The end of a call that is not known yet is saved, once, so that its arrival, which a cold function
// handles later, rings nobody.
func TestF180TheEndOfACallThatIsNotKnownYet(t *testing.T) {
	const early = call.ID("CA99999999999999999999999999999999")
	s, w := serve(t, httpapitest.Keys, "alice")
	for _, status := range []string{"ringing", "completed", "completed"} {
		s.Post("/events/call", httpapitest.Form(t, "call", "CallSid", string(early), "CallStatus", status)).Empty(t,
			204)
	}
	if c := w.Call(early); c.State != call.Ended || c.Reason != call.ReasonCallerLeft || c.Live() || c.Version != 1 {
		t.Errorf("the call is %s %q, live %t, saved %d times", c.State, c.Reason, c.Live(), c.Version)
	}
	if from := httpapitest.Form(t, "call").Get("From"); w.Call(early).From != from || from == "" {
		t.Errorf("the record says that %q called, and not %q", w.Call(early).From, from)
	}
	w.Arrive(early)
	w.Settle()
	if n := w.Phones.Count("Dial"); n != 0 {
		t.Errorf("%d dials", n)
	}
	w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable})
	s.Post("/events/call", httpapitest.Form(t, "call", "CallSid", "CA99999999999999999999999999999998")).Empty(t, 503)
}

func TestStoreDownIsToldAndTheNextDeliveryIsTakenIn(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall"} {
		for _, took := range []bool{false, true} {
			s, w, id, leg := ring(t)
			form := httpapitest.Form(t, "leg", "CallSid", string(leg.SID))
			w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Post(legPath(id, leg), form).Empty(t, 503)
			if !strings.Contains(s.Log.String(), `"level":"ERROR"`) {
				t.Errorf("nothing in the log: %s", s.Log)
			}
			s.Post(legPath(id, leg), form).Empty(t, 204)
			if w.Call(id).Leg(leg.Key) != nil {
				t.Errorf("%s, took %t: the leg is still there", op, took)
			}
		}
	}
}

func TestNetworkDownIsNotTheCallbacksFault(t *testing.T) {
	s, w, id, leg := ring(t)
	w.Phones.Every("Dial", servicetest.Fault{Err: &service.RefusedError{Code: 20003, Status: 401}})
	s.Post(legPath(id, leg), httpapitest.Form(t, "leg", "CallSid", string(leg.SID))).Empty(t, 204)
	if w.Call(id).Leg(leg.Key) != nil {
		t.Error("the event was not saved")
	}
}

func TestF125SecretOutOfReachIsTold(t *testing.T) {
	s, w := serve(t, httpapitest.Broken{})
	before := w.Store.Counts()
	s.Post("/events/call", httpapitest.Form(t, "call")).Empty(t, 503)
	httpapitest.Untouched(t, w, before)
}

func TestSampleEvents(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	for _, name := range []string{"events-call", "events-conference", "events-leg"} {
		s.Do(httpapitest.Sample(t, name)).Empty(t, 204)
	}
}

func TestSecurityOfEvents(t *testing.T) {
	const id = "CA11111111111111111111111111111111"
	httpapitest.Refusals(t, []httpapitest.Hooked{
		{Path: "/events/call", Form: httpapitest.Form(t, "call")},
		{Path: roomPath(id), Form: httpapitest.Form(t, "room-leave")},
		{Path: "/events/leg/" + id + "/leg-1", Form: httpapitest.Form(t, "leg")},
	}, func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
		return serve(t, keys, "alice")
	})
}

func FuzzF170Events(f *testing.F) {
	f.Add("StatusCallbackEvent=participant-join&CallSid=CA1&ConferenceSid=CF1&SequenceNumber=3&ParticipantLabel=x",
		uint8(0))
	f.Add("CallStatus=completed&CallSid=CA1&SipResponseCode=603", uint8(1))
	f.Add("CallStatus=completed&CallSid=", uint8(2))
	f.Fuzz(func(t *testing.T, body string, route uint8) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		s, w := serve(t, httpapitest.Keys, "alice")
		id := w.DialIn()
		paths := []string{roomPath(id), "/events/leg/" + string(id) + "/leg-1", "/events/call"}
		form.Set("AccountSid", httpapitest.Keys.AccountSID)
		a := s.Post(paths[int(route)%len(paths)], form)
		if a.Status != http.StatusNoContent && a.Status != http.StatusForbidden || a.Body != "" {
			t.Errorf("answered %d %q", a.Status, a.Body)
		}
		w.Check()
	})
}
