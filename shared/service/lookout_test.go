package service_test

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// beat is a heartbeat of an agent's page; it returns within which time the next is wanted.
func beat(t *testing.T, w *World, id agent.ID) time.Duration {
	t.Helper()
	snap, err := w.Beat(id)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(snap.BeatWithin) * time.Second
}

const relieved = 17 * time.Second

// While nothing happens one page comes soon enough for all callers, and the others may come later. They take turns.
func TestF395OnePageIsTheLookoutAndTheOthersMayComeLater(t *testing.T) {
	w := NewWorld(t)
	pages := []agent.ID{"alice", "bob", "carol", "dave", "erin"}
	for _, id := range pages {
		w.Choose(id, agent.Away)
		w.Silent(id) // the test sends its heartbeats
	}
	due, beats, soon := map[agent.ID]time.Time{}, map[agent.ID]int{}, map[agent.ID]int{}
	last, longest := w.Now, time.Duration(0) // between two heartbeats of the lookout
	for start := w.Now; w.Now.Before(start.Add(time.Hour)); w.Now = w.Now.Add(500 * time.Millisecond) {
		for n, id := range pages {
			if w.Now.Before(due[id]) || w.Now.Before(start.Add(time.Duration(n)*time.Second)) {
				continue
			}
			within := beat(t, w, id)
			if within != service.BeatInSilence && within != relieved {
				t.Fatalf("%s: the next heartbeat is wanted within %v", id, within)
			}
			due[id] = w.Now.Add(within - 2*time.Second) // as the page does
			beats[id]++
			if within == service.BeatInSilence {
				soon[id]++
				longest, last = max(longest, w.Now.Sub(last)), w.Now
			}
		}
	}
	total := 0
	for _, id := range pages {
		total += beats[id]
		if soon[id] == 0 || soon[id] == beats[id] {
			t.Errorf("%s was the lookout in %d of %d heartbeats", id, soon[id], beats[id])
		}
	}
	if total > 5*248 || longest > 13*time.Second {
		t.Errorf("%d heartbeats of five pages in an hour, %v; the lookout's are up to %v apart", total, beats, longest)
	}
}

// The lookout's page goes away: another page is the lookout at its first heartbeat after the time.
func TestF395ALookoutThatGoesAwayIsFollowedByAnother(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Silent("alice")
	w.Silent("bob")
	if a, b := beat(t, w, "alice"), beat(t, w, "bob"); a+b != service.BeatInSilence+relieved {
		t.Fatalf("within %v and %v", a, b)
	}
	w.Now = w.Now.Add(16 * time.Second)
	if within := beat(t, w, "bob"); within != service.BeatInSilence {
		t.Errorf("the page that is left: within %v", within)
	}
}

// An agent in a call is no lookout, nor is one whose time is wrong, or of whom nothing can be read or saved.
func TestF395WhoIsNoLookout(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	w.Silent("bob")
	w.Now = w.Now.Add(time.Minute)
	beat(t, w, "alice")
	if within := beat(t, w, "bob"); within != service.BeatInSilence {
		t.Errorf("beside an agent in a call: within %v", within)
	}
	if l, err := w.Store.Lookout(t.Context()); err != nil || l.Agent != "bob" {
		t.Errorf("the lookout is %+v, %v", l, err)
	}
	for name, l := range map[string]service.Lookout{
		"late":       {Agent: "carol", Since: w.Now.Add(-20 * time.Second), Until: w.Now.Add(-time.Second)},
		"long":       {Agent: "carol", Since: w.Now.Add(-time.Minute), Until: w.Now.Add(time.Second)},
		"far ahead":  {Agent: "carol", Since: w.Now, Until: w.Now.Add(time.Hour)},
		"never said": {},
	} {
		if err := w.Store.SaveLookout(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if within := beat(t, w, "bob"); within != service.BeatInSilence {
			t.Errorf("%s: within %v", name, within)
		}
	}
	carol := service.Lookout{Agent: "carol", Since: w.Now, Until: w.Now.Add(10 * time.Second)}
	if err := w.Store.SaveLookout(t.Context(), carol); err != nil {
		t.Fatal(err)
	}
	if within := beat(t, w, "bob"); within != relieved {
		t.Errorf("beside a lookout: within %v", within)
	}
	for _, op := range []string{"Lookout", "SaveLookout"} {
		w.Now = w.Now.Add(time.Minute)
		w.Store.Next(op, Fault{Err: service.ErrUnavailable})
		if within := beat(t, w, "bob"); within != service.BeatInSilence {
			t.Errorf("%s fails: within %v", op, within)
		}
	}
}

// While music plays the next heartbeat is wanted within fifteen seconds after the end of its turn, however long that
// is.
func TestF395HeartbeatsFollowTheMusicsOwnTime(t *testing.T) {
	for _, lasts := range []time.Duration{12 * time.Second, 24 * time.Second} {
		for after := time.Duration(0); after < lasts+4500*time.Millisecond; after += 500 * time.Millisecond {
			t.Run(fmt.Sprint(lasts, " after ", after), func(t *testing.T) {
				w, id := talking(t, "alice", "bob")
				w.Silent("alice")
				w.Silent("bob")
				w.MustPress("alice", call.DoHold, "")
				w.Settle()
				turn := service.Turn{Lasts: func(*call.Call) time.Duration { return lasts }}
				if _, err := w.Service.Wait(t.Context(), id, turn, w.Now); err != nil {
					t.Fatal(err)
				}
				began := w.Now
				w.Now = w.Now.Add(after)
				within := beat(t, w, "bob")
				if within > service.BeatInSilence || w.Now.Add(within).After(began.Add(lasts+15*time.Second)) {
					t.Errorf("within %v", within)
				}
				want := min(service.BeatInSilence, lasts+15*time.Second-after).Truncate(time.Second)
				if within != want {
					t.Errorf("within %v, want %v", within, want)
				}
			})
		}
	}
}
