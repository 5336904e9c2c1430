package dynamo

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
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
	t       testing.TB
	server  *store.Store
	meter   *storetest.Meter
	network *phoneNetwork
	svc     *service.Service
	now     time.Time
	keys    int
}

func meteredStore(t testing.TB) *metered {
	t.Helper()
	server, table := storetest.Table(t)
	m := &metered{t: t, server: server, meter: storetest.Metered(t, server.URL()), now: t0}
	m.Store = at(t, m.meter.URL, table)
	m.Compact(true) // as in a new stack
	m.network = &phoneNetwork{
		Phones: servicetest.NewPhones(func() time.Time { return m.now }),
		legs:   map[call.LegID]bool{}, rooms: map[call.ID]bool{},
	}
	m.svc = service.New(m.Store, m.network, service.Settings{
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
		items[i] = m.raw(agentKey(a.ID), a, m.agentItem(a))
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
			RequestItems: map[string][]types.WriteRequest{m.name: all},
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

// phoneNetwork has so many calls in progress, all as they are stored, and counts the requests of sweeps.
type phoneNetwork struct {
	*servicetest.Phones
	legs  map[call.LegID]bool
	rooms map[call.ID]bool
	asked atomic.Int64
}

func (n *phoneNetwork) Connected(context.Context) (service.Connected, error) {
	n.asked.Add(int64(len(n.legs)/1000 + 1 + len(n.rooms)/1000 + 1)) // pages
	return service.Connected{Legs: n.legs, Conferences: n.rooms}, nil
}

func (n *phoneNetwork) FindConference(_ context.Context, id call.ID) (call.ConferenceID, bool, error) {
	n.asked.Add(1)
	if !n.rooms[id] {
		return "", false, service.ErrNotFound
	}
	return conferenceOf(id), true, nil
}

func (n *phoneNetwork) Participants(_ context.Context, room call.ConferenceID) ([]call.ListedParticipant, error) {
	n.asked.Add(1)
	id := "CA" + string(room)[2:]
	here := []call.ListedParticipant{{Leg: call.LegID(id), Label: call.CallerLabel}, {Leg: legOf(call.ID(id))}}
	return slices.DeleteFunc(here, func(p call.ListedParticipant) bool { return !n.legs[p.Leg] }), nil
}

func (n *phoneNetwork) FindParticipant(_ context.Context, _ call.ConferenceID, leg call.LegID) (call.Sighting, error) {
	n.asked.Add(1)
	return call.Sighting{Over: !n.legs[leg]}, nil
}

func conferenceOf(id call.ID) call.ConferenceID { return call.ConferenceID("CF" + string(id)[2:]) }

func legOf(id call.ID) call.LegID { return call.LegID("CAee" + string(id)[4:]) }

// carries adds n live calls: half of them with an agent, half in the queue with music.
func (m *metered) carries(n int) {
	m.t.Helper()
	items := make([]item, 0, n+n/2)
	for i := range n {
		c := caller(100_000 + i)
		c.Version, c.MusicAt, c.MusicEnds = 1, m.now, m.now.Add(time.Hour)
		m.network.legs[call.LegID(c.ID)] = true
		if i%2 == 0 {
			a := agent.New(agent.ID(fmt.Sprintf("busy%05d", i)), "Busy", t0)
			a.Version, a.HeartbeatAt, a.Status = 1, m.now.Add(time.Hour), agent.Available
			a.Claim = &agent.Claim{Call: string(c.ID), Leg: "leg-1", Until: m.now.Add(time.Hour)}
			c.State, c.Owner, c.Started, c.Conference, c.Caller.Joined = call.Talking, "leg-1", true,
				conferenceOf(c.ID), true
			c.Legs = []call.Leg{{
				Key: "leg-1", SID: legOf(c.ID), Agent: a.ID, Phase: call.LegAnswered, Since: t0.Add(-time.Minute),
				Participant: call.Participant{Joined: true},
			}}
			m.network.legs[legOf(c.ID)], m.network.rooms[c.ID] = true, true
			items = append(items, m.raw(agentKey(a.ID), a, m.agentItem(a)))
		}
		items = append(items, m.raw(callKey(c.ID), c, m.callItem(c)))
	}
	m.seed(items)
}

// raw is an item as it is stored the first time.
func (m *metered) raw(key string, v any, it item) item {
	must(m.t, unknownFields{}.into(it, v, m.form))
	it[pk], it[version] = str(key), number(1)
	return it
}

// musicStops: the music of a caller is over since a minute ago.
func (m *metered) musicStops(id call.ID) {
	m.t.Helper()
	c, err := m.Call(m.t.Context(), id)
	must(m.t, err)
	c.MusicEnds = m.now.Add(-time.Minute)
	c.MusicAt = c.MusicEnds.Add(-time.Minute)
	must(m.t, m.SaveCall(m.t.Context(), c))
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
	event("arrival", func() error { _, err := m.svc.Arrive(ctx, c.ID, "+15550199", true, m.now); return err })
	event("join", func() error {
		return m.svc.HandleConferenceEvent(ctx, c.ID, call.ConferenceEvent{
			Conference: conferenceOf(c.ID), Kind: call.ParticipantJoined, Seq: 1, Leg: call.LegID(c.ID),
			Label: call.CallerLabel,
		}, m.now)
	})
	m.now = m.now.Add(12 * time.Second)
	event("music turn", func() error {
		_, err := m.svc.Wait(ctx, c.ID, service.Turn{Lasts: twelve}, m.now)
		return err
	})
	m.now = m.now.Add(12 * time.Second)
	event("music turn with the position", func() error {
		_, err := m.svc.Wait(ctx, c.ID, service.Turn{Lasts: twelve, Position: true}, m.now)
		return err
	})
	event("heartbeat", func() error {
		_, err := m.svc.SetStatus(ctx, service.Principal{ID: "agent00000"}, agent.Available, true, m.now)
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
			t.Logf("%s, free %t: with ten %.1f read and %.1f write units, with five thousand %.1f and %.1f, %v", name,
				free,
				small[name].Read, small[name].Write, u.Read, u.Write, u.Requests)
			if u.Read > 1.1*small[name].Read || u.Write > 1.1*small[name].Write {
				t.Errorf("%s, free %t: %.1f and %.1f units with five thousand agents, %.1f and %.1f with ten", name,
					free,
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

// sweep sweeps as the function does, and returns what that costs.
func (m *metered) sweep() (service.SweepResult, storetest.Units) {
	m.t.Helper()
	var r service.SweepResult
	m.network.asked.Store(0)
	u := m.spent(func() {
		var err error
		r, err = m.svc.Sweep(m.t.Context(), service.SweepLimits{
			Most: 1600, AtOnce: 8, Audits: 30, Clock: func() time.Time { return m.now },
		})
		must(m.t, err)
	})
	return r, u
}

// tenThousand is how many calls the store carries; in a short run fewer, with which a cost that grew would show, too.
func tenThousand() int {
	if testing.Short() {
		return 2500
	}
	return 10_000
}

func TestF208ASweepOfTenThousandCalls(t *testing.T) {
	for _, n := range []int{10, 1000, tenThousand()} {
		m := meteredStore(t)
		m.carries(n)
		r, u := m.sweep()
		each := float64(u.All()+int(m.network.asked.Load())) / float64(n)
		t.Logf("%5d live calls: %d looked at, %.2f requests for each, %.0f read units, store %v, network %d", n,
			r.Looked,
			each, u.Read, u.Requests, m.network.asked.Load())
		if r.Live != n || r.Left != 0 || r.Looked > 30 {
			t.Errorf("%+v of %d", r, n)
		}
		if n >= 1000 && each > 0.2 {
			t.Errorf("%d live calls: %.2f requests for each", n, each)
		}
		// Of one of them the music has stopped, of one the agent's leg is gone.
		late, lost := caller(100_001), caller(100_002)
		m.musicStops(late.ID)
		delete(m.network.legs, legOf(lost.ID))
		if r, _ := m.sweep(); r.Looked < 2 || r.Left != 0 || n > 30 && r.Looked > 32 {
			t.Errorf("%+v of %d, two of them wrong", r, n)
		}
		for id, was := range map[call.ID]int64{late.ID: 2, lost.ID: 1} {
			if c, err := m.Call(t.Context(), id); err != nil || c.Version == was {
				t.Errorf("%d live calls: %s was not repaired, %v", n, id, err)
			}
		}
	}
}

// An event costs with ten thousand live calls what it costs with ten.
func TestF208AnEventCostsTheSameWithTenThousandLiveCalls(t *testing.T) {
	few, many := meteredStore(t), meteredStore(t)
	// Both have more callers than a page of the queue.
	for m, n := range map[*metered]int{few: 60, many: tenThousand()} {
		m.carries(n)
		m.hires(10, 0)
	}
	small, large := few.events(), many.events()
	for name, u := range large {
		t.Logf("%s: with few %.1f read and %.1f write units, with many %.1f and %.1f, %v", name,
			small[name].Read,
			small[name].Write, u.Read, u.Write, u.Requests)
		if u.Read > 1.1*small[name].Read || u.Write > 1.1*small[name].Write {
			t.Errorf("%s: %.1f and %.1f units with many live calls, %.1f and %.1f with few", name, u.Read,
				u.Write,
				small[name].Read, small[name].Write)
		}
	}
}

// A heartbeat asks an index whose music has stopped, and does not load each call of the queue.
func TestF182AHeartbeatLoadsNoCallWhoseMusicPlays(t *testing.T) {
	m := meteredStore(t)
	m.carries(60)
	m.hires(10, 0)
	u := m.events()["heartbeat"]
	if u.Requests["GetItem"] > 2 || u.Read > 4 {
		t.Errorf("%.1f read units in %v", u.Read, u.Requests)
	}
	t.Logf("%.1f read units in %v", u.Read, u.Requests)
}

// One heartbeat of any page finds the callers who hear nothing, however many others hear music.
func TestF182AHeartbeatFindsTheCallersWhoHearNothing(t *testing.T) {
	for _, n := range []int{60, 3000} {
		m := meteredStore(t)
		m.carries(n)
		m.hires(10, 0)
		silent := []call.ID{caller(100_001).ID, caller(100_000 + n/2 + 1).ID, caller(100_000 + n - 1).ID}
		for _, id := range silent {
			m.musicStops(id)
		}
		u := m.spent(func() {
			_, err := m.svc.SetStatus(t.Context(), service.Principal{ID: "agent00000"}, agent.Available, true, m.now)
			must(t, err)
		})
		t.Logf("%d live calls: %.1f read units in %v", n, u.Read, u.Requests)
		for _, id := range silent {
			if c, err := m.Call(t.Context(), id); err != nil || c.Version <= 2 {
				t.Errorf("%d live calls: %s was not repaired, %v", n, id, err)
			}
		}
	}
}
