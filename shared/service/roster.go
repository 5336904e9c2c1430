package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// saveTries is after how many conflicts in a row a use case gives up.
const saveTries = 20

// roster claims agents for legs, and releases them.
type roster struct {
	store  Store
	wrapUp time.Duration // an agent's wrap-up after a call

	together func(...func()) // see Settings
}

// claimBy changes an agent by one of the agent's rules. If the rule refuses with *agent.NotFreeError,
// the agent is returned with the error. ErrConflict: another request was quicker.
func (ro *roster) claimBy(ctx context.Context, id agent.ID, rule func(*agent.Agent) error) (*agent.Agent, error) {
	a, err := ro.agent(ctx, id)
	if err != nil {
		return nil, err
	}
	return ro.claim(ctx, a, rule)
}

// claim is claimBy with an agent who was loaded a moment ago.
func (ro *roster) claim(ctx context.Context, a *agent.Agent, rule func(*agent.Agent) error) (*agent.Agent, error) {
	if err := rule(a); err != nil {
		return a, err
	}
	if err := ro.save(ctx, a); err != nil {
		return nil, err
	}
	return a, nil
}

// releaseAgent releases an agent whose leg has ended.
func (ro *roster) releaseAgent(ctx context.Context, c *call.Call, f call.Release, now time.Time) {
	if f.Correction {
		ro.changeAgent(ctx, f.Agent, func(a *agent.Agent) bool { return a.CorrectOutcome(ro.releaseFor(c, f)) })
		return
	}
	ro.releaseClaim(ctx, f.Agent, ro.releaseFor(c, f), now)
}

// releaseFor is what an agent is told who is released. Wrap-up begins when the call is over, so a
// reserved agent gets none yet.
func (ro *roster) releaseFor(c *call.Call, f call.Release) agent.Release {
	rest := ro.wrapUp
	unanswered := f.Unreached(c)
	if f.Reserved || unanswered {
		rest = 0
	}
	word, with := f.Recent(c)
	uncount := ""
	if c.Kept.Is() && !f.Talked {
		uncount = placeDial(f.Leg)
	}
	return agent.Release{
		Call:            string(c.ID),
		Leg:             string(f.Leg),
		Outcome:         string(f.Outcome),
		Answered:        f.Talked,
		Missed:          f.Outcome == call.OutcomeNoAnswer && !unanswered,
		Declined:        f.Outcome == call.OutcomeDeclined && !unanswered,
		Caller:          c.From,
		Began:           f.Since,
		Unreached:       unreached(f.Outcome) && !unanswered,
		Rang:            f.Rang && rings(f.Outcome) && !unanswered,
		CalledBack:      f.CalledBack(c),
		Word:            string(word),
		With:            with,
		WrapUp:          rest,
		NotDialled:      uncount,
		AppliedRequests: appliedRequests(c, f.Agent),
	}
}

// appliedRequests names the requests that an agent made in a call that they leave.
func appliedRequests(c *call.Call, id agent.ID) (names []string) {
	for _, r := range c.Seat(id).Requests() {
		names = append(names, appliedName(r))
	}
	return names
}

// rings: the agent's phone rang until the attempt ended with that outcome; one that was busy or
// lost did not.
func rings(o call.Outcome) bool {
	return o != call.OutcomeBusy && o != call.OutcomeLost
}

// unreached: Twilio found nobody registered under the agent's name (SIP 404 and 480).
func unreached(o call.Outcome) bool {
	return o == call.Failed("480") || o == call.Failed("404")
}

// releaseClaim releases an agent of one leg. If that cannot be saved now, the lease runs out, or the
// heartbeat of the agent's page finds the agent free.
func (ro *roster) releaseClaim(ctx context.Context, id agent.ID, r agent.Release, now time.Time) {
	ro.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Release(r, now) })
}

// drop gives up a claim that a request has made or shares. If that cannot be saved now, the
// heartbeat of the agent's page finds the claim void.
func (ro *roster) drop(ctx context.Context, id agent.ID, leg, asker call.LegKey, now time.Time) {
	ro.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Drop(string(leg), string(asker), now) })
}

// changeAgent changes an agent and saves it if f says that it changed anything; a failure leaves
// the stored agent as it was.
func (ro *roster) changeAgent(ctx context.Context, id agent.ID, f func(*agent.Agent) bool) {
	if a := handOf(ctx).take(id); a != nil && f(a) && !errors.Is(ro.save(ctx, a), ErrConflict) {
		return
	}
	for range saveTries {
		a, err := ro.agent(ctx, id)
		if err != nil || !f(a) || !errors.Is(ro.save(ctx, a), ErrConflict) {
			return
		}
	}
}

// purposeOf is what the agent of that leg is claimed for.
func purposeOf(c *call.Call, key call.LegKey) agent.Purpose {
	if t := c.Transfer; t != nil && t.Leg == key {
		return agent.ForTransfer
	}
	return agent.ForOffer
}

// bind makes an agent's claim fit the agent's leg in a call. It says whether that changed anything.
func bind(a *agent.Agent, c *call.Call, now time.Time) bool {
	l := c.Seat(a.ID).Leg()
	return l != nil && l.FinalOutcome == "" && a.Bind(purposeOf(c, l.Key), string(c.ID), string(l.Key), now)
}

// repairClaim corrects the claim of an agent who has a leg in a call. An agent who talks without a claim
// would be offered other callers, and their commands would not find the call.
func (ro *roster) repairClaim(ctx context.Context, c *call.Call, id agent.ID, now time.Time) {
	ro.changeAgent(ctx, id, func(a *agent.Agent) bool { return bind(a, c, now) })
}

// repairDropped checks a claim that a request gave up a moment ago: if the agent has a leg in that call all
// the same, it claims the agent for that leg again. It says whether that changed anything.
func (ro *roster) repairDropped(ctx context.Context, a *agent.Agent, now time.Time) bool {
	id := call.ID(a.DoubtsFreedom(now))
	if id == "" {
		return false
	}
	c, err := ro.store.Call(ctx, id)
	return err == nil && bind(a, c, now)
}

// seen is the agent in hand, or as stored.
func (ro *roster) seen(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	if a := handOf(ctx).take(id); a != nil {
		return a, nil
	}
	return ro.agent(ctx, id)
}

// agent is the agent as stored.
func (ro *roster) agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	a, err := ro.store.Agent(ctx, id)
	if err == nil {
		handOf(ctx).put(a)
	}
	return a, err
}

// save saves an agent.
func (ro *roster) save(ctx context.Context, a *agent.Agent) error {
	err := ro.store.SaveAgent(ctx, a)
	if err != nil {
		handOf(ctx).drop(a.ID)
		return err
	}
	handOf(ctx).put(a)
	return nil
}

// placeDial names the number of a kept place that is dialled for the agent of that leg, by which it is counted.
func placeDial(key call.LegKey) string { return "place " + string(key) }

// appliedName names a request, so that it is recognised after the agent has left the call.
func appliedName(r call.Request) string { return r.Action + " " + r.Key }
