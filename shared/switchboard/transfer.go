package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Command is an agent's press of a button.
type Command struct {
	Action  conference.Action
	Target  agent.ID // of consult and add: an agent, AnyAgent, or an outside number in E.164
	Note    string
	Reason  conference.Declining // of decline, if the agent gave one
	Request string               // the page's key for this press; the same key has one effect
}

// AnyAgent as a target is the free agent who has been idle longest. It is no agent's ID.
const AnyAgent agent.ID = "*"

// Refusals of a command besides the conference's own, *agent.NotFreeError,
// agent.ErrTooManyOutside and those of numbers.
var (
	// ErrNoTarget: there is no such agent.
	ErrNoTarget = errors.New("there is no such agent")
	// ErrTargetNeeded: the action needs a target, or must not have one.
	ErrTargetNeeded = errors.New("consult and add need a target, other actions must not name one")
	// ErrNobodyFree: any agent would do, and none is free.
	ErrNobodyFree = errors.New("no agent is free")
	// ErrReason: decline has a reason that is not known, or another action has one.
	ErrReason = errors.New("only decline has a reason, one of those offered")
)

// Transfer carries out a command on the agent's call. Repeated with the same request
// key it answers the same without a second effect. A *NotFreeError tells that the
// target cannot be rung now; an *ActError that the network did not do its part.
func (s *Switchboard) Transfer(ctx context.Context, who Who, cmd Command, now time.Time) (Snapshot, error) {
	if err := cmd.check(); err != nil {
		return Snapshot{}, err
	}
	a, err := s.store.Agent(ctx, who.ID)
	if errors.Is(err, ErrNotFound) {
		return Snapshot{}, conference.ErrNoCall
	}
	if err != nil {
		return Snapshot{}, err
	}
	r := conference.Request{Key: cmd.Request, Agent: who.ID, Action: string(cmd.Action)}
	c, again, err := s.callFor(ctx, a, r)
	if err != nil {
		return Snapshot{}, err
	}
	if again {
		return s.Me(ctx, who, now)
	}
	if cmd.begins() {
		c, err = s.begin(ctx, c, r, cmd, now)
	} else {
		c, err = s.press(ctx, c, r, cmd, now)
	}
	if err != nil {
		return Snapshot{}, err
	}
	if c.LegOf(a.ID) == nil { // he was let go: what is in hand of him is old
		return s.Me(ctx, who, now)
	}
	return s.snapshot(ctx, a, c, now)
}

// press carries out a command without a target on the call in hand. To end a call once
// more that has been ended is to try its last words again, if they could not be said.
func (s *Switchboard) press(ctx context.Context, c *conference.Conference, r conference.Request, cmd Command, now time.Time) (*conference.Conference, error) {
	return s.updateFrom(ctx, r.Agent, c, now, func(c *conference.Conference) error {
		switch {
		case c.Did(r), cmd.Action == conference.DoEnd && c.Reason == conference.ReasonAgentEnded:
			return nil
		case cmd.Action == conference.DoDecline:
			return c.Decline(r, cmd.Reason, now)
		}
		return c.Do(r, now)
	})
}

// begins says whether the command starts a transfer.
func (cmd Command) begins() bool {
	return cmd.Action == conference.DoConsult || cmd.Action == conference.DoAdd
}

// check refuses a command that makes no sense in any state.
func (cmd Command) check() error {
	if cmd.begins() != (cmd.Target != "") {
		return ErrTargetNeeded
	}
	if !cmd.Reason.Known() || cmd.Reason != "" && cmd.Action != conference.DoDecline {
		return ErrReason
	}
	return nil
}

// callFor loads the conference that a request is about: the agent's call, or the one he
// was in last if this request took effect there before (again).
func (s *Switchboard) callFor(ctx context.Context, a *agent.Agent, r conference.Request) (c *conference.Conference, again bool, err error) {
	var id conference.ID
	if a.Claim != nil {
		id = conference.ID(a.Claim.Conference)
	} else if len(a.Recent) > 0 && r.Key != "" {
		id = conference.ID(a.Recent[0].Conference)
	}
	if id == "" {
		return nil, false, conference.ErrNoCall
	}
	c, err = s.store.Conference(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, false, conference.ErrNoCall
	}
	if err != nil {
		return nil, false, err
	}
	again = c.Did(r)
	if a.Claim == nil && !again {
		return nil, false, conference.ErrNoCall
	}
	return c, again, nil
}

// begin finds and claims the target, then starts the transfer in the call in hand.
func (s *Switchboard) begin(ctx context.Context, c *conference.Conference, r conference.Request, cmd Command, now time.Time) (*conference.Conference, error) {
	if err := c.Allowed(r.Agent, conference.Action(r.Action)); err != nil {
		return nil, err // before anybody is claimed
	}
	t, err := s.target(ctx, c, r.Agent, cmd, now)
	if err != nil {
		return nil, err
	}
	did := false
	c, err = s.updateFrom(ctx, r.Agent, c, now, func(c *conference.Conference) error {
		if did = c.Did(r); did {
			return nil
		}
		return c.Begin(r, t, now)
	})
	if t.Agent != nil && (c == nil && !errors.Is(err, ErrUnavailable) || did) {
		s.release(ctx, t.Agent.ID, agent.Release{Leg: string(t.Key)}, now)
	}
	return c, err
}

// target is whom a command means: an agent, whom it claims, or a number that may be
// dialled.
func (s *Switchboard) target(ctx context.Context, c *conference.Conference, by agent.ID, cmd Command, now time.Time) (conference.Target, error) {
	t := conference.Target{Key: s.set.NewKey(), Ring: s.set.Ring, Note: cmd.Note}
	var err error
	switch {
	case cmd.Target == AnyAgent:
		t.Agent, err = s.claimAny(ctx, c, t.Key, now)
	case !agent.Valid(string(cmd.Target)):
		t.Number, err = s.number(ctx, by, string(cmd.Target), now)
	case c.LegOf(cmd.Target) != nil:
		err = conference.ErrSelf
	default:
		t.Agent, err = s.claim(ctx, cmd.Target, c.ID, t.Key, now)
	}
	switch {
	case errors.Is(err, ErrNotFound):
		err = ErrNoTarget
	case errors.Is(err, ErrConflict):
		err = &agent.NotFreeError{Presence: agent.IsBusy}
	}
	return t, err
}

// claimTries is how many free agents are tried in turn when any will do.
const claimTries = 3

// claimAny claims the free agent who has been idle longest.
func (s *Switchboard) claimAny(ctx context.Context, c *conference.Conference, key conference.LegKey, now time.Time) (*agent.Agent, error) {
	agents, err := s.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	tries := 0
	for _, a := range agents {
		if !a.Free(now) || c.LegOf(a.ID) != nil {
			continue
		}
		claimed, err := s.claim(ctx, a.ID, c.ID, key, now)
		if err == nil {
			return claimed, nil
		}
		if errors.Is(err, ErrUnavailable) {
			return nil, err
		}
		if tries++; tries == claimTries {
			break
		}
	}
	return nil, ErrNobodyFree
}
