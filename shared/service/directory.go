package service

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
)

const (
	// mostPages is how many pages of the directory one request reads if agents with silent pages fill the
	// first ones: 2,000 agents. The sweep removes silent agents from the free ones.
	mostPages = 10
	// allPages is how many pages are read to count or to search all agents, or to find a free one behind those
	// with silent pages: 10,000 agents. A page of free agents costs little (see Lists.Free).
	allPages = 50
	// mostFound is how many agents a search returns.
	mostFound = 50
)

// directory reads the lists of agents, and changes what makes an agent part of them.
type directory struct {
	store Store
	*roster
}

// free lists the free agents, longest idle first, as Lists.Free has them. It reads further pages
// until want of them are found. An error comes with those that were found: there may be others.
func (d *directory) free(ctx context.Context, want int, now time.Time) ([]agent.Agent, error) {
	var found []agent.Agent
	for page, err := range pagesOf(allPages, func(from string) ([]agent.Agent, string, error) {
		return d.store.Free(ctx, from)
	}) {
		for _, a := range page {
			if a.Free(now) {
				found = append(found, a)
			}
		}
		if err != nil {
			return found, err
		}
		if len(found) >= want {
			break
		}
	}
	return found, nil
}

// withFree adds an agent who is free, as stored, to the free agents whose list lacks them: it may lag, or not all of it
// could be read.
func withFree(list []agent.Agent, a *agent.Agent) []agent.Agent {
	if slices.ContainsFunc(list, func(b agent.Agent) bool { return b.ID == a.ID }) {
		return list
	}
	at, _ := slices.BinarySearchFunc(list, a, func(b agent.Agent, a *agent.Agent) int {
		return cmp.Or(b.IdleSince.Compare(a.IdleSince), cmp.Compare(b.ID, a.ID))
	})
	return slices.Insert(slices.Clip(list), at, *a)
}

// unlessSome drops an error if something was found all the same.
func unlessSome[T any](found []T, err error) error {
	if len(found) > 0 {
		return nil
	}
	return err
}

// pages iterates over the pages of the list of agents, at most that many. It ends after an error.
func (d *directory) pages(ctx context.Context, most int) iter.Seq2[[]agent.Agent, error] {
	return pagesOf(most, func(from string) ([]agent.Agent, string, error) { return d.store.Agents(ctx, from) })
}

// pagesOf iterates over the pages of a list.
func pagesOf(most int, read func(from string) ([]agent.Agent, string, error)) iter.Seq2[[]agent.Agent, error] {
	return func(yield func([]agent.Agent, error) bool) {
		from := ""
		for range most {
			page, next, err := read(from)
			if !yield(page, err) || err != nil || next == "" {
				return
			}
			from = next
		}
	}
}

// Directory is a part of the agents as their colleagues see them.
type Directory struct {
	Agents []agent.Agent
	More   bool // there are more agents; a search finds them
	Gap    bool // a part of the agents could not be read, and is missing
}

// Directory lists one page of agents: those who are free and present first, longest idle first.
func (d *directory) Directory(ctx context.Context, who Principal, now time.Time) (Directory, error) {
	if err := MayAsk(ctx, d.store, who); err != nil {
		return Directory{}, err
	}
	var here, others []agent.Agent
	gap := false
	for page, err := range d.pages(ctx, mostPages) {
		if err != nil && len(page)+len(here)+len(others) == 0 {
			return Directory{}, err
		}
		gap = err != nil
		ranked := true
		for _, a := range page {
			if ranked = a.Ranked(); a.Free(now) {
				here = append(here, a)
			} else {
				others = append(others, a)
			}
		}
		// One agent more than a page shows that there are more.
		if len(here)+len(others) > AgentsPage && (!ranked || len(here) >= AgentsPage) {
			break
		}
	}
	all := append(here, others...)
	return Directory{Agents: all[:min(len(all), AgentsPage)], More: len(all) > AgentsPage, Gap: gap}, nil
}

// Search lists the agents that match accepts, in the directory's order.
func (d *directory) Search(ctx context.Context, who Principal, match func(agent.Agent) bool) (Directory, error) {
	if err := MayAsk(ctx, d.store, who); err != nil {
		return Directory{}, err
	}
	var found Directory
	read := 0
	for page, err := range d.pages(ctx, allPages) {
		found.Gap = err != nil
		for _, a := range page {
			if !match(a) {
				continue
			}
			if len(found.Agents) == mostFound {
				found.More = true
				return found, nil
			}
			found.Agents = append(found.Agents, a)
		}
		if err != nil {
			return found, unlessSome(found.Agents, err)
		}
		read++
	}
	found.More = read == allPages
	return found, nil
}

// AgentReader is the part of a Store that reads agents.
type AgentReader interface {
	Agent(ctx context.Context, id agent.ID) (*agent.Agent, error)
}

// MayAsk returns agent.ErrRemoved for an agent whom the operator has removed.
func MayAsk(ctx context.Context, store AgentReader, who Principal) error {
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
	// retireMost is how many agents one RetireSilent removes from the free ones.
	retireMost = 400
	// retireAtOnce is how many of them are saved at the same time.
	retireAtOnce = 8
)

// RetireSilent removes agents from the free ones whose pages have long been silent (see Metrics),
// so that the lists begin with agents who are present. Agents for whom there is no time are left to
// the next minute's run.
func (d *directory) RetireSilent(ctx context.Context, ids []agent.ID, now time.Time) {
	ids = ids[:min(len(ids), retireMost)]
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(len(ids), retireAtOnce) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				d.changeAgent(ctx, ids[i], func(a *agent.Agent) bool { return a.FallSilent(now) })
			}
		})
	}
	all.Wait()
}

// Restore admits a removed agent again.
func (d *directory) Restore(ctx context.Context, who Principal, now time.Time) error {
	return d.repairAgent(ctx, who, now, (*agent.Agent).Restore)
}

func (d *directory) repairAgent(ctx context.Context, who Principal, now time.Time, f func(*agent.Agent) bool) error {
	for range saveTries {
		a, err := d.store.Agent(ctx, who.ID)
		if errors.Is(err, ErrNotFound) {
			a, err = agent.New(who.ID, who.Name, now), nil
		}
		if err != nil || !f(a) {
			return err
		}
		if err = d.store.SaveAgent(ctx, a); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// anyOnline says whether any agent is online, free or not.
func (d *directory) anyOnline(ctx context.Context, now time.Time) bool {
	if free, err := d.free(ctx, 1, now); err != nil || len(free) > 0 {
		return true
	}
	online := func(a agent.Agent) bool { return a.Presence(now) != agent.IsOffline }
	for page, err := range d.pages(ctx, mostPages) {
		if err != nil || slices.ContainsFunc(page, online) {
			return true
		}
	}
	return false
}
