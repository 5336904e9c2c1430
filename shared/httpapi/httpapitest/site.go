// Package httpapitest calls a function's handler as API Gateway calls it, through the whole adapter:
// webhooks signed as Twilio signs them, agents' requests with the claims of an authorizer. It parses
// the answers, compares them with openapi.yaml, and searches the log for what must not be in it (N9).
package httpapitest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/twilio"
)

// Domain is the API's own domain, as API Gateway reports it.
const Domain = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"

// Base is our public address.
const Base = twilio.Base("https://" + Domain)

// Keys are invented; events/README.md has the same token.
var Keys = twilio.Fixed{
	AccountSID: "AC00000000000000000000000000000000",
	AuthTokens: []string{"0123456789abcdef0123456789abcdef"},
	APIKey:     "SK00000000000000000000000000000000",
	APISecret:  "fedcba9876543210fedcba9876543210",
}

// Site is one function behind API Gateway.
type Site struct {
	T   testing.TB
	Now func() time.Time
	Log *bytes.Buffer
	ask func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)
}

// New serves the handler that build makes for an edge. At the end of the test its log is searched for
// what must not be in it (F163).
func New(t testing.TB, now func() time.Time, build func(httpapi.Edge) http.Handler) *Site {
	s := &Site{T: t, Now: now, Log: &bytes.Buffer{}}
	log := slog.New(slog.NewJSONHandler(s.Log, nil))
	s.ask = httpapi.Proxy(build(httpapi.Edge{Name: "test", Log: log}))
	t.Cleanup(func() {
		if private := Private(s.Log.String()); private != "" {
			t.Errorf("F163: the log holds %q", private)
		}
	})
	return s
}

// private matches what a log must not hold: telephone numbers, tokens, signatures (28 characters of
// base64), agents' names as the tests make them.
var private = regexp.MustCompile(
	`\+\d{7,}|%2B\d{7,}|eyJ|[Bb]earer|[A-Za-z0-9+/]{27}=|Agent |0123456789abcdef0123|fedcba9876`)

// Private is the first match in a log, or "".
func Private(log string) string { return private.FindString(log) }

// Answer is what the function answered.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

// Do calls the function with an event.
func (s *Site) Do(e events.APIGatewayV2HTTPRequest) Answer {
	s.T.Helper()
	out, err := s.ask(context.Background(), e)
	if err != nil {
		s.T.Fatalf("%s: the function failed: %v", e.RouteKey, err)
	}
	sound := strings.HasPrefix(out.Headers["Content-Type"], "audio/")
	if out.IsBase64Encoded != sound {
		s.T.Errorf("%s: base64 is %t for %s", e.RouteKey, out.IsBase64Encoded, out.Headers["Content-Type"])
	}
	for name := range out.Headers {
		if strings.HasPrefix(strings.ToLower(name), "access-control-") {
			s.T.Errorf("F161: %s: the answer has %s", e.RouteKey, name)
		}
	}
	return Answer{Status: out.StatusCode, Header: out.Headers, Body: out.Body}
}

// Event is a request in API Gateway's form
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
func (s *Site) Event(method, path, contentType, body string) events.APIGatewayV2HTTPRequest {
	raw, query, _ := strings.Cut(path, "?")
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: method + " " + raw, RawPath: raw, RawQueryString: query,
		Headers: map[string]string{"host": Domain},
	}
	e.RequestContext.DomainName = Domain
	e.RequestContext.RequestID = "request-1"
	e.RequestContext.TimeEpoch = s.Now().UnixMilli()
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = method, raw
	if contentType != "" {
		e.Headers["content-type"] = contentType
	}
	if strings.HasPrefix(contentType, "application/json") {
		e.Body = body
	} else if body != "" {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(body)), true
	}
	return e
}

// FormType is the content type of every webhook.
const FormType = "application/x-www-form-urlencoded; charset=UTF-8"

// Hook is a signed webhook.
func (s *Site) Hook(path string, form url.Values) events.APIGatewayV2HTTPRequest {
	e := s.Event(http.MethodPost, path, FormType, form.Encode())
	e.Headers["x-twilio-signature"] = Sign(string(Base)+path, form)
	return e
}

// Post sends a signed webhook.
func (s *Site) Post(path string, form url.Values) Answer {
	s.T.Helper()
	return s.Do(s.Hook(path, form))
}

// Signed is the request of a signed-in agent; a body is JSON.
func (s *Site) Signed(name, method, path, body string) events.APIGatewayV2HTTPRequest {
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	e := s.Event(method, path, kind, body)
	e.Headers["authorization"] = "Bearer eyJtYWRlIjoidXAifQ.e30.AAAA"
	e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"username": name, "name": "Agent " + name, "token_use": "access"},
		},
	}
	return e
}

// Form reads a recorded body of testdata and sets pairs in it: "CallSid", "CA...". The value "-"
// removes the key.
func Form(t testing.TB, file string, pairs ...string) url.Values {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file + ".form")
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "-" {
			form.Del(pairs[i])
		}
	}
	return form
}

// Sample is a file of the project's folder events.
func Sample(t testing.TB, name string) (e events.APIGatewayV2HTTPRequest) {
	t.Helper()
	raw, err := os.ReadFile("../../events/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}
