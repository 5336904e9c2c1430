package scenario

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/stack"
	"warmtransfer/local/store"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/service/servicetest"
)

// shared is what all tests use together: the binaries, the store's process and the sign-in's key. Every test has a
// table, functions and a phone network of its own.
var shared struct {
	binaries   string
	store      *store.Store
	client     *dynamodb.Client // of the store
	signingKey *rsa.PrivateKey
}

func TestMain(m *testing.M) {
	code, err := prepare(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "scenario:", err)
		code = 1
	}
	os.Exit(code)
}

func prepare(m *testing.M) (int, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return 1, err
	}
	t, err := sam.Load(filepath.Join(root, "template.yaml"), sam.Values{Parameters: map[string]string{
		"TwilioNumber": "+15550100", "TwilioAccountSid": "", "TwilioAuthToken": "", "TwilioApiKey": "",
		"TwilioApiSecret": "", "EventBusName": "calls",
	}, Attributes: map[string]string{"Table": anyTable}})
	if err != nil {
		return 1, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	shared.binaries = filepath.Join(root, ".run", "bin")
	if err := gateway.Build(ctx, root, t, shared.binaries, os.Stderr); err != nil {
		return 1, err
	}
	if shared.signingKey, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return 1, err
	}
	if shared.store, err = store.Start(ctx, store.Options{Dir: filepath.Join(root, "local")}); err != nil {
		return 1, err
	}
	shared.client = shared.store.Client()
	code := m.Run()
	if err := shared.store.Close(); err != nil {
		return 1, fmt.Errorf("the store has failed: %w", err)
	}
	if code == 0 {
		return code, wantNothingIdle(t.Functions)
	}
	return code, nil
}

// epoch is when every scenario starts.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	// beatEvery is the interval of heartbeats.
	beatEvery = 10 * time.Second
	// pollEvery is how often the page of an agent in a call polls that does so.
	pollEvery = 2 * time.Second
	// A page's clock, and how much sooner than it is wanted a heartbeat begins.
	pageTick, pageMargin = 500 * time.Millisecond, 2 * time.Second
)

// line is the whole local stack under a clock that only pass moves, with people at its telephones.
type line struct {
	*stack.Stack
	t     *testing.T
	ctx   context.Context
	clock *clock.Manual
	log   *buffer
	api   map[string]*stack.Agent
	pages map[string]bool // agents whose page is open and sends heartbeats
	// polls: the pages poll in a call, as they do without the push channel and while Twilio has not done what was
	// asked. Otherwise heartbeats alone must repair what is wrong, as with the channel, which is harder. A short run
	// plays the one, make test-deep the other.
	polls  bool
	pushed []string // agents whose pages do not poll in any case: they have the push channel
	// lazy: heartbeats come as late as the answers to them allow, by the clock of a page that ticks twice a second. Due
	// is when each page begins its next one.
	lazy  bool
	due   map[string]time.Time
	views map[string]bool // supervisors whose page shows the team's view
	crowd bool            // all pages send at the same time, not one after another
	beat  time.Time
	keys  int // request keys so far

	mu      sync.Mutex
	heard   map[string][]hearing // by leg
	callers []string
	gap     time.Duration // the longest silence that a caller may hear (N1)
	leaving map[string]bool
	lacks   []string // what functions of this test are not allowed, "connect-agent: dynamodb:GetItem"
}

// buffer collects what the functions print.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// open starts a line. At the end of the test, even without done, it checks the logs and the functions' roles.
func open(t *testing.T, change ...func(*stack.Options)) *line {
	t.Helper()
	return openAt(t, epoch, change...)
}

// openAt is open, and the scenario starts at that moment.
func openAt(t *testing.T, at time.Time, change ...func(*stack.Options)) *line {
	t.Helper()
	l := &line{
		t: t, ctx: context.Background(), clock: clock.NewManual(at), log: &buffer{}, api: map[string]*stack.Agent{},
		pages: map[string]bool{}, views: map[string]bool{}, beat: at, heard: map[string][]hearing{},
		gap: 2 * time.Second, leaving: map[string]bool{}, polls: !testing.Short(),
	}
	o := stack.Options{Clock: l.clock, Output: l.log, Headless: true, Cold: true, Binaries: shared.binaries,
		SharedStore: shared.store, SigningKey: shared.signingKey}
	for _, f := range change {
		f(&o)
	}
	s, err := stack.Start(l.ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	l.Stack = s
	t.Cleanup(func() { // when everything is stopped and logged
		l.wantNothingPersonal()
		l.wantNothingRefused()
	})
	t.Cleanup(s.Close)
	s.Network.Listen(l.listen)
	t.Cleanup(func() {
		if t.Failed() {
			l.explain()
		}
	})
	return l
}

// settle waits until no request is under way.
func (l *line) settle() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, 30*time.Second)
	defer cancel()
	for {
		if err := l.Network.Idle(ctx); err != nil {
			l.t.Fatal("the phone network does not come to rest")
		}
		if l.Gateway.Busy() == 0 && l.Network.Idle(ctx) == nil {
			return
		}
		if err := l.Gateway.Quiet(ctx); err != nil {
			l.t.Fatal("the functions do not come to rest")
		}
	}
}

// pass lets time go by, step by step: whatever falls due is done before the clock goes on.
func (l *line) pass(d time.Duration) {
	l.t.Helper()
	l.settle()
	for end := l.clock.Now().Add(d); ; {
		now := l.clock.Now()
		if !now.Before(l.beat) {
			if l.beat = now.Add(pollEvery); l.lazy {
				l.beat = now.Add(pageTick)
			}
			l.beats(now)
			continue
		}
		if !now.Before(end) {
			return
		}
		step := min(end.Sub(now), l.beat.Sub(now))
		if next, ok := l.clock.Next(); ok {
			step = min(step, next)
		}
		l.clock.Advance(step)
		l.settle()
	}
}

// beats lets every open page send what it sends by itself.
func (l *line) beats(now time.Time) {
	ids := make([]string, 0, len(l.pages))
	for id := range l.pages {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	beat := now.Sub(epoch)%beatEvery < pollEvery
	var all sync.WaitGroup
	for _, id := range ids {
		if l.lazy {
			beat = !now.Before(l.due[id])
		}
		if !beat && (!l.polls || slices.Contains(l.pushed, id) || l.legTo(id) == "") {
			continue
		}
		page := l.agent(id)
		asks := func() { // a page goes on when the API fails
			if beat {
				snap, err := page.Beat(l.ctx)
				if err == nil && l.lazy {
					l.due[id] = now.Add(time.Duration(snap.BeatWithin)*time.Second - pageMargin)
				}
			} else {
				_, _ = page.Me(l.ctx)
			}
			if l.views[id] {
				_ = page.Call(l.ctx, http.MethodGet, "/team", nil, nil)
			}
		}
		if l.crowd {
			all.Go(asks)
			continue
		}
		asks()
		l.settle()
	}
	all.Wait()
	l.settle()
}

// dial lets a caller dial the number; it returns the caller's leg.
func (l *line) dial(from string) string {
	l.t.Helper()
	sid, err := l.Network.PlaceCall(nil, from, l.Number)
	l.must(err)
	l.callers = append(l.callers, sid)
	l.settle()
	return sid
}

func (l *line) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// hangs lets a party hang up.
func (l *line) hangs(sid string) {
	l.t.Helper()
	l.mu.Lock()
	l.leaving[sid] = true
	l.mu.Unlock()
	l.must(l.Network.Hangup(sid))
	l.settle()
}

func (l *line) live(sid string) bool {
	c, ok := l.Network.Call(sid)
	return ok && !c.Over()
}

func (l *line) wantLive(sid string) {
	l.t.Helper()
	if !l.live(sid) {
		l.t.Fatalf("%s's leg is over", l.name(sid))
	}
}

func (l *line) wantOver(sid string) {
	l.t.Helper()
	if l.live(sid) {
		l.t.Fatalf("%s's leg is still alive", l.name(sid))
	}
}

// fault switches a fault on, which must strike at least once before the end.
func (l *line) fault(r faults.Rule) {
	l.t.Helper()
	_, err := l.Network.AddFault(r)
	l.must(err)
}

// dials counts the calls that were made to an agent.
func (l *line) dials(id string) int {
	n := 0
	for _, c := range l.Network.Calls() {
		if c.To == "client:"+id {
			n++
		}
	}
	return n
}

// done ends what is left, then asserts what must hold after every call: no leg left over (N3), no silence (N1), the
// items' invariants (N4). Within is how long the last legs may live after the caller's end.
func (l *line) done(within time.Duration) {
	l.t.Helper()
	l.settle()
	l.Network.ClearFaults()
	for _, sid := range l.callers {
		if l.live(sid) {
			l.hangs(sid)
		}
	}
	l.pass(within)
	for _, c := range l.Network.Calls() {
		if !c.Over() {
			l.t.Errorf("N3: %s's leg is alive %v after the callers have gone", l.name(c.SID), within)
		}
	}
	for _, sid := range l.callers {
		l.wantNoGap(sid)
		l.wantInvariants(sid)
	}
}

func (l *line) wantInvariants(sid string) {
	l.t.Helper()
	c := l.conference(sid)
	if c == nil {
		return
	}
	for _, v := range servicetest.Violations(c) {
		l.t.Errorf("the item: %s", v)
	}
	if c.State != call.Ended {
		l.t.Errorf("the conference of %s is %s in the table after its end", l.name(sid), c.State)
	}
}

// conference is the item of a caller, nil if there is none.
func (l *line) conference(sid string) *call.Call {
	c, err := dynamo.New(shared.client, l.TableName).Call(l.ctx, call.ID(sid))
	if err != nil {
		return nil
	}
	return c
}

var personal = regexp.MustCompile(`\+\d{8,}|eyJ[A-Za-z0-9_-]{5,}|[Ss]ignature"?[:=][ "\[]*[A-Za-z0-9+/%]{20}|Bearer `)

// wantNothingPersonal asserts N9.
func (l *line) wantNothingPersonal() {
	l.t.Helper()
	for text := range strings.Lines(l.log.String()) {
		if !slices.ContainsFunc(personalHas, func(part string) bool { return strings.Contains(text, part) }) {
			continue // the expression is slow, and a soak's log is long
		}
		for _, found := range personal.FindAllString(text, 3) {
			l.t.Errorf("N9: the functions' log has %q", found)
		}
	}
}

// personalHas are the parts of which every match of personal has one.
var personalHas = []string{"+", "eyJ", "ignature", "Bearer "}

// explain prints what each party heard, and the last requests.
func (l *line) explain() {
	for _, c := range l.Network.Calls() {
		l.t.Logf("leg %s %s %s: hears %v", l.name(c.SID), c.Status, c.SID, c.Hears)
		l.mu.Lock()
		for _, h := range l.heard[c.SID] {
			l.t.Logf("    %8.3f %v", h.at.Sub(epoch).Seconds(), h.words)
		}
		l.mu.Unlock()
	}
	records := l.Network.Records(0)
	for _, r := range records[max(0, len(records)-40):] {
		l.t.Logf("  %8.3f %s %s %s %s -> %d %s %s", r.At.Sub(epoch).Seconds(), r.Kind, r.Event, r.Method, r.URL,
			r.Status, r.Fault, r.Error)
	}
	out := strings.Split(l.log.String(), "\n")
	for _, s := range out[max(0, len(out)-40):] {
		l.t.Log("  ", s)
	}
}
