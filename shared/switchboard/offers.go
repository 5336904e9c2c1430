package switchboard

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// asking is whose clock it is that ticks: a caller's, whose conference is in hand and may
// not be in the lists yet, or an agent's, by his page's question.
type asking struct {
	in  *conference.Conference
	who agent.ID
}

// helpAfter is how long after a caller was queued others look after her: until then the
// request that has brought her in does.
const helpAfter = 5 * time.Second

// match offers a caller to an agent. The n-th in the line is for the n-th of the free, who are
// in the order of their idleness: so that many who ask in one moment do not all meet at the
// first. Heads come before all others. An agent for whom a caller is kept is offered to nobody
// behind her. Who has nobody to be matched with looks after the first in the line who has
// waited for a while. Line is the line as it was just read, or nil.
//
// One offer is made at the most, so that a webhook stays within its time; whoever is left has
// a clock of her own. And who loses a caller to another request stops: that one has claimed an
// agent for her. It returns the conference that was offered, or nil. Failures only mean that
// nothing was offered now.
func (s *Switchboard) match(ctx context.Context, now time.Time, by asking, line []Waiter) *conference.Conference {
	for range matchRounds {
		offered, again := s.matchOnce(ctx, now, by, line)
		if !again || ctx.Err() != nil {
			return offered
		}
		line = nil
	}
	return nil
}

const (
	// matchRounds is how often the lists are read before the next clock. Where many arrive in one
	// moment, a list of the free is old as soon as it has been read.
	matchRounds = 4
	// offerTries is how many of the agents of one list are tried.
	offerTries = 2
)

// matchOnce is match by one look at the lists. Again: the agents were taken by others.
func (s *Switchboard) matchOnce(
	ctx context.Context, now time.Time, by asking, line []Waiter,
) (offered *conference.Conference, again bool) {
	in := by.in
	agents, err := s.agents(ctx, LinePage, func(a *agent.Agent) bool { return a.Free(now) })
	if err != nil {
		return nil, false
	}
	m := matching{Switchboard: s, now: now, asking: by}
	for i := range agents {
		m.free = append(m.free, &agents[i])
	}
	if len(m.free) == 0 && (in == nil || !in.Head) && !anyWaiting(line, true) {
		return nil, false
	}
	if line == nil {
		if line, err = s.store.Line(ctx); err != nil {
			return nil, false
		}
	}
	queue := waiting(line, in)
	m.unseen = in != nil && !slices.ContainsFunc(line, func(w Waiter) bool { return w.ID == in.ID })
	heads := slices.IndexFunc(queue, func(w Waiter) bool { return !w.Head })
	if heads < 0 {
		heads = len(queue)
	}
	if !m.heads(ctx, queue[:heads]) {
		m.others(ctx, queue[heads:])
	}
	return m.offered, m.beaten
}

// matching is one match under way.
type matching struct {
	*Switchboard
	asking
	now  time.Time
	free []*agent.Agent // longest idle first
	// unseen: the caller in hand is not on the line's page. Many may be behind it, and none
	// knows her place: they are spread over the agents whom the page leaves.
	unseen bool

	offered *conference.Conference
	beaten  bool // all agents who were tried had been taken
}

// heads offers the first of the callers who have lost an agent, and says whether that was all
// that can be done. Only they have an agent who need not be free: who is kept for them.
func (m *matching) heads(ctx context.Context, queue []Waiter) (done bool) {
	kept := map[agent.ID]bool{}
	for _, w := range queue {
		c := m.load(ctx, w)
		if c == nil {
			continue
		}
		lost, ring := m.lost(ctx, c), m.free
		if c.Kept(lost, m.now) {
			ring = nil
			if lost != nil && !kept[lost.ID] {
				ring = []*agent.Agent{lost}
			}
			kept[c.Prefer.Agent] = true
			m.free = without(m.free, c.Prefer.Agent)
		}
		if ring = eligible(c, ring, lost, m.now); len(ring) > 0 {
			m.offerOne(ctx, c, ring, lost)
			return true
		}
	}
	return len(m.free) == 0
}

// others offers one of the callers who have not talked yet.
func (m *matching) others(ctx context.Context, queue []Waiter) {
	if m.in != nil {
		at := slices.IndexFunc(queue, func(w Waiter) bool { return w.ID == m.in.ID })
		if beyond := len(m.free) - at; m.unseen && at >= 0 && beyond > 0 {
			h := fnv.New32a()
			_, _ = h.Write([]byte(m.in.ID)) // never fails
			at += int(h.Sum32() % uint32(beyond))
		}
		if at >= 0 && at < len(m.free) {
			ring := append(slices.Clone(m.free[at:]), m.free[:at]...)
			if ring = eligible(m.in, ring, nil, m.now); len(ring) > 0 {
				m.offerOne(ctx, m.in, ring, nil)
				return
			}
		}
	}
	at := slices.IndexFunc(m.free, func(a *agent.Agent) bool { return a.ID == m.who })
	if at >= 0 && at < len(queue) {
		ring := m.free[at : at+1]
		if c := m.load(ctx, queue[at]); c != nil && len(eligible(c, ring, nil, m.now)) > 0 {
			m.offerOne(ctx, c, ring, nil)
			return
		}
	}
	m.walk(ctx, queue)
}

// walk matches as others does, but with the callers as they stand now: some of them may have
// been taken, and not every agent suits everyone.
func (m *matching) walk(ctx context.Context, queue []Waiter) {
	late := func(w Waiter) bool { return m.now.Sub(w.Queued) >= helpAfter }
	if m.in == nil && !slices.ContainsFunc(queue, late) {
		return
	}
	var first *conference.Conference
	var forFirst []*agent.Agent
	for _, w := range queue {
		if len(m.free) == 0 {
			break
		}
		c := m.load(ctx, w)
		if c == nil {
			continue
		}
		ring := eligible(c, m.free, nil, m.now)
		if len(ring) == 0 {
			continue
		}
		if m.in != nil && c.ID == m.in.ID || ring[0].ID == m.who {
			m.offerOne(ctx, c, ring, nil)
			return
		}
		if first == nil && late(w) {
			first, forFirst = c, ring
		}
		m.free = without(m.free, ring[0].ID)
	}
	if first != nil {
		m.offerOne(ctx, first, forFirst, nil)
	}
}

// load is the conference of a caller in the line as it stands now; nil if it cannot be read.
func (m *matching) load(ctx context.Context, w Waiter) *conference.Conference {
	if m.in != nil && w.ID == m.in.ID {
		return m.in
	}
	c, err := m.store.Conference(ctx, w.ID)
	if err != nil {
		return nil
	}
	return c
}

// lost is the agent as he stands now whom a caller may be kept for; nil if there is none, or
// that cannot be known.
func (s *Switchboard) lost(ctx context.Context, c *conference.Conference) *agent.Agent {
	if c.Prefer.Agent == "" {
		return nil
	}
	a, err := s.store.Agent(ctx, c.Prefer.Agent)
	if err != nil {
		return nil
	}
	return a
}

// eligible lists those of the agents whom the caller may be offered to.
func eligible(c *conference.Conference, agents []*agent.Agent, lost *agent.Agent, now time.Time) []*agent.Agent {
	var may []*agent.Agent
	for _, a := range agents {
		if c.MayOffer(a, lost, now) {
			may = append(may, a)
		}
	}
	return may
}

func without(agents []*agent.Agent, id agent.ID) []*agent.Agent {
	return slices.DeleteFunc(slices.Clone(agents), func(a *agent.Agent) bool { return a.ID == id })
}

// kept tells which agents are kept for somebody in the line. Who cannot be read keeps none.
func (s *Switchboard) kept(ctx context.Context, now time.Time) map[agent.ID]bool {
	kept := map[agent.ID]bool{}
	line, _ := s.store.Line(ctx)
	for _, w := range line {
		if !w.Head { // heads come first, and only they have lost an agent
			break
		}
		c, err := s.store.Conference(ctx, w.ID)
		if err == nil && c.Kept(s.lost(ctx, c), now) {
			kept[c.Prefer.Agent] = true
		}
	}
	return kept
}

// waiting lists who may be offered, in the line's order, with those for whom somebody rings
// and an agent may be kept, and the one in hand if the line does not show her yet: at its
// end, unless she goes ahead.
func waiting(line []Waiter, in *conference.Conference) []Waiter {
	var list []Waiter
	seen := false
	for _, w := range line {
		if in != nil && w.ID == in.ID {
			seen = true
		} else if w.State != conference.Waiting && !w.Head {
			continue
		}
		list = append(list, w)
	}
	if in != nil && !seen {
		w := Waiter{ID: in.ID, State: in.State, Queued: in.Queued, Head: in.Head}
		if in.Head {
			return append([]Waiter{w}, list...)
		}
		list = append(list, w)
	}
	return list
}

// offerOne offers the caller to the first of the agents who is still free.
func (m *matching) offerOne(ctx context.Context, c *conference.Conference, agents []*agent.Agent, lost *agent.Agent) {
	for _, a := range agents[:min(len(agents), offerTries)] {
		offered, over := m.offer(ctx, c, a.ID, lost, m.now)
		if over {
			m.offered = offered
			return
		}
	}
	m.beaten = true
}

// offer claims the agent, then rings him for the caller, who may be kept for him (see match).
// It is over if that was done, or if somebody else was quicker with the caller; not if it was
// with the agent.
func (s *Switchboard) offer(
	ctx context.Context, c *conference.Conference, id agent.ID, lost *agent.Agent, now time.Time,
) (offered *conference.Conference, over bool) {
	key := s.set.NewKey()
	back := c.Kept(lost, now)
	rule := func(a *agent.Agent) error { return a.Take(string(c.ID), string(key), now) }
	if back {
		after := c.Prefer.After
		rule = func(a *agent.Agent) error { return a.Rejoin(string(c.ID), string(key), after, now) }
	}
	a, err := s.take(ctx, id, rule)
	if errors.Is(err, ErrConflict) { // it may have been no more than a beat
		a, err = s.take(ctx, id, rule)
	}
	if err != nil {
		return nil, a != nil && a.Claimed(now) && a.Claim.Conference == string(c.ID)
	}
	if back {
		lost = a
	}
	c, acts, err := s.change(ctx, c, now, func(c *conference.Conference) error {
		if c.Kept(lost, now) != back || !c.MayOffer(a, lost, now) {
			return errNotNow
		}
		return c.OfferTo(a, key, s.set.Ring, now)
	})
	if err != nil {
		if !errors.Is(err, ErrUnavailable) { // else it may have been saved: the lease will tell
			s.drop(ctx, id, key, key, now)
		}
		return nil, true
	}
	c, _ = s.settle(ctx, c, acts, now)
	return c, true
}

const (
	// repairMost is how many callers at the head of the line one request looks after.
	repairMost = 3
	// repairAtOnce is how many callers a beat looks after at the same time.
	repairAtOnce = 7
)

// repair does what is due for the callers at the head of the line who have lost their
// agent and could not be given music, rung for or not: alone in a room that has started
// they hear silence, and their own clock stands still. So whatever an agent's page asks is
// their clock.
func (s *Switchboard) repair(ctx context.Context, line []Waiter, now time.Time) {
	for _, w := range line[:min(len(line), repairMost)] {
		if !w.Head { // heads come first
			return
		}
		if errors.Is(s.repairOne(ctx, w, now), ErrUnknown) {
			return // it takes its time to fail, and the page waits
		}
	}
}

// repairLine does the same for everybody in the line, whose music may have run out: its clock is a
// page's beat alone, since it loads each of them.
func (s *Switchboard) repairLine(ctx context.Context, line []Waiter, now time.Time) {
	next := make(chan Waiter)
	var all sync.WaitGroup
	for range min(len(line), repairAtOnce) {
		all.Go(func() {
			for w := range next {
				_ = s.repairOne(ctx, w, now) // the next beat tries again
			}
		})
	}
	for _, w := range line {
		next <- w
	}
	close(next)
	all.Wait()
}

// repairOne does what is due for a caller in the line if she is neglected.
func (s *Switchboard) repairOne(ctx context.Context, w Waiter, now time.Time) error {
	c, err := s.store.Conference(ctx, w.ID)
	if err != nil || !c.Neglected(now) {
		return nil
	}
	_, err = s.redo(ctx, c, now)
	return err
}

// redo does what is due in a conference in hand.
func (s *Switchboard) redo(ctx context.Context, c *conference.Conference, now time.Time) (*conference.Conference, error) {
	c, acts, err := s.change(ctx, c, now, func(*conference.Conference) error { return nil })
	if err != nil {
		return nil, err
	}
	return s.settle(ctx, c, acts, now)
}

// errNotNow: the caller may not be offered to that agent any more.
var errNotNow = errors.New("not to be offered now")

// take changes an agent by one of his rules, which says with *agent.NotFreeError why he cannot
// be claimed; then he comes with it. ErrConflict: somebody else was quicker.
func (s *Switchboard) take(ctx context.Context, id agent.ID, rule func(*agent.Agent) error) (*agent.Agent, error) {
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

// free lets an agent go whose leg is over.
func (s *Switchboard) free(ctx context.Context, c *conference.Conference, f conference.Freed, now time.Time) {
	if f.Late {
		s.changeAgent(ctx, f.Agent, func(a *agent.Agent) bool { return a.Relabel(s.released(c, f)) })
		return
	}
	s.release(ctx, f.Agent, s.released(c, f), now)
}

// released is what an agent is told who is let go. His rest begins when the call is over.
func (s *Switchboard) released(c *conference.Conference, f conference.Freed) agent.Release {
	rest := s.set.WrapUp
	if f.Kept {
		rest = 0
	}
	word, with := c.Recent(f)
	return agent.Release{
		Conference: string(c.ID),
		Leg:        string(f.Leg),
		Outcome:    string(f.Outcome),
		Talked:     f.Talked,
		Missed:     f.Outcome == conference.OutcomeNoAnswer,
		Declined:   f.Outcome == conference.OutcomeDeclined,
		Caller:     c.From,
		Began:      f.Since,
		Unreached:  unreached(f.Outcome),
		Rang:       f.Rang && rings(f.Outcome),
		Word:       string(word),
		With:       with,
		WrapUp:     rest,
		Did:        did(c, f.Agent),
	}
}

// did names the presses of an agent in a call that he leaves.
func did(c *conference.Conference, id agent.ID) (names []string) {
	for _, r := range c.Presses(id) {
		names = append(names, pressed(r))
	}
	return names
}

// rings: the agent's phone rang until the attempt ended so; one that was busy, or lost, did
// not.
func rings(o conference.Outcome) bool {
	return o != conference.OutcomeBusy && o != conference.OutcomeLost
}

// unreached: the network found nobody registered under the agent's name (SIP 404 and
// 480).
func unreached(o conference.Outcome) bool {
	return o == conference.Failed("480") || o == conference.Failed("404")
}

// release frees an agent of one leg. If it cannot be saved now, his lease runs out, or
// his page's beat finds him free.
func (s *Switchboard) release(ctx context.Context, id agent.ID, r agent.Release, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Release(r, now) })
}

// drop gives up a claim that a request has made, or goes on with. If that cannot be saved
// now, the claim is found to be void by the beat of his page.
func (s *Switchboard) drop(ctx context.Context, id agent.ID, leg, asker conference.LegKey, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Drop(string(leg), string(asker), now) })
}

// changeAgent changes an agent and saves him if f says that it changed anything; a
// failure leaves him as he was.
func (s *Switchboard) changeAgent(ctx context.Context, id agent.ID, f func(*agent.Agent) bool) {
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
