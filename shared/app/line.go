package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// lineFirst is how long the line's settings may be known that were read when the process started. It is for the request
// that has started the process, and little beside the time for which settings are believed in.
const lineFirst = 300 * time.Millisecond

// line reads the line's settings. Warm reads them ahead, with the connection that it opens, so that the first caller
// of a process does not wait for them.
type line struct {
	read func(context.Context) (settings.Line, error)
	now  func() time.Time

	mu    sync.Mutex
	first *settings.Line // that was read ahead and not asked for
	at    time.Time
}

// Warm implements httpapi.Warmer.
func (l *line) Warm(ctx context.Context) {
	v, err := l.read(ctx)
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first, l.at = &v, l.clock()
}

// Read implements service.LineSettings.Read.
func (l *line) Read(ctx context.Context) (settings.Line, error) {
	if v := l.ahead(); v != nil {
		return *v, nil
	}
	return l.read(ctx)
}

// ahead is what was read ahead, once; nil if there is nothing, or it is too old.
func (l *line) ahead() (v *settings.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, l.first = l.first, nil
	if age := l.clock().Sub(l.at); age < 0 || age > lineFirst {
		return nil
	}
	return v
}

// clock is without the monotonic clock, which may stop while Lambda has frozen the process.
func (l *line) clock() time.Time { return l.now().Round(0) }
