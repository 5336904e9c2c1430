package bench

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/issuer"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// What a request to the store takes, and one to Twilio.
const (
	storeTakes  = 5 * time.Millisecond
	twilioTakes = 50 * time.Millisecond
)

// trips counts what the functions ask of the store, and makes each request take storeTakes.
type trips struct {
	mu            sync.Mutex
	reads, writes int
}

func (t *trips) between(b *testing.B) func(*stack.Options) {
	return func(o *stack.Options) {
		o.Via = func(store string) string {
			to, err := url.Parse(store)
			if err != nil {
				b.Fatal(err)
			}
			proxy := httputil.NewSingleHostReverseProxy(to)
			proxy.ErrorLog = log.New(io.Discard, "", 0) // of requests that a process has left
			proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				t.mu.Lock()
				if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
					t.writes++
				} else {
					t.reads++
				}
				t.mu.Unlock()
				time.Sleep(storeTakes)
				proxy.ServeHTTP(w, r)
			}))
			b.Cleanup(server.Close)
			return server.URL
		}
	}
}

// take returns the counts, and begins anew.
func (t *trips) take() (reads, writes float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	reads, writes, t.reads, t.writes = float64(t.reads), float64(t.writes), 0, 0
	return reads, writes
}

// crowd is so many agents who may sign in, whose telephones ring and are answered by nobody.
func crowd(n int) (ids []string, agents []issuer.Agent) {
	for i := range n {
		id := fmt.Sprintf("agent%03d", i)
		ids = append(ids, id)
		agents = append(agents, issuer.Agent{Username: id, Name: id, Groups: []string{"agent"}})
	}
	return ids, agents
}

// BenchmarkBurst lets so many callers arrive in one moment, with so many agents free, on the real functions. It reports
// how many of those who can be are rung for, how long /incoming takes, and what each caller costs the store.
func BenchmarkBurst(b *testing.B) {
	for _, free := range []int{20, 200} {
		t := &trips{}
		ids, agents := crowd(free)
		s, _ := start(b, t.between(b), func(o *stack.Options) { o.Agents = agents })
		if _, err := s.Network.AddFault(faults.Rule{
			Kind: "rest", Do: "delay", DelayMs: int(twilioTakes.Milliseconds()),
		}); err != nil {
			b.Fatal(err)
		}
		for _, callers := range []int{1, 2, 16, 30} {
			b.Run(fmt.Sprintf("callers=%d/free=%d", callers, free), func(b *testing.B) {
				var took, reads, writes, rung []float64
				for b.Loop() {
					available(b, s, ids)
					since := int64(len(s.Network.Records(0)))
					t.take()
					all := arrive(b, s, callers)
					rung = append(rung, float64(len(s.Network.Live())-callers)/float64(min(callers, free)))
					r, w := t.take()
					reads, writes = append(reads, r/float64(callers)), append(writes, w/float64(callers))
					for _, r := range s.Network.Records(since) {
						if r.Event == "voice" && strings.HasSuffix(r.URL, "/incoming") {
							took = append(took, r.Millis)
						}
					}
					leave(b, s, all)
				}
				slices.Sort(took)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(100*median(rung), "%-rung")
				b.ReportMetric(median(took), "ms-p50")
				b.ReportMetric(took[len(took)*99/100], "ms-p99")
				b.ReportMetric(median(reads), "reads/caller")
				b.ReportMetric(median(writes), "writes/caller")
			})
		}
	}
}

// available makes every agent available; ten ask at a time.
func available(b *testing.B, s *stack.Stack, ids []string) {
	b.Helper()
	next := make(chan string)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for id := range next {
				if err := s.Network.SetScripted(id, true); err != nil {
					b.Error(err)
				}
				if _, err := s.Agent(id).Set(context.Background(), "available"); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	all.Wait()
	idle(b, s)
}

// arrive lets so many callers dial at once, and waits until every request that follows has been answered.
func arrive(b *testing.B, s *stack.Stack, callers int) (legs []string) {
	b.Helper()
	legs = make([]string, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			var err error
			if legs[i], err = s.Network.PlaceCall(nil, fmt.Sprintf("+1555%07d", 100+i), s.Number); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	idle(b, s)
	return legs
}

// leave ends their calls.
func leave(b *testing.B, s *stack.Stack, legs []string) {
	b.Helper()
	for _, leg := range legs {
		if err := s.Network.Hangup(leg); err != nil {
			b.Fatal(err)
		}
	}
	idle(b, s)
}

func idle(b *testing.B, s *stack.Stack) {
	b.Helper()
	if err := s.Network.Idle(context.Background()); err != nil {
		b.Fatal(err)
	}
}
