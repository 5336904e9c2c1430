package switchboard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// match offers the first caller in the line who may be offered to the free agent who
// has been idle longest. An agent for whom a caller is kept is offered to nobody behind
// her. In is a conference in hand that the lists may not show yet. Line is the line as it
// was just read, or nil. One offer is made at the most, so that a webhook stays within its
// time; whoever is left has a clock of her own. It returns the conference that was offered,
// or nil. Failures only mean that nothing was offered now.
func (s *Switchboard) match(ctx context.Context, now time.Time, in *conference.Conference, line []Waiter) *conference.Conference {
	agents, err := s.store.Agents(ctx)
	if err != nil {
		return nil
	}
	free := freeOf(agents, now)
	if len(free) == 0 && (in == nil || !in.Head) && !anyWaiting(line, true) {
		return nil
	}
	if line == nil {
		if line, err = s.store.Line(ctx); err != nil {
			return nil
		}
	}
	kept := map[agent.ID]bool{}
	for _, w := range waiting(line, in) {
		if len(free) == 0 && !w.Head { // only heads have lost an agent, who need not be free
			return nil
		}
		c := in
		if in == nil || w.ID != in.ID {
			if c, err = s.store.Conference(ctx, w.ID); err != nil {
				continue
			}
		}
		lost, ring := named(agents, c.Prefer.Agent), free
		if c.Kept(lost, now) {
			ring = nil
			if lost != nil && !kept[lost.ID] {
				ring = []*agent.Agent{lost}
			}
			kept[c.Prefer.Agent] = true
			free = slices.DeleteFunc(free, func(a *agent.Agent) bool { return a == lost })
		}
		for _, a := range ring {
			if !c.MayOffer(a, lost, now) {
				continue
			}
			if offered := s.offer(ctx, c, a, lost, now); offered != nil {
				return offered
			}
		}
	}
	return nil
}

// kept tells which agents are kept for somebody in the line. Who cannot be read keeps none.
func (s *Switchboard) kept(ctx context.Context, agents []agent.Agent, now time.Time) map[agent.ID]bool {
	kept := map[agent.ID]bool{}
	line, _ := s.store.Line(ctx)
	for _, w := range line {
		if !w.Head { // heads come first, and only they have lost an agent
			break
		}
		c, err := s.store.Conference(ctx, w.ID)
		if err == nil && c.Kept(named(agents, c.Prefer.Agent), now) {
			kept[c.Prefer.Agent] = true
		}
	}
	return kept
}

// freeOf lists those who are free now, in their order.
func freeOf(agents []agent.Agent, now time.Time) []*agent.Agent {
	var free []*agent.Agent
	for i := range agents {
		if agents[i].Free(now) {
			free = append(free, &agents[i])
		}
	}
	return free
}

// named finds an agent on the list; nil if it does not show him.
func named(agents []agent.Agent, id agent.ID) *agent.Agent {
	for i := range agents {
		if agents[i].ID == id {
			return &agents[i]
		}
	}
	return nil
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

// offer claims the agent, then rings him for the caller, who may be kept for him (see
// match). It returns nil if somebody else was quicker with either.
func (s *Switchboard) offer(ctx context.Context, c *conference.Conference, a, lost *agent.Agent, now time.Time) *conference.Conference {
	key := s.set.NewKey()
	back := c.Kept(lost, now)
	take := func(a *agent.Agent) error { return a.Take(string(c.ID), string(key), now) }
	if back {
		after := c.Prefer.After
		take = func(a *agent.Agent) error { return a.Rejoin(string(c.ID), string(key), after, now) }
	}
	a, err := s.take(ctx, a.ID, take)
	if err != nil {
		return nil
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
			s.release(ctx, a.ID, agent.Release{Leg: string(key)}, now)
		}
		return nil
	}
	c, _ = s.settle(ctx, c, acts, now)
	return c
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

// claim binds a free agent to a leg that is to be. *agent.NotFreeError says why he, who
// comes with it, cannot be; ErrConflict that somebody else was quicker.
func (s *Switchboard) claim(ctx context.Context, id agent.ID, conf conference.ID, key conference.LegKey, now time.Time) (*agent.Agent, error) {
	return s.take(ctx, id, func(a *agent.Agent) error { return a.Take(string(conf), string(key), now) })
}

// take is claim by one of the agent's rules.
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
		s.changeAgent(ctx, f.Agent, func(a *agent.Agent) bool { return a.Relabel(string(c.ID), string(f.Outcome), s.set.WrapUp) })
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
