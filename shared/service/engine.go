package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// maxRounds is how many rounds of effects one use case has at most. Each press while a round is under way may add two.
const maxRounds = 24

// saveTimeout is the time limit for saving results after the request's own time is up.
const saveTimeout = 1500 * time.Millisecond

// decide is a decision on a call. If it returns an error, nothing is changed.
type decide func(c *call.Call) error

// noChange decides nothing: only time has passed.
func noChange(*call.Call) error { return nil }

// engine makes every change of a call: it loads the call, lets the rules decide, saves it by
// compare-and-swap, and only then carries out the effects.
type engine struct {
	store Store
	calls CallControl
	set   Settings
	*roster
}

// load loads a call.
func (e *engine) load(ctx context.Context, id call.ID) (*call.Call, error) {
	c, err := e.store.Call(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load call: %w", err)
	}
	return c, nil
}

// change decides on a call that was loaded or saved a moment ago, and saves it if the decision
// changed anything. After a conflict it loads the call and decides again. It returns the planned
// effects.
func (e *engine) change(
	ctx context.Context, c *call.Call, now time.Time, f decide,
) (*call.Call, []call.Effect, error) {
	return e.changeAnd(ctx, c, now, f, e.start)
}

// starter plans what is due for a call and applies that it is started.
type starter func(c *call.Call, now time.Time) []call.Effect

// start starts the whole plan.
func (e *engine) start(c *call.Call, now time.Time) []call.Effect {
	effects := c.Plan(e.set.Ring, now)
	c.ApplyStarted(effects, now)
	return effects
}

// startNothing leaves the plan to the next clock.
func startNothing(*call.Call, time.Time) []call.Effect { return nil }

func (e *engine) changeAnd(
	ctx context.Context, c *call.Call, now time.Time, f decide, start starter,
) (*call.Call, []call.Effect, error) {
	for range saveTries {
		next, effects, err := e.decideAndSave(ctx, c, now, f, start)
		if !errors.Is(err, ErrConflict) {
			return next, effects, err
		}
		if c, err = e.load(ctx, c.ID); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("save call %d times: %w", saveTries, ErrConflict)
}

// decideAndSave decides on a loaded call, which it leaves as it is, and saves the changed one if it
// differs. Agents whom the change releases are released after the save. It returns the call as it is
// now: the given one after a failure.
func (e *engine) decideAndSave(
	ctx context.Context, c *call.Call, now time.Time, f decide, start starter,
) (*call.Call, []call.Effect, error) {
	next := c.Clone()
	if err := f(next); err != nil {
		return c, nil, err
	}
	next.ApplyTime(e.set.MaxWait, now)
	effects := start(next, now)
	record.Follow(c, next, now)
	next.News = record.News(c, next)
	if c.Version == 0 || !next.Equal(c) {
		if err := e.store.SaveCall(ctx, next); err != nil {
			return c, nil, fmt.Errorf("save call: %w", err)
		}
		if e.set.Observe != nil {
			e.set.Observe(ctx, transitionFrom(c), next, now)
		}
	}
	for _, f := range next.Releases().Drain() {
		e.releaseAgent(ctx, next, f, now)
	}
	return next, effects, nil
}

// execute carries out the planned effects, saves their results and repeats with the new plan until
// nothing is left. A failed effect is tried once more if a repetition can help and is harmless. It
// returns the call as last saved, and the first failure that a later try did not make good.
func (e *engine) execute(ctx context.Context, c *call.Call, effects []call.Effect, now time.Time) (*call.Call, error) {
	tries := failures{}
	for round := range maxRounds {
		if len(effects) == 0 {
			break
		}
		reports := e.performAll(ctx, c, effects)
		for _, r := range reports {
			tries.took(r)
		}
		// The effects have happened, so their results are saved even if the request's time is up. Then nothing more is
		// started, for there is no time to carry it out: a leg that is saved as dialled and is not is given up later.
		// So it is after the last round. Nor is anything started that has used up its tries.
		start := func(c *call.Call, now time.Time) []call.Effect {
			due := slices.DeleteFunc(c.Plan(e.set.Ring, now), tries.over)
			c.ApplyStarted(due, now)
			return due
		}
		if ctx.Err() != nil || round == maxRounds-1 {
			start = startNothing
		}
		saveCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
		next, due, err := e.changeAnd(saveCtx, c, now, func(c *call.Call) error {
			for _, r := range reports {
				r.apply(c, now)
			}
			return nil
		}, start)
		cancel()
		if err != nil {
			return c, errors.Join(tries.first(), err)
		}
		c, effects = next, due
		if ctx.Err() != nil {
			return c, errors.Join(tries.first(), ctx.Err())
		}
	}
	return c, tries.first()
}

// replan plans a loaded call again and carries out the effects.
func (e *engine) replan(ctx context.Context, c *call.Call, now time.Time) (*call.Call, error) {
	c, effects, err := e.change(ctx, c, now, noChange)
	if err != nil {
		return nil, err
	}
	return e.execute(ctx, c, effects, now)
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
	r.result.Began = c
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
