package archive

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// OwnNote is the agent's own note on a call that they are or were in or to which nobody came, a supervisor's on any;
// empty if there is none, but with its version if there was one.
func (a *Archive) OwnNote(ctx context.Context, who service.Principal, id call.ID) (record.Note, error) {
	if err := a.may(ctx, who); err != nil {
		return record.Note{}, err
	}
	n, _, err := a.own(ctx, who, id)
	return n, err
}

// own is the agent's note on a call, and the call, for an agent who may write one.
func (a *Archive) own(
	ctx context.Context, who service.Principal, id call.ID,
) (own record.Note, c *call.Call, err error) {
	if c, err = a.seen(ctx, who, id, unheard); err != nil {
		return own, nil, err
	}
	notes, err := a.Shelf.Notes(ctx, id)
	for _, n := range notes {
		if n.By.ID == string(who.ID) {
			own = n
		}
	}
	return own, c, err
}

// noteTries is how often a note is saved that may replace any other, if others are saved meanwhile.
const noteTries = 5

// SaveNote keeps the agent's note instead of the one of the version that they have seen; seen is nil for a page that
// does not know of versions, whose note replaces any. ErrNoteChanged: there is another one, which stays. Repeated, it
// changes nothing.
func (a *Archive) SaveNote(
	ctx context.Context, who service.Principal, id call.ID, n record.Note, seen *int64, now time.Time,
) (record.Note, error) {
	switch {
	case utf8.RuneCountInString(n.Text) > MaxNote:
		return n, ErrNoteTooLong
	case utf8.RuneCountInString(n.Name) > MaxName:
		return n, BadRequestError("The caller's name has at most 100 characters.")
	case seen != nil && *seen < 0:
		return n, BadRequestError("A version is no negative number.")
	case a.Keep == 0:
		return n, BadRequestError("This line keeps no records, so that no note can be kept.")
	}
	if err := a.may(ctx, who); err != nil {
		return n, err
	}
	for range noteTries {
		before, c, err := a.own(ctx, who, id)
		if err != nil {
			return n, err
		}
		// It may have been in the list.
		if n.Code != "" && n.Code != before.Code && !slices.Contains(a.codes(ctx, now), n.Code) {
			return n, BadRequestError("There is no such code.")
		}
		switch {
		case before.Same(n): // also if it is a repetition
			return before, nil
		case seen != nil && *seen != before.Version:
			return n, ErrNoteChanged
		}
		n.By, n.At, n.Version = record.Party{ID: string(who.ID), Name: who.Name}, now, before.Version+1
		keep := a.Keep
		if !c.Live() { // it goes with the record
			keep -= now.Sub(c.Ended)
		}
		err = a.Shelf.SaveNote(ctx, id, n, max(keep, time.Hour))
		if !errors.Is(err, service.ErrConflict) {
			return n, err
		}
	}
	return n, service.ErrConflict
}
