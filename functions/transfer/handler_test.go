package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
)

type suite struct {
	*httpapitest.Site
	world *servicetest.World
	spec  *httpapitest.Spec
}

func serve(t testing.TB, agents ...agent.ID) suite {
	w := servicetest.NewWorld(t, agents...)
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, signIn: httpapitest.SignIn, newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	})
	return suite{Site: s, world: w, spec: httpapitest.NewSpec(t)}
}

// talk is alice in a call with a caller, and bob free.
func talk(t testing.TB) (suite, call.ID) {
	s := serve(t, "alice", "bob")
	id := s.world.DialIn()
	s.world.Answer("alice")
	s.world.Settle()
	return s, id
}

func (s suite) press(name, body string) httpapitest.Answer {
	s.T.Helper()
	e := s.Signed(name, "POST", "/transfer", body)
	a := s.Do(e)
	s.spec.Check(e, a)
	return a
}

func (s suite) accepted(a httpapitest.Answer) (snap agentview.Snapshot) {
	s.T.Helper()
	if a.Status != http.StatusAccepted {
		s.T.Fatalf("answered %d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &snap); err != nil {
		s.T.Fatal(err)
	}
	s.world.Settle()
	return snap
}

func TestTheClassicTransfer(t *testing.T) {
	s, id := talk(t)
	snap := s.accepted(s.press("alice", `{"action":"add","target":"bob","note":"billing","request":"1"}`))
	if snap.Call.State != call.AddRinging || snap.Call.Transfer.Note != "billing" || !s.world.Rings("bob") {
		t.Errorf("call %+v", snap.Call)
	}
	s.world.Answer("bob")
	s.world.Settle()
	s.world.HangUp("alice")
	s.world.Settle()
	if h := s.world.Hears(id); h != "bob" {
		t.Errorf("the caller hears %s", h)
	}
}

// The page knows by the missing hours that such an answer tells nothing of the queue.
func TestF396ACommandTellsNothingOfTheLine(t *testing.T) {
	s, _ := talk(t)
	snap := s.accepted(s.press("alice", `{"action":"hold","request":"1"}`))
	if snap.Hours != nil || snap.NewMessages != nil || !snap.Queue.Unknown || snap.Queue.Unread {
		t.Errorf("hours %v, new messages %v, queue %+v", snap.Hours, snap.NewMessages, snap.Queue)
	}
}

// F396: who is out of the call by their command is told of the queue, or that it could not be read.
func TestF396ACommandWhoseQueueCannotBeRead(t *testing.T) {
	for _, reads := range []bool{true, false} {
		s := serve(t, "alice")
		s.world.DialIn()
		if !reads {
			s.world.Store.Every("Queue", servicetest.Fault{Err: service.ErrUnavailable})
		}
		snap := s.accepted(s.press("alice", `{"action":"decline"}`))
		if snap.Queue.Unknown == reads || snap.Queue.Unread == reads {
			t.Errorf("it can be read: %t, and the page is told %+v", reads, snap.Queue)
		}
	}
}

func TestEveryVerbLeadsToItsState(t *testing.T) {
	s, _ := talk(t)
	for _, step := range []struct {
		body  string
		state call.State
	}{
		{`{"action":"hold"}`, call.Talking},
		{`{"action":"resume"}`, call.Talking},
		{`{"action":"consult","target":"bob"}`, call.ConsultRinging},
		{`{"action":"cancel"}`, call.Talking},
		{`{"action":"consult","target":"*"}`, call.ConsultRinging},
		{"", ""},
		{`{"action":"swap"}`, call.Swapped},
		{`{"action":"swap"}`, call.Consulting},
		{`{"action":"join"}`, call.ThreeWay},
	} {
		if step.body == "" {
			s.world.Answer("bob")
			s.world.Settle()
			continue
		}
		if snap := s.accepted(s.press("alice", step.body)); snap.Call == nil || snap.Call.State != step.state {
			t.Fatalf("%s: %+v, want %s", step.body, snap.Call, step.state)
		}
	}
	if snap := s.accepted(s.press("alice", `{"action":"complete"}`)); snap.Call != nil &&
		snap.Call.State != call.Completing {
		t.Errorf("after complete: %+v", snap.Call)
	}
}

func TestADeclineWithItsReason(t *testing.T) {
	s := serve(t, "alice", "bob")
	s.world.DialIn()
	s.world.Settle()
	s.accepted(s.press("alice", `{"action":"decline","reason":"busy"}`))
	if !s.world.Rings("bob") {
		t.Error("the next agent is not rung")
	}
	s.Problem(s.press("bob", `{"action":"decline","reason":"bored"}`), 400, "malformed")
}

func TestF052OnePressHasOneEffect(t *testing.T) {
	s, id := talk(t)
	const body = `{"action":"consult","target":"bob","request":"press-1"}`
	first := s.accepted(s.press("alice", body))
	again := s.accepted(s.press("alice", body))
	if first.Call.Transfer.To != again.Call.Transfer.To || s.world.Phones.Count("Dial") != 2 {
		t.Errorf("%d dials", s.world.Phones.Count("Dial"))
	}
	s.accepted(s.press("alice", `{"action":"cancel","request":"press-2"}`))
	s.accepted(s.press("alice", body)) // the late repetition does not ring anybody again
	if s.world.Rings("bob") || s.world.Call(id).State != call.Talking {
		t.Errorf("%s", s.world.Call(id).State)
	}
	s.accepted(s.press("alice", `{"action":"end","request":"press-3"}`))
	s.accepted(s.press("alice", `{"action":"end","request":"press-3"}`))
}

func TestRefusalsSayWhyAndChangeNothing(t *testing.T) {
	s, id := talk(t)
	version := s.world.Call(id).Version
	s.world.Choose("carol", agent.Away)
	for _, tt := range []struct {
		who, body string
		status    int
		slug      string
	}{
		{"alice", `{"action":"complete"}`, 409, "wrong-state"},
		{"alice", `{"action":"swap"}`, 409, "wrong-state"},
		{"alice", `{"action":"resume"}`, 409, "wrong-state"},
		{"alice", `{"action":"decline"}`, 409, "wrong-state"},
		{"bob", `{"action":"end"}`, 409, "no-call"},
		{"nobody", `{"action":"end"}`, 409, "no-call"},
		{"alice", `{"action":"consult"}`, 400, "target-needed"},
		{"alice", `{"action":"end","target":"bob"}`, 400, "target-needed"},
		{"alice", `{"action":"consult","target":"alice"}`, 422, "target-in-call"}, // F086
		{"alice", `{"action":"consult","target":"erin"}`, 422, "no-target"},
		{"alice", `{"action":"consult","target":"carol"}`, 409, "target-not-free"},
		{"alice", `{"action":"end","reason":"busy"}`, 400, "malformed"},
	} {
		p := s.Problem(s.press(tt.who, tt.body), tt.status, tt.slug)
		if tt.slug == "wrong-state" && tt.body != `{"action":"decline"}` && p["state"] != "talking" {
			t.Errorf("%s: the state is told as %v", tt.body, p["state"])
		}
	}
	p := s.Problem(s.press("alice", `{"action":"consult","target":"+15005550001"}`), 422, "target-not-allowed")
	if p["reason"] != "country" {
		t.Errorf("the page does not learn why: %v", p)
	}
	s.accepted(s.press("alice", `{"action":"consult","target":"bob"}`))
	s.world.Answer("bob")
	s.world.Settle()
	s.Problem(s.press("bob", `{"action":"complete"}`), 409, "not-yours")
	if got := s.world.Call(id).Version; version == got {
		t.Error("the one accepted command has changed nothing")
	}
}

func TestF079CompleteBeforeTheTargetAnswersIsRefusedWithTheState(t *testing.T) {
	s, id := talk(t)
	s.accepted(s.press("alice", `{"action":"consult","target":"bob"}`))
	p := s.Problem(s.press("alice", `{"action":"complete"}`), 409, "wrong-state")
	if p["state"] != string(call.ConsultRinging) {
		t.Errorf("the state is told as %v", p["state"])
	}
	if !s.world.Rings("bob") || s.world.Hears(id) != "music" {
		t.Errorf("bob rings: %t, the caller hears %s", s.world.Rings("bob"), s.world.Hears(id))
	}
	s.world.Answer("bob")
	s.world.Settle()
	s.accepted(s.press("alice", `{"action":"complete"}`)) // now it is allowed
	if h := s.world.Hears(id); h != "bob" {
		t.Errorf("the caller hears %s", h)
	}
}

func TestF154MalformedRequestsAreRefusedBeforeAnythingIsAsked(t *testing.T) {
	s, _ := talk(t)
	before := s.world.Store.Counts()
	dials := s.world.Phones.Count("Dial")
	for _, body := range []string{
		`{"action":"explode"}`, `{"action":""}`, `{}`, `null`, `[]`, `7`, `{"action":["end"]}`,
		`{"action":"end","coaching":true}`,
		`{"action":"end","callSidToCoach":"CA1"}`, `{"action":"end","identity":"bob"}`,
		`{"action":"end"}{"action":"end"}`,
		`{"action":"consult","target":"bob","note":"` + strings.Repeat("n", 201) + `"}`,
		`{"action":"end","request":"` + strings.Repeat("r", 65) + `"}`, `{"action":"end"`, "not json",
	} {
		s.Problem(s.press("alice", body), 400, "malformed")
	}
	for _, action := range []string{"end", "requeue", "complete"} {
		long := s.press("alice", `{"action":"`+action+`","note":"`+strings.Repeat("ü", 201)+`"}`)
		if p := s.Problem(long, 400, "malformed"); p["detail"] != "The note is too long." {
			t.Errorf("%s: %v", action, p)
		}
	}
	s.Problem(s.press("alice", `{"action":"end","note":"`+strings.Repeat("n", 20<<10)+`"}`), 413, "too-large")
	if after := s.world.Store.Counts(); after["Call"] != before["Call"] ||
		after["Agent"] != before["Agent"] {
		t.Errorf("the store was asked %v, before %v", after, before)
	}
	if s.world.Phones.Count("Dial") != dials {
		t.Error("somebody was rung")
	}
}

func TestANoteMayHaveTwoHundredCharactersOfAnyKind(t *testing.T) {
	s, id := talk(t)
	note := strings.Repeat("ü", 195) + `<b>"&`
	raw, _ := json.Marshal(note)
	s.accepted(s.press("alice", `{"action":"add","target":"bob","note":`+string(raw)+`}`))
	if got := s.world.Call(id).Transfer.Note; got != note {
		t.Errorf("the note became %q", got)
	}
}

func TestF086F155F157TargetsThatAreNoAgent(t *testing.T) {
	for _, target := range []string{
		"sip:evil@x", "client:bob", "+1 (555) 0100;ext=1", "*72", "**", "\x00", "bo\u202eb",
		strings.Repeat("9", 10<<10), "112", "911",
		"+112", "+19005550100", "../bob", "bob?x=y", " bob", "bob\n", "+15005550006", "+15550100",
	} {
		s, id := talk(t)
		raw, _ := json.Marshal(map[string]string{"action": "consult", "target": target})
		e := s.Signed("alice", "POST", "/transfer", string(raw))
		a := s.Do(e)
		s.spec.Check(e, a)
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.30q: answered %d %s", target, a.Status, a.Body)
		}
		if len(target) > 3 && strings.Contains(a.Body, target) {
			t.Errorf("%.30q is repeated in %s", target, a.Body)
		}
		if c := s.world.Call(id); c.State != call.Talking || c.Transfer != nil {
			t.Errorf("%.30q: the call is %s", target, c.State)
		}
		if n := s.world.Phones.Count("Dial"); n != 1 {
			t.Errorf("%.30q: %d dials", target, n)
		}
	}
}

func TestF085TheTargetOfTwoIsRungForOne(t *testing.T) {
	s := serve(t, "alice", "carol", "bob")
	s.world.DialIn()
	s.world.Answer("alice")
	s.world.Settle()
	s.world.DialIn()
	s.world.Answer("carol")
	s.world.Settle()
	s.accepted(s.press("alice", `{"action":"consult","target":"bob"}`))
	s.Problem(s.press("carol", `{"action":"consult","target":"bob"}`), 409, "target-not-free")
	s.Problem(s.press("carol", `{"action":"consult","target":"*"}`), 409, "nobody-free")
}

// F186: a hold without an answer may still take effect, so the consult waits for it; after a while the consult fails.
func TestF056F186AHoldWithoutAnAnswerIsWaitedForAndThenGivenUp(t *testing.T) {
	s, id := talk(t)
	s.world.Phones.Every("Hold", servicetest.Fault{Err: service.ErrUnknown})
	snap := s.accepted(s.press("alice", `{"action":"consult","target":"bob"}`))
	tr := snap.Call.Transfer
	if snap.Call.State != call.ConsultRinging || tr.Progress != "ringing" || !snap.Call.Overdue {
		t.Errorf("at once: %s, %+v", snap.Call.State, tr)
	}
	s.world.Pass(16 * time.Second)
	if c := s.world.Call(id); c.State != call.Talking || c.Transfer.Outcome != "failed:slow" {
		t.Errorf("in the end: %s, %s", c.State, c.Transfer.Outcome)
	}
	s.world.Phones.Heal()
	s.world.Pass(30 * time.Second)
	if h := s.world.Hears(id); h == "silence" || h == "gone" {
		t.Errorf("the caller hears %s", h)
	}
}

func TestF056F062TheNetworkFails(t *testing.T) {
	for _, tt := range []struct {
		op      string
		fault   servicetest.Fault
		outcome call.Outcome
	}{
		{"Hold", servicetest.Fault{Err: &service.RefusedError{Code: 20001, Status: 400}}, "failed:20001"},
		{"Hold", servicetest.Fault{Err: service.ErrThrottled}, "failed"},
		{"Dial", servicetest.Fault{Err: &service.RefusedError{Code: 13224, Status: 400}}, "failed:13224"},
	} {
		s, id := talk(t)
		s.world.Phones.Every(tt.op, tt.fault)
		snap := s.accepted(s.press("alice", `{"action":"consult","target":"bob"}`))
		if tr := snap.Call.Transfer; snap.Call.State != call.Talking || tr.Outcome != tt.outcome {
			t.Errorf("%s %v: %s, %+v", tt.op, tt.fault.Err, snap.Call.State, tr)
		}
		s.world.Phones.Heal()
		s.world.Pass(30 * time.Second)
		if h := s.world.Hears(id); h == "silence" || h == "gone" {
			t.Errorf("%s %v: the caller hears %s", tt.op, tt.fault.Err, h)
		}
	}
}

func TestF056WhatTheNetworkHasNotDoneYetIsAcceptedAndToldAsOverdue(t *testing.T) {
	for _, err := range []error{&service.RefusedError{Code: 20001, Status: 400}, service.ErrThrottled,
		service.ErrUnknown} {
		s, id := talk(t)
		s.world.Phones.Every("Hold", servicetest.Fault{Err: err})
		snap := s.accepted(s.press("alice", `{"action":"hold"}`))
		if !snap.Call.Overdue || len(snap.Call.Held) != 0 || s.world.Hears(id) != "alice" {
			t.Errorf("%v: %+v, the caller hears %s", err, snap.Call, s.world.Hears(id))
		}
		s.world.Phones.Heal()
		s.world.Pass(6 * time.Second)
		if shown := s.world.Me("alice").Call; shown.Overdue || len(shown.Held) != 1 || s.world.Hears(id) != "music" {
			t.Errorf("%v, and then: %+v, the caller hears %s", err, shown, s.world.Hears(id))
		}
	}
}

func TestF052ARepeatedRequestIsNotAboutTheNextCall(t *testing.T) {
	s, _ := talk(t)
	s.world.Choose("bob", agent.Away)
	const end = `{"action":"end","request":"end-1"}`
	s.accepted(s.press("alice", end))
	s.world.Pass(5 * time.Second)
	next := s.world.DialIn()
	s.world.Settle()
	s.world.Answer("alice")
	s.world.Settle()
	if snap := s.accepted(s.press("alice", end)); snap.Call == nil || snap.Call.ID != next ||
		s.world.Hears(next) != "alice" {
		t.Errorf("%+v, the next caller hears %s", snap.Call, s.world.Hears(next))
	}
}

func TestStoreDown(t *testing.T) {
	for _, op := range []string{"Agent", "Call", "SaveCall", "SaveAgent"} {
		for _, took := range []bool{false, true} {
			s, id := talk(t)
			const body = `{"action":"consult","target":"bob","request":"1"}`
			s.world.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Problem(s.press("alice", body), 503, "unavailable")
			s.world.Store.Heal()
			s.world.Pass(30 * time.Second)
			if h := s.world.Hears(id); h == "silence" || h == "gone" {
				t.Errorf("%s, took %t: the caller hears %s", op, took, h)
			}
		}
	}
}

func TestF160F161OnlyJSONWithATokenByPOST(t *testing.T) {
	s, _ := talk(t)
	for kind, status := range map[string]int{"text/plain": 415, "application/x-www-form-urlencoded": 415,
		"multipart/form-data": 415, "": 415} {
		e := s.Signed("alice", "POST", "/transfer", "")
		raw := s.Event("POST", "/transfer", kind, `{"action":"end"}`)
		e.Body, e.IsBase64Encoded = raw.Body, raw.IsBase64Encoded
		if kind != "" {
			e.Headers["content-type"] = kind
		}
		e.Headers["origin"] = "https://evil.example"
		s.Problem(s.Do(e), status, "not-json")
	}
	e := s.Event("POST", "/transfer", "application/json", `{"action":"end"}`)
	e.Headers["origin"] = "null"
	s.Problem(s.Do(e), 401, "not-signed-in")
	for _, method := range []string{"GET", "PUT", "DELETE", "OPTIONS"} {
		s.Problem(s.Do(s.Signed("alice", method, "/transfer", "")), 405, "method")
	}
}

func TestSampleEvent(t *testing.T) {
	s := serve(t)
	e := httpapitest.Sample(t, "transfer")
	if err := s.spec.Takes(e); err != nil {
		t.Error(err)
	}
	a := s.Do(e)
	s.spec.Check(e, a)
	s.Problem(a, 409, "no-call")
}

// The function refuses exactly what openapi.yaml refuses, except for a target that is well formed and
// does not exist, and for names in another case.
func FuzzF170Commands(f *testing.F) {
	f.Add(`{"action":"end"}`)
	f.Add(`{"action":"consult","target":"bob","note":"x","request":"1"}`)
	f.Add(`{"action":"decline","reason":"busy"}`)
	f.Add(`{"action":"add","target":"+15005550006"}`)
	f.Fuzz(func(t *testing.T, body string) {
		s, _ := talk(t)
		e := s.Signed("alice", "POST", "/transfer", "")
		e.Body, e.Headers["content-type"] = body, "application/json"
		a := s.Do(e)
		s.spec.Check(e, a)
		if a.Status >= 500 {
			t.Errorf("answered %d %s", a.Status, a.Body)
		}
		if a.Status == http.StatusAccepted && s.spec.Takes(e) != nil && !strings.ContainsAny(body, "ACTION") {
			t.Errorf("accepted %q, which openapi.yaml does not take: %v", body, s.spec.Takes(e))
		}
	})
}
