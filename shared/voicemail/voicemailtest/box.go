// Package voicemailtest is a box of messages in memory, and recordings at a Twilio that a test fills, for tests of
// package voicemail and of the functions that use it.
package voicemailtest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

// Box is a voicemail.Box in memory. The zero Box is not ready: see NewBox.
type Box struct {
	Calls       map[call.ID]*call.Call
	Agents      map[agent.ID]*agent.Agent
	Invitations map[call.ID]voicemail.Invitation
	Messages    map[string]voicemail.Message
	// FailNext are operations that fail, by their names; Took lets a save take effect all the same.
	FailNext map[string]int
	Took     bool
}

var _ voicemail.Box = (*Box)(nil)

// NewBox is an empty box.
func NewBox() *Box {
	return &Box{
		Calls: map[call.ID]*call.Call{}, Agents: map[agent.ID]*agent.Agent{}, FailNext: map[string]int{},
		Invitations: map[call.ID]voicemail.Invitation{}, Messages: map[string]voicemail.Message{},
	}
}

func (b *Box) fails(op string) bool {
	if b.FailNext[op] == 0 {
		return false
	}
	b.FailNext[op]--
	return true
}

// Agent implements voicemail.Box.
func (b *Box) Agent(_ context.Context, id agent.ID) (*agent.Agent, error) {
	if a := b.Agents[id]; a != nil {
		return a, nil
	}
	return nil, service.ErrNotFound
}

// Call implements voicemail.Box.
func (b *Box) Call(_ context.Context, id call.ID) (*call.Call, error) {
	if b.fails("Call") {
		return nil, service.ErrUnavailable
	}
	if c := b.Calls[id]; c != nil {
		return c, nil
	}
	return nil, service.ErrNotFound
}

// Invitation implements voicemail.Box.
func (b *Box) Invitation(_ context.Context, id call.ID) (*voicemail.Invitation, error) {
	if b.fails("Invitation") {
		return nil, service.ErrUnavailable
	}
	if i, ok := b.Invitations[id]; ok {
		return &i, nil
	}
	return nil, service.ErrNotFound
}

// SaveInvitation implements voicemail.Box.
func (b *Box) SaveInvitation(_ context.Context, i *voicemail.Invitation, _ time.Duration) error {
	version := func(i *voicemail.Invitation) *int64 { return &i.Version }
	return save(b, "SaveInvitation", b.Invitations, i.Call, i, version)
}

// save replaces a value of the version that v has, and counts the version on.
func save[K comparable, V any](b *Box, op string, in map[K]V, key K, v *V, version func(*V) *int64) error {
	fails := b.fails(op)
	if fails && !b.Took {
		return service.ErrUnavailable
	}
	was := in[key]
	if *version(&was) != *version(v) {
		return service.ErrConflict
	}
	next := *v
	*version(&next)++
	in[key] = next
	if fails {
		return service.ErrUnavailable
	}
	*version(v)++
	return nil
}

// VoiceMessage implements voicemail.Box.
func (b *Box) VoiceMessage(_ context.Context, id string) (*voicemail.Message, error) {
	if m, ok := b.Messages[id]; ok {
		return &m, nil
	}
	return nil, service.ErrNotFound
}

// SaveVoiceMessage implements voicemail.Box.
func (b *Box) SaveVoiceMessage(_ context.Context, m *voicemail.Message, _ time.Duration) error {
	version := func(m *voicemail.Message) *int64 { return &m.Version }
	return save(b, "SaveVoiceMessage", b.Messages, m.ID, m, version)
}

// VoiceMessages implements voicemail.Box; everything is one page.
func (b *Box) VoiceMessages(context.Context, string, int) (list []voicemail.Message, next string, err error) {
	if b.fails("VoiceMessages") {
		return nil, "", service.ErrUnavailable
	}
	for _, m := range b.Messages {
		if !m.Erase {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(x, y voicemail.Message) int {
		return strings.Compare(archive.Place(y.At, call.ID(y.ID)), archive.Place(x.At, call.ID(x.ID)))
	})
	return list, "", nil
}

// DueVoicemail implements voicemail.Box.
func (b *Box) DueVoicemail(_ context.Context, now time.Time, n int) (
	invitations []call.ID, messages []string, err error,
) {
	if b.fails("DueVoicemail") {
		return nil, nil, service.ErrUnavailable
	}
	for id, i := range b.Invitations {
		if !i.Settled && !i.Due.After(now) {
			invitations = append(invitations, id)
		}
	}
	for id, m := range b.Messages {
		if !m.Erased && !m.Due.After(now) {
			messages = append(messages, id)
		}
	}
	slices.SortFunc(invitations, func(x, y call.ID) int {
		return cmp.Or(b.Invitations[x].Due.Compare(b.Invitations[y].Due), cmp.Compare(x, y))
	})
	slices.SortFunc(messages, func(x, y string) int {
		return cmp.Or(b.Messages[x].Due.Compare(b.Messages[y].Due), cmp.Compare(x, y))
	})
	return invitations[:min(n, len(invitations))], messages[:min(n, len(messages))], nil
}

// Twilio is a voicemail.Recordings in memory.
type Twilio struct {
	Made map[call.ID][]voicemail.Recording
	Err  error // of every request
	Took bool  // which has taken effect all the same
	// Hidden: the lists show nothing.
	Hidden bool
}

var _ voicemail.Recordings = (*Twilio)(nil)

// RecordingsOf implements voicemail.Recordings.
func (t *Twilio) RecordingsOf(_ context.Context, id call.ID) ([]voicemail.Recording, error) {
	if t.Err != nil || t.Hidden {
		return nil, t.Err
	}
	return slices.Clone(t.Made[id]), nil
}

// RecordingSound implements voicemail.Recordings.
func (t *Twilio) RecordingSound(_ context.Context, id string) ([]byte, error) {
	if t.Err != nil {
		return nil, t.Err
	}
	if !t.Has(id) {
		return nil, service.ErrGone
	}
	return []byte("RIFF" + id), nil
}

// DeleteRecording implements voicemail.Recordings.
func (t *Twilio) DeleteRecording(_ context.Context, id string) error {
	if t.Err != nil && !t.Took {
		return t.Err
	}
	if !t.Has(id) {
		return service.ErrGone
	}
	for of, list := range t.Made {
		t.Made[of] = slices.DeleteFunc(list, func(r voicemail.Recording) bool { return r.ID == id })
	}
	return t.Err
}

// Has says whether there is such a recording.
func (t *Twilio) Has(id string) bool {
	for _, list := range t.Made {
		if slices.ContainsFunc(list, func(r voicemail.Recording) bool { return r.ID == id }) {
			return true
		}
	}
	return false
}

// Desk is a desk in front of an empty box and a Twilio without recordings.
func Desk(keep time.Duration) (*voicemail.Desk, *Box, *Twilio) {
	box, twilio := NewBox(), &Twilio{Made: map[call.ID][]voicemail.Recording{}}
	return &voicemail.Desk{Box: box, Recordings: twilio, Keep: keep}, box, twilio
}
