package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/team"
)

// gapped is a store with four shards, of which one can be read in no index, and a service over it.
type gapped struct {
	*Store
	svc     *service.Service
	network *phoneNetwork
	broken  bool
	query   func(body []byte, w http.ResponseWriter, r *http.Request) bool // sees each query, and may answer it
	keys    int
	log     bytes.Buffer
}

// theGap is the shard that cannot be read.
const theGap = 2

func gappedStore(t *testing.T) *gapped {
	t.Helper()
	server, table := storetest.Table(t)
	to, err := url.Parse(server.URL())
	must(t, err)
	g := &gapped{broken: true}
	g.query = func(body []byte, w http.ResponseWriter, _ *http.Request) bool {
		if g.broken && ofTheGap(body) {
			http.Error(w, "{}", http.StatusInternalServerError)
			return true
		}
		return false
	}
	store := httputil.NewSingleHostReverseProxy(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") || !g.query(body, w, r) {
			store.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(proxy.Close)
	g.Store = at(t, proxy.URL, table)
	g.shards = Shards{Used: 4}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&g.log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	g.network = &phoneNetwork{
		Phones: servicetest.NewPhones(func() time.Time { return t0 }),
		legs:   map[call.LegID]bool{}, rooms: map[call.ID]bool{},
	}
	g.svc = service.New(g.Store, g.network, service.Settings{
		Ring: 20 * time.Second, MaxWait: time.Hour,
		NewKey: func() call.LegKey { g.keys++; return call.LegKey(fmt.Sprint("key-", g.keys)) },
	})
	return g
}

func ofTheGap(body []byte) bool {
	for _, name := range []string{"", freeAgents, liveCalls, musicCalls} {
		if bytes.Contains(body, []byte(`":p":{"S":"`+partition(name, theGap)+`"}`)) {
			return true
		}
	}
	return false
}

// fill saves callers who wait and agents who are free, and returns how many of each cannot be read.
func (g *gapped) fill(t *testing.T, n int, now time.Time) (calls, agents int) {
	t.Helper()
	for i := range n {
		c := caller(i)
		must(t, g.SaveCall(t.Context(), c))
		g.network.legs[call.LegID(c.ID)] = true
		if g.shards.shard(string(c.ID)) == theGap {
			calls++
		}
		a := agent.New(agent.ID(fmt.Sprintf("agent%02d", i)), fmt.Sprintf("Agent %d", i), now)
		a.Status = agent.Available
		must(t, g.SaveAgent(t.Context(), a))
		if g.shards.shard(string(a.ID)) == theGap {
			agents++
		}
	}
	if calls == 0 || agents == 0 || calls == n || agents == n {
		t.Fatalf("%d calls and %d agents of %d are in the gap", calls, agents, n)
	}
	return calls, agents
}

// F396: with the error of a shard come the entries of the others, in their order, of each list; and the log tells it.
func TestF396TheOtherShardsOfEachListAreRead(t *testing.T) {
	g := gappedStore(t)
	const n = 16
	calls, agents := g.fill(t, n, t0)
	for name, list := range map[string]func(context.Context) (int, int, error){
		"queue": func(ctx context.Context) (int, int, error) {
			l, err := g.Queue(ctx)
			return len(l), n - calls, err
		},
		"queued": func(ctx context.Context) (int, int, error) {
			l, err := g.Queued(ctx, n)
			return len(l), n - calls, err
		},
		"live": func(ctx context.Context) (int, int, error) {
			l, err := g.Live(ctx, 0)
			return len(l), n - calls, err
		},
		"agents": func(ctx context.Context) (int, int, error) {
			l, _, err := g.Agents(ctx, "")
			return len(l), n - agents, err
		},
		"free": func(ctx context.Context) (int, int, error) {
			l, _, err := g.Free(ctx, "")
			return len(l), n - agents, err
		},
		"without music": func(ctx context.Context) (int, int, error) {
			l, _, err := g.MusicStopped(ctx, t0.Add(24*time.Hour))
			return len(l), n - calls, err
		},
	} {
		g.log.Reset()
		got, want, err := list(t.Context())
		if got != want || !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("%s: %d, want %d; %v", name, got, want, err)
		}
		if log := g.log.String(); !strings.Contains(log, `"shard":2`) || strings.Contains(log, "+1500") {
			t.Errorf("%s: the log is %s", name, log)
		}
	}
	g.broken, g.log = false, bytes.Buffer{}
	if l, err := g.Queue(t.Context()); len(l) != n || err != nil || g.log.Len() > 0 {
		t.Errorf("once it can be read: %d, %v, %s", len(l), err, g.log.String())
	}
}

// F396: colleagues and supervisors see those who could be read, and that some are missing.
func TestF396TheGapIsSaid(t *testing.T) {
	g := gappedStore(t)
	const n = 16
	calls, agents := g.fill(t, n, t0)
	ask := func() (service.Directory, service.Directory, error) {
		d, err := g.svc.Directory(t.Context(), service.Principal{ID: "me"}, t0)
		must(t, err)
		found, err := g.svc.Search(t.Context(), service.Principal{ID: "me"}, func(agent.Agent) bool { return true })
		return d, found, err
	}
	if d, found, err := ask(); len(d.Agents) != n-agents || !d.Gap || len(found.Agents) != n-agents || !found.Gap ||
		err != nil {
		t.Errorf("the directory has %d of %d, gap %t; a search %d, gap %t, %v", len(d.Agents), n, d.Gap,
			len(found.Agents), found.Gap, err)
	}
	snap, err := g.svc.Snapshot(t.Context(), service.Principal{ID: "agent00"}, t0)
	if err != nil || !snap.Queue.Unknown {
		t.Errorf("the agent's page: the queue is known, %v", err)
	}
	boss := service.Principal{ID: "erin", Supervisor: true}
	v, err := (&team.Team{Shelf: g.Store}).View(t.Context(), boss, time.Time{}, t0)
	if err != nil || len(v.Waiting.List)+len(v.Calls.List) < n-calls || !v.Waiting.Unknown ||
		len(v.Agents.List) != n-agents || !v.Agents.Unknown || v.Today.Counts != nil {
		t.Errorf("the team's view: %d wait, %d agents, %+v, %v", len(v.Waiting.List), len(v.Agents.List), v.Today, err)
	}
	g.broken = false
	if d, found, err := ask(); len(d.Agents) != n || d.Gap || len(found.Agents) != n || found.Gap || err != nil {
		t.Errorf("once all can be read: %d, %t, %d, %t, %v", len(d.Agents), d.Gap, len(found.Agents), found.Gap, err)
	}
}

// F396: callers who can be read are offered to agents who can be, a caller is not told a place that is not known, the
// sweep looks at those that it knows and reports the rest, and looks at all once it can.
func TestF396NobodyIsLostFromTheLineForGood(t *testing.T) {
	g := gappedStore(t)
	const n = 8
	calls, _ := g.fill(t, n, t0)
	limits := service.SweepLimits{Most: 100, Audits: 100, Clock: func() time.Time { return t0 }}
	r, err := g.svc.Sweep(t.Context(), limits)
	if r.Live != n-calls || r.Looked != n-calls || !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("the sweep: %+v, %v", r, err)
	}
	rung := 0
	for i := range n {
		c, err := g.Call(t.Context(), caller(i).ID)
		must(t, err)
		if c.State == call.Ringing {
			rung++
		}
	}
	if rung == 0 {
		t.Error("no agent is rung for anybody")
	}
	for i := range n { // each caller's own clock
		place, err := g.svc.Wait(t.Context(), caller(i).ID, service.Turn{Lasts: twelve, Position: true}, t0)
		if err != nil || place.Position != 0 {
			t.Errorf("caller %d is told the place %d, %v", i, place.Position, err)
		}
	}
	g.broken = false
	if r, err := g.svc.Sweep(t.Context(), limits); r.Live != n || r.Looked != n || err != nil {
		t.Errorf("the sweep once all can be read: %+v, %v", r, err)
	}
}
