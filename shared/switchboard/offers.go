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

// asking is whose clock triggers the matching: a caller's, whose call is loaded and may not be in
// the lists yet, or an agent's, by a request of the agent's page.
type asking struct {
	in  *conference.Conference
	who agent.ID
}

// helpAfter is how long a caller must have been queued before a request that has no match of its
// own offers them. Until then the request that queued them does.
const helpAfter = 5 * time.Second

// match offers a waiting caller to a free agent. The n-th caller in the queue is for the n-th free
// agent, longest idle first, so that many concurrent requests do not all try the first agent.
// Requeued callers come before all others, and an agent who is reserved for a caller is offered to
// nobody behind that caller. A request whose own caller or agent has no counterpart offers the
// first caller in the queue who has waited for helpAfter. Line is the queue as it was just read, or
// nil.
//
// It makes at most one offer, so that a webhook stays within its time; every other caller has a
// clock of their own. A request that loses its caller to another request stops, because that one
// has claimed an agent for the caller. It returns the call that was offered, or nil. A failure only
// means that nothing was offered now.
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
	// matchRounds is how often the lists are read in one use case. When many callers arrive at
	// once, the list of free agents is out of date as soon as it has been read.
	matchRounds = 4
	// offerTries is how many agents of one list are tried.
	offerTries = 2
)

// matchOnce is match with one reading of the lists. Again: other requests had taken the agents.
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

// matching is one match in progress.
type matching struct {
	*Switchboard
	asking
	now  time.Time
	free []*agent.Agent // longest idle first
	// unseen: the loaded caller is not on the queue's page. Many callers may be behind that page
	// without knowing their position: they are spread over the agents whom the page leaves.
	unseen bool

	offered *conference.Conference
	beaten  bool // other requests had taken all agents who were tried
}

// heads offers the first of the requeued callers who can be offered, and says whether nothing more
// can be done. Only they can be offered to an agent who is not free: the agent reserved for them.
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

// others offers one of the callers who have not talked to an agent yet.
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

// walk matches as others does, but with the callers as they are stored now: some may have been
// taken, and not every agent may be offered every caller.
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

// load loads the call of a caller in the queue; nil if it cannot be read.
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

// lost loads the agent for whom a caller may be reserved; nil if there is none or the agent cannot
// be read.
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

// eligible lists those of the agents to whom the caller may be offered.
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

// kept is the set of agents who are reserved for a caller in the queue. A call that cannot be read
// reserves nobody.
func (s *Switchboard) kept(ctx context.Context, now time.Time) map[agent.ID]bool {
	kept := map[agent.ID]bool{}
	line, _ := s.store.Line(ctx)
	for _, w := range line {
		if !w.Head { // requeued callers come first, and only they have lost an agent
			break
		}
		c, err := s.store.Conference(ctx, w.ID)
		if err == nil && c.Kept(s.lost(ctx, c), now) {
			kept[c.Prefer.Agent] = true
		}
	}
	return kept
}

// waiting lists the callers who may be offered, in the queue's order, and the requeued ones for
// whom an agent is being rung, since another agent may be reserved for them. A loaded caller whom
// the queue does not show yet is put at its end, or at its head if requeued.
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

// offer claims the agent and rings them for the caller, for whom they may be reserved (see match).
// Over: the offer was made, or another request was quicker with the caller; not over if another
// request was quicker with the agent.
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
	if errors.Is(err, ErrConflict) { // perhaps only a heartbeat was saved in between
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
		if !errors.Is(err, ErrUnavailable) { // else it may have been saved: the claim stays until its lease ends
			s.drop(ctx, id, key, key, now)
		}
		return nil, true
	}
	c, _ = s.settle(ctx, c, acts, now)
	return c, true
}

const (
	// repairMost is how many callers at the head of the queue one request repairs.
	repairMost = 3
	// repairAtOnce is how many callers one heartbeat repairs at the same time.
	repairAtOnce = 7
)

// repair carries out what is due for the requeued callers at the head of the queue who could not be
// given music. Alone in a conference that has started they hear silence, and no music turn is asked
// for, so their own clock stands still (N1). Every request of an agent's page is their clock
// instead.
func (s *Switchboard) repair(ctx context.Context, line []Waiter, now time.Time) {
	for _, w := range line[:min(len(line), repairMost)] {
		if !w.Head { // requeued callers come first
			return
		}
		if errors.Is(s.repairOne(ctx, w, now), ErrUnknown) {
			return // such failures are slow, and the page waits
		}
	}
}

// repairLine does the same for everybody in the queue, whose music may have stopped. Only a
// heartbeat does this, because it loads every call.
func (s *Switchboard) repairLine(ctx context.Context, line []Waiter, now time.Time) {
	next := make(chan Waiter)
	var all sync.WaitGroup
	for range min(len(line), repairAtOnce) {
		all.Go(func() {
			for w := range next {
				_ = s.repairOne(ctx, w, now) // the next heartbeat tries again
			}
		})
	}
	for _, w := range line {
		next <- w
	}
	close(next)
	all.Wait()
}

// repairOne carries out what is due for a caller in the queue whose music has stopped.
func (s *Switchboard) repairOne(ctx context.Context, w Waiter, now time.Time) error {
	c, err := s.store.Conference(ctx, w.ID)
	if err != nil || !c.Neglected(now) {
		return nil
	}
	_, err = s.redo(ctx, c, now)
	return err
}

// redo plans a loaded call again and carries out the effects.
func (s *Switchboard) redo(ctx context.Context, c *conference.Conference, now time.Time) (*conference.Conference, error) {
	c, acts, err := s.change(ctx, c, now, func(*conference.Conference) error { return nil })
	if err != nil {
		return nil, err
	}
	return s.settle(ctx, c, acts, now)
}

// errNotNow: the caller may no longer be offered to that agent.
var errNotNow = errors.New("not to be offered now")

// take changes an agent by one of the agent's rules. If the rule refuses with *agent.NotFreeError,
// the agent is returned with the error. ErrConflict: another request was quicker.
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

// free releases an agent whose leg has ended.
func (s *Switchboard) free(ctx context.Context, c *conference.Conference, f conference.Freed, now time.Time) {
	if f.Late {
		s.changeAgent(ctx, f.Agent, func(a *agent.Agent) bool { return a.Relabel(s.released(c, f)) })
		return
	}
	s.release(ctx, f.Agent, s.released(c, f), now)
}

// released is what an agent is told who is released. Wrap-up begins when the call is over, so a
// reserved agent gets none yet.
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

// did names the requests that an agent made in a call that they leave.
func did(c *conference.Conference, id agent.ID) (names []string) {
	for _, r := range c.Presses(id) {
		names = append(names, pressed(r))
	}
	return names
}

// rings: the agent's phone rang until the attempt ended with that outcome; one that was busy or
// lost did not.
func rings(o conference.Outcome) bool {
	return o != conference.OutcomeBusy && o != conference.OutcomeLost
}

// unreached: Twilio found nobody registered under the agent's name (SIP 404 and 480).
func unreached(o conference.Outcome) bool {
	return o == conference.Failed("480") || o == conference.Failed("404")
}

// release releases an agent of one leg. If that cannot be saved now, the lease runs out, or the
// heartbeat of the agent's page finds the agent free.
func (s *Switchboard) release(ctx context.Context, id agent.ID, r agent.Release, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Release(r, now) })
}

// drop gives up a claim that a request has made or shares. If that cannot be saved now, the
// heartbeat of the agent's page finds the claim void.
func (s *Switchboard) drop(ctx context.Context, id agent.ID, leg, asker conference.LegKey, now time.Time) {
	s.changeAgent(ctx, id, func(a *agent.Agent) bool { return a.Drop(string(leg), string(asker), now) })
}

// changeAgent changes an agent and saves it if f says that it changed anything; a failure leaves
// the stored agent as it was.
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
