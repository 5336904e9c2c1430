package dynamo

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

const keepMessage = 30 * 24 * time.Hour

func recordingID(n int) string { return fmt.Sprintf("RE%032d", n) }

func TestMessagesAreListedNewestFirst(t *testing.T) {
	s := open(t)
	at := s.now().UTC().Truncate(time.Second)
	for n := range 7 {
		m := &voicemail.Message{
			ID: recordingID(n), Call: "CA1", From: "+15550199", At: at.Add(time.Duration(n) * time.Second),
			State: voicemail.New, Due: at.Add(keepMessage), Erase: n == 3,
		}
		must(t, s.SaveVoiceMessage(t.Context(), m, keepMessage))
		again := *m
		again.Version = 0
		if err := s.SaveVoiceMessage(t.Context(), &again, keepMessage); !errors.Is(err, service.ErrConflict) {
			t.Errorf("F272: a message that is there is made again: %v", err)
		}
	}
	var got []string
	for before := ""; ; {
		page, next, err := s.VoiceMessages(t.Context(), before, 2)
		must(t, err)
		for _, m := range page {
			got = append(got, m.ID)
		}
		if before = next; next == "" {
			break
		}
	}
	want := []string{recordingID(6), recordingID(5), recordingID(4), recordingID(2), recordingID(1), recordingID(0)}
	if !slices.Equal(got, want) {
		t.Errorf("the list is %v", got)
	}
	counted := func(want int) {
		t.Helper()
		if n, err := s.CountNew(t.Context(), 99); err != nil || n != want {
			t.Errorf("F374: %d new messages, want %d: %v", n, want, err)
		}
	}
	counted(6)
	if n, err := s.CountNew(t.Context(), 4); err != nil || n != 4 {
		t.Errorf("F374: %d of 4 at most: %v", n, err)
	}
	m, err := s.VoiceMessage(t.Context(), recordingID(5))
	must(t, err)
	m.State, m.By = voicemail.Taken, "alice"
	must(t, s.SaveVoiceMessage(t.Context(), m, keepMessage))
	counted(5)
	m.Version--
	if err := s.SaveVoiceMessage(t.Context(), m, keepMessage); !errors.Is(err, service.ErrConflict) {
		t.Errorf("F277: a change of what has changed: %v", err)
	}
}

func TestWhatIsDueOfMessagesAndInvitations(t *testing.T) {
	s := open(t)
	at := s.now().UTC().Truncate(time.Second)
	for n, settled := range []bool{false, true} {
		i := &voicemail.Invitation{Call: call.ID(fmt.Sprintf("CA%032d", n)), Due: at.Add(time.Minute), Settled: settled}
		must(t, s.SaveInvitation(t.Context(), i, keepMessage))
	}
	old := &voicemail.Message{ID: recordingID(1), At: at, Due: at.Add(2 * time.Minute)}
	must(t, s.SaveVoiceMessage(t.Context(), old, keepMessage))
	erase := &voicemail.Message{ID: recordingID(2), At: at, Erase: true}
	must(t, s.SaveVoiceMessage(t.Context(), erase, keepMessage))
	gone := &voicemail.Message{ID: recordingID(3), At: at, Erase: true, Erased: true}
	must(t, s.SaveVoiceMessage(t.Context(), gone, keepMessage))
	for after, want := range map[time.Duration][2]int{0: {0, 1}, time.Minute: {1, 1}, 2 * time.Minute: {1, 2}} {
		invitations, messages, err := s.DueVoicemail(t.Context(), at.Add(after), 10)
		must(t, err)
		if got := [2]int{len(invitations), len(messages)}; got != want {
			t.Errorf("%v later: %v %v, want %v", after, invitations, messages, want)
		}
	}
	if i, err := s.Invitation(t.Context(), call.ID(fmt.Sprintf("CA%032d", 0))); err != nil || i.Version != 1 {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := s.VoiceMessage(t.Context(), "RE9"); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// Each has a limit of its own: what cannot be erased hides no invitation.
func TestF286MessagesThatAreDueHideNoInvitation(t *testing.T) {
	s := open(t)
	at := s.now().UTC().Truncate(time.Second)
	for n := range 3 {
		m := &voicemail.Message{ID: recordingID(n), At: at, Erase: true}
		must(t, s.SaveVoiceMessage(t.Context(), m, keepMessage))
	}
	must(t, s.SaveInvitation(t.Context(), &voicemail.Invitation{Call: "CA1", Due: at}, keepMessage))
	invitations, messages, err := s.DueVoicemail(t.Context(), at.Add(time.Minute), 2)
	if err != nil || len(invitations) != 1 || len(messages) != 2 {
		t.Errorf("%v %v, %v", invitations, messages, err)
	}
}

// Of a forgotten caller's messages is left what the sweep needs, and a recording that comes later is erased, too.
func TestF279MessagesAreForgotten(t *testing.T) {
	s := open(t)
	at := s.now().UTC().Truncate(time.Second)
	for n, from := range []string{"+15550199", "+15550198"} {
		must(t, s.SaveVoiceMessage(t.Context(), &voicemail.Message{
			ID: recordingID(n), Call: "CA1", From: from, At: at, Due: at.Add(keepMessage), State: voicemail.New,
		}, keepMessage))
	}
	asked := &voicemail.Invitation{Call: "CA2", From: "+15550199", At: at, Due: at}
	must(t, s.SaveInvitation(t.Context(), asked, keepMessage))
	for _, want := range []int{1, 0} { // repeated, it finds nothing
		if f, err := s.Forget(t.Context(), "+15550199"); err != nil || f.Messages != want {
			t.Errorf("%+v, %v", f, err)
		}
	}
	list, _, err := s.VoiceMessages(t.Context(), "", 10)
	if err != nil || len(list) != 1 || list[0].From != "+15550198" {
		t.Errorf("%+v, %v", list, err)
	}
	desk := voicemail.Desk{Box: s, Keep: keepMessage}
	must(t, desk.Take(t.Context(), "CA2", voicemail.Recording{ID: recordingID(9), Seconds: 20, Over: true}, at))
	late, err := s.VoiceMessage(t.Context(), recordingID(9))
	if err != nil || !late.Erase || late.From != "" {
		t.Errorf("%+v, %v", late, err)
	}
}
