package voicemail

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
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
	gone := map[agent.ID]bool{}
	for _, m := range all {
		if !m.visible(now) {
			continue
		}
		d.settleCall(ctx, &m, now)
		if m.State == Taken {
			if _, known := gone[m.By]; !known {
				gone[m.By] = d.gone(ctx, m.By, now)
			}
			m.Left = gone[m.By] && m.longTaken(now)
		}
		list = append(list, m)
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
	if err == nil {
		d.settleCall(ctx, m, now)
		m.Left = m.State == Taken && m.By != who.ID && m.longTaken(now) && d.gone(ctx, m.By, now)
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

// act is the rule: what becomes of the message, and whether anything does.
func (m *Message) act(who service.Principal, a Action, now time.Time) (changed bool, err error) {
	to := map[Action]State{Take: Taken, Release: New, Finish: Done}[a]
	if to == "" {
		return false, ErrAction
	}
	mine := m.By == who.ID
	switch {
	case m.State == to && (to == New || mine && m.Before == nil):
		return false, nil
	case m.State == Taken && !mine && !(who.Supervisor && a != Take) && !(m.Left && a == Take):
		return false, &TakenError{m.State, m.By, m.ByName}
	case m.State == Done && a == Finish: // done by another, who may have been a moment quicker
		return false, &TakenError{m.State, m.By, m.ByName}
	}
	m.State, m.By, m.ByName, m.Since, m.Before = to, who.ID, who.Name, now, nil
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
