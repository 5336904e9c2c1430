package twiliosim

import (
	"net/url"
	"slices"
	"time"
)

// Record is one webhook sent, one REST call received, or one warning that Twilio would
// show in its debugger.
type Record struct {
	N    int64     `json:"n"` // counts up from 1, in the order of completion
	Kind string    `json:"kind"`
	At   time.Time `json:"at"` // when it began, by the network's clock
	// Due is when a callback came up whose Fault was done to it before it was sent: since then
	// it may have been held back. By the network's clock.
	Due time.Time `json:"due,omitzero"`
	// Event tells what it was: of a webhook voice, action, wait, hold, announce, fallback,
	// call-completed, participant-join and so on; of a REST call the operation, such as
	// UpdateParticipant.
	Event  string            `json:"event,omitempty"`
	SID    string            `json:"sid,omitempty"` // the call or conference concerned
	Method string            `json:"method,omitempty"`
	URL    string            `json:"url,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	Body   string            `json:"body,omitempty"` // the form as sent
	// Status is the HTTP status; 0 if there was no answer.
	Status   int     `json:"status"`
	Response string  `json:"response,omitempty"`
	Millis   float64 `json:"ms"` // as measured by a real clock
	Attempt  int     `json:"attempt,omitempty"`
	Token    string  `json:"token,omitempty"` // I-Twilio-Idempotency-Token
	Fault    string  `json:"fault,omitempty"` // what a fault rule did to it
	Code     int     `json:"code,omitempty"`  // Twilio's error code
	Error    string  `json:"error,omitempty"`
}

// The kinds of Record.
const (
	recordWebhook = "webhook"
	recordREST    = "rest"
	recordWarning = "warning"
)

// bodyLimit is how much of a body a Record keeps.
const bodyLimit = 16 << 10

// records are the last ones, bounded.
type records struct {
	limit int
	count int64
	last  []Record
}

func (r *records) add(rec Record) Record {
	r.count++
	rec.N = r.count
	rec.Body, rec.Response = clip(rec.Body), clip(rec.Response)
	r.last = append(r.last, rec)
	if len(r.last) > r.limit+r.limit/4 {
		r.last = slices.Clone(r.last[len(r.last)-r.limit:])
	}
	return rec
}

func clip(s string) string {
	if len(s) > bodyLimit {
		return s[:bodyLimit]
	}
	return s
}

func (r *records) after(n int64) []Record {
	i, _ := slices.BinarySearchFunc(r.last, n+1, func(rec Record, n int64) int { return int(rec.N - n) })
	last := r.last[max(i, len(r.last)-r.limit):]
	return slices.Clone(last)
}

// flat is the first value of each field.
func flat(form url.Values) map[string]string {
	if len(form) == 0 {
		return nil
	}
	m := make(map[string]string, len(form))
	for name, values := range form {
		if len(values) > 0 {
			m[name] = values[0]
		}
	}
	return m
}

// record remembers one and tells the event stream. Locked.
func (n *Network) record(rec Record) {
	rec = n.records.add(rec)
	n.emit(Event{Event: rec.Kind, Call: rec.SID, Detail: rec.Event, Status: rec.Status, Code: rec.Code, Text: rec.Error, N: rec.N})
}

// warn remembers what Twilio would show in its debugger. Locked.
func (n *Network) warn(sid string, p *problem) {
	n.record(Record{Kind: recordWarning, At: n.clock.Now(), SID: sid, Code: p.code, Error: p.text})
}

// Event is one thing that happened, for GET /control/events.
type Event struct {
	At time.Time `json:"at"` // by the network's clock
	// Event is call (Status tells the new state), join, leave, start, end, hold,
	// unhold, mute, unmute, hears, message, webhook, rest or warning.
	Event      string   `json:"event"`
	Call       string   `json:"call,omitempty"`
	Conference string   `json:"conference,omitempty"` // its friendly name
	Label      string   `json:"label,omitempty"`
	State      string   `json:"state,omitempty"` // of a call, in Twilio's words
	Hears      []string `json:"hears,omitempty"`
	Detail     string   `json:"detail,omitempty"`
	Status     int      `json:"status,omitempty"` // HTTP
	Code       int      `json:"code,omitempty"`
	Text       string   `json:"text,omitempty"`
	N          int64    `json:"n,omitempty"` // the Record's number
}

// events are the open streams. A stream that does not keep up is closed.
type events struct {
	open map[chan Event]struct{}
}

// emit tells all open streams. Locked.
func (n *Network) emit(e Event) {
	e.At = n.clock.Now()
	for ch := range n.events.open {
		select {
		case ch <- e:
		default:
			delete(n.events.open, ch)
			close(ch)
		}
	}
}

// Events opens a stream of everything that happens from now on. It ends when stop is
// called, the network is closed or the reader falls more than 4096 events behind.
func (n *Network) Events() (stream <-chan Event, stop func()) {
	ch := make(chan Event, 4096)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		close(ch)
		return ch, func() {}
	}
	n.events.open[ch] = struct{}{}
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if _, open := n.events.open[ch]; open {
			delete(n.events.open, ch)
			close(ch)
		}
	}
}

// Records returns what was recorded after number n, oldest first.
func (n *Network) Records(after int64) []Record {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.records.after(after)
}
