package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// F361: each rule of the store holds however many shards its indexes have, and while their number changes.
func TestF361StoreInDynamoDBWithShards(t *testing.T) {
	for _, shards := range []Shards{{1, 4}, {4, 4}, {16, 16}} {
		t.Run(fmt.Sprint(shards), func(t *testing.T) {
			servicetest.StoreSuite(t, func(t *testing.T) service.Store {
				s := open(t)
				s.shards = shards
				return s
			})
		})
	}
}

// F361: one function uses four shards while another one, which the deployment has not reached, uses one: each sees all
// that the other has saved, in one order, page by page.
func TestF361TheNumberOfShardsChanges(t *testing.T) {
	server, table := storetest.Table(t)
	var stores [2]*Store
	for i, shards := range []Shards{{1, 4}, {4, 4}} {
		stores[i] = at(t, server.URL(), table)
		stores[i].shards = shards
	}
	const n = 60
	for i := range n {
		s := stores[i%2]
		must(t, s.SaveCall(t.Context(), caller(i)))
		a := agent.New(agent.ID(fmt.Sprintf("agent%02d", i)), "An Agent", t0)
		a.Status, a.IdleSince = agent.Available, caller(i).Arrived
		must(t, s.SaveAgent(t.Context(), a))
	}
	for i := range n { // each is saved by both
		s := stores[(i+1)%2]
		c, err := s.Call(t.Context(), caller(i).ID)
		must(t, err)
		must(t, s.SaveCall(t.Context(), c))
	}
	for _, s := range stores {
		queue, err := s.Queue(t.Context())
		must(t, err)
		if len(queue) != service.QueuePage || !slices.IsSortedFunc(queue, func(a, b service.QueueEntry) int {
			return a.Queued.Compare(b.Queued)
		}) || queue[0].ID != caller(0).ID {
			t.Errorf("%v: the queue is %v", s.shards, queue)
		}
		calls, err := s.Live(t.Context(), 0)
		must(t, err)
		if len(calls) != n || slices.ContainsFunc(calls, func(c service.LiveCall) bool { return c.Due.IsZero() }) {
			t.Errorf("%v: %d live calls: %v", s.shards, len(calls), calls)
		}
		late, next, err := s.MusicStopped(t.Context(), t0.AddDate(0, 0, 1))
		must(t, err)
		if len(late) != n || next.IsZero() || late[0] != caller(0).ID {
			t.Errorf("%v: %d have no music, %v", s.shards, len(late), late)
		}
		for name, list := range map[string]func(context.Context, string) ([]agent.Agent, string, error){
			"free": s.Free, "all": s.Agents,
		} {
			var seen []agent.ID
			for from := ""; from != "" || seen == nil; {
				page, next, err := list(t.Context(), from)
				must(t, err)
				for _, a := range page {
					seen = append(seen, a.ID)
				}
				from = next
			}
			if len(seen) != n || !slices.IsSorted(seen) {
				t.Errorf("%v, %s: %d agents, %v", s.shards, name, len(seen), seen)
			}
		}
	}
}

// F361: a shard that cannot be read. Whoever hears nothing is found if they are in another one.
func TestF361AShardThatCannotBeRead(t *testing.T) {
	server, table := storetest.Table(t)
	to, err := url.Parse(server.URL())
	must(t, err)
	store, broken := httputil.NewSingleHostReverseProxy(to), partition(musicCalls, 2)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte(broken)) && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
			http.Error(w, "{}", http.StatusInternalServerError)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		store.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	s := at(t, proxy.URL, table)
	s.shards = Shards{Used: 4}
	const n = 20
	hidden := map[call.ID]bool{}
	for i := range n {
		c := caller(i)
		must(t, s.SaveCall(t.Context(), c))
		if s.shards.shard(string(c.ID)) == 2 {
			hidden[c.ID] = true
		}
	}
	ids, next, err := s.MusicStopped(t.Context(), t0.AddDate(0, 0, 1))
	if !errors.Is(err, service.ErrUnavailable) || next.IsZero() || len(ids) != n-len(hidden) || len(hidden) == 0 {
		t.Errorf("%d of %d found, %v, %v", len(ids), n, next, err)
	}
}

// Ids spread evenly.
func TestShardsAreEven(t *testing.T) {
	const n, ids = 16, 100_000
	var got [n]int
	for i := range ids {
		got[Shards{Used: n}.shard(string(caller(i).ID))]++
	}
	if most := slices.Max(got[:]); most > ids/n*11/10 {
		t.Errorf("%v", got)
	}
}

func TestShardsAreRead(t *testing.T) {
	for text, want := range map[string]Shards{"1": {1, 1}, "16": {16, 16}, "1/4": {1, 4}, "4/16": {4, 16}} {
		if got, ok := parseShards(text); !ok || got != want {
			t.Errorf("%q is %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "0", "-1", "x", "4/1", "1/", "/4", "1/4/16", "65", "1 of 4"} {
		if got, ok := parseShards(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}
