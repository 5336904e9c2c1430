package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
)

// F381: that an agent's leg rings is not told: it does when the call is made. Of an outside number it is, and of a leg
// that may ring for long.
func TestF381WhichEventsOfALegAreAskedFor(t *testing.T) {
	long := dial()
	long.Timeout = 2 * time.Minute
	if got := legEvents(long); !slices.Equal(got, []string{"ringing", "completed"}) {
		t.Errorf("a long ring: %v", got)
	}
	for number, want := range map[string][]string{"": {"completed"}, outside: {"ringing", "completed"}} {
		s := newServer(t, always(201, `{"sid":"`+leg1+`"}`))
		control, _ := s.control()
		d := dial()
		if number != "" {
			d.Agent, d.Number = "", number
		}
		if _, err := control.Dial(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if got := s.only().Values["StatusCallbackEvent"]; !slices.Equal(got, want) {
			t.Errorf("number %q: %v, want %v", number, got, want)
		}
	}
}

func TestDialIsOneCallWithEverythingInIt(t *testing.T) {
	s := newServer(t, always(201, callJSON(leg1, "client:alice", "queued", t0)))
	control, _ := s.control()
	leg, err := control.Dial(t.Context(), dial())
	if err != nil || leg != leg1 {
		t.Fatalf("Dial = %q, %v", leg, err)
	}
	got := s.only()
	want := url.Values{
		"From":                 {number},
		"To":                   {"client:alice?conference=" + caller + "&leg=k1&ring=20"},
		"Url":                  {"https://phone.example.com/connect-agent/" + caller + "/k1"},
		"Method":               {"POST"},
		"FallbackUrl":          {"https://phone.example.com/connect-agent/" + caller + "/k1/1"},
		"FallbackMethod":       {"POST"},
		"StatusCallback":       {"https://phone.example.com/events/leg/" + caller + "/k1" + tellAgain},
		"StatusCallbackMethod": {"POST"},
		"StatusCallbackEvent":  {"completed"},
		"Timeout":              {"20"},
		"TimeLimit":            {"14400"},
	}
	if got.Op != "CreateCall" || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("%s\n got %v\nwant %v", got.Op, got.Values, want)
	}
	if got.Key != apiKey+":"+hush {
		t.Errorf("authorised as %q; want the API key, never the auth token", got.Key)
	}
}

func TestDialToAnOutsideNumberTellsItNothing(t *testing.T) {
	s := newServer(t, always(201, callJSON(leg1, outside, "queued", t0)))
	control, _ := s.control()
	d := dial()
	d.Agent, d.Number = "", outside
	d.Info = call.DialInfo{Caller: "+15550100199", By: "Alice", Note: "owes us money", Waited: t0}
	if leg, err := control.Dial(t.Context(), d); err != nil || leg != leg1 {
		t.Fatalf("Dial = %q, %v", leg, err)
	}
	got := s.only().Values
	for name, want := range map[string]string{
		"To": outside, "From": number, "Timeout": "20", "TimeLimit": "14400", "MachineDetection": "",
		"Url": "https://phone.example.com/connect-agent/" + caller + "/k1",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if all := got.Encode(); strings.Contains(all, "money") || strings.Contains(all, "Alice") ||
		strings.Contains(all, "0199") {
		t.Errorf("the outside leg got parameters: %s", all)
	}
}

func TestRingTimeStaysWithinTwiliosLimits(t *testing.T) {
	for d, want := range map[time.Duration]int{0: 5, 5 * time.Second: 5, 25500 * time.Millisecond: 25, time.Hour: 600} {
		if got := ringSeconds(d); got != want {
			t.Errorf("%v: %d seconds, want %d", d, got, want)
		}
	}
}

func TestDialWithoutANameIsUnknown(t *testing.T) {
	for _, body := range []string{`{}`, `{"sid":`, `<html>`} {
		s := newServer(t, always(201, body))
		control, _ := s.control()
		if _, err := control.Dial(t.Context(), dial()); !errors.Is(err, service.ErrUnknown) {
			t.Errorf("answer %s: err = %v, want ErrUnknown", body, err)
		}
		s.only()
	}
}

func TestHangupEndsARingingOrAnsweredLeg(t *testing.T) {
	s := newServer(t, always(200, callJSON(leg1, "client:alice", "completed", t0)))
	control, _ := s.control()
	if err := control.Hangup(t.Context(), leg1); err != nil {
		t.Fatal(err)
	}
	got := s.only()
	if got.Op != "UpdateCall" || got.Path != "/Calls/"+leg1+".json" || got.Values.Encode() != "Status=completed" {
		t.Errorf("got %+v", got)
	}
}

// The words are part of the request, so they need no answer of our API.
func TestLastWordsGoWithTheRequest(t *testing.T) {
	s := newServer(t, always(200, callJSON(caller, number, "in-progress", t0)))
	control, _ := s.control()
	if err := control.SayGoodbye(t.Context(), caller, call.LegID(caller), call.ReasonAgentEnded); err != nil {
		t.Fatal(err)
	}
	got := s.only()
	want := url.Values{"Twiml": {Goodbye(prompt.Plain("Thank you for calling. Goodbye."))}}
	if got.Op != "UpdateCall" || got.Path != "/Calls/"+caller+".json" || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("got %+v", got)
	}
}

// A redirect must not end the caller's call while our API does not answer.
func TestNewConferenceRedirectsTheCallerAndHasAFallback(t *testing.T) {
	s := newServer(t, always(200, callJSON(caller, number, "in-progress", t0)))
	control, _ := s.control()
	if err := control.RejoinConference(t.Context(), caller, call.LegID(caller), 2); err != nil {
		t.Fatal(err)
	}
	got := s.only()
	want := url.Values{
		"Url": {"https://phone.example.com/incoming/" + caller + "/2" + askAgain}, "Method": {"POST"},
		"FallbackUrl": {fallback}, "FallbackMethod": {"GET"},
	}
	if got.Op != "UpdateCall" || got.Path != "/Calls/"+caller+".json" || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("got %+v", got)
	}
}

func TestTell(t *testing.T) {
	s := newServer(t, always(201, `{"sid":"KX00000000000000000000000000000001"}`))
	_, calls := s.control()
	message := `{"state":"talking"}`
	if err := calls.Tell(t.Context(), leg1, message); err != nil {
		t.Fatal(err)
	}
	got := s.only()
	if got.Op != "CreateUserDefinedMessage" || got.Path != "/Calls/"+leg1+"/UserDefinedMessages.json" ||
		got.Values.Get("Content") != message {
		t.Errorf("got %+v", got)
	}

	// Twilio counts characters, not bytes.
	if err := calls.Tell(t.Context(), leg1, strings.Repeat("é", maxMessage)); err != nil {
		t.Errorf("%d characters: %v", maxMessage, err)
	}
	var refused *service.RefusedError
	if err := calls.Tell(t.Context(), leg1, strings.Repeat("x", maxMessage+1)); !errors.As(err, &refused) ||
		refused.Code != 32703 {
		t.Errorf("one more: %v, want *RefusedError with 32703", err)
	}
	if n := len(s.requests()); n != 2 {
		t.Errorf("%d requests, want 2: a message that is too long must not be sent", n)
	}
}

// The library would put anything into the path.
func TestStrangeNamesReachNobody(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	control, calls := s.control()
	for _, name := range []call.LegID{"", "..", "CA/../../x", "CA1?x=1", "CA1%2f", "é",
		call.LegID(strings.Repeat("A", 65))} {
		room := call.ConferenceID(name)
		_, present := control.Participants(t.Context(), room)
		for what, err := range map[string]error{
			"Hangup": control.Hangup(t.Context(), name), "Participants": present,
			"Tell":             calls.Tell(t.Context(), name, "{}"),
			"RejoinConference": control.RejoinConference(t.Context(), caller, call.LegID(name), 1),
			"SayGoodbye":       control.SayGoodbye(t.Context(), caller, call.LegID(name), call.ReasonAgentEnded),
			"Hold leg":         control.Hold(t.Context(), caller, room1, name, true),
			"Hold room":        control.Hold(t.Context(), caller, room, leg1, true),
			"SetEndOnExit":     control.SetEndOnExit(t.Context(), room1, name, true),
			"SetEndsRoom 2":    control.SetEndOnExit(t.Context(), room, leg1, true),
		} {
			if !errors.Is(err, service.ErrGone) {
				t.Errorf("%s of %q: %v, want ErrGone", what, name, err)
			}
		}
	}
	if got := s.requests(); len(got) != 0 {
		t.Errorf("requests: %+v", got)
	}
}

func TestWarmOpensTheConnection(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	control, calls := s.control()
	calls.Warm(t.Context())
	if n := s.connections(); n != 1 {
		t.Fatalf("%d connections after Warm, want 1", n)
	}
	if err := control.Hangup(t.Context(), leg1); err != nil {
		t.Fatal(err)
	}
	if n := s.connections(); n != 1 {
		t.Errorf("%d connections, want the warm one only", n)
	}
}

func TestWarmCannotFail(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, address := range []string{"http://127.0.0.1:1", "://", "https://phone.example.com"} {
		NewCalls(Fixed{}, CallSettings{APIURL: address}).Warm(ctx)
	}
}

// Lambda freezes a function between requests, so it does not notice that the other side has
// closed the connection.
func TestARestedConnectionIsNotUsed(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	control, calls := s.control()
	now := t0
	calls.now = func() time.Time { return now }
	for _, step := range []struct {
		rest time.Duration
		want int
	}{{0, 1}, {staleAfter, 1}, {staleAfter + time.Second, 2}, {time.Second, 2}, {-time.Second, 3}} {
		now = now.Add(step.rest)
		if err := control.Hangup(t.Context(), leg1); err != nil {
			t.Fatal(err)
		}
		if n := s.connections(); n != step.want {
			t.Errorf("after %v: %d connections, want %d", step.rest, n, step.want)
		}
	}
}

// roundTrip is an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWithoutAnAddressItIsTwiliosOwn(t *testing.T) {
	c := NewCalls(Fixed(credentials()), CallSettings{Number: number})
	var address string
	var left time.Duration
	c.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		address = r.URL.String()
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
		return nil, errors.New("no network in tests")
	})
	t.Setenv("TWILIO_EDGE", "dublin") // the library would use it
	t.Setenv("TWILIO_REGION", "ie1")
	err := c.At(base).Hangup(t.Context(), leg1)
	if want := "https://api.twilio.com/2010-04-01/Accounts/" + account + "/Calls/" + leg1 + ".json"; address != want {
		t.Errorf("asked %s, want %s", address, want)
	}
	if !errors.Is(err, service.ErrUnknown) {
		t.Errorf("err = %v, want ErrUnknown", err)
	}
	if left <= 0 || left > callTime {
		t.Errorf("%v for the request, want at most %v", left, callTime)
	}
}
