package record_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

var t0 = time.Date(2026, 11, 22, 10, 16, 49, 0, time.UTC)

// step changes a call as the engine does.
func step(t *testing.T, c *call.Call, now time.Time, f func(*call.Call)) {
	t.Helper()
	before := c.Clone()
	f(c)
	record.Follow(before, c, now)
	if again := c.Clone(); func() bool { record.Follow(c, again, now); return !again.Equal(c) }() {
		t.Fatalf("what did not change the call has changed its trail: %+v, %+v", c.Trail, again.Trail)
	}
}

// rung is a call whose caller is offered to an agent, who does not take it.
func rung(t *testing.T, c *call.Call, n int, now time.Time) {
	key := call.LegKey(fmt.Sprint("leg-", n))
	step(t, c, now, func(c *call.Call) {
		a := agent.New(agent.ID(fmt.Sprint("agent", n)), "", now)
		if err := c.StartOffer(a, key, 20*time.Second, now); err != nil {
			t.Fatal(err)
		}
	})
	step(t, c, now.Add(5*time.Second), func(c *call.Call) {
		c.ApplyLegEnded(key, "", call.OutcomeNoAnswer, now.Add(5*time.Second))
	})
}

func TestTheLegsOfARecordHaveABound(t *testing.T) {
	c, now := call.New("CA1", "", false, t0), t0
	step(t, c, now, func(*call.Call) {})
	for n := range 90 {
		now = now.Add(time.Minute)
		rung(t, c, n, now)
	}
	now = now.Add(time.Minute)
	step(t, c, now, func(c *call.Call) { c.ApplyCallerEnded(now) })
	r := record.Of(c)
	if len(r.Legs) != 40 || r.Legs[39].Party.ID != "agent89" || r.Legs[39].Ring != 5 || r.Outcome != record.Abandoned {
		t.Errorf("%d legs, the last %+v, %s", len(r.Legs), r.Legs[len(r.Legs)-1], r.Outcome)
	}
	if r.Wait != 91*60 || r.Place != 1 {
		t.Errorf("waited %d s at place %d", r.Wait, r.Place)
	}
}

func TestTheTransfersOfARecordHaveABound(t *testing.T) {
	c, now := call.New("CA1", "", false, t0), t0
	step(t, c, now, func(*call.Call) {})
	for n := range 90 {
		now = now.Add(time.Second)
		step(t, c, now, func(c *call.Call) {
			c.Transfer = &call.Transfer{Kind: call.KindConsult, Leg: call.LegKey(fmt.Sprint("leg", n)), Began: now,
				Outcome: call.OutcomeCancelled}
			if n == 3 {
				c.Transfer.Outcome = call.OutcomeAnswered
			}
		})
	}
	if n := len(c.Trail.Transfers); n != 40 || c.Trail.Transfers[0].Outcome != call.OutcomeAnswered {
		t.Errorf("%d transfers before the last, the first %+v", n, c.Trail.Transfers[0])
	}
}

// A call that a release without trails has begun, or that was in progress when this one came.
func TestTheRecordOfACallWithoutATrail(t *testing.T) {
	c := call.New("CA1", "+15005550006", true, t0)
	c.History = append(c.History, call.Entry{At: t0.Add(time.Second), What: call.Answer, Agent: "alice", Name: "Alice"})
	c.ApplyCallerEnded(t0.Add(time.Minute))
	r := record.Of(c)
	if r.Outcome != record.Answered || !r.Answered.Equal(t0.Add(time.Second)) || len(r.Legs) != 0 || r.Place != 0 ||
		r.EndedBy != record.ByCaller || r.Agents() != nil || r.Notes == nil || r.Transfers == nil {
		t.Errorf("%+v", r)
	}
}

func TestNotesAreInTheirOrderAndTheNewestNameCounts(t *testing.T) {
	note := func(by string, after time.Duration, name string) record.Note {
		return record.Note{By: record.Party{ID: by}, At: t0.Add(after), Text: by, Name: name}
	}
	r := record.Record{}.WithNotes([]record.Note{
		note("carol", 2, "Ann"), note("alice", 1, "Anne"), note("bob", 3, ""), note("dave", 1, ""),
	})
	got := fmt.Sprint(r.Notes[0].Text, r.Notes[1].Text, r.Notes[2].Text, r.Notes[3].Text)
	if got != "alicedavecarolbob" || r.Name != "Ann" {
		t.Errorf("%s, %s", got, r.Name)
	}
}

// F397: nobody has called the caller of a kept place before it ran out, or may not: the record names nobody, and not
// the agent who was rung for it.
func TestF397NobodyHasCalledTheCallerOfAPlaceThatRanOut(t *testing.T) {
	for tries, by := range map[int]string{0: "", 1: "alice"} {
		c := call.New("KPCA1", "+15005550006", true, t0)
		c.Kept.Of, c.Kept.Tries = "CA1", tries
		c.Out = call.Outbound{Number: "+15005550006", By: "alice", ByName: "Alice", Outcome: call.OutcomeNoAnswer}
		c.State, c.Reason, c.Ended = call.Ended, call.ReasonUnreached, t0.Add(time.Hour)
		r := record.Of(c)
		tried := r.AsLater() != nil
		if r.Outcome != record.Unreached || r.Out == nil || r.Out.By.ID != by || !r.Missed || tried != (by != "") {
			t.Errorf("after %d attempts: %+v, %+v", tries, r, r.Out)
		}
	}
}
