package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

const message = "RE0123456789abcdef0123456789abcdef"

type backSuite struct {
	suite
	box *voicemailtest.Box
}

// serveBack is the function where alice may call back; a caller has left a message.
func serveBack(t testing.TB, on bool) backSuite {
	w := servicetest.NewWorld(t, "alice", "bob")
	desk, box, _ := voicemailtest.Desk(30 * 24 * time.Hour)
	box.Messages[message] = voicemail.Message{
		ID: message, Version: 1, Call: "CA1", From: servicetest.Outside, At: w.Now, State: voicemail.New,
		Due: w.Now.Add(desk.Keep),
	}
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, signIn: httpapitest.SignIn, newService: func(twilio.Base) *service.Service { return w.Service },
			callBack: on, box: desk, archive: &archive.Archive{Shelf: w.Store},
		}.routes()
	})
	return backSuite{suite{Site: s, world: w, spec: httpapitest.NewSpec(t)}, box}
}

func (s backSuite) back(body string) httpapitest.Answer {
	s.T.Helper()
	return s.backBy("alice", body)
}

func (s backSuite) backBy(name, body string) httpapitest.Answer {
	s.T.Helper()
	e := s.Signed(name, "POST", "/transfer/call-back", body)
	a := s.Do(e)
	s.spec.Check(e, a)
	s.world.Settle()
	return a
}

func (s backSuite) refused(body string, status int, slug, reason string) {
	s.T.Helper()
	a := s.back(body)
	var p struct{ Type, Reason string }
	_ = json.Unmarshal([]byte(a.Body), &p)
	if a.Status != status || p.Type != "/problems/"+slug || p.Reason != reason {
		s.T.Errorf("%s: %d %s, want %s %s", body, a.Status, a.Body, slug, reason)
	}
	if s.world.Rings("alice") {
		s.T.Errorf("%s: alice is rung", body)
	}
}

func TestF257WhatMayNotBeCalledIsRefusedBeforeAnythingRings(t *testing.T) {
	s := serveBack(t, true)
	s.refused(`{"request":"1"}`, 400, "malformed", "")
	s.refused(`{"number":"+15005550009","message":"`+message+`","request":"1"}`, 400, "malformed", "")
	s.refused(`{"number":"+4479","request":"1"}`, 422, "target-not-allowed", "country")
	s.refused(`{"message":"RE1","request":"1"}`, 404, "no-message", "")
	s.refused(`{"call":"CAunknown","request":"1"}`, 404, "no-record", "")
	private := s.box.Messages[message]
	private.From = ""
	s.box.Messages[message] = private
	s.refused(`{"message":"`+message+`","request":"1"}`, 422, "number-withheld", "")
	if m := s.box.Messages[message]; m.State != voicemail.New {
		t.Errorf("after the refusal the message is %s", m.State)
	}
	taken := private
	taken.State, taken.By, taken.ByName, taken.From = voicemail.Taken, "bob", "Bob", servicetest.Outside
	s.box.Messages[message] = taken
	s.refused(`{"message":"`+message+`","request":"1"}`, 409, "message-taken", "taken")
	serveBack(t, false).refused(`{"number":"+15005550009","request":"1"}`, 422, "call-back-off", "")
}

func TestF252AMessageIsCalledBackAndTaken(t *testing.T) {
	s := serveBack(t, true)
	a := s.back(`{"message":"` + message + `","request":"k1"}`)
	var snap agentview.Snapshot
	if err := json.Unmarshal([]byte(a.Body), &snap); err != nil || a.Status != http.StatusAccepted {
		t.Fatalf("%d %s, %v", a.Status, a.Body, err)
	}
	if snap.Call == nil || snap.Call.State != call.AgentFirst || snap.Call.Caller.Called != call.LegPlanned {
		t.Errorf("call %+v", snap.Call)
	}
	if told := s.world.Told("alice"); told.Asked != "k1" {
		t.Errorf("alice's browser is told %+v", told)
	}
	if m := s.box.Messages[message]; m.State != voicemail.Taken || m.By != "alice" {
		t.Errorf("the message is %+v", m)
	}
	s.world.Reject("alice", call.OutcomeNoAnswer) // not reached: it stays open
	s.world.Settle()
	// A call of the list of recent calls is called by its name, also while no record is kept.
	missed := s.world.Me("alice").Agent.Recent[0]
	if a := s.back(`{"call":"` + string(missed.Call) + `","request":"k2"}`); a.Status != http.StatusAccepted {
		t.Errorf("the missed call: %d %s", a.Status, a.Body)
	}
}

// If nothing rings the message is as it was; if it is not known whether something rings, it stays with who calls.
func TestF252AMessageThatWasTakenForACallIsAsItWas(t *testing.T) {
	done := func(m *voicemail.Message) { m.State, m.By, m.ByName = voicemail.Done, "bob", "Bob" }
	for name, test := range map[string]struct {
		was   func(m *voicemail.Message)
		fault *servicetest.Fault
		want  voicemail.State
	}{
		"new, refused":         {nil, nil, voicemail.New},
		"done by bob, refused": {done, nil, voicemail.Done},
		"new, perhaps stored":  {nil, &servicetest.Fault{Err: service.ErrUnavailable, Took: true}, voicemail.Taken},
		"done, perhaps stored": {done, &servicetest.Fault{Err: service.ErrUnavailable}, voicemail.Taken},
	} {
		s := serveBack(t, true)
		m := s.box.Messages[message]
		if test.was != nil {
			test.was(&m)
		}
		if test.fault == nil {
			m.From = "+4479" // may not be dialled
		} else {
			s.world.Store.Next("SaveCall", *test.fault)
		}
		s.box.Messages[message] = m
		if a := s.back(`{"message":"` + message + `","request":"1"}`); a.Status < 400 {
			t.Fatalf("%s: %d", name, a.Status)
		}
		now := s.box.Messages[message]
		if now.State != test.want || test.fault == nil && now.By != m.By || test.fault != nil && now.By != "alice" {
			t.Errorf("%s: the message is %+v", name, now)
		}
	}
}

// A caller gives up while nobody is rung: it is nobody's call, so that everybody may call it back. One that somebody
// has answered is theirs; whoever else has the number of it, as a supervisor has, names it.
func TestF370WhoMayCallBackWhichCall(t *testing.T) {
	s := serveBack(t, true)
	over := func(n int, agents ...agent.ID) string {
		t.Helper()
		c := servicetest.EndedCall(n, s.world.Now, servicetest.Outside, agents...)
		if err := s.world.Store.SaveCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		return string(c.ID)
	}
	missed, answered := over(901), over(902, "alice")
	for i, test := range []struct {
		who, body string
		status    int
	}{
		{"alice", `"call":"` + missed + `"`, 202},
		{"bob", `"call":"` + missed + `"`, 202},
		{"bob", `"call":"` + answered + `"`, 404},
		{"bob", `"call":"` + answered + `","number":"+15005550001"`, 404},
		{"bob", `"call":"` + answered + `","message":"` + message + `"`, 400},
		{"bob", `"call":"` + answered + `","number":"` + servicetest.Outside + `"`, 202},
		{"alice", `"call":"` + answered + `"`, 202},
	} {
		who := agent.ID(test.who)
		a := s.backBy(test.who, fmt.Sprintf(`{%s,"request":"k%d"}`, test.body, i))
		if a.Status != test.status {
			t.Errorf("%s, %s: %d %s", test.who, test.body, a.Status, a.Body)
		}
		if a.Status == 202 {
			if c := s.world.Me(who).Call; c == nil || c.Caller.Number != servicetest.Outside {
				t.Errorf("%s, %s: %+v", test.who, test.body, c)
			}
			s.world.Reject(who, call.OutcomeNoAnswer)
			s.world.Settle()
			s.world.Choose(who, agent.Available)
		}
	}
	waits := s.world.DialIn()
	s.world.Settle()
	for _, more := range []string{"", `,"number":"` + s.world.Call(waits).From + `"`} {
		if a := s.backBy("bob", `{"call":"`+string(waits)+`"`+more+`,"request":"w"}`); a.Status != 404 {
			t.Errorf("who waits is called back: %d %s", a.Status, a.Body)
		}
	}
}
