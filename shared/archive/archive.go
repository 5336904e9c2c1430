// Package archive has the use cases of the calls that have ended: their history, what is known of a caller, and notes.
//
// It decides who may see what. It makes no change to a call.
package archive

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Shelf keeps records. Its errors are those of service.Store.
type Shelf interface {
	service.AgentReader
	Call(ctx context.Context, id call.ID) (*call.Call, error)
	// Places lists the places of the records of a list, newest first: those that are at or after from and before the
	// place before, n at most. A place is the time of the call's end as text, then "#" and the call's id (see Place).
	Places(ctx context.Context, list List, from, before string, n int) ([]string, error)
	// Records reads the records of these calls, in their order, with their notes. It leaves out those that are gone.
	Records(ctx context.Context, ids []call.ID) ([]record.Record, error)
	// Notes are the notes on a call, also those that were emptied.
	Notes(ctx context.Context, id call.ID) ([]record.Note, error)
	// SaveNote writes an agent's note over the one of the version before its own. It is kept so long from now on.
	// service.ErrConflict: another version is stored, and stays.
	SaveNote(ctx context.Context, id call.ID, n record.Note, keep time.Duration) error
}

// List says which records a list has: all, or those of one agent or one caller, or those in which nobody has talked to
// the caller.
type List struct {
	Agent   agent.ID
	Caller  string
	Unheard bool
}

// Archive carries out the use cases.
type Archive struct {
	Shelf Shelf
	Keep  time.Duration // how long a record is kept; 0: none is
	// Codes are those that a note may have; nil is none.
	Codes func(context.Context, time.Time) []string
}

// Limits of what an agent may ask.
const (
	MaxNote = 2000 // characters
	MaxName = 100
	MaxText = 100
	MaxSpan = 92 * 24 * time.Hour // if they say when it begins
)

var (
	// ErrNoRecord: there is no such call, or it is none of the agent's.
	ErrNoRecord = errors.New("no such call")
	// ErrNoteTooLong: the note is longer than MaxNote.
	ErrNoteTooLong = errors.New("the note is too long")
	// ErrNoteChanged: the agent has changed the note elsewhere since they have seen it.
	ErrNoteChanged = errors.New("the note was changed elsewhere")
)

// BadRequestError says what is wrong with a request.
type BadRequestError string

func (e BadRequestError) Error() string { return string(e) }

func (a *Archive) codes(ctx context.Context, now time.Time) []string {
	if a.Codes == nil {
		return nil
	}
	return a.Codes(ctx, now)
}

// may returns an error for an agent who may not ask at all.
func (a *Archive) may(ctx context.Context, who service.Principal) error {
	return service.MayAsk(ctx, a.Shelf, who)
}

// Place is the place of a call that ended then, or of the first one that may have ended then if id is "".
func Place(ended time.Time, id call.ID) string {
	place := ended.UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
	if id != "" {
		place += "#" + string(id)
	}
	return place
}

// Before is the place of a time so much before that of a place.
func Before(place string, by time.Duration) string {
	at, _, _ := strings.Cut(place, "#")
	t, _ := time.Parse(time.RFC3339Nano, at) // of a place
	return Place(t.Add(-by), "")
}

// seen is the call, for an agent who is or was in it, or a supervisor; and for those for whom also says so.
// ErrNoRecord for all others.
func (a *Archive) seen(
	ctx context.Context, who service.Principal, id call.ID, also func(*call.Call) bool,
) (*call.Call, error) {
	c, err := a.Shelf.Call(ctx, id)
	switch {
	case errors.Is(err, service.ErrNotFound):
		return nil, ErrNoRecord
	case err != nil:
		return nil, err
	case c.Forgotten: // a note on it would never be found, and never be forgotten
		return nil, ErrNoRecord
	}
	if who.Supervisor || also(c) || slices.Contains(record.Of(c).Agents(), who.ID) {
		return c, nil
	}
	return nil, ErrNoRecord
}

// unheard: a call that is over without anybody having talked to the caller is everybody's.
func unheard(c *call.Call) bool { return !c.Live() && record.Of(c).Unheard }
