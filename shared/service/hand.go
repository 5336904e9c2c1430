package service

import (
	"context"
	"sync"

	"warmtransfer/shared/agent"
)

// hand holds the agents whom one request has loaded or saved, so that it does not load them again a moment later. It
// is used where that can do no harm: for a change, which is saved by compare-and-swap or decided again, and for what a
// page is shown.
type hand struct {
	mu     sync.Mutex
	agents map[agent.ID]*agent.Agent
}

type handKey struct{}

// inHand is the context of a request that holds agents in hand.
func inHand(ctx context.Context) context.Context {
	return context.WithValue(ctx, handKey{}, &hand{agents: map[agent.ID]*agent.Agent{}})
}

func handOf(ctx context.Context) *hand {
	h, _ := ctx.Value(handKey{}).(*hand)
	return h
}

// take is the agent as this request has last seen them; nil if it has not.
func (h *hand) take(id agent.ID) *agent.Agent {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.agents[id]; a != nil {
		return a.Clone()
	}
	return nil
}

// put is told that this is the agent as stored.
func (h *hand) put(a *agent.Agent) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.agents[a.ID] = a.Clone()
}

// drop is told that what is stored of the agent is not known.
func (h *hand) drop(id agent.ID) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.agents, id)
}
