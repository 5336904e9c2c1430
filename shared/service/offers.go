package service

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// asking is whose clock triggers the matching: a caller's, whose call is loaded and may not be in
// the lists yet, or an agent's, by a request of the agent's page.
type asking struct {
	in  *call.Call
	who agent.ID
}

// helpAfter is how long a caller must have been queued before a request that has no match of its
// own offers them. Until then the request that queued them does.
const helpAfter = 5 * time.Second

// offerNext offers a waiting caller to a free agent. The n-th caller in the queue is for the n-th free
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

// offerOnce is match with one reading of the lists. Again: other requests had taken the agents.
func (s *Service) offerOnce(
	ctx context.Context, now time.Time, by asking, line []QueueEntry,
) (offered *call.Call, again bool) {
	in := by.in
	agents, err := s.free(ctx, QueuePage, now)
	if err != nil {
		return nil, false
	}
	m := matching{Service: s, now: now, asking: by}
	for i := range agents {
		m.free = append(m.free, &agents[i])
	}
	if len(m.free) == 0 && (in == nil || !in.Requeued) && !anyWaiting(line, true) {
		return nil, false
	}
	if line == nil {
		if line, err = s.store.Queue(ctx); err != nil {
			return nil, false
		}
	}
	queue := waiting(line, in)
	m.unseen = in != nil && !slices.ContainsFunc(line, func(w QueueEntry) bool { return w.ID == in.ID })
	heads := slices.IndexFunc(queue, func(w QueueEntry) bool { return !w.Requeued })
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
	*Service
	asking
	now  time.Time
	free []*agent.Agent // longest idle first
	// unseen: the loaded caller is not on the queue's page. Many callers may be behind that page
	// without knowing their position: they are spread over the agents whom the page leaves.
	unseen bool

	offered *call.Call
	beaten  bool // other requests had taken all agents who were tried
}

// heads offers the first of the requeued callers who can be offered, and says whether nothing more
// can be done. Only they can be offered to an agent who is not free: the agent reserved for them.
func (m *matching) heads(ctx context.Context, queue []QueueEntry) (done bool) {
	kept := map[agent.ID]bool{}
	for _, w := range queue {
		c := m.load(ctx, w)
		if c == nil {
			continue
		}
		lost, ring := m.lost(ctx, c), m.free
		if c.ReservedFor(lost, m.now) {
			ring = nil
			if lost != nil && !kept[lost.ID] {
				ring = []*agent.Agent{lost}
			}
			kept[c.Recall.Agent] = true
			m.free = without(m.free, c.Recall.Agent)
		}
		if ring = eligible(c, ring, lost, m.now); len(ring) > 0 {
			m.offerOne(ctx, c, ring, lost)
			return true
		}
	}
	return len(m.free) == 0
}

// others offers one of the callers who have not talked to an agent yet.
func (m *matching) others(ctx context.Context, queue []QueueEntry) {
	if m.in != nil {
		at := slices.IndexFunc(queue, func(w QueueEntry) bool { return w.ID == m.in.ID })
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
func (m *matching) walk(ctx context.Context, queue []QueueEntry) {
	late := func(w QueueEntry) bool { return m.now.Sub(w.Queued) >= helpAfter }
	if m.in == nil && !slices.ContainsFunc(queue, late) {
		return
	}
	var first *call.Call
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
func (m *matching) load(ctx context.Context, w QueueEntry) *call.Call {
	if m.in != nil && w.ID == m.in.ID {
		return m.in
	}
	c, err := m.store.Call(ctx, w.ID)
	if err != nil {
		return nil
	}
	return c
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

// eligible lists those of the agents to whom the caller may be offered.
func eligible(c *call.Call, agents []*agent.Agent, lost *agent.Agent, now time.Time) []*agent.Agent {
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

// waiting lists the callers who may be offered, in the queue's order, and the requeued ones for
// whom an agent is being rung, since another agent may be reserved for them. A loaded caller whom
// the queue does not show yet is put at its end, or at its head if requeued.
func waiting(line []QueueEntry, in *call.Call) []QueueEntry {
	var list []QueueEntry
	seen := false
	for _, w := range line {
		if in != nil && w.ID == in.ID {
			seen = true
		} else if w.State != call.Waiting && !w.Requeued {
			continue
		}
		list = append(list, w)
	}
	if in != nil && !seen {
		w := QueueEntry{ID: in.ID, State: in.State, Queued: in.Queued, Requeued: in.Requeued}
		if in.Requeued {
			return append([]QueueEntry{w}, list...)
		}
		list = append(list, w)
	}
	return list
}

// offerOne offers the caller to the first of the agents who is still free.
func (m *matching) offerOne(ctx context.Context, c *call.Call, agents []*agent.Agent, lost *agent.Agent) {
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
	c, acts, err := s.change(ctx, c, now, func(*call.Call) error { return nil })
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
	word, with := c.Recent(f)
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
	for _, r := range c.RequestsOf(id) {
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
