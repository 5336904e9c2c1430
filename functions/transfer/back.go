package main

import (
	"cmp"
	"errors"
	"net/http"
	"unicode/utf8"

	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
)

// whom is who is called back: exactly one of a number, a message and a call. The number of a message or a call is
// looked up here, so that no page needs to have it. A page that shows a record, as a supervisor's does of all calls,
// names the record's number besides: any agent may call that as a number, and this function need not know the
// supervisors, whose parameters its version has no room for (template.yaml).
type whom struct {
	Number  string  `json:"number"`
	Message string  `json:"message"`
	Call    call.ID `json:"call"`
	Request string  `json:"request"`
}

func (w whom) one() bool {
	number, message, call := w.Number != "", w.Message != "", w.Call != ""
	return message != (number || call)
}

// back calls somebody for an agent.
func (h handler) back(r *httpapi.Request) (int, any, error) {
	var to whom
	if err := r.Decode(&to); err != nil {
		return 0, nil, err
	}
	switch {
	case !to.one():
		return 0, nil, httpapi.Malformed("A call back has a number, a message or a call.")
	case utf8.RuneCountInString(to.Request) > maxRequest:
		return 0, nil, httpapi.Malformed("The request's key is too long.")
	case !h.callBack:
		return 0, nil, service.ErrCallBackOff
	}
	snap, err := h.dial(r, to)
	return http.StatusAccepted, snap, err
}

// dial finds the number and calls it. Whoever calls a message back takes care of it, so that no two agents call it at
// once; if nothing rings, or its caller is not reached, it is as it was.
func (h handler) dial(r *httpapi.Request, to whom) (agentview.Snapshot, error) {
	ask := service.CallBack{Number: to.Number, Of: to.Message + string(to.Call), Request: to.Request}
	var back call.ID
	switch {
	case to.Message != "":
		ask.Request = cmp.Or(to.Request, string(httpapi.NewKey())) // so that the call's name is known beforehand
		back = service.CallBackID(r.Who.ID, ask.Request)
		m, err := h.box.TakeToCall(r.Context(), r.Who, to.Message, back, r.Now)
		if err != nil {
			return agentview.Snapshot{}, err
		}
		ask.Number = m.From
	case to.Call != "":
		var err error
		if ask.Number, err = h.archive.CallerOf(r.Context(), r.Who, to.Call, to.Number); err != nil {
			return agentview.Snapshot{}, err
		}
	case len(to.Number) > maxTarget:
		return agentview.Snapshot{}, &service.NumberError{Why: "not-e164"}
	}
	var snap agentview.Snapshot
	err := service.ErrWithheld
	if ask.Number != "" {
		snap, err = h.newService(r.Base).CallBack(r.Context(), r.Who, ask, r.Now)
	}
	if err != nil && back != "" && !errors.Is(err, service.ErrUnavailable) { // else it may ring
		h.box.TakeBack(r.Context(), r.Who, to.Message, back, r.Now)
	}
	return snap, err
}
