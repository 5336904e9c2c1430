package servicetest

import (
	"context"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Boss is a supervisor who is no agent of any World.
var Boss = service.Principal{ID: "erin", Name: "Erin", Supervisor: true}

// SetStatusOf is a supervisor's act on an agent, with that request key.
func (w *World) SetStatusOf(id agent.ID, s agent.Status, key string) error {
	return w.outcome(w.Board.SetStatusOf(context.Background(), Boss, id, s, key, w.Now))
}

// EndCall is a supervisor's end of a call, with that request key.
func (w *World) EndCall(id call.ID, key string) error {
	return w.outcome(w.Board.EndCall(context.Background(), Boss, id, key, w.Now))
}

// OfferTo is a supervisor's offer of a waiting caller, with that request key.
func (w *World) OfferTo(id call.ID, to agent.ID, key string) error {
	return w.outcome(w.Board.OfferTo(context.Background(), Boss, id, to, key, w.Now))
}
