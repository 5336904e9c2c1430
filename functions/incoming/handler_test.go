package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
)

const caller = call.ID("CA11111111111111111111111111111111")

var holdTheLine = prompt.Book{}.Say(prompt.HoldTheLine).Sentences[0]

// serve is the function with these agents available, with a store and a phone network in memory.
func serve(t testing.TB, keys twilio.Keys, agents ...agent.ID) (*httpapitest.Site, *servicetest.World) {
	w := servicetest.NewWorld(t, agents...)
	return httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, keys: keys, music: "https://music.example/music",
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	}), w
}

// joins is the callback that tells that the caller has joined the conference, which events takes in.
func joins(w *servicetest.World) {
	_ = w.Service.HandleConferenceEvent(context.Background(), caller, servicetest.CallerJoined(caller), w.Now)
}

// room is the answer that puts the caller into the conference of that generation.
func room(round string) string {
	base := string(httpapitest.Base)
	return `<Dial action="` + base + `/incoming/` + string(caller) + `/` + round +
		`" method="POST"><Conference beep="false" ` +
		`startConferenceOnEnter="false" endConferenceOnExit="true" maxParticipants="6" participantLabel="caller" ` +
		`statusCallback="` + base + `/events/conference/` + string(caller) +
		`#rc=5&amp;rp=4xx,5xx,ct,rt" statusCallbackMethod="POST" ` +
		`statusCallbackEvent="join leave hold" waitMethod="POST" ` +
		`waitUrl="` + base + `/wait/` + string(caller) + `/0#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500">` + string(caller) +
		`</Conference></Dial>`
}

// held is the answer that keeps the caller on music and asks again.
func held(path string) string {
	return `<Say>` + holdTheLine + `</Say><Play>https://music.example/music/00.wav</Play>` +
		`<Redirect method="POST">` + string(httpapitest.Base) + path + `</Redirect>`
}

const after = "/incoming/" + string(caller) + "/"

// The caller hears nothing until the answer, so that the request makes one save and asks Twilio for nothing.
func TestF410ACallerIsPutIntoTheirConferenceAndThenAnAgentIsRung(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	if w.Store.Count("SaveCall") != 1 || w.Store.Count("Free") != 0 || w.Rings("alice") {
		t.Errorf("the arrival made %v", w.Store.Counts())
	}
	joins(w)
	c := w.Call(caller)
	if c.State != call.Ringing || !w.Rings("alice") {
		t.Errorf("conference is %s, alice rings %t", c.State, w.Rings("alice"))
	}
	if c.From != "+15005550006" || !c.Verified || !c.Arrived.Equal(w.Now.Truncate(time.Millisecond)) {
		t.Errorf("stored from %q, verified %t, arrived %v; now is %v", c.From, c.Verified, c.Arrived, w.Now)
	}
	w.Check()
}

func TestF001CallerIsPutIntoTheirConferenceWithNoAgentOnline(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	if c := w.Call(caller); c.State != call.Waiting {
		t.Errorf("conference is %s", c.State)
	}
}

func TestF007F143IncomingTwiceGivesOneConferenceOneDialAndTheSameAnswer(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice", "bob")
	for range 2 {
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	}
	if n := w.Phones.Count("Dial"); n != 1 {
		t.Errorf("%d dials, want 1", n)
	}
	w.Settle()
}

func TestF007ASecondCallerNeverTouchesTheFirst(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	before := w.Call(caller).Version
	second := "CA44444444444444444444444444444444"
	doc := s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", second)).TwiML(t)
	if got := doc.Find("Conference").Text; got != second {
		t.Errorf("the second caller is put into %s", got)
	}
	if w.Call(caller).Version != before {
		t.Error("the first caller's item was written")
	}
	if w.Call(call.ID(second)).State != call.Waiting {
		t.Error("the only agent rings for two")
	}
}

// The end of the call was reported while this function was starting: nobody is rung, and the answer,
// which nobody hears, names no conference. A repeated request gets the same answer.
func TestF180TheCallersEndWasToldBeforeTheirArrival(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	if err := w.Service.HandleCallerEnded(t.Context(), caller, "", w.Now); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if doc := s.Post("/incoming", httpapitest.Form(t, "incoming")).TwiML(t); doc.Find("Conference").Name != "" {
			t.Error("the caller is put into a room")
		}
	}
	if c := w.Call(caller); c.State != call.Ended || c.Live() || w.Rings("alice") {
		t.Errorf("the call is %s, live %t, alice rings %t", c.State, c.Live(), w.Rings("alice"))
	}
}

func TestF008StoreDownDuringIncomingKeepsTheCallerAndAsksAgain(t *testing.T) {
	for _, took := range []bool{false, true} {
		s, w := serve(t, httpapitest.Keys, "alice")
		w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable, Took: took})
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, held("/incoming"))
		if !strings.Contains(s.Log.String(), `"level":"ERROR"`) {
			t.Errorf("took %t: the log has no error for the alarm: %s", took, s.Log)
		}
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
		w.Call(caller)
		if n := w.Phones.Count("Dial"); n > 1 {
			t.Errorf("took %t: %d dials", took, n)
		}
	}
}

func TestF122NetworkRefusingOurKeyStillGivesTheCallerMusic(t *testing.T) {
	for _, fault := range []servicetest.Fault{
		{Err: &service.RefusedError{Code: 20003, Status: 401}},
		{Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true}, {Err: service.ErrThrottled},
	} {
		s, w := serve(t, httpapitest.Keys, "alice")
		w.Phones.Every("Dial", fault)
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
		w.Check()
	}
}

func TestF014NumbersThatAreNone(t *testing.T) {
	for _, from := range []string{
		"", " ", "\u202e", "anonymous", "Anonymous", "+266696687", "266696687", "+7378742833", "+2562533",
		"+8656696", "+86282452253", "Restricted", "UNKNOWN", "sip:anonymous@anonymous.invalid",
		"sip:+266696687@pbx.example.com",
		"sip:Restricted@pbx.example.com:5060", "sips:unavailable@pbx.example.com", "sip:@pbx.example.com", "sip:",
	} {
		if got := shownAs(t, from); got != "" {
			t.Errorf("From %q is shown as %q, want that it is private", from, got)
		}
	}
}

func TestF195CallersWithoutANumberOfE164(t *testing.T) {
	long := "sip:" + strings.Repeat("é", 100) + "@pbx.example.com"
	for from, want := range map[string]string{
		"+15005550006": "+15005550006", "+441632960960": "+441632960960",
		"sip:1001@pbx.example.com":             "sip:1001@pbx.example.com",
		"sip:+447700900123@pbx.example.com":    "sip:+447700900123@pbx.example.com",
		"sip:anonymous.coward@pbx.example.com": "sip:anonymous.coward@pbx.example.com",
		"07700900123":                          "07700900123", "1001": "1001", "447700900123": "447700900123",
		"client:mallory": "client:mallory",
		"+0123456789":    "+0123456789", "+1500555<Say>0006": "+1500555<Say>0006",
		"\u202e+44\u200b7700\x00900123\n": "+447700900123", "\xff1001": "1001",
		long: "sip:" + strings.Repeat("é", 59) + "…",
	} {
		if got := shownAs(t, from); got != want {
			t.Errorf("From %q is shown as %q, want %q", from, got, want)
		}
	}
}

// shownAs is how agents see a caller with that From. An agent is rung as for any caller, and only the
// agent's page gets the number.
func shownAs(t *testing.T, from string) string {
	t.Helper()
	s, w := serve(t, httpapitest.Keys, "alice")
	s.Post("/incoming", httpapitest.Form(t, "incoming", "From", from, "Caller", from)).Is(t, room("0"))
	joins(w)
	if !w.Rings("alice") {
		t.Errorf("From %q: nobody is rung", from)
	}
	got := w.Call(caller).From
	if shown := w.Me("alice").Call; shown == nil || shown.Caller.Number != got {
		t.Errorf("From %q: alice's page is told %+v", from, shown)
	}
	if got != "" && (strings.Contains(s.Log.String(), got) ||
		strings.Contains(s.Log.String(), strings.TrimSpace(from))) {
		t.Errorf("F195: the log holds the caller's number: %s", s.Log)
	}
	return got
}

func TestOnlyFullAttestationVerifies(t *testing.T) {
	for stir, want := range map[string]bool{
		"TN-Validation-Passed-A": true, "TN-Validation-Passed-B": false, "TN-Validation-Failed-A": false,
		"No-TN-Validation": false, "": false, "-": false,
	} {
		s, w := serve(t, httpapitest.Keys)
		s.Post("/incoming", httpapitest.Form(t, "incoming", "StirVerstat", stir))
		if got := w.Call(caller).Verified; got != want {
			t.Errorf("%q: verified %t", stir, got)
		}
	}
}

func TestCallerWhoHungUpIsNotPutBack(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	s.Post(after+"0", httpapitest.Form(t, "after-room", "CallStatus", "completed")).Is(t, `<Hangup></Hangup>`)
	if c := w.Call(caller); c.State != call.Ended || c.Reason != call.ReasonCallerLeft {
		t.Errorf("conference is %s, %s", c.State, c.Reason)
	}
}

func TestCallerWhoseItemIsLostArrivesAnew(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	s.Post(after+"3", httpapitest.Form(t, "after-room")).
		Is(t, `<Pause length="1"></Pause><Redirect method="POST">`+string(httpapitest.Base)+`/incoming</Redirect>`)
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
}

func TestF158WhatACallerSendsCannotBecomeTwiML(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	evil := `"><Say>pwned</Say>&]]>`
	doc := s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", evil, "From", evil)).TwiML(t)
	if doc.Find("Say").Name != "" || doc.Find("Conference").Text != evil {
		t.Errorf("the document is %s", doc)
	}
}

func TestSampleEvents(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	e := httpapitest.Sample(t, "incoming")
	s.Do(e).Is(t, room("0"))
	if at := w.Call(caller).Arrived; at.UnixMilli() != e.RequestContext.TimeEpoch {
		t.Errorf("arrived %v, API Gateway's clock said otherwise (%d)", at, e.RequestContext.TimeEpoch)
	}
	later := httpapitest.Sample(t, "incoming-after-room")
	later.RequestContext.TimeEpoch = e.RequestContext.TimeEpoch + time.Minute.Milliseconds()
	s.Do(later).Is(t, room("1"))
}

func TestSecurityOfIncoming(t *testing.T) {
	httpapitest.Refusals(t, []httpapitest.Hooked{{Path: "/incoming", Form: httpapitest.Form(t, "incoming")},
		{Path: after + "0", Form: httpapitest.Form(t, "after-room")}},
		func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
			return serve(t, keys, "alice")
		})
}

func TestF125SecretOutOfReachKeepsTheCallerAndDoesNothing(t *testing.T) {
	s, w := serve(t, httpapitest.Broken{}, "alice")
	before := w.Store.Counts()
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, held("/incoming"))
	s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, held(after+"0"))
	httpapitest.Untouched(t, w, before)
}

func FuzzF170Forms(f *testing.F) {
	f.Add("CallSid=CA1&From=%2B1", "/incoming")
	f.Add("CallSid=CA1&CallStatus=completed", after+"0")
	f.Add("%zz=;&&=", "/incoming/x/y")
	f.Fuzz(func(t *testing.T, body, path string) {
		form, err := url.ParseQuery(body)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		s, _ := serve(t, httpapitest.Keys, "alice")
		if a := s.Post(path, form); a.Status == http.StatusOK {
			a.TwiML(t)
		} else if a.Status >= 500 {
			t.Errorf("%s: %d", path, a.Status)
		}
	})
}
