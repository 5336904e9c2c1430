package switchboard

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
)

const (
	// mostPages is how many pages of the agents one request reads, where those who are silent
	// fill them: 2,000 agents. The sweep takes the silent ones out of the free.
	mostPages = 10
	// allPages is how many pages are read to count or to search all agents: 10,000.
	allPages = 50
	// mostFound is how many agents a search gives.
	mostFound = 50
)

// agents lists the agents whom pick picks, longest idle first. It reads one page, and goes on
// as long as there may be more of the free ones and it has not found that many.
func (s *Switchboard) agents(ctx context.Context, want int, pick func(*agent.Agent) bool) ([]agent.Agent, error) {
	var found []agent.Agent
	for page, err := range s.pages(ctx, mostPages) {
		if err != nil {
			return found, unlessSome(found, err)
		}
		ranked := true
		for _, a := range page {
			if ranked = a.Ranked(); pick(&a) {
				found = append(found, a)
			}
		}
		if !ranked || len(found) >= want {
			break
		}
	}
	return found, nil
}

// unlessSome drops an error if something was found before it.
func unlessSome(found []agent.Agent, err error) error {
	if len(found) > 0 {
		return nil
	}
	return err
}

// pages are the pages of the list of agents, at most that many. After an error there are no
// more.
func (s *Switchboard) pages(ctx context.Context, most int) func(yield func([]agent.Agent, error) bool) {
	return func(yield func([]agent.Agent, error) bool) {
		from := ""
		for range most {
			page, next, err := s.store.Agents(ctx, from)
			if !yield(page, err) || err != nil || next == "" {
				return
			}
			from = next
		}
	}
}

// Directory is a part of the agents as colleagues see them.
type Directory struct {
	Agents []agent.Agent
	More   bool // there are more: a search finds them
}

// Directory lists one page of the agents, those who are free and there first, longest idle
// first.
func (s *Switchboard) Directory(ctx context.Context, who Who, now time.Time) (Directory, error) {
	if err := MayAsk(ctx, s.store, who); err != nil {
		return Directory{}, err
	}
	var here, others []agent.Agent
	n := 0
	for page, err := range s.pages(ctx, mostPages) {
		if err != nil {
			if n == 0 {
				return Directory{}, err
			}
			break
		}
		n++
		ranked := true
		for _, a := range page {
			if ranked = a.Ranked(); a.Free(now) {
				here = append(here, a)
			} else {
				others = append(others, a)
			}
		}
		// One more than a page tells that there are more.
		if len(here)+len(others) > AgentsPage && (!ranked || len(here) >= AgentsPage) {
			break
		}
	}
	all := append(here, others...)
	return Directory{Agents: all[:min(len(all), AgentsPage)], More: len(all) > AgentsPage}, nil
}

// Search lists agents whom match says yes to, in the directory's order.
func (s *Switchboard) Search(ctx context.Context, who Who, match func(agent.Agent) bool) (Directory, error) {
	if err := MayAsk(ctx, s.store, who); err != nil {
		return Directory{}, err
	}
	var d Directory
	read := 0
	for page, err := range s.pages(ctx, allPages) {
		if err != nil {
			d.More = true
			return d, unlessSome(d.Agents, err)
		}
		for _, a := range page {
			if !match(a) {
				continue
			}
			if len(d.Agents) == mostFound {
				d.More = true
				return d, nil
			}
			d.Agents = append(d.Agents, a)
		}
		read++
	}
	d.More = read == allPages
	return d, nil
}

// AgentReader is the part of a Store that reads agents.
type AgentReader interface {
	Agent(ctx context.Context, id agent.ID) (*agent.Agent, error)
}

// MayAsk is agent.ErrRemoved for an agent whom the operator has taken off the line.
func MayAsk(ctx context.Context, store AgentReader, who Who) error {
	a, err := store.Agent(ctx, who.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case a.IsRemoved():
		return agent.ErrRemoved
	}
	return nil
}

const (
	// retireMost is how many agents one RetireSilent takes out of the free ones.
	retireMost = 400
	// retireAtOnce is how many of them at the same time.
	retireAtOnce = 8
)

// RetireSilent takes agents out of the free ones whose pages have been silent for long (see
// Gauges), so that no page of them stands before those who are there. Whom there is no time
// for, the next minute does.
func (s *Switchboard) RetireSilent(ctx context.Context, ids []agent.ID, now time.Time) {
	ids = ids[:min(len(ids), retireMost)]
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(len(ids), retireAtOnce) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				s.changeAgent(ctx, ids[i], func(a *agent.Agent) bool { return a.FallSilent(now) })
			}
		})
	}
	all.Wait()
}

// Remove takes an agent off the line, also one who was never heard of: from then on the API
// refuses him. Restore undoes it.
func (s *Switchboard) Remove(ctx context.Context, who Who, now time.Time) error {
	return s.settleAgent(ctx, who, now, func(a *agent.Agent) bool { return a.Remove(now) })
}

// Restore lets an agent in again who was removed.
func (s *Switchboard) Restore(ctx context.Context, who Who, now time.Time) error {
	return s.settleAgent(ctx, who, now, (*agent.Agent).Restore)
}

func (s *Switchboard) settleAgent(ctx context.Context, who Who, now time.Time, f func(*agent.Agent) bool) error {
	for range saveTries {
		a, err := s.store.Agent(ctx, who.ID)
		if errors.Is(err, ErrNotFound) {
			a, err = agent.New(who.ID, who.Name, now), nil
		}
		if err != nil || !f(a) {
			return err
		}
		if err = s.store.SaveAgent(ctx, a); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}
