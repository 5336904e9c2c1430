package voicemail

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/service"
)

// Action is what an agent does with a message.
type Action string

const (
	Take    Action = "take"    // takes care of it
	Release Action = "release" // gives it back
	Finish  Action = "done"
)

// PageSize is how many messages a page of the list has.
const PageSize = 50

// List lists the messages, newest first. Cursor is "" for the first page, and then what next was.
func (d *Desk) List(ctx context.Context, who service.Principal, cursor string, now time.Time) (
	list []Message, next string, err error,
) {
	if err := service.MayAsk(ctx, d.Box, who); err != nil {
		return nil, "", err
	}
	all, next, err := d.Box.VoiceMessages(ctx, cursor, PageSize)
	for _, m := range all {
		if m.visible(now) {
			list = append(list, m)
		}
	}
	return list, next, err
}

// visible: a message that was kept long enough is not shown, even if the sweep has not deleted it yet.
func (m Message) visible(now time.Time) bool { return !m.Erase && !m.Erased && now.Before(m.Due) }

func (d *Desk) message(ctx context.Context, who service.Principal, id string, now time.Time) (*Message, error) {
	if err := service.MayAsk(ctx, d.Box, who); err != nil {
		return nil, err
	}
	m, err := d.Box.VoiceMessage(ctx, id)
	if errors.Is(err, service.ErrNotFound) || err == nil && !m.visible(now) {
		return nil, ErrNoMessage
	}
	return m, err
}

// Read is one message, unless another agent has it.
func (d *Desk) Read(ctx context.Context, who service.Principal, id string, now time.Time) (*Message, error) {
	m, err := d.message(ctx, who, id, now)
	if err == nil && m.State == Taken && m.By != who.ID {
		return nil, &TakenError{m.State, m.By, m.ByName}
	}
	return m, err
}

// Act lets an agent take a message, give it back, or mark it as done. Two agents who take one at the same moment: the
// first has it, and the other gets a *TakenError, as does everybody after them; a supervisor may do what the agent
// could. Repeated, it has the same answer.
func (d *Desk) Act(ctx context.Context, who service.Principal, id string, a Action, now time.Time) (
	m *Message, err error,
) {
	for range tries {
		if m, err = d.message(ctx, who, id, now); err != nil {
			return nil, err
		}
		changed, err := m.act(who, a, now)
		if err != nil || !changed {
			return m, err
		}
		if err = d.Box.SaveVoiceMessage(ctx, m, m.Due.Sub(now)+graceErased); !errors.Is(err, service.ErrConflict) {
			return m, err
		}
	}
	return nil, service.ErrConflict
}

// TakeBack undoes a Take: the message is as it was, unless somebody has changed it since.
func (d *Desk) TakeBack(ctx context.Context, who service.Principal, was *Message, now time.Time) {
	for range tries {
		m, err := d.message(ctx, who, was.ID, now)
		if err != nil || m.State != Taken || m.By != who.ID {
			return
		}
		m.State, m.By, m.ByName, m.Since = was.State, was.By, was.ByName, was.Since
		if err = d.Box.SaveVoiceMessage(ctx, m, m.Due.Sub(now)+graceErased); !errors.Is(err, service.ErrConflict) {
			return
		}
	}
}

// act is the rule: what becomes of the message, and whether anything does.
func (m *Message) act(who service.Principal, a Action, now time.Time) (changed bool, err error) {
	to := map[Action]State{Take: Taken, Release: New, Finish: Done}[a]
	if to == "" {
		return false, ErrAction
	}
	mine := m.By == who.ID
	switch {
	case m.State == to && (to == New || mine):
		return false, nil
	case m.State == Taken && !mine && !(who.Supervisor && a != Take):
		return false, &TakenError{m.State, m.By, m.ByName}
	case m.State == Done && a == Finish: // done by another, who may have been a moment quicker
		return false, &TakenError{m.State, m.By, m.ByName}
	}
	m.State, m.By, m.ByName, m.Since = to, who.ID, who.Name, now
	if to == New {
		m.By, m.ByName = "", ""
	}
	return true, nil
}

// Sound is the sound of a message, a WAV file.
func (d *Desk) Sound(ctx context.Context, who service.Principal, id string, now time.Time) ([]byte, error) {
	if _, err := d.message(ctx, who, id, now); err != nil {
		return nil, err
	}
	wav, err := d.Recordings.RecordingSound(ctx, id)
	if errors.Is(err, service.ErrGone) {
		return nil, ErrNoMessage
	}
	return wav, err
}
