package main

import (
	"errors"
	"net/http"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
)

type handler struct {
	edge  web.Edge
	keys  twilio.Keys
	board func(twilio.Base) *switchboard.Switchboard
	after func(time.Duration) <-chan time.Time // time.After
}

// within leaves the function, which has 10 s, time to write down what it has done.
const within = 8 * time.Second

func (h handler) routes() http.Handler {
	return web.Callbacks{
		Edge: h.edge, Keys: h.keys, Within: within,
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
	return h.heard(r, h.board(r.Base).RoomTold(r.Context(), r.Conference(), e, r.Now))
}

// leg is told how an agent's leg fares.
func (h handler) leg(r *web.Request) error {
	sid := conference.LegID(r.CallSID())
	over, outcome, known := legNews(r.Form.Get("CallStatus"), r.Form.Get("SipResponseCode"))
	if !known {
		return nil
	}
	return h.heard(r, h.board(r.Base).LegTold(r.Context(), r.Conference(), r.Leg(), sid, over, outcome, r.Now))
}

// pauses lie before each further try to let a caller hear something. Nobody waits for the
// answer to a callback, but she does, and the next clock may be the sweep's.
var pauses = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// heard tries again for a caller who may hear nothing. What fails to the end the clocks
// repeat: whoever told us cannot help it.
func (h handler) heard(r *web.Request, err error) error {
	now := r.Now
	for _, pause := range pauses {
		if !errors.Is(err, switchboard.ErrUnheard) {
			break
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-h.after(pause):
		}
		now = now.Add(pause)
		err = h.board(r.Base).Again(r.Context(), r.Conference(), now)
	}
	if errors.Is(err, switchboard.ErrUnheard) {
		return nil
	}
	return err
}

// call is told that a caller's own call is over.
func (h handler) call(r *web.Request) error {
	if over, _, _ := legNews(r.Form.Get("CallStatus"), ""); !over {
		return nil
	}
	return h.board(r.Base).CallerGone(r.Context(), conference.ID(r.CallSID()), r.Now)
}
