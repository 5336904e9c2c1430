package activity

import "sync"

// Queue runs functions one after the other, in the order in which they were added, from
// a goroutine of its own. The zero value is not usable: see NewQueue.
type Queue struct {
	busy *Tracker

	mu      sync.Mutex
	closed  bool
	running bool
	waiting []func()
}

// NewQueue returns a Queue whose work is under way in t.
func NewQueue(t *Tracker) *Queue { return &Queue{busy: t} }

// Add queues f. It does not wait, so it may be called with a lock held that f needs.
func (q *Queue) Add(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.waiting = append(q.waiting, f)
	if !q.running {
		q.running = true
		q.busy.Go(q.run)
	}
}

// run works until nothing waits.
func (q *Queue) run() {
	for {
		q.mu.Lock()
		work := q.waiting
		q.waiting = nil
		if len(work) == 0 {
			q.running = false
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		for _, f := range work {
			f()
		}
	}
}

// Close forgets what waits; from now on Add does nothing.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.waiting = nil
}
