package activity

import (
	"context"
	"errors"
	"testing"
	"time"

	"warmtransfer/local/clock"
)

func newTracker() (*Tracker, *clock.Manual) {
	c := clock.NewManual(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	return New(c), c
}

// ended is a context that is over: Idle with it only looks.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func settle(t *testing.T, busy *Tracker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := busy.Idle(ctx); err != nil {
		t.Fatalf("it does not come to rest: %v", err)
	}
}

// TestWhoRestsIsNotUnderWay until the clock wakes it, and then at once.
func TestWhoRestsIsNotUnderWay(t *testing.T) {
	busy, c := newTracker()
	woke, goOn := make(chan struct{}), make(chan struct{})
	busy.Go(func() {
		busy.Rest(context.Background(), time.Minute)
		close(woke)
		<-goOn
	})
	settle(t, busy)
	c.Advance(time.Minute)
	<-woke
	// The context is over and the work is not: only the work can have been awaited.
	if err := busy.Idle(ended()); !errors.Is(err, context.Canceled) {
		t.Errorf("Idle while somebody works: %v", err)
	}
	close(goOn)
	settle(t, busy)
}

// TestAWaiterIsWokenEarlier: by its Waker, by its context, by the end of all.
func TestAWaiterIsWokenEarlier(t *testing.T) {
	for name, wake := range map[string]func(busy *Tracker, w *Waker, cancel func()){
		"by its waker":     func(_ *Tracker, w *Waker, _ func()) { w.Wake(); w.Wake() },
		"by its context":   func(_ *Tracker, _ *Waker, cancel func()) { cancel() },
		"by the end of it": func(busy *Tracker, _ *Waker, _ func()) { busy.Close(time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			busy, _ := newTracker()
			w := busy.NewWaker()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			woke := make(chan struct{})
			busy.Go(func() {
				busy.RestUntil(ctx, w, time.Hour)
				close(woke)
			})
			settle(t, busy)
			wake(busy, w, cancel)
			<-woke
			settle(t, busy)
		})
	}
}

// TestAContextEndsByTheClock, and one within it no later.
func TestAContextEndsByTheClock(t *testing.T) {
	busy, c := newTracker()
	outer, stop := busy.Context(2 * time.Second)
	defer stop()
	inner, stopInner := busy.Within(outer, time.Hour)
	defer stopInner()
	c.Advance(time.Second)
	if outer.Err() != nil || inner.Err() != nil {
		t.Errorf("after a second: %v, %v", outer.Err(), inner.Err())
	}
	c.Advance(time.Second)
	<-inner.Done()
	if cause := context.Cause(outer); !errors.Is(cause, context.DeadlineExceeded) {
		t.Errorf("it ended by %v", cause)
	}
}
