package main

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge       httpapi.Edge
	keys       twilio.Keys
	newService func(twilio.Base) *service.Service
	line       *service.LineSettings
	name       string // the line's, as an outside party hears it if the line's settings have none; "" says none
}

func (h handler) routes() http.Handler {
	return httpapi.Voice{
		Edge: h.edge, Keys: h.keys, Instead: h.again,
		Routes: map[string]func(*httpapi.Request) (string, error){
			twilio.RouteConnect:      h.connect,
			twilio.RouteConnectAgain: h.connectAgain,
			twilio.RouteAccept:       h.accept,
		},
	}.Handler()
}

// holdPause is the time after the words to a target whose caller is not on hold yet until they ask again.
const holdPause = time.Second

// connectAgain handles another attempt, or a leg that is still up after its <Dial> into the
// conference.
func (h handler) connectAgain(r *httpapi.Request) (string, error) {
	switch r.PathValue("try") {
	case twilio.AfterDial:
		return h.afterDial(r)
	case twilio.OfCaller:
		return h.connectCaller(r)
	}
	return h.connect(r)
}

// connectCaller lets a caller whom we have dialled join the conference.
func (h handler) connectCaller(r *httpapi.Request) (string, error) {
	in, err := h.newService(r.Base).Connect(r.Context(), r.Call(), answered(r), r.Now)
	if err == nil && !in.Caller { // the address is that of another leg
		err = call.ErrNotWanted
	}
	switch {
	case errors.Is(err, call.ErrNotWanted), errors.Is(err, service.ErrNotFound):
		return twilio.Goodbye(h.book(r).Say(prompt.CallEnded)), nil
	case err != nil:
		return "", err
	}
	return twilio.JoinCaller(r.Base, r.Call(), in.Generation), nil
}

// afterDial handles a leg that is still up after its <Dial> into the conference.
func (h handler) afterDial(r *httpapi.Request) (string, error) {
	wait, err := h.newService(r.Base).HandleJoinRefused(r.Context(), r.Call(), r.Leg(), call.LegID(r.CallSID()), r.Now)
	switch {
	case errors.Is(err, call.ErrNotWanted), errors.Is(err, service.ErrNotFound):
		return twilio.Goodbye(prompt.Words{}), nil // the call is over, and the page says so
	case err != nil:
		return "", err
	}
	waiting := h.book(r).Say(prompt.Connecting)
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

// answered is the leg that the request is about.
func answered(r *httpapi.Request) service.Answered {
	return service.Answered{Key: r.Leg(), SID: call.LegID(r.CallSID()), Agent: twilio.ReadAgent(r.Form)}
}

// connect lets an agent who has answered join the conference. If the caller has left meanwhile, the
// agent never joins an empty conference. An outside party is screened first.
func (h handler) connect(r *httpapi.Request) (string, error) {
	in, err := h.newService(r.Base).Connect(r.Context(), r.Call(), answered(r), r.Now)
	return h.enter(r, in, err)
}

// accept handles the key that a screened outside party has pressed.
func (h handler) accept(r *httpapi.Request) (string, error) {
	yes := r.Form.Get("Digits") == twilio.AcceptKey
	in, err := h.newService(r.Base).Accept(r.Context(), r.Call(), r.Leg(), call.LegID(r.CallSID()), yes, r.Now)
	if !yes && errors.Is(err, call.ErrNotWanted) {
		return twilio.Goodbye(h.book(r).Say(prompt.Goodbye)), nil
	}
	return h.enter(r, in, err)
}

// book is how the line speaks.
func (h handler) book(r *httpapi.Request) prompt.Book {
	return h.line.Values(r.Context(), r.Now).Book()
}

// enter answers for a leg that has been answered.
func (h handler) enter(r *httpapi.Request, in call.Admission, err error) (string, error) {
	switch {
	case errors.Is(err, call.ErrNotWanted), errors.Is(err, service.ErrNotFound), err == nil && in.Caller:
		return twilio.Goodbye(h.book(r).Say(prompt.AlreadyOver)), nil
	case err != nil:
		return "", err
	case in.Wait:
		return twilio.HoldOn(r.Base.Connect(r.Call(), in.Leg), holdPause, h.book(r).Say(prompt.Connecting)), nil
	case in.Watch:
		return twilio.JoinSupervisor(r.Base, r.Call(), in.Leg), nil
	case in.Screen:
		line := h.line.Values(r.Context(), r.Now)
		return twilio.Ask(r.Base, line.Book().Accept(cmp.Or(line.Name, h.name)), r.Call(), in.Leg), nil
	}
	return twilio.JoinAgent(r.Base, r.Call(), in.Leg, in.EndsConference), nil
}

const (
	tries = 1 // after the first one
	pause = 2 * time.Second
)

// again asks the agent to wait, and tries once more; then it ends the leg, and the caller is offered
// to another agent. An outside party whose key was lost is asked again.
func (h handler) again(r *httpapi.Request) string {
	n, try := 0, r.PathValue("try")
	if try == twilio.OfCaller { // they have picked up: they hear words for as long as they stay
		return twilio.HoldOn(r.SelfURL(), pause, h.book(r).Say(prompt.HoldTheLine))
	}
	if try == twilio.AfterDial {
		return twilio.Goodbye(prompt.Words{}) // most likely the call is over
	}
	if try != "" {
		n, _ = strconv.Atoi(try)
		n = max(n, 1)
	}
	if n >= tries {
		return twilio.Goodbye(h.book(r).Say(prompt.NotConnected))
	}
	return twilio.HoldOn(r.Base.ConnectAgain(r.Call(), r.Leg(), n+1), pause, h.book(r).Say(prompt.PleaseWait))
}
