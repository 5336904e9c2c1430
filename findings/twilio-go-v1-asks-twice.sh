#!/usr/bin/env bash
# twilio-go v1.31.0: a refusal that is no JSON makes it ask a second time, where the API's version is v1.0.
#
# Some of Twilio's newer APIs (routes/v3, numbers/v3, conversations/v2 and others) are called with the header
# X-Twilio-ApiVersion: v1.0. If such a request fails with a body that cannot be read as JSON, as a proxy or an overloaded
# edge answers, the client sends the same request again at once, in order to read the error in the old form. The service
# gets it twice: a GET, and a POST with its whole form. A 504 whose request has taken effect all the same therefore
# creates two things where one was asked for, without a word to the caller, who may have switched every retry off; a 429
# doubles the load that caused it. A JSON error is read at once and costs one request, and the older APIs (api/v2010,
# calls and conferences among them) never ask twice.
. "$(dirname "$0")/common.sh"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"

	"github.com/twilio/twilio-go/client"
	routes "github.com/twilio/twilio-go/rest/routes/v3"
)

// local sends each request to one server, whatever its host.
type local struct{ host string }

func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", l.host
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	var requests atomic.Int64
	var forms []string
	body := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		form, _ := io.ReadAll(r.Body)
		forms = append(forms, string(form))
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, body)
	}))
	defer s.Close()
	at, _ := url.Parse(s.URL)
	c := &client.Client{
		Credentials: client.NewCredentials("SK00000000000000000000000000000000", "madeup"),
		HTTPClient:  &http.Client{Transport: local{at.Host}},
	}
	c.SetAccountSid("AC00000000000000000000000000000000")
	api := routes.NewApiServiceWithClient(c)
	for _, b := range []string{`{"code":20503,"message":"Service unavailable","httpStatusCode":503}`, "upstream overloaded"} {
		body = b
		requests.Store(0)
		_, err := api.FetchPhoneNumber("+15550100")
		fmt.Printf("GET, answer %.8s...: %d requests, failed %t\n", b, requests.Load(), err != nil)
		requests.Store(0)
		p := (&routes.UpdatePhoneNumberParams{}).SetVoiceRegion("ie1")
		_, err = api.UpdatePhoneNumber("+15550100", p)
		fmt.Printf("POST, answer %.8s...: %d requests, failed %t\n", b, requests.Load(), err != nil)
	}
	fmt.Printf("%q\n", forms)
}
GO
module github.com/twilio/twilio-go@v1.31.0
expect "$(go run .)" 'GET, answer {"code":...: 1 requests, failed true
POST, answer {"code":...: 1 requests, failed true
GET, answer upstream...: 2 requests, failed true
POST, answer upstream...: 2 requests, failed true
["" "voiceRegion=ie1" "" "" "voiceRegion=ie1" "voiceRegion=ie1"]'
