package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/switchboard/switchboardtest"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
	"warmtransfer/shared/web/webtest"
)

func serve(t testing.TB, keys twilio.Keys, agents ...agent.ID) (*webtest.Site, *switchboardtest.World) {
	w := switchboardtest.NewWorld(t, agents...)
	return webtest.New(t, func() time.Time { return w.Now }, func(e web.Edge) http.Handler {
		return handler{
			edge: e, keys: keys, board: func(twilio.Base) *switchboard.Switchboard { return w.Board },
		}.routes()
	}), w
}

// ring is a world in which alice is rung for a caller.
func ring(t testing.TB) (s *webtest.Site, w *switchboardtest.World, id conference.ID, form url.Values) {
	s, w = serve(t, webtest.Keys, "alice", "bob")
	id, _ = w.Dial()
	w.Settle()
	l := w.Conference(id).Legs[0]
	return s, w, id, webtest.Form(t, "connect", "CallSid", string(l.SID))
}

func path(w *switchboardtest.World, id conference.ID, leg int) string {
	return "/connect-agent/" + string(id) + "/" + string(w.Conference(id).Legs[leg].Key)
}

// room is the answer that puts a leg into the conference.
func room(id conference.ID, leg conference.LegKey, ends string) string {
	return `<Dial><Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="` + ends + `" maxParticipants="4" ` +
		`participantLabel="` + string(leg) + `" statusCallback="` + string(webtest.Base) + `/events/conference/` + string(id) + `#rc=5&amp;rp=4xx,5xx,ct,rt" ` +
		`statusCallbackMethod="POST" statusCallbackEvent="start end join leave hold">` + string(id) + `</Conference></Dial>` +
		`<Redirect method="POST">` + string(webtest.Base) + `/connect-agent/` + string(id) + `/` + string(leg) + `/room</Redirect>`
}

const (
	overDoc  = `<Say>This call is already over.</Say><Hangup></Hangup>`
	sorryDoc = `<Say>We are sorry, this call cannot be connected.</Say><Hangup></Hangup>`
)

func wait(path string) string {
	return `<Say>Please wait.</Say><Pause length="2"></Pause><Redirect method="POST">` + string(webtest.Base) + path + `</Redirect>`
}

func TestTheFirstAgentStartsTheRoomAndDoesNotEndIt(t *testing.T) {
	s, w, id, form := ring(t)
	key := w.Conference(id).Legs[0].Key
	for range 2 { // F007: a repeated request gets the same answer
		s.Post(path(w, id, 0), form).Is(t, room(id, key, "false"))
	}
	if c := w.Conference(id); c.State != conference.Talking || c.Owner != key {
		t.Errorf("conference is %s, owned by %q", c.State, c.Owner)
	}
	w.Check()
}

func TestTheClassicsSecondAgentEndsTheRoom(t *testing.T) {
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", conference.DoAdd, "bob")
	l := w.Conference(id).Legs[1]
	form := webtest.Form(t, "connect", "CallSid", string(l.SID), "To", "client:bob")
	s.Post(path(w, id, 1), form).Is(t, room(id, l.Key, "true"))
	if c := w.Conference(id); c.State != conference.ThreeWay {
		t.Errorf("conference is %s", c.State)
	}
}

func TestAConsultedTargetDoesNotEndTheRoom(t *testing.T) {
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", conference.DoConsult, "bob")
	w.Settle()
	l := w.Conference(id).Legs[1]
	s.Post(path(w, id, 1), webtest.Form(t, "connect", "CallSid", string(l.SID))).Is(t, room(id, l.Key, "false"))
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
	s.Post(path(w, id, 0), webtest.Form(t, "connect", "CallSid", "CA77777777777777777777777777777777")).Is(t, overDoc)
	if c := w.Conference(id); c.State != conference.Ringing {
		t.Errorf("conference is %s", c.State)
	}
}

func TestF022StoreDownIsTriedOnceMoreThenTheAgentIsReleased(t *testing.T) {
	for _, op := range []string{"Conference", "SaveConference"} {
		for _, took := range []bool{false, true} {
			s, w, id, form := ring(t)
			key, at := w.Conference(id).Legs[0].Key, path(w, id, 0)
			w.Store.Next(op, switchboardtest.Fault{Err: switchboard.ErrUnavailable, Took: took})
			s.Post(at, form).Is(t, wait(at+"/1"))
			s.Post(at+"/1", form).Is(t, room(id, key, "false"))

			w.Store.Every(op, switchboardtest.Fault{Err: switchboard.ErrUnavailable})
			w.Now = w.Now.Add(time.Second)
			if op == "Conference" {
				s.Post(at+"/1", form).Is(t, sorryDoc)
				s.Post(at+"/2", form).Is(t, sorryDoc)
			}
		}
	}
}

func TestF125SecretOutOfReachAsksTheAgentToWaitOnce(t *testing.T) {
	s, w := serve(t, webtest.Broken{}, "alice")
	before := w.Store.Counts()
	const at = "/connect-agent/CA11111111111111111111111111111111/leg-1"
	s.Post(at, webtest.Form(t, "connect")).Is(t, wait(at+"/1"))
	for _, try := range []string{"/1", "/x", "/-5", "/0"} {
		s.Post(at+try, webtest.Form(t, "connect")).Is(t, sorryDoc)
	}
	webtest.Untouched(t, w, before)
}

func TestSampleEvents(t *testing.T) {
	s, _ := serve(t, webtest.Keys)
	for _, name := range []string{"connect-agent", "connect-agent-again", "connect-agent-accept"} {
		s.Do(webtest.Sample(t, name)).Is(t, overDoc)
	}
}

func TestSecurityOfConnectAgent(t *testing.T) {
	form, accept := webtest.Form(t, "connect"), webtest.Form(t, "accept")
	const at = "/connect-agent/CA11111111111111111111111111111111/leg-1"
	webtest.Refusals(t, []webtest.Hooked{{Path: at, Form: form}, {Path: at + "/1", Form: form}, {Path: at + "/accept", Form: accept}},
		func(t testing.TB, keys twilio.Keys) (*webtest.Site, *switchboardtest.World) {
			return serve(t, keys, "alice")
		})
}

// waits is the answer to a leg that the conference has refused.
func waits(pause, path string) string {
	return `<Say>` + waiting + `</Say><Pause length="` + pause + `"></Pause><Redirect method="POST">` + string(webtest.Base) + path + `</Redirect>`
}

func TestF181ALegThatTheRoomDoesNotTakeIsTriedLaterEachTimeThenGivenUp(t *testing.T) {
	s, w, id, form := ring(t)
	w.Use(switchboard.Settings{Observe: web.Observe})
	key, at := w.Conference(id).Legs[0].Key, path(w, id, 0)
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
	c := w.Conference(id)
	if c.State != conference.Waiting || !c.Head || c.Leg(key) != nil {
		t.Errorf("the caller is %s, head %v", c.State, c.Head)
	}
	if n := strings.Count(s.Log.String(), `"RoomRefused":1`); n != 3 {
		t.Errorf("counted %d times, want 3", n)
	}
}

// A leg that is still up after the end of its conference is ended without words.
func TestF181ALegThatWasInTheRoomIsEnded(t *testing.T) {
	for name, change := range map[string]func(w *switchboardtest.World, id conference.ID){
		"it was seen there": func(w *switchboardtest.World, _ conference.ID) { w.Settle() },
		"for some time":     func(w *switchboardtest.World, _ conference.ID) { w.Now = w.Now.Add(3 * time.Second) },
		"the end is known":  func(w *switchboardtest.World, id conference.ID) { w.CallerHangsUp(id); w.Settle() },
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
	w.Store.Every("Conference", switchboardtest.Fault{Err: switchboard.ErrUnavailable})
	s.Post(at+"/room", form).Is(t, `<Hangup></Hangup>`)
	w.Store.Heal()
	if w.Conference(id).Owner == "" {
		t.Error("the agent counts as lost because the store was down")
	}
}
