package voicemail_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

const (
	id  = call.ID("CA0123456789abcdef0123456789abcdef")
	rec = "RE0123456789abcdef0123456789abcdef"

	day = 24 * time.Hour
)

var night = time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)

// asked is a desk of which a caller was asked for a message.
func asked(t *testing.T) (*voicemail.Desk, *voicemailtest.Box, *voicemailtest.Twilio) {
	t.Helper()
	d, box, twilio := voicemailtest.Desk(30 * day)
	c := call.New(id, "+15550199", true, night)
	c.ApplyLineClosed(night)
	box.Calls[id] = c
	if i, err := d.Invite(t.Context(), id, "", false, night); err != nil || i.Why != call.ReasonClosed || i.Left {
		t.Fatalf("%+v, %v", i, err)
	}
	return d, box, twilio
}

var twenty = voicemail.Recording{ID: rec, Seconds: 20, Over: true}

func TestF272WhateverIsToldOfARecordingThereIsOneMessage(t *testing.T) {
	for name, told := range map[string][]voicemail.Recording{
		"once": {twenty}, "twice": {twenty, twenty}, "before it has ended": {{ID: rec}, twenty},
	} {
		d, box, _ := asked(t)
		for _, r := range told {
			if err := d.Take(t.Context(), id, r, night.Add(time.Minute)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		m, i := box.Messages[rec], box.Invitations[id]
		if len(box.Messages) != 1 || m.From != "+15550199" || !m.Verified || m.Seconds != 20 ||
			m.State != voicemail.New || m.Why != call.ReasonClosed || !m.Due.Equal(night.Add(time.Minute+30*day)) {
			t.Errorf("%s: %+v", name, box.Messages)
		}
		if !i.Settled || !i.Left {
			t.Errorf("%s: the invitation is %+v", name, i)
		}
		if again, err := d.Invite(t.Context(), id, "", false, night); err != nil || !again.Left {
			t.Errorf("%s: asked again: %+v, %v", name, again, err)
		}
	}
}

// A short recording is a missed call: nobody sees a message, and the sweep deletes the recording.
func TestAShortRecordingIsAMissedCall(t *testing.T) {
	for _, r := range []voicemail.Recording{
		{ID: rec, Seconds: 1, Over: true}, {ID: rec, Seconds: 20, Over: true, Absent: true},
	} {
		d, box, twilio := asked(t)
		twilio.Made[id] = []voicemail.Recording{r}
		if err := d.Take(t.Context(), id, r, night); err != nil {
			t.Fatal(err)
		}
		if list, _, err := d.List(t.Context(), service.Principal{ID: "alice"}, "", night); err != nil || list != nil {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := d.Sweep(t.Context(), night.Add(time.Minute)); err != nil || twilio.Has(rec) ||
			!box.Messages[rec].Erased {
			t.Errorf("%v, %+v", err, box.Messages)
		}
	}
}

// Each save fails before or after it took effect: the callback that is sent again finds its way.
func TestASaveFailsBeforeOrAfterItTookEffect(t *testing.T) {
	for _, op := range []string{"Invitation", "SaveVoiceMessage", "SaveInvitation"} {
		for _, took := range []bool{false, true} {
			d, box, _ := asked(t)
			box.FailNext[op], box.Took = 1, took
			if err := d.Take(t.Context(), id, twenty, night); err == nil {
				t.Errorf("%s fails, took %t: no error, so no retry", op, took)
			}
			if err := d.Take(t.Context(), id, twenty, night); err != nil {
				t.Errorf("%s failed, took %t: %v", op, took, err)
			}
			if len(box.Messages) != 1 || !box.Invitations[id].Left {
				t.Errorf("%s failed, took %t: %+v %+v", op, took, box.Messages, box.Invitations)
			}
		}
	}
}

func TestAnInvitationThatIsNotSavedIsNoInvitation(t *testing.T) {
	for _, took := range []bool{false, true} {
		d, box, _ := voicemailtest.Desk(day)
		box.FailNext["SaveInvitation"], box.Took = 1, took
		if _, err := d.Invite(t.Context(), id, "+15550199", false, night); err == nil {
			t.Errorf("took %t: the caller is asked", took)
		}
		i, err := d.Invite(t.Context(), id, "+15550199", false, night)
		if err != nil || i.From != "+15550199" || len(box.Invitations) != 1 {
			t.Errorf("took %t: %+v, %v", took, i, err)
		}
	}
}

func TestF271TheSweepFindsAMessageOfWhichNothingTells(t *testing.T) {
	d, box, twilio := asked(t)
	twilio.Made[id] = []voicemail.Recording{{ID: rec, Seconds: 20, Over: true, Made: night.Add(time.Minute)}}
	if s, err := d.Sweep(t.Context(), night.Add(5*time.Minute)); s.Found != 0 || err != nil {
		t.Errorf("while it may be recorded: %d, %v", s.Found, err)
	}
	twilio.Err = service.ErrUnknown
	if _, err := d.Sweep(t.Context(), night.Add(6*time.Minute)); !errors.Is(err, service.ErrUnknown) {
		t.Errorf("%v", err)
	}
	twilio.Err = nil
	s, err := d.Sweep(t.Context(), night.Add(7*time.Minute))
	if m := box.Messages[rec]; s.Found != 1 || err != nil || !m.At.Equal(night.Add(time.Minute)) {
		t.Errorf("%d, %v, %+v", s.Found, err, m)
	}
	if s, err := d.Sweep(t.Context(), night.Add(3*time.Hour)); s.Found != 0 || err != nil {
		t.Errorf("once more: %d, %v", s.Found, err)
	}
}

// A list that shows nothing proves nothing: it is read once more an hour later, and then no more.
func TestAListThatLagsIsReadTwice(t *testing.T) {
	d, box, twilio := asked(t)
	twilio.Hidden = true
	twilio.Made[id] = []voicemail.Recording{twenty}
	if s, err := d.Sweep(t.Context(), night.Add(6*time.Minute)); s.Found != 0 || err != nil ||
		box.Invitations[id].Settled {
		t.Errorf("%d, %v, %+v", s.Found, err, box.Invitations)
	}
	twilio.Hidden = false
	if s, err := d.Sweep(t.Context(), night.Add(2*time.Hour)); s.Found != 1 || err != nil {
		t.Errorf("%d, %v", s.Found, err)
	}
	d, box, _ = asked(t)
	for _, after := range []time.Duration{6 * time.Minute, 67 * time.Minute} {
		if _, err := d.Sweep(t.Context(), night.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	if i := box.Invitations[id]; !i.Settled || i.Left {
		t.Errorf("a missed call is %+v", i)
	}
	if err := d.Take(t.Context(), id, twenty, night.Add(5*time.Hour)); err != nil || len(box.Messages) != 1 {
		t.Errorf("F273: a callback that is hours late: %v, %+v", err, box.Messages)
	}
}

func TestF278ARecordingThatTwilioDoesNotDeleteIsTriedAgain(t *testing.T) {
	for _, took := range []bool{false, true} {
		d, box, twilio := asked(t)
		twilio.Made[id] = []voicemail.Recording{twenty}
		if err := d.Take(t.Context(), id, twenty, night); err != nil {
			t.Fatal(err)
		}
		late := night.Add(30 * day)
		if list, _, _ := d.List(t.Context(), service.Principal{ID: "alice"}, "", late); list != nil {
			t.Errorf("one that was kept long enough is shown: %+v", list)
		}
		twilio.Err, twilio.Took = service.ErrUnknown, took
		if _, err := d.Sweep(t.Context(), late); err == nil || box.Messages[rec].Erased {
			t.Errorf("took %t: %v, %+v", took, err, box.Messages)
		}
		if list, _, _ := d.List(t.Context(), service.Principal{ID: "alice"}, "", late); list != nil {
			t.Errorf("took %t: it is shown again: %+v", took, list)
		}
		twilio.Err = nil
		if _, err := d.Sweep(t.Context(), late.Add(time.Hour)); err != nil || twilio.Has(rec) ||
			!box.Messages[rec].Erased || box.Messages[rec].From != "" {
			t.Errorf("took %t: %v, %+v", took, err, box.Messages)
		}
		if err := d.Take(t.Context(), id, twenty, late.Add(time.Hour)); err != nil || !box.Messages[rec].Erased {
			t.Errorf("took %t: a late callback makes it anew: %v", took, err)
		}
	}
}

// The whole table of what agents may do with a message.
func TestF277WhoMayDoWhatWithAMessage(t *testing.T) {
	alice, bob := service.Principal{ID: "alice", Name: "Alice"}, service.Principal{ID: "bob", Name: "Bob"}
	boss := service.Principal{ID: "boss", Name: "Boss", Supervisor: true}
	for _, c := range []struct {
		state voicemail.State
		by    service.Principal
		who   service.Principal
		does  voicemail.Action
		want  voicemail.State // "" is refused
	}{
		{voicemail.New, service.Principal{}, alice, voicemail.Take, voicemail.Taken},
		{voicemail.New, service.Principal{}, alice, voicemail.Finish, voicemail.Done},
		{voicemail.New, service.Principal{}, alice, voicemail.Release, voicemail.New},
		{voicemail.Taken, alice, alice, voicemail.Take, voicemail.Taken},
		{voicemail.Taken, alice, alice, voicemail.Finish, voicemail.Done},
		{voicemail.Taken, alice, alice, voicemail.Release, voicemail.New},
		{voicemail.Taken, alice, bob, voicemail.Take, ""},
		{voicemail.Taken, alice, bob, voicemail.Finish, ""},
		{voicemail.Taken, alice, bob, voicemail.Release, ""},
		{voicemail.Taken, alice, boss, voicemail.Take, ""},
		{voicemail.Taken, alice, boss, voicemail.Finish, voicemail.Done},
		{voicemail.Taken, alice, boss, voicemail.Release, voicemail.New},
		{voicemail.Done, alice, alice, voicemail.Finish, voicemail.Done},
		{voicemail.Done, alice, bob, voicemail.Finish, ""},
		{voicemail.Done, alice, bob, voicemail.Take, voicemail.Taken},
		{voicemail.Done, alice, bob, voicemail.Release, voicemail.New},
	} {
		d, box, _ := voicemailtest.Desk(day)
		box.Messages[rec] = voicemail.Message{
			ID: rec, Version: 1, State: c.state, By: c.by.ID, ByName: c.by.Name, Due: night.Add(day),
		}
		m, err := d.Act(t.Context(), c.who, rec, c.does, night)
		var taken *voicemail.TakenError
		switch {
		case c.want == "":
			if !errors.As(err, &taken) || taken.ByName != "Alice" || box.Messages[rec].Version != 1 {
				t.Errorf("%s of %s --%s %s--> %v", c.state, c.by.ID, c.who.ID, c.does, err)
			}
		case err != nil || m.State != c.want || c.want != voicemail.New && m.By != c.who.ID ||
			c.want == voicemail.New && m.By != "":
			t.Errorf("%s of %s --%s %s--> %+v, %v", c.state, c.by.ID, c.who.ID, c.does, m, err)
		}
	}
	d, box, _ := voicemailtest.Desk(day)
	box.Messages[rec] = voicemail.Message{ID: rec, Version: 1, State: voicemail.New, Due: night.Add(day)}
	if _, err := d.Act(t.Context(), alice, rec, "eat", night); !errors.Is(err, voicemail.ErrAction) {
		t.Error(err)
	}
	if _, err := d.Act(t.Context(), alice, "RE9", voicemail.Take, night); !errors.Is(err, voicemail.ErrNoMessage) {
		t.Error(err)
	}
	box.Agents["alice"] = &agent.Agent{ID: "alice"}
	if sound, err := d.Sound(t.Context(), alice, rec, night); !errors.Is(err, voicemail.ErrNoMessage) {
		t.Errorf("of a recording that is gone: %q, %v", sound, err)
	}
}
