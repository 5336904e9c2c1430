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
const (
	lineFresh = 30 * time.Second
	lineRetry = 5 * time.Second
)

// LineSettings reads the line's settings, and remembers them: a caller never waits for them twice in a while, and
// never goes without. If they cannot be read, the last known hold, or nothing is set. A nil LineSettings has nothing
// set. It is safe for concurrent use.
type LineSettings struct {
	// Read reads them once, in a time that a caller can be kept waiting; ErrNotFound if nobody has set any.
	Read func(context.Context) (settings.Line, error)

	mu    sync.Mutex
	last  settings.Values
	until time.Time // when they are read again
}

// Values are the settings as they are now, or were a short time ago.
func (l *LineSettings) Values(ctx context.Context, now time.Time) settings.Values {
	if l == nil {
		return settings.Values{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) {
		return l.last
	}
	line, err := l.Read(ctx)
	switch {
	case err == nil, errors.Is(err, ErrNotFound):
		l.last, l.until = line.Values, now.Add(lineFresh)
	default:
		l.until = now.Add(lineRetry)
	}
	return l.last
}
