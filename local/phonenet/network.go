package phonenet

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/local/clock"
)

// Config is what a Network is made of. Zero values mean the defaults named.
type Config struct {
	Account   string // AC + 32 hex; required
	AuthToken string // signs the webhooks; required
	APIKey    string // SK + 32 hex; required
	APISecret string // required
	Number    string // the one number of the account, E.164; required

	// Transport carries webhooks and fetches what is played; nil is one that knows no proxy.
	Transport http.RoundTripper

	Clock clock.Clock  // clock.New(1)
	Log   *slog.Logger // slog.DiscardHandler

	// WebhookLimit is how long one webhook may take in all (15 s, as Twilio's), by the
	// network's clock. Applications answer in real time: with a clock that runs faster
	// than life it has to be as much longer.
	WebhookLimit time.Duration
	// RingBuffer is added to every ring time (0; Twilio adds up to 5 s).
	RingBuffer time.Duration
	// LossDelay is how long a lost line stays in-progress before the network notices
	// (0: at once; a killed browser tab takes 22 s).
	LossDelay time.Duration
	// CallsPerSecond limits how fast calls made by REST are dialled; the others wait
	// in a queue (0: no limit; Twilio's own default is 1).
	CallsPerSecond int
	// Records is how many webhooks and REST calls are remembered (5000).
	Records int
	// Ended is how many ended calls, and as many ended conferences, are remembered
	// (20000).
	Ended int
}

var (
	sidAccount = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	sidKey     = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// check reports every setting that is missing or malformed.
func (c Config) check() error {
	var errs []error
	if !sidAccount.MatchString(c.Account) {
		errs = append(errs, errors.New("account: want AC and 32 hexadecimal digits"))
	}
	if !sidKey.MatchString(c.APIKey) {
		errs = append(errs, errors.New("API key: want SK and 32 hexadecimal digits"))
	}
	if c.AuthToken == "" {
		errs = append(errs, errors.New("auth token: empty"))
	}
	if c.APISecret == "" {
		errs = append(errs, errors.New("API secret: empty"))
	}
	if !e164.MatchString(c.Number) {
		errs = append(errs, fmt.Errorf("number %q: want E.164", c.Number))
	}
	return errors.Join(errs...)
}

// Network is one phone network with one account and one number.
//
// One mutex guards all of its state. What has to leave the network while it is held is
// only queued: webhooks go out from goroutines of their own, calls to Endpoints from the
// postman (see post). Functions whose comment says "locked" want the mutex held.
type Network struct {
	cfg    Config
	clock  clock.Clock
	log    *slog.Logger
	client *http.Client
	ctx    context.Context
	cancel context.CancelFunc
	busy   *gauge
	token  atomic.Pointer[string] // the auth token

	mu       sync.Mutex
	closed   bool
	number   number
	legs     map[string]*leg
	legOrder []*leg // oldest first; the ended ones are bounded by cfg.Ended
	endedN   int
	rooms    map[string]*room // by SID
	roomList []*room          // oldest first, bounded likewise
	clients  map[string]*client
	outside  map[string]string // what telephones outside do, see SetOutside
	dialing  pacer
	queues   map[string]*queue // status callbacks by their order
	faults   faults
	records  records
	events   events
	dirty    []*leg // whose hearing may have changed
	listen   []func(leg string, sounds []Sound)
	audio    audioCache
	mail     []func() // for the postman
	posting  bool
}

// New starts a network. It answers no requests by itself: see Handler and Control.
func New(cfg Config) (*Network, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("phone network: %w", err)
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.New(1)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Transport == nil {
		cfg.Transport = &http.Transport{MaxIdleConnsPerHost: 128, IdleConnTimeout: time.Minute}
	}
	cfg.WebhookLimit = orDefault(cfg.WebhookLimit, twilioLimit)
	cfg.Records = orDefault(cfg.Records, 5000)
	cfg.Ended = orDefault(cfg.Ended, 20000)
	ctx, cancel := context.WithCancel(context.Background())
	n := &Network{
		cfg: cfg, clock: cfg.Clock, log: cfg.Log, ctx: ctx, cancel: cancel,
		client:  &http.Client{Transport: cfg.Transport},
		busy:    newGauge(),
		legs:    map[string]*leg{},
		rooms:   map[string]*room{},
		clients: map[string]*client{},
		outside: map[string]string{},
		queues:  map[string]*queue{},
		audio:   newAudioCache(),
	}
	n.token.Store(&cfg.AuthToken)
	n.number = newNumber(cfg, n.clock.Now())
	n.records.limit = cfg.Records
	n.events.open = map[chan Event]struct{}{}
	return n, nil
}

// orDefault is v, or d if v is not set.
func orDefault[T int | time.Duration](v, d T) T {
	if v <= 0 {
		return d
	}
	return v
}

// Credentials are what a client's access token is checked against: the account is its
// subject, the API key its issuer, and the secret its HS256 key.
type Credentials struct {
	Account, APIKey, APISecret string
}

// Credentials returns the account's.
func (n *Network) Credentials() Credentials {
	return Credentials{Account: n.cfg.Account, APIKey: n.cfg.APIKey, APISecret: n.cfg.APISecret}
}

// Now is the time by the network's clock; Sound.Start is measured by it.
func (n *Network) Now() time.Time { return n.clock.Now() }

// Close ends everything at once, without a goodbye or a webhook, and waits until what
// was under way has stopped.
func (n *Network) Close() {
	n.mu.Lock()
	n.closed = true
	n.mail = nil
	for ch := range n.events.open {
		close(ch)
	}
	n.events.open = map[chan Event]struct{}{}
	n.mu.Unlock()
	n.cancel()
	n.busy.wait(5 * time.Second)
	n.client.CloseIdleConnections()
}

// lock takes the mutex; unlock tells who hears something else now, and gives it back.
func (n *Network) lock() { n.mu.Lock() }

func (n *Network) unlock() {
	n.tellHearing()
	n.mu.Unlock()
}

// after runs f, locked, when d has gone by. Locked or not.
func (n *Network) after(d time.Duration, f func()) clock.Timer {
	return n.clock.AfterFunc(d, func() {
		n.lock()
		defer n.unlock()
		if !n.closed {
			f()
		}
	})
}

// async runs f in a goroutine that Close waits for.
func (n *Network) async(f func()) {
	n.busy.add(1)
	go func() {
		defer n.busy.add(-1)
		f()
	}()
}

// post queues f for the postman, who runs everything in order, without the mutex.
// Locked.
func (n *Network) post(f func()) {
	if n.closed {
		return
	}
	n.mail = append(n.mail, f)
	if !n.posting {
		n.posting = true
		n.async(n.deliver)
	}
}

// deliver is the postman: he works until there is no mail.
func (n *Network) deliver() {
	for {
		n.mu.Lock()
		mail := n.mail
		n.mail = nil
		if len(mail) == 0 {
			n.posting = false
			n.mu.Unlock()
			return
		}
		n.mu.Unlock()
		for _, f := range mail {
			f()
		}
	}
}

// newSID makes a name in Twilio's form: two letters and 32 hexadecimal digits.
func newSID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return prefix + hex.EncodeToString(b[:])
}

// gauge counts what is under way.
type gauge struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed while n is 0
}

func newGauge() *gauge {
	g := &gauge{zero: make(chan struct{})}
	close(g.zero)
	return g
}

func (g *gauge) add(d int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 && d > 0 {
		g.zero = make(chan struct{})
	}
	g.n += d
	if g.n == 0 {
		close(g.zero)
	}
}

// wait waits until nothing is under way; it reports false after the limit (real time).
func (g *gauge) wait(limit time.Duration) bool {
	g.mu.Lock()
	zero := g.zero
	g.mu.Unlock()
	select {
	case <-zero:
		return true
	case <-time.After(limit):
		return false
	}
}
