package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
)

// Push is a service.Notifier: it sends an agent's page, by way of the agent's leg, what GET
// /agents/me would answer.
type Push struct {
	Calls interface {
		Tell(ctx context.Context, leg call.LegID, message string) error
	}
}

// Tell implements service.Notifier.
func (p Push) Tell(ctx context.Context, leg call.LegID, s agentview.Snapshot) error {
	message, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return p.Calls.Tell(ctx, leg, string(message))
}

// Channel is a service.Pages: it sends a short message to the connections of an agent's pages, which then ask. The
// message says when the change was, and nothing else.
type Channel struct {
	Store interface {
		Pages(ctx context.Context, id agent.ID) (*push.Pages, error)
		SavePages(ctx context.Context, id agent.ID, p *push.Pages) error
	}
	Connections interface {
		Send(ctx context.Context, connection string, text []byte) error
	}
}

// changed is the channel's one message: frontend/src/channel.ts reads it.
type changed struct {
	Type string    `json:"type"`
	At   time.Time `json:"at"`
}

// Changed implements service.Pages.
func (c Channel) Changed(ctx context.Context, id agent.ID, now time.Time) {
	p, err := c.Store.Pages(ctx, id)
	if err != nil {
		return // the pages ask by themselves
	}
	to := p.Listening(now)
	if len(to) == 0 {
		return
	}
	text, err := json.Marshal(changed{"changed", now})
	if err != nil {
		return
	}
	gone := make([]bool, len(to))
	var all sync.WaitGroup
	for i, connection := range to {
		all.Go(func() {
			err := c.Connections.Send(ctx, connection, text)
			gone[i] = errors.Is(err, service.ErrGone)
			if err != nil && !gone[i] {
				metrics.Add(ctx, metrics.PushFailed, 1)
			}
		})
	}
	all.Wait()
	var over []string
	for i, connection := range to {
		if gone[i] {
			over = append(over, connection)
		}
	}
	if p.Gone(over) {
		_ = c.Store.SavePages(ctx, id, p) // else the next message finds them gone
	}
}
