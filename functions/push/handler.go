package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
)

// store is the part of the store that this function has.
type store interface {
	service.AgentReader
	Pages(ctx context.Context, id agent.ID) (*push.Pages, error)
	SavePages(ctx context.Context, id agent.ID, p *push.Pages) error
}

type handler struct {
	edge    httpapi.Edge
	signIn  httpapi.SignIn
	address string // of the channel, wss://; "": the stack has none
	store   store
	secret  func() string
}

// saveTries is how often a change of an agent's pages is decided again after a conflict: two pages at once.
const saveTries = 5

// serve takes both kinds of events that start the function: requests of the HTTP API, and connections of the
// WebSocket API.
func (h handler) serve() func(context.Context, json.RawMessage) (any, error) {
	requests := httpapi.Proxy(h.routes())
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		var c events.APIGatewayWebsocketProxyRequest
		if err := json.Unmarshal(raw, &c); err == nil && c.RequestContext.EventType == "CONNECT" {
			return h.connect(ctx, c), nil
		}
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
		return requests(ctx, e)
	}
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"POST /agents/me/channel": h.issue,
		},
	}.Handler()
}

// channel is what a page needs to open the channel.
type channel struct {
	Address   string    `json:"address"`
	Protocols []string  `json:"protocols"` // what the page offers; the second is the ticket
	Until     time.Time `json:"until"`     // when the connection is told no longer, and another is needed
}

// issue gives the agent's page a ticket. It ends with the page's sign-in.
func (h handler) issue(r *httpapi.Request) (int, any, error) {
	if h.address == "" {
		return 0, nil, httpapi.ErrNoChannel
	}
	if err := service.MayAsk(r.Context(), h.store, r.Who); err != nil {
		return 0, nil, err
	}
	ticket := push.Text(r.Who.ID, h.secret())
	var t push.Ticket
	err := h.change(r.Context(), r.Who.ID, func(p *push.Pages) bool {
		t = p.Issue(ticket, r.SignedInUntil(), r.Now)
		return true
	})
	return http.StatusOK, channel{h.address, []string{push.Protocol, ticket}, t.Told}, err
}

var errRefused = errors.New("no valid ticket")

// change changes an agent's pages. If f refuses, nothing is saved.
func (h handler) change(ctx context.Context, id agent.ID, f func(*push.Pages) bool) error {
	for range saveTries {
		p, err := h.store.Pages(ctx, id)
		if err != nil {
			return err
		}
		if !f(p) {
			return errRefused
		}
		if err = h.store.SavePages(ctx, id, p); !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrUnavailable
}

// admit lets a connection in, unless the agent was removed after they got the ticket.
func (h handler) admit(ctx context.Context, id agent.ID, f func(*push.Pages) bool) error {
	if err := service.MayAsk(ctx, h.store, service.Principal{ID: id}); err != nil {
		return err
	}
	return h.change(ctx, id, f)
}

// connect lets a connection in that offers a good ticket. Any other gets the same refusal, whatever was wrong. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
func (h handler) connect(ctx context.Context, e events.APIGatewayWebsocketProxyRequest) events.APIGatewayProxyResponse {
	began := time.Now()
	now := time.UnixMilli(e.RequestContext.RequestTimeEpoch).UTC()
	err := errRefused
	if o, ok := push.Offered(header(e.Headers, "Sec-WebSocket-Protocol")); ok {
		err = h.admit(ctx, o.Agent, func(p *push.Pages) bool { return p.Admit(o, e.RequestContext.ConnectionID, now) })
	}
	out := events.APIGatewayProxyResponse{StatusCode: http.StatusOK,
		Headers: map[string]string{"Sec-WebSocket-Protocol": push.Protocol}}
	level, attrs := slog.LevelInfo, []slog.Attr(nil)
	switch {
	case errors.Is(err, errRefused), errors.Is(err, agent.ErrRemoved):
		out = events.APIGatewayProxyResponse{StatusCode: http.StatusForbidden}
	case err != nil:
		out = events.APIGatewayProxyResponse{StatusCode: http.StatusServiceUnavailable}
		level, attrs = slog.LevelError, []slog.Attr{slog.String("error", err.Error())}
	}
	h.edge.Logger().LogAttrs(ctx, level, "request", append([]slog.Attr{
		slog.String("function", h.edge.Name), slog.String("route", "$connect"), slog.Int("status", out.StatusCode),
		slog.Int64("ms", time.Since(began).Milliseconds()), slog.String("request", e.RequestContext.RequestID),
	}, attrs...)...)
	return out
}

// header finds a header whatever its capitals: API Gateway passes on what the client wrote.
func header(all map[string]string, name string) string {
	for n, v := range all {
		if strings.EqualFold(n, name) {
			return v
		}
	}
	return ""
}
