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

// SetStatus sets the agent's status, or with beat only takes in that his page is
// there; then it does for his call what is due, and offers him a caller.
func (s *Switchboard) SetStatus(ctx context.Context, who Who, status agent.Status, beat bool, now time.Time) (Snapshot, error) {
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

// attend loads the agent, lets f change him, keeps his claim true, and brings his call
// up to date. The conference is nil if he is in none.
func (s *Switchboard) attend(ctx context.Context, who Who, now time.Time, f func(*agent.Agent) bool) (*agent.Agent, *conference.Conference, error) {
	for range saveTries {
		a, err := s.store.Agent(ctx, who.ID)
		if errors.Is(err, ErrNotFound) {
			a, err = agent.New(who.ID, who.Name, now), nil
		}
		if err != nil {
			return nil, nil, err
		}
		changed := f(a) || a.Version == 0
		var c *conference.Conference
		if a.Claim != nil {
			var freed bool
			if c, freed, err = s.callOf(ctx, a, now); err != nil {
				return nil, nil, err
			}
			changed = freed || a.Renew(now) || changed
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

// callOf loads the conference that an agent is claimed for and does what is due in it.
// If he has no leg there, his claim is void and he is freed.
func (s *Switchboard) callOf(ctx context.Context, a *agent.Agent, now time.Time) (c *conference.Conference, freed bool, err error) {
	id, leg := conference.ID(a.Claim.Conference), conference.LegKey(a.Claim.Leg)
	c, err = s.updateFor(ctx, a.ID, id, now, func(*conference.Conference) error { return nil })
	if c == nil && !errors.Is(err, ErrNotFound) {
		return nil, false, err
	}
	if c != nil && c.Leg(leg) != nil {
		return c, false, nil
	}
	r := agent.Release{Conference: string(id), Leg: string(leg)}
	if c != nil {
		f, left := c.Left(leg)
		switch {
		case left: // whoever has taken it off the list may not have told him yet
			r = s.released(c, f)
		case !claimIsOld(a, now):
			return nil, false, nil // claimed a moment ago: his leg is about to be saved
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

// withdrawOffer takes back what rings for an agent who takes no calls any more.
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

// Directory lists all agents, the longest idle free one first.
func (s *Switchboard) Directory(ctx context.Context) ([]agent.Agent, error) {
	return s.store.Agents(ctx)
}
