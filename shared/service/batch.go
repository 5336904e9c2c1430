package service

import (
	"context"
	"fmt"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// Wanted is what a request needs of the store in the same moment.
type Wanted struct {
	Call   call.ID // "": none
	Agents []agent.ID
}

// Loaded is what has come of it. Each part is as Store.Call or Store.Agent returns it: one that cannot be loaded hides
// none of the others, and none counts as missing because another one is.
type Loaded struct {
	Call *call.Call
	// NoCall is why there is no call; nil if none was wanted.
	NoCall error

	agents map[agent.ID]loadedAgent
}

type loadedAgent struct {
	a   *agent.Agent
	err error
}

// Agent is one of the agents who were wanted.
func (l *Loaded) Agent(id agent.ID) (*agent.Agent, error) {
	got, wanted := l.agents[id]
	if !wanted {
		return nil, ErrNotFound
	}
	return got.a, got.err
}

// SetAgent is for the store.
func (l *Loaded) SetAgent(id agent.ID, a *agent.Agent, err error) {
	if l.agents == nil {
		l.agents = map[agent.ID]loadedAgent{}
	}
	l.agents[id] = loadedAgent{a, err}
}

// Batch is what a Store may be besides: it loads all that is wanted by one request, consistently. Another one is asked
// for each part, side by side.
type Batch interface {
	LoadAtOnce(ctx context.Context, w Wanted) Loaded
}

// loadAtOnce loads what is wanted at once. The agents are in hand then.
func (ro *roster) loadAtOnce(ctx context.Context, w Wanted) Loaded {
	b, ok := ro.store.(Batch)
	if !ok {
		return ro.loadEach(ctx, w)
	}
	l := b.LoadAtOnce(ctx, w)
	for _, id := range w.Agents {
		if a, err := l.Agent(id); err == nil {
			handOf(ctx).put(a)
		}
	}
	return l
}

func (ro *roster) loadEach(ctx context.Context, w Wanted) (l Loaded) {
	if len(w.Agents) == 0 {
		l.Call, l.NoCall = ro.store.Call(ctx, w.Call)
		return l
	}
	var mu sync.Mutex
	var all []func()
	for _, id := range w.Agents {
		all = append(all, func() {
			a, err := ro.agent(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			l.SetAgent(id, a, err)
		})
	}
	if w.Call != "" {
		all = append(all, func() { l.Call, l.NoCall = ro.store.Call(ctx, w.Call) })
	}
	ro.together(all...)
	return l
}

// loadWithLikely loads a caller's call, and at the same time the agent who is likely to be rung for them; nil if there
// is none, or they cannot be read.
func (m *matcher) loadWithLikely(
	ctx context.Context, id call.ID, l lists, now time.Time,
) (*call.Call, *agent.Agent, error) {
	w := Wanted{Call: id}
	if who := matching.Likely(l.view(now), id); l.err == nil && who != "" {
		w.Agents = []agent.ID{who}
	}
	got := m.loadAtOnce(ctx, w)
	if got.NoCall != nil {
		return nil, nil, fmt.Errorf("load call: %w", got.NoCall)
	}
	for _, who := range w.Agents {
		if a, err := got.Agent(who); err == nil {
			return got.Call, a, nil
		}
	}
	return got.Call, nil, nil
}
