package httpapi

import (
	"context"
	"encoding/json"

	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
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
