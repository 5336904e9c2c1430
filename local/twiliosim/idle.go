package twiliosim

import (
	"context"
	"time"
)

// Idle waits until nothing is under way: no webhook, no REST call, no message to an
// Endpoint, no step of a document. What waits for a time to come is not under way, nor
// is what a fault rule keeps from being answered. So a test may act, wait for Idle and
// look; then move the clock, wait for Idle and look again.
func (n *Network) Idle(ctx context.Context) error {
	n.busy.mu.Lock()
	zero := n.busy.zero
	n.busy.mu.Unlock()
	select {
	case <-zero:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deadlineKey holds the end of a clockContext by the network's clock.
type deadlineKey struct{}

// rest waits for d of the network's time or until ctx ends, and is not under way
// meanwhile. The time that wakes it makes it busy before Advance returns.
func (n *Network) rest(ctx context.Context, d time.Duration) {
	n.restUntil(ctx, n.newWaker(), d)
}

// restUntil is rest that w may end earlier.
func (n *Network) restUntil(ctx context.Context, w *waker, d time.Duration) {
	if at, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		d = min(d, at.Sub(n.clock.Now()))
	}
	timer := n.clock.AfterFunc(d, w.wake)
	defer timer.Stop()
	for _, c := range []context.Context{ctx, n.ctx} {
		defer context.AfterFunc(c, w.wake)()
	}
	w.wait()
}

// waker lets one goroutine be woken once, without a moment in which neither the waker
// nor the woken counts as under way.
type waker struct {
	busy *gauge
	once chan struct{} // holds one token
	woke chan struct{}
}

func (n *Network) newWaker() *waker {
	w := &waker{busy: n.busy, once: make(chan struct{}, 1), woke: make(chan struct{})}
	w.once <- struct{}{}
	return w
}

// wake wakes the waiter; all but the first call do nothing.
func (w *waker) wake() {
	select {
	case <-w.once:
		w.busy.add(1)
		close(w.woke)
	default:
	}
}

// wait waits for wake; the one who calls it must be under way.
func (w *waker) wait() {
	w.busy.add(-1)
	<-w.woke
}
