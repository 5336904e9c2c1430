package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Refusals of what a supervisor asks, besides *agent.NotFreeError and ErrNoTarget, and *call.TransitionError.
var (
	// ErrNotSupervisor: only a supervisor may ask that.
	ErrNotSupervisor = errors.New("not a supervisor")
	// ErrCallOver: the call has ended, or there never was one.
	ErrCallOver = errors.New("the call is over")
	// ErrTaken: the caller waits no longer, or another agent is being rung for them.
	ErrTaken = errors.New("another agent has the caller")
	// ErrHungUp: the caller has hung up and keeps their place, so that nobody but the line offers them.
	ErrHungUp = errors.New("the caller keeps their place and is not on the line")
	// ErrNotOffered: the caller may not be offered to that agent now: they are reserved for the agent whom they have
	// lost, or are about to join their conference, or agents have been dialled for them too often in too short a time.
	ErrNotOffered = errors.New("the caller may not be offered to that agent now")
)

// supervises returns an error for who may not act on others or on the line. It reads nothing for who is no supervisor.
func supervises(ctx context.Context, agents AgentReader, who Principal) error {
	if !who.Supervisor {
		return ErrNotSupervisor
	}
	return MayAsk(ctx, agents, who)
}

// supervision is what supervisors do with the calls and statuses of others.
type supervision struct{ *matcher }

// SetStatusOf sets another agent's status as if they had chosen it. An agent who is set Away while they are rung is not
// rung any longer; an agent who is free then is offered a waiting caller. Repeated with the same request key it has no
// second effect (N7).
func (s *supervision) SetStatusOf(
	ctx context.Context, who Principal, id agent.ID, status agent.Status, request string, now time.Time,
) error {
	if err := supervises(ctx, s.store, who); err != nil {
		return err
	}
	name := appliedName(call.Request{Key: request, Action: string(status) + " by " + string(who.ID)})
	a, err := s.setStatusOf(ctx, id, status, who.Name, name, now)
	if err != nil {
		return err
	}
	defer s.tell(ctx, []agent.ID{id}, now)
	switch {
	case a.Status != agent.Available && a.Claim != nil:
		// If it cannot be read, it rings on, as for an agent who has just been claimed.
		if c, err := s.load(ctx, call.ID(a.Claim.Call)); err == nil {
			s.withdrawOffer(ctx, a, c, &call.Supervisor{ID: who.ID, Name: who.Name}, now)
		}
	case a.Free(now):
		s.offerNext(ctx, now, asking{who: a}, nil)
	}
	return nil
}

// setStatusOf saves the status, and returns the agent as stored then.
func (ro *roster) setStatusOf(
	ctx context.Context, id agent.ID, status agent.Status, by, request string, now time.Time,
) (*agent.Agent, error) {
	for range saveTries {
		a, err := ro.store.Agent(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && a.IsRemoved():
			return nil, ErrNoTarget
		case err != nil:
			return nil, err
		case !a.ChooseFor(status, by, request, now):
			return a, nil
		}
		if err = ro.store.SaveAgent(ctx, a); !errors.Is(err, ErrConflict) {
			return a, err
		}
	}
	return nil, ErrUnavailable
}

// EndCall ends a call with the goodbye that its owner's end gives. Of a call that an agent has ended it tries the
// goodbye again, if that could not be said.
func (s *supervision) EndCall(ctx context.Context, who Principal, id call.ID, request string, now time.Time) error {
	if err := supervises(ctx, s.store, who); err != nil {
		return err
	}
	r := call.Request{Key: request, Agent: who.ID, Action: string(call.DoEnd)}
	c, err := s.updateAndMatchFor(ctx, who.ID, id, now, func(c *call.Call) error {
		switch {
		case c.HasApplied(r), c.Reason == call.ReasonAgentEnded:
			return nil
		case c.State == call.Ended:
			return ErrCallOver
		}
		return c.Supervision(now).EndCall(call.Supervisor{ID: who.ID, Name: who.Name}, r)
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return ErrCallOver
	case c != nil: // saved: the clocks retry what Twilio has not done
		return nil
	}
	return err
}

// OfferTo offers a waiting caller to a free agent whom a supervisor has named, by the same claim and the same rules as
// matching does, except that the agent may have just missed or declined the caller. If another request is about to
// offer this caller to this agent, both go on with the same leg.
func (s *supervision) OfferTo(
	ctx context.Context, who Principal, id call.ID, to agent.ID, request string, now time.Time,
) error {
	if err := supervises(ctx, s.store, who); err != nil {
		return err
	}
	c, err := s.load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return ErrCallOver
	}
	if err != nil {
		return err
	}
	r := call.Request{Key: request, Agent: who.ID, Action: "offer to " + string(to)}
	if over, err := offered(c, r, to); over || err != nil {
		return err
	}
	lost := s.lost(ctx, c)
	back := c.Offering(lost, now).Reserved()
	if back && c.Recall.Agent != to {
		return ErrNotOffered
	}
	asker := s.set.NewKey()
	key, a, err := s.claimNamed(ctx, c, to, asker, back, now)
	if err != nil {
		return s.explainOffer(ctx, id, r, to, err)
	}
	if back {
		lost = a
	}
	known := false
	c, err = s.ring(ctx, c, key, asker, a, now, func(c *call.Call) (err error) {
		if known, err = offered(c, r, to); known || err != nil {
			return err
		}
		if c.KnowsLeg(key) || c.Offering(lost, now).Reserved() != back || !c.Offering(lost, now).MayNamed(a) {
			return ErrNotOffered
		}
		return c.Supervision(now).OfferTo(call.Supervisor{ID: who.ID, Name: who.Name}, r, a, key, s.set.Ring)
	})
	if known && c != nil && c.Leg(key) == nil { // the offer that is known is, or was, another leg's
		s.drop(ctx, to, key, asker, now)
	}
	return err
}

// offered says whether the caller is offered to that agent already, or was by the same request; the error is why they
// cannot be.
func offered(c *call.Call, r call.Request, to agent.ID) (bool, error) {
	switch {
	case c.HasApplied(r), c.State == call.Ringing && c.OfferedTo() == to:
		return true, nil
	case c.State == call.Ended:
		return false, ErrCallOver
	case c.State == call.KeepsPlace:
		return false, ErrHungUp
	case c.State != call.Waiting:
		return false, ErrTaken
	}
	return false, nil
}

// claimNamed claims an agent to be offered the caller, and returns the leg key of the claim: asker, or that of another
// request which has claimed the agent for the same caller a moment ago.
func (ro *roster) claimNamed(
	ctx context.Context, c *call.Call, id agent.ID, asker call.LegKey, back bool, now time.Time,
) (key call.LegKey, a *agent.Agent, err error) {
	err = ErrConflict
	for tries := 0; errors.Is(err, ErrConflict) && tries < saveTries; tries++ {
		a, err = ro.claimBy(ctx, id, func(a *agent.Agent) error {
			key = asker
			switch {
			case a.IsRemoved():
				return ErrNotFound
			case beingClaimed(a, c, now) && a.Claim.For == agent.ForOffer:
				a.Claim.Share(string(asker))
				key = call.LegKey(a.Claim.Leg)
				return nil
			}
			return claimForOffer(a, c, key, back, now)
		})
	}
	return key, a, err
}

// explainOffer explains why an agent could not be claimed: if another request has changed the call by now, that is why.
func (s *supervision) explainOffer(ctx context.Context, id call.ID, r call.Request, to agent.ID, refused error) error {
	if errors.Is(refused, ErrUnavailable) {
		return refused
	}
	c, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	switch known, err := offered(c, r, to); {
	case known || err != nil:
		return err
	case errors.Is(refused, ErrNotFound):
		return ErrNoTarget
	case errors.Is(refused, ErrConflict):
		return &agent.NotFreeError{Presence: agent.IsBusy}
	}
	return refused
}
