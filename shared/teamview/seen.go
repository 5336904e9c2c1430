package teamview

import (
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// Seen is what was loaded. The lists may lag; each call and each agent is as it was stored.
type Seen struct {
	Calls  List[*call.Call] // live ones
	Agents List[agent.Agent]
	// WaitingMore: there are more waiting callers than those of Calls. WaitingUnknown: it is not known who waits, or
	// not of all.
	WaitingMore, WaitingUnknown bool
	For                         agent.ID // the supervisor who looks
	Day                         Day
}

// List is a list that was loaded, as far as it goes.
type List[T any] struct {
	Items   []T
	More    bool // there are more
	Unknown bool // it could not be read, or not all of it
}

// Day is what was read of the calls that arrived and have ended since the beginning of the day.
type Day struct {
	Since   time.Time
	Ended   []Ended
	Partial bool // there are more
	Unknown bool // it could not be read, or the line keeps no records
}

// Ended is what the figures need of the record of a call.
type Ended struct {
	ID        call.ID
	Arrived   time.Time
	Answered  time.Time // the first answer; zero: none
	Ended     time.Time
	Outcome   record.Outcome
	Called    bool           // an agent has called the caller, who did not arrive
	Transfers []call.Outcome // of those that are over
	Missed    []Miss
}

// Miss is that an agent's phone rang out, and when that was over.
type Miss struct {
	Who string
	At  time.Time
}

// EndedOf is what the figures need of a record.
func EndedOf(r record.Record) Ended {
	e := Ended{
		ID: r.ID, Arrived: r.Arrived, Answered: r.Answered, Ended: r.Ended, Outcome: r.Outcome,
		Called: r.Out != nil,
	}
	for _, t := range r.Transfers {
		if t.Outcome != "" {
			e.Transfers = append(e.Transfers, t.Outcome)
		}
	}
	for _, l := range r.Legs {
		if l.Outcome == call.OutcomeNoAnswer {
			e.Missed = append(e.Missed, Miss{Who: l.Party.ID, At: l.Ended})
		}
	}
	return e
}
