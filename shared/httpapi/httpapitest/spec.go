package httpapitest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Spec is openapi.yaml.
type Spec struct {
	router routers.Router
	t      testing.TB
}

// NewSpec reads openapi.yaml, for a test in functions/<name>.
func NewSpec(t testing.TB) *Spec {
	t.Helper()
	router, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return &Spec{router: router, t: t}
}

// load reads the file once for all tests.
var load = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yaml")
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc) // it validates the document too
})

// input is an event in the form that the library checks.
func (s *Spec) input(e events.APIGatewayV2HTTPRequest) *openapi3filter.RequestValidationInput {
	s.t.Helper()
	r, err := http.NewRequest(e.RequestContext.HTTP.Method, e.RawPath, strings.NewReader(e.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	for k, v := range e.Headers {
		r.Header.Set(k, v)
	}
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		s.t.Fatalf("%s is not described: %v", e.RouteKey, err)
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
}

// Takes reports whether openapi.yaml describes a request; the error says why it does not.
func (s *Spec) Takes(e events.APIGatewayV2HTTPRequest) error {
	s.t.Helper()
	return openapi3filter.ValidateRequest(context.Background(), s.input(e))
}

// Check asserts that openapi.yaml describes the answer to a request.
func (s *Spec) Check(e events.APIGatewayV2HTTPRequest, a Answer) {
	s.t.Helper()
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: s.input(e), Status: a.Status, Header: http.Header{},
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	for k, v := range a.Header {
		in.Header.Set(k, v)
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in.SetBodyBytes([]byte(a.Body))); err != nil {
		s.t.Errorf("%s answered %d %s\nwhich openapi.yaml does not describe: %v", e.RouteKey, a.Status, a.Body, err)
	}
	if a.Header["Cache-Control"] != "no-store" {
		s.t.Errorf("%s: the answer may be cached", e.RouteKey)
	}
}
