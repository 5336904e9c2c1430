package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

// suite is the function and openapi.yaml: every answer is compared with it.
type suite struct {
	*httpapitest.Site
	*servicetest.World
	spec  *httpapitest.Spec
	lines *servicetest.Lines
	// counted answers who counts the new messages.
	counted *counted
}

type counted struct {
	n, asked int
	err      error
}

func serve(t testing.TB, agents ...agent.ID) suite {
	w := servicetest.NewWorld(t, agents...)
	lines, counted := &servicetest.Lines{}, &counted{}
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, signIn: httpapitest.SignIn, number: "+15005550001",
			newService: func(twilio.Base) *service.Service { return w.Service },
			line:       &service.LineSettings{Read: lines.Line},
			messages: &voicemail.Counter{Count: func(context.Context, int) (int, error) {
				counted.asked++
				return counted.n, counted.err
			}},
		}.routes()
	})
	return suite{Site: s, World: w, spec: httpapitest.NewSpec(t), lines: lines, counted: counted}
}

func (s suite) ask(name, method, path, body string) httpapitest.Answer {
	s.Site.T.Helper()
	e := s.Signed(name, method, path, body)
	a := s.Do(e)
	s.spec.Check(e, a)
	return a
}

func (s suite) snapshot(a httpapitest.Answer) (snap agentview.Snapshot) {
	s.Site.T.Helper()
	if a.Status != http.StatusOK {
		s.Site.T.Fatalf("answered %d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &snap); err != nil {
		s.Site.T.Fatal(err)
	}
	return snap
}

func (s suite) problem(a httpapitest.Answer, status int, slug string) {
	s.Site.T.Helper()
	s.Problem(a, status, slug)
}

const me = "/agents/me"

func TestAnAgentWhoIsHeardOfForTheFirstTimeIsAway(t *testing.T) {
	s := serve(t)
	snap := s.snapshot(s.ask("carol", "GET", me, ""))
	if snap.Agent.ID != "carol" || snap.Agent.Name != "Agent carol" || snap.Agent.Status != agent.Away ||
		snap.Call != nil {
		t.Errorf("snapshot %+v", snap)
	}
	if !snap.At.Equal(s.Now().Truncate(time.Millisecond)) {
		t.Errorf("at %v, API Gateway's clock says %v", snap.At, s.Now())
	}
}

func (s suite) Now() time.Time { return s.World.Now }

func TestStatusIsSetAndRepeatedItChangesNothing(t *testing.T) {
	s := serve(t)
	for _, status := range []agent.Status{agent.Available, agent.WrapUp, agent.Away} {
		var first agentview.Snapshot
		for i := range 2 {
			snap := s.snapshot(s.ask("alice", "PUT", me, `{"status":"`+string(status)+`"}`))
			if snap.Agent.Status != status || string(snap.Agent.Presence) != string(status) {
				t.Errorf("%s: %+v", status, snap.Agent)
			}
			if i == 0 {
				first = snap
			} else if !snap.Agent.Since.Equal(first.Agent.Since) {
				t.Errorf("%s: since %v, then %v", status, first.Agent.Since, snap.Agent.Since)
			}
			s.World.Now = s.World.Now.Add(time.Second)
		}
	}
}

func TestTheHeartbeatKeepsWhatTheServerHasDecided(t *testing.T) {
	s := serve(t, "alice")
	s.Choose("alice", agent.Away)
	snap := s.snapshot(s.ask("alice", "PUT", me, `{"status":"available","beat":true}`))
	if snap.Agent.Status != agent.Away {
		t.Errorf("a heartbeat has changed the status to %s", snap.Agent.Status)
	}
	s.World.Now = s.World.Now.Add(agent.StaleAfter + time.Second)
	if snap := s.snapshot(s.ask("alice", "GET", me, "")); snap.Agent.Presence != agent.IsOffline {
		t.Errorf("without a heartbeat the presence is %s", snap.Agent.Presence)
	}
}

func TestGoingOnlineIsOfferedTheCallerWhoWaits(t *testing.T) {
	s := serve(t)
	id := s.DialIn()
	snap := s.snapshot(s.ask("alice", "PUT", me, `{"status":"available"}`))
	if snap.Call == nil || snap.Call.ID != id || snap.Call.Role != call.RoleOffered ||
		snap.Call.Caller.Number != "+15005550006" {
		t.Errorf("call %+v", snap.Call)
	}
	if !strings.Contains(s.Log.String(), `"conference":"`+string(id)+`"`) {
		t.Errorf("the log does not name the call: %s", s.Log)
	}
}

// openapi.yaml describes every state that a snapshot can show.
func TestSnapshotsOfEveryState(t *testing.T) {
	s := serve(t, "alice", "bob")
	id := s.DialIn()
	seen := map[call.State]bool{}
	look := func() {
		s.Settle()
		for _, name := range []string{"alice", "bob"} {
			snap := s.snapshot(s.ask(name, "GET", me, ""))
			if snap.Call != nil {
				seen[snap.Call.State] = true
			}
		}
	}
	look()
	s.Answer("alice")
	look()
	s.MustPress("alice", call.DoHold, "")
	look()
	s.MustPress("alice", call.DoResume, "")
	s.MustPress("alice", call.DoAdd, "bob")
	look()
	s.MustPress("alice", call.DoCancel, "")
	look()
	s.MustPress("alice", call.DoConsult, "bob")
	look()
	s.Answer("bob")
	look()
	s.MustPress("alice", call.DoSwap, "")
	look()
	s.MustPress("alice", call.DoJoin, "")
	look()
	s.MustPress("alice", call.DoComplete, "")
	look()
	s.CallerHangsUp(id)
	look()
	for _, state := range []call.State{
		call.Ringing, call.Talking, call.AddRinging, call.ConsultRinging, call.Consulting,
		call.Swapped, call.ThreeWay,
	} {
		if !seen[state] {
			t.Errorf("no snapshot of %s", state)
		}
	}
}

func TestF151IdentitiesAreMappedToWhatCanBeCalled(t *testing.T) {
	for _, name := range []string{"anna maria", "bob@example.com", strings.Repeat("x", 200), "😀", "ünal", "a_b", "<b>",
		"a\x00b"} {
		s := serve(t)
		snap := s.snapshot(s.ask(name, "GET", me, ""))
		if !agent.Valid(string(snap.Agent.ID)) {
			t.Errorf("%q became %q", name, snap.Agent.ID)
		}
		if strings.ContainsRune(snap.Agent.Name, 0) || len([]rune(snap.Agent.Name)) > 100 {
			t.Errorf("%q is shown as %q", name, snap.Agent.Name)
		}
	}
}

func TestMalformedRequestsChangeNothing(t *testing.T) {
	s := serve(t, "alice")
	before := s.Store.Counts()
	for _, body := range []string{
		`{"status":"asleep"}`, `{"status":""}`, `{}`, `null`, `[]`, `"away"`, `{"status":5}`,
		`{"status":"away","beat":"yes"}`,
		`{"status":"away","coaching":true}`, `{"status":"away"} {}`, `{"status":"away"}x`, `{"status":"away"`, `{`, ``,
		"\x00",
	} {
		s.problem(s.ask1("PUT", "application/json", body), 400, "malformed")
	}
	for kind, status := range map[string]int{"text/plain": 415, "application/x-www-form-urlencoded": 415, "": 415,
		"application/json; charset=utf-8": 413} {
		body := `{"status":"` + strings.Repeat("a", 20<<10) + `"}`
		if a := s.ask1("PUT", kind, body); a.Status != status {
			t.Errorf("%q: answered %d, want %d", kind, a.Status, status)
		}
	}
	httpapitest.Untouched(t, s.World, before)
}

// ask1 is a request of alice with any content type.
func (s suite) ask1(method, kind, body string) httpapitest.Answer {
	e := s.Signed("alice", method, me, "")
	raw := s.Event(method, me, kind, body)
	e.Body, e.IsBase64Encoded = raw.Body, raw.IsBase64Encoded
	if kind != "" {
		e.Headers["content-type"] = kind
	}
	a := s.Do(e)
	s.spec.Check(e, a)
	return a
}

func TestF160WrongMethodOrAddress(t *testing.T) {
	s := serve(t, "alice")
	before := s.Store.Counts()
	for _, e := range []events.APIGatewayV2HTTPRequest{s.Signed("alice", "DELETE", me, ""),
		s.Signed("alice", "POST", "/agents", ""), s.Signed("alice", "OPTIONS", me, "")} {
		a := s.Do(e)
		s.problem(a, 405, "method")
		if a.Header["Allow"] == "" {
			t.Errorf("%s: nothing is allowed", e.RouteKey)
		}
	}
	for _, path := range []string{"/agents/bob", "/agents/", "/agents//me", "/agents/../agents", "/"} {
		s.problem(s.Do(s.Signed("alice", "GET", path, "")), 404, "not-found")
	}
	httpapitest.Untouched(t, s.World, before)
}

func TestF149F161WithoutAnAuthorizersWordNobodyIsLetIn(t *testing.T) {
	s := serve(t, "alice")
	before := s.Store.Counts()
	for _, key := range []string{"GET /agents", "GET /agents/me", "PUT /agents/me"} {
		method, path, _ := strings.Cut(key, " ")
		e := s.Event(method, path, "application/json", `{"status":"away"}`)
		e.Headers["authorization"], e.Headers["origin"] = "Bearer eyJhbGciOiJub25lIn0.e30.", "null"
		s.problem(s.Do(e), 401, "not-signed-in")
		nameless := s.Signed("alice", method, path, `{"status":"away"}`)
		nameless.RequestContext.Authorizer.JWT.Claims = map[string]string{"email": "alice@example.com"}
		s.problem(s.Do(nameless), 403, "no-name")
	}
	httpapitest.Untouched(t, s.World, before)
}

// With the failure of a part of the agents come those of the others.
func TestF396APartOfTheAgentsIsRead(t *testing.T) {
	s := serve(t, "alice")
	s.Store.Every("Agents", servicetest.Fault{Err: service.ErrUnavailable, Took: true})
	for _, r := range [][3]string{{"GET", "/agents", ""}, {"POST", "/agents/search", `{"text":"a"}`},
		{"GET", me + "?with=colleagues", ""}} {
		a := s.ask("alice", r[0], r[1], r[2])
		if a.Status != 200 || !strings.Contains(a.Body, `"partial":true`) || !strings.Contains(a.Body, "Agent alice") {
			t.Errorf("%s %s: %d %s", r[0], r[1], a.Status, a.Body)
		}
	}
}

// An answer with the hours tells of the queue, too, or that it could not be read; the page goes by that.
func TestF396AQueueThatCouldNotBeReadIsNotKnown(t *testing.T) {
	for _, took := range []bool{false, true} {
		s := serve(t, "alice")
		s.Store.Every("Queue", servicetest.Fault{Err: service.ErrUnavailable, Took: took})
		for _, r := range [][2]string{
			{"GET", ""}, {"PUT", `{"status":"away"}`}, {"PUT", `{"status":"away","beat":true}`},
		} {
			a := s.ask("alice", r[0], me, r[1])
			if a.Status != 200 || !strings.Contains(a.Body, `"unknown":true,"unread":true`) ||
				!strings.Contains(a.Body, `"hours":{`) {
				t.Errorf("%s %s: %d %s", r[0], r[1], a.Status, a.Body)
			}
		}
	}
}

func TestStoreDown(t *testing.T) {
	for _, tt := range []struct{ op, method, path, body string }{
		{"Agents", "GET", "/agents", ""}, {"Agent", "GET", "/agents", ""}, {"Agent", "GET", me, ""},
		{"Agent", "PUT", me, `{"status":"available"}`},
		{"SaveAgent", "PUT", me, `{"status":"away"}`}, {"Agents", "POST", "/agents/search", `{"text":"a"}`},
	} {
		for _, took := range []bool{false, true} {
			s := serve(t, "alice")
			s.Store.Every(tt.op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			a := s.ask("alice", tt.method, tt.path, tt.body)
			if tt.op == "Agents" && took { // it is read in part
				continue
			}
			s.problem(a, 503, "unavailable")
			if a.Header["Retry-After"] == "" {
				t.Errorf("%s %s: the answer does not say when to try again", tt.method, tt.path)
			}
			s.Store.Heal()
			if a := s.ask("alice", tt.method, tt.path, tt.body); a.Status != 200 {
				t.Errorf("%s %s, healed: %d", tt.method, tt.path, a.Status)
			}
		}
	}
}

func TestSampleEvents(t *testing.T) {
	s := serve(t)
	for _, name := range []string{"agents", "agents-search", "agents-me", "agents-set-status"} {
		e := httpapitest.Sample(t, name)
		a := s.Do(e)
		s.spec.Check(e, a)
		if a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func FuzzF170Status(f *testing.F) {
	f.Add(`{"status":"away"}`)
	f.Add(`{"status":"available","beat":true}`)
	f.Add(`{"status":"\ud800"}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := serve(t, "alice")
		e := s.Signed("alice", "PUT", me, "")
		e.Body, e.Headers["content-type"] = body, "application/json"
		a := s.Do(e)
		s.spec.Check(e, a)
		if a.Status != 200 && a.Status != 400 && a.Status != 413 {
			t.Errorf("answered %d %s", a.Status, a.Body)
		}
	})
}

func TestF185TheSnapshotIsThereWithoutTheLine(t *testing.T) {
	for _, took := range []bool{false, true} {
		s := serve(t, "alice")
		id := s.DialIn()
		s.Settle()
		s.Answer("alice")
		s.Settle()
		for _, op := range []string{"Queue", "Agents", "Live"} {
			s.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
		}
		for _, e := range []struct{ method, body string }{
			{"GET", ""}, {"PUT", `{"status":"available","beat":true}`}, {"PUT", `{"status":"away"}`},
		} {
			snap := s.snapshot(s.ask("alice", e.method, me, e.body))
			if !snap.Queue.Unknown || snap.Call == nil || snap.Call.ID != id {
				t.Errorf("%s %s: %+v", e.method, e.body, snap)
			}
		}
		s.Store.Heal()
		if snap := s.snapshot(s.ask("alice", "GET", me, "")); snap.Queue.Unknown {
			t.Error("with the index back, the queue is still unknown")
		}
	}
}

func TestF202WhoWasRemovedIsRefusedAtOnce(t *testing.T) {
	s := serve(t, "alice", "bob")
	if err := s.Service.Remove(t.Context(), service.Principal{ID: "alice"}, s.World.Now); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/agents", ""}, {"POST", "/agents/search", `{"text":"bob"}`}, {"GET", me, ""},
		{"PUT", me, `{"status":"available"}`},
		{"PUT", me, `{"status":"available","beat":true}`},
	} {
		s.problem(s.ask("alice", r.method, r.path, r.body), 403, "removed")
	}
	if d := s.list(s.ask("bob", "GET", "/agents", "")); len(d.Agents) != 1 {
		t.Errorf("the directory has %+v", d.Agents)
	}
	if d := s.list(s.ask("bob", "POST", "/agents/search", `{"text":"alice"}`)); len(d.Agents) != 0 {
		t.Errorf("found is %+v", d.Agents)
	}
	if err := s.Service.Restore(t.Context(), service.Principal{ID: "alice"}, s.World.Now); err != nil {
		t.Fatal(err)
	}
	if snap := s.snapshot(s.ask("alice", "GET", me, "")); snap.Agent.Status != agent.Away {
		t.Errorf("after restore the agent is %+v", snap.Agent)
	}
}

// Every agent sees whether the line is open and until when, and nothing else of the settings.
func TestEveryAgentSeesWhetherTheLineIsOpen(t *testing.T) {
	s := serve(t, "alice")
	day := func(from, to string) *settings.Week {
		all := []settings.Span{{From: from, To: to}}
		return &settings.Week{
			Monday: all, Tuesday: all, Wednesday: all, Thursday: all, Friday: all, Saturday: all, Sunday: all,
		}
	}
	now := s.World.Now.UTC()
	clock := func(after time.Duration) string { return now.Add(after).Format("15:04") }
	emergency := settings.Emergency{Closed: true, Message: "Secret"}
	line := settings.Line{}
	for _, test := range []struct {
		set   settings.Values
		open  bool
		until bool
	}{
		{settings.Values{}, true, false},
		{settings.Values{Zone: "UTC", Hours: day(clock(-time.Hour), clock(time.Hour)), Greeting: "Secret"}, true, true},
		{settings.Values{Zone: "UTC", Hours: day(clock(time.Hour), clock(2*time.Hour))}, false, true},
		{settings.Values{Emergency: emergency}, false, false},
	} {
		next := settings.Line{Values: test.set}
		if err := s.lines.SaveLine(t.Context(), line, &next); err != nil {
			t.Fatal(err)
		}
		line = next
		s.World.Now = s.World.Now.Add(30 * time.Second)
		for method, body := range map[string]string{"GET": "", "PUT": `{"status":"away"}`} {
			a := s.ask("alice", method, "/agents/me", body)
			h := s.snapshot(a).Hours
			if h == nil || h.Open != test.open || h.Until.IsZero() == test.until || strings.Contains(a.Body, "Secret") {
				t.Errorf("%+v: %s", test.set, a.Body)
			}
		}
	}
}

// The tab of the messages has their number, which costs one look in half a minute for all pages; a line that takes none
// costs none.
func TestF374EveryPageIsToldHowManyMessagesAreNew(t *testing.T) {
	s := serve(t, "alice", "bob")
	s.counted.n = 3
	told := func(want, asked int) {
		t.Helper()
		for _, name := range []string{"alice", "bob"} {
			snap := s.snapshot(s.ask(name, "PUT", "/agents/me", `{"status":"away","beat":true}`))
			got := -1
			if snap.NewMessages != nil {
				got = *snap.NewMessages
			}
			if got != want {
				t.Errorf("%s is told %d, want %d", name, got, want)
			}
		}
		if s.counted.asked != asked {
			t.Errorf("asked %d times, want %d", s.counted.asked, asked)
		}
	}
	told(-1, 0)
	was := settings.Line{}
	next := settings.Line{Values: settings.Values{Voicemail: settings.Voicemail{Closed: true}}}
	if err := s.lines.SaveLine(t.Context(), was, &next); err != nil {
		t.Fatal(err)
	}
	s.World.Now = s.World.Now.Add(time.Minute)
	told(3, 1)
	s.counted.n = 0
	told(3, 1)
	s.World.Now = s.World.Now.Add(time.Minute)
	told(0, 2)
	s.counted.err = service.ErrUnavailable
	s.World.Now = s.World.Now.Add(time.Minute)
	told(0, 3) // as was last known
}
