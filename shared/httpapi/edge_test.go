package httpapi_test

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

	"warmtransfer/shared/agentview"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/twilio"
)

var (
	now      = time.Date(2026, 11, 22, 10, 16, 49, 123_000_000, time.UTC)
	callForm = url.Values{"AccountSid": {httpapitest.Keys.AccountSID},
		"CallSid": {"CA11111111111111111111111111111111"}, "From": {"+15005550006"}}
)

const doc = `<?xml version="1.0" encoding="UTF-8"?><Response><Say>hello</Say></Response>`

// voice is a function with one voice route.
func voice(t testing.TB, public twilio.Base, answer func(*httpapi.Request) (string, error)) *httpapitest.Site {
	return httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
		e.Public = public
		return httpapi.Voice{
			Edge: e, Keys: httpapitest.Keys,
			Routes: map[string]func(*httpapi.Request) (string, error){
				"POST /hello/{conference}/{leg}": answer, "POST /hello": answer,
			},
			Instead: func(r *httpapi.Request) string {
				return twilio.HoldOn(r.SelfURL(), time.Second, prompt.Plain("hold on"))
			},
		}.Handler()
	})
}

func instead(path string) string {
	return `<Say>hold on</Say><Pause length="1"></Pause><Redirect method="POST">` + string(httpapitest.Base) + path +
		`</Redirect>`
}

func hello(*httpapi.Request) (string, error) { return doc, nil }

func TestTimeAndAddressAreAPIGatewaysWord(t *testing.T) {
	var got httpapi.Request
	s := voice(t, "", func(r *httpapi.Request) (string, error) { got = *r; return doc, nil })
	e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", callForm)
	e.Headers["host"], e.Headers["x-forwarded-host"], e.Headers["x-forwarded-proto"] = "evil.example", "evil.example",
		"http"
	s.Do(e).Is(t, "<Say>hello</Say>")
	if !got.Now.Equal(now) || got.Base != httpapitest.Base || got.Call() != "CA11111111111111111111111111111111" ||
		got.Leg() != "leg-1" {
		t.Errorf("now %v, base %s, conference %s, leg %s", got.Now, got.Base, got.Call(), got.Leg())
	}
}

func TestPublicBaseURLWins(t *testing.T) {
	for _, public := range []twilio.Base{"https://phone.example.com", "http://127.0.0.1:8080",
		"https://phone.example.com:8443"} {
		s := voice(t, public, func(r *httpapi.Request) (string, error) {
			if r.Base != public || r.SelfURL() != string(public)+"/hello?a=1&b=%2f" {
				t.Errorf("base %s, here %s", r.Base, r.SelfURL())
			}
			return doc, nil
		})
		e := s.Event("POST", "/hello?a=1&b=%2f", httpapitest.FormType, callForm.Encode())
		e.Headers["x-twilio-signature"] = httpapitest.Sign(string(public)+"/hello?a=1&b=%2f", callForm)
		s.Do(e).Is(t, "<Say>hello</Say>")
		e.Headers["x-twilio-signature"] = httpapitest.Sign(string(httpapitest.Base)+"/hello?a=1&b=%2f", callForm)
		s.Do(e).Empty(t, 403)
	}
}

func TestF145TheSignatureIsOverTheExactQuery(t *testing.T) {
	s := voice(t, "", hello)
	signed := s.Hook("/hello?b=%2f&a=1&a=2&c", callForm)
	s.Do(signed).Is(t, "<Say>hello</Say>")
	for _, query := range []string{"a=1&a=2&b=%2f&c", "b=%2F&a=1&a=2&c", "b=/&a=1&a=2&c", "b=%2f&a=1&a=2",
		"b=%2f&a=1&a=2&c&d=", ""} {
		e := signed
		e.RawQueryString = query
		s.Do(e).Empty(t, 403)
	}
}

func TestF146BodiesInBase64AndInTheClear(t *testing.T) {
	s := voice(t, "", func(r *httpapi.Request) (string, error) {
		if r.Form.Get("From") != "+15005550006" {
			t.Errorf("From is %q", r.Form.Get("From"))
		}
		return doc, nil
	})
	e := s.Hook("/hello", callForm)
	if !e.IsBase64Encoded {
		t.Fatal("the test wants base64")
	}
	s.Do(e).Is(t, "<Say>hello</Say>")
	e.Body, e.IsBase64Encoded = callForm.Encode(), false
	s.Do(e).Is(t, "<Say>hello</Say>")
	e.IsBase64Encoded = true // a form is not base64
	s.Do(e).Empty(t, 400)
}

func TestVoiceAnswersTwiMLWhateverHappens(t *testing.T) {
	var list []int
	for name, answer := range map[string]func(*httpapi.Request) (string, error){
		"an error": func(*httpapi.Request) (string, error) { return "", errors.New("broken") },
		"a panic":  func(*httpapi.Request) (string, error) { panic("+15005550006 has been fed to us") },
		"a nil pointer": func(r *httpapi.Request) (string, error) {
			return (*httpapi.Request)(nil).Form.Get("x"),
				nil
		},
		"out of range":   func(*httpapi.Request) (string, error) { return fmt.Sprint(list[len(callForm)]), nil },
		"nothing to say": func(*httpapi.Request) (string, error) { return "", nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := voice(t, "", answer)
			s.Post("/hello", callForm).Is(t, instead("/hello"))
			if alarm := strings.Contains(s.Log.String(), `"level":"ERROR"`); alarm == (name == "nothing to say") {
				t.Errorf("the log: %s", s.Log)
			}
		})
	}
}

func TestAHandlerIsToldWhenItsTimeIsUp(t *testing.T) {
	for within, most := range map[time.Duration]time.Duration{0: 5 * time.Second, time.Second: time.Second} {
		s := httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
			return httpapi.Voice{Edge: e, Keys: httpapitest.Keys, Within: within,
				Routes: map[string]func(*httpapi.Request) (string, error){
					"POST /hello": func(r *httpapi.Request) (string, error) {
						deadline, ok := r.Context().Deadline()
						if left := time.Until(deadline); !ok || left > most {
							t.Errorf("%v left; Twilio waits for 15 s and our own budget is %v", left, most)
						}
						return doc, nil
					},
				}}.Handler()
		})
		s.Post("/hello", callForm)
	}
}

func TestCallbacksPanicIsNotSentAgain(t *testing.T) {
	s := httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
		return httpapi.Callbacks{Edge: e, Keys: httpapitest.Keys, Routes: map[string]func(*httpapi.Request) error{
			"POST /told": func(*httpapi.Request) error { panic("no") },
		}}.Handler()
	})
	s.Post("/told", callForm).Empty(t, 204)
	s.Post("/told/more", callForm).Empty(t, 404)
	if !strings.Contains(s.Log.String(), "panic: string") {
		t.Errorf("the log: %s", s.Log)
	}
}

// logLine is the one log entry of a request.
func logLine(t testing.TB, s *httpapitest.Site) (l map[string]any) {
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
	s.Post("/hello/CA11111111111111111111111111111111/leg-1", callForm)
	got := logLine(t, s)
	for key, want := range map[string]any{
		"function": "test", "route": "POST /hello/{conference}/{leg}", "status": 200.0, "request": "request-1",
		"conference": "CA11111111111111111111111111111111", "leg": "leg-1", "level": "INFO",
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for key := range got {
		if !strings.Contains("time level msg function route status ms request conference leg Stack _aws WebhookLatency",
			key) {
			t.Errorf("the log has %s", key)
		}
	}
}

func TestF163WhatIsNotVerifiedIsNotLogged(t *testing.T) {
	s := voice(t, "", hello)
	e := s.Hook("/hello/+15005550006/eyJhbGciOiJIUzI1NiJ9", callForm)
	e.Headers["x-twilio-signature"] = "L/OH5YylLD5NRKLltdqwSvS0BnU="
	s.Do(e).Empty(t, 403)
	s.Post("/hello/+15005550006/eyJhbGciOiJIUzI1NiJ9.x", callForm) // even if it is Twilio's
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
		e := s.Hook("/hello", callForm)
		change(&e)
		if a := s.Do(e); a.Status != 400 && a.Status != 404 || a.Body != "" {
			t.Errorf("%q: answered %d %q", e.RawPath, a.Status, a.Body)
		}
	}
	for _, path := range []string{"/", "//hello", "/hello/", "/hello/../hello", "/hello/x", "/Hello",
		"/hello/%2e%2e/hello"} {
		if a := s.Post(path, callForm); a.Status != 404 || a.Body != "" || a.Header["Location"] != "" {
			t.Errorf("%s: answered %d %v", path, a.Status, a.Header)
		}
	}
}

func TestWithoutAPIGatewayTheClockIsTheMachines(t *testing.T) {
	if d := time.Since(httpapi.Now(context.Background())); d > time.Minute || d < 0 {
		t.Errorf("now is off by %v", d)
	}
}

func TestPushTellsTheSnapshot(t *testing.T) {
	told := &toldCalls{}
	snap := agentview.Snapshot{At: now, Numbers: true}
	if err := (httpapi.Push{Calls: told}).Tell(t.Context(), "CA1", snap); err != nil {
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
	e := s.Hook("/hello", callForm)
	e.Headers["x-twilio-signature"] = "L/OH5YylLD5NRKLltdqwSvS0BnU="
	for b.Loop() {
		s.Log.Reset()
		s.Do(e)
	}
}

func FuzzF170AnythingUnsigned(f *testing.F) {
	f.Add("POST", "/hello", "a=b", httpapitest.FormType, "L/OH5YylLD5NRKLltdqwSvS0BnU=", "CA=1;x", false)
	f.Add("GET", "/hello/%2f/..", "\x00", "multipart/form-data; boundary=", "", "%zz", true)
	f.Fuzz(func(t *testing.T, method, path, body, kind, signature, query string, encoded bool) {
		s := voice(t, "", func(*httpapi.Request) (string, error) { t.Error("let in"); return doc, nil })
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
