package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// The settings that are read when the process starts are those of its first request. Each later one reads them again,
// and so does a first one that comes late; and whatever fails ahead is read again, too.
func TestTheLinesSettingsAreReadAhead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fails error
		later time.Duration
		reads int // by the end of the first request
	}{
		{"at once", nil, 20 * time.Millisecond, 1},
		{"nobody has set any", service.ErrNotFound, 0, 1},
		{"late", nil, 3 * time.Second, 2},
		{"the clock was set back", nil, -time.Hour, 2},
		{"the store is down", service.ErrUnavailable, 0, 2},
	} {
		reads, now := 0, time.Unix(1_800_000_000, 0)
		l := &line{now: func() time.Time { return now }, read: func(context.Context) (settings.Line, error) {
			reads++
			return settings.Line{Version: int64(reads)}, tt.fails
		}}
		l.Warm(t.Context())
		now = now.Add(tt.later)
		got, err := l.Read(t.Context())
		down := errors.Is(tt.fails, service.ErrUnavailable)
		if reads != tt.reads || got.Version != int64(reads) || errors.Is(err, service.ErrUnavailable) != down {
			t.Errorf("%s: read %d times, version %d, %v", tt.name, reads, got.Version, err)
		}
		if got, _ := l.Read(t.Context()); got.Version != int64(tt.reads+1) {
			t.Errorf("%s: the next request has version %d", tt.name, got.Version)
		}
	}
}
