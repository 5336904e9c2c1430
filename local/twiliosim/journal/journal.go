// Package journal remembers what went out and what came in, as Twilio's debugger does, and
// streams what happens to whoever wants to follow it.
//
// It has a lock of its own and calls nobody: it may be written to from anywhere.
package journal

import (
	"net/url"
	"slices"
	"sync"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/notation"
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
	KindWebhook = "webhook"
	KindREST    = "rest"
	KindWarning = "warning"
)

// BodyLimit is how much of a body, in bytes, a Record keeps.
const BodyLimit = 16 << 10

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
	if len(s) > BodyLimit {
		return s[:BodyLimit]
	}
	return s
}

func (r *records) after(n int64) []Record {
	i, _ := slices.BinarySearchFunc(r.last, n+1, func(rec Record, n int64) int { return int(rec.N - n) })
	last := r.last[max(i, len(r.last)-r.limit):]
	return slices.Clone(last)
}

// Flat is the first value of each field; nil if there is none.
func Flat(form url.Values) map[string]string {
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

// streams are the open streams of Events. One that does not keep up is closed.
type streams map[chan Event]struct{}

func (s streams) tell(e Event) {
	for ch := range s {
		select {
		case ch <- e:
		default:
			s.close(ch)
		}
	}
}

func (s streams) close(ch chan Event) {
	if _, open := s[ch]; open {
		delete(s, ch)
		close(ch)
	}
}

// Journal keeps the last Records and the open streams of Events. Its methods are safe for
// concurrent use.
type Journal struct {
	clock clock.Clock

	mu      sync.Mutex
	closed  bool
	records records
	open    streams
}

// streamLimit is how many Events a stream may fall behind.
const streamLimit = 4096

// New returns an empty journal that remembers so many records.
func New(c clock.Clock, limit int) *Journal {
	return &Journal{clock: c, records: records{limit: limit}, open: streams{}}
}

// Add remembers a record and tells the open streams.
func (j *Journal) Add(rec Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	rec = j.records.add(rec)
	j.open.tell(Event{
		At: j.clock.Now(), Event: rec.Kind, Call: rec.SID, Detail: rec.Event, Status: rec.Status, Code: rec.Code,
		Text: rec.Error, N: rec.N,
	})
}

// Warn remembers what Twilio would show in its debugger about a call or conference.
func (j *Journal) Warn(sid string, p *notation.Problem) {
	j.Add(Record{Kind: KindWarning, At: j.clock.Now(), SID: sid, Code: p.Code, Error: p.Text})
}

// Emit tells the open streams that something happened, now by the clock.
func (j *Journal) Emit(e Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.At = j.clock.Now()
	j.open.tell(e)
}

// Events opens a stream of everything that happens from now on. It ends when stop is
// called, the journal is closed or the reader falls more than 4096 events behind.
func (j *Journal) Events() (stream <-chan Event, stop func()) {
	ch := make(chan Event, streamLimit)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		close(ch)
		return ch, func() {}
	}
	j.open[ch] = struct{}{}
	return ch, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.open.close(ch)
	}
}

// Records returns what was recorded after number n, oldest first.
func (j *Journal) Records(after int64) []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.records.after(after)
}

// Close ends all streams.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	for ch := range j.open {
		j.open.close(ch)
	}
}
