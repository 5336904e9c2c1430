// Package work counts work that is under way, and does it in order.
//
// It does not know what the work is.
package work

import (
	"context"
	"sync"
)

// Gauge counts what is under way. It is safe for concurrent use; the zero value is not usable: see NewGauge.
type Gauge struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed while n is 0
}

// NewGauge is a Gauge with nothing under way.
func NewGauge() *Gauge {
	g := &Gauge{zero: make(chan struct{})}
	close(g.zero)
	return g
}

// Begin counts one more thing that is under way; Done is its end.
func (g *Gauge) Begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 {
		g.zero = make(chan struct{})
	}
	g.n++
}

// Done ends what Begin began.
func (g *Gauge) Done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n--; g.n == 0 {
		close(g.zero)
	}
}

// Go runs f in a goroutine that is under way until f returns.
func (g *Gauge) Go(f func()) {
	g.Begin()
	go func() {
		defer g.Done()
		f()
	}()
}

// Count is how many things are under way.
func (g *Gauge) Count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n
}

// Idle waits until nothing is under way. So a test may act, wait for Idle and look; then move the clock, wait for Idle
// and look again. The error is the context's.
func (g *Gauge) Idle(ctx context.Context) error {
	g.mu.Lock()
	zero := g.zero
	g.mu.Unlock()
	select {
	case <-zero:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
