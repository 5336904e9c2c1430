package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge   httpapi.Edge
	signIn httpapi.SignIn
	keys   twilio.Keys
	store  service.AgentReader
	life   time.Duration // of a token
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"POST /token": h.token,
		},
	}.Handler()
}

type voiceToken struct {
	Identity  agent.ID  `json:"identity"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// token lets the agent's page be called under the agent's id, and nothing else.
func (h handler) token(r *httpapi.Request) (int, any, error) {
	// If the store does not answer, a token does no harm: a removed agent is never rung.
	if err := service.MayAsk(r.Context(), h.store, r.Who); errors.Is(err, agent.ErrRemoved) {
		return 0, nil, err
	}
	keys, err := h.keys.Credentials(r.Context())
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", service.ErrUnavailable, err)
	}
	t, expires, err := twilio.VoiceToken(keys, r.Who.ID, h.life, r.Now)
	return http.StatusOK, voiceToken{Identity: r.Who.ID, Token: t, ExpiresAt: expires}, err
}
