package twiliosim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/local/twiliosim/rest"
	"warmtransfer/local/twiliosim/sdk"
)

const (
	testAccount = "AC0123456789abcdef0123456789abcdef"
	testToken   = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	testKey     = "SK0123456789abcdef0123456789abcdef"
	testSecret  = "s3cretS3cretS3cret"
	testNumber  = "+15550006000"
	testCaller  = "+4915112345678"
)

// harness is a network whose clock stands still, an application that it calls, and the
// unmodified client of twilio-go.
type harness struct {
	*Network
	t     *testing.T
	clock *clock.Manual
	app   *httptest.Server
	rest  *httptest.Server
	api   *api.ApiService

	mu    sync.Mutex
	docs  map[string]func(url.Values) string
	calls []seen
}

// seen is one request that the application got.
type seen struct {
	method, path string
	form         url.Values
	token        string
}

func newHarness(t *testing.T, change ...func(*Config)) *harness {
	t.Helper()
	b := &harness{t: t, clock: clock.NewManual(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)),
		docs: map[string]func(url.Values) string{}}
	cfg := Config{Account: testAccount, AuthToken: testToken, APIKey: testKey, APISecret: testSecret,
		Number: testNumber, Clock: b.clock}
	for _, f := range change {
		f(&cfg)
	}
	n, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Network = n
	b.app = httptest.NewServer(http.HandlerFunc(b.serve))
	b.rest = httptest.NewServer(n.Handler())
	b.api = b.client(testKey, testSecret)
	n.SetNumber(b.app.URL+"/voice", "", "")
	t.Cleanup(func() {
		b.checkREST()
		if t.Failed() {
			b.tell()
		}
		n.Close()
		b.rest.Close()
		b.app.Close()
	})
	return b
}

// client is twilio-go's, unmodified; only its connections go to the test's server.
func (b *harness) client(user, password string) *api.ApiService {
	c := &twilio.Client{
		Credentials: twilio.NewCredentials(user, password),
		HTTPClient:  &http.Client{Timeout: 5 * time.Second, Transport: reroute{b.rest.URL}},
	}
	c.SetAccountSid(testAccount)
	return api.NewApiService(twilio.NewRequestHandler(c))
}

// reroute sends what is meant for api.twilio.com to a test's server.
type reroute struct{ to string }

func (r reroute) RoundTrip(req *http.Request) (*http.Response, error) {
	to, err := url.Parse(r.to)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = to.Scheme, to.Host
	return http.DefaultTransport.RoundTrip(req)
}

// serve is the application: it checks the signature and answers what the test set.
func (b *harness) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.HasSuffix(r.URL.Path, ".wav") {
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = w.Write(wav(10 * time.Second))
		return
	}
	if r.URL.Path == "/nothing" { // a file; those are not signed
		http.NotFound(w, r)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		b.t.Errorf("%s: body %q: %v", r.URL.Path, body, err)
	}
	params := map[string]string{}
	for name, values := range form {
		params[name] = values[0]
	}
	full := b.app.URL + r.URL.RequestURI()
	validator := twilio.NewRequestValidator(testToken)
	if !validator.Validate(full, params, r.Header.Get("X-Twilio-Signature")) {
		b.t.Errorf("%s %s: twilio-go does not accept the signature %q", r.Method, full,
			r.Header.Get("X-Twilio-Signature"))
	}
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	b.mu.Lock()
	b.calls = append(b.calls, seen{r.Method, r.URL.Path, form, r.Header.Get("I-Twilio-Idempotency-Token")})
	doc := b.docs[r.URL.Path]
	b.mu.Unlock()
	if doc == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer := doc(form)
	if status, ok := strings.CutPrefix(answer, "status "); ok {
		var code int
		_, _ = fmt.Sscan(status, &code)
		w.WriteHeader(code)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, answer)
}

// doc sets what the application answers at a path: the inside of a Response, or
// "status 500".
func (b *harness) doc(path, twiml string) {
	b.docFunc(path, func(url.Values) string { return twiml })
}

func (b *harness) docFunc(path string, f func(url.Values) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.docs[path] = func(form url.Values) string {
		s := f(form)
		if strings.HasPrefix(s, "status ") {
			return s
		}
		return "<?xml version=\"1.0\"?><Response>" + strings.ReplaceAll(s, "APP", b.app.URL) + "</Response>"
	}
}

// settle waits until nothing is under way.
func (b *harness) settle() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := b.Idle(ctx); err != nil {
		b.t.Fatalf("the network does not come to rest: %v", err)
	}
}

// pass lets time go by, in steps, so that what is due on the way is done on the way.
func (b *harness) pass(d time.Duration) {
	b.t.Helper()
	b.settle()
	end := b.clock.Now().Add(d)
	for {
		left := end.Sub(b.clock.Now())
		next, ok := b.clock.Next()
		if !ok || next > left {
			b.clock.Advance(left)
			b.settle()
			return
		}
		b.clock.Advance(next)
		b.settle()
	}
}

// dial lets an outside phone dial our number.
func (b *harness) dial() string {
	b.t.Helper()
	sid, err := b.PlaceCall(nil, testCaller, testNumber)
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return sid
}

// ringAgent creates a call by REST to a scripted client whose document is at path.
func (b *harness) ringAgent(identity, path string) string {
	b.t.Helper()
	if err := b.SetScripted(identity, true); err != nil {
		b.t.Fatal(err)
	}
	p := &api.CreateCallParams{}
	p.SetTo("client:" + identity).SetFrom(testNumber).SetUrl(b.app.URL + path)
	call, err := b.api.CreateCall(p)
	if err != nil {
		b.t.Fatalf("create call to %s: %v", identity, err)
	}
	b.settle()
	return *call.Sid
}

// agent is a scripted client's leg that has been answered.
func (b *harness) agent(identity, path string) string {
	b.t.Helper()
	sid := b.ringAgent(identity, path)
	b.must(b.Answer(sid, nil))
	return sid
}

func (b *harness) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
}

// hears asserts what a leg hears, in the control API's words.
func (b *harness) hears(sid string, want ...string) {
	b.t.Helper()
	v, ok := b.Call(sid)
	if !ok {
		b.t.Fatalf("no call %s", sid)
	}
	if !slices.Equal(v.Hears, want) {
		b.t.Errorf("%s (%s %s) hears %v, want %v", b.name(sid), v.Direction, v.Status, b.names(v.Hears), b.names(want))
	}
}

func (b *harness) status(sid, want string) {
	b.t.Helper()
	if v, _ := b.Call(sid); v.Status != want {
		b.t.Errorf("%s is %s, want %s", b.name(sid), v.Status, want)
	}
}

// room asserts a live room's name, state and labels.
func (b *harness) room(name, status string, labels ...string) exchange.ConferenceView {
	b.t.Helper()
	for _, r := range slices.Backward(b.Conferences()) {
		if r.Name != name {
			continue
		}
		var got []string
		for _, l := range r.Legs {
			got = append(got, l.Label)
		}
		if r.Status != status || !slices.Equal(got, labels) {
			b.t.Errorf("room %s is %s with %q, want %s with %q", name, r.Status, got, status, labels)
		}
		return r
	}
	b.t.Fatalf("no room %s", name)
	return exchange.ConferenceView{}
}

// got returns the requests to a path.
func (b *harness) got(path string) []seen {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []seen
	for _, s := range b.calls {
		if s.path == path {
			list = append(list, s)
		}
	}
	return list
}

// events are the StatusCallbackEvents or CallStatus that came to a path, in order.
func (b *harness) events(path string) []string {
	var list []string
	for _, s := range b.got(path) {
		if e := s.form.Get("StatusCallbackEvent"); e != "" {
			list = append(list, e)
		} else {
			list = append(list, s.form.Get("CallStatus"))
		}
	}
	return list
}

func (b *harness) expectEvents(path string, want ...string) {
	b.t.Helper()
	if got := b.events(path); !slices.Equal(got, want) {
		b.t.Errorf("%s got %v, want %v", path, got, want)
	}
}

// name is a leg in words.
func (b *harness) name(sid string) string {
	v, ok := b.Call(sid)
	if !ok {
		return sid
	}
	return v.To + "(" + sid[:6] + ")"
}

func (b *harness) names(words []string) []string {
	out := slices.Clone(words)
	for i, w := range out {
		if sid, ok := strings.CutPrefix(w, "leg:"); ok {
			out[i] = "leg:" + b.name(sid)
		}
	}
	return out
}

// tell prints what everybody hears and the last requests, for a test that failed.
func (b *harness) tell() {
	for _, v := range b.Calls() {
		b.t.Logf("%s %s %s conference=%q hold=%v hears %v", b.name(v.SID), v.Direction, v.Status, v.Conference,
			v.Hold, b.names(v.Hears))
	}
	list := b.Records(0)
	for _, r := range list[max(0, len(list)-25):] {
		b.t.Logf("#%d %s %s %s %s -> %d %s", r.N, r.Kind, r.Event, r.Method, r.URL, r.Status, r.Error)
	}
}

// checkREST checks every answer that was given against the types of twilio-go, which are generated from Twilio's own
// description.
func (b *harness) checkREST() {
	b.t.Helper()
	for _, r := range b.Records(0) {
		if r.Kind != journal.KindREST || r.Status == 0 || len(r.Response) >= journal.BodyLimit {
			continue
		}
		if r.Status >= 400 {
			if err := sdk.CheckError([]byte(r.Response)); err != nil {
				b.t.Errorf("%s %s: %v", r.Method, r.URL, err)
			}
			continue
		}
		if r.Event == rest.TapeEvent {
			continue // no operation of the library
		}
		op, err := sdk.Learn(r.Event)
		if err == nil {
			err = op.CheckAnswer(r.Status, []byte(r.Response))
		}
		if err != nil {
			b.t.Errorf("%s %s answers what Twilio does not: %v", r.Method, r.URL, err)
		}
	}
}

// wav is a silent sound file of that length.
func wav(d time.Duration) []byte {
	return audio.FormatWAV(make([]int16, int(d.Seconds()*audio.Rate)))
}
