package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/team"
	"warmtransfer/shared/teamview"
	"warmtransfer/shared/twilio"
)

// suite is the function and openapi.yaml: every answer is compared with it.
type suite struct {
	httpapitest.Desk
	// ask is a request of an agent; erin and frank are supervisors.
	ask func(name, method, path, body string) httpapitest.Answer
}

func serve(t testing.TB, agents ...agent.ID) suite {
	d := httpapitest.NewDesk(t, agents, func(e httpapi.Edge, w *servicetest.World) http.Handler {
		return handler{
			edge: e, signIn: httpapitest.Supervision,
			team:       &team.Team{Shelf: w.Store, Day: new(team.Day)},
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	})
	return suite{Desk: d, ask: d.Ask}
}

func (s suite) view() (v teamview.View) {
	s.Site.T.Helper()
	a := s.ask("erin", "GET", "/team", "")
	if a.Status != http.StatusOK || json.Unmarshal([]byte(a.Body), &v) != nil {
		s.Site.T.Fatalf("answered %d %s", a.Status, a.Body)
	}
	return v
}

func (s suite) act(body string) httpapitest.Answer {
	s.Site.T.Helper()
	return s.ask("erin", "POST", "/team/acts", body)
}

func TestASupervisorSeesTheTeamAndActs(t *testing.T) {
	s := serve(t, "alice", "bob")
	if v := s.view(); len(v.Agents.List) != 2 || v.Today.Counts == nil || v.Today.Counts.LongestWait != nil {
		t.Fatalf("at rest: %+v", v)
	}
	id, _ := s.Dial()
	s.Settle()
	s.Answer("alice")
	s.Settle()
	s.MustPress("alice", call.DoConsult, "bob")
	s.Settle()
	s.Answer("bob")
	s.Settle()
	v := s.view()
	if len(v.Calls.List) != 1 || v.Calls.List[0].State != call.Consulting || len(v.Calls.List[0].Hear) != 2 ||
		len(v.Calls.List[0].Music) != 1 || v.Calls.List[0].Music[0].ID != teamview.CallerID {
		t.Fatalf("calls %+v", v.Calls)
	}
	if a := v.Agents.List[0]; a.Call != id || a.Presence != agent.IsBusy || a.Missed == nil {
		t.Errorf("alice is %+v", a)
	}
	s.Problem(s.act(`{"action":"end","call":"`+string(id)+`","request":"k"}`), 409, "wrong-state")
	s.MustPress("alice", call.DoComplete, "")
	s.Settle()
	for range 2 {
		if a := s.act(`{"action":"end","call":"` + string(id) + `","request":"k2"}`); a.Status != 202 || a.Body != "{}" {
			t.Errorf("end: %d %s", a.Status, a.Body)
		}
	}
	s.Settle()
	s.Problem(s.act(`{"action":"end","call":"CA0","request":"k"}`), 409, "call-over")
	if v := s.view(); len(v.Calls.List) != 0 || v.Today.Counts.Answered != 1 || len(v.Today.Counts.Transfers) != 1 {
		t.Errorf("after it: %+v", v)
	}
	for _, who := range []agent.ID{"alice", "bob"} {
		if a := s.act(`{"action":"away","agent":"` + string(who) + `","request":"k"}`); a.Status != 202 {
			t.Errorf("away: %d %s", a.Status, a.Body)
		}
	}
	waiting, _ := s.Dial()
	s.Settle()
	offer := `{"action":"offer","call":"` + string(waiting) + `","agent":"bob","request":"k4"}`
	s.Problem(s.act(offer), 409, "target-not-free")
	a, err := s.Store.Agent(t.Context(), "bob")
	if err != nil || !a.Choose(agent.Available, s.World.Now) || s.Store.SaveAgent(t.Context(), a) != nil {
		t.Fatal(err)
	}
	if a := s.act(offer); a.Status != 202 {
		t.Fatalf("offer: %d %s", a.Status, a.Body)
	}
	s.Settle()
	if v := s.view(); !s.Rings("bob") || len(v.Waiting.List) != 1 || len(v.Waiting.List[0].Rung) != 1 {
		t.Errorf("the caller waits like that: %+v", v.Waiting)
	}
	s.Problem(s.act(`{"action":"offer","call":"`+string(waiting)+`","agent":"alice","request":"k5"}`), 409, "taken")
	s.Problem(s.act(`{"action":"away","agent":"nobody","request":"k"}`), 422, "no-target")
	s.Problem(s.act(`{"action":"away","agent":"no body","request":"k"}`), 422, "no-target")
}

func TestF225AStrangerToTheGroupLearnsNothing(t *testing.T) {
	s := serve(t, "alice")
	before, first := s.Store.Counts(), ""
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/team", ""}, {"GET", "/team?since=yesterday", ""},
		{"POST", "/team/acts", `{"action":"end","call":"CA1","request":"k"}`},
		{"POST", "/team/acts", `{"action":"away","agent":"alice","request":"k"}`},
		{"POST", "/team/acts", `{"action":"away","agent":"nobody","request":"k"}`}, {"POST", "/team/acts", `{"mood":"x"}`},
	} {
		a := s.ask("alice", r.method, r.path, r.body)
		s.Problem(a, 403, "not-supervisor")
		if first == "" {
			first = a.Body
		}
		if a.Body != first {
			t.Errorf("%s tells more: %s", r.path, a.Body)
		}
	}
	before["Agent"] += 6 // whether they are in a call as a supervisor: who was one a moment ago is ended
	httpapitest.Untouched(t, s.World, before)
	for _, key := range []string{"GET /team", "POST /team/acts"} {
		method, path, _ := strings.Cut(key, " ")
		e := s.Event(method, path, "application/json", `{}`)
		e.Headers["authorization"] = "Bearer eyJhbGciOiJub25lIn0.e30."
		s.Problem(s.Do(e), 401, "not-signed-in")
	}
	httpapitest.Untouched(t, s.World, before)
	s.Problem(s.Do(s.Signed("erin", "DELETE", "/team", "")), 405, "method")
	if err := s.Service.Remove(t.Context(), service.Principal{ID: "erin"}, s.World.Now); err != nil {
		t.Fatal(err)
	}
	s.Problem(s.ask("erin", "GET", "/team", ""), 403, "removed")
	s.Problem(s.act(`{"action":"away","agent":"alice","request":"k"}`), 403, "removed")
}

// An issuer may name the claim and the group as it likes: the settings say which count, and no other does.
func TestF225TheClaimAndTheGroupAreSettings(t *testing.T) {
	d := httpapitest.NewDesk(t, []agent.ID{"alice"}, func(e httpapi.Edge, w *servicetest.World) http.Handler {
		return handler{
			edge: e, signIn: httpapi.SignIn{Claim: "username", Groups: "https://example.com/roles", Supervisors: "lead"},
			team:       &team.Team{Shelf: w.Store, Day: new(team.Day)},
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	})
	for _, c := range []struct {
		claim, value string
		want         int
	}{
		{"https://example.com/roles", "[agent lead]", 200}, {"https://example.com/roles", "lead", 200},
		{"https://example.com/roles", "[supervisor]", 403}, {"https://example.com/roles", "[leader]", 403},
		{"cognito:groups", "[lead supervisor]", 403}, {"roles", "lead", 403},
	} {
		e := d.Signed("ann", "GET", "/team", "")
		delete(e.RequestContext.Authorizer.JWT.Claims, "cognito:groups")
		e.RequestContext.Authorizer.JWT.Claims[c.claim] = c.value
		if a := d.Do(e); a.Status != c.want {
			t.Errorf("%s: %s is answered %d %s", c.claim, c.value, a.Status, a.Body)
		}
	}
}

func TestF228WhatIsRefused(t *testing.T) {
	s := serve(t, "alice")
	for _, q := range []string{
		"since=yesterday", "since=2020-01-01T00:00:00Z", "since=2099-01-01T00:00:00Z", "a=1", "since=%zz",
	} {
		s.Problem(s.ask("erin", "GET", "/team?"+q, ""), 400, "malformed")
	}
	since := s.World.Now.Add(-3 * time.Hour).Format(time.RFC3339)
	if a := s.ask("erin", "GET", "/team?since="+since, ""); a.Status != 200 || !strings.Contains(a.Body, since) {
		t.Errorf("answered %d %s", a.Status, a.Body)
	}
	for _, body := range []string{
		`{}`, `[]`, `{"action":"dance","agent":"alice","request":"k"}`, `{"action":"away","agent":"alice"}`,
		`{"action":"end","call":"n#alice","request":"k"}`, `{"action":"away","agent":"alice","mood":"x","request":"k"}`,
		`{"action":"away","agent":"alice","request":"` + strings.Repeat("k", 65) + `"}`,
	} {
		s.Problem(s.act(body), 400, "malformed")
	}
}

func TestF226AnActThatIsNotAnsweredIsRepeated(t *testing.T) {
	for _, took := range []bool{false, true} {
		s := serve(t, "alice")
		s.Store.Next("SaveAgent", servicetest.Fault{Err: service.ErrUnavailable, Took: took})
		s.Problem(s.act(`{"action":"away","agent":"alice","request":"k"}`), 503, "unavailable")
		if a := s.act(`{"action":"away","agent":"alice","request":"k"}`); a.Status != 202 {
			t.Errorf("repeated: %d %s", a.Status, a.Body)
		}
	}
}

func TestF227APartThatCannotBeReadIsUnknown(t *testing.T) {
	s := serve(t, "alice")
	for op, is := range map[string]func(teamview.View) bool{
		"Agents": func(v teamview.View) bool { return v.Agents.Unknown },
		"Owned":  func(v teamview.View) bool { return v.Calls.Unknown },
		"Queued": func(v teamview.View) bool { return v.Waiting.Unknown },
		"Places": func(v teamview.View) bool { return v.Today.Counts == nil && v.Agents.List[0].Missed == nil },
	} {
		s.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable})
		if v := s.view(); !is(v) {
			t.Errorf("without %s: %+v", op, v)
		}
		s.Store.Heal()
	}
}

func TestF230MoreThanAPageIsSaid(t *testing.T) {
	s := serve(t)
	for range 130 {
		s.Dial()
	}
	if v := s.view(); len(v.Waiting.List) != 100 || !v.Waiting.More || !v.Today.Partial {
		t.Errorf("%d wait, more %t, %+v", len(v.Waiting.List), v.Waiting.More, v.Today)
	}
}

func TestSampleEvents(t *testing.T) {
	for name, want := range map[string]int{"team": 200, "team-act": 202} {
		e := httpapitest.Sample(t, name)
		s := serve(t, "alice", "bob")
		s.World.Now = time.UnixMilli(e.RequestContext.TimeEpoch)
		a := s.Do(e)
		s.Spec.Check(e, a)
		if a.Status != want {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func FuzzF170Team(f *testing.F) {
	f.Add("2026-01-01T00:00:00Z", `{"action":"away","agent":"alice","request":"k"}`)
	f.Add("", `{"action":"offer","call":"\ud800","agent":"*","request":"k"}`)
	f.Fuzz(func(t *testing.T, since, body string) {
		s := serve(t, "alice", "bob")
		s.Dial()
		s.Settle()
		for _, a := range []httpapitest.Answer{
			s.ask("erin", "GET", "/team?since="+strings.ReplaceAll(since, "%", "%25"), ""), s.act(body + " "),
		} {
			if !slices.Contains([]int{200, 202, 400, 409, 413, 422}, a.Status) {
				t.Errorf("answered %d %s", a.Status, a.Body)
			}
		}
	})
}
