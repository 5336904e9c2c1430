package service

import (
	"context"
	"time"

	"warmtransfer/shared/call"
)

// Settings are the operator's choices.
type Settings struct {
	Ring    time.Duration // how long an agent is rung
	MaxWait time.Duration // how long a caller may wait; 0: no limit
	WrapUp  time.Duration // an agent's wrap-up after a call
	// Numbers says which outside numbers agents may dial; nil: none.
	Numbers Numbers
	// NumbersPerHour is how many outside numbers all agents together may dial in an hour; 0: no
	// limit.
	NumbersPerHour int
	// Places says whose place may be kept, and is called: which numbers the operator lets us call. Nil: nobody's.
	Places Numbers
	// NoPlaces: the operator has switched calling off, so that no place is called any more. Without it and Places the
	// function does not know, and leaves the places to others.
	NoPlaces bool
	// IsOpen says whether the line is open now, so that a caller may be called whose place is kept; nil: always.
	IsOpen func(ctx context.Context, now time.Time) bool
	// Notify tells agents' pages what has changed; nil: the pages learn it by polling.
	Notify Notifier
	// Pages tells agents' pages that they should ask; nil: nobody does.
	Pages Pages
	// HideListening: agents are not told of a supervisor who only listens.
	HideListening bool
	// Observe is called after each saved change of a call, for metrics; nil: it is not called.
	Observe func(ctx context.Context, before Transition, after *call.Call, now time.Time)
	// Together calls all of the functions and returns when each has returned; nil: side by side.
	Together func(...func())
	// Settle waits for a moment, in which another request saves the result of what it has asked Twilio for. Nil: a
	// callback that tells the same does not wait for that.
	Settle func(ctx context.Context)
	// NewKey makes a key that has never been made before: [A-Za-z0-9-]{1,40}.
	NewKey func() call.LegKey
}
