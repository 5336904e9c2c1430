package rest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/sdk"
)

// What the network takes and answers is held against twilio-go's types, which are generated from Twilio's
// own description of its API.

const (
	account = "AC0123456789abcdef0123456789abcdef"
	key     = "SK0123456789abcdef0123456789abcdef"
	number  = "+15550006000"
	caller  = "+4915112345678"
	site    = "https://app.example/"
	silence = `<Response><Pause length="600"/></Response>`
	// recorded records for as long as the test.
	recorded = `<Response><Record/></Response>`
)

// rig is a server in front of an exchange where a call to alice is live, carol is recorded, and bob is alone in the
// conference "room".
type rig struct {
	*Server
	t    *testing.T
	call string // alice's
	room string // the conference's SID

	recording string // of carol
}

func newRig(t *testing.T) *rig {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	x := exchange.New(exchange.Config{
		Account: account, Number: number, Clock: now, Ended: 8, Do: func(exchange.Effect) {}, Rules: &faults.Rules{},
		Length: func(string) (time.Duration, bool) { return 0, false },
	})
	r := &rig{t: t, Server: New(Config{
		Account: account, Number: number, APIKey: key, APISecret: "secret", Token: func() string { return "token" },
		Core: x.API(), Rules: &faults.Rules{}, Journal: journal.New(now, 8), Busy: activity.New(now), Clock: now,
	})}
	for _, id := range []string{"alice", "bob", "carol"} {
		if err := x.SetScripted(id, true); err != nil {
			t.Fatal(err)
		}
	}
	must := func(rt string, form url.Values) {
		if status, body := r.ask(rt, form); status != http.StatusCreated {
			t.Fatalf("%s: %d %s", rt, status, body)
		}
	}
	must("CreateCall", url.Values{"To": {"client:alice"}, "From": {number}, "Twiml": {silence}})
	must("CreateCall", url.Values{"To": {"client:carol"}, "From": {number}, "Twiml": {recorded}})
	must("CreateParticipant", url.Values{"To": {"client:bob"}, "From": {number}, "Label": {"bob"}})
	for _, c := range x.Calls() {
		if err := x.Answer(c.SID, nil); err != nil {
			t.Fatal(err)
		}
		if c.To == "client:alice" {
			r.call = c.SID
		}
	}
	x.API().UpdateNumber(func(n *exchange.Number) { n.Region = "us1" }) // a number without one has no entry
	r.room = x.API().Conferences(func(*conference.Conference) bool { return true })[0].SID
	now.Advance(2 * time.Second) // in which carol's recording begins
	r.recording = x.API().Recordings()[0].SID
	return r
}

// everyRoute are the operations that the network serves.
func everyRoute() []route { return slices.Concat(routes, regionRoutes) }

func named(name string) route {
	all := everyRoute()
	return all[slices.IndexFunc(all, func(rt route) bool { return rt.name == name })]
}

// ids are those in the path of a request that succeeds.
func (r *rig) ids(rt route) []string {
	switch {
	case strings.HasPrefix(rt.pattern, "Calls/"):
		return []string{r.call}
	case rt.pattern == "Conferences/*/Participants" && rt.method == "POST":
		return []string{"room"}
	case strings.HasPrefix(rt.pattern, "Conferences/"):
		return []string{r.room, "bob"}
	case strings.HasPrefix(rt.pattern, "Recordings/"):
		return []string{r.recording}
	case strings.HasPrefix(rt.pattern, "IncomingPhoneNumbers/"):
		return []string{r.core.Number().SID}
	}
	return []string{number}
}

// path is where an operation is served.
func (r *rig) path(rt route) string {
	path := "/2010-04-01/Accounts/" + account + "/" + rt.pattern + ".json"
	if slices.ContainsFunc(regionRoutes, func(of route) bool { return of.name == rt.name }) {
		path = regionsPath + rt.pattern
	}
	for _, id := range r.ids(rt) {
		path = strings.Replace(path, "*", url.PathEscape(id), 1)
	}
	return path
}

// ask sends a request to the real handler.
func (r *rig) ask(name string, form url.Values) (int, string) {
	rt := named(name)
	path, body := r.path(rt), form.Encode()
	if rt.method != http.MethodPost {
		path, body = path+"?"+body, ""
	}
	req := httptest.NewRequest(rt.method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(key, "secret")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

// valid is the form of a request that succeeds and reads everything that is read.
func valid(name string) url.Values {
	switch name {
	case "CreateCall":
		return url.Values{"To": {"client:bob"}, "From": {caller}, "CallToken": {"token"}, "Twiml": {silence}}
	case "CreateParticipant":
		return url.Values{"To": {"client:alice"}, "From": {caller}, "CallToken": {"token"}}
	case "CreateUserDefinedMessage":
		return url.Values{"Content": {"{}"}}
	case "UpdateCall":
		return url.Values{"StatusCallback": {site}, "TimeLimit": {"60"}}
	case "ListConference":
		return url.Values{"Status": {"init"}}
	case "UpdatePhoneNumber":
		return url.Values{"VoiceRegion": {"us1"}}
	}
	return url.Values{}
}

func learn(t *testing.T, name string) sdk.Operation {
	t.Helper()
	o, err := sdk.Learn(name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOperationsAreTwilios(t *testing.T) {
	for _, rt := range everyRoute() {
		o := learn(t, rt.name)
		path := "/2010-04-01/Accounts/*/" + rt.pattern + ".json"
		if o.Host != "api.twilio.com" {
			path = regionsPath + rt.pattern
		}
		if rt.method != o.Method || path != o.Path {
			t.Errorf("%s is %s %s, with Twilio %s %s", rt.name, rt.method, path, o.Method, o.Path)
		}
	}
}

// Of every parameter that the library can send it is said what becomes of it, and of no other.
func TestEveryParameterIsReadOrSaidNotToBe(t *testing.T) {
	said := 0
	for _, rt := range everyRoute() {
		o := learn(t, rt.name)
		for _, name := range strings.Fields(rt.takes) {
			if _, ok := o.Parameters[name]; !ok {
				t.Errorf("%s takes %s, which twilio-go does not know", rt.name, name)
			}
		}
		for name := range o.Parameters {
			taken := slices.Contains(strings.Fields(rt.takes), name)
			_, why := rt.unmodelled(name)
			if why != "" {
				said++
			}
			if taken == (why != "") {
				t.Errorf("%s of %s: read is %v, and the table says %q", name, rt.name, taken, why)
			}
		}
	}
	entries := 0
	for _, entry := range unmodelled {
		entries += len(strings.Fields(entry.operations)) * len(strings.Fields(entry.parameters))
	}
	if said != entries {
		t.Errorf("the table speaks of %d parameters, twilio-go knows %d of them", entries, said)
	}
}

// What a route says it takes is what its operation asks of the form.
func TestWhatIsTakenIsRead(t *testing.T) {
	for _, rt := range everyRoute() {
		r := newRig(t)
		q := &request{path: r.path(rt), args: r.ids(rt), form: form{valid(rt.name), map[string]bool{}}}
		if status, _, bad := rt.do(r.Server, q); bad != nil || status >= 300 {
			t.Fatalf("%s: %d %v", rt.name, status, bad)
		}
		takes := strings.Fields(rt.takes)
		slices.Sort(takes)
		read := slices.Sorted(maps.Keys(q.form.read))
		if !slices.Equal(read, takes) {
			t.Errorf("%s reads %q and says it takes %q", rt.name, read, takes)
		}
	}
}

// sample is a value of a parameter that Twilio would take.
func sample(p sdk.Parameter) string {
	switch {
	case len(p.Words) > 0:
		return p.Words[len(p.Words)-1]
	case p.Type.String() == "bool":
		return "true"
	case p.Type.String() == "int":
		return "7"
	}
	return "x"
}

// What is not modelled is refused before anything has happened, or changes nothing; so is what Twilio does not know.
func TestUnmodelledParameters(t *testing.T) {
	for _, rt := range everyRoute() {
		o := learn(t, rt.name)
		o.Parameters["Nonsense"] = sdk.Parameter{Words: []string{"x"}}
		for name, p := range o.Parameters {
			if slices.Contains(strings.Fields(rt.takes), name) {
				continue
			}
			r := newRig(t)
			before := r.state()
			form := valid(rt.name)
			form.Set(name, sample(p))
			status, answer := r.ask(rt.name, form)
			if ignored, _ := rt.unmodelled(name); ignored {
				if status != o.Status {
					t.Errorf("%s with %s: %d %s, want it ignored", rt.name, name, status, answer)
				}
				continue
			}
			if status != http.StatusBadRequest || !strings.Contains(answer, name) {
				t.Errorf("%s with %s: %d %s, want a refusal that names it", rt.name, name, status, answer)
			}
			if after := r.state(); after != before {
				t.Errorf("%s with %s was refused and did something: %v, then %v", rt.name, name, before, after)
			}
		}
		delete(o.Parameters, "Nonsense")
	}
}

// state is how much there is, and the number's settings.
func (r *rig) state() [3]any {
	conferences := r.core.Conferences(func(*conference.Conference) bool { return true })
	return [3]any{len(r.core.Legs(func(*legs.Leg) bool { return true })), len(conferences), r.core.Number()}
}

// Every field that twilio-go decodes is in the answer, with its type, and no other one.
func TestAnswersAreTwilios(t *testing.T) {
	for _, rt := range everyRoute() {
		r := newRig(t)
		status, answer := r.ask(rt.name, valid(rt.name))
		if err := learn(t, rt.name).CheckAnswer(status, []byte(answer)); err != nil {
			t.Errorf("%v\n%s", err, answer)
		}
		if strings.HasPrefix(rt.name, "List") && strings.Contains(answer, "[]") {
			t.Errorf("%s is empty, so its entries were not looked at: %s", rt.name, answer)
		}
		if rt.takes == "" {
			continue
		}
		status, answer = r.ask(rt.name, url.Values{"Nonsense": {"x"}})
		if err := sdk.CheckError([]byte(answer)); status != http.StatusBadRequest || err != nil {
			t.Errorf("%s refuses with %d: %v\n%s", rt.name, status, err, answer)
		}
	}
}
