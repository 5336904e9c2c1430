package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

var t0 = time.Date(2026, 11, 22, 10, 16, 49, 123_456_789, time.UTC)

// at opens the store as a function does, from its environment.
func at(t testing.TB, url, table string) *Store {
	t.Helper()
	vars := map[string]string{
		"TABLE_NAME": table, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_DYNAMODB": url,
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session",
	}
	r := env.New(func(name string) string { return vars[name] })
	s := Open(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	// A machine that is busy with other tests answers more slowly than DynamoDB.
	s.limits = limits{20 * time.Second, 10 * time.Second, time.Millisecond, 10 * time.Second, 20 * time.Second}
	return s
}

func open(t testing.TB) *Store {
	server, table := storetest.Table(t)
	return at(t, server.URL(), table)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func caller(n int) *call.Call {
	return call.New(call.ID(fmt.Sprintf("CA%032x", n)), "+15005550006", true, t0.Add(time.Duration(n)*time.Second))
}

// rawItem is an item as it is stored.
func rawItem(t testing.TB, s *Store, key string) item {
	t.Helper()
	out, err := s.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &s.name, Key: item{pk: str(key)}})
	must(t, err)
	return out.Item
}

func putRaw(t testing.TB, s *Store, it item) {
	t.Helper()
	_, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.name, Item: it})
	must(t, err)
}

// F316: each rule of the store holds for packed items.
func TestF316StoreInDynamoDBPacked(t *testing.T) {
	servicetest.StoreSuite(t, func(t *testing.T) service.Store {
		s := open(t)
		s.Compact(true)
		return s
	})
}

func TestStoreInDynamoDB(t *testing.T) {
	servicetest.StoreSuite(t, func(t *testing.T) service.Store { return open(t) })
}

// Sixteen functions, each with its own store as each process has, increment a number in one call.
// Every save that reports success has taken effect exactly once.
func TestF112SixteenWritersLoseNothing(t *testing.T) {
	server, table := storetest.Table(t)
	first := caller(1)
	must(t, at(t, server.URL(), table).SaveCall(t.Context(), first))
	const writers, each = 16, 4
	var conflicts atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		s := at(t, server.URL(), table)
		wg.Go(func() {
			for done := 0; done < each; {
				c, err := s.Call(t.Context(), first.ID)
				if err != nil {
					t.Error(err)
					return
				}
				c.Hops++
				switch err := s.SaveCall(t.Context(), c); {
				case err == nil:
					done++
				case errors.Is(err, service.ErrConflict):
					conflicts.Add(1)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	c, err := at(t, server.URL(), table).Call(t.Context(), first.ID)
	must(t, err)
	if c.Hops != writers*each || c.Version != writers*each+1 {
		t.Errorf("%d saves counted, version %d; want %d and %d (%d conflicts)", c.Hops, c.Version, writers*each,
			writers*each+1, conflicts.Load())
	}
	if conflicts.Load() == 0 {
		t.Error("the writers never met, so the test has shown nothing")
	}
}

func TestF002TheLineAndTheLiveInTheirOrder(t *testing.T) {
	s := open(t)
	save := func(n int, change func(*call.Call)) {
		c := caller(n)
		change(c)
		must(t, s.SaveCall(t.Context(), c))
	}
	talks := func(c *call.Call) { c.State = call.Talking }
	save(1, func(c *call.Call) { c.Requeued = true })
	save(2, func(*call.Call) {})
	save(3, func(c *call.Call) { c.State = call.Ringing })
	save(5, talks)
	save(4, talks)
	save(6, func(c *call.Call) { c.Requeued, c.State = true, call.ThreeWay })
	save(7, func(c *call.Call) { c.ApplyCallerEnded(t0) })
	live, err := s.Live(t.Context(), 0)
	must(t, err)
	var ids []call.ID
	for _, c := range live {
		ids = append(ids, c.ID)
	}
	if got := numbers(ids); got != "4 5 6 1 2 3" {
		t.Errorf("live: %s", got)
	}
	line, err := s.Queue(t.Context())
	must(t, err)
	ids = nil
	for _, w := range line {
		ids = append(ids, w.ID)
	}
	if got := numbers(ids); got != "1 2 3" || line[2].State != call.Ringing || !line[0].Requeued ||
		!line[1].Queued.Equal(t0.Add(2*time.Second)) {
		t.Errorf("line: %s, %+v", got, line)
	}
}

func numbers(ids []call.ID) string {
	var out []string
	for _, id := range ids {
		out = append(out, strings.TrimLeft(string(id), "CA0"))
	}
	return strings.Join(out, " ")
}

// DynamoDB refuses an empty key of an index; the local server accepts it.
func TestAnItemOutsideAnIndexLacksItsKeys(t *testing.T) {
	s := open(t)
	c, a := caller(1), agent.New("alice", "Alice", t0)
	must(t, s.SaveCall(t.Context(), c))
	must(t, s.SaveAgent(t.Context(), a))
	absent := func(it item, names ...string) {
		t.Helper()
		for _, n := range names {
			if v, there := it[n]; there {
				t.Errorf("%s has %s = %v", text(it[pk]), n, v)
			}
		}
	}
	absent(rawItem(t, s, callKey(c.ID)), dir, rank, ttl, seen)
	absent(rawItem(t, s, agentKey(a.ID)), live, liveAt, state, queued, head, watch, watchAt, seen, due, sids)
	c.ApplyCallerEnded(t0)
	must(t, s.SaveCall(t.Context(), c))
	absent(rawItem(t, s, callKey(c.ID)), live, liveAt, dir, rank, watch, watchAt, due, sids)
}

// DynamoDB rewrites an index entry when a projected attribute changes: a heartbeat must not move an
// agent, and a save that does not change the state must not touch the index live.
func TestPlacesChangeOnlyWithWhatTheyShow(t *testing.T) {
	a := agent.New("alice", "Alice", t0)
	a.Status = agent.Available
	before := rankOf(a)
	a.Beat(t0.Add(time.Hour))
	if rankOf(a) != before {
		t.Errorf("a heartbeat moves the agent from %s to %s", before, rankOf(a))
	}
	c := caller(1)
	waiting := place(c)
	c.State, c.Since = call.Ringing, t0.Add(time.Hour)
	if place(c) != waiting {
		t.Errorf("an offer moves the caller from %s to %s", waiting, place(c))
	}
}

func TestF116OnlyWhatIsOverGetsATimeToLive(t *testing.T) {
	s := open(t)
	now := time.Now()
	c, a := caller(1), agent.New("alice", "Alice", t0)
	for _, st := range call.States {
		c.State, c.CallerLive = st, st != call.Ended
		must(t, s.SaveCall(t.Context(), c))
		until, there := rawItem(t, s, callKey(c.ID))[ttl]
		if there != (st == call.Ended) {
			t.Errorf("%s: time to live %v", st, until)
		}
		if there && time.Unix(integer(until), 0).Before(now.Add(24*time.Hour)) {
			t.Errorf("it may go at %d, %v after its end", integer(until), time.Unix(integer(until), 0).Sub(now))
		}
	}
	for _, claim := range []*agent.Claim{nil, {Call: "CA1", Leg: "x", Until: t0}} {
		a.Claim = claim
		must(t, s.SaveAgent(t.Context(), a))
		if until, there := rawItem(t, s, agentKey(a.ID))[ttl]; there != (claim == nil) || there &&
			integer(until) < now.Add(30*24*time.Hour).Unix() {
			t.Errorf("claim %v: time to live %v", claim, until)
		}
	}
}

func TestF116WhatHasExpiredIsNotThere(t *testing.T) {
	s := open(t)
	now := time.Now()
	s.now = func() time.Time { return now }
	c, a := caller(1), agent.New("alice", "Alice", t0)
	c.ApplyCallerEnded(t0)
	must(t, s.SaveCall(t.Context(), c))
	must(t, s.SaveAgent(t.Context(), a))
	now = now.Add(keepEnded - time.Second)
	if _, err := s.Call(t.Context(), c.ID); err != nil {
		t.Errorf("before its time: %v", err)
	}
	if err := s.SaveCall(t.Context(), caller(1)); !errors.Is(err, service.ErrConflict) {
		t.Errorf("created again before its time: %v", err)
	}
	now = now.Add(2 * time.Second)
	if _, err := s.Call(t.Context(), c.ID); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("after its time: %v", err)
	}
	again := caller(1)
	if err := s.SaveCall(t.Context(), again); err != nil || again.Version != 1 {
		t.Errorf("created again: version %d, %v", again.Version, err)
	}
	if list, _, err := s.Agents(t.Context(), ""); len(list) != 1 || err != nil {
		t.Errorf("agents: %v, %v", list, err)
	}
	now = now.Add(keepAgent)
	if list, _, err := s.Agents(t.Context(), ""); len(list) != 0 || err != nil {
		t.Errorf("agents of long ago: %v, %v", list, err)
	}
}

// A call that has ended with legs that are left is overdue, so that the sweep looks at it; it needs no list of legs.
func TestACallThatHasEndedNamesNoLegs(t *testing.T) {
	s := open(t)
	c := caller(1)
	c.Legs = []call.Leg{{Key: "leg", SID: "CAleg", Agent: "alice", Phase: call.LegAnswered}}
	must(t, s.SaveCall(t.Context(), c))
	if it := rawItem(t, s, callKey(c.ID)); text(it[sids]) != string(c.ID)+" CAleg" {
		t.Errorf("a live call: %v", it[sids])
	}
	c.ApplyCallerEnded(t0)
	must(t, s.SaveCall(t.Context(), c))
	it := rawItem(t, s, callKey(c.ID))
	if !c.Live() || it[sids] != nil || integer(it[due]) > t0.Unix() || it[live] == nil {
		t.Errorf("live %t, legs %v, due %v", c.Live(), it[sids], it[due])
	}
}

func TestABrokenAgentKeepsNobodyElseWaiting(t *testing.T) {
	s := open(t)
	must(t, s.SaveAgent(t.Context(), agent.New("alice", "Alice", t0)))
	putRaw(t, s, item{pk: str("a#bob"), doc: str("{"), version: number(1), dir: str(partition("", 0)), rank: str("0#")})
	list, _, err := s.Agents(t.Context(), "")
	if err != nil || len(list) != 1 || list[0].ID != "alice" {
		t.Errorf("agents: %v, %v", list, err)
	}
	if _, err := s.Agent(t.Context(), "bob"); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("the broken one: %v", err)
	}
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	r := env.New(func(string) string { return "" })
	Open(r)
	for _, name := range []string{"TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

func TestWarmAsksOnceAndNeverFails(t *testing.T) {
	var asked []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	s := at(t, server.URL, "t")
	s.Warm(t.Context())
	if len(asked) != 1 || asked[0].Header.Get("X-Amz-Target") != "DynamoDB_20120810.GetItem" {
		t.Fatalf("asked %d times", len(asked))
	}
	if h := asked[0].Header; h.Get("X-Amz-Security-Token") != "session" ||
		!strings.Contains(h.Get("Authorization"), "Credential=key/") {
		t.Errorf("not signed with the environment's credentials: %v", h)
	}
	server.Close()
	s.Warm(t.Context())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.Warm(gone)
}

func TestF133F134ClaimRaceIsLinearizable(t *testing.T) {
	servicetest.ClaimRace(t, open(t), 6, 12)
}

func TestF133F134OfferRaceGivesEachCallerOneOwner(t *testing.T) {
	servicetest.OfferRace(t, open(t), 20, 5)
}
