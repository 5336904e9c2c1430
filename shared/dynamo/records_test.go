package dynamo

import (
	"encoding/json"
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
	servicetest.ShelfSuite(t, func(t *testing.T) servicetest.Shelf { return open(t) })
}

// ended adds n records: one each minute up to now, of twenty agents and a thousand callers.
func (m *metered) ended(n int) {
	m.t.Helper()
	items := make([]item, n)
	for i := range n {
		who := []agent.ID{agent.ID(fmt.Sprintf("agent%05d", i%20)), agent.ID(fmt.Sprintf("agent%05d", (i+7)%20))}
		r := servicetest.RecordOf(i, m.now.Add(time.Duration(-i-1)*time.Minute), fmt.Sprintf("+1500555%04d", i%1000),
			who[:1+i%2]...)
		r.Legs[0].Party.Name = "An agent of this line"
		raw, err := json.Marshal(r)
		must(m.t, err)
		items[i] = m.recordItem(r, string(raw), time.Hour)
	}
	m.seed(items)
}

// asks is what each question of the archive costs.
func (m *metered) asks(boss bool) map[string]storetest.Units {
	m.t.Helper()
	a := &archive.Archive{Shelf: m.Store, Keep: time.Hour, Codes: []string{"order"}}
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

// The record of a call is one write, and in no list that rings agents or repairs calls.
func TestF214ARecordIsOneWriteAndInNoListOfTheLine(t *testing.T) {
	m := meteredStore(t)
	m.hires(2, 2)
	r := servicetest.RecordOf(1, t0, "+15005550006", "alice", "bob")
	u := m.spent(func() { must(t, m.SaveRecord(t.Context(), r, time.Hour)) })
	if u.All() != 1 || u.Requests["PutItem"] != 1 {
		t.Errorf("a record costs %v", u.Requests)
	}
	t.Logf("a record of two agents: %.1f write units, of them %v in indexes", u.Write, u.Index)
	must(t, m.SaveRecord(t.Context(), servicetest.RecordOf(2, t0, "", "alice", "bob", "carol"), time.Hour))
	must(t, m.SaveNote(t.Context(), r.ID, record.Note{By: record.Party{ID: "alice"}, Text: "x"}, time.Hour))
	agents, _, err := m.Agents(t.Context(), "")
	must(t, err)
	free, _, err := m.Free(t.Context(), "")
	must(t, err)
	live, err := m.Live(t.Context())
	must(t, err)
	queue, err := m.Queue(t.Context())
	must(t, err)
	if len(agents) != 2 || len(free) != 2 || len(live) != 0 || len(queue) != 0 {
		t.Errorf("%d agents, %d free, %d live calls, %d in the queue", len(agents), len(free), len(live), len(queue))
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
			r := servicetest.RecordOf(i, m.now, "")
			gone[string(r.ID)] = true
			deleteRaw(t, m.Store, recordKey(r.ID))
		}
	}
	if !slices.IsSortedFunc(order, func(a, b time.Time) int { return b.Compare(a) }) {
		t.Error("not newest first")
	}
	for i := range 300 {
		id := string(servicetest.RecordOf(i, m.now, "").ID)
		if n := seen[id]; n > 1 || n == 0 && !gone[id] {
			t.Errorf("record %d was shown %d times", i, n)
		}
	}
}

func deleteRaw(t testing.TB, s *Store, key string) {
	t.Helper()
	_, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.table, Key: item{pk: str(key)}})
	must(t, err)
}

func TestF218WhatIsKeptOfACallerIsErased(t *testing.T) {
	s := open(t)
	ctx, keep := t.Context(), time.Hour
	const number = "+15005550006"
	for i, who := range [][]agent.ID{{"alice", "bob", "carol", "dave"}, {"alice"}, {"bob"}} {
		caller := number
		if i == 2 {
			caller = "+15005550009"
		}
		must(t, s.SaveRecord(ctx, servicetest.RecordOf(i, t0, caller, who...), keep))
		n := record.Note{By: record.Party{ID: "alice"}, Text: "x", Name: "Ann"}
		must(t, s.SaveNote(ctx, servicetest.RecordOf(i, t0, "").ID, n, keep))
	}
	over, live := caller(0), caller(7)
	over.ApplyCallerEnded(t0)
	over.Transfer = &call.Transfer{Note: "Ann wants a refund", Outcome: call.OutcomeCancelled}
	must(t, s.SaveCall(ctx, over))
	must(t, s.SaveCall(ctx, live))
	removed := agent.New("carol", "Carol", t0)
	removed.Remove(t0)
	for _, a := range []*agent.Agent{agent.New("alice", "Alice", t0), removed} {
		a.Recent = []agent.LastCall{{Call: "x", At: t0, Caller: number}, {Call: "y", At: t0, Caller: "+15005550009"}}
		must(t, s.SaveAgent(ctx, a))
	}
	for i, want := range []Forgotten{{Records: 2, Notes: 2, Calls: 1, Agents: 2, Live: 1}, {Live: 1}} {
		got, err := s.Forget(ctx, number)
		must(t, err)
		if got != want {
			t.Errorf("the %d. time: %+v, want %+v", i+1, got, want)
		}
	}
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{TableName: &s.table})
	must(t, err)
	kept := 0
	for _, it := range out.Items {
		raw, key := fmt.Sprint(it), text(it[pk])
		if key != callKey(live.ID) && (strings.Contains(text(it[doc]), number) || strings.Contains(raw, "refund") ||
			strings.HasPrefix(key, "p#") || strings.Contains(raw, callerList(number))) {
			t.Errorf("kept is %s: %v", key, text(it[doc]))
		}
		if strings.HasPrefix(key, "r#") || strings.HasPrefix(key, "n#") {
			kept++
		}
	}
	if kept != 2 { // the other caller's record with its note
		t.Errorf("%d records and notes of others", kept)
	}
	if _, err := s.Forget(ctx, ""); !errors.Is(err, ErrNoNumber) {
		t.Errorf("whoever withholds the number: %v", err)
	}
}
