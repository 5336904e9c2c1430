package twiliosim

import (
	"fmt"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/legs"
)

func TestConferenceEventParameters(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.must(b.Hangup(alice))
	b.must(b.Hangup(caller))
	got := b.got("/events")
	want := []map[string]string{
		{"StatusCallbackEvent": "participant-join", "CallSid": caller, "ParticipantLabel": "caller", "Hold": "false",
			"Muted":    "false",
			"Coaching": "false", "StartConferenceOnEnter": "false", "EndConferenceOnExit": "true"},
		{"StatusCallbackEvent": "participant-join", "CallSid": alice, "ParticipantLabel": "alice"},
		{"StatusCallbackEvent": "conference-start", "CallSid": ""},
		{"StatusCallbackEvent": "participant-leave", "CallSid": alice, "ReasonParticipantLeft": "participant_hung_up",
			"ParticipantCallStatus": "completed"},
		{"StatusCallbackEvent": "participant-leave", "CallSid": caller, "ReasonParticipantLeft": "participant_hung_up"},
		{"StatusCallbackEvent": "conference-end",
			"ReasonConferenceEnded":   "participant-with-end-conference-on-exit-left",
			"CallSidEndingConference": caller, "ParticipantLabelEndingConference": "caller"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i, w := range want {
		w["FriendlyName"], w["AccountSid"], w["SequenceNumber"] = "room", testAccount, fmt.Sprint(i+1)
		w["ConferenceSid"] = b.sidOf("room")
		for name, value := range w {
			if got[i].form.Get(name) != value {
				t.Errorf("event %d: %s = %q, want %q", i+1, name, got[i].form.Get(name), value)
			}
		}
		if _, err := time.Parse(time.RFC1123Z, got[i].form.Get("Timestamp")); err != nil {
			t.Errorf("event %d: %v", i+1, err)
		}
	}
}

func TestHowRoomsEnd(t *testing.T) {
	kick := func(b *harness, who string) { b.must(b.api.DeleteParticipant(b.sidOf("room"), who, nil)) }
	for name, c := range map[string]struct {
		do     func(b *harness, caller, alice string)
		reason string
		left   string // of the other one
	}{
		"the caller hangs up": {func(b *harness, caller, _ string) { b.must(b.Hangup(caller)) },
			conference.EndedByExit, legs.LeftModerator},
		"the caller is lost": {func(b *harness, caller, _ string) { b.must(b.Lose(caller)) }, conference.EndedByExit,
			legs.LeftModerator},
		"the caller is kicked": {func(b *harness, _, _ string) { kick(b, "caller") }, conference.EndedByKickedExit,
			legs.LeftModerator},
		"the caller's call is ended by the API": {func(b *harness, caller, _ string) {
			p := &api.UpdateCallParams{}
			_, err := b.api.UpdateCall(caller, p.SetStatus("completed"))
			b.must(err)
		}, conference.EndedByKickedExit, legs.LeftModerator},
		"by the API": {func(b *harness, _, _ string) {
			p := &api.UpdateConferenceParams{}
			_, err := b.api.UpdateConference(b.sidOf("room"), p.SetStatus("completed"))
			b.must(err)
		}, conference.EndedByAPI, legs.LeftEnded},
		"the last one leaves": {func(b *harness, caller, alice string) {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(false) })
			b.must(b.Hangup(caller))
			b.room("room", "in-progress", "alice")
			b.must(b.Hangup(alice))
		}, conference.EndedLastLeft, legs.LeftHungUp},
		"the last one is kicked": {func(b *harness, caller, _ string) {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(false) })
			b.must(b.Hangup(caller))
			kick(b, "alice")
		}, conference.EndedLastKicked, legs.LeftByAPI},
	} {
		t.Run(name, func(t *testing.T) {
			b := classic(t)
			caller := b.dial()
			alice := b.agent("alice", "/alice")
			room := b.sidOf("room")
			c.do(b, caller, alice)
			r, err := b.api.FetchConference(room, nil)
			if err != nil {
				t.Fatal(err)
			}
			if *r.Status != "completed" || *r.ReasonConferenceEnded != c.reason {
				t.Errorf("the room is %s because %s, want %s", *r.Status, *r.ReasonConferenceEnded, c.reason)
			}
			if list, err := b.api.ListParticipant(room, nil); err != nil || len(list) != 0 {
				t.Errorf("the ended room lists %v, %v; want nobody", list, err)
			}
			if _, err := b.api.FetchParticipant(room, alice, nil); code(err) != 20404 {
				t.Errorf("fetching a participant of an ended room: %v, want 20404", err)
			}
			if _, err := b.api.UpdateParticipant(room, "alice", &api.UpdateParticipantParams{}); code(err) != 20404 {
				t.Errorf("updating a participant of an ended room: %v, want 20404", err)
			}
			left := ""
			for _, s := range b.got("/events") {
				if s.form.Get("StatusCallbackEvent") == "participant-leave" && s.form.Get("CallSid") == alice {
					left = s.form.Get("ReasonParticipantLeft")
				}
			}
			if left != c.left {
				t.Errorf("alice left because %q, want %q", left, c.left)
			}
		})
	}
}

func TestTheActionFollowsWhenTheRoomEndsUnderTheCaller(t *testing.T) {
	for name, end := range map[string]func(b *harness, alice string){
		"by the API": func(b *harness, _ string) {
			p := &api.UpdateConferenceParams{}
			_, err := b.api.UpdateConference(b.sidOf("room"), p.SetStatus("completed"))
			b.must(err)
		},
		"by another leg": func(b *harness, alice string) {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(true) })
			b.must(b.Hangup(alice))
		},
		"by being kicked": func(b *harness,
			_ string) {
			b.must(b.api.DeleteParticipant(b.sidOf("room"), "caller", nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := classic(t)
			caller := b.dial()
			alice := b.agent("alice", "/alice")
			end(b, alice)
			b.status(caller, "in-progress")
			b.hears(caller, "speech:Goodbye.")
			got := b.got("/after")
			if len(got) != 1 || got[0].form.Get("DialCallStatus") != "answered" || got[0].form.Has("DialCallSid") {
				t.Errorf("the action got %+v, want DialCallStatus=answered alone", got)
			}
			b.pass(10 * time.Second)
			b.status(caller, "completed")
		})
	}
}

func TestTheActionIsToldWhenTheCallerHangsUp(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.must(b.Hangup(caller))
	got := b.got("/after")
	if len(got) != 1 || got[0].form.Get("CallStatus") != "completed" ||
		got[0].form.Get("DialCallStatus") != "answered" {
		t.Errorf("the action got %+v, want CallStatus=completed", got)
	}
}

func TestANewRoomUnderAnOldName(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.agent("alice", "/alice")
	first := b.sidOf("room")
	b.must(b.Hangup(caller))
	second := b.dial()
	if b.sidOf("room") == first {
		t.Fatal("the second caller came into the ended room")
	}
	b.room("room", "init", "caller")
	b.hears(second, "speech:Please wait.")
	got := b.got("/events")
	if last := got[len(got)-1]; last.form.Get("SequenceNumber") != "1" || last.form.Get("ConferenceSid") == first {
		t.Errorf("the new room's first event is %v", last.form)
	}
	p := &api.ListConferenceParams{}
	for status, want := range map[string]int{"init": 1, "completed": 1, "in-progress": 0} {
		list, err := b.api.ListConference(p.SetFriendlyName("room").SetStatus(status))
		if err != nil || len(list) != want {
			t.Errorf("%d rooms %s (%v), want %d", len(list), status, err, want)
		}
	}
}

func TestDialTimeLimit(t *testing.T) { // F011
	b := newHarness(t)
	b.doc("/voice",
		`<Dial timeLimit="60" action="/after"><Conference waitUrl="" endConferenceOnExit="true">room</Conference></Dial>`)
	b.doc("/after", `<Say>Too long.</Say>`)
	caller := b.dial()
	b.pass(59 * time.Second)
	b.hears(caller, "silence")
	b.pass(time.Second)
	b.hears(caller, "speech:Too long.")
	b.room("room", "completed")
}

func TestHangupOnStar(t *testing.T) {
	b := newHarness(t)
	b.doc("/voice", `<Dial hangupOnStar="true"><Conference waitUrl="">room</Conference></Dial><Say>Out.</Say>`)
	caller := b.dial()
	b.must(b.DTMF(caller, "12"))
	b.hears(caller, "silence")
	b.must(b.DTMF(caller, "*"))
	b.hears(caller, "speech:Out.")
}
