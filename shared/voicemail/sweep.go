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

// Sweep looks for recordings of which no callback has told, and deletes those that are to be deleted, at Twilio first.
// What fails is tried again a minute later. It returns how many messages it has found.
func (d *Desk) Sweep(ctx context.Context, now time.Time) (found int, err error) {
	invitations, messages, err := d.Box.DueVoicemail(ctx, now, atOnce)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, id := range invitations {
		n, err := d.look(ctx, id, now)
		found, failed = found+n, append(failed, err)
	}
	for _, id := range messages {
		failed = append(failed, d.erase(ctx, id, now))
	}
	return found, errors.Join(failed...)
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
		if r.message() {
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
