// Package gateway stands in for API Gateway's HTTP API, EventBridge's schedules and the page's distribution, in front
// of the very binaries that are deployed.
//
// It reads routes, authorizers and limits from the template, so a route that works here and not in the cloud is a fault
// of this package. It does not know what the functions do.
package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/work"
)

// Limits of an HTTP API, in bytes.
const (
	maxBody    = 10 << 20
	maxHeaders = 10240
)

// Options say what a gateway serves.
type Options struct {
	Template  *sam.Template
	Bootstrap func(sam.Function) string // the function's binary
	Env       map[string]string         // for every function, over the template's
	Replace   map[string]string         // only for functions whose template names the variable
	Clock     clock.Clock
	Output    io.Writer // what functions print, and the served requests; safe for concurrent use
	Domain    string    // host:port, what functions see as the API's own domain
	Page      Page
}

// Gateway is a running gateway. It is an http.Handler; Close ends its processes.
type Gateway struct {
	o          Options
	routes     []*route
	functions  map[string]*runner.Function
	authorizer map[string]*authorizer
	page       *page
	keys       *keys
	schedules  *schedules
	channel    *channel
	streams    []*stream
	busy       *work.Gauge
}

// New makes the gateway; no process runs before Warm or the first request.
func New(o Options) (*Gateway, error) {
	g := &Gateway{o: o, functions: map[string]*runner.Function{}, authorizer: map[string]*authorizer{},
		keys: newKeys(o.Clock), busy: work.NewGauge()}
	for name, a := range o.Template.API.Authorizers {
		g.authorizer[name] = &authorizer{Authorizer: a, keys: g.keys, clock: o.Clock}
	}
	for _, f := range o.Template.Functions {
		if !f.Started() {
			continue // nothing here starts it
		}
		g.functions[f.LogicalID] = runner.New(runner.Config{Name: f.Folder(), Bootstrap: o.Bootstrap(f),
			Env: g.Environment(f), Timeout: f.Timeout, Reserved: f.Reserved, ARN: arn(f),
			Output: prefixed{o.Output, f.Folder()}})
		for _, r := range f.Routes {
			parsed, err := newRoute(r, f.LogicalID, o.Template.API)
			if err != nil {
				return nil, err
			}
			g.routes = append(g.routes, parsed)
		}
	}
	sortRoutes(g.routes)
	page, err := newPage(o.Page, o.Template.Headers)
	if err != nil {
		return nil, err
	}
	g.page = page
	g.schedules = newSchedules(g)
	g.channel = &channel{g: g, push: o.Template.Push, open: map[string]*connection{}}
	g.streams = newStreams(g)
	return g, nil
}

func arn(f sam.Function) string {
	return "arn:aws:lambda:" + sam.Region + ":" + sam.Account + ":function:" + f.Folder()
}

// Warm starts one process of each function, so that a binary that cannot start is found now and not at the first call.
func (g *Gateway) Warm(ctx context.Context) error {
	errs := make([]error, 0, len(g.functions))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, f := range g.functions {
		wg.Go(func() {
			if err := f.Warm(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Close stops the schedules, ends all processes and waits for what was under way; later requests are answered with 503.
func (g *Gateway) Close() {
	g.schedules.stop()
	g.channel.close(true)
	for _, s := range g.streams {
		s.stop()
	}
	for _, f := range g.functions {
		f.Close()
	}
	_ = g.Quiet(context.Background()) // without a limit it does not fail
	g.keys.close()
}

// Busy returns how many invocations are under way: unanswered requests, and schedules that have fired.
func (g *Gateway) Busy() int { return g.busy.Count() }

// Quiet waits until nothing is under way. By then others may have started something new.
func (g *Gateway) Quiet(ctx context.Context) error {
	if err := g.busy.Idle(ctx); err != nil {
		return fmt.Errorf("%d invocations are still under way: %w", g.Busy(), err)
	}
	return nil
}

// Processes returns how many processes each function has, by its folder's name.
func (g *Gateway) Processes() map[string]int {
	out := map[string]int{}
	for _, f := range g.o.Template.Functions {
		if r := g.functions[f.LogicalID]; r != nil {
			out[f.Folder()] = r.Processes()
		}
	}
	return out
}

// Crash ends the processes of the function in that folder in the middle of their work.
func (g *Gateway) Crash(folder string) {
	for _, f := range g.o.Template.Functions {
		if r := g.functions[f.LogicalID]; r != nil && f.Folder() == folder {
			r.Kill()
		}
	}
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	w.Header().Set("Apigw-Requestid", id)
	if headerBytes(r) > maxHeaders {
		refuse(w, http.StatusRequestHeaderFieldsTooLarge)
		return
	}
	if g.channel.takes(r) {
		g.channel.serve(w, r)
		return
	}
	cors := g.o.Template.API.CORS
	if cors != nil && preflight(w, r, cors) {
		return
	}
	match, params := find(g.routes, r.Method, r.URL.Path)
	if match == nil || match.isDefault && g.page.has(r) {
		if !g.page.serve(w, r, knownPath(g.routes, r.URL.Path)) {
			refuse(w, http.StatusNotFound)
		}
		return
	}
	g.busy.Begin()
	defer g.busy.Done()
	began := time.Now()
	rec := &recorder{ResponseWriter: w}
	if cors != nil {
		rec.before = func(h http.Header) { addCORS(h, r, cors) }
	}
	g.call(rec, r, id, match, params)
	if g.o.Output != nil {
		_, _ = fmt.Fprintf(g.o.Output, "gateway | %s %d %d ms request=%s\n",
			match.key(), rec.status, time.Since(began).Milliseconds(), id)
	}
}

// call takes the request through authorizer, limits and function.
func (g *Gateway) call(w http.ResponseWriter, r *http.Request, id string, match *route, params map[string]string) {
	var jwt *events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription
	if match.Authorizer != "" {
		claims, refused := g.authorizer[match.Authorizer].check(r, match.Scopes)
		if refused != nil {
			refused.answer(w)
			return
		}
		jwt = claims
	}
	if !match.limit.allow(g.o.Clock.Now()) {
		refuse(w, http.StatusTooManyRequests)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	trace := traceID(g.o.Clock.Now())
	payload, err := json.Marshal(g.event(r,
		eventFacts{id: id, trace: trace, route: match, params: params, jwt: jwt, body: body}))
	if err != nil || len(body) > maxBody || len(payload) > runner.MaxPayload {
		refuse(w, http.StatusRequestEntityTooLarge)
		return
	}
	out, err := g.functions[match.function].Invoke(runner.Invocation{RequestID: id, TraceID: trace, Payload: payload},
		match.Timeout)
	var failed *runner.FunctionError
	switch {
	case err == nil:
		respond(w, out)
	case errors.Is(err, runner.ErrTimeout), errors.Is(err, runner.ErrClosed):
		refuse(w, http.StatusServiceUnavailable)
	case errors.Is(err, runner.ErrThrottled):
		refuse(w, http.StatusTooManyRequests)
	case errors.As(err, &failed):
		slog.Warn("function failed", "route", match.key(), "request", id, "error", failed.Message)
		refuse(w, http.StatusInternalServerError)
	default:
		slog.Error("function did not start", "route", match.key(), "request", id, "error", err)
		refuse(w, http.StatusInternalServerError)
	}
}

func headerBytes(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + 4 + len("host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return n
}

func requestID() string { return randomHex(8) + "-" + randomHex(8) }

func traceID(now time.Time) string { return fmt.Sprintf("Root=1-%08x-%s", now.Unix(), randomHex(12)) }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
