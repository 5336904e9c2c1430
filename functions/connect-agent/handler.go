package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge  httpapi.Edge
	keys  twilio.Keys
	board func(twilio.Base) *service.Service
	line  string // the line's name, as an outside party hears it; "" if it has none
}

func (h handler) routes() http.Handler {
	return httpapi.Voice{
		Edge: h.edge, Keys: h.keys, Instead: again,
		Routes: map[string]func(*httpapi.Request) (string, error){
			twilio.RouteConnect:      h.connect,
			twilio.RouteConnectAgain: h.connectAgain,
			twilio.RouteAccept:       h.accept,
		},
	}.Handler()
}

// waiting is said to a leg that the conference has not accepted, and to a target whose caller is not on hold yet.
const waiting = "The call is being connected. Please wait."

// holdPause is the time after those words until a target asks again whether the caller is on hold.
const holdPause = time.Second

// connectAgain handles another attempt, or a leg that is still up after its <Dial> into the
// conference.
func (h handler) connectAgain(r *httpapi.Request) (string, error) {
	if r.PathValue("try") != twilio.AfterDial {
		return h.connect(r)
	}
	wait, err := h.board(r.Base).HandleJoinRefused(r.Context(), r.Call(), r.Leg(), call.LegID(r.CallSID()), r.Now)
	switch {
	case errors.Is(err, call.ErrNotWanted), errors.Is(err, service.ErrNotFound):
		return twilio.Goodbye(), nil // the call is over, and the page says so
	case err != nil:
		return "", err
	}
	parts := max(1, (wait+partMost-1)/partMost)
	pause := wait/parts - twilio.Spoken(waiting)
	if parts == 1 {
		return twilio.HoldOn(r.Base.Connect(r.Call(), r.Leg()), pause, waiting), nil
	}
	return twilio.HoldOn(r.Base.JoinRefused(r.Call(), r.Leg()), pause, waiting), nil
}

// partMost is the longest time between two requests of a waiting leg. A longer wait is divided into equal parts, so
// that none is short.
const partMost = 9 * time.Second

// connect lets an agent who has answered join the conference. If the caller has left meanwhile, the
// agent never joins an empty conference. An outside party is screened first.
func (h handler) connect(r *httpapi.Request) (string, error) {
	in, err := h.board(r.Base).Connect(r.Context(), r.Call(), r.Leg(), call.LegID(r.CallSID()), r.Now)
	return h.enter(r, in, err)
}

// accept handles the key that a screened outside party has pressed.
func (h handler) accept(r *httpapi.Request) (string, error) {
	yes := r.Form.Get("Digits") == twilio.AcceptKey
	in, err := h.board(r.Base).Accept(r.Context(), r.Call(), r.Leg(), call.LegID(r.CallSID()), yes, r.Now)
	if !yes && errors.Is(err, call.ErrNotWanted) {
		return twilio.Goodbye("Goodbye."), nil
	}
	return h.enter(r, in, err)
}

// enter answers for a leg that has been answered.
func (h handler) enter(r *httpapi.Request, in call.Admission, err error) (string, error) {
	switch {
	case errors.Is(err, call.ErrNotWanted), errors.Is(err, service.ErrNotFound):
		return twilio.Goodbye("This call is already over."), nil
	case err != nil:
		return "", err
	case in.Wait:
		return twilio.HoldOn(r.Base.Connect(r.Call(), in.Leg), holdPause, waiting), nil
	case in.Screen:
		return twilio.Ask(r.Base, h.line, r.Call(), in.Leg), nil
	}
	return twilio.JoinAgent(r.Base, r.Call(), in.Leg, in.EndsConference), nil
}

const (
	tries = 1 // after the first one
	pause = 2 * time.Second
	sorry = "We are sorry, this call cannot be connected."
)

// again asks the agent to wait, and tries once more; then it ends the leg, and the caller is offered
// to another agent. An outside party whose key was lost is asked again.
func again(r *httpapi.Request) string {
	n, try := 0, r.PathValue("try")
	if try == twilio.AfterDial {
		return twilio.Goodbye() // most likely the call is over
	}
	if try != "" {
		n, _ = strconv.Atoi(try)
		n = max(n, 1)
	}
	if n >= tries {
		return twilio.Goodbye(sorry)
	}
	return twilio.HoldOn(r.Base.ConnectAgain(r.Call(), r.Leg(), n+1), pause, "Please wait.")
}
