package voice

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// writeTime is how long a frame may take on its way before its socket counts as dead.
const writeTime = 5 * time.Second

// socket is one signalling connection.
type socket struct {
	conn     *websocket.Conn
	voice    *Voice
	lastSeen atomic.Int64 // Unix nanoseconds of the last frame from the other side
}

// serveSDK takes a connection of @twilio/voice-sdk. Any page may open one, as with
// Twilio: it is the token in it that counts.
func (v *Voice) serveSDK(w http.ResponseWriter, r *http.Request) {
	v.serve(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}, false)
}

// servePhone takes a connection of our telephone page, which speaks the same protocol
// without a token; only pages from here may.
func (v *Voice) servePhone(w http.ResponseWriter, r *http.Request) {
	v.serve(w, r, nil, true)
}

func (v *Voice) serve(w http.ResponseWriter, r *http.Request, options *websocket.AcceptOptions, outside bool) {
	conn, err := websocket.Accept(w, r, options)
	if err != nil {
		return // Accept has answered already
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	s := &socket{conn: conn, voice: v}
	s.lastSeen.Store(time.Now().UnixNano())
	c := v.open(s, outside)
	if c == nil {
		_ = conn.Close(websocket.StatusGoingAway, "closing")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer v.tasks.Done()
	v.tasks.Go(func() { s.beat(ctx, c) })
	s.read(ctx, c)
	c.inbox.Add(c.socketGone)
}

// read hands what the client says to it, in order, until the connection ends.
func (s *socket) read(ctx context.Context, c *client) {
	for {
		kind, data, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		s.lastSeen.Store(time.Now().UnixNano())
		if kind != websocket.MessageText || string(data) == heartbeat {
			continue
		}
		var said request
		if err := json.Unmarshal(data, &said); err != nil {
			s.say("error", reply{Error: &sdkError{codeBadRequest, "not a message: " + err.Error()}})
			continue
		}
		c.inbox.Add(func() { c.handle(s, said) })
	}
}

// beat sends the heartbeat and closes a connection that has died without a word.
func (s *socket) beat(ctx context.Context, c *client) {
	every := s.voice.config.Heartbeat
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if time.Since(time.Unix(0, s.lastSeen.Load())) > s.voice.config.socketDead {
			s.close()
			return
		}
		s.write([]byte(heartbeat))
		c.inbox.Add(c.checkToken)
	}
}

// say sends a message. If that fails the connection is closed, and the client hears of
// it there.
func (s *socket) say(kind string, payload reply) {
	data, err := json.Marshal(frame{Type: kind, Version: protocol, Payload: payload})
	if err != nil {
		s.voice.config.Log.Error("a signalling message cannot be written", "type", kind, "error", err)
		return
	}
	s.write(data)
}

func (s *socket) write(data []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, data); err != nil {
		s.close()
	}
}

// close ends the connection at once.
func (s *socket) close() {
	_ = s.conn.CloseNow() // the error of a connection that is gone anyway
}
