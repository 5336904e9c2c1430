package voicemail

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// atOnce is how many invitations, and how many messages, one sweep looks at.
const atOnce = 25

// Swept is what a sweep has done.
type Swept struct {
	Found  int // messages of which no callback had told
	Failed int // invitations and messages with which it has failed
	Left   int // those for which there was no time
}

// Sweep looks for recordings of which no callback has told, and deletes those that are to be deleted, at Twilio first.
// What fails goes to the end of the list: a search is tried again a minute later, a deletion an hour later. The next
// sweep does what there is no time for.
func (d *Desk) Sweep(ctx context.Context, now time.Time) (s Swept, err error) {
	invitations, messages, err := d.Box.DueVoicemail(ctx, now, atOnce)
	if err != nil {
		if ctx.Err() != nil {
			return Swept{Left: 1}, nil
		}
		return s, err
	}
	var failed []error
	done := func(err error) {
		switch {
		case err == nil:
		case ctx.Err() != nil:
			s.Left++
		default:
			s.Failed++
			failed = append(failed, err)
		}
	}
	for _, id := range invitations {
		if ctx.Err() != nil {
			s.Left++
			continue
		}
		n, err := d.look(ctx, id, now)
		s.Found += n
		if err != nil && ctx.Err() == nil {
			err = errors.Join(err, d.lookLater(ctx, id, now))
		}
		done(err)
	}
	for _, id := range messages {
		if ctx.Err() != nil {
			s.Left++
			continue
		}
		err := d.erase(ctx, id, now)
		if err != nil && ctx.Err() == nil {
			err = errors.Join(err, d.eraseLater(ctx, id, now))
		}
		done(err)
	}
	return s, errors.Join(failed...)
}

// lookLater puts an invitation behind those that are due already.
func (d *Desk) lookLater(ctx context.Context, id call.ID, now time.Time) error {
	return d.changeInvitation(ctx, id, func(i *Invitation) bool {
		i.Due = now.Add(time.Minute)
		return !i.Settled
	})
}

// eraseLater keeps what the next try needs of a message that could not be erased, as long as it takes: with the item
// the recording would be forgotten.
func (d *Desk) eraseLater(ctx context.Context, id string, now time.Time) error {
	m, err := d.Box.VoiceMessage(ctx, id)
	if errors.Is(err, service.ErrNotFound) || err == nil && (m.Erased || m.Due.After(now)) {
		return nil
	}
	if err != nil {
		return err
	}
	rest := &Message{
		ID: m.ID, Version: m.Version, Call: m.Call, At: m.At, Erase: true, Due: now.Add(eraseAgain),
	}
	return d.Box.SaveVoiceMessage(ctx, rest, d.Keep+graceErased)
}

// look asks Twilio for the recordings of a caller who was asked for a message. A list proves what it shows, and nothing
// else: it is read twice before nothing is expected any more.
func (d *Desk) look(ctx context.Context, id call.ID, now time.Time) (found int, err error) {
	i, err := d.Box.Invitation(ctx, id)
	if errors.Is(err, service.ErrNotFound) || err == nil && i.Settled {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	list, err := d.Recordings.RecordingsOf(ctx, id)
	if err != nil {
		return 0, err
	}
	left, over := false, len(list) > 0
	for _, r := range list {
		if !r.Over {
			over = false
			continue
		}
		if err := d.keep(ctx, i, r, now); err != nil {
			return found, err
		}
		if r.Message() {
			left = true
			found++
		}
	}
	return found, d.changeInvitation(ctx, id, func(i *Invitation) bool {
		i.Looks++
		i.Left = i.Left || left
		i.Settled = i.Settled || over || i.Looks >= looks
		i.Due = now.Add(lookAgain)
		return true
	})
}

// erase deletes a message that is due, at Twilio and here.
func (d *Desk) erase(ctx context.Context, id string, now time.Time) error {
	for range tries {
		m, err := d.Box.VoiceMessage(ctx, id)
		if errors.Is(err, service.ErrNotFound) || err == nil && (m.Erased || m.Due.After(now)) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.Recordings.DeleteRecording(ctx, id); err != nil && !errors.Is(err, service.ErrGone) {
			return err
		}
		rest := &Message{ID: m.ID, Version: m.Version, Call: m.Call, At: m.At, Erase: true, Erased: true}
		if err := d.Box.SaveVoiceMessage(ctx, rest, graceErased); !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}
