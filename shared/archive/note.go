package archive

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// OwnNote is the agent's own note on a call that they are or were in, a supervisor's on any; empty if there is none.
func (a *Archive) OwnNote(ctx context.Context, who service.Principal, id call.ID) (record.Note, error) {
	if err := a.may(ctx, who); err != nil {
		return record.Note{}, err
	}
	kept, err := a.noted(ctx, who, id)
	if err != nil {
		return record.Note{}, err
	}
	return own(kept, who), nil
}

// noted is what is kept of a call, for an agent who may write a note on it.
func (a *Archive) noted(ctx context.Context, who service.Principal, id call.ID) (record.Record, error) {
	kept, recorded, err := a.Shelf.Kept(ctx, id)
	if err != nil {
		return kept, err
	}
	if recorded {
		if !who.Supervisor && !slices.Contains(kept.Agents(), who.ID) {
			return kept, ErrNoRecord
		}
		return kept, nil
	}
	_, err = a.maySee(ctx, who, id, false) // it goes on, or its record is to be written yet
	return kept, err
}

func own(r record.Record, who service.Principal) record.Note {
	for _, n := range r.Notes {
		if n.By.ID == string(who.ID) {
			return n
		}
	}
	return record.Note{}
}

// SaveNote keeps the agent's note instead of the one before. Repeated, it changes nothing.
func (a *Archive) SaveNote(
	ctx context.Context, who service.Principal, id call.ID, n record.Note, now time.Time,
) (record.Note, error) {
	switch {
	case utf8.RuneCountInString(n.Text) > MaxNote:
		return n, ErrNoteTooLong
	case utf8.RuneCountInString(n.Name) > MaxName:
		return n, BadRequestError("The caller's name has at most 100 characters.")
	case n.Code != "" && !slices.Contains(a.Codes, n.Code):
		return n, BadRequestError("There is no such code.")
	case a.Keep == 0:
		return n, BadRequestError("This line keeps no records, so that no note can be kept.")
	}
	if err := a.may(ctx, who); err != nil {
		return n, err
	}
	kept, err := a.noted(ctx, who, id)
	if err != nil {
		return n, err
	}
	n.By, n.At = record.Party{ID: string(who.ID), Name: who.Name}, now
	switch before := own(kept, who); {
	case !before.Empty() && before.Same(n):
		return before, nil
	case before.Empty() && n.Empty():
		return n, nil
	}
	return n, a.Shelf.SaveNote(ctx, id, n, a.Keep)
}
