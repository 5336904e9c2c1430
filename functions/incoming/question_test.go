package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

// american lets American numbers be called.
type american struct{}

func (american) Allow(n string) (string, error) {
	if !strings.HasPrefix(n, "+1") {
		return "", &service.NumberError{Why: "country"}
	}
	return n, nil
}

// asks is the function of a line on which every caller is asked on arrival, as two wait.
func asks(t testing.TB) (*httpapitest.Site, *servicetest.World) {
	w := servicetest.NewWorld(t)
	w.Use(service.Settings{Places: american{}})
	w.Dial()
	w.Dial()
	line := &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
		return settings.Line{Values: settings.Values{Question: settings.Question{Ahead: 2, Keep: true}}}, nil
	}}
	return httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, keys: httpapitest.Keys, music: "https://music.example/music", line: line,
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	}), w
}

const choice = after + "0/choice"

func question(keep bool) string {
	said := ""
	book := prompt.Book{}
	for _, s := range twilio.GreetingWords(book, twilio.QuestionWords(book, keep)).Sentences {
		said += "<Say>" + s + "</Say>"
	}
	const overrides = `#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500`
	return `<Gather action="` + string(httpapitest.Base) + choice + overrides + `" input="dtmf" ` +
		`method="POST" numDigits="1" timeout="1">` + said + `</Gather>` + room("0")
}

func TestF294TheQuestionGoesOnIntoTheConference(t *testing.T) {
	s, w := asks(t)
	for range 2 { // the request is repeated
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, question(true))
	}
	s.Post(choice, httpapitest.Form(t, "choice", "Digits", "9")).Is(t, room("0"))
	if c := w.Call(caller); c.State != call.Waiting {
		t.Errorf("the call is %s", c.State)
	}
	message := `<Redirect method="POST">` + string(httpapitest.Base) + `/voicemail/` + string(caller) +
		`#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500</Redirect>`
	for range 2 {
		s.Post(choice, httpapitest.Form(t, "choice")).Is(t, message)
	}
	s.Post(choice, httpapitest.Form(t, "choice", "Digits", "9")).Is(t, message) // too late
}

// The request that follows the words and the music has the key in its address only.
func TestF296TheChoiceCannotBeSaved(t *testing.T) {
	const retry = "#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500"
	for _, key := range []string{"1", "2", "9"} {
		for _, took := range []bool{false, true} {
			s, w := asks(t)
			s.Post("/incoming", httpapitest.Form(t, "incoming"))
			next := choice + "?key=" + key
			if key == "9" {
				next = choice
			}
			form := httpapitest.Form(t, "choice", "Digits", key)
			w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Post(choice, form).Is(t, held(next+retry))
			form.Del("Digits")
			w.Store.Next("SaveCall", servicetest.Fault{Err: service.ErrUnavailable}) // once more
			if c := w.Call(caller); c.State == call.Waiting && key != "9" {
				s.Post(next, form).Is(t, held(next+retry))
			}
			for range 2 {
				s.Post(next, form)
			}
			want := map[string]call.Reason{"1": call.ReasonMessage, "2": call.ReasonKept}[key]
			if c := w.Call(caller); c.Reason != want || (c.State == call.Waiting) != (key == "9") {
				t.Errorf("%s, took effect %t: the call is %s, %s", key, took, c.State, c.Reason)
			}
		}
	}
}

func TestF306WhoMayBeCalledKeepsTheirPlace(t *testing.T) {
	s, w := asks(t)
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	said := ""
	for _, w := range (prompt.Book{}).Say(prompt.PlaceKept).Sentences {
		said += "<Say>" + w + "</Say>"
	}
	for range 2 {
		s.Post(choice, httpapitest.Form(t, "choice", "Digits", "2")).Is(t, said+"<Hangup></Hangup>")
	}
	if c := w.Call(call.KeptID(caller)); c.State != call.KeepsPlace || c.Out.Number != "+15005550006" {
		t.Errorf("the place is %s, of %s", c.State, c.Out.Number)
	}
	for _, from := range []string{"+442071838750", "anonymous"} {
		s, w := asks(t)
		s.Post("/incoming", httpapitest.Form(t, "incoming", "From", from)).Is(t, question(false))
		s.Post(choice, httpapitest.Form(t, "choice", "Digits", "2", "From", from)).Is(t, room("0"))
		if c := w.Call(caller); c.State != call.Waiting {
			t.Errorf("%s: the call is %s", from, c.State)
		}
	}
}

func TestSampleOfTheChoice(t *testing.T) {
	s, w := asks(t)
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	e := httpapitest.Sample(t, "incoming-choice")
	s.Do(e).Is(t, question(true)) // of a later generation: nothing is changed
	if c := w.Call(caller); c.State != call.Waiting {
		t.Errorf("the call is %s", c.State)
	}
	httpapitest.Refusals(t, []httpapitest.Hooked{{Path: choice, Form: httpapitest.Form(t, "choice")}},
		func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
			return serve(t, keys, "alice")
		})
}
