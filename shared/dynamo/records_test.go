package dynamo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

func TestShelfInDynamoDB(t *testing.T) {
	servicetest.ShelfSuite(t, func(t *testing.T) servicetest.Shelf {
		s := open(t)
		s.KeepRecords(time.Hour)
		return s
	})
}

// ended adds n records: one each minute up to now, of twenty agents and a thousand callers.
func (m *metered) ended(n int) {
	m.t.Helper()
	m.KeepRecords(time.Hour)
	items := make([]item, n)
	for i := range n {
		who := []agent.ID{agent.ID(fmt.Sprintf("agent%05d", i%20)), agent.ID(fmt.Sprintf("agent%05d", (i+7)%20))}
		c := servicetest.EndedCall(i, m.now.Add(time.Duration(-i-1)*time.Minute), fmt.Sprintf("+1500555%04d", i%1000),
			who[:1+i%2]...)
		c.Version = 1
		items[i] = m.raw(callKey(c.ID), c, m.callItem(c))
	}
	m.seed(items)
}

// asks is what each question of the archive costs.
func (m *metered) asks(boss bool) map[string]storetest.Units {
	m.t.Helper()
	a := &archive.Archive{Shelf: m.Store, Keep: time.Hour}
	who := service.Principal{ID: "agent00003", Name: "An agent", Supervisor: boss}
	costs := map[string]storetest.Units{}
	list := func(name string, s archive.Search) archive.Page {
		var p archive.Page
		costs[name] = m.spent(func() {
			var err error
			p, err = a.ListCalls(m.t.Context(), who, s, m.now)
			must(m.t, err)
		})
		return p
	}
	first := list("the first page", archive.Search{})
	list("the second page", archive.Search{Cursor: first.Next})
	list("a page of one caller", archive.Search{Caller: "+15005550003"})
	list("a page with a filter", archive.Search{Outcome: record.Answered})
	if boss {
		list("a page of one agent", archive.Search{Agent: "agent00007"})
	}
	if len(first.Calls) != 25 || first.Next == "" {
		m.t.Errorf("the first page has %d calls, cursor %q", len(first.Calls), first.Next)
	}
	return costs
}

// A page costs with fifty thousand records what it costs with a thousand, for an agent and for a supervisor.
func TestF214APageCostsTheSameWithFiftyThousandRecords(t *testing.T) {
	few, many := meteredStore(t), meteredStore(t)
	most := 50_000
	if testing.Short() { // a cost that grew with the records would show with these, too
		most = 15_000
	}
	few.ended(5000)
	many.ended(most)
	for _, boss := range []bool{false, true} {
		small, large := few.asks(boss), many.asks(boss)
		for name, u := range large {
			t.Logf("supervisor %t, %s: with few %.1f read units, with %d %.1f, %v", boss, name,
				small[name].Read, most, u.Read, u.Requests)
			if name != "a page of one caller" && u.Read > 1.1*small[name].Read || u.Read > 210 {
				t.Errorf("supervisor %t, %s: %.1f read units with fifty thousand records, %.1f with few", boss, name,
					u.Read, small[name].Read)
			}
		}
	}
}

// A record costs no write of its own, and is in no list that rings agents or repairs calls.
func TestF214ARecordCostsNoWriteAndIsInNoListOfTheLine(t *testing.T) {
	m := meteredStore(t)
	m.hires(2, 2)
	for keep, n := range map[time.Duration]int{0: 1, time.Hour: 2} {
		m.KeepRecords(keep)
		c := servicetest.EndedCall(n, t0, "+15005550006", "alice", "bob")
		goes := c.Clone()
		goes.State, goes.CallerLive = call.Talking, true
		must(t, m.SaveCall(t.Context(), goes))
		c.Version = goes.Version
		u := m.spent(func() { must(t, m.SaveCall(t.Context(), c)) })
		if u.All() != 1 || u.Requests["PutItem"] != 1 {
			t.Errorf("the end of a call costs %v", u.Requests)
		}
		t.Logf("the end of a call of two agents, kept for %v: %.1f write units, of them %v in indexes", keep, u.Write,
			u.Index)
	}
	m.KeepRecords(time.Hour)
	must(t, m.SaveCall(t.Context(), servicetest.EndedCall(3, t0, "", "alice", "bob", "carol")))
	note := record.Note{By: record.Party{ID: "alice"}, Text: "x", Version: 1}
	must(t, m.SaveNote(t.Context(), caller(2).ID, note, time.Hour))
	agents, _, err := m.Agents(t.Context(), "")
	must(t, err)
	free, _, err := m.Free(t.Context(), "")
	must(t, err)
	live, err := m.Live(t.Context(), 0)
	must(t, err)
	queue, err := m.Queue(t.Context())
	must(t, err)
	if len(agents) != 2 || len(free) != 2 || len(live) != 0 || len(queue) != 0 {
		t.Errorf("%d agents, %d free, %d live calls, %d in the queue", len(agents), len(free), len(live), len(queue))
	}
	// A line that keeps none has none.
	m.KeepRecords(0)
	must(t, m.SaveCall(t.Context(), servicetest.EndedCall(4, t0, "", "alice", "bob", "carol")))
	from, before := archive.Place(t0.Add(-time.Hour), ""), archive.Place(t0.Add(time.Hour), "")
	places, err := m.Places(t.Context(), archive.List{}, from, before, 9)
	must(t, err)
	if len(places) != 2 {
		t.Errorf("records of %v", places)
	}
}

// Records are listed by month. One request asks for those of a year and a month at most, and the cursor goes on.
func TestF214ARequestAsksForSoManyMonths(t *testing.T) {
	m := meteredStore(t)
	const keep = 999 * 24 * time.Hour
	m.KeepRecords(keep)
	var want []call.ID
	for i, days := range []int{1, 365, 366, 367, 998} {
		c := servicetest.EndedCall(i, t0.Add(time.Duration(-days)*24*time.Hour), "", "alice")
		must(t, m.SaveCall(t.Context(), c))
		want = append(want, c.ID)
	}
	a := &archive.Archive{Shelf: m.Store, Keep: keep}
	var got []call.ID
	asked := 0
	for s := (archive.Search{}); asked == 0 || s.Cursor != ""; asked++ {
		u := m.spent(func() {
			p, err := a.ListCalls(t.Context(), service.Principal{ID: "boss", Supervisor: true}, s, t0)
			must(t, err)
			for _, r := range p.Calls {
				got = append(got, r.ID)
			}
			s.Cursor = p.Next
		})
		if n := u.Requests["Query"]; n > 14 {
			t.Errorf("a request asks for %d months", n)
		}
	}
	if !slices.Equal(got, want) || asked > 4 {
		t.Errorf("%d requests find %v, want %v", asked, got, want)
	}
}

// While records are deleted, the pages after that neither repeat a record nor skip one that stays.
func TestF216PagesWhileRecordsAreDeleted(t *testing.T) {
	m := meteredStore(t)
	m.ended(300)
	a := &archive.Archive{Shelf: m.Store, Keep: time.Hour}
	who := service.Principal{ID: "boss", Supervisor: true}
	seen := map[string]int{}
	var order []time.Time
	gone := map[string]bool{}
	for cursor, page := "", 0; page == 0 || cursor != ""; page++ {
		p, err := a.ListCalls(t.Context(), who, archive.Search{Cursor: cursor}, m.now)
		must(t, err)
		for _, r := range p.Calls {
			seen[string(r.ID)]++
			order = append(order, r.Ended)
		}
		cursor = p.Next
		// The last of this page, and some that are yet to come, go.
		for _, i := range []int{len(order) - 1, len(order), len(order) + 3, len(order) + 24} {
			id := caller(i).ID
			gone[string(id)] = true
			deleteRaw(t, m.Store, callKey(id))
		}
	}
	if !slices.IsSortedFunc(order, func(a, b time.Time) int { return b.Compare(a) }) {
		t.Error("not newest first")
	}
	for i := range 300 {
		id := string(caller(i).ID)
		if n := seen[id]; n > 1 || n == 0 && !gone[id] {
			t.Errorf("record %d was shown %d times", i, n)
		}
	}
}

func deleteRaw(t testing.TB, s *Store, key string) {
	t.Helper()
	_, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.name, Key: item{pk: str(key)}})
	must(t, err)
}

// A note is saved while the call is forgotten: its request has read the call before. If it cannot be erased, the next
// time does it.
func TestF218ANoteOfTheSameMomentIsErased(t *testing.T) {
	const number = "+15005550006"
	for _, again := range []fault{pass, denied} {
		s, n := spoiled(t)
		s.KeepRecords(time.Hour)
		c := servicetest.EndedCall(1, t0, number, "alice")
		must(t, s.SaveCall(t.Context(), c))
		n.after = func(string) {
			own := record.Note{By: record.Party{ID: "alice"}, Text: "x", Name: "Ann", Version: 1}
			must(t, at(t, n.to, s.name).SaveNote(t.Context(), c.ID, own, time.Hour))
		}
		n.spoils(pass, pass, later, pass, again) // Scan, GetItem, DeleteItem of the notes, PutItem, DeleteItem
		f, err := s.Forget(t.Context(), number)
		if again == denied {
			if err == nil {
				t.Error("a note is left, and nothing is said")
			}
			f, err = s.Forget(t.Context(), number)
			f.Calls++
		}
		must(t, err)
		notes, err := s.Notes(t.Context(), c.ID)
		must(t, err)
		if len(notes) != 0 || f != (Forgotten{Calls: 1, Notes: 1}) {
			t.Errorf("after %s: forgotten is %+v, kept %+v", again, f, notes)
		}
	}
}

func TestF218WhatIsKeptOfACallerIsErased(t *testing.T) {
	s := open(t)
	s.KeepRecords(time.Hour)
	ctx, keep := t.Context(), time.Hour
	const number = "+15005550006"
	for i, who := range [][]agent.ID{{"alice", "bob", "carol", "dave"}, {"alice"}, {"bob"}} {
		number := number
		if i == 2 {
			number = "+15005550009"
		}
		c := servicetest.EndedCall(i, t0, number, who...)
		c.Transfer = &call.Transfer{Note: "Ann wants a refund", Outcome: call.OutcomeCancelled}
		must(t, s.SaveCall(ctx, c))
		n := record.Note{By: record.Party{ID: "alice"}, Text: "x", Name: "Ann", Version: 1}
		must(t, s.SaveNote(ctx, c.ID, n, keep))
	}
	live := caller(7)
	must(t, s.SaveCall(ctx, live))
	removed := agent.New("carol", "Carol", t0)
	removed.Remove(t0)
	for _, a := range []*agent.Agent{agent.New("alice", "Alice", t0), removed} {
		a.Recent = []agent.LastCall{{Call: "x", At: t0, Caller: number}, {Call: "y", At: t0, Caller: "+15005550009"}}
		must(t, s.SaveAgent(ctx, a))
	}
	for i, want := range []Forgotten{{Calls: 2, Notes: 2, Agents: 2, Live: 1}, {Live: 1}} {
		got, err := s.Forget(ctx, number)
		must(t, err)
		if got != want {
			t.Errorf("the %d. time: %+v, want %+v", i+1, got, want)
		}
	}
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{TableName: &s.name})
	must(t, err)
	others := 0
	for _, it := range out.Items {
		key, raw := text(it[pk]), text(it[doc])
		if key == callKey(live.ID) || strings.HasSuffix(key, string(caller(2).ID)) {
			others++
			continue
		}
		if strings.Contains(raw, number) || strings.Contains(raw, "refund") || strings.HasPrefix(key, "p#") ||
			strings.HasPrefix(key, "n#") || it[rec] != nil || text(it[watch]) == callerList(number) {
			t.Errorf("kept is %s: %v", key, raw)
		}
	}
	if others != 3 { // the call that goes on, and the other caller's with its note
		t.Errorf("%d items of others are left", others)
	}
	if _, err := s.Forget(ctx, ""); !errors.Is(err, ErrNoNumber) {
		t.Errorf("whoever withholds the number: %v", err)
	}
}

// The release before knows no versions: it writes over a note, or erases it, and leaves the version as it was.
func TestF215ANoteOfTheReleaseBeforeCanBeReplaced(t *testing.T) {
	for _, left := range []item{
		{pk: str("n#CA1"), "note#alice": str(`{"by":{"id":"alice","name":"Alice"},"at":"2026-11-22T10:16:49Z","note":"x"}`)},
		{pk: str("n#CA1"), "edit#alice": number(3)},
		{
			pk: str("n#CA1"), "edit#alice": number(3),
			"note#alice": str(`{"by":{"id":"alice","name":"Alice"},"at":"2026-11-22T10:16:49Z","note":"x","version":1}`),
		},
	} {
		s := open(t)
		must(t, s.overwrite(t.Context(), left))
		notes, err := s.Notes(t.Context(), "CA1")
		must(t, err)
		if len(notes) != 1 || notes[0].Version != integer(left["edit#alice"]) || notes[0].By.ID != "alice" {
			t.Fatalf("%+v", notes)
		}
		next := notes[0]
		next.Text, next.Version = "y", next.Version+1
		must(t, s.SaveNote(t.Context(), "CA1", next, time.Hour))
		if notes, err = s.Notes(t.Context(), "CA1"); err != nil || len(notes) != 1 || notes[0] != next {
			t.Errorf("%+v, %v", notes, err)
		}
	}
}

func TestF218APlaceThatIsKeptEndsAndIsErased(t *testing.T) {
	s := open(t)
	s.KeepRecords(time.Hour)
	ctx := t.Context()
	const number = "+15005550006"
	c := call.KeepsPlaceIn(call.New("CA1", number, false, t0), number, t0)
	must(t, s.SavePlaceOf(ctx, number, c.ID))
	must(t, s.SaveCall(ctx, c))
	got, err := s.Forget(ctx, number)
	must(t, err)
	if got != (Forgotten{Calls: 1}) {
		t.Errorf("forgotten is %+v", got)
	}
	if c, err = s.Call(ctx, c.ID); err != nil || c.State != call.Ended || c.From != "" || c.Out.Number != "" {
		t.Errorf("the place is %+v, %v", c, err)
	}
	if id, err := s.PlaceOf(ctx, number); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("the number keeps %s, %v", id, err)
	}
	if queue, err := s.Queue(ctx); err != nil || len(queue) != 0 {
		t.Errorf("the queue is %v, %v", queue, err)
	}
}
