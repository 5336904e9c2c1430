// Package voicemail has the messages that callers leave: who is asked for one, what becomes of a recording, and who
// takes care of it.
//
// A caller is asked only after their call has ended by the line's own rules (see service.Service and
// twilio.LastWords): no rule about a call knows of messages. The store has one item for each caller who was asked, the
// invitation, and one for each recording, the message. The invitation is stored before the caller hears a word, so that
// a recording of which no callback tells is found (see Desk.Sweep).
package voicemail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Invitation says that a caller was asked for a message.
type Invitation struct {
	Call     call.ID     `json:"call"`
	Version  int64       `json:"version"` // counts saves; 0: never saved
	At       time.Time   `json:"at"`      // when they were asked first
	From     string      `json:"from,omitempty"`
	Verified bool        `json:"verified,omitempty"`
	Why      call.Reason `json:"why,omitempty"` // why the call had ended
	// Looks counts how often Twilio's list of recordings was read for it.
	Looks int `json:"looks,omitempty"`
	// Settled: nothing more is expected. A callback that comes all the same is taken.
	Settled bool `json:"settled,omitempty"`
	// Left: there is a message.
	Left bool `json:"left,omitempty"`
	// Forgotten: the caller was forgotten, so that a recording is erased as soon as it is known.
	Forgotten bool `json:"forgotten,omitempty"`
	// Due is when the sweep looks for a recording.
	Due time.Time `json:"due,omitzero"`
}

// Result is what has come of it, as far as is known. Once the sweep has looked and found nothing, there is none: a
// message that is found later is in the list of messages all the same.
func (i *Invitation) Result() record.Message {
	switch {
	case i.Left:
		return record.Left
	case i.Settled, i.Looks > 0:
		return record.LeftEmpty
	}
	return record.Asked
}

// State is where a message stands.
type State string

const (
	New   State = "new"   // nobody takes care of it
	Taken State = "taken" // an agent does
	Done  State = "done"
)

// Message is a recording that a caller has left.
type Message struct {
	ID       string      `json:"id"`      // its RecordingSid
	Version  int64       `json:"version"` // counts saves; 0: never saved
	Call     call.ID     `json:"call"`
	From     string      `json:"from,omitempty"` // the number as agents see it; "": withheld
	Verified bool        `json:"verified,omitempty"`
	At       time.Time   `json:"at"` // when it was left
	Seconds  int         `json:"seconds"`
	Why      call.Reason `json:"why,omitempty"`

	State  State     `json:"state"`
	By     agent.ID  `json:"by,omitempty"` // who has taken it, or has done it
	ByName string    `json:"byName,omitempty"`
	Since  time.Time `json:"since,omitzero"` // State and By are so since then
	// Before is set while the message is taken for a call back of which it is not known yet how it went.
	Before *Before `json:"before,omitempty"`
	// Left: who has taken it is gone, so that any agent may take it. Not stored.
	Left bool `json:"-"`

	// Erase: nobody sees it any more, and the sweep deletes the recording. The caller was forgotten, or it is too
	// short.
	Erase bool `json:"erase,omitempty"`
	// Erased: the recording is deleted. What is left keeps a late callback from making the message anew.
	Erased bool `json:"erased,omitempty"`
	// Due is when the sweep deletes it.
	Due time.Time `json:"due,omitzero"`
}

// Recording is a recording of a call, as Twilio lists it or a callback tells it
// (https://www.twilio.com/docs/voice/api/recording#recording-properties).
type Recording struct {
	ID      string
	Seconds int
	Made    time.Time // zero: not told
	Over    bool      // it is complete, or there is none
	Absent  bool      // there is none: it was too short
}

// Shortest is the length of a message, in seconds; a shorter recording is a missed call.
const Shortest = 2

const (
	// lookAfter is when the sweep looks first for the recording of a caller who was asked: later than the words and the
	// longest recording. The list may lag, so that it looks once more after lookAgain.
	lookAfter = 6 * time.Minute
	lookAgain = time.Hour
	looks     = 2
	// eraseAgain is when a recording is tried again that Twilio does not delete.
	eraseAgain = time.Hour
	// graceErased is how long what is left of an erased message stays, for late callbacks.
	graceErased = 48 * time.Hour
)

// Box keeps invitations and messages. Its errors are those of service.Store, and its saves are compare-and-swap on
// Version as those are. An item is deleted after it was kept so long.
type Box interface {
	service.AgentReader
	Call(ctx context.Context, id call.ID) (*call.Call, error)
	Invitation(ctx context.Context, id call.ID) (*Invitation, error)
	SaveInvitation(ctx context.Context, i *Invitation, keep time.Duration) error
	VoiceMessage(ctx context.Context, id string) (*Message, error)
	SaveVoiceMessage(ctx context.Context, m *Message, keep time.Duration) error
	// VoiceMessages lists those that are not erased, newest first: n of them at most, from the one after the place
	// before, "" for the newest. Next is the place of the last of them, "" if there are no more.
	VoiceMessages(ctx context.Context, before string, n int) (list []Message, next string, err error)
	// DueVoicemail lists what the sweep must look at by then, longest due first: n at most of each.
	DueVoicemail(ctx context.Context, now time.Time, n int) (invitations []call.ID, messages []string, err error)
}

// Recordings are the recordings at Twilio. ErrGone: there is no such recording.
type Recordings interface {
	RecordingsOf(ctx context.Context, id call.ID) ([]Recording, error)
	RecordingSound(ctx context.Context, id string) ([]byte, error)
	DeleteRecording(ctx context.Context, id string) error
}

// Desk carries out the use cases.
type Desk struct {
	Box        Box
	Recordings Recordings
	Keep       time.Duration // how long a message is kept
}

var (
	// ErrNoMessage: there is no such message.
	ErrNoMessage = errors.New("no such message")
	// ErrAction: the action is none of those that there are.
	ErrAction = errors.New("no such action")
)

// TakenError says that somebody else has taken a message, or has done it.
type TakenError struct {
	State  State
	By     agent.ID
	ByName string
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("the message is %s by somebody else", e.State)
}

// tries is how often a change is tried that loses to another request.
const tries = 5

// Invite notes that a caller is asked for a message, before they are. Left says that they have left one already; then
// they are not asked again. A caller whose call is not stored is asked all the same.
func (d *Desk) Invite(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (
	i *Invitation, err error,
) {
	for range tries {
		i, err = d.Box.Invitation(ctx, id)
		if err == nil && (i.Left || !i.Settled) {
			return i, nil
		}
		if errors.Is(err, service.ErrNotFound) {
			i, err = d.invitation(ctx, id, from, verified, now)
		}
		if err != nil {
			return nil, err
		}
		i.Settled, i.Looks, i.Due = false, 0, now.Add(lookAfter)
		if err = d.Box.SaveInvitation(ctx, i, d.Keep); !errors.Is(err, service.ErrConflict) {
			return i, err
		}
	}
	return nil, err
}

// invitation is a new invitation: what is known of the call, or else of the request.
func (d *Desk) invitation(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (
	*Invitation, error,
) {
	i := &Invitation{Call: id, At: now, From: from, Verified: verified}
	c, err := d.Box.Call(ctx, id)
	switch {
	case errors.Is(err, service.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		i.Why = c.Reason
		if c.Forgotten {
			return nil, service.ErrNotFound
		}
		if c.From != "" {
			i.From, i.Verified = c.From, c.Verified
		}
	}
	return i, nil
}

// Take takes in what is known of a recording. It may be told late, twice and out of order; without an invitation and
// without a call it is none of ours, and ErrNotFound.
func (d *Desk) Take(ctx context.Context, id call.ID, r Recording, now time.Time) error {
	if r.ID == "" || !r.Over {
		return nil
	}
	i, err := d.Box.Invitation(ctx, id)
	if errors.Is(err, service.ErrNotFound) {
		var c *call.Call
		if c, err = d.Box.Call(ctx, id); err == nil {
			i = &Invitation{
				Call: id, At: now, From: c.From, Verified: c.Verified, Why: c.Reason, Forgotten: c.Forgotten,
			}
		}
	}
	if err != nil {
		return err
	}
	if err := d.keep(ctx, i, r, now); err != nil || i.Version == 0 {
		return err
	}
	return d.settle(ctx, i.Call, r.Message(), now)
}

// Message says whether the recording is long enough for a message.
func (r Recording) Message() bool { return !r.Absent && r.Seconds >= Shortest }

// keep makes the message of a recording, unless it is made already. One that is no message is made, too, so that the
// sweep deletes the recording.
func (d *Desk) keep(ctx context.Context, i *Invitation, r Recording, now time.Time) error {
	m := &Message{
		ID: r.ID, Call: i.Call, From: i.From, Verified: i.Verified, At: now, Seconds: r.Seconds, Why: i.Why,
		State: New, Due: now.Add(d.Keep),
	}
	if !r.Made.IsZero() {
		m.At, m.Due = r.Made, r.Made.Add(d.Keep)
	}
	if !r.Message() || i.Forgotten {
		*m = Message{ID: r.ID, Call: i.Call, At: m.At, Erase: true, Due: now}
	}
	err := d.Box.SaveVoiceMessage(ctx, m, d.Keep+graceErased)
	if errors.Is(err, service.ErrConflict) {
		return nil // it is there
	}
	return err
}

// settle notes that a recording of an invitation is known.
func (d *Desk) settle(ctx context.Context, id call.ID, left bool, now time.Time) error {
	return d.changeInvitation(ctx, id, func(i *Invitation) bool {
		if i.Settled && (i.Left || !left) {
			return false
		}
		i.Settled, i.Left, i.Due = true, i.Left || left, time.Time{}
		return true
	})
}

func (d *Desk) changeInvitation(ctx context.Context, id call.ID, change func(*Invitation) bool) (err error) {
	for range tries {
		var i *Invitation
		if i, err = d.Box.Invitation(ctx, id); errors.Is(err, service.ErrNotFound) {
			return nil // the caller was forgotten
		}
		if err != nil || !change(i) {
			return err
		}
		if err = d.Box.SaveInvitation(ctx, i, d.Keep); !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return err
}
