package voice

import (
	"sync"
)

// inbox is a queue of things to do, done one after the other by run. It is unbounded,
// so that neither the network nor a browser ever waits for the other.
type inbox struct {
	mu      sync.Mutex
	waiting []func()
	closed  bool
	ready   chan struct{}
}

func newInbox() *inbox {
	return &inbox{ready: make(chan struct{}, 1)}
}

// post adds something to do; after close it does nothing.
func (b *inbox) post(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.waiting = append(b.waiting, f)
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// close lets run return after what it does now. What waits is dropped.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		b.waiting = nil
		close(b.ready)
	}
}

// run does what is posted until the inbox is closed.
func (b *inbox) run() {
	for range b.ready {
		for f := b.next(); f != nil; f = b.next() {
			f()
		}
	}
}

func (b *inbox) next() func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		return nil
	}
	f := b.waiting[0]
	b.waiting = b.waiting[1:]
	return f
}
