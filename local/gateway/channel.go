package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
)

// Limits of a WebSocket API:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
const (
	idleLimit    = 10 * time.Minute
	longest      = 2 * time.Hour
	maxFrame     = 32 << 10
	writeTime    = 5 * time.Second // in real time: a page that does not read
	connectLimit = 29 * time.Second
)

// channel stands in for the WebSocket API: connections, and the management API by which functions send to them.
type channel struct {
	g    *Gateway
	push *sam.Push

	mu   sync.Mutex
	open map[string]*connection
	cut  bool
}

// connection is one page's.
type connection struct {
	ws    *websocket.Conn
	timer clock.Timer // of the idle limit
	ends  time.Time
}

// Address is the path of the stage; "" without a WebSocket API.
func (c *channel) path() string {
	if c.push == nil {
		return ""
	}
	return "/" + c.push.Stage
}

// takes tells whether a request is for the WebSocket API.
func (c *channel) takes(r *http.Request) bool {
	return c.push != nil && r.URL.Path == c.path() && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serve asks the function whether the connection is let in, and keeps it.
func (c *channel) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	cut := c.cut
	c.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler)
	}
	id := randomHex(7) + "=" // AWS's end so, too
	status, protocol := c.admit(r, id)
	if status < 200 || status > 299 {
		w.WriteHeader(status)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{protocol}, InsecureSkipVerify: true, // API Gateway does not look at the origin
	})
	if err != nil {
		return
	}
	ws.SetReadLimit(maxFrame)
	now := c.g.o.Clock.Now()
	conn := &connection{ws: ws, ends: now.Add(longest)}
	c.mu.Lock()
	c.open[id] = conn
	conn.timer = c.idle(conn, now)
	c.mu.Unlock()
	c.read(id, conn)
	c.mu.Lock()
	delete(c.open, id)
	conn.timer.Stop()
	c.mu.Unlock()
}

// idle ends the connection when its time is up. The caller holds the lock.
func (c *channel) idle(conn *connection, now time.Time) clock.Timer {
	return c.g.o.Clock.AfterFunc(min(idleLimit, conn.ends.Sub(now)), func() {
		go func() { _ = conn.ws.Close(websocket.StatusGoingAway, "") }() // it waits for the page's answer
	})
}

// busy counts as traffic of a connection.
func (c *channel) busy(conn *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn.timer.Stop()
	conn.timer = c.idle(conn, c.g.o.Clock.Now())
}

// read takes messages until the connection ends. A message without a route is answered as API Gateway does.
func (c *channel) read(id string, conn *connection) {
	defer func() { _ = conn.ws.CloseNow() }()
	for {
		_, text, err := conn.ws.Read(context.Background())
		if err != nil {
			return
		}
		c.busy(conn)
		var m struct {
			Action string `json:"action"`
		}
		_ = json.Unmarshal(text, &m) // what is no JSON has no route
		if function, ok := c.push.Routes[m.Action]; !ok || m.Action == "$connect" || function != "" {
			refusal, _ := json.Marshal(map[string]string{ // texts only: it does not fail
				"message": "Forbidden", "connectionId": id, "requestId": requestID()})
			if c.send(conn, refusal) != nil {
				return
			}
		}
	}
}

func (c *channel) send(conn *connection, text []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	return conn.ws.Write(ctx, websocket.MessageText, text)
}

// admit invokes the function of the route $connect.
func (c *channel) admit(r *http.Request, id string) (status int, protocol string) {
	c.g.busy.Begin()
	defer c.g.busy.Done()
	now := c.g.o.Clock.Now().UTC()
	headers := map[string]string{"Host": c.g.o.Domain}
	for name, values := range r.Header {
		headers[name] = strings.Join(values, ", ")
	}
	request := requestID()
	payload, err := json.Marshal(events.APIGatewayWebsocketProxyRequest{
		Headers: headers,
		RequestContext: events.APIGatewayWebsocketProxyRequestContext{
			RouteKey: "$connect", EventType: "CONNECT", MessageDirection: "IN", Stage: c.push.Stage, APIID: c.push.Name,
			DomainName: c.g.o.Domain, ConnectionID: id, RequestID: request, ExtendedRequestID: request,
			ConnectedAt: now.UnixMilli(), RequestTimeEpoch: now.UnixMilli(),
			RequestTime: now.Format("02/Jan/2006:15:04:05 +0000"),
		},
	})
	if err != nil {
		return http.StatusInternalServerError, ""
	}
	out, err := c.g.functions[c.push.Routes["$connect"]].Invoke(
		runner.Invocation{RequestID: request, TraceID: traceID(now), Payload: payload}, connectLimit)
	switch {
	case errors.Is(err, runner.ErrThrottled):
		return http.StatusTooManyRequests, ""
	case err != nil:
		return http.StatusBadGateway, ""
	}
	var answer events.APIGatewayProxyResponse
	if json.Unmarshal(out, &answer) != nil {
		return http.StatusBadGateway, ""
	}
	return answer.StatusCode, answer.Headers["Sec-WebSocket-Protocol"]
}

// manage is the management API: POST /<api>/<stage>/@connections/<id>.
func (c *channel) manage(w http.ResponseWriter, r *http.Request) {
	before, id, _ := strings.Cut(r.URL.Path, "/@connections/")
	c.mu.Lock()
	conn := c.open[id]
	c.mu.Unlock()
	switch {
	case c.push == nil || before != "/"+c.push.Name+c.path() || r.Method != http.MethodPost:
		w.WriteHeader(http.StatusNotFound)
		return
	case conn == nil:
		w.WriteHeader(http.StatusGone)
		return
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxFrame+1))
	if err != nil || len(text) > maxFrame {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if c.send(conn, text) != nil {
		w.WriteHeader(http.StatusGone)
		return
	}
	c.busy(conn)
	w.WriteHeader(http.StatusOK)
}

// close ends all connections. Cut: new ones are not taken until mend.
func (c *channel) close(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for _, conn := range c.open {
		_ = conn.ws.CloseNow()
	}
}

// Management is the management API of the push channel, to which functions send.
func (g *Gateway) Management() http.Handler { return http.HandlerFunc(g.channel.manage) }

// PushPath is the path of the push channel at this gateway; "" if the
// template has no WebSocket API.
func (g *Gateway) PushPath() string { return g.channel.path() }

// CutPush ends the push channel of all pages, and lets none in until it is mended.
func (g *Gateway) CutPush(cut bool) { g.channel.close(cut) }

// Connections is how many pages have the push channel.
func (g *Gateway) Connections() int {
	g.channel.mu.Lock()
	defer g.channel.mu.Unlock()
	return len(g.channel.open)
}
