package template

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/twilio/twilio-go/client"
)

// eventToken is the made-up auth token with which the sample webhooks are signed; events/README.md names it, too.
const eventToken = "0123456789abcdef0123456789abcdef"

// samples are the files of events/, by name.
func samples(t *testing.T) map[string]events.APIGatewayV2HTTPRequest {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "events", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]events.APIGatewayV2HTTPRequest{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e events.APIGatewayV2HTTPRequest
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = e
	}
	return all
}

func TestEveryRouteHasASampleEvent(t *testing.T) {
	routed, sampled := map[string]bool{}, map[string]bool{}
	all := routes(t)
	for key := range all {
		routed[key] = true
	}
	for name, e := range samples(t) {
		sampled[e.RouteKey] = true
		if f := all[e.RouteKey].function; !strings.HasPrefix(name, f) {
			t.Errorf("%s.json is for the function %q", name, f)
		}
	}
	if a, b := diff(routed, sampled); a != nil || b != nil {
		t.Errorf("routes without an event: %v; events without a route: %v", a, b)
	}
}

func TestSampleEventsAreShapedAsTheGatewayShapesThem(t *testing.T) {
	for name, e := range samples(t) {
		c := e.RequestContext
		method, pattern, _ := strings.Cut(e.RouteKey, " ")
		if e.Version != "2.0" || c.Stage != "$default" || c.RouteKey != e.RouteKey || c.HTTP.Method != method ||
			c.HTTP.Path != e.RawPath {
			t.Errorf("%s: the event contradicts itself", name)
		}
		if !slices.Equal(fill(pattern, e.PathParameters), strings.Split(e.RawPath, "/")) {
			t.Errorf("%s: %s with %v is not %s", name, pattern, e.PathParameters, e.RawPath)
		}
		for h := range e.Headers {
			if h != strings.ToLower(h) {
				t.Errorf("%s: the header %s is not in lower case", name, h)
			}
		}
		if e.Headers["host"] != c.DomainName {
			t.Errorf("%s: host is not the domain", name)
		}
		kind := e.Headers["content-type"]
		bytes := strings.HasPrefix(kind, "application/x-www-form-urlencoded") || kind == "audio/wav"
		if e.IsBase64Encoded != bytes {
			t.Errorf("%s: base64 %t, want %t", name, e.IsBase64Encoded, bytes)
		}
		if n := e.Headers["content-length"]; n != "" && n != strconv.Itoa(len(body(t, name, e))) {
			t.Errorf("%s: content-length %s, the body has %d", name, n, len(body(t, name, e)))
		}
	}
}

// fill puts the path's parameters into a route's pattern and returns its parts.
func fill(pattern string, parameters map[string]string) []string {
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		if key, ok := strings.CutPrefix(p, "{"); ok {
			parts[i] = parameters[strings.TrimSuffix(key, "}")]
		}
	}
	return parts
}

func body(t *testing.T, name string, e events.APIGatewayV2HTTPRequest) string {
	t.Helper()
	if !e.IsBase64Encoded {
		return e.Body
	}
	raw, err := base64.StdEncoding.DecodeString(e.Body)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return string(raw)
}

func TestSampleWebhooksAreSignedAndSampleRequestsCarryClaims(t *testing.T) {
	validator, hooks := client.NewRequestValidator(eventToken), webhooks(t)
	for name, e := range samples(t) {
		_, signed := hooks[e.RouteKey]
		if agent := e.RequestContext.Authorizer != nil; agent == signed {
			t.Errorf("%s: claims %t, signed %t", name, agent, signed)
		}
		if !signed {
			if e.RequestContext.Authorizer.JWT.Claims["username"] == "" {
				t.Errorf("%s: nobody asks", name)
			}
			continue
		}
		form, err := url.ParseQuery(body(t, name, e))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		params := map[string]string{}
		for k := range form {
			params[k] = form.Get(k)
		}
		if !validator.Validate("https://"+e.RequestContext.DomainName+e.RawPath, params,
			e.Headers["x-twilio-signature"]) {
			t.Errorf("%s: the signature is wrong", name)
		}
	}
}
