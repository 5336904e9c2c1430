package dynamo

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/store"
	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// metered is a store with a meter before it, and a service over it.
type metered struct {
	*Store
	t      testing.TB
	server *store.Store
	meter  *storetest.Meter
	phones *servicetest.Phones
	board  *service.Service
	now    time.Time
	keys   int
}

func meteredStore(t testing.TB) *metered {
	t.Helper()
	server, table := storetest.Table(t)
	m := &metered{t: t, server: server, meter: storetest.Metered(t, server.URL()), now: t0}
	m.Store = at(t, m.meter.URL, table)
	m.phones = servicetest.NewPhones(func() time.Time { return m.now })
	m.board = service.New(m.Store, m.phones, service.Settings{
		Ring: 20 * time.Second, MaxWait: time.Hour,
		NewKey: func() call.LegKey { m.keys++; return call.LegKey(fmt.Sprint("key-", m.keys)) },
	})
	return m
}

// hires adds n agents who have worked for a while; the first of them are free.
func (m *metered) hires(n, free int) {
	m.t.Helper()
	items := make([]item, n)
	for i := range n {
		a := agent.New(agent.ID(fmt.Sprintf("agent%05d", i)), fmt.Sprintf("An Agent %d", i), t0.Add(-time.Hour))
		a.HeartbeatAt, a.IdleSince = m.now, t0.Add(time.Duration(i-n)*time.Second)
		if i < free {
			a.Status = agent.Available
		}
		for k := range agent.MaxRecent {
			a.Recent = append(a.Recent, agent.LastCall{
				Call: fmt.Sprintf("CA%032x", 900000+k), Outcome: "completed", At: t0, Began: t0.Add(-time.Minute),
				Caller: "+15550100",
			})
		}
		a.Version = 1
		items[i] = m.agentItem(a)
		must(m.t, unknownFields{}.into(items[i], a))
		items[i][pk], items[i][version] = str(agentKey(a.ID)), number(1)
	}
	m.seed(items)
}

// seed writes items past the meter.
func (m *metered) seed(items []item) {
	m.t.Helper()
	client := m.server.Client()
	for some := range slices.Chunk(items, 25) {
		var all []types.WriteRequest
		for _, it := range some {
			all = append(all, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
		_, err := client.BatchWriteItem(m.t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{m.table: all},
		})
		must(m.t, err)
	}
}

// spent is what f costs.
func (m *metered) spent(f func()) storetest.Units {
	m.meter.Take()
	f()
	return m.meter.Take()
}

func twelve(*call.Call) time.Duration { return 12 * time.Second }

// events are what happens most often, and what they cost with so many agents.
func (m *metered) events() map[string]storetest.Units {
	m.t.Helper()
	ctx := m.t.Context()
	costs := map[string]storetest.Units{}
	event := func(name string, f func() error) {
		m.t.Helper()
		costs[name] = m.spent(func() { must(m.t, f()) })
	}
	c := caller(1)
	event("arrival", func() error { _, err := m.board.Arrive(ctx, c.ID, "+15550199", true, m.now); return err })
	m.now = m.now.Add(12 * time.Second)
	event("music turn", func() error {
		_, err := m.board.Wait(ctx, c.ID, service.Turn{Lasts: twelve}, m.now)
		return err
	})
	m.now = m.now.Add(12 * time.Second)
	event("music turn with the position", func() error {
		_, err := m.board.Wait(ctx, c.ID, service.Turn{Lasts: twelve, Position: true}, m.now)
		return err
	})
	event("heartbeat", func() error {
		_, err := m.board.SetStatus(ctx, service.Principal{ID: "agent00000"}, agent.Available, true, m.now)
		return err
	})
	return costs
}

// A music turn reads two units at most, and an event costs with five thousand agents what it costs with ten: none of
// them free, and most of them.
func TestF207AnEventCostsTheSameWithFiveThousandAgents(t *testing.T) {
	for _, free := range []bool{false, true} {
		few, many := meteredStore(t), meteredStore(t)
		if free {
			few.hires(10, 8)
			many.hires(5000, 4000)
		} else {
			few.hires(10, 0)
			many.hires(5000, 0)
		}
		small, large := few.events(), many.events()
		for name, u := range large {
			t.Logf("%s, free %t: with ten %.1f read and %.1f write units, with five thousand %.1f and %.1f, %v", name, free,
				small[name].Read, small[name].Write, u.Read, u.Write, u.Requests)
			if u.Read > 1.1*small[name].Read || u.Write > 1.1*small[name].Write {
				t.Errorf("%s, free %t: %.1f and %.1f units with five thousand agents, %.1f and %.1f with ten", name, free,
					u.Read, u.Write, small[name].Read, small[name].Write)
			}
		}
		if u := large["music turn"]; u.Read > 2 {
			t.Errorf("a music turn reads %.1f units", u.Read)
		}
		if u := large["music turn with the position"]; u.Read > 2 {
			t.Errorf("a music turn with the position reads %.1f units", u.Read)
		}
	}
}

// The free agents of a full page, whatever their number, are read in half a unit.
func TestF207ThirtyFreeAgentsAreHalfAReadUnit(t *testing.T) {
	m := meteredStore(t)
	m.hires(100, 100)
	u := m.spent(func() {
		page, _, err := m.Free(t.Context(), "")
		if err != nil || len(page) != freePage || page[0].ID != "agent00000" {
			t.Errorf("%d free agents, %v", len(page), err)
		}
	})
	if u.Read > 0.5 || u.All() != 1 {
		t.Errorf("%.1f read units in %v", u.Read, u.Requests)
	}
}
