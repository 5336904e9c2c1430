package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/teamview"
)

// watch is a supervisor's press about a call, after which their page answers by itself.
func (s suite) watch(id call.ID, action teamview.Action, key string) int {
	s.Site.T.Helper()
	a := s.act(fmt.Sprintf(`{"action":%q,"call":%q,"request":%q}`, action, id, key))
	s.Answer(servicetest.Boss.ID)
	s.Settle()
	return a.Status
}

// joined is a suite in which alice talks to a caller, and erin's page is open.
func joined(t *testing.T) (suite, call.ID) {
	s := serve(t, "alice", "bob")
	s.Choose(servicetest.Boss.ID, agent.Away)
	id, _ := s.Dial()
	s.Settle()
	s.Answer("alice")
	s.Settle()
	return s, id
}

// A supervisor listens, coaches, talks to all, and leaves. The view says what they do, and what they may do next.
func TestF219ASupervisorListensCoachesTalksAndLeaves(t *testing.T) {
	s, id := joined(t)
	for _, step := range []struct {
		press  teamview.Action
		hear   string
		may    []teamview.Action
		shown  call.Mode
		agents int // how many supervisors the view of the call has
	}{
		{"", "", []teamview.Action{"end", "listen", "coach", "barge"}, "", 0},
		{teamview.Listen, "", []teamview.Action{"end", "coach", "barge", "leave"}, call.ModeListen, 1},
		{teamview.Coach, "alice", []teamview.Action{"end", "listen", "barge", "leave"}, call.ModeCoach, 1},
		{teamview.Barge, "alice caller", []teamview.Action{"end", "listen", "coach", "leave"}, call.ModeBarge, 1},
		{teamview.Leave, "", []teamview.Action{"end", "listen", "coach", "barge"}, "", 0},
	} {
		if step.press != "" {
			for range 2 {
				if status := s.watch(id, step.press, "key-"+string(step.press)); status != 202 {
					t.Fatalf("%s: %d", step.press, status)
				}
			}
		}
		c := s.view().Calls.List[0]
		got, n := s.HearBoss(id), len(c.Supervisors)
		if got != step.hear || !slices.Equal(c.Actions, step.may) || n != step.agents {
			t.Errorf("%s: %q hear them, the view is %+v", step.press, got, c)
		}
		if step.agents > 0 && (c.Supervisors[0].Mode != step.shown || c.Supervisors[0].Heard != step.shown) {
			t.Errorf("%s: shown is %+v", step.press, c.Supervisors)
		}
	}
	if n := s.Phones.Count("Dial"); n != 2 {
		t.Errorf("%d dials: one for alice, and one for the supervisor", n)
	}
}

func TestF221WhoMayNotWatch(t *testing.T) {
	s, id := joined(t)
	act := func(who, action string, id call.ID) string {
		a := s.ask(who, "POST", "/team/acts", fmt.Sprintf(`{"action":%q,"call":%q,"request":"k%s"}`, action, id, action))
		s.Settle()
		if a.Status == 202 {
			return ""
		}
		return a.Body
	}
	waiting, _ := s.Dial()
	s.Settle()
	s.Problem(s.act(`{"action":"listen","call":"`+string(waiting)+`","request":"k"}`), 409, "nobody-talks")
	s.Problem(s.act(`{"action":"listen","call":"CA404","request":"k"}`), 409, "call-over")
	s.Problem(s.act(`{"action":"leave","call":"CA404","request":"k"}`), 409, "call-over")
	s.Problem(s.act(`{"action":"listen","request":"k"}`), 400, "malformed")
	s.Problem(s.act(`{"action":"coach","call":"`+string(id)+`","agent":"alice","request":"k"}`), 400, "malformed")
	s.Problem(s.ask("alice", "POST", "/team/acts", `{"action":"listen","call":"`+string(id)+`","request":"k"}`), 403,
		"not-supervisor")
	if body := act("erin", "coach", id); body != "" {
		t.Fatal(body)
	}
	s.Answer("bob")
	s.Settle()
	s.Problem(s.act(`{"action":"listen","call":"`+string(waiting)+`","request":"k2"}`), 409, "target-not-free")
}

// The group is taken away: the next request is refused, and the leg is ended.
func TestF236WhoIsNoSupervisorAnyMoreIsRefusedAndEnded(t *testing.T) {
	s, id := joined(t)
	if status := s.watch(id, teamview.Coach, "k"); status != 202 || s.HearBoss(id) != "alice" {
		t.Fatalf("coach: %d", status)
	}
	e := s.Signed("erin", "GET", "/team", "")
	e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[agent]"
	s.Problem(s.Do(e), 403, "not-supervisor")
	s.Settle()
	if c := s.Call(id); len(c.Watching) > 0 || s.Talks("erin") {
		t.Errorf("erin is still there: %+v", c.Watching)
	}
}

// The view keeps the supervisor in the call, who would have to leave otherwise.
func TestTheViewKeepsASupervisorInTheCall(t *testing.T) {
	s, id := joined(t)
	s.TeamClosed = true
	s.watch(id, teamview.Listen, "k")
	for range 20 {
		s.Pass(9 * time.Second)
		s.view()
	}
	if len(s.Call(id).Watching) != 1 {
		t.Error("erin has left")
	}
}
