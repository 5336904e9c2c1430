package voicemail

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Before is what a message was before an agent took it to call its caller back.
type Before struct {
	Call   call.ID   `json:"call"` // the call back
	State  State     `json:"state"`
	By     agent.ID  `json:"by,omitempty"`
	ByName string    `json:"byName,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

const (
	// callStored is how long after a message was taken the call back for it must be stored.
	callStored = 2 * time.Minute
	// callKept is how long a call is stored at least after its end.
	callKept = 20 * time.Hour
	// longGone is for how long a message stays with an agent who has taken it and is offline.
	longGone = 4 * time.Hour
)

// TakeToCall takes a message for a call back, so that no two agents call its caller at once. How the call ends is not
// told to the message: whoever reads it next looks (see settleCall), so that no failure leaves it taken.
func (d *Desk) TakeToCall(
	ctx context.Context, who service.Principal, id string, back call.ID, now time.Time,
) (m *Message, err error) {
	for range tries {
		if m, err = d.message(ctx, who, id, now); err != nil {
			return nil, err
		}
		if m.Before != nil && m.Before.Call == back && m.By == who.ID { // the request is repeated
			return m, nil
		}
		if m.State == Taken && m.By != who.ID && !m.Left {
			return nil, &TakenError{m.State, m.By, m.ByName}
		}
		before := Before{Call: back, State: m.State, By: m.By, ByName: m.ByName, Since: m.Since}
		if m.Before != nil {
			if _, err := d.Box.Call(ctx, m.Before.Call); !errors.Is(err, service.ErrNotFound) {
				return m, err // their other call back is not over, so that this one is refused
			}
			before = *m.Before
			before.Call = back
		}
		m.State, m.By, m.ByName, m.Since, m.Before = Taken, who.ID, who.Name, now, &before
		if err = d.Box.SaveVoiceMessage(ctx, m, m.Due.Sub(now)+graceErased); !errors.Is(err, service.ErrConflict) {
			return m, err
		}
	}
	return nil, service.ErrConflict
}

// TakeBack undoes a TakeToCall of which nothing has come: the message is as it was, unless somebody has changed it
// since.
func (d *Desk) TakeBack(ctx context.Context, who service.Principal, id string, back call.ID, now time.Time) {
	for range tries {
		m, err := d.Box.VoiceMessage(ctx, id)
		if err != nil || m.Before == nil || m.Before.Call != back || m.By != who.ID {
			return
		}
		m.asBefore()
		if err = d.Box.SaveVoiceMessage(ctx, m, m.Due.Sub(now)+graceErased); !errors.Is(err, service.ErrConflict) {
			return
		}
	}
}

// Unattended says whether nobody takes care of the message, as far as is known: who calls its caller may not have
// reached them.
func (m *Message) Unattended() bool { return m.State == New || m.State == Taken && m.Before != nil }

// asBefore lets the message be as it was before the call back.
func (m *Message) asBefore() {
	b := m.Before
	m.State, m.By, m.ByName, m.Since, m.Before = b.State, b.By, b.ByName, b.Since, nil
}

// settleCall looks how the call back ended for which a message was taken: if its caller was not reached, the message is
// as it was; otherwise it stays with who has called. While that is not known nothing changes. A save that fails is
// made good by the next reader.
func (d *Desk) settleCall(ctx context.Context, m *Message, now time.Time) {
	if m.Before == nil {
		return
	}
	c, err := d.Box.Call(ctx, m.Before.Call)
	since := now.Sub(m.Since)
	missing := errors.Is(err, service.ErrNotFound) && since >= callStored
	switch {
	case m.State != Taken, missing && since >= callKept: // by the version before; nobody has looked in time
		m.Before = nil
	case missing, err == nil && c.State == call.Ended && c.Out.Result() != call.OutcomeAnswered:
		m.asBefore()
	case err != nil || c.State != call.Ended:
		return
	default:
		m.Before = nil
	}
	_ = d.Box.SaveVoiceMessage(ctx, m, m.Due.Sub(now)+graceErased)
}

// longTaken says whether the message is with its agent for so long that another may take it if that one is gone.
func (m *Message) longTaken(now time.Time) bool { return !now.Before(m.Since.Add(longGone)) }

// gone says whether an agent was removed, or is offline for long. One who cannot be read is not.
func (d *Desk) gone(ctx context.Context, id agent.ID, now time.Time) bool {
	a, err := d.Box.Agent(ctx, id)
	return err == nil && (a.IsRemoved() || !now.Before(a.LastSeen().Add(longGone)))
}
