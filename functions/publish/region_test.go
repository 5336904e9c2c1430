package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"

	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// inRegion moves the number's calls to a region, as an operator does at Twilio.
func (r *rig) inRegion(region string) {
	r.t.Helper()
	form := url.Values{"VoiceRegion": {region}}
	req := httptest.NewRequest(http.MethodPost, "/v2/PhoneNumbers/"+ourNumber, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(apiKey, apiSecret)
	w := httptest.NewRecorder()
	r.network.Handler().ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		r.t.Fatalf("the region cannot be set: %d %s", w.Code, w.Body)
	}
}

// Another region has its own addresses for the number: with this region's pointed at the API, no call would arrive.
func TestF199NumberOfAnotherRegionIsRefusedBeforeAnythingIsChanged(t *testing.T) {
	r := newRig(t)
	r.inRegion("ie1")
	a := r.send(r.event("create"))
	for _, want := range []string{"TwilioNumber", "IE1", "US1", "VoiceRegion=us1",
		"https://routes.twilio.com/v2/PhoneNumbers/", "ConnectNumber=false"} {
		if !strings.Contains(a.Reason, want) {
			t.Errorf("reason %q does not say %q", a.Reason, want)
		}
	}
	if a.Status != cfn.StatusFailed || len(r.objects()) != 0 || r.number().Voice.URL != "" {
		t.Errorf("%s; something was changed", a.Status)
	}
	if strings.Contains(a.Reason, ourNumber) || strings.Contains(r.log.String(), ourNumber) {
		t.Error("the number is told")
	}
	e := r.event("create")
	e.ResourceProperties["ConnectNumber"] = "false"
	if a := r.send(e); a.Status != cfn.StatusSuccess {
		t.Errorf("a number that is left alone: %s", a.Reason)
	}
	r.inRegion("us1")
	r.mustSend("create")
	if r.number().Voice.URL == "" {
		t.Error("the number of the home region is not pointed at the API")
	}
}

// unseen is an account that tells no region.
type unseen struct{ numbers }

func (unseen) Region(context.Context, string) (string, error) {
	return "", &service.RefusedError{Status: 401, Code: 20003}
}

func TestF199RegionThatCannotBeLookedUpStopsNoDeployment(t *testing.T) {
	r := newRig(t)
	r.numbers = unseen{r.account()}
	r.mustSend("create")
	if r.number().Voice.URL == "" || !strings.Contains(r.log.String(), "region cannot be looked up") {
		t.Errorf("number at %q, log %s", r.number().Voice.URL, r.log.String())
	}
}

// account is the account as the function sees it.
func (r *rig) account() numbers {
	return twilio.NewCalls(twilio.Fixed(r.keys), twilio.CallSettings{APIURL: r.env["TWILIO_API_URL"]})
}
