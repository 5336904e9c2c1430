package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Log is what has happened to a call, and which requests have taken effect.
type Log struct {
	History  []Entry   `json:"history,omitempty"`
	Requests []Request `json:"requests,omitempty"` // the last requests that took effect, newest last
}

// Entry is one entry of the call's history.
type Entry struct {
	At            time.Time     `json:"at"`
	What          Event         `json:"what"`
	Agent         agent.ID      `json:"agent,omitempty"`
	Name          string        `json:"name,omitempty"`
	By            agent.ID      `json:"by,omitempty"` // for a transfer: the transferor
	ByName        string        `json:"byName,omitempty"`
	Outcome       Outcome       `json:"outcome,omitempty"`
	DeclineReason DeclineReason `json:"reason,omitempty"`
}

// Request is an agent's request that took effect. The same request key has no second effect.
type Request struct {
	Key    string   `json:"key"`
	Agent  agent.ID `json:"agent"`
	Action string   `json:"action"`
}

// record adds an entry to the history. When there are too many, the oldest goes, but never the first, which says when
// the caller arrived.
func (l *Log) record(e Entry) {
	l.History = append(l.History, e)
	if over := len(l.History) - maxHistory; over > 0 {
		l.History = append(l.History[:1], l.History[1+over:]...)
	}
}

// endedBy says whether it was this agent who ended the call.
func (l *Log) endedBy(id agent.ID) bool {
	for _, e := range slices.Backward(l.History) {
		if e.What == End {
			return e.Agent == id
		}
	}
	return false
}

// HasApplied says whether this request has taken effect before.
func (l *Log) HasApplied(r Request) bool {
	for _, done := range l.Requests {
		if r.Key != "" && done == r {
			return true
		}
	}
	return false
}

// remember keeps a request that took effect, so that it has no second effect (N7).
func (l *Log) remember(r Request) {
	if r.Key == "" {
		return
	}
	l.Requests = append(l.Requests, r)
	if over := len(l.Requests) - maxRequests; over > 0 {
		l.Requests = l.Requests[over:]
	}
}

// Bounds of what the log stores (N10).
const (
	maxHistory  = 100
	maxRequests = 16
)
