package service

import (
	"time"

	"warmtransfer/shared/call"
)

// Transition is what a call was before a change of it was saved.
type Transition struct {
	New      bool
	State    call.State
	Legs     int
	Refusals int          // legs that the conference did not admit, in a row
	Transfer call.LegKey  // the target's leg of the last transfer
	Outcome  call.Outcome // how that transfer ended
	Began    time.Time    // when it began
}

func transitionFrom(c *call.Call) Transition {
	b := Transition{New: c.Version == 0, State: c.State, Legs: len(c.Legs), Refusals: c.FailedJoins + c.RefusedJoins()}
	if t := c.Transfer; t != nil {
		b.Transfer, b.Outcome, b.Began = t.Leg, t.Outcome, t.Began
	}
	return b
}

// Ended is the transfer that the change has ended, or nil.
func (b Transition) Ended(c *call.Call) *call.Transfer {
	t := c.Transfer
	if t == nil || t.Open() || t.Leg == b.Transfer && t.Outcome == b.Outcome {
		return nil
	}
	return t
}

// Started is the transfer that the change has begun, or nil.
func (b Transition) Started(c *call.Call) *call.Transfer {
	t := c.Transfer
	if t == nil || t.Began.Equal(b.Began) {
		return nil
	}
	return t
}
