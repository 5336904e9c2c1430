package twiliosim

import (
	"slices"
	"time"

	"warmtransfer/local/clock"
)

// queue sends the status callbacks of one call or one conference one after the other,
// in the order in which things happened.
type queue struct {
	waiting []hook
	running bool
}

// reorderLimit is how long a callback waits for another one to overtake it.
const reorderLimit = 5 * time.Second

// heldHook is a callback that waits until the next one has been sent.
type heldHook struct {
	key   string
	hook  hook
	timer clock.Timer
}

// callback sends a status callback, best effort. key names the queue. Locked.
func (n *Network) callback(key string, h hook) {
	h.token = newSID("")
	n.numberHook(&h)
	h.chosen = true
	h.fault = n.faults.choose(faultWebhook, pathOf(h.url), h.method, h.event)
	if h.fault == nil {
		n.enqueue(key, h)
		return
	}
	f := h.fault
	switch f.Do {
	case doDouble, doDelay, doReorder:
		h.fault, h.struck, h.due = nil, f.Do, n.clock.Now()
	}
	switch f.Do {
	case doDrop:
		n.record(Record{Kind: recordWebhook, At: n.clock.Now(), Event: h.event, SID: h.sid, Method: h.method, URL: h.url,
			Params: flat(h.form), Body: h.form.Encode(), Fault: f.Do, Error: "dropped by a fault rule"})
	case doDouble:
		n.enqueue(key, h)
		n.enqueue(key, h)
	case doDelay:
		n.after(f.delay(time.Second), func() { n.enqueue(key, h) })
	case doReorder:
		held := &heldHook{key: key, hook: h}
		held.timer = n.after(f.delay(reorderLimit), func() { n.release(held) })
		n.faults.held = append(n.faults.held, held)
	default:
		n.enqueue(key, h)
	}
}

// release sends a held callback after all, if it has not been sent. Locked.
func (n *Network) release(held *heldHook) {
	for i, h := range n.faults.held {
		if h == held {
			n.faults.held = append(n.faults.held[:i:i], n.faults.held[i+1:]...)
			held.timer.Stop()
			n.enqueue(held.key, held.hook)
			return
		}
	}
}

// enqueue puts a callback at the end of its queue. Locked.
func (n *Network) enqueue(key string, h hook) {
	if n.closed {
		return
	}
	q := n.queues[key]
	if q == nil {
		q = &queue{}
		n.queues[key] = q
	}
	q.waiting = append(q.waiting, h)
	if !q.running {
		q.running = true
		n.async(func() { n.drain(key, q) })
	}
}

// drain sends what waits in a queue until it is empty.
func (n *Network) drain(key string, q *queue) {
	for {
		n.mu.Lock()
		if len(q.waiting) == 0 || n.closed {
			q.running = false
			delete(n.queues, key)
			n.mu.Unlock()
			return
		}
		h := q.waiting[0]
		q.waiting = q.waiting[1:]
		n.mu.Unlock()
		n.send(h)
	}
}

// numberHook numbers a webhook in the order in which they come up. Locked.
func (n *Network) numberHook(h *hook) {
	if h.order == 0 {
		n.faults.hooks++
		h.order = n.faults.hooks
	}
}

// sentOne tells that a webhook has been sent, which lets those go that a fault rule
// keeps back and that came up before it. Locked.
func (n *Network) sentOne(order int64) {
	for _, held := range slices.Clone(n.faults.held) {
		if held.hook.order < order {
			n.release(held)
		}
	}
	n.faults.next = slices.DeleteFunc(n.faults.next, func(w *heldFetch) bool {
		if w.order >= order {
			return false
		}
		w.wake()
		return true
	})
}
