package main

import (
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
			edge: e, keys: keys, newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	}), w
}

// ring is a world in which alice is rung for a caller.
func ring(t testing.TB) (s *httpapitest.Site, w *servicetest.World, id call.ID, form url.Values) {
	s, w = serve(t, httpapitest.Keys, "alice", "bob")
	id, _ = w.Dial()
	w.Settle()
	l := w.Call(id).Legs[0]
	return s, w, id, httpapitest.Form(t, "connect", "CallSid", string(l.SID))
}

func path(w *servicetest.World, id call.ID, leg int) string {
	return "/connect-agent/" + string(id) + "/" + string(w.Call(id).Legs[leg].Key)
}

// room is the answer that puts a leg into the conference.
func room(id call.ID, leg call.LegKey, ends string) string {
	return `<Dial><Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="` + ends +
		`" maxParticipants="6" ` +
		`participantLabel="` + string(leg) + `" statusCallback="` + string(httpapitest.Base) + `/events/conference/` +
		string(id) + `#rc=5&amp;rp=4xx,5xx,ct,rt" ` +
		`statusCallbackMethod="POST" statusCallbackEvent="join leave hold">` + string(id) +
		`</Conference></Dial>` +
		`<Redirect method="POST">` + string(httpapitest.Base) + `/connect-agent/` + string(id) + `/` + string(leg) +
		`/room</Redirect>`
}

const (
	overDoc  = `<Say>This call is already over.</Say><Hangup></Hangup>`
	sorryDoc = `<Say>We are sorry, this call cannot be connected.</Say><Hangup></Hangup>`
)

func wait(path string) string {
	return `<Say>Please wait.</Say><Pause length="2"></Pause><Redirect method="POST">` + string(httpapitest.Base) +
		path + `</Redirect>`
}

func TestTheFirstAgentStartsTheRoomAndDoesNotEndIt(t *testing.T) {
	s, w, id, form := ring(t)
	key := w.Call(id).Legs[0].Key
	for range 2 { // F007: a repeated request gets the same answer
		s.Post(path(w, id, 0), form).Is(t, room(id, key, "false"))
	}
	if c := w.Call(id); c.State != call.Talking || c.Owner != key {
		t.Errorf("conference is %s, owned by %q", c.State, c.Owner)
	}
	w.Check()
}

func TestTheClassicsSecondAgentEndsTheRoom(t *testing.T) {
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", call.DoAdd, "bob")
	l := w.Call(id).Legs[1]
	form := httpapitest.Form(t, "connect", "CallSid", string(l.SID), "To", "client:bob")
	s.Post(path(w, id, 1), form).Is(t, room(id, l.Key, "true"))
	if c := w.Call(id); c.State != call.ThreeWay {
		t.Errorf("conference is %s", c.State)
	}
}

func TestAConsultedTargetDoesNotEndTheRoom(t *testing.T) {
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	l := w.Call(id).Legs[1]
	s.Post(path(w, id, 1), httpapitest.Form(t, "connect", "CallSid", string(l.SID))).Is(t, room(id, l.Key, "false"))
}

// F250: the target answers, and the caller is not on hold yet: words, until the hold is done or the try is over.
func TestF250ATargetWaitsForTheHold(t *testing.T) {
	for _, ends := range []bool{false, true} {
		s, w, id, _ := ring(t)
		w.Answer("alice")
		w.Settle()
		w.Phones.Every("Hold", servicetest.Fault{Err: service.ErrUnknown})
		w.MustPress("alice", call.DoConsult, "bob")
		l, at := w.Call(id).Legs[1], path(w, id, 1)
		form := httpapitest.Form(t, "connect", "CallSid", string(l.SID))
		words := `<Say>The call is being connected. Please wait.</Say><Pause length="1"></Pause><Redirect method="POST">` +
			string(httpapitest.Base) + at + `</Redirect>`
		s.Post(at, form).Is(t, words)
		s.Post(at, form).Is(t, words)
		w.Phones.Heal()
		if ends {
			w.MustPress("alice", call.DoCancel, "")
			s.Post(at, form).Is(t, overDoc)
			continue
		}
		s.Post(at, form).Is(t, room(id, l.Key, "false")) // this request itself puts the caller on hold
		if h := w.Hears(id); h != "music" {
			t.Errorf("the caller hears %q", h)
		}
	}
}

func TestF004F023CallerGoneGivesASentenceAndNeverAnEmptyRoom(t *testing.T) {
	s, w, id, form := ring(t)
	at := path(w, id, 0)
	w.CallerHangsUp(id)
	w.Settle()
	for range 2 {
		s.Post(at, form).Is(t, overDoc)
	}
	s.Post("/connect-agent/CA99999999999999999999999999999999/leg-1", form).Is(t, overDoc)
	if a, _ := w.Store.Agent(t.Context(), "alice"); a.Claimed(w.Now) {
		t.Error("alice is still claimed")
	}
}

func TestALegOfAnotherCallIsNotLetIn(t *testing.T) {
	s, w, id, _ := ring(t)
	s.Post(path(w, id, 0), httpapitest.Form(t, "connect", "CallSid", "CA77777777777777777777777777777777")).Is(t,
		overDoc)
	if c := w.Call(id); c.State != call.Ringing {
		t.Errorf("conference is %s", c.State)
	}
}

func TestF022StoreDownIsTriedOnceMoreThenTheAgentIsReleased(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall"} {
		for _, took := range []bool{false, true} {
			s, w, id, form := ring(t)
			key, at := w.Call(id).Legs[0].Key, path(w, id, 0)
			w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Post(at, form).Is(t, wait(at+"/1"))
			s.Post(at+"/1", form).Is(t, room(id, key, "false"))

			w.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable})
			w.Now = w.Now.Add(time.Second)
			if op == "Call" {
				s.Post(at+"/1", form).Is(t, sorryDoc)
				s.Post(at+"/2", form).Is(t, sorryDoc)
			}
		}
	}
}

func TestF125SecretOutOfReachAsksTheAgentToWaitOnce(t *testing.T) {
	s, w := serve(t, httpapitest.Broken{}, "alice")
	before := w.Store.Counts()
	const at = "/connect-agent/CA11111111111111111111111111111111/leg-1"
	s.Post(at, httpapitest.Form(t, "connect")).Is(t, wait(at+"/1"))
	for _, try := range []string{"/1", "/x", "/-5", "/0"} {
		s.Post(at+try, httpapitest.Form(t, "connect")).Is(t, sorryDoc)
	}
	httpapitest.Untouched(t, w, before)
}

func TestSampleEvents(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	for _, name := range []string{"connect-agent", "connect-agent-again", "connect-agent-accept"} {
		s.Do(httpapitest.Sample(t, name)).Is(t, overDoc)
	}
}

func TestSecurityOfConnectAgent(t *testing.T) {
	form, accept := httpapitest.Form(t, "connect"), httpapitest.Form(t, "accept")
	const at = "/connect-agent/CA11111111111111111111111111111111/leg-1"
	httpapitest.Refusals(t, []httpapitest.Hooked{{Path: at, Form: form}, {Path: at + "/1", Form: form},
		{Path: at + "/accept", Form: accept}},
		func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
			return serve(t, keys, "alice")
		})
}

// waits is the answer to a leg that the conference has refused.
func waits(pause, path string) string {
	return `<Say>The call is being connected. Please wait.</Say><Pause length="` + pause +
		`"></Pause><Redirect method="POST">` +
		string(httpapitest.Base) + path + `</Redirect>`
}

func TestF181ALegThatTheRoomDoesNotTakeIsTriedLaterEachTimeThenGivenUp(t *testing.T) {
	s, w, id, form := ring(t)
	w.Use(service.Settings{Observe: httpapi.Observe})
	key, at := w.Call(id).Legs[0].Key, path(w, id, 0)
	s.Post(at, form).Is(t, room(id, key, "false"))
	w.Now = w.Now.Add(200 * time.Millisecond)
	for range 2 { // a repeated request gets the same answer
		s.Post(at+"/room", form).Is(t, waits("4", at))
	}
	w.Now = w.Now.Add(9 * time.Second)
	s.Post(at, form).Is(t, room(id, key, "false"))
	s.Post(at+"/room", form).Is(t, waits("4", at+"/room"))
	w.Now = w.Now.Add(9 * time.Second)
	s.Post(at+"/room", form).Is(t, waits("1", at))
	w.Now = w.Now.Add(6 * time.Second)
	s.Post(at, form).Is(t, room(id, key, "false"))
	s.Post(at+"/room", form).Is(t, waits("7", at+"/room"))
	w.Now = w.Now.Add(20 * time.Second)
	s.Post(at, form).Is(t, room(id, key, "false"))
	for range 2 {
		s.Post(at+"/room", form).Is(t, `<Hangup></Hangup>`)
	}
	c := w.Call(id)
	if c.State != call.Waiting || !c.Requeued || c.Leg(key) != nil {
		t.Errorf("the caller is %s, head %v", c.State, c.Requeued)
	}
	if n := strings.Count(s.Log.String(), `"RoomRefused":1`); n != 3 {
		t.Errorf("counted %d times, want 3", n)
	}
}

// A leg that is still up after the end of its conference is ended without words.
func TestF181ALegThatWasInTheRoomIsEnded(t *testing.T) {
	for name, change := range map[string]func(w *servicetest.World, id call.ID){
		"it was seen there": func(w *servicetest.World, _ call.ID) { w.Settle() },
		"for some time":     func(w *servicetest.World, _ call.ID) { w.Now = w.Now.Add(3 * time.Second) },
		"the end is known":  func(w *servicetest.World, id call.ID) { w.CallerHangsUp(id); w.Settle() },
	} {
		s, w, id, form := ring(t)
		at := path(w, id, 0)
		w.Answer("alice")
		change(w, id)
		if s.Post(at+"/room", form).Is(t, `<Hangup></Hangup>`); t.Failed() {
			t.Fatal(name)
		}
	}
	s, w, id, form := ring(t)
	at := path(w, id, 0)
	w.Answer("alice")
	w.Store.Every("Call", servicetest.Fault{Err: service.ErrUnavailable})
	s.Post(at+"/room", form).Is(t, `<Hangup></Hangup>`)
	w.Store.Heal()
	if w.Call(id).Owner == "" {
		t.Error("the agent counts as lost because the store was down")
	}
}
