package twiliosim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/control"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/rest"
	"warmtransfer/local/twiliosim/twiml"
	"warmtransfer/local/twiliosim/webhooks"
	"warmtransfer/local/work"
)

// Config is what a Network is made of. Zero values mean the defaults named.
type Config struct {
	Account   string // AC + 32 hex; required
	AuthToken string // signs the webhooks; required
	APIKey    string // SK + 32 hex; required
	APISecret string // required
	Number    string // the one number of the account, E.164; required

	// Restricted makes the API key a restricted one, which may ask what it likes by REST and
	// signs no access tokens.
	Restricted bool

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

// check reports every setting that is missing or malformed.
func (c Config) check() error {
	var errs []error
	if !notation.IsAccountSID(c.Account) {
		errs = append(errs, errors.New("account: want AC and 32 hexadecimal digits"))
	}
	if !notation.IsKeySID(c.APIKey) {
		errs = append(errs, errors.New("API key: want SK and 32 hexadecimal digits"))
	}
	if c.AuthToken == "" {
		errs = append(errs, errors.New("auth token: empty"))
	}
	if c.APISecret == "" {
		errs = append(errs, errors.New("API secret: empty"))
	}
	if !notation.IsE164(c.Number) {
		errs = append(errs, fmt.Errorf("number %q: want E.164", c.Number))
	}
	return errors.Join(errs...)
}

// complete sets the defaults.
func (c Config) complete() Config {
	if c.Clock == nil {
		c.Clock = clock.New(1)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Transport == nil {
		c.Transport = &http.Transport{MaxIdleConnsPerHost: 128, IdleConnTimeout: time.Minute}
	}
	c.WebhookLimit = orDefault(c.WebhookLimit, webhooks.TwilioLimit)
	c.Records = orDefault(c.Records, 5000)
	c.Ended = orDefault(c.Ended, 20000)
	return c
}

// orDefault is v, or d if v is not set.
func orDefault[T int | time.Duration](v, d T) T {
	if v <= 0 {
		return d
	}
	return v
}

// Network is one phone network with one account and one number. What people at
// telephones and clients do are the methods of exchange.Exchange.
type Network struct {
	*exchange.Exchange
	cfg     Config
	client  *http.Client
	busy    *activity.Tracker
	journal *journal.Journal
	rules   *faults.Rules
	hooks   *webhooks.Sender
	files   *media.Files
	notices *work.Queue

	mu     sync.Mutex
	listen []func(leg string, sounds []media.Sound)
	tapes  map[string][]byte // sound of recordings, WAV files
}

// New starts a network. It answers no requests by itself: see Handler and Control.
func New(cfg Config) (*Network, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("phone network: %w", err)
	}
	cfg = cfg.complete()
	n := &Network{
		cfg:     cfg,
		client:  &http.Client{Transport: cfg.Transport},
		busy:    activity.New(cfg.Clock),
		tapes:   map[string][]byte{},
		journal: journal.New(cfg.Clock, cfg.Records),
		rules:   &faults.Rules{},
	}
	n.notices = work.NewQueue(n.busy.Go)
	n.hooks = webhooks.New(webhooks.Config{
		Token: cfg.AuthToken, Limit: cfg.WebhookLimit, Clock: cfg.Clock, Busy: n.busy, Journal: n.journal,
		Rules: n.rules, Client: n.client,
	})
	n.files = media.NewFiles(n.client, func() (context.Context, func()) { return n.busy.Context(cfg.WebhookLimit) })
	n.Exchange = exchange.New(exchange.Config{
		Account: cfg.Account, Number: cfg.Number, Clock: cfg.Clock, RingBuffer: cfg.RingBuffer,
		LossDelay: cfg.LossDelay, CallsPerSecond: cfg.CallsPerSecond, Ended: cfg.Ended,
		Rules: n.rules, Length: n.files.Length, Do: n.do,
	})
	return n, nil
}

// do queues what has to be done because of what happened at the exchange.
func (n *Network) do(e exchange.Effect) {
	switch e := e.(type) {
	case exchange.Callback:
		n.hooks.Queue(e.Queue, webhooks.Hook{Event: e.Event, SID: e.Queue, URL: e.URL, Method: e.Method, Form: e.Form})
	case exchange.Fetch:
		n.busy.Go(func() { e.Then(n.fetch(e.Request)) })
	case exchange.Load:
		n.busy.Go(func() { e.Then(n.load(e.URL, e.Fault)) })
	case exchange.Notify:
		n.notices.Add(e.Notice.Deliver)
		if heard, ok := e.Notice.(legs.Heard); ok {
			n.notices.Add(func() { n.tellListeners(heard) })
		}
	case exchange.Happened:
		n.journal.Emit(e.Event)
	case exchange.Warned:
		n.journal.Warn(e.SID, e.Problem)
	}
}

func (n *Network) fetch(r twiml.Request) twiml.Answer {
	a := n.hooks.Send(webhooks.Hook{Event: r.Event, SID: r.SID, URL: r.URL, Method: r.Method, Form: r.Form})
	return twiml.Answer{Problem: a.Problem, Media: a.Media, Body: a.Body}
}

// load fetches a sound file, with what a fault rule does to it.
func (n *Network) load(url string, fault *faults.Fault) (time.Duration, error) {
	if fault == nil {
		return n.files.Load(url)
	}
	switch fault.Do {
	case faults.Timeout:
		ctx, stop := n.busy.Context(n.cfg.WebhookLimit)
		defer stop()
		n.busy.Rest(ctx, n.cfg.WebhookLimit)
		return 0, fmt.Errorf("%s: timed out by a fault rule", url)
	case faults.Empty:
		return 0, fmt.Errorf("%s: an empty file by a fault rule", url)
	case faults.Drop:
		return 0, fmt.Errorf("%s: no connection by a fault rule", url)
	}
	return 0, fmt.Errorf("%s: status %d by a fault rule", url, fault.HTTPStatus())
}

// Listen has f told, in order and for every leg, what it hears from now on after every
// change. f must return quickly and may call the network.
func (n *Network) Listen(f func(leg string, sounds []media.Sound)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listen = append(n.listen, f)
}

func (n *Network) tellListeners(heard legs.Heard) {
	n.mu.Lock()
	listen := n.listen
	n.mu.Unlock()
	for _, f := range listen {
		f(heard.Leg, heard.Sounds)
	}
}

// Credentials are what a client's access token is checked against: the account is its
// subject, the API key its issuer, and the secret its HS256 key.
type Credentials struct {
	Account, APIKey, APISecret string
	// Restricted: tokens that the key has signed are refused.
	Restricted bool
}

// Credentials returns the account's.
func (n *Network) Credentials() Credentials {
	c := n.cfg
	return Credentials{Account: c.Account, APIKey: c.APIKey, APISecret: c.APISecret, Restricted: c.Restricted}
}

// SetAuthToken puts another auth token in the place of the one there was, as promoting the
// secondary token does: from now on webhooks are signed with it.
// https://www.twilio.com/docs/iam/api/authtoken
func (n *Network) SetAuthToken(token string) { n.hooks.SetToken(token) }

// SignWith lets webhooks be signed with a shared key, see webhooks.Sender.
func (n *Network) SignWith(id, secret, algorithm string) { n.hooks.SignWith(id, secret, algorithm) }

// IgnoreOverrides lets the fragments of webhooks' addresses be overlooked, see
// webhooks.Sender.
func (n *Network) IgnoreOverrides(on bool) { n.hooks.IgnoreOverrides(on) }

// Now is the time by the network's clock; media.Sound.Start is measured by it.
func (n *Network) Now() time.Time { return n.cfg.Clock.Now() }

// Audio is the file behind the URL of a played sound. Every file is fetched once; a failed
// fetch is tried again when it is asked for again. Only WAV files are understood.
func (n *Network) Audio(url string) ([]byte, error) { return n.files.Audio(url) }

// Recorded keeps the sound of a recording. One that nobody has given any is a tone of its length.
func (n *Network) Recorded(recording string, wav []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tapes[recording] = wav
}

func (n *Network) tape(r exchange.Recording) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	if wav := n.tapes[r.SID]; wav != nil {
		return wav
	}
	return audio.FormatWAV(audio.Render(audio.Beep{Hz: []float64{tapeTone}, Length: r.Length}))
}

// tapeTone is what a party says that has no voice, in Hz.
const tapeTone = 700

// Idle waits until nothing is under way: no webhook, no REST call, no word to an Endpoint,
// no step of a document. What waits for a time to come is not under way, nor is what a
// fault rule keeps from being answered. So a test may act, wait for Idle and look; then
// move the clock, wait for Idle and look again.
func (n *Network) Idle(ctx context.Context) error { return n.busy.Idle(ctx) }

// AddFault switches a rule on and returns its number; an error says what is wrong with it.
func (n *Network) AddFault(r faults.Rule) (int, error) { return n.rules.Add(r) }

// Faults returns the rules that are switched on.
func (n *Network) Faults() []faults.View { return n.rules.List() }

// RemoveFault switches one rule off; what it keeps back waits for its time.
func (n *Network) RemoveFault(id int) bool { return n.rules.Remove(id) }

// ClearFaults switches all rules off. What they keep back goes out at once.
func (n *Network) ClearFaults() { n.rules.Clear() }

// Records returns what was recorded after number n, oldest first.
func (n *Network) Records(after int64) []journal.Record { return n.journal.Records(after) }

// Events opens a stream of everything that happens from now on. It ends when stop is
// called, the network is closed or the reader falls more than 4096 events behind.
func (n *Network) Events() (stream <-chan journal.Event, stop func()) { return n.journal.Events() }

// Handler answers REST calls at Twilio's own paths.
func (n *Network) Handler() http.Handler {
	return rest.New(rest.Config{
		Account: n.cfg.Account, Number: n.cfg.Number, APIKey: n.cfg.APIKey, APISecret: n.cfg.APISecret,
		Token: n.hooks.Token, Core: n.API(), Rules: n.rules, Journal: n.journal, Busy: n.busy,
		Clock: n.cfg.Clock, Limit: n.cfg.WebhookLimit, Tape: n.tape,
	})
}

// Control answers the control API, see the package control.
func (n *Network) Control() http.Handler { return control.New(n.Exchange, n.rules, n.journal) }

// closeLimit is how long Close waits, in real time.
const closeLimit = 5 * time.Second

// Close ends everything at once, without a goodbye or a webhook, and waits until what
// was under way has stopped.
func (n *Network) Close() {
	n.Exchange.Close()
	n.notices.Close()
	n.hooks.Close()
	n.journal.Close()
	n.busy.Close(closeLimit)
	n.client.CloseIdleConnections()
}
