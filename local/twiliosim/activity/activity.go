// Package activity knows whether anything is under way: a webhook, a REST call, a message
// to a client, a step of a document. What waits for a time to come is not under way.
//
// It refuses to know what is done; it counts it and waits for it.
package activity

import (
	"context"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/work"
)

// Tracker counts what is under way. Its methods are safe for concurrent use.
type Tracker struct {
	*work.Gauge
	clock  clock.Clock
	ctx    context.Context
	cancel context.CancelFunc
}

// New returns a Tracker with nothing under way. Its waits go by the clock.
func New(c clock.Clock) *Tracker {
	ctx, cancel := context.WithCancel(context.Background())
	return &Tracker{Gauge: work.NewGauge(), clock: c, ctx: ctx, cancel: cancel}
}

// Close ends all waits, and waits itself until nothing is under way; it reports false if
// that takes longer than the limit (real time).
func (t *Tracker) Close(limit time.Duration) bool {
	t.cancel()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	return t.Idle(ctx) == nil
}

// deadlineKey holds the end of a Context by the clock.
type deadlineKey struct{}

// Context is a context that ends after d by the clock, and when the Tracker is closed.
func (t *Tracker) Context(d time.Duration) (context.Context, func()) { return t.Within(t.ctx, d) }

// Within is a context that ends with its parent, or after d by the clock.
func (t *Tracker) Within(parent context.Context, d time.Duration) (context.Context, func()) {
	end := t.clock.Now().Add(d)
	if at, ok := parent.Value(deadlineKey{}).(time.Time); ok && at.Before(end) {
		end = at
	}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, deadlineKey{}, end))
	timer := t.clock.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() { timer.Stop(); cancel(nil) }
}

// Rest waits for d by the clock or until ctx ends, and is not under way meanwhile. The
// time that wakes it makes it busy before Advance returns. Whoever calls it must be
// under way.
func (t *Tracker) Rest(ctx context.Context, d time.Duration) {
	t.RestUntil(ctx, t.NewWaker(), d)
}

// RestUntil is Rest that w may end earlier.
func (t *Tracker) RestUntil(ctx context.Context, w *Waker, d time.Duration) {
	if at, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		d = min(d, at.Sub(t.clock.Now()))
	}
	timer := t.clock.AfterFunc(d, w.Wake)
	defer timer.Stop()
	t.Wait(ctx, w)
}

// Wait waits for w or until ctx ends, and is not under way meanwhile. Whoever calls it must
// be under way.
func (t *Tracker) Wait(ctx context.Context, w *Waker) {
	for _, c := range []context.Context{ctx, t.ctx} {
		defer context.AfterFunc(c, w.Wake)()
	}
	w.wait()
}

// Waker lets one goroutine be woken once, without a moment in which neither the waker
// nor the woken counts as under way.
type Waker struct {
	busy *Tracker
	once chan struct{} // holds one token
	woke chan struct{}
}

// NewWaker returns a Waker that has not been used.
func (t *Tracker) NewWaker() *Waker {
	w := &Waker{busy: t, once: make(chan struct{}, 1), woke: make(chan struct{})}
	w.once <- struct{}{}
	return w
}

// Wake wakes the waiter; all but the first call do nothing.
func (w *Waker) Wake() {
	select {
	case <-w.once:
		w.busy.Begin()
		close(w.woke)
	default:
	}
}

// wait waits for Wake; the one who calls it must be under way.
func (w *Waker) wait() {
	w.busy.Done()
	<-w.woke
}
