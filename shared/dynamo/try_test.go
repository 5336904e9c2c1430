package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// fault is what happens to one request.
type fault string

const (
	pass     fault = "answered"
	later    fault = "answered, and others come in between"
	lost     fault = "lost before it took effect"
	unheard  fault = "took effect, its answer lost"
	hangs    fault = "never answered"
	hangsAct fault = "took effect, never answered"
	throttle fault = "throttled"
	broken   fault = "500"
	denied   fault = "denied"
	partly   fault = "answered in part" // a batch, of which only the first item is read
)

// network stands between a store and its server and injects faults.
type network struct {
	t      *testing.T
	to     string
	mu     sync.Mutex
	plan   []fault // of the requests to come; none left: pass
	asked  []string
	bodies []string
	after  func(shown string) // runs after a request took effect and before its fault
}

func spoiled(t *testing.T) (*Store, *network) {
	t.Helper()
	server, table := storetest.Table(t)
	n := &network{t: t, to: server.URL()}
	front := httptest.NewServer(n)
	t.Cleanup(front.Close)
	s := at(t, front.URL, table)
	s.limits = limits{5 * time.Second, 2 * time.Second, time.Millisecond, 2 * time.Second, 5 * time.Second}
	return s, n
}

// spoils sets the faults of the next requests.
func (n *network) spoils(plan ...fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.plan, n.asked, n.bodies = plan, nil, nil
}

func (n *network) next(shown, body string) fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked, n.bodies = append(n.asked, shown), append(n.bodies, body)
	if len(n.plan) == 0 {
		return pass
	}
	f := n.plan[0]
	n.plan = n.plan[1:]
	return f
}

func (n *network) calls() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.asked, " ")
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, shown, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f := n.next(shown, string(body))
	switch f {
	case throttle:
		refuse(w, 400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")
		return
	case denied:
		refuse(w, 400, "com.amazon.coral.service#AccessDeniedException")
		return
	case broken:
		refuse(w, 500, "com.amazonaws.dynamodb.v20120810#InternalServerError")
		return
	case lost:
		panic(http.ErrAbortHandler)
	case hangs:
		<-r.Context().Done()
		return
	}
	var unread map[string]any
	if f == partly {
		body, unread = firstKey(n.t, body)
	}
	// The request goes on even if its sender has given up.
	on, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, n.to, bytes.NewReader(body))
	if err != nil {
		n.t.Error(err)
		return
	}
	on.Header = r.Header
	res, err := http.DefaultClient.Do(on)
	if err != nil {
		n.t.Error(err)
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if unread != nil {
		var whole map[string]any
		must(n.t, json.Unmarshal(answer, &whole))
		whole["UnprocessedKeys"] = unread
		answer, _ = json.Marshal(whole)
		res.Header.Set("Content-Length", strconv.Itoa(len(answer)))
		res.Header.Del("X-Amz-Crc32")
	}
	if n.after != nil && f != pass {
		n.after(shown)
	}
	switch f {
	case unheard:
		panic(http.ErrAbortHandler)
	case hangsAct:
		<-r.Context().Done()
		return
	}
	for name, v := range res.Header {
		w.Header()[name] = v
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer)
}

func refuse(w http.ResponseWriter, status int, kind string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"__type":%q,"message":"no"}`, kind)
}

// stored is a call's version in the table, read without faults; 0 if it does not exist.
func stored(t *testing.T, s *Store, id call.ID) int64 {
	t.Helper()
	return integer(rawItem(t, s, callKey(id))[version])
}

func TestASaveWhoseAnswerIsLostIsNoConflictWithItself(t *testing.T) {
	for _, c := range []struct {
		name  string
		plan  []fault
		err   error // nil: saved
		calls string
	}{
		{"plain", nil, nil, "PutItem"},
		{"lost", []fault{lost}, nil, "PutItem PutItem"},
		{"unheard", []fault{unheard}, nil, "PutItem PutItem GetItem"},
		{"throttled", []fault{throttle}, nil, "PutItem PutItem"},
		{"500", []fault{broken}, nil, "PutItem PutItem"},
		{"hangs", []fault{hangs}, nil, "PutItem PutItem"},
		{"hangs after it took effect", []fault{hangsAct}, nil, "PutItem PutItem GetItem"},
		{"unheard, and the look fails once", []fault{unheard, pass, lost}, nil, "PutItem PutItem GetItem GetItem"},
		{"unheard, and the look fails", []fault{unheard, pass, lost, lost}, service.ErrUnavailable,
			"PutItem PutItem GetItem GetItem"},
		{"unheard twice", []fault{unheard, unheard}, service.ErrUnavailable, "PutItem PutItem"},
		{"lost twice", []fault{lost, lost}, service.ErrUnavailable, "PutItem PutItem"},
		{"throttled twice", []fault{throttle, throttle}, service.ErrUnavailable, "PutItem PutItem"},
		{"denied", []fault{denied}, service.ErrUnavailable, "PutItem"},
	} {
		for _, over := range []int64{0, 1} {
			t.Run(fmt.Sprintf("%s, over version %d", c.name, over), func(t *testing.T) {
				t.Parallel()
				s, n := spoiled(t)
				conf := caller(1)
				if over > 0 {
					must(t, s.SaveCall(t.Context(), conf))
				}
				n.spoils(c.plan...)
				if strings.HasPrefix(c.name, "hangs") {
					s.limits.first = 400 * time.Millisecond
				}
				err := s.SaveCall(t.Context(), conf)
				if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("saved: %v, want %v", err, c.err)
				}
				if got := n.calls(); got != c.calls {
					t.Errorf("asked %s, want %s", got, c.calls)
				}
				n.spoils()
				switch {
				case c.err != nil && conf.Version != over:
					t.Errorf("a save that may have failed moved the version to %d", conf.Version)
				case c.err == nil && (conf.Version != over+1 || stored(t, s, conf.ID) != over+1):
					t.Errorf("version %d, stored %d, want %d", conf.Version, stored(t, s, conf.ID), over+1)
				}
			})
		}
	}
}

// Another writer saves between the two tries of a save.
func TestF112BetweenTheTriesOfASave(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  fault
		others int // saves of other writers in between
		want   error
	}{
		{"the first try had no effect: the other one was first", throttle, 1, service.ErrConflict},
		{"the other one built on the first try: nobody can tell any more", unheard, 1, service.ErrUnavailable},
		{"the first try had no effect and much has happened", throttle, 3, service.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, n := spoiled(t)
			conf := caller(1)
			must(t, s.SaveCall(t.Context(), conf))
			other := at(t, n.to, s.name)
			meanwhile := func(string) {
				for range c.others {
					seen, err := other.Call(context.Background(), conf.ID)
					if err == nil {
						err = other.SaveCall(context.Background(), seen)
					}
					if err != nil {
						t.Error(err)
					}
				}
			}
			n.after = meanwhile
			n.spoils(c.first)
			if c.first == throttle { // it has no effect, so the other writers come first
				meanwhile("")
			}
			if err := s.SaveCall(t.Context(), conf); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if conf.Version != 1 {
				t.Errorf("version %d", conf.Version)
			}
		})
	}
}

func TestAPlainConflictCostsOneRequest(t *testing.T) {
	s, n := spoiled(t)
	conf := caller(1)
	must(t, s.SaveCall(t.Context(), conf))
	n.spoils()
	if err := s.SaveCall(t.Context(), caller(1)); !errors.Is(err, service.ErrConflict) || n.calls() != "PutItem" {
		t.Errorf("%v after %s", err, n.calls())
	}
}

// A load and a save are one read and one write: the cost of a call depends on it.
func TestALoadAndASaveAreOneRequestEach(t *testing.T) {
	s, n := spoiled(t)
	must(t, s.SaveCall(t.Context(), caller(1)))
	n.spoils()
	c, err := s.Call(t.Context(), caller(1).ID)
	must(t, err)
	for range 2 {
		must(t, s.SaveCall(t.Context(), c))
	}
	if n.calls() != "GetItem PutItem PutItem" {
		t.Errorf("asked %s", n.calls())
	}
}

func TestF115LoadsAreConsistentOnTheWire(t *testing.T) {
	s, n := spoiled(t)
	n.spoils()
	_, _ = s.Call(t.Context(), "CA1")
	_, _ = s.Agent(t.Context(), "alice")
	s.Warm(t.Context())
	if n.calls() != "GetItem GetItem GetItem" {
		t.Fatalf("asked %s", n.calls())
	}
	for _, b := range n.bodies {
		if !strings.Contains(b, `"ConsistentRead":true`) {
			t.Errorf("not consistent: %s", b)
		}
	}
}

// Every operation survives one fault, and reports two as "unavailable". A load never mistakes a
// fault for a missing item.
func TestF008ReadsTryTwiceAndThenSaySo(t *testing.T) {
	ops := map[string]func(*Store) error{
		"GetItem": func(s *Store) error { _, err := s.Call(context.Background(), caller(1).ID); return err },
		"Query":   func(s *Store) error { _, err := s.Queue(context.Background()); return err },
	}
	for shown, op := range ops {
		for _, f := range []fault{lost, unheard, throttle, broken, hangs} {
			t.Run(shown+" "+string(f), func(t *testing.T) {
				s, n := spoiled(t)
				must(t, s.SaveCall(t.Context(), caller(1)))
				s.limits = limits{all: 300 * time.Millisecond, first: 100 * time.Millisecond, pause: time.Millisecond}
				if f != hangs {
					s.limits.all = 5 * time.Second
				}
				n.spoils(f, f)
				if err := op(s); !errors.Is(err, service.ErrUnavailable) {
					t.Errorf("twice: %v", err)
				}
				if got := n.calls(); got != shown+" "+shown {
					t.Errorf("asked %s", got)
				}
				s.limits.all = 5 * time.Second
				n.spoils(f)
				if err := op(s); err != nil {
					t.Errorf("once: %v", err)
				}
			})
		}
	}
}

func TestF008AllFailuresAreOfOneKind(t *testing.T) {
	s := at(t, "http://127.0.0.1:1", "t") // nobody listens there
	ctx := t.Context()
	_, load := s.Call(ctx, "CA1")
	_, who := s.Agent(ctx, "alice")
	_, line := s.Queue(ctx)
	_, _, agents := s.Agents(ctx, "")
	_, _, free := s.Free(ctx, "")
	_, liveOnes := s.Live(ctx, 0)
	again := caller(1)
	again.Version = 1 // to be read first
	for name, err := range map[string]error{
		"load": load, "agent": who, "line": line, "agents": agents, "live": liveOnes, "free": free,
		"create": s.SaveCall(ctx, caller(1)), "save": s.SaveCall(ctx, again),
		"save agent": s.SaveAgent(ctx, agent.New("alice", "", t0)),
	} {
		if !errors.Is(err, service.ErrUnavailable) || errors.Is(err, service.ErrConflict) ||
			errors.Is(err, service.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneOperationStaysWithinItsTime(t *testing.T) {
	if allTries > 800*time.Millisecond || firstTry+retryPause >= allTries {
		t.Errorf("%v in all, %v for the first try", allTries, firstTry)
	}
	if l := New(nil, "").limits; l != (limits{allTries, firstTry, retryPause, pageTry, shardTime}) {
		t.Errorf("a store has %+v", l)
	}
	s, n := spoiled(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n.spoils()
	if _, err := s.Call(ctx, "CA1"); !errors.Is(err, service.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("after its sender has given up: %v", err)
	}
	if n.calls() != "" {
		t.Errorf("asked %s after its sender had given up", n.calls())
	}
}

// The error of a lost connection or a refused request is logged, so it must hold no secret (N9).
func TestF163ErrorsNameNoCaller(t *testing.T) {
	for _, f := range []fault{lost, broken, denied, hangs} {
		s, n := spoiled(t)
		s.limits = limits{all: 200 * time.Millisecond, first: 100 * time.Millisecond}
		n.spoils(f, f)
		err := s.SaveCall(t.Context(), caller(1))
		if err == nil || strings.Contains(err.Error(), "+1500") {
			t.Errorf("%s: %v", f, err)
		}
	}
}
