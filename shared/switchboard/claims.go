package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// claimTarget claims an agent for the target's leg. If another request has claimed her for a
// transfer of this very call, and has not saved that yet, both go on with its leg, and one of
// them will have been quicker: else this one would be refused for a colleague who is free.
func (s *Switchboard) claimTarget(
	ctx context.Context, c *conference.Conference, id agent.ID, t *conference.Target, now time.Time,
) error {
	fresh, err := t.Key, ErrConflict
	for tries := 0; errors.Is(err, ErrConflict) && tries < saveTries; tries++ {
		t.Key = fresh
		t.Agent, err = s.take(ctx, id, func(a *agent.Agent) error { return s.takeTarget(ctx, a, c, t, now) })
	}
	if err != nil {
		t.Agent = nil
	}
	return err
}

// takeTarget is the rule of claimTarget. An offer that has claimed her for this call has lost
// the caller, who has an agent by now: it lets go of her in a moment, and is not waited for.
func (s *Switchboard) takeTarget(
	ctx context.Context, a *agent.Agent, c *conference.Conference, t *conference.Target, now time.Time,
) error {
	if a.IsRemoved() {
		return ErrNotFound
	}
	switch {
	case !onHerWay(a, c, now):
	case a.Claim.For == agent.ForTransfer:
		a.Share(string(t.Key))
		t.Key = conference.LegKey(a.Claim.Leg)
		return nil
	case a.Claim.For == agent.ForOffer:
		stored, err := s.store.Conference(ctx, c.ID)
		if err == nil && stored.State != conference.Waiting && onHerWay(a, stored, now) {
			a.TakeOver(string(c.ID), string(t.Key), now)
			return nil
		}
	}
	return a.TakeTarget(string(c.ID), string(t.Key), now)
}

// onHerWay: the agent was claimed a moment ago for a leg of this call that is not known yet.
func onHerWay(a *agent.Agent, c *conference.Conference, now time.Time) bool {
	return a.Claimed(now) && a.Claim.Conference == string(c.ID) && !claimIsOld(a, now) &&
		!c.Knows(conference.LegKey(a.Claim.Leg))
}

// claimTries is how many free agents are tried in turn when any will do.
const claimTries = 3

// claimAny claims the free agent who has been idle longest and is kept for no caller.
func (s *Switchboard) claimAny(
	ctx context.Context, c *conference.Conference, t *conference.Target, now time.Time,
) error {
	agents, err := s.agents(ctx, LinePage, func(a *agent.Agent) bool { return a.Free(now) || onHerWay(a, c, now) })
	if err != nil {
		return err
	}
	tries, kept := 0, s.kept(ctx, now)
	for _, a := range agents {
		if c.LegOf(a.ID) != nil || kept[a.ID] {
			continue
		}
		err := s.claimTarget(ctx, c, a.ID, t, now)
		if err == nil || errors.Is(err, ErrUnavailable) {
			return err
		}
		if tries++; tries == claimTries {
			break
		}
	}
	return ErrNobodyFree
}

// purposeOf is what an agent with that leg is claimed for.
func purposeOf(c *conference.Conference, key conference.LegKey) agent.Purpose {
	if t := c.Transfer; t != nil && t.Leg == key {
		return agent.ForTransfer
	}
	return agent.ForOffer
}

// bind makes the claim of an agent fit the leg that he has in a conference. It says whether it
// changed anything.
func bind(a *agent.Agent, c *conference.Conference, now time.Time) bool {
	l := c.LegOf(a.ID)
	return l != nil && l.Out == "" && a.Bind(purposeOf(c, l.Key), string(c.ID), string(l.Key), now)
}

// assure makes the claim of an agent true who has a leg in a conference: who talks is claimed,
// or he would be offered others, and none of his presses would find his call.
func (s *Switchboard) assure(ctx context.Context, c *conference.Conference, id agent.ID, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return bind(a, c, now) })
}

// doubt looks for a leg of an agent's in the call that he was claimed for until a moment ago,
// and claims him for it if there is one. It says whether it changed anything.
func (s *Switchboard) doubt(ctx context.Context, a *agent.Agent, now time.Time) bool {
	id := conference.ID(a.DoubtsFreedom(now))
	if id == "" {
		return false
	}
	c, err := s.store.Conference(ctx, id)
	return err == nil && bind(a, c, now)
}
