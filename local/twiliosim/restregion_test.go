package twiliosim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
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
