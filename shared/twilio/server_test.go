package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/sdk"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

const (
	account = "AC00000000000000000000000000000001"
	apiKey  = "SK00000000000000000000000000000001"
	hush    = "hushhushhush" // the API key's secret
	caller  = "CA00000000000000000000000000000001"
	leg1    = "CA00000000000000000000000000000002"
	room1   = "CF00000000000000000000000000000001"
	base    = Base("https://phone.example.com")
	number  = "+15550100100"
	outside = "+442079460123"
)

var t0 = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func credentials() Credentials {
	return Credentials{AccountSID: account, AuthTokens: []string{"12345"}, APIKey: apiKey, APISecret: hush}
}

// request is one that the server has received.
type request struct {
	Op     string // as Twilio's description names it
	Method string
	Path   string // after the account
	Values url.Values
	Key    string
}

// operations are those of Twilio's that we use through the library.
var operations = []string{
	"ListCall", "CreateCall", "FetchCall", "UpdateCall", "CreateUserDefinedMessage", "ListConference",
	"ListParticipant", "FetchParticipant", "UpdateParticipant",
}

// server stands in for Twilio's REST API. It checks every request and every successful answer
// against the types of twilio-go, which are generated from Twilio's own description.
type server struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	got    []request
	opened int
	// answer gives the answer; with status 0 the connection is cut after the request took effect.
	answer func(request) (status int, body string)
}

func newServer(t *testing.T, answer func(request) (int, string)) *server {
	t.Helper()
	s := &server{t: t, answer: answer}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.opened++
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // Warm
		return
	}
	body, _ := io.ReadAll(r.Body)
	op, err := sdk.Match(r.Method, r.URL.Path, operations)
	if err != nil {
		s.t.Error(err)
	}
	req := request{Op: op.Name, Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, "/2010-04-01/Accounts/"+account),
		Values: r.URL.Query()}
	if r.Method == http.MethodPost {
		req.Values, _ = url.ParseQuery(string(body))
	}
	if err := op.CheckParameters(req.Values); err != nil {
		s.t.Error(err)
	}
	key, secret, _ := r.BasicAuth()
	req.Key = key + ":" + secret
	s.mu.Lock()
	s.got = append(s.got, req)
	s.mu.Unlock()

	status, answer := s.answer(req)
	if status == 0 {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
		return
	}
	if status < 300 && op.Answer != nil && json.Valid([]byte(answer)) {
		if err := op.CheckPart([]byte(answer)); err != nil {
			s.t.Errorf("the test's own answer is none of Twilio's: %v", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// requests are those received so far.
func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// only is the request; it fails the test unless there was exactly one.
func (s *server) only() request {
	s.t.Helper()
	got := s.requests()
	if len(got) != 1 {
		s.t.Fatalf("%d requests, want 1: %+v", len(got), got)
	}
	return got[0]
}

func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// always gives the same answer.
func always(status int, body string) func(request) (int, string) {
	return func(request) (int, string) { return status, body }
}

// refusal is an error of Twilio's, with text that must not be repeated.
func refusal(status, code int) (int, string) {
	return status,
		fmt.Sprintf(
			`{"code":%d,"message":"The number +15550100199 of Carol Caller said no",`+
				`"more_info":"https://www.twilio.com/docs/errors/%d","status":%d}`, code, code, status)
}

// keyring implements Keys; its credentials can be replaced once.
type keyring struct {
	now  Credentials
	next *Credentials
	err  error
	// asked counts calls of Renewed.
	asked int
}

func (k *keyring) Credentials(context.Context) (Credentials, error) { return k.now, k.err }

func (k *keyring) Renewed(context.Context) (Credentials, bool) {
	k.asked++
	if k.next == nil {
		return k.now, false
	}
	k.now, k.next = *k.next, nil
	return k.now, true
}

// control is the call control in front of s.
func (s *server) control() (service.CallControl, *Calls) {
	c := NewCalls(Fixed(credentials()), CallSettings{Number: number, APIURL: s.URL + "/", FallbackURL: fallback})
	s.t.Cleanup(c.http.CloseIdleConnections)
	return c.At(base), c
}

// callJSON is a call as Twilio describes it.
func callJSON(sid, to, status string, made time.Time) string {
	return fmt.Sprintf(`{"sid":%q,"from":%q,"to":%q,"status":%q,"date_created":%q}`, sid, number, to, status,
		made.Format(time.RFC1123Z))
}

func dial() call.Dial {
	return call.Dial{Call: caller, Leg: "k1", Agent: "alice", Timeout: 20 * time.Second}
}
