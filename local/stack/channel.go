package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/coder/websocket"

	"warmtransfer/local/gateway"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/shared/service"
)

// pushPort is where the functions send to the push channel, behind the guard of their permissions.
type pushPort struct {
	listener net.Listener // nil: the template has no WebSocket API
	sends    string       // PUSH_URL
	address  string       // PUSH_ADDRESS, which pages get
}

func (s *Stack) listenForPush(t *sam.Template) (p pushPort, err error) {
	if t.Push == nil {
		return p, nil
	}
	if p.listener, err = net.Listen("tcp", address(0)); err != nil {
		return p, err
	}
	p.sends = "http://" + p.listener.Addr().String() + "/" + t.Push.Name + "/" + t.Push.Stage
	p.address = "ws" + strings.TrimPrefix(s.API, "http") + "/" + t.Push.Stage
	return p, nil
}

func (s *Stack) serveChannel(p pushPort, g *gateway.Gateway) {
	if p.listener != nil {
		s.serve(p.listener, s.Guard.Before(g.Management()))
	}
}

// Connections are those of agents' pages.
type Connections interface {
	Send(ctx context.Context, connection string, text []byte) error
}

// connections are those of the gateway; nil: the template has no WebSocket API.
func (s *Stack) connections() Connections {
	if s.Template.Push == nil {
		return nil
	}
	return management{s.Gateway.Management(), "/" + s.Template.Push.Name + "/" + s.Template.Push.Stage}
}

// management sends as an operator whom no role limits.
type management struct {
	api  http.Handler
	base string
}

func (m management) Send(ctx context.Context, connection string, text []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.URL.Path += "/@connections/" + connection
	answer := httptest.NewRecorder()
	if m.api.ServeHTTP(answer, r); answer.Code >= 300 {
		return service.ErrGone
	}
	return nil
}

// Channel is the push channel of an agent without a page.
type Channel struct {
	ws *websocket.Conn
	// Until is when it is told no longer.
	Until time.Time
}

// Channel opens the agent's push channel, as the page does.
func (a *Agent) Channel(ctx context.Context) (*Channel, error) {
	var c struct {
		Address   string    `json:"address"`
		Protocols []string  `json:"protocols"`
		Until     time.Time `json:"until"`
	}
	if err := a.Call(ctx, http.MethodPost, "/agents/me/channel", nil, &c); err != nil {
		return nil, err
	}
	ws, err := Dial(ctx, c.Address, c.Protocols...)
	if err != nil {
		return nil, err
	}
	return &Channel{ws: ws, Until: c.Until}, nil
}

// Dial connects to a push channel, offering these protocols.
func Dial(ctx context.Context, address string, protocols ...string) (*websocket.Conn, error) {
	ws, answer, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: protocols})
	if answer != nil && answer.Body != nil {
		_ = answer.Body.Close()
	}
	return ws, err
}

// Told waits for the next message, and returns its kind and the time of the change in it.
func (c *Channel) Told(ctx context.Context) (kind string, at time.Time, err error) {
	_, text, err := c.ws.Read(ctx)
	if err != nil {
		return "", at, err
	}
	var m struct {
		Type    string    `json:"type"`
		At      time.Time `json:"at"`
		Message string    `json:"message"`
	}
	err = json.Unmarshal(text, &m)
	return m.Type + m.Message, m.At, err
}

// Say sends a text, like {"action":"ping"}.
func (c *Channel) Say(ctx context.Context, text string) error {
	return c.ws.Write(ctx, websocket.MessageText, []byte(text))
}

// Close ends it.
func (c *Channel) Close() { _ = c.ws.CloseNow() }
