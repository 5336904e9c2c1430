// Package bus stands in for EventBridge: it takes events by PutEvents, keeps them for whoever asks, and fails as it is
// told to. It has no rules, targets or archives, and one bus under each name that is asked for.
package bus

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"warmtransfer/local/answer"
	"warmtransfer/local/clock"
)

// Event is an event as a rule's target gets it, as far as it is known here.
type Event struct {
	ID         string          `json:"id"`
	Bus        string          `json:"bus"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Time       time.Time       `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}

// Fault is what the bus does to a request instead of taking its events. The zero value is none.
type Fault struct {
	Status int            // answers that, and takes nothing; 429 is a throttle
	Codes  map[int]string // takes all but these entries of the request, which fail with the code
	Lost   bool           // takes all, and does not answer
}

// Limits of one request. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
const (
	maxEntries = 10
	maxBytes   = 256 << 10
	// kept is how many events are kept, the newest.
	kept = 1000
)

// Bus is an http.Handler, and safe for concurrent use.
type Bus struct {
	clock clock.Clock

	mu       sync.Mutex
	events   []Event
	requests int
	fault    func(n int) Fault
}

// New is a bus that takes everything.
func New(c clock.Clock) *Bus { return &Bus{clock: c} }

// Fail sets what becomes of the nth request, from now on; nil: it is taken.
func (b *Bus) Fail(f func(n int) Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = f
}

// Events are those that were taken, the oldest first.
func (b *Bus) Events() []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// Requests is how many requests there were.
func (b *Bus) Requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

type entry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64 // seconds
}

type result struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

func (b *Bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ Entries []entry }
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBytes*2))
	if err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || json.Unmarshal(raw, &in) != nil {
		refuse(w, http.StatusBadRequest, "ValidationException")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
	var fault Fault
	if b.fault != nil {
		fault = b.fault(b.requests)
	}
	switch {
	case fault.Status == http.StatusTooManyRequests:
		refuse(w, http.StatusBadRequest, "ThrottlingException")
		return
	case fault.Status != 0:
		refuse(w, fault.Status, "InternalException")
		return
	case len(in.Entries) == 0 || len(in.Entries) > maxEntries || len(raw) > maxBytes:
		refuse(w, http.StatusBadRequest, "ValidationException")
		return
	}
	var out struct {
		FailedEntryCount int
		Entries          []result
	}
	for i, e := range in.Entries {
		one := b.take(e, fault.Codes[i])
		if one.ErrorCode != "" {
			out.FailedEntryCount++
		}
		out.Entries = append(out.Entries, one)
	}
	if fault.Lost {
		panic(http.ErrAbortHandler)
	}
	answer.AWS(w, http.StatusOK, out)
}

// take keeps an event, unless it fails with that code. The lock is held.
func (b *Bus) take(e entry, code string) result {
	var detail map[string]any
	switch {
	case code != "":
	case e.Source == "" || e.DetailType == "" || e.Detail == "":
		code = "InvalidArgument"
	case json.Unmarshal([]byte(e.Detail), &detail) != nil:
		code = "MalformedDetail"
	}
	if code != "" {
		return result{ErrorCode: code, ErrorMessage: "The event was not taken."}
	}
	at := b.clock.Now()
	if e.Time > 0 {
		at = time.UnixMilli(int64(e.Time * 1000)).UTC()
	}
	id := "local-" + strconv.Itoa(len(b.events)+1)
	b.events = append(b.events, Event{
		ID: id, Bus: e.EventBusName, Source: e.Source, DetailType: e.DetailType, Time: at,
		Detail: json.RawMessage(e.Detail),
	})
	b.events = b.events[max(0, len(b.events)-kept):]
	return result{EventID: id}
}

func refuse(w http.ResponseWriter, status int, kind string) {
	answer.AWS(w, status, map[string]string{"__type": kind, "message": "The request was refused."})
}

// ServeEvents answers with the events that were taken.
func (b *Bus) ServeEvents(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, slices.Concat([]Event{}, b.Events()))
}
