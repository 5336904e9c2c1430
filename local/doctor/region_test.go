package doctor

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"warmtransfer/local/twiliosim"
	"warmtransfer/shared/twilio"
)

// inRegion lets a region handle the number's calls, as an operator sets it at Twilio.
func (p *patient) inRegion(region string) {
	p.t.Helper()
	form := url.Values{"VoiceRegion": {region}}
	address := p.target.Twilio + "/v2/PhoneNumbers/" + p.target.Number
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(p.target.Account.APIKey, p.target.Account.APISecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		p.t.Fatalf("the region cannot be set: %d", resp.StatusCode)
	}
}

func TestF199NumberOfAnotherRegionIsFound(t *testing.T) {
	p := newPatient(t)
	p.inRegion("ie1")
	lines, err := p.examine()
	got := lines["region"]
	if err == nil || !strings.HasPrefix(got, "WRONG ") || !strings.Contains(got, "IE1") ||
		!strings.Contains(got, "-d VoiceRegion=us1") ||
		!strings.Contains(got, "https://routes.twilio.com/v2/PhoneNumbers/$TWILIO_NUMBER") {
		t.Errorf("%v: %s", err, got)
	}
	if strings.Contains(got, p.target.Number) {
		t.Errorf("the number is printed: %s", got)
	}
	p.inRegion("us1")
	if lines, err = p.examine(); err != nil || lines["region"] != "ok calls are handled in US1" {
		t.Errorf("after the change: %v, %s", err, lines["region"])
	}
}

func TestF199RegionThatCannotBeSeenIsNotCalledWrong(t *testing.T) {
	for status, want := range map[int]string{
		401: "it must be US1", 403: "it must be US1", 503: "could not be asked", 429: "could not be asked",
	} {
		refuses := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		d := newDoctor(target{Twilio: serve(t, refuses), Number: "+15550100"}, nil)
		d.t.Account.AccountSID, d.t.Account.APIKey, d.t.Account.APISecret = "AC1", "SK1", "s"
		d.key, d.number = true, &twilio.Number{}
		var cannot unseen
		if _, err := d.region(context.Background()); !errors.As(err, &cannot) || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %q", status, err, want)
		}
	}
}

func TestF200RestrictedKeyIsFoundByUsingAToken(t *testing.T) {
	p := newPatient(t, func(c *twiliosim.Config) { c.Restricted = true })
	lines, err := p.examine()
	if !strings.HasPrefix(lines["API key"], "ok ") {
		t.Errorf("REST takes a restricted key: %s", lines["API key"])
	}
	got := lines["voice tokens"]
	if err == nil || !strings.HasPrefix(got, "WRONG ") || !strings.Contains(got, "31204") ||
		!strings.Contains(got, "standard API key") {
		t.Errorf("%v: %s", err, got)
	}
}

func TestF200TokenThatCannotBeTriedIsNotCalledGood(t *testing.T) {
	p := newPatient(t)
	d := newDoctor(p.target, nil)
	d.key, d.t.Twilio = true, "http://127.0.0.1:1"
	var cannot unseen
	if well, err := d.voiceTokens(context.Background()); !errors.As(err, &cannot) ||
		!strings.Contains(err.Error(), "not known") {
		t.Errorf("%q, %v", well, err)
	}
}

func TestSignallingIsTwilios(t *testing.T) {
	for rest, want := range map[string]string{
		twilioAPI: "wss://voice-js.roaming.twilio.com/signal", "http://127.0.0.1:8081": "ws://127.0.0.1:8081/signal",
		"https://api.example.com": "wss://api.example.com/signal",
	} {
		if got := signalling(rest); got != want {
			t.Errorf("%s: %s, want %s", rest, got, want)
		}
	}
}

func TestF204CountryThatNoAreaCodeTellsIsNotAskedFor(t *testing.T) {
	for number, want := range map[string]string{
		"+442079460123": "GB", "+4915112345678": "DE", "+12125550123": "US", "+14165550123": "CA",
		"+447400123456": "GB",
		"+441534712345": "JE", // Jersey, which has its own permission
		"+18005550123":  "",   // toll-free: the United States', Canada's and twenty others'
		"+80012345678":  "",   // toll-free everywhere
		"+88161234567":  "",   // a satellite service
		"+15550100":     "",   // the made-up number
		"+99912345678":  "",   // no such code
		"":              "",
	} {
		if got := countryOf(number); got != want {
			t.Errorf("%s: %q, want %q", number, got, want)
		}
	}
	p := newPatient(t) // the made-up number
	lines, err := p.examine()
	if err != nil || !strings.HasPrefix(lines["dialling"], "- ") ||
		!strings.Contains(lines["dialling"], "does not tell its country") {
		t.Errorf("%v: %s", err, lines["dialling"])
	}
}

func serve(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
