package service_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// window is how many choices in a row are permuted.
const window = 3

// TestF107EveryOrderOfCallbacks delivers the callbacks of every story in every order within each
// window of three choices, or a second late, and reversed as a whole (F100). The end is the same as
// in the original order. If some callbacks come late, the caller may still be waiting for an agent,
// and gets one.
func TestF107EveryOrderOfCallbacks(t *testing.T) {
	var total atomic.Int32
	t.Cleanup(func() { t.Logf("%d orders", total.Load()) })
	every := stride(4)
	for i, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			run := func(order func(n int) int, what string) (end, h string) {
				w := newStory(t)
				late := false
				if order != nil {
					w.Order = func(n int) int {
						i := order(n)
						late = late || i == n
						return i
					}
				}
				id := s.play1(w)
				w.Pass(6 * time.Second)
				w.CheckQuiet()
				if total.Add(1); t.Failed() {
					t.Fatalf("story %q, %s", s.name, what)
				}
				if end = fmt.Sprint(w.Call(id).State, ", hears ", w.Hears(id)); !late {
					return end, ""
				}
				for range 2 {
					for _, a := range crew {
						w.Answer(a)
					}
					w.Pass(25 * time.Second)
				}
				w.CheckQuiet()
				return end, w.Hears(id)
			}
			want, _ := run(nil, "in order")
			check := func(order func(n int) int, what string) {
				got, later := run(order, what)
				served := later != "" && later != "music" && later != "silence"
				if got != want && (!served || later == "gone") {
					t.Fatalf("story %q, %s: %s, then %q; in order: %s", s.name, what, got, later, want)
				}
			}
			check(func(n int) int { return n - 1 }, "reversed")
			for from := window * (i % every); ; from += window * every {
				if !everyChoice(from, check) {
					break
				}
			}
		})
	}
}

// everyChoice tries every combination of choices at the places from to from+window, and the first
// choice everywhere else. It returns false if no place beyond from has a choice.
func everyChoice(from int, check func(order func(n int) int, what string)) bool {
	choice := make([]int, window)
	for {
		sizes, at := make([]int, window), 0
		check(func(n int) int {
			at++
			i := at - 1 - from
			if i < 0 || i >= window {
				return 0
			}
			sizes[i] = n + 1 // the additional choice: not now
			return min(choice[i], n)
		}, fmt.Sprint("choices ", choice, " from ", from))
		i := window - 1
		for i >= 0 && choice[i] >= sizes[i]-1 {
			choice[i] = 0
			i--
		}
		if i < 0 {
			return at > from
		}
		choice[i]++
	}
}

// TestF097F104EveryCallbackTwice delivers each callback of every story a second time, at once
// or at the very end.
func TestF097F104EveryCallbackTwice(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newStory(t)
			var seen []Callback
			w.Order = func(int) int {
				seen = append(seen, w.Phones.Told[0])
				w.Deliver(0, true)
				return 0
			}
			id := s.play1(w)
			w.Pass(6 * time.Second)
			version, h := w.Call(id).Version, w.Hears(id)
			w.Order = nil
			for _, c := range seen {
				if c.Over != nil && !c.Over.Gone {
					continue // its generation has passed; see TestDialEndedTwice
				}
				w.Phones.Told = append(w.Phones.Told, c)
				w.Settle()
			}
			if v := w.Call(id).Version; v != version || w.Hears(id) != h {
				t.Errorf("old callbacks again: version %d after %d, the caller hears %q after %q",
					v, version, w.Hears(id), h)
			}
			w.CheckQuiet()
		})
	}
}

func TestDialEndedTwice(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.EndConference(id)
	w.Settle()
	before := w.Call(id)
	for range 2 {
		c, err := w.Service.HandleDialEnded(context.Background(), id, 0, false, time.Time{}, w.Now)
		if err != nil || c.Generation != before.Generation || c.Version != before.Version {
			t.Errorf("again for the first generation: generation %d version %d, %v", c.Generation, c.Version, err)
		}
	}
}

func TestF101JoinLeaveJoinAgain(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c := call.New("CA1", "", false, now)
	tell := func(kind call.ConferenceEventKind, seq int) {
		c.ApplyConferenceEvent(call.ConferenceEvent{Conference: "CF1", Kind: kind, Seq: seq, Leg: "CA1",
			Label: call.CallerLabel}, now)
	}
	tell(call.ParticipantJoined, 0)
	tell(call.ParticipantLeft, 1)
	if c.Caller.Joined {
		t.Error("the caller is joined after leaving")
	}
	tell(call.ParticipantJoined, 2)
	if !c.Caller.Joined {
		t.Error("the caller's second join is ignored")
	}
	tell(call.ParticipantLeft, 1) // a repetition, late
	if !c.Caller.Joined {
		t.Error("an old leave event removed the caller")
	}
}

func TestF106EventsOfAnOldLegOfABusyAgent(t *testing.T) {
	w, first := talking(t, "alice")
	old := *w.Call(first).Leg(w.Call(first).Owner)
	w.CallerHangsUp(first)
	w.Settle()
	second, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	hears(t, w, second, "alice")
	err := w.Service.HandleCallStatus(context.Background(), first, old.Key, old.SID, true, call.OutcomeLost, w.Now)
	if err != nil {
		t.Error(err)
	}
	err = w.Service.HandleCallStatus(context.Background(), second, old.Key, old.SID, true, call.OutcomeLost, w.Now)
	if err != nil {
		t.Error(err)
	}
	w.Settle()
	hears(t, w, second, "alice")
	if p := w.Me("alice").Agent.Presence; p != agent.IsBusy {
		t.Errorf("alice is %s in the second call", p)
	}
	w.CheckQuiet()
}
