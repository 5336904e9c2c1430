package main

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
)

type handler struct {
	edge  web.Edge
	claim string
	board func(twilio.Base) *switchboard.Switchboard
}

func (h handler) routes() http.Handler {
	return web.Agents{
		Edge: h.edge, Claim: h.claim,
		Routes: map[string]func(*web.Request) (int, any, error){
			"POST /transfer": h.transfer,
		},
	}.Handler()
}

// transfer carries out one command.
func (h handler) transfer(r *web.Request) (int, any, error) {
	cmd, err := command(r)
	if err != nil {
		return 0, nil, err
	}
	snap, err := h.board(r.Base).Transfer(r.Context(), r.Who, cmd, r.Now)
	return http.StatusAccepted, snap, err
}

// Longest texts, in characters; see openapi.yaml.
const (
	maxTarget  = 200
	maxNote    = 200
	maxRequest = 64
)

func command(r *web.Request) (cmd switchboard.Command, err error) {
	var in struct {
		Action  conference.Action    `json:"action"`
		Target  string               `json:"target"`
		Note    string               `json:"note"`
		Reason  conference.Declining `json:"reason"`
		Request string               `json:"request"`
	}
	if err := r.Decode(&in); err != nil {
		return cmd, err
	}
	switch {
	case !slices.Contains(conference.Actions, in.Action):
		return cmd, web.Malformed("There is no such action.")
	case utf8.RuneCountInString(in.Note) > maxNote:
		return cmd, web.Malformed("The note is too long.")
	case utf8.RuneCountInString(in.Request) > maxRequest:
		return cmd, web.Malformed("The request's key is too long.")
	case len(in.Target) > maxTarget:
		return cmd, switchboard.ErrNoTarget
	}
	return switchboard.Command{
		Action: in.Action, Target: agent.ID(in.Target), Note: in.Note, Reason: in.Reason, Request: in.Request,
	}, nil
}
