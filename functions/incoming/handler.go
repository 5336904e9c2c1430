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
	music string // base address of the pieces
	// closed lets no new caller in. Who is on the line already stays there.
	closed bool
}

func (h handler) routes() http.Handler {
	return web.Voice{
		Edge: h.edge, Keys: h.keys, Instead: h.holdOn,
		Routes: map[string]func(*web.Request) (string, error){
			"POST /incoming":                      h.arrive,
			"POST /incoming/{conference}/{round}": h.afterRoom,
		},
	}.Handler()
}

// arrive is a caller who has dialled our number.
func (h handler) arrive(r *web.Request) (string, error) {
	id := conference.ID(r.CallSID())
	if h.closed {
		known, err := h.board(r.Base).Known(r.Context(), id)
		if err != nil {
			return "", err
		}
		if !known {
			return twilio.Closed(), nil
		}
	}
	c, err := h.board(r.Base).Arrive(r.Context(), id, number(r.Form.Get("From")), verified(r.Form.Get("StirVerstat")), r.Now)
	if err != nil {
		return "", err
	}
	return place(r, c), nil
}

// afterRoom is a caller whose room has ended under her, or who has been taken out of it
// to be put into a fresh one.
func (h handler) afterRoom(r *web.Request) (string, error) {
	round, err := round(r)
	if err != nil {
		return "", err
	}
	gone := over(r.Form.Get("CallStatus"))
	c, err := h.board(r.Base).RoomOver(r.Context(), r.Conference(), round, gone, r.Now)
	if unknown(err) { // her item is lost, she is not: she arrives anew
		return twilio.HoldOn(string(r.Base)+"/incoming", 0), nil
	}
	if err != nil {
		return "", err
	}
	if gone { // nobody hears it
		return twilio.Goodbye(), nil
	}
	return place(r, c), nil
}

// place puts the caller where her conference stands.
func place(r *web.Request, c *conference.Conference) string {
	if c.State == conference.Ended {
		return twilio.LastWords(c.Reason)
	}
	return twilio.CallerRoom(r.Base, c.ID, c.Round, 0)
}

// holdOn keeps a caller of whom nothing could be written down: some ten seconds of
// music, then the same request again.
func (h handler) holdOn(r *web.Request) string {
	return twilio.Waiting(twilio.Turn{Words: []string{holdTheLine}, Music: h.music + twilio.Introduction, Next: r.Here()})
}
