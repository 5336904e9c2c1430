package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// Refusals of a call back besides those of outside numbers.
var (
	// ErrCallBackOff: the operator has not switched calling back on, or allows no country.
	ErrCallBackOff = errors.New("calling back is not switched on")
	// ErrWithheld: the caller has withheld their number.
	ErrWithheld = errors.New("the caller has withheld their number")
	// ErrNotReady: the agent has a call, or their page is not connected.
	ErrNotReady = errors.New("the agent cannot be rung now")
)

// CallBack is what an agent asks for who calls somebody.
type CallBack struct {
	Number  string // E.164, if it may be dialled at all
	Of      string // the call or the message for which they call; "": none
	Request string // the page's request key, which answers the agent's leg
}

// CallBack calls a number for an agent: it rings their own browser, and dials the number when they are in the
// conference. Repeated with the same request key it has no second effect (N7). An error means that nothing rings,
// except that it is not known after ErrUnavailable.
func (s *Service) CallBack(
	ctx context.Context, who Principal, ask CallBack, now time.Time,
) (agentview.Snapshot, error) {
	key := s.set.NewKey()
	id := outboundID(who.ID, cmp.Or(ask.Request, string(key)))
	a, err := s.store.Agent(ctx, who.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return agentview.Snapshot{}, ErrNotReady // no page of theirs has ever sent a heartbeat
	case err != nil:
		return agentview.Snapshot{}, err
	case a.IsRemoved():
		return agentview.Snapshot{}, agent.ErrRemoved
	}
	switch _, err := s.store.Call(ctx, id); {
	case err == nil: // the request is repeated
		return s.Snapshot(ctx, who, now)
	case !errors.Is(err, ErrNotFound):
		return agentview.Snapshot{}, err
	}
	number, err := s.mayCall(a, ask.Number, id, now)
	if err != nil {
		return agentview.Snapshot{}, err
	}
	name := "call-back " + cmp.Or(ask.Request, string(key))
	if err := s.mayCallNow(ctx, number, id, now); err != nil {
		return agentview.Snapshot{}, err
	}
	if err := s.countNumber(ctx, who.ID, name, now); err != nil {
		s.letGo(ctx, number, id, now)
		return agentview.Snapshot{}, err
	}
	// The place of the number is taken before the call is stored, so that a crash in between calls nobody twice: a call
	// that was never stored gives it back (see keptOn).
	kept, unsure := s.placeOf(ctx, number)
	if kept != nil || unsure {
		_ = s.store.SavePlaceOf(ctx, number, id)
	}
	out := call.Outbound{Number: number, Of: ask.Of, Asked: ask.Request}
	c, err := s.callOut(ctx, a.ID, out, kept, id, key, now)
	if err != nil && !errors.Is(err, ErrUnavailable) {
		if kept != nil {
			_ = s.store.SavePlaceOf(ctx, number, kept.ID)
		}
		s.changeAgent(ctx, who.ID, func(a *agent.Agent) bool { return a.DialQuota.Uncount(name) })
		s.letGo(ctx, number, id, now)
	}
	switch {
	case err != nil:
		return agentview.Snapshot{}, err
	case c == nil: // another request with that key makes the call
		return s.Snapshot(ctx, who, now)
	}
	s.lend(ctx, kept, id, now)
	if a, err = s.store.Agent(ctx, who.ID); err != nil {
		return s.Snapshot(ctx, who, now)
	}
	return s.after(ctx, who, a, c, now), nil
}

// outboundID is the ID of the call that this request of the agent makes: the same for each repetition.
func outboundID(who agent.ID, request string) call.ID {
	sum := sha256.Sum256([]byte(string(who) + "\x00" + request))
	return call.OutboundID(hex.EncodeToString(sum[:16]))
}

// CallBackID is the ID of the call that a CallBack with that request key makes.
func CallBackID(who agent.ID, request string) call.ID { return outboundID(who, request) }

// mayCall is the number in E.164, if this agent may call it now. The claim of an earlier try of this very request,
// whose call was not stored, is no hindrance.
func (s *Service) mayCall(a *agent.Agent, number string, id call.ID, now time.Time) (string, error) {
	if s.set.Numbers == nil {
		return "", ErrCallBackOff
	}
	e164, err := s.set.Numbers.Allow(number)
	if err == nil && !a.Reachable(now) && !claimedFor(a, id, now) {
		err = ErrNotReady
	}
	return e164, err
}

// claimedFor says whether the agent is claimed for that call.
func claimedFor(a *agent.Agent, id call.ID, now time.Time) bool {
	return a.Claimed(now) && a.Claim.Call == string(id)
}

// callOut claims the agent, saves the call and rings them. The call is nil if another request does that. An agent who
// is claimed for that call already is rung on the leg of that claim: of two requests the first that saves the call
// makes it. Kept is the place that the number keeps, or nil.
func (s *Service) callOut(
	ctx context.Context, who agent.ID, out call.Outbound, kept *call.Call, id call.ID, key call.LegKey, now time.Time,
) (*call.Call, error) {
	rule := func(a *agent.Agent) error { return a.ClaimToCall(string(id), string(key), now) }
	a, err := s.claimBy(ctx, who, rule)
	if errors.Is(err, ErrConflict) { // perhaps only a heartbeat was saved in between
		a, err = s.claimBy(ctx, who, rule)
	}
	var busy *agent.NotFreeError
	shared := false
	switch {
	case errors.As(err, &busy) && claimedFor(a, id, now):
		shared, key = true, call.LegKey(a.Claim.Leg)
	case errors.As(err, &busy), errors.Is(err, ErrConflict):
		return nil, ErrNotReady
	case err != nil:
		return nil, err
	}
	out.Leg = s.set.NewKey()
	c := call.NewOutbound(id, out, a, key, s.set.Ring, now)
	if kept != nil {
		c.Had = kept.ID
	}
	c, effects, err := s.decideAndSave(ctx, c, now, noChange, s.start)
	if err != nil {
		// After ErrUnavailable it may have been saved, and a claim that is shared may be that of the call: it stays
		// until its lease ends, or the heartbeat of the agent's page finds it void.
		if !shared && !errors.Is(err, ErrUnavailable) {
			s.drop(ctx, who, key, key, now)
		}
		if errors.Is(err, ErrConflict) {
			return nil, nil
		}
		return nil, err
	}
	c, _ = s.execute(ctx, c, effects, now)
	return c, nil
}

// HandleMachine takes in that Twilio takes who has picked up on the caller's leg for a machine.
func (s *Service) HandleMachine(ctx context.Context, id call.ID, key call.LegKey, now time.Time) error {
	c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
		c.Outgoing(now).ApplyMachine(key)
		return nil
	})
	return acceptSaved(c, err)
}

// IsCaller says whether that leg is the one of a caller whom we have dialled. A call that cannot be read says no.
func (s *Service) IsCaller(ctx context.Context, id call.ID, leg call.LegID) bool {
	c, err := s.store.Call(ctx, id)
	return err == nil && c.Out.Reached() && c.Out.SID == leg
}
