// Package clock is the time of the local stack.
//
// Every part of the stack that waits or stamps takes its time from a Clock, so that a
// test can run the whole system faster than life, or step it by hand. It refuses to
// know what is waited for.
package clock

import "time"

// Clock tells the time and runs functions later.
type Clock interface {
	// Now is the virtual time.
	Now() time.Time
	// AfterFunc runs f once, when d of virtual time has gone by; d <= 0 means at once.
	// f runs in a goroutine of its own (New) or in that of Advance (Manual), never
	// inside the call of AfterFunc.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a function that waits for its time.
type Timer interface {
	// Stop keeps the function from running. It reports false if it has run, is
	// running or was stopped before.
	Stop() bool
}

// New returns a clock that starts at the real now and runs speed times as fast as
// life. Speeds below or equal to 0 mean 1.
func New(speed float64) Clock {
	if speed <= 0 {
		speed = 1
	}
	return scaled{start: time.Now(), speed: speed}
}

// scaled is real time, stretched.
type scaled struct {
	start time.Time
	speed float64
}

func (c scaled) Now() time.Time {
	gone := time.Duration(float64(time.Since(c.start)) * c.speed)
	// The monotonic reading is dropped: it would not agree with the stretched time.
	return c.start.Add(gone).Round(0)
}

func (c scaled) AfterFunc(d time.Duration, f func()) Timer {
	return time.AfterFunc(time.Duration(float64(d)/c.speed), f)
}
