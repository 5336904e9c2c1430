package scenario

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

// outage stands between the functions and the store, and can be switched on.
type outage struct {
	down  atomic.Bool
	after atomic.Int64 // so many requests take effect and then lose their answer
}

// between is the option that puts the outage there.
func (o *outage) between(t *testing.T) func(*stack.Options) {
	return viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		switch {
		case o.down.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case o.after.Add(-1) >= 0:
			store.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusInternalServerError)
		default:
			store.ServeHTTP(w, r)
		}
	})
}

func TestF008StoreDownWhenTheCallerArrives(t *testing.T) {
	t.Parallel()
	o := &outage{}
	l := open(t, o.between(t))
	l.online("alice")
	o.down.Store(true)
	caller := l.dial("+15550199")
	for range 6 {
		l.waits(caller)
		l.pass(9 * time.Second)
		l.wantLive(caller)
	}
	o.down.Store(false)
	l.bring(caller, "alice", time.Minute)
	l.done(10 * time.Second)
}

func TestStoreDownInEveryPhase(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, p := range phases {
		if !chosen() {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			o := &outage{}
			l := open(t, o.between(t))
			l.gap = 5 * time.Second
			caller := p.to(l)
			before := l.hears(caller)
			o.down.Store(true)
			l.pass(30 * time.Second)
			l.wantLive(caller)
			if h := l.hears(caller); h == "silence" {
				t.Errorf("N1: the caller heard %q before the store went down and %q after", before, h)
			}
			o.down.Store(false)
			l.pass(45 * time.Second)
			l.wantLive(caller)
			l.waitsOrTalks(caller)
			l.done(90 * time.Second)
		})
	}
}

// waitsOrTalks asserts that the caller hears music, speech or a person.
func (l *line) waitsOrTalks(sid string) {
	l.t.Helper()
	if h := l.hears(sid); h == "" || h == "silence" {
		l.t.Fatalf("%s hears %q", l.name(sid), h)
	}
}

func TestStoreLosesItsAnswerOnceAtEveryStep(t *testing.T) {
	t.Parallel()
	o := &outage{}
	l := open(t, o.between(t))
	l.gap = 5 * time.Second
	l.online("alice", "bob")
	o.after.Store(1)
	caller := l.dial("+15550199")
	l.bring(caller, "alice", time.Minute)
	o.after.Store(1)
	l.insists("alice", "consult", "bob")
	l.until("alice and bob talk in private", 2*time.Minute, func() bool {
		o.after.Store(1)
		l.takes("bob")
		return l.hears(l.legTo("bob")) == "alice"
	})
	o.after.Store(1)
	l.insists("alice", "complete", "")
	l.until("the caller talks to bob alone", time.Minute,
		func() bool { return l.hears(caller) == "bob" && l.legTo("alice") == "" })
	l.done(90 * time.Second)
}
