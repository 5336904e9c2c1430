package dynamo

import (
	"bytes"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/service"
)

// F435: the shards of the live calls are read side by side: none is answered before all have been asked for, in the
// index of all calls and then in the two lists of what is known of them.
func TestF435TheSweepReadsTheShardsSideBySide(t *testing.T) {
	g := gappedStore(t)
	const n, shards = 16, 4
	g.broken = false
	g.fill(t, n, t0)
	for name, few := range map[string]int{"of few calls": n, "of many": 0} {
		t.Run(name, func(t *testing.T) {
			all := meeting{of: shards}
			then := meeting{of: 2 * shards}
			g.query = func(body []byte, _ http.ResponseWriter, r *http.Request) bool {
				if bytes.Contains(body, []byte(`"IndexName":"`+liveIndex+`"`)) {
					all.wait(r)
				} else {
					then.wait(r)
				}
				return false
			}
			if calls, err := g.Live(t.Context(), few); len(calls) != n || err != nil {
				t.Errorf("%d calls, %v", len(calls), err)
			}
			if few > 0 != (then.here == 0) {
				t.Errorf("%d queries of what is known of them", then.here)
			}
		})
	}
}

// meeting lets requests go on once so many are there.
type meeting struct {
	of, here int
	mu       sync.Mutex
	met      chan struct{}
}

func (m *meeting) wait(r *http.Request) {
	m.mu.Lock()
	if m.met == nil {
		m.met = make(chan struct{})
	}
	if m.here++; m.here == m.of {
		close(m.met)
	}
	m.mu.Unlock()
	select {
	case <-m.met:
	case <-r.Context().Done():
	}
}

// F435: of shards that hang nothing is found, and that is told; the calls of the others are looked at.
func TestF435ShardsThatHang(t *testing.T) {
	g := gappedStore(t)
	const n = 16
	g.broken = false
	g.fill(t, n, t0)
	there := 0
	for i := range n {
		if g.shards.shard(string(caller(i).ID)) == 0 {
			there++
		}
	}
	g.limits.page, g.limits.shard = 50*time.Millisecond, 100*time.Millisecond
	g.query = func(body []byte, _ http.ResponseWriter, r *http.Request) bool {
		if bytes.Contains(body, []byte(`":p":{"S":"0"}`)) {
			return false
		}
		<-r.Context().Done()
		return true
	}
	g.limits.all, g.limits.first = g.limits.shard, g.limits.page
	limits := service.SweepLimits{Most: 100, Audits: 100, Clock: func() time.Time { return t0 }}
	if r, err := g.svc.Sweep(t.Context(), limits); r.Live != there || r.Looked != there || err == nil || there == 0 {
		t.Errorf("the sweep: %+v of %d, %v", r, there, err)
	}
}

// F435: a shard whose every page is slow takes no more than its time, and what was read of it stays.
func TestF435AShardThatIsSlowForEver(t *testing.T) {
	g := gappedStore(t)
	g.shards = Shards{Used: 1}
	g.limits.page, g.limits.shard = 50*time.Millisecond, 120*time.Millisecond
	var asked atomic.Int32
	g.query = func(_ []byte, w http.ResponseWriter, r *http.Request) bool {
		if asked.Add(1)%2 == 0 {
			_, _ = w.Write([]byte(`{"Items":[{"pk":{"S":"c#CA1"},"live":{"S":"0"},"liveAt":{"S":"1"}}],` +
				`"LastEvaluatedKey":{"pk":{"S":"c#CA1"}}}`))
			return true
		}
		<-r.Context().Done()
		return true
	}
	calls, err := g.Live(t.Context(), 1000)
	if len(calls) == 0 || err == nil || asked.Load() >= 2*mostCallPages {
		t.Errorf("%d calls after %d requests, %v", len(calls), asked.Load(), err)
	}
}
