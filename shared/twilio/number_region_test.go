package twilio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"warmtransfer/shared/service"
)

func TestF199RegionOfANumber(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body, want string
		unknown    bool
	}{
		"another region":  {200, `{"voice_region":"ie1"}`, "IE1", false},
		"the home region": {200, `{"voice_region":"us1"}`, "US1", false},
		"written large":   {200, `{"voice_region":"AU1"}`, "AU1", false},
		"none set":        {200, `{"voice_region":null}`, "US1", false},
		"no entry":        {404, `{"code":20404}`, "US1", false},
		"no leave":        {401, `{"code":20003}`, "", true},
		"broken":          {200, `<html>`, "", true},
		"down":            {503, ``, "", true},
	} {
		var asked string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = r.Method + " " + r.URL.EscapedPath()
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		calls := NewCalls(Fixed(Credentials{AccountSID: "AC1", APIKey: "SK1", APISecret: "s"}),
			CallSettings{APIURL: s.URL})
		got, err := calls.Region(context.Background(), "+15550100")
		s.Close()
		if got != c.want || (err != nil) != c.unknown || asked != "GET /v2/PhoneNumbers/+15550100" {
			t.Errorf("%s: %q, %v, asked %s", name, got, err, asked)
		}
	}
	calls := NewCalls(Fixed(Credentials{}), CallSettings{APIURL: "http://127.0.0.1:1"})
	if _, err := calls.Region(context.Background(), "+15550100"); !errors.Is(err, service.ErrUnknown) {
		t.Errorf("nobody answers: %v", err)
	}
	if got := NewCalls(Fixed(Credentials{}),
		CallSettings{}).address(
		RegionAddress("+15550100")); got != "https://routes.twilio.com/v2/PhoneNumbers/+15550100" {
		t.Errorf("at Twilio itself: %s", got)
	}
}
