package voice

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// Calls is what a client does in the network. Each method takes effect at once or
// returns why it cannot; twiliosim.Network explains them.
type Calls interface {
	Register(identity string, endpoint legs.Endpoint) error
	Unregister(identity string, endpoint legs.Endpoint)
	Answer(leg string, endpoint legs.Endpoint) error
	Reject(leg string, endpoint legs.Endpoint) error
	Hangup(leg string) error
	Lose(leg string) error
	DTMF(leg, digits string) error
	PlaceCall(endpoint legs.Endpoint, from, to string) (leg string, err error)
}

// Network is the phone network that this package gives sound to. It tells everything
// else through legs.Endpoint.
type Network interface {
	Calls
	// Hears returns what a leg hears now.
	Hears(leg string) []media.Sound
	// Credentials are what access tokens are made with.
	Credentials() twiliosim.Credentials
	// Now is the network's clock. It dates what is played, and tokens; sound itself
	// always runs at the speed of life.
	Now() time.Time
	// Audio returns the bytes of a file that is played. It may take its time.
	Audio(url string) ([]byte, error)
	// Recorded takes the sound of a recording, a WAV file, when it has ended.
	Recorded(recording string, wav []byte)
}

var _ Network = (*twiliosim.Network)(nil)

// Config is what Attach needs to know; its zero value is good for a developer's machine.
type Config struct {
	// MediaAddress is the UDP address of all speech; 127.0.0.1 with a free port if empty.
	// Browsers send to this very address, so a wildcard does not do.
	MediaAddress string
	// SilentScripts makes legs that are played by the control API silent. Otherwise each
	// of them sounds with a steady tone of its own (see GET /control/media), the proof
	// that a line is open and the mark by which tests tell who is heard.
	SilentScripts bool
	// Log is for what goes wrong without anybody else being told; slog.Default() if nil.
	Log *slog.Logger
	// Heartbeat is how often a socket gets a sign of life, 5 s if 0. One that stays
	// silent for three of them is closed.
	Heartbeat time.Duration

	iceQuiet, iceDead, iceKeepalive, socketDead time.Duration // others in tests
}

func (c Config) complete() Config {
	c.MediaAddress = cmp.Or(c.MediaAddress, "127.0.0.1:0")
	c.Heartbeat = cmp.Or(c.Heartbeat, 5*time.Second)
	c.socketDead = cmp.Or(c.socketDead, 3*c.Heartbeat)
	c.iceQuiet = cmp.Or(c.iceQuiet, iceQuiet)
	c.iceDead = cmp.Or(c.iceDead, iceDead)
	c.iceKeepalive = cmp.Or(c.iceKeepalive, iceKeepalive)
	c.Log = cmp.Or(c.Log, slog.Default())
	return c
}

// Voice is the network's voice: signalling, WebRTC and the mixer.
type Voice struct {
	network Network
	config  Config
	media   *mediaPort
	library *library
	desk    *desk

	stop  chan struct{}
	tasks sync.WaitGroup // mixer, clients and sockets

	mu      sync.Mutex
	closed  bool
	clients map[*client]bool
	owners  map[string]owner // leg -> who answered or placed it
}

// owner is the client that a leg in progress belongs to.
type owner struct {
	client   *client
	identity string
}

// Attach gives network a voice. Close it before the network.
func Attach(network Network, config Config) (*Voice, error) {
	config = config.complete()
	port, err := newMediaPort(config)
	if err != nil {
		return nil, err
	}
	library := newLibrary(network.Audio, config)
	v := &Voice{
		network: network, config: config, media: port, library: library,
		desk:    newDesk(library, network.Now, !config.SilentScripts, network.Recorded),
		stop:    make(chan struct{}),
		clients: make(map[*client]bool), owners: make(map[string]owner),
	}
	v.tasks.Go(func() { v.desk.mixer.Run(v.stop) })
	return v, nil
}

// Mount adds the routes of the voice to those of the network's own port: signalling
// for the SDK and for the telephone page, sounds, the SDK's insights, and the state of
// the media for tests.
func (v *Voice) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /signal", v.serveSDK)
	mux.HandleFunc("GET /phone/signal", v.servePhone)
	mux.HandleFunc("GET /control/media", v.serveMedia)
	mountSDKHosts(mux)
}

// Close ends all lines without a word to the network, and returns when nothing runs
// any more.
func (v *Voice) Close() error {
	v.mu.Lock()
	if v.closed {
		v.mu.Unlock()
		return nil
	}
	v.closed = true
	close(v.stop)
	clients := make([]*client, 0, len(v.clients))
	for c := range v.clients {
		clients = append(clients, c)
	}
	v.mu.Unlock()
	for _, c := range clients {
		c.inbox.Add(c.shutDown)
	}
	v.tasks.Wait()
	v.library.Close()
	if err := v.media.Close(); err != nil {
		return errors.Join(errors.New("voice: close"), err)
	}
	return nil
}

// open starts a client for a new socket, whose caller says tasks.Done when it is over;
// nil when the voice is being closed.
func (v *Voice) open(s *socket, outside bool) *client {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil
	}
	c := newClient(v, s, outside)
	v.clients[c] = true
	v.tasks.Add(2) // the socket's own, and the client's
	return c
}

// forget ends a client's task. A second time does nothing.
func (v *Voice) forget(c *client) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.clients[c] {
		delete(v.clients, c)
		v.tasks.Done()
	}
}

func (v *Voice) own(leg string, c *client) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.owners[leg] = owner{c, c.identity}
}

func (v *Voice) disown(leg string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.owners, leg)
}

// ownerOf finds the client of a leg in progress, provided that it is the identity's.
func (v *Voice) ownerOf(leg, identity string) *client {
	v.mu.Lock()
	defer v.mu.Unlock()
	if o := v.owners[leg]; identity != "" && o.identity == identity {
		return o.client
	}
	return nil
}
