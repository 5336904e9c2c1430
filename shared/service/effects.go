package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"warmtransfer/shared/agent"
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
		c.Reconciliation(now).ApplyParticipants(r.conference, r.started, r.participants)
		return
	}
	if a, ok := r.effect.(call.FindParticipant); ok && r.saw != nil {
		c.Reconciliation(now).ApplyLegSighting(a.Leg, *r.saw)
		return
	}
	c.ApplyResult(r.effect, r.result, now)
}

// performAll carries out the effects: dials beside the others, which are done in their order. A dial needs none of
// those that stand before it, or it would not be in the plan yet. The results are in the order of the effects.
func (e *engine) performAll(ctx context.Context, c *call.Call, effects []call.Effect) []effectResult {
	all := make([]effectResult, len(effects))
	do := func(i int) { all[i] = e.perform(ctx, c, effects[i]) }
	var others []int
	var dials []func()
	for i, a := range effects {
		if _, ok := a.(call.Dial); ok {
			dials = append(dials, func() { do(i) })
		} else {
			others = append(others, i)
		}
	}
	e.set.Together(append([]func(){func() {
		for _, i := range others {
			do(i)
		}
	}}, dials...)...)
	return all
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

// perform carries out one effect.
func (e *engine) perform(ctx context.Context, c *call.Call, planned call.Effect) effectResult {
	r := effectResult{effect: planned}
	var leg call.LegID
	switch a := planned.(type) {
	case call.Dial:
		leg, r.err = e.calls.Dial(ctx, a)
	case call.FindLeg:
		r.err = e.calls.FindLeg(ctx, a.Agent+agent.ID(a.Number), a.Since)
	case call.SetHold:
		r.err = e.calls.Hold(ctx, c.ID, c.Conference, a.Leg, a.Hold)
	case call.RestartMusic:
		r.err = e.calls.Hold(ctx, c.ID, c.Conference, c.Out.CallerLeg(c.ID), true)
	case call.SetVoice:
		r.err = e.calls.SetVoice(ctx, c.Conference, a)
	case call.SetEndOnExit:
		r.err = e.calls.SetEndOnExit(ctx, c.Conference, a.Leg, a.Ends)
	case call.Hangup:
		r.err = e.calls.Hangup(ctx, a.Leg)
	case call.CancelDial:
		r.err = e.calls.Cancel(ctx, a.Leg)
	case call.SayGoodbye:
		r.err = e.calls.SayGoodbye(ctx, c.ID, c.Out.CallerLeg(c.ID), c.Reason)
	case call.RejoinConference:
		r.err = e.calls.RejoinConference(ctx, c.ID, c.Out.CallerLeg(c.ID), c.Generation)
	case call.Announce:
		r.err = e.calls.Announce(ctx, c.ID, c.Conference, c.Out.CallerLeg(c.ID))
	case call.Reconcile:
		e.reconcile(ctx, c, &r)
	case call.FindParticipant:
		var saw call.Sighting
		if saw, r.err = e.calls.FindParticipant(ctx, c.Conference, a.Leg); r.err == nil {
			r.saw = &saw
		}
	}
	r.result = resultOf(leg, r.err)
	if k := r.result.Kind; k == call.Done || k == call.AlreadyGone {
		r.err = nil
	}
	if r.err != nil {
		r.err = &EffectError{Effect: planned, Err: r.err}
	}
	return r
}

// reconcile asks who is in the call's conference now.
func (e *engine) reconcile(ctx context.Context, c *call.Call, r *effectResult) {
	conf, started, err := e.calls.FindConference(ctx, c.ID)
	if errors.Is(err, ErrNotFound) {
		r.reconciled = true
		return
	}
	if err == nil {
		r.participants, err = e.calls.Participants(ctx, conf)
	}
	if errors.Is(err, ErrGone) {
		err = nil // it ended in between; the next reconcile will see that
	} else if err == nil {
		r.reconciled, r.conference, r.started = true, conf, started
	}
	r.err = err
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
