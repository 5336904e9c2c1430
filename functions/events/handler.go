package main

import (
	"net/http"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
)

type handler struct {
	edge  web.Edge
	keys  twilio.Keys
	board func(twilio.Base) *switchboard.Switchboard
}

func (h handler) routes() http.Handler {
	return web.Callbacks{
		Edge: h.edge, Keys: h.keys,
		Routes: map[string]func(*web.Request) error{
			"POST /events/conference/{conference}": h.room,
			"POST /events/leg/{conference}/{leg}":  h.leg,
			"POST /events/call":                    h.call,
		},
	}.Handler()
}

// room is told what happens in a conference's room.
func (h handler) room(r *web.Request) error {
	e, known := roomEvent(r.Form)
	if !known {
		return nil
	}
	return h.board(r.Base).RoomTold(r.Context(), r.Conference(), e, r.Now)
}

// leg is told how an agent's leg fares.
func (h handler) leg(r *web.Request) error {
	sid := conference.LegID(r.CallSID())
	over, outcome, known := legNews(r.Form.Get("CallStatus"), r.Form.Get("SipResponseCode"))
	if !known {
		return nil
	}
	return h.board(r.Base).LegTold(r.Context(), r.Conference(), r.Leg(), sid, over, outcome, r.Now)
}

// call is told that a caller's own call is over.
func (h handler) call(r *web.Request) error {
	if over, _, _ := legNews(r.Form.Get("CallStatus"), ""); !over {
		return nil
	}
	return h.board(r.Base).CallerGone(r.Context(), conference.ID(r.CallSID()), r.Now)
}
