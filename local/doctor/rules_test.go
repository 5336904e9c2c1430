package doctor

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"warmtransfer/shared/twilio"
)

// answering is a Twilio that gives every request the same answer.
type answering struct {
	status int
	body   string
	asked  []string
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r.URL.String())
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)),
		Request: r}, nil
}

func TestF198RulesThatApplyToOurWebhooksAreTold(t *testing.T) {
	const api = "https://phone.example.com"
	for name, c := range map[string]struct {
		status int
		body   string
		keys   []string
		well   bool   // nothing applies
		wrong  string // part of the message
		unseen bool
	}{
		"none": {200, `{"meta":{"key":"rules"},"rules":[]}`, nil, true, "", false},
		"another's prefix": {200, `{"rules":[{"matchType":"PREFIX_MATCH","prefix":"https://other.example/"}]}`, nil,
			true, "", false},
		"longer host": {200, `{"rules":[{"matchType":"PREFIX_MATCH","prefix":"https://phone.example.com.evil/"}]}`,
			nil, true, "", false},
		"default": {200, `{"rules":[{"matchType":"DEFAULT","friendlyName":"all"}]}`, nil, false, `"all" (DEFAULT)`,
			false},
		"our prefix": {200, `{"data":[{"matchType":"PREFIX_MATCH","prefix":"https://phone.example.com/wait"}]}`, nil,
			false, "sharedKey", false},
		"wide prefix": {200, `{"rules":[{"matchType":"PREFIX_MATCH","prefix":"https://phone"}]}`, []string{"k"}, false,
			"five retries", false},
		"exact": {200, `{"rules":[{"matchType":"EXACT_MATCH","value":"https://phone.example.com/incoming"}]}`,
			nil, false, "EXACT_MATCH", false},
		"not allowed":  {401, `{}`, nil, false, "", true},
		"unknown form": {200, `{"rules":{}}`, nil, false, "", true},
		"no JSON":      {200, `<html>`, nil, false, "", true},
	} {
		twilioSays := &answering{status: c.status, body: c.body}
		d := newDoctor(target{API: api, Twilio: twilioAPI,
			Account: twilio.Credentials{APIKey: "SK1", APISecret: "s", SharedKeys: c.keys}}, io.Discard)
		d.http.Transport, d.key = twilioSays, true
		well, err := d.webhookRules(t.Context())
		var not unseen
		cannot := errors.As(err, &not)
		switch {
		case c.well != (err == nil), c.unseen != cannot:
			t.Errorf("%s: %q, %v", name, well, err)
		case c.wrong != "" && !strings.Contains(err.Error(), c.wrong):
			t.Errorf("%s: %v does not say %q", name, err, c.wrong)
		}
		if len(twilioSays.asked) != 1 || twilioSays.asked[0] != rulesAPI {
			t.Errorf("%s: asked %v", name, twilioSays.asked)
		}
	}
}

func TestF198TheSecretsSharedKeyIsTried(t *testing.T) {
	for status, well := range map[int]bool{204: true, 403: false} {
		stack := &answering{status: status}
		d := newDoctor(target{API: "https://phone.example.com",
			Account: twilio.Credentials{AccountSID: "AC1", SharedKeys: []string{"k"}}}, io.Discard)
		d.http.Transport = stack
		if said, err := d.sharedKey(t.Context()); (err == nil) != well {
			t.Errorf("%d: %q, %v", status, said, err)
		}
	}
	d := newDoctor(target{API: "https://phone.example.com"}, io.Discard)
	if _, err := d.sharedKey(t.Context()); err == nil {
		t.Error("without a key it is well")
	}
}
