package twiliosim

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// hook is one webhook to be sent.
type hook struct {
	event  string // see Record.Event
	sid    string
	url    string // with connection overrides in the fragment
	method string // GET or POST
	form   url.Values
	token  string    // the same for all attempts; made by send if empty
	fault  *fault    // for the first attempt; chosen already (status callbacks)
	chosen bool      // fault has been chosen, even if it is nil
	struck string    // what a fault rule has done to it before it was sent
	due    time.Time // when that was
	order  int64     // in which it came up; see sentOne
}

// answer is what came back.
type answer struct {
	failed  failure // of the last attempt
	err     error
	status  int
	media   string
	body    []byte
	url     string // without the fragment
	problem *problem
}

// ok tells whether the application answered with a 2xx.
func (a answer) ok() bool { return a.failed == worked }

// bodyMax is the largest document that is taken, as Twilio's.
const bodyMax = 64 << 10

// send sends one webhook with the attempts that its overrides ask for. It blocks until
// the end, 15 s at most. Not locked.
func (n *Network) send(h hook) answer {
	u, err := url.Parse(h.url)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		p := &problem{11100, "invalid URL format: " + h.url}
		n.lock()
		n.warn(h.sid, p)
		n.unlock()
		return answer{failed: failedConnect, err: p, problem: p, url: h.url}
	}
	if h.token == "" {
		h.token = newSID("")
	}
	n.mu.Lock()
	n.numberHook(&h)
	n.mu.Unlock()
	o := parseOverrides(u.Fragment, n.cfg.WebhookLimit)
	u.Fragment, u.RawFragment = "", ""
	ctx, stop := n.clockContext(n.ctx, min(o.total, n.cfg.WebhookLimit))
	defer stop()
	for attempt := 1; ; attempt++ {
		a := n.attempt(ctx, h, u, attempt, o.read)
		if a.ok() || attempt > o.retries || !o.retry(a.failed) || ctx.Err() != nil {
			return a
		}
	}
}

// clockContext is a context that ends after d of the network's time.
func (n *Network) clockContext(parent context.Context, d time.Duration) (context.Context, func()) {
	end := n.clock.Now().Add(d)
	if at, ok := parent.Value(deadlineKey{}).(time.Time); ok && at.Before(end) {
		end = at
	}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, deadlineKey{}, end))
	timer := n.clock.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() { timer.Stop(); cancel(nil) }
}

// attempt sends a webhook once and records it.
func (n *Network) attempt(ctx context.Context, h hook, u *url.URL, attempt int, read time.Duration) answer {
	f := h.fault
	if attempt > 1 || !h.chosen {
		f = n.chooseFault(faultWebhook, u.Path, h.method, h.event)
	}
	rec := Record{Kind: recordWebhook, At: n.clock.Now(), Due: h.due, Event: h.event, SID: h.sid, Method: h.method, URL: u.String(),
		Params: flat(h.form), Body: h.form.Encode(), Attempt: attempt, Token: h.token}
	if rec.Fault = h.struck; f != nil {
		rec.Fault = f.Do
	}
	began := time.Now()
	readCtx, stop := n.clockContext(ctx, read)
	defer stop()
	a := n.exchange(readCtx, h, u, f)
	a.url = u.String()
	rec.Millis = float64(time.Since(began).Microseconds()) / 1000
	rec.Status, rec.Response = a.status, string(a.body)
	if a.err != nil {
		rec.Error = a.err.Error()
	}
	if a.problem != nil {
		rec.Code = a.problem.code
	}
	n.lock()
	n.record(rec)
	n.sentOne(h.order)
	n.unlock()
	return a
}

// exchange is one request and its answer, with what a fault rule does to it.
func (n *Network) exchange(ctx context.Context, h hook, u *url.URL, f *fault) answer {
	if f == nil {
		return n.request(ctx, h, u)
	}
	switch f.Do {
	case doDrop:
		return failedAnswer(failedConnect, 0, "dropped by a fault rule")
	case doFail, doThrottle:
		return statusAnswer(f.status(), nil)
	case doTimeout:
		n.rest(ctx, n.cfg.WebhookLimit)
		return failedAnswer(failedRead, 0, "timed out by a fault rule")
	case doFailAfter:
		n.request(ctx, h, u)
		return statusAnswer(f.status(), nil)
	case doTimeoutAfter:
		n.request(ctx, h, u)
		n.rest(ctx, n.cfg.WebhookLimit)
		return failedAnswer(failedRead, 0, "its answer lost by a fault rule")
	case doDropAfter:
		n.request(ctx, h, u)
		return failedAnswer(failedRead, 0, "its answer lost by a fault rule")
	case doDouble:
		n.request(ctx, h, u)
	case doDelay:
		n.rest(ctx, f.delay(time.Second))
	case doReorder:
		n.sleepUntilNext(ctx, h.order, f.delay(reorderLimit))
	}
	return n.request(ctx, h, u)
}

// request sends the signed request and reads the answer.
func (n *Network) request(ctx context.Context, h hook, u *url.URL) answer {
	target, form := *u, h.form
	var body io.Reader
	if h.method == http.MethodGet {
		if target.RawQuery != "" && len(form) > 0 {
			target.RawQuery += "&"
		}
		target.RawQuery += form.Encode()
		form = nil
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, h.method, target.String(), body)
	if err != nil {
		return failedAnswer(failedConnect, 11100, err.Error())
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("Accept", "*/*")
	req.Header.Set("X-Twilio-Signature", signature(*n.token.Load(), signedURL(&target), form))
	req.Header.Set("I-Twilio-Idempotency-Token", h.token)
	res, err := n.client.Do(req)
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
	a.media = res.Header.Get("Content-Type")
	return a
}

func failedRequest(err error) answer {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return failedAnswer(failedConnect, 11205, "connection failure")
	}
	return failedAnswer(failedRead, 11205, "no answer: "+err.Error())
}

func failedAnswer(f failure, code int, text string) answer {
	if code == 0 {
		code = 11200
	}
	p := &problem{code, text}
	return answer{failed: f, err: p, problem: p}
}

func statusAnswer(status int, body []byte) answer {
	a := answer{status: status, body: body}
	switch {
	case status >= 500:
		a.failed = failed5xx
	case status >= 300:
		a.failed = failed4xx
	default:
		return a
	}
	a.problem = &problem{11200, "HTTP retrieval failure: status " + http.StatusText(status)}
	a.err = a.problem
	return a
}
