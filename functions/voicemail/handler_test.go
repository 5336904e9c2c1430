package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail/voicemailtest"
)

const (
	caller = call.ID("CA11111111111111111111111111111111")
	path   = "/voicemail/" + string(caller)
	rec    = "RE0123456789abcdef0123456789abcdef"
)

var night = time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)

func serve(t testing.TB, keys twilio.Keys, set settings.Values) (*httpapitest.Site, *voicemailtest.Box) {
	w := servicetest.NewWorld(t)
	w.Now = night
	return serveIn(t, keys, set, w)
}

func serveIn(t testing.TB, keys twilio.Keys, set settings.Values, w *servicetest.World) (
	*httpapitest.Site, *voicemailtest.Box,
) {
	desk, box, _ := voicemailtest.Desk(24 * time.Hour)
	line := &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
		return settings.Line{Values: set}, nil
	}}
	return httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, keys: keys, box: desk, line: line, music: "https://music.example/music",
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	}), box
}

func over(why func(*call.Call, time.Time)) *call.Call {
	c := call.New(caller, "+15550199", true, night)
	why(c, night)
	return c
}

func TestF270ACallerIsAskedByTheReason(t *testing.T) {
	asks := `<Say>Please leave a message after the tone.</Say>` +
		`<Say>Your message will be recorded. When you have finished, press the hash or pound key, or hang up.</Say>`
	for first, why := range map[string]func(*call.Call, time.Time){
		`<Say>Thank you for calling.</Say><Say>This line is closed at the moment.</Say>`: (*call.Call).ApplyLineClosed,
		`<Say>We are sorry that nobody can take your call at the moment.</Say>`:          (*call.Call).ApplyNobodyOnline,
	} {
		s, box := serve(t, httpapitest.Keys, settings.Values{})
		box.Calls[caller] = over(why)
		base, again := string(httpapitest.Base), `#rc=5&amp;rp=4xx,5xx,ct,rt`
		next := unrecorded(t, s, path)
		s.Post(path, httpapitest.Form(t, "voicemail")).Is(t, first+asks+
			`<Record action="`+base+path+`/left`+again+`&amp;rt=4500" method="POST" playBeep="true" finishOnKey="#" `+
			`maxLength="180" timeout="10" recordingStatusCallback="`+base+`/events/recording/`+
			string(caller)+again+`" recordingStatusCallbackMethod="POST" `+
			`recordingStatusCallbackEvent="completed absent"></Record>`+
			`<Redirect method="POST">`+base+next+again+`&amp;rt=4500</Redirect>`)
		if !strings.HasPrefix(next, path+"/nothing?silent=") {
			t.Errorf("nothing was recorded: %s", next)
		}
		if i := box.Invitations[caller]; i.From != "+15550199" || i.Version != 1 {
			t.Errorf("the invitation is %+v", i)
		}
	}
}

func TestOwnWordsAskForTheMessage(t *testing.T) {
	s, box := serve(t, httpapitest.Keys, settings.Values{
		ClosedMessage: "We are asleep.", Voicemail: settings.Voicemail{Closed: true, Words: "Who are you?"},
	})
	box.Calls[caller] = over((*call.Call).ApplyLineClosed)
	got := s.Post(path, httpapitest.Form(t, "voicemail")).Body
	if !strings.Contains(got, "<Say>We are asleep.</Say><Say>Who are you?</Say><Record") {
		t.Errorf("%s", got)
	}
}

// Nobody is recorded before it is stored that they are asked; until then they hear words and music.
func TestF280AnInvitationThatCannotBeStored(t *testing.T) {
	for _, op := range []string{"Invitation", "Call", "SaveInvitation"} {
		for _, took := range []bool{false, true} {
			s, box := serve(t, httpapitest.Keys, settings.Values{})
			box.Calls[caller] = over((*call.Call).ApplyLineClosed)
			box.FailNext[op], box.Took = 1, took
			verbs := s.Post(path, httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
			if !slices.Equal(verbs, []string{"Say", "Play", "Redirect"}) {
				t.Errorf("%s fails, took %t: the caller gets %v", op, took, verbs)
			}
			verbs = s.Post(path, httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
			if !slices.Contains(verbs, "Record") {
				t.Errorf("%s failed, took %t: the caller gets %v", op, took, verbs)
			}
		}
	}
}

// Whatever becomes of the request, the caller is thanked: Twilio has the recording, and an invitation is stored.
func TestF271AMessageThatCannotBeSavedIsThankedFor(t *testing.T) {
	const thanks = `<Say>Thank you. We have received your message. Goodbye.</Say><Hangup></Hangup>`
	left := httpapitest.Form(t, "voicemail", "RecordingUrl", "https://api.twilio.com/x/Recordings/"+rec,
		"RecordingDuration", "20", "Digits", "#")
	s, box := serve(t, httpapitest.Keys, settings.Values{})
	box.Calls[caller] = over((*call.Call).ApplyLineClosed)
	s.Post(path, httpapitest.Form(t, "voicemail"))
	box.FailNext["SaveVoiceMessage"] = 1
	s.Post(path+"/left", left).Is(t, thanks)
	if !strings.Contains(s.Log.String(), `"level":"ERROR"`) || len(box.Messages) != 0 {
		t.Errorf("the log is %s", s.Log)
	}
	s.Post(path+"/left", left).Is(t, thanks)
	s.Post(path, httpapitest.Form(t, "voicemail")).Is(t, thanks) // a request that was asked again
	if m := box.Messages[rec]; m.Seconds != 20 || m.From != "+15550199" {
		t.Errorf("the message is %+v", m)
	}
	if strings.Contains(s.Log.String(), "5550199") || strings.Contains(s.Log.String(), rec) {
		t.Errorf("the log tells who has called: %s", s.Log)
	}
}

func TestF275NothingIsRecorded(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys, settings.Values{})
	s.Post(path+"/nothing", httpapitest.Form(t, "voicemail")).Is(t,
		`<Say>We have not received a message from you.</Say><Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`)
}

// unrecorded is the request that follows when Twilio has recorded nothing: at once if it
// does not record, later if the caller was silent.
func unrecorded(t *testing.T, s *httpapitest.Site, path string) (address string) {
	t.Helper()
	doc := s.Post(path, httpapitest.Form(t, "voicemail")).Body
	_, rest, _ := strings.Cut(doc, `<Redirect method="POST">`+string(httpapitest.Base))
	address, _, found := strings.Cut(rest, "#")
	if !found {
		t.Fatalf("no address in %s", doc)
	}
	return address
}

// american lets American numbers be called.
type american struct{}

func (american) Allow(n string) (string, error) {
	if !strings.HasPrefix(n, "+1") {
		return "", &service.NumberError{Why: "country"}
	}
	return n, nil
}

// Twilio does not record: the caller is told so, and not that they have left no message; they may be called back, if
// the line lets them, or stay.
func TestF377TwilioDoesNotRecord(t *testing.T) {
	const sorry, none = "We are sorry that we could not record a message", "We have not received a message from you."
	for name, test := range map[string]struct {
		from  string
		keep  bool
		after time.Duration
		words string
		verbs []string
	}{
		"may be called":  {"+15550199", true, 14 * time.Second, sorry, []string{"Gather", "Dial"}},
		"no such choice": {"+15550199", false, 14 * time.Second, sorry, []string{"Say", "Say", "Dial"}},
		"no such number": {"+442071838750", true, 14 * time.Second, sorry, []string{"Say", "Say", "Dial"}},
		"was silent":     {"+15550199", true, 24 * time.Second, none, []string{"Say", "Say", "Dial"}},
	} {
		w := servicetest.NewWorld(t)
		w.Use(service.Settings{Places: american{}})
		w.Now = night
		if _, err := w.Service.ArriveIfOnline(t.Context(), caller, test.from, true, night); err != nil {
			t.Fatal(err)
		}
		s, box := serveIn(t, httpapitest.Keys, settings.Values{Question: settings.Question{Keep: test.keep}}, w)
		box.Calls[caller] = w.Call(caller)
		next := unrecorded(t, s, path)
		w.Now = night.Add(test.after)
		for range 2 { // the request is repeated
			a := s.Post(next, httpapitest.Form(t, "voicemail"))
			if got := a.TwiML(t).Verbs(); !slices.Equal(got, test.verbs) || !strings.Contains(a.Body, test.words) {
				t.Errorf("%s: %s", name, a.Body)
			}
			w.Now = w.Now.Add(time.Second)
		}
		if c := w.Call(caller); c.State != call.Waiting || c.Generation != 1 || !c.CallerLive {
			t.Errorf("%s: the call is %s, generation %d", name, c.State, c.Generation)
		}
	}
}

// It cannot be stored that the caller is asked: they stay.
func TestF377TheQuestionCannotBeStored(t *testing.T) {
	for nth, want := range [][]string{{"Say", "Play", "Redirect"}, {"Say", "Say", "Dial"}} {
		for _, took := range []bool{false, true} {
			w := servicetest.NewWorld(t)
			w.Use(service.Settings{Places: american{}})
			w.Now = night
			if _, err := w.Service.ArriveIfOnline(t.Context(), caller, "+15550199", true, night); err != nil {
				t.Fatal(err)
			}
			s, _ := serveIn(t, httpapitest.Keys, settings.Values{Question: settings.Question{Keep: true}}, w)
			next := unrecorded(t, s, path)
			fault := servicetest.Fault{Err: service.ErrUnavailable, Took: took}
			w.Store.At("SaveCall", w.Store.Count("SaveCall")+nth, fault)
			for _, want := range [][]string{want, {"Gather", "Dial"}} { // the second time nothing fails
				got := s.Post(next, httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
				if !slices.Equal(got, want) {
					t.Errorf("save %d, took %t: %v, want %v", nth, took, got, want)
				}
			}
		}
	}
}

func TestF377TheLineIsClosedAndTwilioDoesNotRecord(t *testing.T) {
	s, box := serve(t, httpapitest.Keys, settings.Values{Question: settings.Question{Keep: true}})
	box.Calls[caller] = over((*call.Call).ApplyLineClosed)
	s.Post(unrecorded(t, s, path), httpapitest.Form(t, "voicemail")).Is(t,
		`<Say>We are sorry that we could not record a message.</Say>`+
			`<Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`)
}

// While the line is open the caller waits again, also if the request is made twice or its save fails.
func TestF275WhoLeavesNoMessageStaysInTheLine(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = night
	if _, err := w.Service.ArriveIfOnline(t.Context(), caller, "+15550199", true, night); err != nil {
		t.Fatal(err)
	}
	s, _ := serveIn(t, httpapitest.Keys, settings.Values{}, w)
	w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable, Took: true})
	for i, want := range [][]string{{"Say", "Play", "Redirect"}, {"Say", "Say", "Dial"}, {"Say", "Say", "Dial"}} {
		a := s.Post(path+"/nothing", httpapitest.Form(t, "voicemail"))
		if got := a.TwiML(t).Verbs(); !slices.Equal(got, want) {
			t.Errorf("request %d: %v, want %v", i, got, want)
		}
	}
	if c := w.Call(caller); c.State != call.Waiting || !c.CallerLive || c.Generation != 1 || c.Reason != "" {
		t.Errorf("the call is %s, live %t, generation %d, %q", c.State, c.CallerLive, c.Generation, c.Reason)
	}
}

// The answer to the goodbye was lost, but the caller is here: no sweep says goodbye again while they speak.
func TestF282TheSweepDoesNotCutAMessage(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = night
	id, _ := w.Dial()
	path := "/voicemail/" + string(id)
	s, _ := serveIn(t, httpapitest.Keys, settings.Values{}, w)
	w.Phones.Every("SayGoodbye", servicetest.Fault{Err: service.ErrUnknown, Took: true})
	w.Now = night.Add(servicetest.MaxWait)
	w.Sweep()
	said := w.Phones.Counts()["SayGoodbye"]
	if c := w.Call(id); said == 0 || c.State != call.Ended || !c.CallerLive {
		t.Fatalf("%d goodbyes; the call is %s, live %t", said, c.State, c.CallerLive)
	}
	for _, took := range []bool{false, true} { // the save fails, and the request comes again
		w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable, Took: took})
		s.Post(path, httpapitest.Form(t, "voicemail"))
	}
	if verbs := s.Post(path, httpapitest.Form(t, "voicemail")).TwiML(t).Verbs(); !slices.Contains(verbs, "Record") {
		t.Errorf("the caller gets %v", verbs)
	}
	w.Now = w.Now.Add(time.Minute)
	w.Sweep()
	if again := w.Phones.Counts()["SayGoodbye"]; again != said || w.Call(id).CallerLive {
		t.Errorf("%d goodbyes instead of %d", again, said)
	}
}

// A late goodbye has fetched a caller who waits in the line again: they go back to their conference.
func TestF283ALateGoodbyeToACallerInTheLine(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = night
	if _, err := w.Service.Arrive(t.Context(), caller, "+15550199", true, night); err != nil {
		t.Fatal(err)
	}
	s, box := serveIn(t, httpapitest.Keys, settings.Values{}, w)
	verbs := s.Post(path, httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
	if !slices.Equal(verbs, []string{"Dial"}) || len(box.Invitations) != 0 {
		t.Errorf("the caller gets %v; %+v", verbs, box.Invitations)
	}
}

// The caller has hung up while the request was on its way: nobody is rung for them.
func TestF284ACallerWhoHasHungUpDoesNotComeBack(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = night
	if _, err := w.Service.ArriveIfOnline(t.Context(), caller, "+15550199", true, night); err != nil {
		t.Fatal(err)
	}
	s, _ := serveIn(t, httpapitest.Keys, settings.Values{}, w)
	for range 2 { // the callback comes twice
		if err := w.Service.HandleCallerEnded(t.Context(), caller, "+15550199", night); err != nil {
			t.Fatal(err)
		}
	}
	verbs := s.Post(path+"/nothing", httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
	if c := w.Call(caller); c.State != call.Ended || c.CallerLive || !slices.Contains(verbs, "Hangup") {
		t.Errorf("the call is %s, live %t; the answer is %v", c.State, c.CallerLive, verbs)
	}
}

func TestF285AfterTheSecondLongestWaitACallerHearsGoodbye(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = night
	id, _ := w.Dial()
	s, _ := serveIn(t, httpapitest.Keys, settings.Values{}, w)
	for _, last := range []string{"Dial", "Hangup"} {
		for ; w.Call(id).State != call.Ended; w.Now = w.Now.Add(time.Minute) {
			w.Sweep()
		}
		path := "/voicemail/" + string(id)
		s.Post(path, httpapitest.Form(t, "voicemail"))
		verbs := s.Post(path+"/nothing", httpapitest.Form(t, "voicemail")).TwiML(t).Verbs()
		if verbs[len(verbs)-1] != last {
			t.Errorf("the caller gets %v, want %s", verbs, last)
		}
	}
}

// Who presses the key at once has left no message, and is still there; who hangs up at once is not.
func TestF275ARecordingThatIsTooShort(t *testing.T) {
	for digits, want := range map[string]call.State{"#": call.Waiting, "": call.Waiting, "hangup": call.Ended} {
		w := servicetest.NewWorld(t)
		w.Now = night
		if _, err := w.Service.ArriveIfOnline(t.Context(), caller, "+15550199", true, night); err != nil {
			t.Fatal(err)
		}
		s, box := serveIn(t, httpapitest.Keys, settings.Values{}, w)
		s.Post(path, httpapitest.Form(t, "voicemail"))
		verbs := s.Post(path+"/left", httpapitest.Form(t, "voicemail", "Digits", digits, "RecordingDuration", "1",
			"RecordingUrl", "https://api.twilio.com/x/Recordings/"+rec)).TwiML(t).Verbs()
		if c := w.Call(caller); c.State != want || !box.Messages[rec].Erase ||
			(want == call.Waiting) != slices.Contains(verbs, "Dial") {
			t.Errorf("with %q the call is %s; the answer is %v; %+v", digits, c.State, verbs, box.Messages)
		}
	}
}

func TestForgedRequestsAreRefused(t *testing.T) {
	httpapitest.Refusals(t, []httpapitest.Hooked{
		{Path: path, Form: httpapitest.Form(t, "voicemail")},
		{Path: path + "/left", Form: httpapitest.Form(t, "voicemail")},
	}, func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
		s, _ := serve(t, keys, settings.Values{})
		return s, servicetest.NewWorld(t)
	})
}
