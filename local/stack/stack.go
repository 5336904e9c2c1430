// Package stack puts the local stack together in one process: the gateway in front of the functions' binaries, the
// store, the sign-in, the secret, and the phone network.
//
// It only wires. It knows neither how a part works nor what the functions do.
package stack

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"warmtransfer/local/bus"
	"warmtransfer/local/clock"
	"warmtransfer/local/gateway"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/iam"
	"warmtransfer/local/issuer"
	"warmtransfer/local/phone"
	"warmtransfer/local/secrets"
	"warmtransfer/local/store"
	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/media/voice"
)

// clientID is the page's name at the local issuer.
const clientID = "agent-page"

// Stack is a running local stack.
type Stack struct {
	API     string // the page and the API
	Control string // the control API, and the phone network's REST API and signalling
	Issuer  string
	Twilio  string // the Twilio-compatible API that the functions use
	Store   string
	Number  string
	// TableName is the template's table in the store.
	TableName string

	Template *sam.Template

	Network *twiliosim.Network // nil with Options.TwilioURL
	Gateway *gateway.Gateway
	SignIn  *issuer.Issuer
	Secrets *secrets.Secrets
	Table   *store.Store
	Guard   *iam.Guard // stands between the functions and the store, the secret and the bus
	Clock   clock.Clock
	Bus     *bus.Bus

	o       Options
	closers []func()
	failed  chan error
}

// Start starts everything, each part after those that it needs. It returns when the number can be dialled.
func Start(ctx context.Context, o Options) (*Stack, error) {
	s := &Stack{o: o, failed: make(chan error, 1)}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Failed reports that a part has stopped working by itself.
func (s *Stack) Failed() <-chan error { return s.failed }

// Close stops everything, the last started first.
func (s *Stack) Close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
	s.closers = nil
}

func (s *Stack) onClose(f func()) { s.closers = append(s.closers, f) }

func (s *Stack) start(ctx context.Context) error {
	if err := s.defaults(); err != nil {
		return err
	}
	ports, err := s.listen()
	if err != nil {
		return err
	}
	template, err := s.template()
	if err != nil {
		return err
	}
	if s.o.Change != nil {
		s.o.Change(template)
	}
	s.Template, s.Guard, s.Bus = template, iam.New(template.Functions), bus.New(s.Clock)
	if err := s.binaries(ctx, template); err != nil {
		return err
	}
	if err := s.startStore(ctx, template); err != nil {
		return err
	}
	secretsURL, err := s.startSecrets(template)
	if err != nil {
		return err
	}
	if err := s.startIssuer(ports.issuer); err != nil {
		return err
	}
	talk, err := s.startNetwork(ports.control)
	if err != nil {
		return err
	}
	if err := s.startGateway(ctx, ports.api, template, secretsURL, talk); err != nil {
		return err
	}
	s.connectNumber()
	return nil
}

// defaults fills in missing options, and refuses invalid ones.
func (s *Stack) defaults() error {
	o := &s.o
	if o.Account == (Account{}) {
		o.Account = MadeUp()
	}
	if o.Clock == nil {
		o.Clock = clock.New(1)
	}
	if o.Output == nil {
		o.Output = io.Discard
	}
	if o.Root == "" {
		root, err := findRoot()
		if err != nil {
			return err
		}
		o.Root = root
	}
	s.Clock, s.Number = o.Clock, o.Account.Number
	if o.TwilioURL != "" && o.PublicURL == "" && loopback(o.TwilioURL) {
		o.PublicURL = "http://" + address(o.Port)
		if o.Port == 0 {
			return errors.New("-twilio-url needs -port or -public-url")
		}
	}
	return o.check()
}

func loopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// findRoot looks for the template upwards from the working directory.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "template.yaml")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("there is no template.yaml here or above: run this inside the repository")
		}
	}
}

// listeners are the ports that people and browsers use.
type listeners struct{ api, control, issuer net.Listener }

func address(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

func (s *Stack) listen() (listeners, error) {
	var l listeners
	for i, p := range []struct {
		to   *net.Listener
		what string
	}{{&l.api, "the page and the API"}, {&l.control, "the phone network"}, {&l.issuer, "the sign-in"}} {
		port := 0
		if s.o.Port != 0 {
			port = s.o.Port + i
		}
		ln, err := net.Listen("tcp", address(port))
		if err != nil {
			return l, fmt.Errorf("port %d, for %s, is taken by another program, perhaps by another make run: choose "+
				"others with make run ARGS=\"-port 9000\"", port, p.what)
		}
		s.onClose(func() { _ = ln.Close() })
		*p.to = ln
	}
	s.API = "http://" + l.api.Addr().String()
	s.Control = "http://" + l.control.Addr().String()
	s.Issuer = "http://" + l.issuer.Addr().String()
	s.Twilio = s.Control
	if s.o.TwilioURL != "" {
		s.Twilio = s.o.TwilioURL
	}
	return l, nil
}

// serve answers at a listener until the stack is closed.
func (s *Stack) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	var done sync.WaitGroup
	done.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			select {
			case s.failed <- fmt.Errorf("%s: %w", l.Addr(), err):
			default:
			}
		}
	})
	s.onClose(func() {
		_ = server.Close()
		done.Wait()
	})
}

// public is where Twilio (the phone network) reaches our webhooks.
func (s *Stack) public() string {
	if s.o.PublicURL != "" {
		return s.o.PublicURL
	}
	return s.API
}

// template reads the template with local values for what only a deployment knows.
func (s *Stack) template() (*sam.Template, error) {
	parameters := map[string]string{
		"TwilioNumber": s.o.Account.Number, "TwilioAccountSid": s.o.Account.SID,
		"TwilioAuthToken": s.o.Account.AuthToken,
		"TwilioApiKey":    s.o.Account.APIKey, "TwilioApiSecret": s.o.Account.APISecret,
		"OidcIssuer": s.Issuer, "OidcAudience": clientID, "PublicBaseUrl": s.public(), "PageUrl": s.API + "/",
		"CompactItems": "true", // as in each new stack
	}
	path := filepath.Join(s.o.Root, "template.yaml")
	if len(s.o.Parameters) > 0 { // each scenario has a stack, and reading the template is not cheap
		if err := sam.CheckParameters(path, s.o.Parameters); err != nil {
			return nil, err
		}
	}
	for k, v := range s.o.Parameters {
		parameters[k] = v
	}
	s.TableName = "table-" + rand.Text()
	if s.o.SharedStore == nil {
		s.TableName = "warm-transfer" // the same again after a restart with kept data
	}
	return sam.Load(path, sam.Values{
		Parameters: parameters, Attributes: map[string]string{"Table": s.TableName},
	})
}

func (s *Stack) binaries(ctx context.Context, t *sam.Template) error {
	if s.o.Binaries != "" {
		return nil
	}
	s.o.Binaries = filepath.Join(s.o.Root, ".run", "bin")
	return gateway.Build(ctx, s.o.Root, t, s.o.Binaries, s.o.Output)
}

func (s *Stack) startStore(ctx context.Context, t *sam.Template) error {
	if len(t.Tables) != 1 {
		return fmt.Errorf("template.yaml has %d tables, not one", len(t.Tables))
	}
	table := s.o.SharedStore
	if table == nil {
		port := 0
		if s.o.Port != 0 {
			port = s.o.Port + 3
		}
		var err error
		table, err = store.Start(ctx, store.Options{Port: port, Dir: filepath.Join(s.o.Root, "local"), Data: s.o.Data})
		if err != nil {
			return err
		}
		s.onClose(func() { _ = table.Close() })
	}
	s.Table, s.Store = table, table.URL()
	return table.CreateTable(ctx, t.Tables[0], s.TableName)
}

// startSecrets serves the one secret of the template.
func (s *Stack) startSecrets(t *sam.Template) (string, error) {
	if len(t.Secrets) != 1 {
		return "", fmt.Errorf("template.yaml has %d secrets, not one", len(t.Secrets))
	}
	a := s.o.Account
	value, err := json.Marshal(map[string]string{
		"accountSid": a.SID, "authToken": a.AuthToken, "apiKey": a.APIKey, "apiSecret": a.APISecret,
	})
	if err != nil {
		return "", err
	}
	s.Secrets = secrets.New(t.Secrets[0], s.Clock)
	s.Secrets.Set(secrets.Current, string(value))
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		return "", err
	}
	s.serve(l, s.Guard.Before(s.Secrets))
	return "http://" + l.Addr().String(), nil
}

// startGuard returns where functions find the store: behind the guard of their permissions, and behind what a test has
// put between.
func (s *Stack) startGuard() (string, error) {
	store := s.Store
	if s.o.Via != nil {
		store = s.o.Via(store)
	}
	to, err := url.Parse(store)
	if err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		return "", err
	}
	way, end := iam.Proxy(to)
	s.onClose(end)
	if s.o.Via == nil {
		way, end = s.Table.Direct(way)
		s.onClose(end)
	}
	s.serve(l, s.Guard.Before(way))
	return "http://" + l.Addr().String(), nil
}

func (s *Stack) startIssuer(l net.Listener) error {
	var err error
	s.SignIn, err = issuer.New(issuer.Options{URL: s.Issuer, ClientID: clientID, Redirects: []string{s.API + "/"},
		Clock: s.Clock, Agents: s.o.Agents, Key: s.o.SigningKey})
	if err != nil {
		return err
	}
	s.serve(l, s.SignIn)
	return nil
}

// startNetwork starts the phone network with everything on its port; without the phone network, the port still
// answers what scripts ask. It returns the page's voice options.
func (s *Stack) startNetwork(l net.Listener) (any, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /control", s.serveParts)
	mux.HandleFunc("POST /control/tokens", s.serveToken)
	mux.HandleFunc("POST /control/agents", s.serveAgent)
	mux.HandleFunc("POST /control/forget", s.serveForget)
	mux.HandleFunc("GET /control/settings", s.serveSettings)
	mux.HandleFunc("PUT /control/settings", s.serveSettings)
	mux.HandleFunc("DELETE /control/settings", s.serveSettings)
	mux.HandleFunc("GET /control/events", s.Bus.ServeEvents)
	mux.HandleFunc("/fallback.xml", s.serveFallback)
	defer s.serve(l, mux)
	if s.o.TwilioURL != "" {
		if u, err := url.Parse(s.o.TwilioURL); err == nil && loopback(s.o.TwilioURL) {
			return voice.Page(u.Host), nil // another stack's the phone network
		}
		return nil, nil
	}
	cfg := s.o.Network
	a := s.o.Account
	cfg.Account, cfg.AuthToken, cfg.APIKey, cfg.APISecret, cfg.Number = a.SID, a.AuthToken, a.APIKey, a.APISecret,
		a.Number
	cfg.Clock = s.Clock
	network, err := twiliosim.New(cfg)
	if err != nil {
		return nil, err
	}
	s.Network = network
	s.onClose(network.Close)
	mux.Handle("/2010-04-01/", network.Handler())
	mux.Handle("/v2/", network.Handler())
	mux.Handle("/control/", network.Control())
	if s.o.Headless {
		return nil, nil
	}
	sound, err := voice.Attach(network, voice.Config{})
	if err != nil {
		return nil, err
	}
	s.onClose(func() { _ = sound.Close() })
	sound.Mount(mux)
	mux.Handle("/phone/", phone.Handler())
	return voice.Page(l.Addr().String()), nil
}

func (s *Stack) startGateway(ctx context.Context, l net.Listener, t *sam.Template, secretsURL string, talk any) error {
	bucket, err := s.startBucket()
	if err != nil {
		return err
	}
	page := gateway.Page{
		Music: filepath.Join(s.o.Root, "frontend", "public", "music"), OwnMusic: bucket.object,
	}
	if !s.o.Headless {
		page.Dir = filepath.Join(s.o.Root, "frontend", "dist")
		page.Config = &gateway.Config{SignIn: gateway.SignIn{Authority: s.Issuer, ClientID: clientID,
			Scope: "openid profile email"}, Voice: talk, CRM: s.o.Parameters["CrmUrl"]}
		page.Origins = []string{s.API, s.Issuer} // of the API's own host the WebSocket is meant
		if talk != nil {
			page.Origins = append(page.Origins, s.Twilio)
			page.Script = &gateway.Script{Source: voice.WSSScript,
				Data: map[string]string{"host": strings.TrimPrefix(s.Twilio, "http://")}}
		}
	}
	store, err := s.startGuard()
	if err != nil {
		return err
	}
	events, err := s.startBus()
	if err != nil {
		return err
	}
	env := map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": store, "AWS_ENDPOINT_URL_SECRETS_MANAGER": secretsURL,
		"AWS_ENDPOINT_URL_S3": bucket.url, "AWS_ENDPOINT_URL_EVENTBRIDGE": events, "TWILIO_API_URL": s.Twilio}
	if s.o.ViaTwilio != nil {
		env["TWILIO_API_URL"] = s.o.ViaTwilio(s.Twilio)
	}
	channel, err := s.listenForPush(t)
	if err != nil {
		return err
	}
	fallback := s.Control + "/fallback.xml"
	if s.o.TwilioURL != "" && !loopback(s.o.TwilioURL) {
		delete(env, "TWILIO_API_URL") // Twilio itself: the functions know its address
		fallback = ""                 // Twilio cannot reach that file
	}
	g, err := gateway.New(gateway.Options{
		Template: t, Bootstrap: gateway.Binaries(s.o.Binaries), Env: env,
		Replace: map[string]string{
			"PUBLIC_BASE_URL": s.public(), "MUSIC_BASE_URL": s.public() + "/music", "FALLBACK_URL": fallback,
			"PUSH_URL": channel.sends, "PUSH_ADDRESS": channel.address,
		},
		Clock: s.Clock, Output: s.o.Output, Domain: l.Addr().String(), Page: page,
	})
	if err != nil {
		return err
	}
	s.Gateway = g
	s.serveChannel(channel, g)
	s.onClose(g.Close)
	if err := s.watchStreams(t); err != nil {
		return err
	}
	s.serve(l, g)
	if s.o.Cold {
		return nil
	}
	return firstOf(g.Warm(ctx))
}

// firstOf is the first of several errors: functions that cannot start mostly report the same.
func firstOf(err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()[0]
	}
	return err
}

// connectNumber points our number at the API, as the operator does after a deployment.
func (s *Stack) connectNumber() {
	if s.Network == nil {
		return
	}
	s.Network.SetNumber(s.public()+"/incoming", s.Control+"/fallback.xml", s.public()+"/events/call")
}
