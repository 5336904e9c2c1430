package switchboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// report is the result of one effect, to be applied to the call.
type report struct {
	act    conference.Act
	result conference.Result
	look   bool // an answer to Reconcile
	room   conference.RoomID
	begun  bool // the conference has started
	here   []conference.Presence
	saw    *conference.Sighting // an answer to LookAt
	err    error
}

func (r report) tell(c *conference.Conference, now time.Time) {
	if r.look {
		c.Saw(r.room, r.begun, r.here, now)
		return
	}
	if a, ok := r.act.(conference.LookAt); ok && r.saw != nil {
		c.SawLeg(a.Leg, *r.saw, now)
		return
	}
	c.Done(r.act, r.result, now)
}

// do carries out one effect.
func (s *Switchboard) do(ctx context.Context, c *conference.Conference, act conference.Act) report {
	r := report{act: act}
	var leg conference.LegID
	switch a := act.(type) {
	case conference.Dial:
		leg, r.err = s.calls.Dial(ctx, a)
	case conference.Find:
		r.err = s.calls.FindLeg(ctx, a.Agent+agent.ID(a.Number), a.Since)
	case conference.SetHold:
		r.err = s.calls.Hold(ctx, c.ID, c.Room, a.Leg, a.Hold)
	case conference.SetEndsRoom:
		r.err = s.calls.SetEndsRoom(ctx, c.Room, a.Leg, a.Ends)
	case conference.Hangup:
		r.err = s.calls.Hangup(ctx, a.Leg)
	case conference.LastWords:
		r.err = s.calls.LastWords(ctx, c.ID, c.Reason)
	case conference.FreshRoom:
		r.err = s.calls.FreshRoom(ctx, c.ID, c.Round)
	case conference.Announce:
		r.err = s.calls.Announce(ctx, c.ID, c.Room, conference.LegID(c.ID))
	case conference.Look:
		s.look(ctx, c, &r)
	case conference.LookAt:
		var saw conference.Sighting
		if saw, r.err = s.calls.LookAt(ctx, c.Room, a.Leg); r.err == nil {
			r.saw = &saw
		}
	}
	r.result = resultOf(leg, r.err)
	if k := r.result.Kind; k == conference.Acted || k == conference.WasGone {
		r.err = nil
	}
	if r.err != nil {
		r.err = &ActError{Act: act, Err: r.err}
	}
	return r
}

// look asks who is in the call's conference now.
func (s *Switchboard) look(ctx context.Context, c *conference.Conference, r *report) {
	room, started, err := s.calls.FindRoom(ctx, c.ID)
	if errors.Is(err, ErrNotFound) {
		r.look = true
		return
	}
	if err == nil {
		r.here, err = s.calls.Present(ctx, room)
	}
	if errors.Is(err, ErrGone) {
		err = nil // it ended in between; the next reconcile will see that
	} else if err == nil {
		r.look, r.room, r.begun = true, room, started
	}
	r.err = err
}

// resultOf translates the network's answer into a result of the rules.
func resultOf(leg conference.LegID, err error) conference.Result {
	var refused *RefusedError
	switch {
	case err == nil:
		return conference.Result{Kind: conference.Acted, Leg: leg}
	case errors.Is(err, ErrGone), errors.Is(err, ErrNotFound):
		return conference.Result{Kind: conference.WasGone}
	case errors.Is(err, ErrThrottled):
		return conference.Result{Kind: conference.Throttled}
	case errors.As(err, &refused):
		r := conference.Result{Kind: conference.Refused}
		if refused.Code != 0 {
			r.Code = strconv.Itoa(refused.Code)
		}
		return r
	default:
		return conference.Result{Kind: conference.Unknown, Slow: errors.Is(err, ErrSlow), Over: errors.Is(err, ErrFailed)}
	}
}

// failures are the effects of one use case that were not done, in order.
type failures []report

// took records a result; a success removes earlier failures of the same effect. If the leg or the
// conference was already gone, that is no failure, but it counts as a try: repeating does not help.
func (f *failures) took(r report) {
	if r.result.Kind == conference.Acted {
		*f = slices.DeleteFunc(*f, func(o report) bool { return o.act == r.act })
		return
	}
	for i, o := range *f {
		if o.act == r.act && r.err == nil {
			(*f)[i].err = nil
		}
	}
	*f = append(*f, r)
}

// over says whether an effect is not to be tried again in this use case: it was refused, it timed
// out, it has used up its tries, or repeating it would be harmful or useless.
func (f failures) over(a conference.Act) bool {
	n := 0
	for _, r := range f {
		if r.act != a {
			continue
		}
		n++
		switch a.(type) {
		case conference.Dial, conference.Find, conference.Look, conference.LookAt:
			return true
		}
		if r.result.Kind == conference.Refused || r.result.Slow || n == actTries {
			return true
		}
	}
	return false
}

// actTries is how often one use case tries an effect that is harmless to repeat.
const actTries = 2

// first is the first failure.
func (f failures) first() error {
	for _, r := range f {
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// ActError is an effect that failed, or whose result is unknown. It unwraps to *RefusedError,
// ErrThrottled or ErrUnknown.
type ActError struct {
	Act conference.Act
	Err error
}

func (e *ActError) Error() string { return fmt.Sprintf("%T: %v", e.Act, e.Err) }
func (e *ActError) Unwrap() error { return e.Err }
