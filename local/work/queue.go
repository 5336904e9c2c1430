package work

import "sync"

// Queue does things one after the other, in the order in which they were added, from a goroutine of its own, which
// lives while something waits. It is unbounded, so that whoever adds never waits. It is safe for concurrent use; the
// zero value is not usable: see NewQueue.
type Queue struct {
	start func(run func())

	mu      sync.Mutex
	closed  bool
	running bool
	waiting []func()
}

// NewQueue is an empty Queue. Start must run what it is given in a goroutine and return: Gauge.Go, or a WaitGroup's Go.
func NewQueue(start func(run func())) *Queue { return &Queue{start: start} }

// Add queues f. It does not wait, so it may be called with a lock held that f needs. After Close it does nothing.
func (q *Queue) Add(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.waiting = append(q.waiting, f)
	if !q.running {
		q.running = true
		q.start(q.run)
	}
}

// run works until nothing waits.
func (q *Queue) run() {
	for f := q.next(); f != nil; f = q.next() {
		f()
	}
}

func (q *Queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.running = false
		return nil
	}
	f := q.waiting[0]
	q.waiting = q.waiting[1:]
	return f
}

// Close forgets what waits; what is being done is finished.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.waiting = nil
}
