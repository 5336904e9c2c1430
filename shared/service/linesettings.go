package service

import (
	"context"
	"errors"
	"sync"
	"time"

	"warmtransfer/shared/settings"
)

// LinesKept is how many earlier versions of the line's settings are kept.
const LinesKept = 20

// LineStore keeps the line's settings. Errors are as those of Store.
type LineStore interface {
	// Line reads the settings for a caller: quickly, and they may be some moments old.
	Line(ctx context.Context) (settings.Line, error)
	// CurrentLine reads the settings as they were saved last.
	CurrentLine(ctx context.Context) (settings.Line, error)
	// SaveLine replaces was by next, and keeps was; ErrConflict if it is no longer the current one.
	SaveLine(ctx context.Context, was settings.Line, next *settings.Line) error
	// EarlierLines lists the versions before the given one that are kept, the latest first.
	EarlierLines(ctx context.Context, before int64) ([]settings.Line, error)
}

// lineFresh is how long the line's settings are used until they are read again, and lineRetry how long after they
// could not be read.
//
// emergencyKnown is how long an emergency is believed in that cannot be read again. The other settings change rarely,
// and hold until others can be read.
const (
	lineFresh      = 30 * time.Second
	lineRetry      = 5 * time.Second
	emergencyKnown = 2 * time.Minute
)

// LineSettings reads the line's settings, and remembers them: a caller never waits for them twice in a while, and
// never goes without. If they cannot be read, the last known hold, or nothing is set. A nil LineSettings has nothing
// set. It is safe for concurrent use.
type LineSettings struct {
	// Read reads them once, in a time that a caller can be kept waiting; ErrNotFound if nobody has set any.
	Read func(context.Context) (settings.Line, error)

	mu    sync.Mutex
	last  settings.Line
	known time.Time // when they were read last
	until time.Time // when they are read again
}

// Values are the settings as they are now, or were a short time ago.
func (l *LineSettings) Values(ctx context.Context, now time.Time) settings.Values {
	return l.line(ctx, now).Values
}

// EndsWaits is the time before which a caller has arrived whose wait in the queue an emergency ends; zero if none does.
// Callers who have arrived later were admitted by a function that knew the line to be open.
func (l *LineSettings) EndsWaits(ctx context.Context, now time.Time) time.Time {
	line := l.line(ctx, now)
	if !line.Values.Emergency.EndWaits {
		return time.Time{}
	}
	return line.At.Add(lineFresh)
}

func (l *LineSettings) line(ctx context.Context, now time.Time) settings.Line {
	if l == nil {
		return settings.Line{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) {
		return l.last
	}
	line, err := l.Read(ctx)
	switch {
	case err == nil, errors.Is(err, ErrNotFound):
		l.last, l.known, l.until = line, now, now.Add(lineFresh)
	default:
		l.until = now.Add(lineRetry)
		if now.After(l.known.Add(emergencyKnown)) {
			l.last.Values.Emergency = settings.Emergency{}
		}
	}
	return l.last
}
