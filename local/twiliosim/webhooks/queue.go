package webhooks

import (
	"math"
	"net/url"
	"slices"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/notation"
)

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
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callback(name, attempt{Hook: h, token: notation.NewSID(""), order: s.count(), chosen: true})
}

// callback chooses the fault of a callback and does what has to be done before it is
// sent. The caller holds mu.
func (s *Sender) callback(name string, a attempt) {
	f := s.rules.Choose(faults.Webhook, pathOf(a.URL), a.Method, a.Event)
	if f == nil {
		s.enqueue(name, a)
		return
	}
	switch f.Do {
	case faults.Double, faults.Delay, faults.Reorder:
		a.struck, a.due = f.Do, s.clock.Now()
	default:
		a.fault = f
	}
	switch f.Do {
	case faults.Drop:
		s.journal.Add(journal.Record{
			Kind: journal.KindWebhook, At: s.clock.Now(), Event: a.Event, SID: a.SID, Method: a.Method, URL: a.URL,
			Params: journal.Flat(a.Form), Body: a.Form.Encode(), Fault: f.Do, Error: "dropped by a fault rule",
		})
	case faults.Double:
		s.enqueue(name, a)
		s.enqueue(name, a)
	case faults.Delay:
		s.after(f.Delay(time.Second), func() { s.enqueue(name, a) })
	case faults.Reorder:
		held := &heldCallback{queue: name, attempt: a}
		held.timer = s.after(f.Delay(reorderLimit), func() { s.release(held) })
		s.held = append(s.held, held)
	default:
		s.enqueue(name, a)
	}
}

// after runs f with mu held when d has gone by.
func (s *Sender) after(d time.Duration, f func()) clock.Timer {
	return s.clock.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		f()
	})
}

// release sends a held callback after all, if it has not been sent. The caller holds mu.
func (s *Sender) release(held *heldCallback) {
	i := slices.Index(s.held, held)
	if i < 0 {
		return
	}
	s.held = slices.Delete(s.held, i, i+1)
	held.timer.Stop()
	s.enqueue(held.queue, held.attempt)
}

// enqueue puts a callback at the end of its queue. The caller holds mu.
func (s *Sender) enqueue(name string, a attempt) {
	if s.closed {
		return
	}
	q := s.queues[name]
	if q == nil {
		q = &queue{}
		s.queues[name] = q
	}
	q.waiting = append(q.waiting, a)
	if !q.running {
		q.running = true
		s.busy.Go(func() { s.drain(name, q) })
	}
}

// drain sends what waits in a queue until it is empty.
func (s *Sender) drain(name string, q *queue) {
	for {
		s.mu.Lock()
		if len(q.waiting) == 0 || s.closed {
			q.running = false
			delete(s.queues, name)
			s.mu.Unlock()
			return
		}
		a := q.waiting[0]
		q.waiting = q.waiting[1:]
		s.mu.Unlock()
		s.send(a)
	}
}

// count numbers webhooks in the order in which they come up. The caller holds mu.
func (s *Sender) count() int64 {
	s.hooks++
	return s.hooks
}

// sent tells that a webhook has been sent, which lets those go that a fault rule keeps
// back and that came up before it.
func (s *Sender) sent(order int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, held := range slices.Clone(s.held) {
		if held.order < order {
			s.release(held)
		}
	}
	s.next = slices.DeleteFunc(s.next, func(w *heldFetch) bool {
		if w.order >= order {
			return false
		}
		w.Wake()
		return true
	})
}

// releaseAll lets everything go that a fault rule keeps back.
func (s *Sender) releaseAll() { s.sent(math.MaxInt64) }

// pathOf is the path of a URL, or the URL if it is none.
func pathOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	return u.Path
}
