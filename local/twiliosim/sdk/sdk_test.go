package sdk

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func mustLearn(t *testing.T, name string) Operation {
	t.Helper()
	o, err := Learn(name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLearn(t *testing.T) {
	o := mustLearn(t, "CreateParticipant")
	if o.Method != "POST" || o.Host != "api.twilio.com" || o.Status != 201 ||
		o.Path != "/2010-04-01/Accounts/*/Conferences/*/Participants.json" || o.Answer.Name() != "ApiV2010Participant" {
		t.Errorf("%+v", o)
	}
	for name, kind := range map[string]string{
		"To": "string", "Timeout": "int", "Muted": "bool", "StatusCallbackEvent": "[]string",
	} {
		if p, ok := o.Parameters[name]; !ok || p.Type.String() != kind {
			t.Errorf("%s is %v, want %s", name, p.Type, kind)
		}
	}
	if _, ok := o.Parameters["PathAccountSid"]; ok {
		t.Error("what stands in the path is listed as a parameter")
	}
	if p := mustLearn(t, "ListCall").Parameters["StartTime<"]; p.Type == nil || p.Type.String() != "time.Time" {
		t.Errorf("the filter StartTime< is %v", p.Type)
	}
	if o := mustLearn(t, "DeleteParticipant"); o.Answer != nil || o.Status != 204 {
		t.Errorf("%+v", o)
	}
	if o := mustLearn(t, "FetchPhoneNumber"); o.Host != "routes.twilio.com" || o.Path != "/v2/PhoneNumbers/*" {
		t.Errorf("%+v", o)
	}
	if _, err := Learn("CreateNothing"); err == nil {
		t.Error("learned an operation that does not exist")
	}
}

// The library's comments name the values; another release may word them in another way.
func TestWordsOfComments(t *testing.T) {
	for _, c := range []struct{ operation, parameter, want string }{
		{"CreateCall", "Method", "GET POST"}, // Can be: `GET` or `POST` and the default is `POST`.
		{"CreateParticipant", "Beep", "false onEnter onExit true"},
		{"ListConference", "Status", "completed in-progress init"},
		{"CreateParticipant", "WaitMethod", "GET POST"}, // Can be `GET` or `POST` ...
		{"CreateParticipant", "Region", "au1 br1 de1 ie1 jp1 sg1 us1 us2"},
		{"CreateParticipant", "MaxParticipants", ""}, // Can be a positive integer from `2` to `250`.
		{"CreateUserDefinedMessage", "IdempotencyKey", ""},
	} {
		if got := strings.Join(mustLearn(t, c.operation).Parameters[c.parameter].Words, " "); got != c.want {
			t.Errorf("%s of %s can be %q, want %q", c.parameter, c.operation, got, c.want)
		}
	}
}

func TestFactsAreAboutWhatThereIs(t *testing.T) {
	known := map[string]bool{}
	for _, name := range []string{
		"FetchCall", "FetchConference", "FetchParticipant", "FetchIncomingPhoneNumber", "FetchRecording",
	} {
		of := mustLearn(t, name).Answer
		for i := range of.NumField() {
			field, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			known[of.Name()+"."+field] = true
		}
	}
	for _, name := range []string{"UpdateCall", "UpdateConference"} {
		for p := range mustLearn(t, name).Parameters {
			known[name+"Params."+p] = true
		}
	}
	for name := range facts {
		if !known[name] {
			t.Errorf("twilio-go has no %s", name)
		}
	}
}

func TestCheckParameters(t *testing.T) {
	for _, c := range []struct {
		operation, name, value string
		ok                     bool
	}{
		{"CreateCall", "To", "+15550100", true},
		{"CreateCall", "Too", "+15550100", false},
		{"CreateCall", "Timeout", "20", true},
		{"CreateCall", "Timeout", "20s", false},
		{"CreateCall", "Method", "POST", true},
		{"CreateCall", "Method", "PUT", false},
		{"CreateCall", "StatusCallbackEvent", "answered", true},
		{"CreateCall", "StatusCallbackEvent", "in-progress", false},
		{"UpdateParticipant", "Hold", "true", true},
		{"UpdateParticipant", "Hold", "1", false},
		{"UpdateCall", "Status", "completed", true},
		{"UpdateCall", "Status", "ringing", false},
		{"ListCall", "StartTime>", "2026-03-01T09:00:00Z", true},
		{"ListCall", "StartTime>", "yesterday", false},
		{"ListCall", "PageSize", "1000", true},
		{"ListCall", "PageSize", "1001", false},
		{"ListCall", "ParentCallSid", "CF0123456789abcdef0123456789abcdef", false},
		{"CreateCall", "To", "", false},
		{"FetchCall", "Status", "completed", false},
	} {
		form := url.Values{}
		for _, name := range required[c.operation] {
			form.Set(name, "x")
		}
		form.Set(c.name, c.value)
		err := mustLearn(t, c.operation).CheckParameters(form)
		if (err == nil) != c.ok {
			t.Errorf("%s %s=%s: %v, want ok %v", c.operation, c.name, c.value, err, c.ok)
		}
	}
}

func TestMatch(t *testing.T) {
	names := []string{"ListCall", "FetchCall", "UpdateCall", "FetchParticipant", "FetchPhoneNumber"}
	const base, call = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef", "/CA0123456789abcdef0123456789abcdef"
	for _, c := range []struct{ method, path, want string }{
		{"GET", base + "/Calls.json", "ListCall"},
		{"GET", base + "/Calls" + call + ".json", "FetchCall"},
		{"POST", base + "/Calls" + call + ".json", "UpdateCall"},
		{"GET", base + "/Conferences/CF0123456789abcdef0123456789abcdef/Participants/alice.json", "FetchParticipant"},
		{"GET", "/v2/PhoneNumbers/+15550100", "FetchPhoneNumber"},
		{"GET", base + "/Calls" + call, ""},
		{"GET", base + "/Calls/CA1.json", ""},
		{"GET", "/2010-04-01/Accounts/AC1/Calls.json", ""},
		{"DELETE", base + "/Calls" + call + ".json", ""},
	} {
		o, err := Match(c.method, c.path, names)
		if (err == nil) != (c.want != "") || err == nil && o.Name != c.want {
			t.Errorf("%s %s: %s, %v, want %q", c.method, c.path, o.Name, err, c.want)
		}
	}
}

const participant = `{
	"account_sid": "AC0123456789abcdef0123456789abcdef", "call_sid": "CA0123456789abcdef0123456789abcdef",
	"conference_sid": "CF0123456789abcdef0123456789abcdef", "label": null, "call_sid_to_coach": null,
	"coaching": false, "muted": false, "hold": true, "start_conference_on_enter": true,
	"end_conference_on_exit": false, "status": "connected", "queue_time": null,
	"date_created": "Sun, 01 Mar 2026 09:00:00 +0000", "date_updated": "Sun, 01 Mar 2026 09:00:00 +0000",
	"uri": "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Conferences/x/Participants/y.json"
}`

// A field too many, one too few, and one of another kind are each found.
func TestCheckAnswer(t *testing.T) {
	o := mustLearn(t, "FetchParticipant")
	if err := o.CheckAnswer(200, []byte(participant)); err != nil {
		t.Fatal(err)
	}
	if err := o.CheckAnswer(201, []byte(participant)); err == nil {
		t.Error("another status is not found")
	}
	type missing struct{}
	for name, value := range map[string]any{
		"extra": 1, "hold": "true", "muted": nil, "label": 7, "status": "present",
		"date_updated": "2026-03-01T09:00:00Z",
		"call_sid":     "CA1", "call_sid_to_coach": "CF0123456789abcdef0123456789abcdef", "account_sid": nil,
		"uri": "https://api.twilio.com/x", "queue_time": "soon", "coaching": missing{},
	} {
		var fields map[string]any
		if err := json.Unmarshal([]byte(participant), &fields); err != nil {
			t.Fatal(err)
		}
		fields[name] = value
		if value == (missing{}) {
			delete(fields, name)
		}
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		err = o.CheckAnswer(200, text)
		if found := err != nil && strings.Contains(err.Error(), name); found == (name == "muted") { // may be null
			t.Errorf("%s = %v: %v", name, value, err)
		}
		if err := o.CheckPart(text); value == (missing{}) && err != nil {
			t.Errorf("a part without %s: %v", name, err)
		}
	}
	list := mustLearn(t, "ListParticipant")
	for page, ok := range map[string]bool{
		`{"participants": [` + participant + `], "page": 0}`:      true,
		`{"participants": [{"call_sid": "CA1"}], "page": 0}`:      false,
		`{"participants": {}, "page": 0}`:                         false,
		`{"participants": [], "page": "0"}`:                       false,
		`{"participants": [], "page": null}`:                      false,
		`{"participants": [], "page": 0.5}`:                       false,
		`{"participants": [], "calls": []}`:                       false,
		`{"participants": [], "next_page_uri": null, "page": 12}`: true,
	} {
		if err := list.CheckPart([]byte(page)); (err == nil) != ok {
			t.Errorf("%.60s: %v, want ok %v", page, err, ok)
		}
	}
}

func TestCheckError(t *testing.T) {
	whole := `{"code": 20404, "message": "m", "more_info": "https://www.twilio.com/docs/errors/20404", "status": 404}`
	if err := CheckError([]byte(whole)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{`{}`, strings.Replace(whole, "20404,", `"20404",`, 1),
		strings.Replace(whole, `"m"`, `"m", "detail": ""`, 1)} {
		if CheckError([]byte(bad)) == nil {
			t.Errorf("%s is taken for an error of Twilio's", bad)
		}
	}
}
