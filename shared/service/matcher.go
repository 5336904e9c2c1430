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
	return m.updateAfterFrom(ctx, c, now, expected, f, m.updateAndMatchFrom)
}

// updateAfterFrom is updateAfter with a call that is already loaded.
func (m *matcher) updateAfterFrom(
	ctx context.Context, c *call.Call, now time.Time, expected func(*call.Call) bool, f decide, update updater,
) (*call.Call, error) {
	if m.set.Settle != nil && expected(c) {
		m.set.Settle(ctx)
		c = m.secondLook(ctx, c)
	}
	return update(ctx, "", c, now, f)
}

// updater is updateAndMatchFrom or updateFrom.
type updater func(ctx context.Context, asked agent.ID, c *call.Call, now time.Time, f decide) (*call.Call, error)

// secondLook loads a call again that another request has perhaps saved meanwhile.
func (m *matcher) secondLook(ctx context.Context, c *call.Call) *call.Call {
	if later, err := m.load(ctx, c.ID); err == nil {
		return later
	}
	return c
}

// joined is updateAfter for a caller who has joined their conference. If somebody is free for them they are offered,
// and the join is saved with the ring.
func (m *matcher) joined(
	ctx context.Context, id call.ID, now time.Time, expected func(*call.Call) bool, f decide,
) (*call.Call, error) {
	listed := m.read(ctx, now) // before the call is loaded, which the request for music is about to save
	c, ahead, err := m.loadWithLikely(ctx, id, listed, now)
	if err != nil {
		return nil, err
	}
	in := c.Clone()
	if f(in) != nil || c.State != call.Waiting || in.State != call.Waiting {
		return m.updateAfterFrom(ctx, c, now, expected, f, m.updateAndMatchFrom)
	}
	by := asking{in: in, unsaved: &unsaved{stored: c, apply: f}, ahead: ahead}
	if offered := m.offerListed(ctx, now, by, listed); offered != nil && offered.ID == id {
		return offered, nil
	}
	update := m.updateFrom
	if len(listed.free) > 0 || listed.err != nil { // others were quicker, and have perhaps left one
		update = m.updateAndMatchFrom
	}
	return m.updateAfterFrom(ctx, c, now, expected, f, update)
}

// updateAndMatchFrom is updateAndMatchFor with a call that is already loaded: see change.
func (m *matcher) updateAndMatchFrom(
	ctx context.Context, asked agent.ID, c *call.Call, now time.Time, f decide,
) (*call.Call, error) {
	c, err := m.updateFrom(ctx, asked, c, now, f)
	if c != nil && c.State == call.Waiting {
		if offered := m.offerNext(ctx, now, asking{in: c}, nil); offered != nil && offered.ID == c.ID {
			c = offered
		}
	}
	return c, err
}

// updateFrom is updateAndMatchFrom that offers nobody.
func (m *matcher) updateFrom(
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
	return c, err
}

// asking is whose clock triggers the matching: a caller's, whose call is loaded and may not be in
// the lists yet, or an agent's, who is loaded and may not be in them either, by a request of the agent's page.
type asking struct {
	in  *call.Call
	who *agent.Agent
	// unsaved is what was applied to the caller's call and is saved with the ring; nil: nothing.
	unsaved *unsaved
	// ahead is an agent who was loaded with the caller's call, so that the first try to claim them need not; nil: none.
	ahead *agent.Agent
}

// unsaved is a decision on a call that was not saved yet.
type unsaved struct {
	stored *call.Call // the call as it was loaded
	apply  decide
}

// offerNext offers a waiting caller to a free agent (see matching.Next). Queue is the list as it was
// just read, or nil.
//
// It makes at most one offer, so that a webhook stays within its time; every other caller has a
// clock of their own. A request that loses its caller to another request stops, because that one
// has claimed an agent for the caller. It returns the call that was offered, or nil. A failure only
// means that nothing was offered now.
func (m *matcher) offerNext(ctx context.Context, now time.Time, by asking, queue []QueueEntry) *call.Call {
	agents, err := m.free(ctx, QueuePage, now)
	if by.who != nil && by.who.Free(now) {
		agents = withFree(agents, by.who)
	}
	if err != nil && len(agents) == 0 { // some of the agents will do
		return nil
	}
	if len(agents) == 0 && (by.in == nil || !by.in.Requeued) && !anyWaiting(queue, true) {
		return nil
	}
	if queue == nil {
		if queue, err = m.store.Queue(ctx); err != nil && len(queue) == 0 { // some of the callers will do
			return nil
		}
	}
	return m.offerListed(ctx, now, by, lists{agents, queue, nil})
}

// lists is the free agents and the callers who wait, as they were listed.
type lists struct {
	free  []agent.Agent
	queue []QueueEntry
	err   error
}

// view is what they tell matching.
func (l lists) view(now time.Time) matching.Situation {
	view := matching.Situation{Now: now, Queue: l.queue, Loaded: map[call.ID]matching.Loaded{}}
	for i := range l.free {
		view.Free = append(view.Free, &l.free[i])
	}
	return view
}

// read reads both lists, side by side.
func (m *matcher) read(ctx context.Context, now time.Time) (l lists) {
	var noAgents, noCallers error
	m.set.Together(
		func() { l.free, noAgents = m.free(ctx, QueuePage, now) },
		func() { l.queue, noCallers = m.store.Queue(ctx) },
	)
	l.err = errors.Join(unlessSome(l.free, noAgents), unlessSome(l.queue, noCallers))
	return l
}

// matchRounds is how often the lists are read in one use case. When many callers arrive at
// once, the list of free agents is out of date as soon as it has been read.
const matchRounds = 4

// offerTries is how many agents of one list are tried.
const offerTries = 2

// offerListed is offerNext with lists that were just read.
func (m *matcher) offerListed(ctx context.Context, now time.Time, by asking, l lists) *call.Call {
	for round := 1; l.err == nil; round++ {
		offered, again := m.offerOnce(ctx, now, by, l)
		if !again || round == matchRounds || ctx.Err() != nil {
			return offered
		}
		by.ahead = nil
		l = m.read(ctx, now)
	}
	return nil
}

// offerOnce is offerListed with one reading of the lists. Again: other requests had taken the agents.
func (m *matcher) offerOnce(ctx context.Context, now time.Time, by asking, l lists) (offered *call.Call, again bool) {
	view := l.view(now)
	view.Caller = by.in
	if by.who != nil {
		view.Agent = by.who.ID
	}
	for {
		switch step := matching.Next(view).(type) {
		case matching.Load:
			view.Loaded[step.ID] = m.loadQueued(ctx, step.ID, by.in, now)
		case matching.Offer:
			return m.offerFirst(ctx, step, by, now)
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
func (m *matcher) offerFirst(
	ctx context.Context, o matching.Offer, by asking, now time.Time,
) (offered *call.Call, again bool) {
	if o.Call.Kept.Is() && !m.mayDialPlace(ctx, o.Call, now) {
		return nil, true
	}
	for _, a := range o.Agents[:min(len(o.Agents), offerTries)] {
		if c, over := m.offer(ctx, o.Call, a.ID, o.Recall, by, now); over {
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
	ctx context.Context, c *call.Call, id agent.ID, lost *agent.Agent, by asking, now time.Time,
) (offered *call.Call, over bool) {
	key := m.set.NewKey()
	back := c.Offering(lost, now).Reserved()
	rule := func(a *agent.Agent) error { return claimForOffer(a, c, key, back, now) }
	var a *agent.Agent
	var err error
	if by.ahead != nil && by.ahead.ID == id {
		a, err = m.claim(ctx, by.ahead, rule)
	} else {
		a, err = m.claimBy(ctx, id, rule)
	}
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
	first := noChange
	if u := by.unsaved; u != nil && c.ID == by.in.ID {
		c, first = u.stored, u.apply
	}
	c, _ = m.ring(ctx, c, key, key, a, now, func(c *call.Call) error {
		if err := first(c); err != nil {
			return err
		}
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

// changePlace changes a place, or ends it. If that fails, it is tried again at its turn.
func (m *matcher) changePlace(ctx context.Context, id call.ID, apply func(call.Outgoing), now time.Time) {
	c, err := m.load(ctx, id)
	if err != nil || !c.Kept.TakesBack(c.State) {
		return
	}
	c, effects, err := m.change(ctx, c, now, func(c *call.Call) error {
		apply(c.Outgoing(now))
		return nil
	})
	if err == nil {
		_, _ = m.execute(ctx, c, effects, now)
	}
}

// mayBeDialled says whether the operator lets us call the number of a place, and has done so before: they may have
// changed their mind.
func (m *matcher) mayBeDialled(ctx context.Context, c *call.Call, now time.Time) bool {
	allowed := false
	switch {
	case m.set.Places != nil:
		_, err := m.set.Places.Allow(c.Out.Number)
		allowed = err == nil
	case !m.set.NoPlaces: // a function that does not know what the operator lets us call
		return false
	}
	if c.Kept.BarChanges(allowed, now) {
		m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyAllowed(allowed) }, now)
		return false
	}
	return allowed
}

// mayDialPlace says whether the limit of all agents' outside numbers allows one more. If not, the place rests for a
// while, so that nothing is read for it meanwhile.
func (m *matcher) mayDialPlace(ctx context.Context, c *call.Call, now time.Time) bool {
	if m.mayDialMore(ctx, m.set.NumbersPerHour, now) == nil {
		return true
	}
	m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyTooMany("") }, now)
	return false
}

// keptOn says whether no other call has the place: neither the one that its number names (see Store.PlaceOf) nor the
// one to which it is lent. Otherwise it applies to the place what has become of that call. Nobody is called while that
// is not known. Of the two either is enough, so that a failure between them calls nobody twice.
func (m *matcher) keptOn(ctx context.Context, c *call.Call, now time.Time) bool {
	id, err := m.store.PlaceOf(ctx, c.Out.Number)
	switch {
	case errors.Is(err, ErrNotFound): // the caller was forgotten
		m.changePlace(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	case err != nil:
		return false
	case id == c.ID && c.Kept.Lent == "":
		return true
	case id == c.ID:
		id = c.Kept.Lent
	}
	has := call.Holder{ID: id}
	if has.Call, err = m.store.Call(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
		return false
	}
	if has.GivesBack(c.Kept, now) && m.store.SavePlaceOf(ctx, c.Out.Number, c.ID) != nil {
		return false
	}
	m.changePlace(ctx, c.ID, func(c call.Outgoing) { c.ApplyHolder(has) }, now)
	return false
}

// mayBeCalled says whether a place that is kept may be offered: the line is open, the operator lets us call the
// number, and the call in which it was chosen is over for that reason, or because the caller has hung up. If that call
// has taken another course, after a failure, or if the number does not keep this place any more, the caller is not
// called.
func (m *matcher) mayBeCalled(ctx context.Context, c *call.Call, now time.Time) bool {
	if c.State != call.KeepsPlace {
		return true
	}
	if now.Before(c.Kept.Next) { // before anything is read for it
		return false
	}
	if m.set.IsOpen != nil && !m.set.IsOpen(ctx, now) || !m.mayBeDialled(ctx, c, now) {
		return false
	}
	if !m.keptOn(ctx, c, now) {
		return false
	}
	of, err := m.store.Call(ctx, c.Kept.Of)
	switch {
	case errors.Is(err, ErrNotFound): // it was over so long ago that it is deleted
		return true
	case err != nil || of.State != call.Ended:
		return false
	case !of.Outgoing(now).LeavesPlace():
		m.changePlace(ctx, c.ID, call.Outgoing.ApplyReplaced, now)
		return false
	}
	return true
}

// anyWaiting says whether any caller may be offered; with heads, whether any requeued caller may.
func anyWaiting(queue []QueueEntry, heads bool) bool {
	for _, w := range queue {
		if (w.State == call.Waiting || w.State == call.KeepsPlace) && (w.Requeued || !heads) {
			return true
		}
	}
	return false
}
