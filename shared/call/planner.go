package call

import "time"

// planner computes the plan of a call at one moment. It only reads the call.
type planner struct {
	*Call
	ring time.Duration
	now  time.Time
}
