package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// SetStatus sets the agent's status. With beat it only records the page's heartbeat, carries out
// what is due in the agent's call, and offers the agent a caller.
func (s *Service) SetStatus(
	ctx context.Context, who Principal, status agent.Status, beat bool, now time.Time,
) (agentview.Snapshot, error) {
	chosen := false
	a, c, err := s.attend(ctx, who, now, func(a *agent.Agent) bool {
		if beat && a.Version > 0 {
			return a.Beat(now)
		}
		changed := a.Choose(status, now)
		chosen = changed && a.Since.Equal(now)
		return changed
	})
	if err != nil {
		return agentview.Snapshot{}, err
	}
	if a.Claim.Watches() && !a.Claimed(now) {
		s.stopWatching(ctx, a, now)
	}
	if !beat && status != agent.Available && c != nil {
		c = s.withdrawOffer(ctx, a, c, nil, now)
	}
	if !chosen {
		return s.snapshot(ctx, a, c, beat, now)
	}
	var snap agentview.Snapshot
	s.set.Together(
		func() { s.tell(ctx, []agent.ID{a.ID}, now) },
		func() { snap, err = s.snapshot(ctx, a, c, beat, now) },
	)
	return snap, err
}

// Snapshot is the agent's snapshot.
func (s *Service) Snapshot(ctx context.Context, who Principal, now time.Time) (agentview.Snapshot, error) {
	a, c, err := s.attend(ctx, who, now, func(a *agent.Agent) bool { return false })
	if err != nil {
		return agentview.Snapshot{}, err
	}
	return s.snapshot(ctx, a, c, false, now)
}

// attend loads the agent, applies f, corrects the claim, and carries out what is due in the agent's
// call. The call is nil if the agent is in none.
func (s *Service) attend(
	ctx context.Context, who Principal, now time.Time, f func(*agent.Agent) bool,
) (*agent.Agent, *call.Call, error) {
	for range saveTries {
		a, err := s.seen(ctx, who.ID)
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
		changed = s.repairDropped(ctx, a, now) || changed
		var c *call.Call
		if a.Claim != nil {
			var mended bool
			if c, mended, err = s.callOf(ctx, a, now); err != nil {
				return nil, nil, err
			}
			changed = mended || a.Renew(now) || answered(a, c) || changed
		}
		if changed {
			err = s.save(ctx, a)
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
func answered(a *agent.Agent, c *call.Call) bool {
	if c == nil || a.Claim == nil {
		return false
	}
	key := call.LegKey(a.Claim.Leg)
	if w := c.Watcher(key); w != nil { // a supervisor's
		return w.Phase == call.LegAnswered && a.Claim.Answer(a.Claim.Leg, w.Since)
	}
	l := c.Leg(key)
	return l != nil && l.Phase == call.LegAnswered && a.Claim.Answer(a.Claim.Leg, l.Since)
}

// callOf loads the call that an agent is claimed for and carries out what is due in it. If the
// agent has another leg there than the claim says, the claim is corrected; if none, the agent is
// released. Mended: the agent has changed and must be saved.
func (s *Service) callOf(
	ctx context.Context, a *agent.Agent, now time.Time,
) (c *call.Call, mended bool, err error) {
	id, leg := call.ID(a.Claim.Call), call.LegKey(a.Claim.Leg)
	c, err = s.updateAndMatchFor(ctx, a.ID, id, now, noChange)
	if c == nil && !errors.Is(err, ErrNotFound) {
		return nil, false, err
	}
	if c != nil && (bind(a, c, now) || c.Leg(leg) != nil || c.Watcher(leg) != nil) {
		return c, a.Claim.Leg != string(leg), nil
	}
	if c == nil && !claimIsOld(a, now) { // the call itself is about to be saved
		return nil, false, nil
	}
	r := agent.Release{Call: string(id), Leg: string(leg)}
	if c != nil {
		f, left := c.Releases().Of(leg)
		switch {
		case left: // the leg is closed, but the agent may not have been released yet
			r = s.releaseFor(c, f)
		case !claimIsOld(a, now):
			return nil, false, nil // claimed a moment ago: the leg is about to be saved
		default:
			r.AppliedRequests = appliedRequests(c, a.ID)
		}
	}
	a.Release(r, now)
	return nil, true, nil
}

// claimIsOld says whether the leg that a claim was made for must have been saved by now.
func claimIsOld(a *agent.Agent, now time.Time) bool {
	if a.Claim.Watches() {
		return now.After(a.Claim.Since.Add(claimSettles))
	}
	return now.After(a.Claim.Until.Add(claimSettles - agent.Lease))
}

// claimSettles is how long after a claim its leg must have been saved.
const claimSettles = 10 * time.Second

// withdrawOffer ends the ringing of an agent who no longer takes calls, because they have chosen so or because a
// supervisor has (by).
func (m *matcher) withdrawOffer(
	ctx context.Context, a *agent.Agent, c *call.Call, by *call.Supervisor, now time.Time,
) *call.Call {
	l := c.Seat(a.ID).Leg()
	if l == nil || l.Phase == call.LegAnswered {
		return c
	}
	asked := a.ID
	if by != nil {
		asked = by.ID
	}
	next, _ := m.updateAndMatchFor(ctx, asked, c.ID, now, func(c *call.Call) error {
		switch l := c.Seat(a.ID).Leg(); {
		case l == nil || l.Phase == call.LegAnswered:
		case by != nil:
			c.Supervision(now).SetAway(*by, l.Key, call.OutcomeDeclined)
		default:
			c.WithdrawLeg(l.Key, call.OutcomeDeclined, now)
		}
		return nil
	})
	if next == nil {
		return c
	}
	return next
}

// Remove removes an agent, even one who has never signed in: from then on the API refuses them, and
// their pages are told to ask, so that they learn of it at once. Restore undoes it.
func (s *Service) Remove(ctx context.Context, who Principal, now time.Time) error {
	err := s.repairAgent(ctx, who, now, func(a *agent.Agent) bool { return a.Remove(now) })
	if err == nil { // again, too: the time before may have told nobody
		s.tell(ctx, []agent.ID{who.ID}, now)
	}
	return err
}
