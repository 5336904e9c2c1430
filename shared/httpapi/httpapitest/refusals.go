package httpapitest

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
)

// Broken are credentials that cannot be read.
type Broken struct{}

// Credentials implements twilio.Keys.
func (Broken) Credentials(context.Context) (twilio.Credentials, error) {
	return twilio.Credentials{}, errors.New("no answer")
}

// Renewed implements twilio.Keys.
func (Broken) Renewed(context.Context) (twilio.Credentials, bool) { return twilio.Credentials{}, false }

// Hooked is a webhook that a function serves.
type Hooked struct {
	Path string
	Form url.Values
}

// refused are requests that Twilio has not sent, each made of one that it has, and the status that
// each gets.
var refused = []struct {
	name   string
	status int
	change func(e *events.APIGatewayV2HTTPRequest, h Hooked)
}{
	{"F140 no signature", 403,
		func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { delete(e.Headers, "x-twilio-signature") }},
	{"F140 empty signature", 403, sign("")},
	{"F140 wrong signature", 403, sign("L/OH5YylLD5NRKLltdqwSvS0BnU=")},
	{"F140 truncated signature", 403, func(e *events.APIGatewayV2HTTPRequest, _ Hooked) {
		e.Headers["x-twilio-signature"] = e.Headers["x-twilio-signature"][:20]
	}},
	{"F140 two signatures", 403, func(e *events.APIGatewayV2HTTPRequest, _ Hooked) {
		e.Headers["x-twilio-signature"] += "," + e.Headers["x-twilio-signature"]
	}},
	{"F145 a query that was not signed", 403,
		func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.RawQueryString = "a=1" }},
	{"F145 another path", 403, func(e *events.APIGatewayV2HTTPRequest, h Hooked) {
		e.Headers["x-twilio-signature"] = Sign(string(Base)+h.Path+"/", h.Form)
	}},
	{"F145 the client's word about the host", 403, func(e *events.APIGatewayV2HTTPRequest, h Hooked) {
		e.Headers["host"], e.Headers["x-forwarded-host"] = "evil.example", "evil.example"
		e.Headers["x-twilio-signature"] = Sign("https://evil.example"+h.Path, h.Form)
	}},
	{"a value changed", 403, body(func(f url.Values) { f.Set("To", "+15550199") })},
	{"a value added", 403, body(func(f url.Values) { f.Set("Extra", "1") })},
	{"a key twice", 403, twice},
	{"F148 another account", 403,
		signedBody(func(f url.Values) { f.Set("AccountSid", "AC99999999999999999999999999999999") })},
	{"F148 no account", 403, signedBody(func(f url.Values) { f.Del("AccountSid") })},
	{"a body that is no form", 403, raw("%zz;%")},
	{"F160 JSON", 415, kind("application/json")},
	{"F160 no content type", 415, kind("")},
	{"F160 plain text", 415, kind("text/plain")},
	{"F160 GET", 405, method("GET")},
	{"F160 PUT", 405, method("PUT")},
	{"F161 OPTIONS", 405, method("OPTIONS")},
	{"a body without end", 413, raw(strings.Repeat("a", 70<<10))},
	{"base64 that is none", 400, func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.Body = "%%%" }},
}

func sign(s string) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.Headers["x-twilio-signature"] = s }
}

func kind(s string) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.Headers["content-type"] = s }
}

func method(s string) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.RequestContext.HTTP.Method = s }
}

func raw(s string) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, _ Hooked) { e.Body, e.IsBase64Encoded = s, false }
}

func body(change func(url.Values)) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, h Hooked) {
		f := clone(h.Form)
		change(f)
		e.Body, e.IsBase64Encoded = f.Encode(), false
	}
}

func signedBody(change func(url.Values)) func(*events.APIGatewayV2HTTPRequest, Hooked) {
	return func(e *events.APIGatewayV2HTTPRequest, h Hooked) {
		f := clone(h.Form)
		change(f)
		e.Body, e.IsBase64Encoded = f.Encode(), false
		e.Headers["x-twilio-signature"] = Sign(string(Base)+h.Path, f)
	}
}

// twice names CallSid a second time. The signature covers the first value only, as the library would
// check it, and must not be accepted.
func twice(e *events.APIGatewayV2HTTPRequest, h Hooked) {
	e.Body, e.IsBase64Encoded = h.Form.Encode()+"&CallSid=CA99999999999999999999999999999999", false
}

func clone(f url.Values) url.Values { return maps.Clone(f) }

// Refusals asserts that a function does nothing for requests that Twilio has not signed, and answers
// them with an empty body.
func Refusals(t *testing.T, hooks []Hooked, serve func(testing.TB, twilio.Keys) (*Site, *servicetest.World)) {
	for _, h := range hooks {
		for _, r := range refused {
			t.Run(r.name+" "+h.Path, func(t *testing.T) {
				s, w := serve(t, Keys)
				e := s.Hook(h.Path, h.Form)
				r.change(&e, h)
				before := w.Store.Counts()
				s.Do(e).Empty(t, r.status)
				Untouched(t, w, before)
			})
		}
	}
	t.Run("F142 an empty auth token lets nobody in", func(t *testing.T) {
		empty := Keys
		empty.AuthTokens = []string{""}
		s, w := serve(t, empty)
		before := w.Store.Counts()
		for _, h := range hooks {
			s.Post(h.Path, h.Form)
		}
		Untouched(t, w, before)
	})
}

// Untouched asserts that neither the store nor the phone network has been asked anything since (F169).
func Untouched(t testing.TB, w *servicetest.World, before map[string]int) {
	t.Helper()
	if after := w.Store.Counts(); !maps.Equal(before, after) {
		t.Errorf("the store was asked: %v, before %v", after, before)
	}
	if after := w.Phones.Counts(); len(after) != 0 {
		t.Errorf("the network was asked: %v", after)
	}
}
