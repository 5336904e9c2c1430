package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/stack"
	"warmtransfer/local/store/storetest"
	"warmtransfer/local/twiliosim/faults"
)

// metered puts a meter between the functions and the store.
func metered(t *testing.T, m **storetest.Meter) func(*stack.Options) {
	return func(o *stack.Options) {
		o.Via = func(store string) string {
			*m = storetest.Metered(t, store)
			return (*m).URL
		}
	}
}

// copies writes n copies of an item past everything, each with another name in the place of the old one.
func (l *line) copies(n int, key string, name func(int) string,
	change func(i int, item map[string]types.AttributeValue)) {
	l.t.Helper()
	item, _ := l.item(key)
	_, old, _ := strings.Cut(key, "#")
	var requests []types.WriteRequest
	for i := range n {
		next := map[string]types.AttributeValue{}
		for k, v := range item {
			if s, ok := v.(*types.AttributeValueMemberS); ok {
				v = &types.AttributeValueMemberS{Value: strings.ReplaceAll(s.Value, old, name(i))}
			}
			next[k] = v
		}
		if change != nil {
			change(i, next)
		}
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: next}})
	}
	for some := range slices.Chunk(requests, 25) {
		_, err := l.Table.Client().BatchWriteItem(l.ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{l.TableName: some},
		})
		l.must(err)
	}
}

// costs are the units of a caller's arrival and of three music turns, with nobody free; then the caller leaves.
func (l *line) costs(m *storetest.Meter, from string) (arrival, turns storetest.Units) {
	l.t.Helper()
	l.pages = map[string]bool{} // their requests are counted by the hour
	// The next sweep is 55 s away.
	l.pass(65*time.Second - time.Duration(l.clock.Now().Second())*time.Second)
	m.Take()
	caller := l.dial(from)
	arrival = m.Take()
	l.pass(40 * time.Second)
	turns = m.Take()
	l.waits(caller)
	l.hangs(caller)
	l.settle()
	return arrival, turns
}

// alike asserts that an event costs what it did, but for a tenth, and for callbacks that come in another order and lose
// a save or two. TestF207 and TestF208 of shared/dynamo assert it to the unit.
func (l *line) alike(what string, before, after storetest.Units) {
	l.t.Helper()
	l.t.Logf("%s: %.1f read and %.1f write units, then %.1f and %.1f; %v", what, before.Read, before.Write, after.Read,
		after.Write, after.Requests)
	if after.Read > 1.1*before.Read+2 || after.Write > 1.1*before.Write+4 {
		l.t.Errorf("%s cost %.1f read and %.1f write units, now %.1f and %.1f", what, before.Read, before.Write,
			after.Read,
			after.Write)
	}
}

// Five thousand agents, of whom nobody is free, then four thousand: each event costs as before, and the longest idle
// agent is rung.
func TestF207FiveThousandAgents(t *testing.T) {
	t.Parallel()
	var m *storetest.Meter
	l := open(t, metered(t, &m))
	l.online("alice", "bob")
	for _, id := range []string{"alice", "bob"} {
		_, err := l.agent(id).Set(l.ctx, "away")
		l.must(err)
	}
	arrival, turns := l.costs(m, "+15550101")
	l.copies(1000, "a#bob", func(i int) string { return fmt.Sprintf("away%04d", i) }, nil)
	many, manyTurns := l.costs(m, "+15550102")
	l.alike("an arrival", arrival, many)
	l.alike("three music turns", turns, manyTurns)

	_, err := l.agent("alice").Set(l.ctx, "available")
	l.must(err)
	// Whether the ringing is told before or after the arrival is saved must not count.
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: "call-ringing"}, Do: "drop"})
	m.Take()
	first := l.dial("+15550103")
	alone := m.Take()
	l.together(first, l.answers("alice"))
	l.hangs(first)
	l.pass(5 * time.Second)
	rank := "0#" + l.clock.Now().UTC().Add(-time.Second).Format("2006-01-02T15:04:05.000000000Z07:00") + "#"
	l.copies(4000, "a#alice", func(i int) string { return fmt.Sprintf("idle%04d", i) },
		func(i int, item map[string]types.AttributeValue) {
			place := &types.AttributeValueMemberS{Value: rank + fmt.Sprintf("idle%04d", i)}
			item["rank"], item["watchAt"] = place, place // idle for less than Alice
		})
	m.Take()
	second := l.dial("+15550104")
	l.alike("an arrival with a free agent", alone, m.Take())
	l.together(second, l.answers("alice"))
	l.done(10 * time.Second)
}

// crowdOfCalls answers for a network on which thousands of other calls are in progress, all as they are stored.
type crowdOfCalls struct {
	n        atomic.Int64
	requests atomic.Int64
}

// made are the names of those calls, their agents' legs and their conferences.
func made(kind string, i int) string { return fmt.Sprintf("%s5eed%028x", kind, i) }

func (c *crowdOfCalls) between(t *testing.T) func(*stack.Options) {
	return func(o *stack.Options) {
		o.ViaTwilio = func(api string) string {
			return inFront(t, api, func(w http.ResponseWriter, r *http.Request, twilio http.Handler) {
				c.requests.Add(1)
				if answer := c.answer(r); answer != nil {
					w.Header().Set("Content-Type", "application/json")
					_ = json.NewEncoder(w).Encode(answer)
					return
				}
				twilio.ServeHTTP(w, r)
			})
		}
	}
}

// answer is the answer to a request about the crowd, or nil.
func (c *crowdOfCalls) answer(r *http.Request) any {
	n, q := int(c.n.Load()), r.URL.Query()
	if name := q.Get("FriendlyName"); strings.HasPrefix(name, "CA5eed") {
		return map[string]any{"conferences": []any{map[string]any{
			"sid": "CF" + name[2:], "friendly_name": name, "status": "in-progress",
		}}}
	}
	if _, rest, ok := strings.Cut(r.URL.Path, "/Conferences/CF5eed"); ok {
		id, _, _ := strings.Cut(rest, "/")
		return map[string]any{"participants": []any{
			map[string]any{"call_sid": "CA5eed" + id, "label": "caller", "status": "connected"},
			map[string]any{"call_sid": "CB5eed" + id, "status": "connected"},
		}}
	}
	page, _ := strconv.Atoi(q.Get("Page"))
	if q.Get("PageSize") != "1000" || page*1000 >= n {
		q.Del("Page") // the others come after the crowd
		q.Del("PageToken")
		r.URL.RawQuery = q.Encode()
		return nil
	}
	next := *r.URL
	q.Set("Page", strconv.Itoa(page+1))
	q.Set("PageToken", "PT"+strconv.Itoa(page+1))
	next.RawQuery = q.Encode()
	var list []any
	if strings.HasSuffix(r.URL.Path, "/Conferences.json") {
		for i := page * 1000; i < min(n, page*1000+1000); i++ {
			list = append(list, map[string]any{"friendly_name": made("CA", i), "status": "in-progress"})
		}
		return map[string]any{"conferences": list, "next_page_uri": next.RequestURI()}
	}
	for i := page * 1000; i < min(n, page*1000+1000); i++ {
		list = append(list, map[string]any{"sid": made("CA", i)}, map[string]any{"sid": made("CB", i)})
	}
	return map[string]any{"calls": list, "next_page_uri": next.RequestURI()}
}

// Ten thousand calls are live. Each event costs as before; a sweep makes some hundred requests, is not cut short, and
// finds the one call of which nobody has told that the agent's leg has ended.
func TestF208TenThousandLiveCalls(t *testing.T) {
	t.Parallel()
	const n = 10_000
	var m *storetest.Meter
	c := &crowdOfCalls{}
	l := open(t, metered(t, &m), c.between(t))
	l.gap = 70 * time.Second
	caller := l.talks("alice")
	arrival, turns := l.costs(m, "+15550101")
	leg := l.legTo("alice")
	item, doc := l.item("c#" + caller)
	room, _ := doc["room"].(string)
	raw := item["doc"].(*types.AttributeValueMemberS)
	raw.Value = strings.ReplaceAll(raw.Value, `"alice"`, `"crowd"`) // whom nobody asks
	c.n.Store(n)
	l.copies(n, "c#"+caller, func(i int) string { return made("CA", i) },
		func(i int, item map[string]types.AttributeValue) {
			for name, v := range item {
				if s, ok := v.(*types.AttributeValueMemberS); ok {
					s.Value = strings.NewReplacer(leg, made("CB", i), room, made("CF", i), `"alice"`,
						`"crowd"`).Replace(s.Value)
					item[name] = s
				}
			}
			item["sids"] = &types.AttributeValueMemberS{Value: made("CA", i)} // as if no agent had answered
		})
	many, manyTurns := l.costs(m, "+15550102")
	l.alike("an arrival", arrival, many)
	l.alike("three music turns", turns, manyTurns)

	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
	l.hangs(leg)
	m.Take()
	c.requests.Store(0)
	l.pass(62 * time.Second)
	u := m.Take()
	requests := u.All() + int(c.requests.Load())
	t.Logf("a sweep: %d requests for %d calls, %.0f read units, %v", requests, n, u.Read, u.Requests)
	if requests > n/5 {
		t.Errorf("a sweep made %d requests", requests)
	}
	l.waits(caller)
	if strings.Contains(l.log.String(), `"left":`) {
		t.Error("a sweep was cut short")
	}
	l.Network.ClearFaults()
	l.hangs(caller)
	l.settle()
}

// What a transferred call writes to each index, and so to its hottest partition: docs/performance.md says it.
func TestUnitsOfATransferredCallInEachIndex(t *testing.T) {
	t.Parallel()
	b := transferred(t)
	u, _ := b.all()
	t.Logf("\n%v", b)
	// Two callbacks that come at the same time may be saved in either order.
	for index, most := range map[string]float64{"live": 6, "agents": 9, "watch": 26} {
		if u.index[index] > most || u.index[index] == 0 {
			t.Errorf("%.0f units in the index %s, want at most %.0f", u.index[index], index, most)
		}
	}
}

// F361: with sixteen shards no partition takes half of what it can at 300 new calls a second. TestShardsAreEven shows
// that calls spread over them.
func TestF361TheHottestPartition(t *testing.T) {
	t.Parallel()
	const shards, callsEachSecond, most = 16, 300, 500
	b := transferred(t, func(o *stack.Options) { o.Parameters = map[string]string{"LineShards": "16"} })
	list := map[string]float64{} // units of a call, in all shards of a list
	seen := map[string]bool{}
	for part, n := range b.parts {
		name := part
		switch {
		case strings.Contains(part, " n#"), strings.Contains(part, " h#"):
			continue // of one caller, or of one agent
		case !strings.HasPrefix(part, "records"): // which are a partition for each month
			name = regexp.MustCompile(`#?\d+$`).ReplaceAllString(part, "")
			n /= shards
		}
		list[name] += n
		seen[part] = true
	}
	for name, n := range list {
		hottest := n * callsEachSecond
		t.Logf("%s: %.0f units a second", name, hottest)
		if hottest >= most {
			t.Errorf("%s: %.0f units a second in one partition", name, hottest)
		}
	}
	if seen["live 0"] && seen["agents 0"] && seen["watch music#0"] {
		t.Error("nothing is spread")
	}
}

// transferred is a call that was handed over by consult, counted.
func transferred(t *testing.T, options ...func(*stack.Options)) *bill {
	t.Helper()
	var m *storetest.Meter
	l := open(t, append(options, metered(t, &m))...)
	l.online("alice", "bob")
	l.pages = map[string]bool{}
	b := l.bills(m)
	b.handedOver(20*time.Second, 15*time.Second)
	b.all()
	return b
}
