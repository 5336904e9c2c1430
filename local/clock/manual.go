package clock

import (
	"sync"
	"time"
)

// Manual is a Clock that stands still until it is advanced by hand. It is safe for use
// by several goroutines.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	count   int64
	pending map[*manualTimer]struct{}
}

// NewManual returns a clock that stands at the given time.
func NewManual(now time.Time) *Manual {
	return &Manual{now: now.Round(0), pending: map[*manualTimer]struct{}{}}
}

type manualTimer struct {
	clock *Manual
	at    time.Time
	order int64 // of two timers due at one time the older runs first
	f     func()
}

// Now is the time that the clock stands at.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// AfterFunc keeps f until Advance reaches its time.
func (m *Manual) AfterFunc(d time.Duration, f func()) Timer {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count++
	t := &manualTimer{clock: m, at: m.now.Add(max(d, 0)), order: m.count, f: f}
	m.pending[t] = struct{}{}
	return t
}

// Stop takes the function out of the waiting ones.
func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	_, waiting := t.clock.pending[t]
	delete(t.clock.pending, t)
	return waiting
}

// Advance moves the time on by d and runs every function that falls due on the way, in
// order of their times, each at its own time; also those that are added by the ones
// that run. It returns when the last has returned.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	until := m.now.Add(max(d, 0))
	for {
		t := m.next()
		if t == nil || t.at.After(until) {
			break
		}
		delete(m.pending, t)
		if t.at.After(m.now) {
			m.now = t.at
		}
		m.mu.Unlock()
		t.f()
		m.mu.Lock()
	}
	if until.After(m.now) {
		m.now = until
	}
	m.mu.Unlock()
}

// Next tells how long it is until the next function falls due, and false if none
// waits.
func (m *Manual) Next() (time.Duration, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.next()
	if t == nil {
		return 0, false
	}
	return max(t.at.Sub(m.now), 0), true
}

func (m *Manual) next() *manualTimer {
	var first *manualTimer
	for t := range m.pending {
		if first == nil || t.at.Before(first.at) || t.at.Equal(first.at) && t.order < first.order {
			first = t
		}
	}
	return first
}
