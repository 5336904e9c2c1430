package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	"warmtransfer/shared/settings"
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
			newService: func(twilio.Base) *service.Service { return w.Board },
		}.routes()
	}), w
}

// joins is the callback that tells that the caller has joined the conference, which events takes in.
func joins(w *servicetest.World) {
	_ = w.Board.HandleConferenceEvent(context.Background(), caller, servicetest.CallerJoined(caller), w.Now)
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

func TestF001CallerIsPutIntoHerRoomWithNoAgentOnline(t *testing.T) {
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
func TestF180TheCallersEndWasToldBeforeHerArrival(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	if err := w.Board.HandleCallerEnded(t.Context(), caller, "", w.Now); err != nil {
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

func TestRoomThatEndsUnderTheCallerLeadsIntoTheNextRound(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	w.Now = w.Now.Add(time.Minute)
	for range 2 { // F097: two requests have one effect
		s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, room("1"))
	}
	if c := w.Call(caller); c.Generation != 1 || c.State != call.Waiting {
		t.Errorf("round %d, %s", c.Generation, c.State)
	}
}

func TestStoreDownAfterTheRoomKeepsTheCaller(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall"} {
		for _, took := range []bool{false, true} {
			s, w := serve(t, httpapitest.Keys)
			s.Post("/incoming", httpapitest.Form(t, "incoming"))
			w.Now = w.Now.Add(time.Minute)
			w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, held(after+"0"))
			s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, room("1"))
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

func TestLastWordsByReason(t *testing.T) {
	for reason, want := range map[string]string{
		"agent": `<Say>Thank you for calling. Goodbye.</Say><Hangup></Hangup>`,
		"left":  `<Say>We are sorry that this call has ended.</Say><Say>Please call again. Goodbye.</Say><Hangup></Hangup>`,
		"wait":  `<Say>We are sorry that nobody could take your call.</Say><Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`,
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
			if err := w.Board.HandleConferenceEvent(t.Context(), id, leave, w.Now); err != nil {
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

func TestCallerWhoseItemIsLostArrivesAnew(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	s.Post(after+"3", httpapitest.Form(t, "after-room")).
		Is(t, `<Pause length="1"></Pause><Redirect method="POST">`+string(httpapitest.Base)+`/incoming</Redirect>`)
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
}

func TestAddressWithoutARoundKeepsTheCaller(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	for _, round := range []string{"x", "-1", "99999999999999999999"} {
		s.Post(after+round, httpapitest.Form(t, "after-room")).Is(t, held(after+round))
	}
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

// A closed line refuses new callers and keeps the others: every request about a call that was accepted is answered as
// usual.
func TestF204ClosedLineLetsNobodyInAndKeepsWhoIsOnIt(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	closed := false
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			handler{
				edge: e, keys: httpapitest.Keys, music: "https://music.example/music", closed: closed,
				newService: func(twilio.Base) *service.Service { return w.Board },
			}.routes().ServeHTTP(rw, r)
		})
	})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	w.Settle()
	closed = true
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0")) // again
	w.Now = w.Now.Add(time.Minute)
	s.Post(after+"0", httpapitest.Form(t, "incoming", "CallStatus", "in-progress")).Is(t, room("1"))

	const other = call.ID("CA22222222222222222222222222222222")
	const words = `<Say>Thank you for calling.</Say><Say>This line is closed at the moment.</Say>` +
		`<Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`
	for range 2 {
		s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", string(other))).Is(t, words)
	}
	if c := w.Call(other); c.Live() || c.Reason != call.ReasonClosed {
		t.Errorf("a refused call is %s, %q", c.State, c.Reason)
	}
	w.Store.Every("Call", servicetest.Fault{Err: service.ErrUnavailable})
	// may be known
	s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", string(other))).Is(t, held("/incoming"))
}

// A line outside its hours, or closed by the emergency switch, tells new callers so and says goodbye, and keeps the
// others. Its settings need not be readable.
func TestF261F263F264OutsideItsHoursTheLineLetsNobodyInAndKeepsWhoIsOnIt(t *testing.T) {
	var set settings.Values
	var broken error
	w := servicetest.NewWorld(t, "alice")
	w.Use(service.Settings{Observe: httpapi.Observe})
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			handler{
				edge: e, keys: httpapitest.Keys, music: "https://music.example/music",
				newService: func(twilio.Base) *service.Service { return w.Board },
				line: &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
					return settings.Line{At: w.Now, Values: set}, broken
				}},
			}.routes().ServeHTTP(rw, r)
		})
	})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	joins(w)
	w.Settle()
	n := 0
	night := &settings.Week{} // open on no day
	for name, test := range map[string]struct {
		set  settings.Values
		want string
	}{
		"hours": {settings.Values{Zone: "Europe/Berlin", Hours: night}, `<Say>Thank you for calling.</Say>` +
			`<Say>This line is closed at the moment.</Say><Say>Please call again later. Goodbye.</Say>`},
		"own words": {settings.Values{Zone: "Europe/Berlin", Hours: night, ClosedMessage: "Come back."},
			`<Say>Come back.</Say><Say>Goodbye.</Say>`},
		"emergency": {settings.Values{
			Emergency: settings.Emergency{Closed: true, Message: "Fire alarm."}, ClosedMessage: "Come back.",
		}, `<Say>Fire alarm.</Say><Say>Goodbye.</Say>`},
		"in French": {settings.Values{Language: "fr", Emergency: settings.Emergency{Closed: true}},
			`<Say language="fr-FR" voice="Polly.Lea">Merci de votre appel.</Say>` +
				`<Say language="fr-FR" voice="Polly.Lea">Nous sommes actuellement fermés.</Say>` +
				`<Say language="fr-FR" voice="Polly.Lea">Veuillez rappeler plus tard. Au revoir.</Say>`},
	} {
		set = test.set
		n++
		other := fmt.Sprintf("CA%032d", n)
		before := strings.Count(s.Log.String(), `"TurnedAway":1`)
		for range 2 { // a repeated request has the same answer
			s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", other)).Is(t, test.want+"<Hangup></Hangup>")
		}
		if strings.Count(s.Log.String(), `"TurnedAway":1`) != before+1 {
			t.Errorf("%s: nothing was counted", name)
		}
		if c := w.Call(call.ID(other)); c.Live() || c.Reason != call.ReasonClosed || c.From == "" {
			t.Errorf("%s: a refused call is %s, %q", name, c.State, c.Reason)
		}
		if n := w.Phones.Count("Dial"); n != 1 {
			t.Errorf("%s: %d agents were rung", name, n)
		}
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0")) // who is on the line
	}
	// The second step also reaches a caller whom the conference does not take, and who asks for no music.
	set = settings.Values{Emergency: settings.Emergency{Closed: true, EndWaits: true, Message: "Fire alarm."}}
	s.Post(after+"0", httpapitest.Form(t, "after-room", "DialCallStatus", "failed")).Is(t,
		"<Say>Fire alarm.</Say><Say>Goodbye.</Say><Hangup></Hangup>")
	broken = service.ErrUnavailable // and nothing was ever read
	const again = "CA22222222222222222222222222222222"
	s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", again)).Is(t,
		strings.ReplaceAll(room("0"), string(caller), again))
}

// refused is the answer to a caller whom the conference has refused: words, music, and another try.
func refused(round string, music ...string) string {
	doc := "<Say>" + holdTheLine + "</Say>"
	for _, piece := range music {
		doc += "<Play>https://music.example/music/" + piece + ".wav</Play>"
	}
	return doc + room(round)
}

func TestF181ARoomThatDoesNotTakeTheCallerIsTriedLaterEachTime(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	w.Use(service.Settings{Observe: httpapi.Observe})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	form := httpapitest.Form(t, "after-room", "DialCallStatus", "failed")
	var waited time.Duration
	for i, want := range []string{
		refused("1", "00"), refused("2", "01"), refused("3", "01", "02"), refused("4", "01", "02"),
		refused("5", "01", "02"),
	} {
		w.Now = w.Now.Add(300 * time.Millisecond)
		for range 2 { // a repeated request gets the same answer
			s.Post(after+strconv.Itoa(i), form).Is(t, want)
		}
		c := w.Call(caller)
		next := c.EnterAt.Sub(w.Now)
		if next < 5*time.Second || next < waited || c.FailedJoins != i+1 {
			t.Errorf("try %d comes after %v, the one before after %v; %d refused", i+1, next, waited, c.FailedJoins)
		}
		waited = next
		w.Now = c.EnterAt
	}
	if n := w.Phones.Count("Dial"); n != 0 {
		t.Errorf("%d agents were rung for a caller who is in no conference", n)
	}
	if !strings.Contains(s.Log.String(), `"RoomRefused":1`) {
		t.Error("nothing was counted")
	}
	w.Now = w.Now.Add(time.Minute) // now the conference has accepted the caller, and ends much later
	s.Post(after+"5", form).Is(t, room("6"))
	w.Check()
}

// All tries of the caller's music have failed, so the caller is redirected, and the music fails again:
// then the caller hears something that needs no turn of music.
func TestF182ACallerWhoIsMovedInVainHearsWordsAndMusicOutsideTheRoom(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id, _ := w.Dial()
	w.Settle()
	moved := func(round string, want ...string) {
		t.Helper()
		before := w.Phones.Count("RejoinConference")
		w.Sweep()
		if w.Phones.Count("RejoinConference") == before {
			t.Fatal("the caller is not redirected")
		}
		form := httpapitest.Form(t, "after-room", "CallSid", string(id))
		if got := s.Post("/incoming/"+string(id)+"/"+round, form).TwiML(t).Verbs(); !slices.Equal(got, want) {
			t.Errorf("generation %s: the caller gets %v, want %v", round, got, want)
		}
	}
	w.Now = w.Now.Add(10 * time.Second)
	moved("0", "Say", "Play", "Dial")
	w.Now = w.Now.Add(15 * time.Second)
	w.Music(id) // and so it goes on for a while
	w.Now = w.Now.Add(30 * time.Second)
	moved("1", "Say", "Play", "Dial")
}
