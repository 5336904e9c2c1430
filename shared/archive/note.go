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
	n, _, err := a.own(ctx, who, id)
	return n, err
}

// own is the agent's note on a call, and the call, for an agent who may write one.
func (a *Archive) own(
	ctx context.Context, who service.Principal, id call.ID,
) (own record.Note, c *call.Call, err error) {
	if c, err = a.seen(ctx, who, id, false); err != nil {
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

// SaveNote keeps the agent's note instead of the one before. Repeated, it changes nothing.
func (a *Archive) SaveNote(
	ctx context.Context, who service.Principal, id call.ID, n record.Note, now time.Time,
) (record.Note, error) {
	switch {
	case utf8.RuneCountInString(n.Text) > MaxNote:
		return n, ErrNoteTooLong
	case utf8.RuneCountInString(n.Name) > MaxName:
		return n, BadRequestError("The caller's name has at most 100 characters.")
	case a.Keep == 0:
		return n, BadRequestError("This line keeps no records, so that no note can be kept.")
	}
	if err := a.may(ctx, who); err != nil {
		return n, err
	}
	before, c, err := a.own(ctx, who, id)
	if err != nil {
		return n, err
	}
	// It may have been in the list.
	if n.Code != "" && n.Code != before.Code && !slices.Contains(a.codes(ctx, now), n.Code) {
		return n, BadRequestError("There is no such code.")
	}
	n.By, n.At = record.Party{ID: string(who.ID), Name: who.Name}, now
	switch {
	case !before.Empty() && before.Same(n):
		return before, nil
	case before.Empty() && n.Empty():
		return n, nil
	}
	keep := a.Keep
	if !c.Live() { // it goes with the record
		keep -= now.Sub(c.Ended)
	}
	return n, a.Shelf.SaveNote(ctx, id, n, max(keep, time.Hour))
}
