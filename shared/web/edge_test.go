package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
	"warmtransfer/shared/web/webtest"
)

var (
	now  = time.Date(2026, 11, 22, 10, 16, 49, 123_000_000, time.UTC)
	call = url.Values{"AccountSid": {webtest.Keys.AccountSID}, "CallSid": {"CA11111111111111111111111111111111"}, "From": {"+15005550006"}}
)

const doc = `<?xml version="1.0" encoding="UTF-8"?><Response><Say>hello</Say></Response>`

// voice is a function with one voice route.
func voice(t testing.TB, public twilio.Base, answer func(*web.Request) (string, error)) *webtest.Site {
	return webtest.New(t, func() time.Time { return now }, func(e web.Edge) http.Handler {
		e.Public = public
		return web.Voice{
			Edge: e, Keys: webtest.Keys,
			Routes: map[string]func(*web.Request) (string, error){
				"POST /hello/{conference}/{leg}": answer, "POST /hello": answer,
			},
			Instead: func(r *web.Request) string { return twilio.HoldOn(r.Here(), time.Second, "hold on") },
		}.Handler()
	})
}

func instead(path string) string {
	return `<Say>hold on</Say><Pause length="1"></Pause><Redirect method="POST">` + string(webtest.Base) + path + `</Redirect>`
}

func hello(*web.Request) (string, error) { return doc, nil }

func TestTimeAndAddressAreAPIGatewaysWord(t *testing.T) {
	var got web.Request
	s := voice(t, "", func(r *web.Request) (string, error) { got = *r; return doc, nil })
	e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", call)
	e.Headers["host"], e.Headers["x-forwarded-host"], e.Headers["x-forwarded-proto"] = "evil.example", "evil.example", "http"
	s.Do(e).Is(t, "<Say>hello</Say>")
	if !got.Now.Equal(now) || got.Base != webtest.Base || got.Conference() != "CA11111111111111111111111111111111" || got.Leg() != "leg-1" {
		t.Errorf("now %v, base %s, conference %s, leg %s", got.Now, got.Base, got.Conference(), got.Leg())
	}
}

func TestPublicBaseURLWins(t *testing.T) {
	for _, public := range []twilio.Base{"https://phone.example.com", "http://127.0.0.1:8080", "https://phone.example.com:8443"} {
		s := voice(t, public, func(r *web.Request) (string, error) {
			if r.Base != public || r.Here() != string(public)+"/hello?a=1&b=%2f" {
				t.Errorf("base %s, here %s", r.Base, r.Here())
			}
			return doc, nil
		})
		e := s.Event("POST", "/hello?a=1&b=%2f", webtest.FormType, call.Encode())
		e.Headers["x-twilio-signature"] = webtest.Sign(string(public)+"/hello?a=1&b=%2f", call)
		s.Do(e).Is(t, "<Say>hello</Say>")
		e.Headers["x-twilio-signature"] = webtest.Sign(string(webtest.Base)+"/hello?a=1&b=%2f", call)
		s.Do(e).Empty(t, 403)
	}
}

func TestF145TheSignatureIsOverTheExactQuery(t *testing.T) {
	s := voice(t, "", hello)
	signed := s.Hook("/hello?b=%2f&a=1&a=2&c", call)
	s.Do(signed).Is(t, "<Say>hello</Say>")
	for _, query := range []string{"a=1&a=2&b=%2f&c", "b=%2F&a=1&a=2&c", "b=/&a=1&a=2&c", "b=%2f&a=1&a=2", "b=%2f&a=1&a=2&c&d=", ""} {
		e := signed
		e.RawQueryString = query
		s.Do(e).Empty(t, 403)
	}
}

func TestF146BodiesInBase64AndInTheClear(t *testing.T) {
	s := voice(t, "", func(r *web.Request) (string, error) {
		if r.Form.Get("From") != "+15005550006" {
			t.Errorf("From is %q", r.Form.Get("From"))
		}
		return doc, nil
	})
	e := s.Hook("/hello", call)
	if !e.IsBase64Encoded {
		t.Fatal("the test wants base64")
	}
	s.Do(e).Is(t, "<Say>hello</Say>")
	e.Body, e.IsBase64Encoded = call.Encode(), false
	s.Do(e).Is(t, "<Say>hello</Say>")
	e.IsBase64Encoded = true // a form is not base64
	s.Do(e).Empty(t, 400)
}

func TestVoiceAnswersTwiMLWhateverHappens(t *testing.T) {
	var list []int
	for name, answer := range map[string]func(*web.Request) (string, error){
		"an error":       func(*web.Request) (string, error) { return "", errors.New("broken") },
		"a panic":        func(*web.Request) (string, error) { panic("+15005550006 has been fed to us") },
		"a nil pointer":  func(r *web.Request) (string, error) { return (*web.Request)(nil).Form.Get("x"), nil },
		"out of range":   func(*web.Request) (string, error) { return fmt.Sprint(list[len(call)]), nil },
		"nothing to say": func(*web.Request) (string, error) { return "", nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := voice(t, "", answer)
			s.Post("/hello", call).Is(t, instead("/hello"))
			if alarm := strings.Contains(s.Log.String(), `"level":"ERROR"`); alarm == (name == "nothing to say") {
				t.Errorf("the log: %s", s.Log)
			}
		})
	}
}

func TestAHandlerIsToldWhenItsTimeIsUp(t *testing.T) {
	for within, most := range map[time.Duration]time.Duration{0: 5 * time.Second, time.Second: time.Second} {
		s := webtest.New(t, func() time.Time { return now }, func(e web.Edge) http.Handler {
			return web.Voice{Edge: e, Keys: webtest.Keys, Within: within, Routes: map[string]func(*web.Request) (string, error){
				"POST /hello": func(r *web.Request) (string, error) {
					deadline, ok := r.Context().Deadline()
					if left := time.Until(deadline); !ok || left > most {
						t.Errorf("%v left; Twilio waits for 15 s and our own budget is %v", left, most)
					}
					return doc, nil
				},
			}}.Handler()
		})
		s.Post("/hello", call)
	}
}

func TestCallbacksPanicIsNotSentAgain(t *testing.T) {
	s := webtest.New(t, func() time.Time { return now }, func(e web.Edge) http.Handler {
		return web.Callbacks{Edge: e, Keys: webtest.Keys, Routes: map[string]func(*web.Request) error{
			"POST /told": func(*web.Request) error { panic("no") },
		}}.Handler()
	})
	s.Post("/told", call).Empty(t, 204)
	s.Post("/told/more", call).Empty(t, 404)
	if !strings.Contains(s.Log.String(), "panic: string") {
		t.Errorf("the log: %s", s.Log)
	}
}

// line is the one log entry of a request.
func line(t testing.TB, s *webtest.Site) (l map[string]any) {
	t.Helper()
	if n := strings.Count(s.Log.String(), "\n"); n != 1 {
		t.Fatalf("%d lines: %s", n, s.Log)
	}
	if err := json.Unmarshal(s.Log.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheLogHasOneLineWithIdsAndNothingElse(t *testing.T) {
	s := voice(t, "", hello)
	s.Post("/hello/CA11111111111111111111111111111111/leg-1", call)
	got := line(t, s)
	for key, want := range map[string]any{
		"function": "test", "route": "POST /hello/{conference}/{leg}", "status": 200.0, "request": "request-1",
		"conference": "CA11111111111111111111111111111111", "leg": "leg-1", "level": "INFO",
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for key := range got {
		if !strings.Contains("time level msg function route status ms request conference leg Stack _aws WebhookLatency", key) {
			t.Errorf("the log has %s", key)
		}
	}
}

func TestF163WhatIsNotVerifiedIsNotLogged(t *testing.T) {
	s := voice(t, "", hello)
	e := s.Hook("/hello/+15005550006/eyJhbGciOiJIUzI1NiJ9", call)
	e.Headers["x-twilio-signature"] = "L/OH5YylLD5NRKLltdqwSvS0BnU="
	s.Do(e).Empty(t, 403)
	s.Post("/hello/+15005550006/eyJhbGciOiJIUzI1NiJ9.x", call) // even if it is Twilio's
	if strings.Contains(s.Log.String(), "5005550006") {
		t.Errorf("the log: %s", s.Log)
	}
}

func TestEventsThatAreNoRequest(t *testing.T) {
	s := voice(t, "", hello)
	for _, change := range []func(*events.APIGatewayV2HTTPRequest){
		func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/%zz" },
		func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/\x7f" },
		func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "P O" },
		func(e *events.APIGatewayV2HTTPRequest) { e.Body = "%%%" },
	} {
		e := s.Hook("/hello", call)
		change(&e)
		if a := s.Do(e); a.Status != 400 && a.Status != 404 || a.Body != "" {
			t.Errorf("%q: answered %d %q", e.RawPath, a.Status, a.Body)
		}
	}
	for _, path := range []string{"/", "//hello", "/hello/", "/hello/../hello", "/hello/x", "/Hello", "/hello/%2e%2e/hello"} {
		if a := s.Post(path, call); a.Status != 404 || a.Body != "" || a.Header["Location"] != "" {
			t.Errorf("%s: answered %d %v", path, a.Status, a.Header)
		}
	}
}

func TestWithoutAPIGatewayTheClockIsTheMachines(t *testing.T) {
	if d := time.Since(web.Now(context.Background())); d > time.Minute || d < 0 {
		t.Errorf("now is off by %v", d)
	}
}

func TestPushTellsTheSnapshot(t *testing.T) {
	told := &toldCalls{}
	snap := switchboard.Snapshot{At: now, Numbers: true}
	if err := (web.Push{Calls: told}).Tell(t.Context(), "CA1", snap); err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(snap)
	if told.leg != "CA1" || told.message != string(want) {
		t.Errorf("told %s %s", told.leg, told.message)
	}
}

// A bad signature costs only its own check (F169).
func BenchmarkF169BadSignature(b *testing.B) {
	s := voice(b, "", hello)
	e := s.Hook("/hello", call)
	e.Headers["x-twilio-signature"] = "L/OH5YylLD5NRKLltdqwSvS0BnU="
	for b.Loop() {
		s.Log.Reset()
		s.Do(e)
	}
}

func FuzzF170AnythingUnsigned(f *testing.F) {
	f.Add("POST", "/hello", "a=b", webtest.FormType, "L/OH5YylLD5NRKLltdqwSvS0BnU=", "CA=1;x", false)
	f.Add("GET", "/hello/%2f/..", "\x00", "multipart/form-data; boundary=", "", "%zz", true)
	f.Fuzz(func(t *testing.T, method, path, body, kind, signature, query string, encoded bool) {
		s := voice(t, "", func(*web.Request) (string, error) { t.Error("let in"); return doc, nil })
		e := s.Event(method, path, kind, body)
		e.RawPath, e.RawQueryString, e.Body, e.IsBase64Encoded = path, query, body, encoded
		e.Headers["x-twilio-signature"], e.Headers["content-type"] = signature, kind
		if a := s.Do(e); a.Status < 400 || a.Status > 499 || a.Body != "" {
			t.Errorf("answered %d %q", a.Status, a.Body)
		}
	})
}

func TestLogOfTheNetworksRefusals(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	watchEverything(t, &log)
}
