package twiliosim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"warmtransfer/local/twiliosim/journal"
)

// region asks the Inbound Processing Region API about a number; with a region it sets it.
func (b *harness) region(method, number, region string) (status int, answer map[string]any) {
	b.t.Helper()
	req, err := http.NewRequest(method, b.rest.URL+"/v2/PhoneNumbers/"+number,
		strings.NewReader(url.Values{"VoiceRegion": {region}}.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(testKey, testSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || json.Unmarshal(text, &answer) != nil {
		b.t.Fatalf("%v: %s", err, text)
	}
	return resp.StatusCode, answer
}

// regionShape is what Twilio's description says of the resource: routes.v2.phone_number in
// https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_routes_v2.json
var regionShape = map[string]*regexp.Regexp{
	"phone_number": regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`),
	"url":          regexp.MustCompile(`^https://routes\.twilio\.com/v2/PhoneNumbers/`),
	"sid":          regexp.MustCompile(`^QQ[0-9a-fA-F]{32}$`), "account_sid": regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`),
	"friendly_name": regexp.MustCompile(`^.{0,64}$`),
	"voice_region":  regexp.MustCompile(`^[a-z]{2}[0-9]$`), "date_created": dateTime, "date_updated": dateTime,
}

var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)

// checkRegion checks an answer of the Inbound Processing Region API.
func (b *harness) checkRegion(r journal.Record) {
	b.t.Helper()
	var answer map[string]string
	if err := json.Unmarshal([]byte(r.Response), &answer); err != nil || len(answer) != len(regionShape) {
		b.t.Errorf("%s: %v: %s", r.URL, err, r.Response)
	}
	for name, shape := range regionShape {
		if !shape.MatchString(answer[name]) {
			b.t.Errorf("%s: %s is %q", r.URL, name, answer[name])
		}
	}
}

// A number that nobody has moved has no entry; one that was moved is called in vain here.
func TestF199RegionOfTheNumber(t *testing.T) {
	b := newHarness(t)
	b.SetNumber(b.app.URL+"/voice", "", "")
	if status, answer := b.region("GET", testNumber, ""); status != 404 || answer["code"] != 20404.0 {
		t.Errorf("with no entry: %d %v", status, answer)
	}
	for _, bad := range []string{"", "mars", "us1x"} {
		if status, _ := b.region("POST", testNumber, bad); status != 400 {
			t.Errorf("region %q: %d", bad, status)
		}
	}
	if status, answer := b.region("POST", testNumber, "IE1"); status != 200 || answer["voice_region"] != "ie1" {
		t.Errorf("moved: %d %v", status, answer)
	}
	status, answer := b.region("GET", "%2B"+testNumber[1:], "")
	if status != 200 || answer["voice_region"] != "ie1" || answer["phone_number"] != testNumber ||
		!strings.HasPrefix(answer["sid"].(string), "QQ") || answer["account_sid"] != testAccount {
		t.Errorf("%d %v", status, answer)
	}
	if _, err := b.PlaceCall(nil, testCaller, testNumber); err == nil ||
		!strings.Contains(err.Error(), "another region") {
		t.Errorf("a call to it: %v", err)
	}
	if status, _ := b.region("POST", testNumber, "us1"); status != 200 {
		t.Errorf("moved back: %d", status)
	}
	if _, err := b.PlaceCall(nil, testCaller, testNumber); err != nil {
		t.Errorf("a call after that: %v", err)
	}
	for _, c := range []struct {
		method, number string
		want           int
	}{{"GET", "+15550199", 404}, {"POST", "+15550199", 404}, {"DELETE", testNumber, 405}} {
		if status, _ := b.region(c.method, c.number, "us1"); status != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.number, status, c.want)
		}
	}
}
