package main

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge       httpapi.Edge
	signIn     httpapi.SignIn
	newService func(twilio.Base) *service.Service

	callBack bool // agents may call callers back
	box      *voicemail.Desk
	archive  *archive.Archive
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"POST /transfer":           h.transfer,
			"POST /transfer/call-back": h.back,
		},
	}.Handler()
}

// transfer carries out one command.
func (h handler) transfer(r *httpapi.Request) (int, any, error) {
	cmd, err := command(r)
	if err != nil {
		return 0, nil, err
	}
	snap, err := h.newService(r.Base).Transfer(r.Context(), r.Who, cmd, r.Now)
	return http.StatusAccepted, snap, err
}

// Longest texts besides call.MaxNote; see openapi.yaml.
const (
	maxTarget  = 200 // bytes; no agent and no number has as many
	maxRequest = 64  // characters
)

func command(r *httpapi.Request) (cmd service.Command, err error) {
	var in struct {
		Action  call.Action        `json:"action"`
		Target  string             `json:"target"`
		Note    string             `json:"note"`
		Reason  call.DeclineReason `json:"reason"`
		Request string             `json:"request"`
	}
	if err := r.Decode(&in); err != nil {
		return cmd, err
	}
	switch {
	case !slices.Contains(call.Actions, in.Action):
		return cmd, httpapi.Malformed("There is no such action.")
	case utf8.RuneCountInString(in.Request) > maxRequest:
		return cmd, httpapi.Malformed("The request's key is too long.")
	case len(in.Target) > maxTarget:
		return cmd, service.ErrNoTarget
	}
	return service.Command{
		Action: in.Action, Target: service.ParseTarget(in.Target), Note: in.Note, Reason: in.Reason,
		Request: in.Request, Call: call.ID(r.URL.Query().Get("call")),
	}, nil
}
