package webhooks

import (
	"math"
	"slices"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/notation"
)

// backlog is what has come up and is not sent yet: the queues of status callbacks, and what
// fault rules keep back. Sender.change alone hands it out, with the lock held.
type backlog struct {
	s      *Sender
	closed bool
	queues map[string]*queue
	held   []*heldCallback
	next   []*heldFetch
	hooks  int64 // counts webhooks as they come up
}

// change lets f change the backlog with the lock held.
func (s *Sender) change(f func(*backlog)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.backlog)
}

// queue holds the status callbacks of one call or one conference, which are sent one
// after the other, in the order in which things happened.
type queue struct {
	waiting []attempt
	running bool
}

// reorderLimit is how long a webhook waits for another one to overtake it.
const reorderLimit = 5 * time.Second

// heldCallback is a callback that waits until the next one has been sent.
type heldCallback struct {
	queue string
	attempt
	timer clock.Timer
}

// heldFetch is the fetch of a document that waits until the next webhook has been sent.
type heldFetch struct {
	*activity.Waker
	order int64 // of its own
}

// Queue sends a status callback, best effort, after those that were queued before under
// the same name. It does not wait, so it may be called with a lock held.
func (s *Sender) Queue(name string, h Hook) {
	s.change(func(b *backlog) {
		b.callback(name, attempt{Hook: h, token: notation.NewSID(""), order: b.count(), chosen: true})
	})
}

// callback chooses the fault of a callback and does what has to be done before it is
// sent.
func (b *backlog) callback(name string, a attempt) {
	now := b.s.clock.Now()
	f := b.s.rules.Choose(faults.Webhook, faults.PathOf(a.URL), a.Method, a.Event)
	if f == nil {
		b.enqueue(name, a)
		return
	}
	switch f.Do {
	case faults.Double, faults.Delay, faults.Reorder:
		a.struck, a.due = f.Do, now
	default:
		a.fault = f
	}
	switch f.Do {
	case faults.Drop:
		b.s.journal.Add(journal.Record{
			Kind: journal.KindWebhook, At: now, Event: a.Event, SID: a.SID, Method: a.Method, URL: a.URL,
			Params: journal.Flat(a.Form), Body: a.Form.Encode(), Fault: f.Do, Error: "dropped by a fault rule",
		})
	case faults.Double:
		b.enqueue(name, a)
		b.enqueue(name, a)
	case faults.Delay:
		b.after(f.Delay(time.Second), func(b *backlog) { b.enqueue(name, a) })
	case faults.Reorder:
		held := &heldCallback{queue: name, attempt: a}
		held.timer = b.after(f.Delay(reorderLimit), func(b *backlog) { b.release(held) })
		b.held = append(b.held, held)
	default:
		b.enqueue(name, a)
	}
}

// after runs f when d has gone by.
func (b *backlog) after(d time.Duration, f func(*backlog)) clock.Timer {
	s := b.s
	return s.clock.AfterFunc(d, func() { s.change(f) })
}

// release sends a held callback after all, if it has not been sent.
func (b *backlog) release(held *heldCallback) {
	i := slices.Index(b.held, held)
	if i < 0 {
		return
	}
	b.held = slices.Delete(b.held, i, i+1)
	held.timer.Stop()
	b.enqueue(held.queue, held.attempt)
}

// enqueue puts a callback at the end of its queue.
func (b *backlog) enqueue(name string, a attempt) {
	if b.closed {
		return
	}
	q := b.queues[name]
	if q == nil {
		q = &queue{}
		b.queues[name] = q
	}
	q.waiting = append(q.waiting, a)
	if !q.running {
		q.running = true
		s := b.s
		s.busy.Go(func() { s.drain(name, q) })
	}
}

// dequeue takes the oldest callback of a queue; false if the queue is done with.
func (b *backlog) dequeue(name string, q *queue) (a attempt, ok bool) {
	if len(q.waiting) == 0 || b.closed {
		q.running = false
		delete(b.queues, name)
		return a, false
	}
	a = q.waiting[0]
	q.waiting = q.waiting[1:]
	return a, true
}

// drain sends what waits in a queue until it is empty.
func (s *Sender) drain(name string, q *queue) {
	for {
		var a attempt
		var ok bool
		s.change(func(b *backlog) { a, ok = b.dequeue(name, q) })
		if !ok {
			return
		}
		s.send(a)
	}
}

// count numbers webhooks in the order in which they come up.
func (b *backlog) count() int64 {
	b.hooks++
	return b.hooks
}

// sent tells that a webhook has been sent, which lets those go that a fault rule keeps
// back and that came up before it.
func (b *backlog) sent(order int64) {
	for _, held := range slices.Clone(b.held) {
		if held.order < order {
			b.release(held)
		}
	}
	b.next = slices.DeleteFunc(b.next, func(w *heldFetch) bool {
		if w.order >= order {
			return false
		}
		w.Wake()
		return true
	})
}

// releaseAll lets everything go that a fault rule keeps back.
func (s *Sender) releaseAll() { s.change(func(b *backlog) { b.sent(math.MaxInt64) }) }
