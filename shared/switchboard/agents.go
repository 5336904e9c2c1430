package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Who is the signed-in agent.
type Who struct {
	ID   agent.ID
	Name string
}

// SetStatus sets the agent's status. With beat it only records the page's heartbeat, carries out
// what is due in the agent's call, and offers the agent a caller.
func (s *Switchboard) SetStatus(
	ctx context.Context, who Who, status agent.Status, beat bool, now time.Time,
) (Snapshot, error) {
	a, c, err := s.attend(ctx, who, now, func(a *agent.Agent) bool {
		if beat && a.Version > 0 {
			return a.Beat(now)
		}
		return a.Choose(status, now)
	})
	if err != nil {
		return Snapshot{}, err
	}
	if !beat && status != agent.Available && c != nil {
		c = s.withdrawOffer(ctx, a, c, now)
	}
	return s.snapshot(ctx, a, c, beat, now)
}

// Me is the agent's snapshot.
func (s *Switchboard) Me(ctx context.Context, who Who, now time.Time) (Snapshot, error) {
	a, c, err := s.attend(ctx, who, now, func(a *agent.Agent) bool { return false })
	if err != nil {
		return Snapshot{}, err
	}
	return s.snapshot(ctx, a, c, false, now)
}

// attend loads the agent, applies f, corrects the claim, and carries out what is due in the agent's
// call. The call is nil if the agent is in none.
func (s *Switchboard) attend(
	ctx context.Context, who Who, now time.Time, f func(*agent.Agent) bool,
) (*agent.Agent, *conference.Conference, error) {
	for range saveTries {
		a, err := s.store.Agent(ctx, who.ID)
		if errors.Is(err, ErrNotFound) {
			a, err = agent.New(who.ID, who.Name, now), nil
		}
		if err != nil {
			return nil, nil, err
		}
		if a.IsRemoved() {
			return nil, nil, agent.ErrRemoved
		}
		changed := f(a) || a.Version == 0
		changed = s.doubt(ctx, a, now) || changed
		var c *conference.Conference
		if a.Claim != nil {
			var mended bool
			if c, mended, err = s.callOf(ctx, a, now); err != nil {
				return nil, nil, err
			}
			changed = mended || a.Renew(now) || answered(a, c) || changed
		}
		if changed {
			err = s.store.SaveAgent(ctx, a)
		}
		if errors.Is(err, ErrConflict) {
			continue
		}
		return a, c, err
	}
	return nil, nil, ErrConflict
}

// answered records when the agent answered, for the list that colleagues see. It runs on the
// request that the agent's page makes right after answering.
func answered(a *agent.Agent, c *conference.Conference) bool {
	if c == nil || a.Claim == nil {
		return false
	}
	l := c.Leg(conference.LegKey(a.Claim.Leg))
	return l != nil && l.Phase == conference.Answered && a.Answer(a.Claim.Leg, l.Since)
}

// callOf loads the call that an agent is claimed for and carries out what is due in it. If the
// agent has another leg there than the claim says, the claim is corrected; if none, the agent is
// released. Mended: the agent has changed and must be saved.
func (s *Switchboard) callOf(
	ctx context.Context, a *agent.Agent, now time.Time,
) (c *conference.Conference, mended bool, err error) {
	id, leg := conference.ID(a.Claim.Conference), conference.LegKey(a.Claim.Leg)
	c, err = s.updateFor(ctx, a.ID, id, now, func(*conference.Conference) error { return nil })
	if c == nil && !errors.Is(err, ErrNotFound) {
		return nil, false, err
	}
	if c != nil && (bind(a, c, now) || c.Leg(leg) != nil) {
		return c, a.Claim.Leg != string(leg), nil
	}
	r := agent.Release{Conference: string(id), Leg: string(leg)}
	if c != nil {
		f, left := c.Left(leg)
		switch {
		case left: // the leg is closed, but the agent may not have been released yet
			r = s.released(c, f)
		case !claimIsOld(a, now):
			return nil, false, nil // claimed a moment ago: the leg is about to be saved
		default:
			r.Did = did(c, a.ID)
		}
	}
	a.Release(r, now)
	return nil, true, nil
}

// claimIsOld says whether the leg that a claim was made for must have been saved by now.
func claimIsOld(a *agent.Agent, now time.Time) bool {
	return now.After(a.Claim.Until.Add(claimSettles - agent.Lease))
}

// claimSettles is how long after a claim its leg must have been saved.
const claimSettles = 10 * time.Second

// withdrawOffer ends the ringing of an agent who no longer takes calls.
func (s *Switchboard) withdrawOffer(ctx context.Context, a *agent.Agent, c *conference.Conference, now time.Time) *conference.Conference {
	l := c.LegOf(a.ID)
	if l == nil || l.Phase == conference.Answered {
		return c
	}
	next, _ := s.updateFor(ctx, a.ID, c.ID, now, func(c *conference.Conference) error {
		if l := c.LegOf(a.ID); l != nil && l.Phase != conference.Answered {
			c.Withdraw(l.Key, conference.OutcomeDeclined, now)
		}
		return nil
	})
	if next == nil {
		return c
	}
	return next
}
