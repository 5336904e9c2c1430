package service

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// matcher changes calls and, where that leaves a caller waiting, offers a waiting caller to a free agent.
type matcher struct {
	store Store
	set   Settings
	*roster
	*engine
	*directory
	*pusher
}

// updateAndMatch is the whole of most use cases: load the call, change and save it, carry out the effects,
// notify the agents' pages and, if the caller waits, offer a waiting caller to a free agent: this one
// or another, so it may ring somebody else's agent.
func (m *matcher) updateAndMatch(ctx context.Context, id call.ID, now time.Time, f decide) (*call.Call, error) {
	return m.updateAndMatchFor(ctx, "", id, now, f)
}

// updateAndMatchFor is updateAndMatch at the request of an agent. That agent's page is not notified: it gets the
// answer.
func (m *matcher) updateAndMatchFor(
	ctx context.Context, asked agent.ID, id call.ID, now time.Time, f decide,
) (*call.Call, error) {
	c, err := m.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return m.updateAndMatchFrom(ctx, asked, c, now, f)
}

// updateAfter is updateAndMatch for a callback for whose answer nobody waits. If another request is about to save what
// it tells, it waits for that: one of the two saves would fail, and be made again.
func (m *matcher) updateAfter(
	ctx context.Context, id call.ID, now time.Time, expected func(*call.Call) bool, f decide,
) (*call.Call, error) {
	c, err := m.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.set.Settle != nil && expected(c) {
		m.set.Settle(ctx)
		if later, err := m.load(ctx, id); err == nil {
			c = later
		}
	}
	return m.updateAndMatchFrom(ctx, "", c, now, f)
}

// updateAndMatchFrom is updateAndMatchFor with a call that is already loaded: see change.
func (m *matcher) updateAndMatchFrom(
	ctx context.Context, asked agent.ID, c *call.Call, now time.Time, f decide,
) (*call.Call, error) {
	var before pageViews
	var there map[agent.ID]bool
	c, effects, err := m.change(ctx, c, now, func(c *call.Call) error {
		before, there = m.pageViews(c, now), m.inCall(c)
		return f(c)
	})
	if err != nil {
		return nil, err
	}
	c, err = m.execute(ctx, c, effects, now)
	m.notify(ctx, c, before, asked, now)
	m.tellWhoLeft(ctx, c, there, asked, now)
	if c.State == call.Waiting {
		if offered := m.offerNext(ctx, now, asking{in: c}, nil); offered != nil && offered.ID == c.ID {
			c = offered
		}
	}
	return c, err
}

// asking is whose clock triggers the matching: a caller's, whose call is loaded and may not be in
// the lists yet, or an agent's, by a request of the agent's page.
type asking struct {
	in  *call.Call
	who agent.ID
	now bool // the caller arrives and hears nothing until the answer, so that the lists are read side by side
}

// offerNext offers a waiting caller to a free agent (see matching.Next). Queue is the list as it was
// just read, or nil.
//
// It makes at most one offer, so that a webhook stays within its time; every other caller has a
// clock of their own. A request that loses its caller to another request stops, because that one
// has claimed an agent for the caller. It returns the call that was offered, or nil. A failure only
// means that nothing was offered now.
func (m *matcher) offerNext(ctx context.Context, now time.Time, by asking, queue []QueueEntry) *call.Call {
	for range matchRounds {
		offered, again := m.offerOnce(ctx, now, by, queue)
		if !again || ctx.Err() != nil {
			return offered
		}
		queue = nil
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
func (m *matcher) offerOnce(
	ctx context.Context, now time.Time, by asking, queue []QueueEntry,
) (offered *call.Call, again bool) {
	var agents []agent.Agent
	var err, unknown error
	readFree := func() { agents, err = m.free(ctx, QueuePage, now) }
	readQueue := func() { queue, unknown = m.store.Queue(ctx) }
	if by.now && queue == nil {
		m.set.Together(readFree, readQueue)
	} else {
		readFree()
	}
	if err != nil || unknown != nil && len(queue) == 0 { // some of the callers will do
		return nil, false
	}
	if len(agents) == 0 && (by.in == nil || !by.in.Requeued) && !anyWaiting(queue, true) {
		return nil, false
	}
	if queue == nil && !by.now {
		if readQueue(); unknown != nil && len(queue) == 0 {
			return nil, false
		}
	}
	view := matching.Situation{
		Now: now, Queue: queue, Caller: by.in, Agent: by.who, Loaded: map[call.ID]matching.Loaded{},
	}
	for i := range agents {
		view.Free = append(view.Free, &agents[i])
	}
	for {
		switch step := matching.Next(view).(type) {
		case matching.Load:
			view.Loaded[step.ID] = m.loadQueued(ctx, step.ID, by.in, now)
		case matching.Offer:
			return m.offerFirst(ctx, step, now)
		default:
			return nil, false
		}
	}
}

// loadQueued loads the call of a caller in the queue, and the agent for whom they may be reserved. In
// is a call that is loaded already, or nil.
func (m *matcher) loadQueued(ctx context.Context, id call.ID, in *call.Call, now time.Time) matching.Loaded {
	c := in
	if in == nil || in.ID != id {
		var err error
		if c, err = m.store.Call(ctx, id); err != nil {
			return matching.Loaded{}
		}
	}
	if !m.mayBeCalled(ctx, c, now) {
		return matching.Loaded{}
	}
	return matching.Loaded{Call: c, Recall: m.lost(ctx, c)}
}

// offerFirst offers the caller to the first of the agents who is still free. Again: none of those who
// were tried was.
func (m *matcher) offerFirst(ctx context.Context, o matching.Offer, now time.Time) (offered *call.Call, again bool) {
	if o.Call.Kept.Is() && !m.mayDialPlace(ctx, o.Call, now) {
		return nil, true
	}
	for _, a := range o.Agents[:min(len(o.Agents), offerTries)] {
		if c, over := m.offer(ctx, o.Call, a.ID, o.Recall, now); over {
			return c, false
		}
	}
	return nil, true
}

// lost loads the agent for whom a caller may be reserved; nil if there is none or the agent cannot
// be read.
func (m *matcher) lost(ctx context.Context, c *call.Call) *agent.Agent {
	if c.Recall.Agent == "" {
		return nil
	}
	a, err := m.store.Agent(ctx, c.Recall.Agent)
	if err != nil {
		return nil
	}
	return a
}

// reservedAgents is the set of agents who are reserved for a caller in the queue. A call that cannot be read
// reserves nobody.
func (m *matcher) reservedAgents(ctx context.Context, now time.Time) map[agent.ID]bool {
	kept := map[agent.ID]bool{}
	queue, _ := m.store.Queue(ctx)
	for _, w := range queue {
		if !w.Requeued { // requeued callers come first, and only they have lost an agent
			break
		}
		c, err := m.store.Call(ctx, w.ID)
		if err == nil && c.Offering(m.lost(ctx, c), now).Reserved() {
			kept[c.Recall.Agent] = true
		}
	}
	return kept
}

// offer claims the agent and rings them for the caller, for whom they may be reserved (see call.Offering.Reserved).
// Over: the offer was made, or another request was quicker with the caller; not over if another
// request was quicker with the agent.
func (m *matcher) offer(
	ctx context.Context, c *call.Call, id agent.ID, lost *agent.Agent, now time.Time,
) (offered *call.Call, over bool) {
	key := m.set.NewKey()
	back := c.Offering(lost, now).Reserved()
	rule := func(a *agent.Agent) error { return claimForOffer(a, c, key, back, now) }
	a, err := m.claimBy(ctx, id, rule)
	if errors.Is(err, ErrConflict) { // perhaps only a heartbeat was saved in between
		a, err = m.claimBy(ctx, id, rule)
	}
	switch {
	case errors.Is(err, agent.ErrTooManyOutside):
		m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyTooMany(id) }, now)
		return nil, false
	case err != nil:
		return nil, a != nil && a.Claimed(now) && a.Claim.Call == string(c.ID)
	}
	if back {
		lost = a
	}
	c, _ = m.ring(ctx, c, key, key, a, now, func(c *call.Call) error {
		if c.Offering(lost, now).Reserved() != back || !c.Offering(lost, now).May(a) {
			return errNotNow
		}
		return c.StartOffer(a, key, m.set.Ring, now)
	})
	return c, true
}

// ring changes a call so that the agent is rung who was claimed for it, or gives up the claim: that of the leg key
// which this request, named by asker, uses. It returns nil and why if the agent is not rung.
func (m *matcher) ring(
	ctx context.Context, c *call.Call, key, asker call.LegKey, a *agent.Agent, now time.Time, f decide,
) (*call.Call, error) {
	c, effects, err := m.change(ctx, c, now, f)
	if err != nil {
		if !errors.Is(err, ErrUnavailable) { // else it may have been saved: the claim stays until its lease ends
			m.drop(ctx, a.ID, key, asker, now)
			m.changeAgent(ctx, a.ID, func(a *agent.Agent) bool { return a.DialQuota.Uncount(placeDial(key)) })
		}
		return nil, err
	}
	c, _ = m.execute(ctx, c, effects, now)
	return c, nil
}

// claimForOffer claims an agent to be offered the caller; back says whether the caller is reserved for the agent. An
// agent who is claimed for a kept place is about to dial its number, which is counted in the same save.
func claimForOffer(a *agent.Agent, c *call.Call, key call.LegKey, back bool, now time.Time) error {
	if back {
		return a.ClaimForRecall(string(c.ID), string(key), c.Recall.LostAt, now)
	}
	if c.Kept.Is() {
		if err := a.CountOutsideDial(placeDial(key), now); err != nil {
			return err
		}
	}
	return a.ClaimFor(string(c.ID), string(key), now)
}

// errNotNow: the caller may no longer be offered to that agent.
var errNotNow = errors.New("not to be offered now")
