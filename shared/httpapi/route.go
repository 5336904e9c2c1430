package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"warmtransfer/shared/metrics"
)

// routes is the outermost layer of a function's handler: it finds the route, limits the time, recovers
// from a panic and writes the log.
type routes struct {
	edge    Edge
	mux     *http.ServeMux
	methods []string
	limit   time.Duration // for one request
	// webhooks: the requests come from Twilio and not from an agent's page.
	webhooks bool
	// refuse answers a request without a route; fail answers after a panic.
	refuse func(w http.ResponseWriter, r *Request, status int)
	fail   func(w http.ResponseWriter, r *Request)
}

// handle adds a route: "POST /incoming".
func (h *routes) handle(pattern string, serve func(http.ResponseWriter, *Request)) {
	if h.mux == nil {
		h.mux = http.NewServeMux()
	}
	method, _, _ := strings.Cut(pattern, " ")
	if !slices.Contains(h.methods, method) {
		h.methods = append(h.methods, method)
	}
	h.mux.HandleFunc(pattern, func(w http.ResponseWriter, hr *http.Request) {
		r := hr.Context().Value(requestKey{}).(*Request)
		r.Request = hr
		serve(w, r)
	})
}

type requestKey struct{}

func (h *routes) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(hr.Context(), h.limit)
	defer cancel()
	ctx, counts := metrics.With(ctx)
	out := &statusWriter{ResponseWriter: w}
	r := &Request{Now: Now(ctx), Base: h.edge.base(ctx)}
	r.Request = hr.WithContext(context.WithValue(ctx, requestKey{}, r))
	defer func() {
		took := time.Since(began)
		h.count(counts, r, out.status, took)
		h.write(r, out.status, took, counts)
	}()
	defer func() {
		if p := recover(); p != nil {
			r.line.err = panicked(p)
			h.fail(out, r)
		}
	}()
	h.route(out, r)
}

func (h *routes) route(w http.ResponseWriter, r *Request) {
	clean := path.Clean(r.URL.Path) == r.URL.Path
	if clean && h.routed(r, r.Method) {
		h.mux.ServeHTTP(w, r.Request)
		return
	}
	var allowed []string
	for _, m := range h.methods {
		if clean && h.routed(r, m) {
			allowed = append(allowed, m)
		}
	}
	if allowed == nil {
		h.refuse(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	h.refuse(w, r, http.StatusMethodNotAllowed)
}

func (h *routes) routed(r *Request, method string) bool {
	asked := *r.Request
	asked.Method = method
	_, pattern := h.mux.Handler(&asked)
	return pattern != ""
}

// panicked is the log's text of a panic. Only the runtime's own messages are known to hold nothing of
// the request (N9).
func panicked(p any) error {
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	return fmt.Errorf("panic: %s\n%s", what, debug.Stack())
}

// count adds the metrics that follow from the request itself.
func (h *routes) count(c *metrics.Counts, r *Request, status int, took time.Duration) {
	switch {
	case !h.webhooks:
	case status == http.StatusForbidden:
		c.Add(metrics.SignatureRefused, 1)
	case r.Form != nil: // signed by Twilio
		c.Add(metrics.WebhookLatency, float64(took.Milliseconds()))
	}
	if r.line.err != nil {
		c.Add(metrics.Faults, 1)
	}
}

func (h *routes) write(r *Request, status int, took time.Duration, counts *metrics.Counts) {
	c, _ := core.GetAPIGatewayV2ContextFromContext(r.Context())
	attrs := []slog.Attr{
		slog.String("function", h.edge.Name), slog.String("route", r.Pattern), slog.Int("status", status),
		slog.Int64("ms", took.Milliseconds()), slog.String("request", c.RequestID),
	}
	for _, a := range []slog.Attr{
		slog.String("conference", r.line.conference), slog.String("leg", r.line.leg),
		slog.String("problem", r.line.problem),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	level := slog.LevelInfo
	if r.line.err != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", r.line.err.Error()))
	}
	h.edge.Logger().LogAttrs(r.Context(), level, "request", append(attrs, counts.Attrs(r.Now)...)...)
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
