package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

const (
	id  = call.ID("CA11111111111111111111111111111111")
	rec = "RE0123456789abcdef0123456789abcdef"
)

var night = time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)

type suite struct {
	*httpapitest.Site
	spec   *httpapitest.Spec
	box    *voicemailtest.Box
	twilio *voicemailtest.Twilio
}

// serve is the function with one message.
func serve(t testing.TB) suite {
	desk, box, twilio := voicemailtest.Desk(30 * 24 * time.Hour)
	box.Messages[rec] = voicemail.Message{
		ID: rec, Version: 1, Call: id, From: "+15550199", At: night, Seconds: 20, Why: call.ReasonClosed,
		State: voicemail.New, Due: night.Add(desk.Keep),
	}
	twilio.Made[id] = []voicemail.Recording{{ID: rec, Seconds: 20, Over: true}}
	return suite{httpapitest.New(t, func() time.Time { return night }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, signIn: httpapitest.Supervision, box: desk,
		}.routes()
	}), httpapitest.NewSpec(t), box, twilio}
}

func (s suite) ask(name, method, path, body string) httpapitest.Answer {
	s.T.Helper()
	e := s.Signed(name, method, path, body)
	a := s.Do(e)
	s.spec.Check(e, a)
	return a
}

func TestF270AnAgentSeesTheMessages(t *testing.T) {
	s := serve(t)
	a := s.ask("alice", "GET", "/messages", "")
	var page struct {
		Messages []view
		Days     int
	}
	if err := json.Unmarshal([]byte(a.Body), &page); err != nil || len(page.Messages) != 1 || page.Days != 30 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if m := page.Messages[0]; m.ID != rec || m.Caller != "+15550199" || m.Seconds != 20 || m.State != "new" ||
		m.Why != "closed" || m.By != nil {
		t.Errorf("the message is %+v", m)
	}
	s.box.FailNext["VoiceMessages"] = 1
	s.Problem(s.ask("alice", "GET", "/messages", ""), 503, "unavailable")
	s.Problem(s.ask("alice", "POST", "/messages/RE9", `{"action":"take"}`), 404, "no-message")
	s.box.Agents["alice"] = &agent.Agent{ID: "alice", Removed: night}
	for _, r := range [][3]string{
		{"GET", "/messages", ""}, {"POST", "/messages/" + rec, `{"action":"take"}`},
		{"GET", "/messages/" + rec + "/sound", ""},
	} {
		s.Problem(s.ask("alice", r[0], r[1], r[2]), 403, "removed")
	}
}

func TestF277ASecondAgentIsToldWhoHasTheMessage(t *testing.T) {
	s := serve(t)
	for range 2 {
		if a := s.ask("alice", "POST", "/messages/"+rec, `{"action":"take"}`); a.Status != 200 ||
			!strings.Contains(a.Body, `"by":{"id":"alice","name":"Agent alice"}`) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	p := s.Problem(s.ask("bob", "POST", "/messages/"+rec, `{"action":"take"}`), 409, "message-taken")
	if p["detail"] != "Agent alice" || p["reason"] != "taken" {
		t.Errorf("%v", p)
	}
}

func TestThePartsOfASound(t *testing.T) {
	s := serve(t)
	for part, want := range map[string]struct {
		status int
		sound  string
	}{
		"": {200, "RIFF" + rec}, "bytes=0-3": {206, "RIFF"}, "bytes=4-5": {206, "RE"}, "bytes=4-": {206, rec},
		"bytes=900-": {416, ""}, "bytes=0-1,3-4": {206, "RI"}, // the adapter splits the header at its comma
	} {
		e := s.Signed("alice", "GET", "/messages/"+rec+"/sound", "")
		if part != "" {
			e.Headers["range"] = part
		}
		a := s.Do(e)
		sound, err := base64.StdEncoding.DecodeString(a.Body)
		if a.Status != want.status || want.sound != "" && (err != nil || string(sound) != want.sound) ||
			a.Header["Cache-Control"] != "no-store" && want.sound != "" {
			t.Errorf("%q: %d %q %v", part, a.Status, a.Body, a.Header)
		}
	}
	s.twilio.Err = service.ErrSlow
	s.Problem(s.ask("alice", "GET", "/messages/"+rec+"/sound", ""), 503, "unavailable")
	s.twilio.Err = &service.RefusedError{Status: 401, Code: 20003}
	s.Problem(s.ask("alice", "GET", "/messages/"+rec+"/sound", ""), 503, "unavailable")
	if strings.Contains(s.Log.String(), "5550199") || strings.Contains(s.Log.String(), rec) {
		t.Errorf("the log tells whose message it is: %s", s.Log)
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	s := serve(t)
	for _, body := range []string{`{}`, `{"action":"eat"}`, `{"action":"take","x":1}`} {
		if a := s.Do(s.Signed("alice", "POST", "/messages/"+rec, body)); a.Status != 400 {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
}
