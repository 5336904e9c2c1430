package voice

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/local/twiliosim/media/voice/voicetest"
)

// patience is how long a test waits for anything before it says what is missing.
const patience = 10 * time.Second

// rig is a voice on a scripted network, with browsers that are WebSocket and WebRTC
// clients of this process.
type rig struct {
	t        *testing.T
	network  *voicetest.Network
	voice    *Voice
	url      string
	mu       sync.Mutex
	browsers []*browser
}

// newRig starts one. At the end of the test it is closed, and nothing may go on running.
// A failed test tells what the clients did and what each browser heard.
func newRig(t *testing.T, config Config) *rig {
	t.Helper()
	before := runtime.NumGoroutine()
	r := &rig{t: t, network: voicetest.New()}
	v, err := Attach(r.network, config)
	if err != nil {
		t.Fatal(err)
	}
	r.voice = v
	mux := http.NewServeMux()
	v.Mount(mux)
	server := httptest.NewServer(mux)
	r.url = server.URL
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.report())
		}
		for _, b := range r.browsers {
			b.close()
		}
		if err := v.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		server.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		noLeaks(t, before)
	})
	return r
}

// noLeaks waits until no more goroutines run than before.
func noLeaks(t *testing.T, before int) {
	t.Helper()
	if !within(patience, func() bool { return runtime.NumGoroutine() <= before }) {
		var stacks strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
		t.Errorf("%d goroutines run, %d did before:\n%s", runtime.NumGoroutine(), before, stacks.String())
	}
}

// within tells whether a condition becomes true before the limit.
func within(limit time.Duration, condition func() bool) bool {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); <-ticker.C {
		if condition() {
			return true
		}
	}
	return condition()
}

func (r *rig) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the clients did: %q\n", r.network.Log())
	state, _ := json.Marshal(r.voice.Media())
	fmt.Fprintf(&b, "media: %s\n", state)
	for _, browser := range r.browsers {
		fmt.Fprintln(&b, browser)
	}
	return b.String()
}

// did waits until the clients have done something and returns its last word.
func (r *rig) did(prefix string) string {
	r.t.Helper()
	line, err := r.network.Await(prefix, patience)
	if err != nil {
		r.t.Fatal(err)
	}
	return line[strings.LastIndex(line, " ")+1:]
}

// browser is one tab: a socket and, in a call, an endpoint.
type browser struct {
	name     string
	rig      *rig
	conn     *websocket.Conn
	endpoint *endpoint
}

// open connects a browser's socket to path.
func (r *rig) open(name, path string) *browser {
	r.t.Helper()
	b := &browser{name: name, rig: r}
	b.connect(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.browsers = append(r.browsers, b)
	return b
}

// said is what a browser understands of a frame.
type said struct {
	Type    string `json:"type"`
	Payload struct {
		reply
		Content json.RawMessage `json:"content"`
	} `json:"payload"`
}

func (b *browser) connect(path string) {
	b.rig.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, b.rig.url+path, nil)
	if err != nil {
		b.rig.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	b.conn = conn
}

// online opens a browser and registers it.
func (r *rig) online(identity string) *browser {
	r.t.Helper()
	b := r.open(identity, "/signal")
	b.register(identity)
	r.did("register " + identity)
	return b
}

func (b *browser) register(identity string) {
	b.rig.t.Helper()
	b.say("listen", map[string]any{"token": b.rig.network.Token(identity, time.Hour)})
	if got := b.hear("connected"); got.Payload.Token == nil || got.Payload.Token.Identity != identity {
		b.rig.t.Fatalf("connected as %+v, want %s", got.Payload.Token, identity)
	}
	b.say("register", map[string]any{"media": map[string]any{"audio": true}})
	b.hear("ready")
}

func (b *browser) say(kind string, payload map[string]any) {
	b.rig.t.Helper()
	data, err := json.Marshal(map[string]any{"type": kind, "version": protocol, "payload": payload})
	if err != nil {
		b.rig.t.Fatal(err)
	}
	b.write(string(data))
}

func (b *browser) write(text string) {
	b.rig.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		b.rig.t.Fatalf("%s: %v", b.name, err)
	}
}

// hear returns the next message that is not a heartbeat, which must be of that kind.
func (b *browser) hear(kind string) said {
	b.rig.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		_, text, err := b.conn.Read(ctx)
		if err != nil {
			b.rig.t.Fatalf("%s waits for %q: %v", b.name, kind, err)
		}
		if string(text) == heartbeat {
			b.write(heartbeat)
			continue
		}
		var s said
		if err := json.Unmarshal(text, &s); err != nil {
			b.rig.t.Fatalf("%s: %v in %s", b.name, err, text)
		}
		if s.Type == "hears" && kind != "hears" {
			continue
		}
		if s.Type != kind {
			b.rig.t.Fatalf("%s: got %s, want %q", b.name, text, kind)
		}
		return s
	}
}

// accept takes a call that rings and returns it when the network knows.
func (b *browser) accept(invite said) (sid string) {
	b.rig.t.Helper()
	sid = invite.Payload.CallSID
	b.endpoint = newEndpoint(b.rig.t)
	b.say("answer", map[string]any{"callsid": sid, "sdp": b.endpoint.answer(invite.Payload.SDP)})
	b.rig.did("answer " + sid)
	return sid
}

// call lets a leg ring at a browser that is online, which takes it.
func (b *browser) call() (sid string) {
	b.rig.t.Helper()
	b.rig.network.Ring(b.name, nil)
	return b.accept(b.hear("invite"))
}

func (b *browser) close() {
	if b.endpoint != nil {
		b.endpoint.close()
	}
	if b.conn != nil {
		_ = b.conn.CloseNow()
	}
}

func (b *browser) String() string {
	if b.endpoint == nil {
		return b.name + ": no endpoint"
	}
	return fmt.Sprintf("%s: %v", b.name, b.endpoint)
}

// mustHear fails unless the browser hears these tones and none of the other ones that
// are used in tests.
func (b *browser) mustHear(tones ...float64) {
	b.rig.t.Helper()
	slices.Sort(tones)
	var heard []float64
	if !within(patience, func() bool { heard = b.endpoint.hears(); return slices.Equal(heard, tones) }) {
		b.rig.t.Fatalf("%s hears %v, want %v", b.name, heard, tones)
	}
}

// testTones are what is listened for: the marks of scripted legs and the voices of
// browsers.
var testTones = []float64{500, 600, 700, 800, 900, 1000, 1300, 1700}

// hears returns the tones of the last 200 ms.
func (l *endpoint) hears() []float64 {
	return append([]float64{}, audio.Tones(l.last(200*time.Millisecond), testTones...)...)
}

// String tells what an endpoint hears and how it stands.
func (l *endpoint) String() string {
	now := l.last(200 * time.Millisecond)
	return fmt.Sprintf("hears %v, loudness %.0f, %d packets, WebRTC %v", l.hears(), audio.Loudness(now), l.packets(),
		l.pc.ConnectionState())
}

// silent tells whether nothing at all sounded in the last 200 ms.
func (l *endpoint) silent() bool {
	return math.Round(audio.Loudness(l.last(200*time.Millisecond))) == 0
}
