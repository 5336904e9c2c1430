package service

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// Command is what an agent asks for by pressing a button.
type Command struct {
	Action  call.Action
	Target  Target // of an action that begins a transfer; nil for others
	Note    string
	Reason  call.DeclineReason // for decline, if the agent gave one
	Request string             // the page's request key; the same key has one effect
	// Call is the call that the page shows; "" if it does not say. It changes nothing: the command is about the call
	// that the agent is claimed for, which is loaded sooner if it is this one.
	Call call.ID
}

// ErrReason: the reason of a decline is unknown, or another action has a reason.
var ErrReason = errors.New("only decline has a reason, one of those offered")

// Transfer carries out a command on the agent's call. Repeated with the same request key it gives
// the same answer without a second effect (N7). A *NotFreeError means that the target cannot be
// rung now. An error means that nothing was changed; only after ErrUnavailable that is unknown, and
// a repetition with the same key finds out. A command that was saved is accepted even if Twilio has
// not carried out its effects: the clocks retry them, and the snapshot says what is overdue.
func (s *Service) Transfer(ctx context.Context, who Principal, cmd Command, now time.Time) (agentview.Snapshot, error) {
	if err := cmd.check(); err != nil {
		return agentview.Snapshot{}, err
	}
	ctx = inHand(ctx)
	a, shown, err := s.gather(ctx, who.ID, cmd)
	if errors.Is(err, ErrNotFound) {
		return agentview.Snapshot{}, call.ErrNoCall
	}
	if err != nil {
		return agentview.Snapshot{}, err
	}
	if a.IsRemoved() {
		return agentview.Snapshot{}, agent.ErrRemoved
	}
	r := call.Request{Key: cmd.Request, Agent: who.ID, Action: string(cmd.Action)}
	c, again, err := s.callFor(ctx, a, shown, r, now)
	if err != nil {
		return agentview.Snapshot{}, err
	}
	if again {
		return s.Snapshot(ctx, who, now)
	}
	if cmd.Action.Begins() {
		c, err = s.startTransfer(ctx, c, r, cmd, now)
	} else {
		c, err = s.command(ctx, c, r, cmd, now)
	}
	if c == nil {
		return agentview.Snapshot{}, err
	}
	return s.after(ctx, who, a, c, now), nil
}

// gather loads what a command needs, at once: the agent, and the call that their page shows, nil if there is none.
// An agent who is the target is in hand then.
func (s *Service) gather(ctx context.Context, who agent.ID, cmd Command) (a *agent.Agent, shown *call.Call, err error) {
	w := Wanted{Agents: []agent.ID{who}}
	if cmd.Call.Valid() {
		w.Call = cmd.Call
	}
	if to, ok := cmd.Target.(ToAgent); ok && agent.ID(to) != who {
		w.Agents = append(w.Agents, agent.ID(to))
	}
	l := s.loadAtOnce(ctx, w)
	a, err = l.Agent(who)
	return a, l.Call, err
}

// after is the snapshot after a command, without the queue, which a command does not change: the page keeps what it
// was told of it last. If the command released the agent, their own data is loaded anew, with the queue, from which
// they may get a caller; if that fails, the older data is used.
func (s *Service) after(
	ctx context.Context, who Principal, a *agent.Agent, c *call.Call, now time.Time,
) agentview.Snapshot {
	if c.Seat(a.ID).Leg() == nil && c.Seat(a.ID).RemainingLeg() == nil {
		if me, err := s.Snapshot(ctx, who, now); err == nil {
			return me
		}
	}
	return s.view(a, c, notAsked, now)
}

// command carries out a command without a target on the loaded call. To end a call that an agent has
// already ended tries the goodbye again, if it could not be said.
func (s *Service) command(
	ctx context.Context, c *call.Call, r call.Request, cmd Command, now time.Time,
) (*call.Call, error) {
	if cmd.Action == call.DoEnd && c.Outgoing(now).MetMachine(r.Agent) {
		if err := s.keepOn(ctx, c, now); err != nil {
			return nil, err
		}
	}
	return s.updateAndMatchFrom(ctx, r.Agent, c, now, func(c *call.Call) error {
		switch {
		case c.HasApplied(r), cmd.Action == call.DoEnd && c.Reason == call.ReasonAgentEnded:
			return nil
		case cmd.Action == call.DoDecline:
			return c.Seat(r.Agent).Decline(r, cmd.Reason, now)
		case cmd.Action == call.DoRequeue:
			return c.RequeueFor(r, cmd.Note, now)
		}
		return c.ApplyCommand(r, now)
	})
}

// check refuses a command that makes no sense in any state.
func (cmd Command) check() error {
	if utf8.RuneCountInString(cmd.Note) > call.MaxNote {
		return call.ErrTooLong
	}
	if cmd.Action.Begins() != (cmd.Target != nil) {
		return ErrTargetNeeded
	}
	if !cmd.Reason.Known() || cmd.Reason != "" && cmd.Action != call.DoDecline {
		return ErrReason
	}
	return nil
}

// callFor is the call that a request is about: the agent's call, which is loaded unless it is the shown one. Again: the
// request has taken effect before, in this call or in one that the agent has left.
func (s *Service) callFor(
	ctx context.Context, a *agent.Agent, shown *call.Call, r call.Request, now time.Time,
) (c *call.Call, again bool, err error) {
	if slices.Contains(a.AppliedRequests, appliedName(r)) {
		return nil, true, nil
	}
	if s.repairDropped(ctx, a, now) {
		_ = s.save(ctx, a) // if this fails, the next heartbeat does it
	}
	if a.Claim == nil {
		return nil, false, call.ErrNoCall
	}
	if c = shown; c == nil || c.ID != call.ID(a.Claim.Call) {
		c, err = s.store.Call(ctx, call.ID(a.Claim.Call))
	}
	if errors.Is(err, ErrNotFound) {
		return nil, false, call.ErrNoCall
	}
	if err != nil {
		return nil, false, err
	}
	return c, c.HasApplied(r), nil
}

// startTransfer finds and claims the target, then starts the transfer in the loaded call. If another
// request was quicker, this one gives up what only it has claimed or counted.
func (s *Service) startTransfer(
	ctx context.Context, c *call.Call, r call.Request, cmd Command, now time.Time,
) (*call.Call, error) {
	if err := c.Seat(r.Agent).Allowed(call.Action(r.Action)); err != nil {
		return nil, err // checked before anybody is claimed
	}
	fresh := s.set.NewKey()
	t, err := s.target(ctx, c, r, fresh, cmd, now)
	if err != nil {
		return s.explainRefusal(ctx, c.ID, r, err)
	}
	did, known := false, false
	c, err = s.updateAndMatchFrom(ctx, r.Agent, c, now, func(c *call.Call) error {
		did, known = c.HasApplied(r), c.KnowsLeg(t.Key)
		if did {
			return nil
		}
		err := c.Seat(r.Agent).MayTransfer(call.Action(r.Action), t)
		if err == nil && known { // rung for another request, and over already
			return &agent.NotFreeError{Presence: agent.IsBusy}
		}
		if err != nil {
			return err
		}
		return c.StartTransfer(r, t, now)
	})
	unsaved := c == nil && !errors.Is(err, ErrUnavailable)
	switch {
	case t.Number != "" && unsaved:
		s.changeAgent(ctx, r.Agent, func(a *agent.Agent) bool { return a.DialQuota.Uncount(counted(r, t)) })
	case t.Agent != nil && !known && (unsaved || did):
		s.drop(ctx, t.Agent.ID, t.Key, fresh, now)
	}
	return c, err
}

// explainRefusal explains why a target was refused: if the same request, or another one, has changed the
// call by now, then that was the reason.
func (t *targets) explainRefusal(ctx context.Context, id call.ID, r call.Request, refused error) (*call.Call, error) {
	if errors.Is(refused, ErrUnavailable) {
		return nil, refused
	}
	c, err := t.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.HasApplied(r) {
		return c, nil
	}
	if err := c.Seat(r.Agent).Allowed(call.Action(r.Action)); err != nil {
		return nil, err
	}
	return nil, refused
}

// target is whom a command means: an agent, whom it claims for that leg or for a leg that a
// concurrent request is about to save, or a number that may be dialled.
func (t *targets) target(
	ctx context.Context, c *call.Call, r call.Request, key call.LegKey, cmd Command, now time.Time,
) (call.Target, error) {
	target := call.Target{Key: key, Ring: t.set.Ring, Note: cmd.Note}
	var err error
	switch to := cmd.Target.(type) {
	case ToAnyone:
		// The list may lag: an agent who was claimed a moment ago may be missing from it.
		if err = t.claimAny(ctx, c, &target, now); errors.Is(err, ErrNobodyFree) {
			err = t.claimAny(ctx, c, &target, now)
		}
	case ToNumber:
		err = t.allowNumber(ctx, c, r, &target, string(to), now)
	case ToAgent:
		err = call.ErrSelf
		if c.Seat(agent.ID(to)).Leg() == nil {
			err = t.claimTarget(ctx, c, agent.ID(to), handOf(ctx).take(agent.ID(to)), &target, now)
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		err = ErrNoTarget
	case errors.Is(err, ErrConflict):
		err = &agent.NotFreeError{Presence: agent.IsBusy}
	}
	return target, err
}
