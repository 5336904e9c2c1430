package service

import (
	"context"
	"errors"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// asking is whose clock triggers the matching: a caller's, whose call is loaded and may not be in
// the lists yet, or an agent's, by a request of the agent's page.
type asking struct {
	in  *call.Call
	who agent.ID
}

// offerNext offers a waiting caller to a free agent (see matching.Next). Line is the queue as it was
// just read, or nil.
//
// It makes at most one offer, so that a webhook stays within its time; every other caller has a
// clock of their own. A request that loses its caller to another request stops, because that one
// has claimed an agent for the caller. It returns the call that was offered, or nil. A failure only
// means that nothing was offered now.
func (s *Service) offerNext(ctx context.Context, now time.Time, by asking, line []QueueEntry) *call.Call {
	for range matchRounds {
		offered, again := s.offerOnce(ctx, now, by, line)
		if !again || ctx.Err() != nil {
			return offered
		}
		line = nil
	}
	return nil
}

const (
	// matchRounds is how often the lists are read in one use case. When many callers arrive at
	// once, the list of free agents is out of date as soon as it has been read.
	matchRounds = 4
	// offerTries is how many agents of one list are tried.
	offerTries = 2
)

// offerOnce is offerNext with one reading of the lists. Again: other requests had taken the agents.
func (s *Service) offerOnce(
	ctx context.Context, now time.Time, by asking, line []QueueEntry,
) (offered *call.Call, again bool) {
	agents, err := s.agents(ctx, QueuePage, func(a *agent.Agent) bool { return a.Free(now) })
	if err != nil {
		return nil, false
	}
	if len(agents) == 0 && (by.in == nil || !by.in.Requeued) && !anyWaiting(line, true) {
		return nil, false
	}
	if line == nil {
		if line, err = s.store.Queue(ctx); err != nil {
			return nil, false
		}
	}
	view := matching.Situation{
		Now: now, Queue: line, Caller: by.in, Agent: by.who, Loaded: map[call.ID]matching.Loaded{},
	}
	for i := range agents {
		view.Free = append(view.Free, &agents[i])
	}
	for {
		switch step := matching.Next(view).(type) {
		case matching.Load:
			view.Loaded[step.ID] = s.loadQueued(ctx, step.ID, by.in)
		case matching.Offer:
			return s.offerFirst(ctx, step, now)
		default:
			return nil, false
		}
	}
}

// loadQueued loads the call of a caller in the queue, and the agent for whom they may be reserved. In
// is a call that is loaded already, or nil.
func (s *Service) loadQueued(ctx context.Context, id call.ID, in *call.Call) matching.Loaded {
	c := in
	if in == nil || in.ID != id {
		var err error
		if c, err = s.store.Call(ctx, id); err != nil {
			return matching.Loaded{}
		}
	}
	return matching.Loaded{Call: c, Recall: s.lost(ctx, c)}
}

// offerFirst offers the caller to the first of the agents who is still free. Again: none of those who
// were tried was.
func (s *Service) offerFirst(ctx context.Context, o matching.Offer, now time.Time) (offered *call.Call, again bool) {
	for _, a := range o.Agents[:min(len(o.Agents), offerTries)] {
		if c, over := s.offer(ctx, o.Call, a.ID, o.Recall, now); over {
			return c, false
		}
	}
	return nil, true
}

// lost loads the agent for whom a caller may be reserved; nil if there is none or the agent cannot
// be read.
func (s *Service) lost(ctx context.Context, c *call.Call) *agent.Agent {
	if c.Recall.Agent == "" {
		return nil
	}
	a, err := s.store.Agent(ctx, c.Recall.Agent)
	if err != nil {
		return nil
	}
	return a
}

// reservedAgents is the set of agents who are reserved for a caller in the queue. A call that cannot be read
// reserves nobody.
func (s *Service) reservedAgents(ctx context.Context, now time.Time) map[agent.ID]bool {
	kept := map[agent.ID]bool{}
	line, _ := s.store.Queue(ctx)
	for _, w := range line {
		if !w.Requeued { // requeued callers come first, and only they have lost an agent
			break
		}
		c, err := s.store.Call(ctx, w.ID)
		if err == nil && c.ReservedFor(s.lost(ctx, c), now) {
			kept[c.Recall.Agent] = true
		}
	}
	return kept
}

// offer claims the agent and rings them for the caller, for whom they may be reserved (see call.Call.ReservedFor).
// Over: the offer was made, or another request was quicker with the caller; not over if another
// request was quicker with the agent.
func (s *Service) offer(
	ctx context.Context, c *call.Call, id agent.ID, lost *agent.Agent, now time.Time,
) (offered *call.Call, over bool) {
	key := s.set.NewKey()
	back := c.ReservedFor(lost, now)
	rule := func(a *agent.Agent) error { return a.ClaimFor(string(c.ID), string(key), now) }
	if back {
		after := c.Recall.LostAt
		rule = func(a *agent.Agent) error { return a.ClaimForRecall(string(c.ID), string(key), after, now) }
	}
	a, err := s.claimBy(ctx, id, rule)
	if errors.Is(err, ErrConflict) { // perhaps only a heartbeat was saved in between
		a, err = s.claimBy(ctx, id, rule)
	}
	if err != nil {
		return nil, a != nil && a.Claimed(now) && a.Claim.Call == string(c.ID)
	}
	if back {
		lost = a
	}
	c, acts, err := s.change(ctx, c, now, func(c *call.Call) error {
		if c.ReservedFor(lost, now) != back || !c.MayOffer(a, lost, now) {
			return errNotNow
		}
		return c.StartOffer(a, key, s.set.Ring, now)
	})
	if err != nil {
		if !errors.Is(err, ErrUnavailable) { // else it may have been saved: the claim stays until its lease ends
			s.drop(ctx, id, key, key, now)
		}
		return nil, true
	}
	c, _ = s.execute(ctx, c, acts, now)
	return c, true
}

const (
	// maxRestored is how many callers at the head of the queue one request repairs.
	maxRestored = 3
	// repairAtOnce is how many callers one heartbeat repairs at the same time.
	repairAtOnce = 7
)

// restoreMusic carries out what is due for the requeued callers at the head of the queue who could not be
// given music. Alone in a conference that has started they hear silence, and no music turn is asked
// for, so their own clock stands still (N1). Every request of an agent's page is their clock
// instead.
func (s *Service) restoreMusic(ctx context.Context, line []QueueEntry, now time.Time) {
	for _, w := range line[:min(len(line), maxRestored)] {
		if !w.Requeued { // requeued callers come first
			return
		}
		if errors.Is(s.restoreMusicOf(ctx, w, now), ErrUnknown) {
			return // such failures are slow, and the page waits
		}
	}
}

// restoreQueueMusic does the same for everybody in the queue, whose music may have stopped. Only a
// heartbeat does this, because it loads every call.
func (s *Service) restoreQueueMusic(ctx context.Context, line []QueueEntry, now time.Time) {
	next := make(chan QueueEntry)
	var all sync.WaitGroup
	for range min(len(line), repairAtOnce) {
		all.Go(func() {
			for w := range next {
				_ = s.restoreMusicOf(ctx, w, now) // the next heartbeat tries again
			}
		})
	}
	for _, w := range line {
		next <- w
	}
	close(next)
	all.Wait()
}

// restoreMusicOf carries out what is due for a caller in the queue whose music has stopped.
func (s *Service) restoreMusicOf(ctx context.Context, w QueueEntry, now time.Time) error {
	c, err := s.store.Call(ctx, w.ID)
	if err != nil || !c.MusicStopped(now) {
		return nil
	}
	_, err = s.replan(ctx, c, now)
	return err
}

// replan plans a loaded call again and carries out the effects.
func (s *Service) replan(ctx context.Context, c *call.Call, now time.Time) (*call.Call, error) {
	c, acts, err := s.change(ctx, c, now, noChange)
	if err != nil {
		return nil, err
	}
	return s.execute(ctx, c, acts, now)
}

// errNotNow: the caller may no longer be offered to that agent.
var errNotNow = errors.New("not to be offered now")

// claimBy changes an agent by one of the agent's rules. If the rule refuses with *agent.NotFreeError,
// the agent is returned with the error. ErrConflict: another request was quicker.
func (s *Service) claimBy(ctx context.Context, id agent.ID, rule func(*agent.Agent) error) (*agent.Agent, error) {
	a, err := s.store.Agent(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := rule(a); err != nil {
		return a, err
	}
	if err := s.store.SaveAgent(ctx, a); err != nil {
		return nil, err
	}
	return a, nil
}

// releaseAgent releases an agent whose leg has ended.
func (s *Service) releaseAgent(ctx context.Context, c *call.Call, f call.Release, now time.Time) {
	if f.Correction {
		s.changeAgent(ctx, f.Agent, func(a *agent.Agent) bool { return a.CorrectOutcome(s.releaseFor(c, f)) })
		return
	}
	s.releaseClaim(ctx, f.Agent, s.releaseFor(c, f), now)
}

// releaseFor is what an agent is told who is released. Wrap-up begins when the call is over, so a
// reserved agent gets none yet.
func (s *Service) releaseFor(c *call.Call, f call.Release) agent.Release {
	rest := s.set.WrapUp
	if f.Reserved {
		rest = 0
	}
	word, with := f.Recent(c)
	return agent.Release{
		Call:            string(c.ID),
		Leg:             string(f.Leg),
		Outcome:         string(f.Outcome),
		Answered:        f.Talked,
		Missed:          f.Outcome == call.OutcomeNoAnswer,
		Declined:        f.Outcome == call.OutcomeDeclined,
		Caller:          c.From,
		Began:           f.Since,
		Unreached:       unreached(f.Outcome),
		Rang:            f.Rang && rings(f.Outcome),
		Word:            string(word),
		With:            with,
		WrapUp:          rest,
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
func (s *Service) releaseClaim(ctx context.Context, id agent.ID, r agent.Release, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Release(r, now) })
}

// drop gives up a claim that a request has made or shares. If that cannot be saved now, the
// heartbeat of the agent's page finds the claim void.
func (s *Service) drop(ctx context.Context, id agent.ID, leg, asker call.LegKey, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Drop(string(leg), string(asker), now) })
}

// changeAgent changes an agent and saves it if f says that it changed anything; a failure leaves
// the stored agent as it was.
func (s *Service) changeAgent(ctx context.Context, id agent.ID, f func(*agent.Agent) bool) {
	for range saveTries {
		a, err := s.store.Agent(ctx, id)
		if err != nil || !f(a) {
			return
		}
		if err := s.store.SaveAgent(ctx, a); !errors.Is(err, ErrConflict) {
			return
		}
	}
}
