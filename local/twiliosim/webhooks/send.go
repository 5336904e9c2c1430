// Package webhooks sends Twilio's requests to the application: signed, tried again as the
// address asks, status callbacks in order, and broken as the fault rules say.
//
// It refuses to know calls and conferences: it is given an address and a form.
package webhooks

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/notation"
)

// Hook is one webhook to be sent.
type Hook struct {
	Event  string // see journal.Record.Event
	SID    string // the call or conference concerned
	URL    string // with connection overrides in the fragment
	Method string // GET or POST
	Form   url.Values
}

// attempt is a Hook on its way.
type attempt struct {
	Hook
	token  string        // the same for all attempts; made by send if empty
	fault  *faults.Fault // for the first attempt; chosen already (status callbacks)
	chosen bool          // fault has been chosen, even if it is nil
	struck string        // what a fault rule has done to it before it was sent
	due    time.Time     // when that was
	order  int64         // in which it came up; see sent
}

// Answer is what came back.
type Answer struct {
	Status int
	Media  string // Content-Type
	Body   []byte
	URL    string // that was asked, without the fragment
	// Problem is what Twilio's debugger would say; nil if all is well.
	Problem *notation.Problem

	failed failure // of the last attempt
	err    error
}

// OK tells whether the application answered with a 2xx.
func (a Answer) OK() bool { return a.failed == worked }

// bodyMax is the largest document that is taken, as Twilio's.
const bodyMax = 64 << 10

// Config is what a Sender is made of; all of it is required.
type Config struct {
	Token   string        // the account's auth token, by which requests are signed
	Limit   time.Duration // how long one webhook may take in all, by the clock
	Clock   clock.Clock
	Busy    *activity.Tracker
	Journal *journal.Journal
	Rules   *faults.Rules
	Client  *http.Client
}

// Sender sends webhooks. Its methods are safe for concurrent use.
type Sender struct {
	clock   clock.Clock
	busy    *activity.Tracker
	journal *journal.Journal
	rules   *faults.Rules
	client  *http.Client
	limit   time.Duration
	token   atomic.Pointer[string]
	shared  atomic.Pointer[sharedKey]
	deaf    atomic.Bool // to connection overrides, see IgnoreOverrides

	mu      sync.Mutex // guards backlog
	backlog backlog
}

// New returns a Sender. When the rules are cleared, it lets go what they keep back.
func New(c Config) *Sender {
	s := &Sender{
		clock: c.Clock, busy: c.Busy, journal: c.Journal, rules: c.Rules, client: c.Client, limit: c.Limit,
	}
	s.backlog = backlog{s: s, queues: map[string]*queue{}}
	s.token.Store(&c.Token)
	c.Rules.OnClear(s.releaseAll)
	return s
}

// SetToken puts another auth token in the place of the one there was: from now on
// webhooks are signed with it.
func (s *Sender) SetToken(token string) { s.token.Store(&token) }

// Token is the auth token by which webhooks are signed now.
func (s *Sender) Token() string { return *s.token.Load() }

// Close forgets the callbacks that wait.
func (s *Sender) Close() { s.change(func(b *backlog) { b.closed = true }) }

// Send sends one webhook with the attempts that its overrides ask for. It blocks until
// the end, Config.Limit at most.
func (s *Sender) Send(h Hook) Answer { return s.send(attempt{Hook: h}) }

func (s *Sender) send(h attempt) Answer {
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		p := &notation.Problem{Code: 11100, Text: "invalid URL format: " + h.URL}
		s.journal.Warn(h.SID, p)
		return Answer{failed: failedConnect, err: p, Problem: p, URL: h.URL}
	}
	if h.token == "" {
		h.token = notation.NewSID("")
	}
	if h.order == 0 {
		s.change(func(b *backlog) { h.order = b.count() })
	}
	if s.deaf.Load() {
		u.Fragment = ""
	}
	o := parseOverrides(u.Fragment, s.limit)
	u.Fragment, u.RawFragment = "", ""
	ctx, stop := s.busy.Context(min(o.total, s.limit))
	defer stop()
	for n := 1; ; n++ {
		a := s.attempt(ctx, h, u, n, o.read)
		if a.OK() || n > o.retries || !o.retry(a.failed) || ctx.Err() != nil {
			return a
		}
	}
}

// attempt sends a webhook once and records it; n counts from 1.
func (s *Sender) attempt(ctx context.Context, h attempt, u *url.URL, n int, read time.Duration) Answer {
	f := h.fault
	if n > 1 || !h.chosen {
		f = s.rules.Choose(faults.Webhook, u.Path, h.Method, h.Event)
	}
	rec := journal.Record{
		Kind: journal.KindWebhook, At: s.clock.Now(), Due: h.due, Event: h.Event, SID: h.SID, Method: h.Method,
		URL: u.String(), Params: journal.Flat(h.Form), Body: h.Form.Encode(), Attempt: n, Token: h.token,
	}
	if rec.Fault = h.struck; f != nil {
		rec.Fault = f.Do
	}
	began := time.Now()
	readCtx, stop := s.busy.Within(ctx, read)
	defer stop()
	a := s.exchange(readCtx, h, u, f)
	a.URL = u.String()
	rec.Millis = float64(time.Since(began).Microseconds()) / 1000
	rec.Status, rec.Response = a.Status, string(a.Body)
	if a.err != nil {
		rec.Error = a.err.Error()
	}
	if a.Problem != nil {
		rec.Code = a.Problem.Code
	}
	s.journal.Add(rec)
	s.change(func(b *backlog) { b.sent(h.order) })
	return a
}

// exchange is one request and its answer, with what a fault rule does to it.
func (s *Sender) exchange(ctx context.Context, h attempt, u *url.URL, f *faults.Fault) Answer {
	if f == nil {
		return s.request(ctx, h, u)
	}
	switch f.Do {
	case faults.Drop:
		return failedAnswer(failedConnect, 0, "dropped by a fault rule")
	case faults.Fail, faults.Throttle:
		return statusAnswer(f.HTTPStatus(), nil)
	case faults.Timeout:
		s.busy.Rest(ctx, s.limit)
		return failedAnswer(failedRead, 0, "timed out by a fault rule")
	case faults.FailAfter:
		s.request(ctx, h, u)
		return statusAnswer(f.HTTPStatus(), nil)
	case faults.TimeoutAfter:
		s.request(ctx, h, u)
		s.busy.Rest(ctx, s.limit)
		return failedAnswer(failedRead, 0, "its answer lost by a fault rule")
	case faults.DropAfter:
		s.request(ctx, h, u)
		return failedAnswer(failedRead, 0, "its answer lost by a fault rule")
	case faults.Double:
		s.request(ctx, h, u)
	case faults.Delay:
		s.busy.Rest(ctx, f.Delay(time.Second))
	case faults.Reorder:
		s.restUntilNext(ctx, h.order, f.Delay(reorderLimit))
	}
	return s.request(ctx, h, u)
}

// restUntilNext waits until another webhook has been sent, at most for d.
func (s *Sender) restUntilNext(ctx context.Context, order int64, d time.Duration) {
	w := s.busy.NewWaker()
	s.change(func(b *backlog) { b.next = append(b.next, &heldFetch{w, order}) })
	s.busy.RestUntil(ctx, w, d)
}

// request sends the signed request and reads the answer.
func (s *Sender) request(ctx context.Context, h attempt, u *url.URL) Answer {
	target, form := *u, h.Form
	var body io.Reader
	if h.Method == http.MethodGet {
		if target.RawQuery != "" && len(form) > 0 {
			target.RawQuery += "&"
		}
		target.RawQuery += form.Encode()
		form = nil
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, h.Method, target.String(), body)
	if err != nil {
		return failedAnswer(failedConnect, 11100, err.Error())
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("Accept", "*/*")
	s.sign(req, signedURL(&target), form)
	req.Header.Set("I-Twilio-Idempotency-Token", h.token)
	res, err := s.client.Do(req)
	if err != nil {
		return failedRequest(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, bodyMax+1))
	if err != nil {
		return failedRequest(err)
	}
	if len(b) > bodyMax {
		return failedAnswer(failed5xx, 11750, "the answer is larger than 64 KiB")
	}
	a := statusAnswer(res.StatusCode, b)
	a.Media = res.Header.Get("Content-Type")
	return a
}

func failedRequest(err error) Answer {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return failedAnswer(failedConnect, 11205, "connection failure")
	}
	return failedAnswer(failedRead, 11205, "no answer: "+err.Error())
}

func failedAnswer(f failure, code int, text string) Answer {
	if code == 0 {
		code = 11200
	}
	p := &notation.Problem{Code: code, Text: text}
	return Answer{failed: f, err: p, Problem: p}
}

func statusAnswer(status int, body []byte) Answer {
	a := Answer{Status: status, Body: body}
	switch {
	case status >= 500:
		a.failed = failed5xx
	case status >= 300:
		a.failed = failed4xx
	default:
		return a
	}
	a.Problem = &notation.Problem{Code: 11200, Text: "HTTP retrieval failure: status " + http.StatusText(status)}
	a.err = a.Problem
	return a
}
