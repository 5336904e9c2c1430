package voicemail

import (
	"context"
	"sync"
	"time"
)

// Counter counts the messages of which nobody takes care, for pages that do not show them. One function asks the store
// once in countFresh, however many pages ask it.
type Counter struct {
	Count func(ctx context.Context, most int) (int, error)

	mu    sync.Mutex
	until time.Time
	last  *int
}

const (
	countFresh = 30 * time.Second
	// countLimit is how long a heartbeat waits for it.
	countLimit = 300 * time.Millisecond
	// MostNew is how many are counted.
	MostNew = 99
)

// Counted is how many there are, or were when that was last known; nil if it never was.
func (c *Counter) Counted(ctx context.Context, now time.Time) *int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.until) {
		return c.last
	}
	ctx, cancel := context.WithTimeout(ctx, countLimit)
	defer cancel()
	c.until = now.Add(countFresh)
	if n, err := c.Count(ctx, MostNew); err == nil {
		c.last = &n
	}
	return c.last
}
