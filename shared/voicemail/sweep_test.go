package voicemail_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

// lasting is a box that keeps items as long as it was told to, and a network that deletes nothing.
type lasting struct {
	*voicemailtest.Box
	until map[string]time.Time
	now   time.Time
}

func (b *lasting) SaveVoiceMessage(ctx context.Context, m *voicemail.Message, keep time.Duration) error {
	b.until[m.ID] = b.now.Add(keep)
	return b.Box.SaveVoiceMessage(ctx, m, keep)
}

// However long Twilio deletes nothing, each message stays until it is deleted, and nobody sees it.
func TestF286AMessageThatTwilioDoesNotDeleteIsNotForgotten(t *testing.T) {
	d, box, twilio := voicemailtest.Desk(day)
	b := &lasting{Box: box, until: map[string]time.Time{}, now: night}
	d.Box = b
	if err := d.Take(t.Context(), id, twenty, night); err == nil {
		t.Fatal("a recording of no call")
	}
	box.Calls[id] = call.New(id, "+15550199", true, night)
	if err := d.Take(t.Context(), id, twenty, night); err != nil {
		t.Fatal(err)
	}
	twilio.Made[id] = []voicemail.Recording{twenty}
	twilio.Err = &service.RefusedError{Status: 403}
	tries := 0
	for b.now = night.Add(day); b.now.Before(night.Add(5 * day)); b.now = b.now.Add(10 * time.Minute) {
		s, err := d.Sweep(t.Context(), b.now)
		tries += s.Failed
		if (err != nil) != (s.Failed > 0) || !b.now.Before(b.until[rec]) {
			t.Fatalf("at %v: %+v, %v; kept until %v", b.now, s, err, b.until[rec])
		}
		if list, _, _ := d.List(t.Context(), service.Principal{ID: "alice"}, "", b.now); list != nil {
			t.Fatalf("it is shown: %+v", list)
		}
	}
	if m := box.Messages[rec]; tries != 4*24 || m.From != "" {
		t.Errorf("%d tries; %+v", tries, m)
	}
	twilio.Err = nil
	if _, err := d.Sweep(t.Context(), b.now); err != nil || twilio.Has(rec) || !box.Messages[rec].Erased {
		t.Errorf("%v, %+v", err, box.Messages)
	}
}

// Messages that cannot be deleted, and invitations of which the search fails, hide no other invitation.
func TestF286WhatFailsHidesNothing(t *testing.T) {
	d, box, twilio := voicemailtest.Desk(30 * day)
	for n := range 60 {
		m := voicemail.Message{ID: fmt.Sprintf("RE%032d", n), Version: 1, Due: night}
		box.Messages[m.ID] = m
		i := voicemail.Invitation{Call: call.ID(fmt.Sprintf("CA%032d", n)), Version: 1, Due: night.Add(-time.Hour)}
		box.Invitations[i.Call] = i
	}
	box.Invitations[id] = voicemail.Invitation{Call: id, Version: 1, Due: night.Add(-time.Minute)}
	twilio.Err = service.ErrUnknown
	for n := range 3 {
		if s, err := d.Sweep(t.Context(), night.Add(time.Duration(n)*time.Second)); err == nil || s.Failed < 21 {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if i := box.Invitations[id]; !i.Due.After(night) {
		t.Errorf("the last invitation was not looked at: %+v", i)
	}
}

// What there is no time for is left, and no fault.
func TestASweepOfMessagesWithoutTime(t *testing.T) {
	d, box, _ := voicemailtest.Desk(day)
	box.Messages[rec] = voicemail.Message{ID: rec, Version: 1, Due: night}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := d.Sweep(ctx, night); err != nil || s != (voicemail.Swept{Left: 1}) || box.Messages[rec].Version != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
