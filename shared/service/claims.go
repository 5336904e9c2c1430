package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// beingClaimed: the agent was claimed a moment ago for a leg of this call that the call does not know
// yet.
func beingClaimed(a *agent.Agent, c *call.Call, now time.Time) bool {
	return a.Claimed(now) && a.Claim.Call == string(c.ID) && !claimIsOld(a, now) &&
		!c.KnowsLeg(call.LegKey(a.Claim.Leg))
}

// targets finds the other party of a transfer: an agent, whom it claims, or a number that may be dialled.
type targets struct{ *matcher }

// claimTries is how many free agents are tried in turn when any will do.
const claimTries = 3

// claimAny claims the free agent who has been idle longest and is not reserved for a caller.
func (t *targets) claimAny(
	ctx context.Context, c *call.Call, target *call.Target, now time.Time,
) error {
	agents, unread := t.free(ctx, QueuePage, now)
	if len(agents) == 0 && unread == nil {
		agents, unread = t.claimedFor(ctx, c, now)
	}
	tries, kept := 0, t.reservedAgents(ctx, now)
	for _, a := range agents {
		if c.Seat(a.ID).Leg() != nil || kept[a.ID] {
			continue
		}
		err := t.claimTarget(ctx, c, a.ID, nil, target, now)
		if err == nil || errors.Is(err, ErrUnavailable) {
			return err
		}
		if tries++; tries == claimTries {
			break
		}
	}
	if unread != nil {
		return ErrNotAllSeen
	}
	return ErrNobodyFree
}

// claimedFor lists the agent whom another request has claimed for this call a moment ago: see claimTarget. They stand
// behind the free ones, anywhere in the list.
func (t *targets) claimedFor(ctx context.Context, c *call.Call, now time.Time) ([]agent.Agent, error) {
	for page, err := range t.pages(ctx, mostPages) {
		for _, a := range page {
			if beingClaimed(&a, c, now) {
				return []agent.Agent{a}, nil
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// claimTarget claims an agent for the target's leg. If a concurrent request has claimed the agent
// for a transfer of this same call and has not saved the call yet, both requests go on with that
// leg, and one of them saves first. Otherwise this request would be refused although the agent is
// free. Known is the agent as this request has just loaded them, or nil.
func (ro *roster) claimTarget(
	ctx context.Context, c *call.Call, id agent.ID, known *agent.Agent, t *call.Target, now time.Time,
) error {
	fresh := t.Key
	rule := func(a *agent.Agent) error {
		t.Key = fresh
		return ro.takeTarget(ctx, a, c, t, now)
	}
	err := ErrConflict
	if known != nil {
		t.Agent, err = ro.claim(ctx, known, rule)
	}
	for tries := 0; errors.Is(err, ErrConflict) && tries < saveTries; tries++ {
		t.Agent, err = ro.claimBy(ctx, id, rule)
	}
	if err != nil {
		t.Agent = nil
	}
	return err
}

// takeTarget is the rule of claimTarget. If an offer of this call holds the claim, but the caller
// has an owner by now, the offer is about to give the claim up: it is taken over at once.
func (ro *roster) takeTarget(
	ctx context.Context, a *agent.Agent, c *call.Call, t *call.Target, now time.Time,
) error {
	if a.IsRemoved() {
		return ErrNotFound
	}
	switch {
	case !beingClaimed(a, c, now):
	case a.Claim.For == agent.ForTransfer:
		a.Claim.Share(string(t.Key))
		t.Key = call.LegKey(a.Claim.Leg)
		return nil
	case a.Claim.For == agent.ForOffer:
		stored, err := ro.store.Call(ctx, c.ID)
		if err == nil && stored.State != call.Waiting && beingClaimed(a, stored, now) {
			a.TakeOver(string(c.ID), string(t.Key), now)
			return nil
		}
	}
	return a.ClaimForTransfer(string(c.ID), string(t.Key), now)
}
