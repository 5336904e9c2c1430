package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// began starts a stack for a test.
func began(t *testing.T, o Options) *Stack {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	s, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// eventually waits until the condition holds, in real time.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if so() {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			tick.Stop()
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}

func freePorts(t *testing.T) int {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		free := port < 65000
		for i := 1; i < 4 && free; i++ {
			next, err := net.Listen("tcp", address(port+i))
			if free = err == nil; free {
				_ = next.Close()
			}
		}
		if free {
			return port
		}
	}
	t.Fatal("no four free ports in a row")
	return 0
}

// Live mode is the same binaries against Twilio at another address. Here that address is the phone network of another
// stack, which knows only what Twilio would know of this one: the number's webhooks, set by REST.
func TestLiveModeAgainstAPhoneNetworkElsewhere(t *testing.T) {
	twilio := began(t, Options{Headless: true})
	s := began(t, Options{Port: freePorts(t), TwilioURL: twilio.Control})
	if s.Network != nil {
		t.Fatal("a phone network was started beside the one that was named")
	}
	pointNumberAt(t, twilio, s.API)
	if err := twilio.Network.SetScripted("alice", true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Agent("alice").Set(context.Background(), "available"); err != nil {
		t.Fatal(err)
	}
	caller, err := twilio.Network.PlaceCall(nil, "+15550199", twilio.Number)
	if err != nil {
		t.Fatal(err)
	}
	leg := ""
	eventually(t, "alice is rung", func() bool {
		for _, c := range twilio.Network.Calls() {
			if c.To == "client:alice" && c.Status == "ringing" {
				leg = c.SID
			}
		}
		return leg != ""
	})
	if err := twilio.Network.Answer(leg, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "they hear each other", func() bool {
		c, _ := twilio.Network.Call(caller)
		return len(c.Hears) == 1 && c.Hears[0] == "leg:"+leg
	})

	var parts map[string]string
	get(t, s.Control+"/control", &parts)
	if parts["twilio"] != twilio.Control || parts["api"] != s.API || parts["number"] != s.Number {
		t.Errorf("GET /control: %v", parts)
	}
	var config struct {
		Voice struct{ Chunderw string }
	}
	get(t, s.API+"/config.json", &config)
	if "http://"+config.Voice.Chunderw != twilio.Control {
		t.Errorf("the page's voice is at %q", config.Voice.Chunderw)
	}
}

// pointNumberAt sets the number's webhooks as an operator's script does.
func pointNumberAt(t *testing.T, twilio *Stack, api string) {
	t.Helper()
	a := MadeUp()
	numbers := twilio.Control + "/2010-04-01/Accounts/" + a.SID + "/IncomingPhoneNumbers"
	var list struct {
		Numbers []struct{ Sid string } `json:"incoming_phone_numbers"`
	}
	send(t, http.MethodGet, numbers+".json", nil, &list)
	if len(list.Numbers) != 1 {
		t.Fatalf("%d numbers", len(list.Numbers))
	}
	send(t, http.MethodPost, numbers+"/"+list.Numbers[0].Sid+".json", url.Values{
		"VoiceUrl": {api + "/incoming"}, "VoiceMethod": {"POST"}, "StatusCallback": {api + "/events/call"},
	}, nil)
}

func send(t *testing.T, method, to string, form url.Values, out any) {
	t.Helper()
	req, err := http.NewRequest(method, to, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	a := MadeUp()
	req.SetBasicAuth(a.APIKey, a.APISecret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, to, res.Status)
	}
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
}

func get(t *testing.T, from string, out any) {
	t.Helper()
	res, err := http.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

func TestControlTokens(t *testing.T) {
	s := began(t, Options{Headless: true})
	for body, want := range map[string]int{
		`{"agent":"alice"}`: http.StatusOK, `{"agent":"nobody"}`: http.StatusNotFound,
		`{"agnt":"alice"}`: http.StatusBadRequest, `x`: http.StatusBadRequest,
	} {
		res, err := http.Post(s.Control+"/control/tokens", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != want || (want == http.StatusOK) != bytes.Contains(answer, []byte("access_token")) {
			t.Errorf("%s: %d %s, want %d", body, res.StatusCode, answer, want)
		}
	}
}

func TestF202ControlRemovesAnAgent(t *testing.T) {
	s := began(t, Options{Headless: true})
	for _, c := range []struct {
		body string
		want int
	}{
		{`{"agent":"ALICE","removed":true}`, http.StatusOK}, {`{"agent":"nobody","removed":true}`, http.StatusNotFound},
		{`x`, http.StatusBadRequest},
	} {
		res, err := http.Post(s.Control+"/control/agents", "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.body, res.StatusCode, c.want)
		}
	}
	if _, err := s.SignIn.Token("alice"); err == nil {
		t.Error("alice can sign in")
	}
	if err := s.SetRemoved(t.Context(), "alice", false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn.Token("alice"); err != nil {
		t.Errorf("restored: %v", err)
	}
}

// A newcomer's mistakes are explained in one sentence.
func TestWhatCannotBeStartedIsSaidInOneSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "template.yaml"), []byte("Resources: {Table: {Type: [\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	bad := MadeUp()
	bad.SID, bad.Number = "AC1", "5550100"
	set := func(name, value string) Options {
		return Options{Headless: true, Parameters: map[string]string{name: value}}
	}
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"a port that is taken":      {Options{Port: port}, "port " + strconv.Itoa(port)},
		"a template that is broken": {Options{Root: broken}, "template.yaml"},
		"an account that is none":   {Options{Account: bad}, "TWILIO_ACCOUNT_SID must be"},
		"Twilio without a way back": {Options{TwilioURL: "https://api.twilio.com"}, "-public-url"},
		"a region of Twilio's": {Options{TwilioURL: "https://api.ie1.twilio.com",
			PublicURL: "https://example.com"}, "give https://api.twilio.com"},
		"an address that is none": {Options{TwilioURL: "twilio", PublicURL: "https://example.com"},
			"-twilio-url must be"},
		"a parameter misspelt":       {set("RingSecond", "8"), "the nearest is RingSeconds"},
		"a limit that is impossible": {set("RingSeconds", "none"), "RingSeconds must be a number from 5 to 120"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Start(context.Background(), c.o)
			if err == nil {
				s.Close()
				t.Fatal("it was started")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n") > 1 {
				t.Errorf("told %q, want one sentence with %q", err, c.want)
			}
		})
	}
}
