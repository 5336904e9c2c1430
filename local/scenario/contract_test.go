package scenario

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/store/storetest"
)

// signed is the signature that Twilio sends with a form: over the address, then each field's name and value in the
// order of the names (https://www.twilio.com/docs/usage/security).
func signed(address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(stack.MadeUp().AuthToken))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			_, _ = io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post sends a form to a webhook of the real binaries.
func (l *line) post(path string, form url.Values, sign string) (status int, body string, h http.Header) {
	l.t.Helper()
	req, err := http.NewRequest(http.MethodPost, l.API+path, strings.NewReader(form.Encode()))
	l.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if sign != "" {
		req.Header.Set("X-Twilio-Signature", sign)
	}
	return l.send(req)
}

func (l *line) send(req *http.Request) (int, string, http.Header) {
	l.t.Helper()
	res, err := http.DefaultClient.Do(req)
	l.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	l.must(err)
	return res.StatusCode, string(b), res.Header
}

// caller is a caller's form as Twilio posts it.
func callerForm(sid string) url.Values {
	return url.Values{
		"AccountSid": {stack.MadeUp().SID}, "CallSid": {sid}, "From": {"+15550199"}, "To": {"+15550100"},
		"CallStatus": {"ringing"}, "Direction": {"inbound"}, "ApiVersion": {"2010-04-01"},
	}
}

const stranger = "CA11111111111111111111111111111111"

func TestF140F145F148WebhooksOfTheRealBinariesRefuseWhatIsNotTwilios(t *testing.T) {
	t.Parallel()
	var m *storetest.Meter
	l := open(t, metered(t, &m))
	l.online("alice")
	paths := []string{
		"/incoming", "/incoming/" + stranger + "/0", "/wait/" + stranger + "/0", "/connect-agent/" + stranger + "/LEG",
		"/connect-agent/" + stranger + "/LEG/1", "/events/conference/" + stranger, "/events/leg/" + stranger + "/LEG",
		"/events/call", "/events/recording/" + stranger, "/voicemail/" + stranger, "/voicemail/" + stranger + "/left",
	}
	b := l.bills(m)
	other := callerForm(stranger)
	other.Set("AccountSid", "AC99999999999999999999999999999999")
	twice := callerForm(stranger)
	twice.Add("From", "+15550198")
	for _, path := range paths {
		good := signed(l.API+path, callerForm(stranger))
		for name, c := range map[string]struct {
			path, sign string
			form       url.Values
		}{
			"unsigned":        {path, "", callerForm(stranger)},
			"wrongly signed":  {path, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", callerForm(stranger)},
			"truncated":       {path, good[:len(good)-4], callerForm(stranger)},
			"query added":     {path + "?a=1", good, callerForm(stranger)},
			"another account": {path, signed(l.API+path, other), other},
			"a repeated key":  {path, signed(l.API+path, twice), twice},
			"another path's":  {path, signed(l.API+path+"x", callerForm(stranger)), callerForm(stranger)},
			"a changed number": {path, good,
				func() url.Values { f := callerForm(stranger); f.Set("From", "+15550111"); return f }()},
		} {
			status, body, _ := l.post(c.path, c.form, c.sign)
			if status != http.StatusForbidden || body != "" {
				t.Errorf("%s, %s: %d %q, want 403 and nothing", path, name, status, body)
			}
		}
	}
	if u, _ := b.all(); u.reads+u.writes+u.queries != 0 {
		t.Errorf("F169: the store was asked\n%v", b)
	}
	if status, body, _ := l.post("/incoming", callerForm(stranger),
		signed(l.API+"/incoming", callerForm(stranger))); status != http.StatusOK ||
		!strings.Contains(body, "<Conference") {
		t.Errorf("rightly signed: %d %s", status, body)
	}
}

func TestF149F154F160AgentsAPIOfTheRealBinariesRefusesWhatItMust(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	alice := l.answers("alice")
	token, err := l.SignIn.Token("alice")
	l.must(err)
	before := l.conference(caller).Version
	big := `{"action":"hold","note":"` + strings.Repeat("x", 1<<20) + `"}`
	for name, c := range map[string]struct {
		method, path, token, kind, body string
		status                          int
		slug                            string
	}{
		"no token": {"POST", "/transfer", "", "application/json", `{"action":"hold"}`, 401, ""},
		"a made-up token": {"POST", "/transfer", "eyJhbGciOiJub25lIn0.e30.", "application/json",
			`{"action":"hold"}`, 401, ""},
		"no JSON": {"POST", "/transfer", token, "application/json", `{"action"`, 400, "malformed"},
		"an unknown field": {"POST", "/transfer", token, "application/json", `{"action":"hold","coaching":true}`,
			400, "malformed"},
		"a wrong type":      {"POST", "/transfer", token, "application/json", `{"action":7}`, 400, "malformed"},
		"an unknown action": {"POST", "/transfer", token, "application/json", `{"action":"steal"}`, 400, "malformed"},
		"two documents": {"POST", "/transfer", token, "application/json", `{"action":"hold"}{}`, 400,
			"malformed"},
		"a form": {"POST", "/transfer", token, "application/x-www-form-urlencoded", `action=hold`, 415,
			"not-json"},
		"too large": {"POST", "/transfer", token, "application/json", big, 413, "too-large"},
		"wrong for the state": {"POST", "/transfer", token, "application/json", `{"action":"swap"}`, 409,
			"wrong-state"},
		"a target missing": {"POST", "/transfer", token, "application/json", `{"action":"consult"}`, 400,
			"target-needed"},
		"an unknown target": {"POST", "/transfer", token, "application/json", `{"action":"consult","target":"nobody"}`,
			422, "no-target"},
		"a wrong status": {"PUT", "/agents/me", token, "application/json", `{"status":"asleep"}`, 400, "malformed"},
	} {
		req, err := http.NewRequest(c.method, l.API+c.path, bytes.NewReader([]byte(c.body)))
		l.must(err)
		req.Header.Set("Content-Type", c.kind)
		req.Header.Set("Origin", "https://elsewhere.example")
		if c.token != "" {
			req.Header.Set("Authorization", "Bearer "+c.token)
		}
		status, body, h := l.send(req)
		var problem struct{ Type string }
		_ = json.Unmarshal([]byte(body), &problem)
		if status != c.status || c.slug != "" &&
			(problem.Type != "/problems/"+c.slug || h.Get("Content-Type") != "application/problem+json") {
			t.Errorf("%s: %d %s %s, want %d %s", name, status, h.Get("Content-Type"), body, c.status, c.slug)
		}
		if got := h.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("F161 %s: the answer may be read by %q", name, got)
		}
	}
	if after := l.conference(caller).Version; after != before {
		t.Errorf("a refused request changed the conference: version %d became %d", before, after)
	}
	l.together(caller, alice)
	l.done(10 * time.Second)
}

// No callback arrives, so the functions have to ask Twilio: for a queued caller, in a talk and in a consult.
func TestF197EveryListOfConferencesNamesAStatus(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = 10 * time.Second
	l.nothingTold()
	l.dial("+15550199")
	l.pass(70 * time.Second)
	l.online("alice", "bob")
	l.until("alice is rung", 30*time.Second, func() bool { return l.legTo("alice") != "" })
	l.answers("alice")
	l.pass(70 * time.Second)
	lists := map[string]int{}
	for _, r := range l.Network.Records(0) {
		if r.Event == "ListConference" {
			lists[r.Params["Status"]]++
		}
	}
	if lists[""] > 0 || lists["in-progress"] == 0 || lists["init"] == 0 {
		t.Errorf("conferences were listed by %v", lists)
	}
	l.done(90 * time.Second)
}
