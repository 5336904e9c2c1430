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
	Target  agent.ID // of consult and add
	Note    string
	Request string // the page's key for this press; the same key has one effect
}

// Refusals of a command besides the conference's own.
var (
	// ErrNoTarget: there is no such agent.
	ErrNoTarget = errors.New("there is no such agent")
	// ErrTargetNeeded: the action needs a target, or must not have one.
	ErrTargetNeeded = errors.New("consult and add need a target, other actions must not name one")
)

// Transfer carries out a command on the agent's call. Repeated with the same request
// key it answers the same without a second effect. A *NotFreeError tells that the
// target cannot be rung now; an *ActError that the network did not do its part.
func (s *Switchboard) Transfer(ctx context.Context, who Who, cmd Command, now time.Time) (Snapshot, error) {
	begins := cmd.Action == conference.DoConsult || cmd.Action == conference.DoAdd
	if begins != (cmd.Target != "") {
		return Snapshot{}, ErrTargetNeeded
	}
	a, err := s.store.Agent(ctx, who.ID)
	if errors.Is(err, ErrNotFound) {
		return Snapshot{}, conference.ErrNoCall
	}
	if err != nil {
		return Snapshot{}, err
	}
	r := conference.Request{Key: cmd.Request, Agent: who.ID, Action: string(cmd.Action)}
	id, again, err := s.callFor(ctx, a, r)
	if err != nil {
		return Snapshot{}, err
	}
	if !again {
		if begins {
			err = s.begin(ctx, id, r, cmd, now)
		} else {
			_, err = s.update(ctx, id, now, func(c *conference.Conference) error {
				if c.Did(r) {
					return nil
				}
				return c.Do(r, now)
			})
		}
		if err != nil {
			return Snapshot{}, err
		}
	}
	return s.Me(ctx, who, now)
}

// callFor finds the conference that a request is about: the agent's call, or the one
// he was in last if this request took effect there before (again).
func (s *Switchboard) callFor(ctx context.Context, a *agent.Agent, r conference.Request) (id conference.ID, again bool, err error) {
	if a.Claim != nil {
		id = conference.ID(a.Claim.Conference)
	} else if a.Last != nil && r.Key != "" {
		id = conference.ID(a.Last.Conference)
	}
	if id == "" {
		return "", false, conference.ErrNoCall
	}
	c, err := s.store.Conference(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return "", false, conference.ErrNoCall
	}
	if err != nil {
		return "", false, err
	}
	again = c.Did(r)
	if a.Claim == nil && !again {
		return "", false, conference.ErrNoCall
	}
	return id, again, nil
}

// begin claims the target, then starts the transfer to him.
func (s *Switchboard) begin(ctx context.Context, id conference.ID, r conference.Request, cmd Command, now time.Time) error {
	c, err := s.store.Conference(ctx, id)
	if err != nil {
		return err
	}
	if err := c.Allowed(r.Agent, conference.Action(r.Action)); err != nil {
		return err // before anybody is claimed
	}
	if c.LegOf(cmd.Target) != nil {
		return conference.ErrSelf
	}
	key := s.set.NewKey()
	target, err := s.claim(ctx, cmd.Target, id, key, now)
	if errors.Is(err, ErrNotFound) {
		return ErrNoTarget
	}
	if errors.Is(err, ErrConflict) {
		return &agent.NotFreeError{Presence: agent.IsBusy}
	}
	if err != nil {
		return err
	}
	did := false
	c, err = s.update(ctx, id, now, func(c *conference.Conference) error {
		if did = c.Did(r); did {
			return nil
		}
		t := conference.Target{Agent: target, Key: key, Ring: s.set.Ring, Note: cmd.Note}
		return c.Begin(r, t, now)
	})
	if c == nil && !errors.Is(err, ErrUnavailable) || did {
		s.release(ctx, target.ID, agent.Release{Leg: string(key)}, now)
	}
	return err
}
