package service

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"warmtransfer/shared/call"
)

// effectResult is the result of one effect, to be applied to the call.
type effectResult struct {
	effect       call.Effect
	result       call.Result
	reconciled   bool // an answer to Reconcile
	conference   call.ConferenceID
	started      bool // the conference has started
	participants []call.ListedParticipant
	saw          *call.Sighting // an answer to FindParticipant
	err          error
}

func (r effectResult) apply(c *call.Call, now time.Time) {
	if r.reconciled {
		c.Reconciliation(now).Asked(r.result.Began).ApplyParticipants(r.conference, r.started, r.participants)
		return
	}
	if a, ok := r.effect.(call.FindParticipant); ok && r.saw != nil {
		c.Reconciliation(now).Asked(r.result.Began).ApplyLegSighting(a.Leg, *r.saw)
		return
	}
	c.ApplyResult(r.effect, r.result, now)
}

// together is Settings.Together unless a test has one of its own.
func together(all ...func()) {
	var others sync.WaitGroup
	for _, f := range all[1:] {
		others.Go(f)
	}
	all[0]()
	others.Wait()
}

// resultOf translates the network's answer into a result of the rules.
func resultOf(leg call.LegID, err error) call.Result {
	var refused *RefusedError
	switch {
	case err == nil:
		return call.Result{Kind: call.Done, Leg: leg}
	case errors.Is(err, ErrGone), errors.Is(err, ErrNotFound):
		return call.Result{Kind: call.AlreadyGone}
	case errors.Is(err, ErrThrottled):
		return call.Result{Kind: call.Throttled}
	case errors.As(err, &refused):
		r := call.Result{Kind: call.Refused}
		if refused.Code != 0 {
			r.Code = strconv.Itoa(refused.Code)
		}
		return r
	default:
		return call.Result{Kind: call.Unknown, Slow: errors.Is(err, ErrSlow), Over: errors.Is(err, ErrFailed)}
	}
}

// failures are the effects of one use case that were not done, in order.
type failures []effectResult

// took records a result; a success removes earlier failures of the same effect. If the leg or the
// conference was already gone, that is no failure, but it counts as a try: repeating does not help.
func (f *failures) took(r effectResult) {
	if r.result.Kind == call.Done {
		*f = slices.DeleteFunc(*f, func(o effectResult) bool { return o.effect == r.effect })
		return
	}
	for i, o := range *f {
		if o.effect == r.effect && r.err == nil {
			(*f)[i].err = nil
		}
	}
	*f = append(*f, r)
}

// over says whether an effect is not to be tried again in this use case: it was refused, it timed
// out, it has used up its tries, or repeating it would be harmful or useless.
func (f failures) over(a call.Effect) bool {
	n := 0
	for _, r := range f {
		if r.effect != a {
			continue
		}
		n++
		switch a.(type) {
		case call.Dial, call.FindLeg, call.Reconcile, call.FindParticipant:
			return true
		}
		if r.result.Kind == call.Refused || r.result.Slow || n == effectTries {
			return true
		}
	}
	return false
}

// effectTries is how often one use case tries an effect that is harmless to repeat.
const effectTries = 2

// first is the first failure.
func (f failures) first() error {
	for _, r := range f {
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// EffectError is an effect that failed, or whose result is unknown. It unwraps to *RefusedError,
// ErrThrottled or ErrUnknown.
type EffectError struct {
	Effect call.Effect
	Err    error
}

func (e *EffectError) Error() string { return fmt.Sprintf("%T: %v", e.Effect, e.Err) }
func (e *EffectError) Unwrap() error { return e.Err }
