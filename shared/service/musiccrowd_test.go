package service_test

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// So many callers lose their music in one moment, and a single page is open: each of them hears something again in
// time, not those alone who were first in a list.
func TestF182AHundredCallersAndASinglePage(t *testing.T) {
	for second := 0; second < 12; second += stride(5) {
		w := NewWorld(t, "alice")
		w.LazyPages = true
		w.Choose("alice", agent.Away)
		ids := dials(w, 100)
		w.Pass(2*time.Minute + time.Duration(second)*time.Second)
		for _, id := range ids {
			w.MusicRunsOut(id)
		}
		w.Pass(soundWithAPage + 12*time.Second) // a turn that has begun is over at once in this world
		for n, id := range ids {
			if got := w.Hears(id); got != "music" {
				t.Fatalf("second %d: caller %d of %d hears %s", second, n, len(ids), got)
			}
		}
		if snap, err := w.Beat("alice"); err != nil || snap.BeatWithin < 10 || snap.BeatWithin > 15 {
			t.Errorf("the next heartbeat is wanted within %d s, %v", snap.BeatWithin, err)
		}
		w.CheckQuiet()
	}
}

// With more of them than one heartbeat can serve, or with a network so slow that its time is up before, the next is
// wanted at once.
func TestF182WhoIsLeftByOneHeartbeatIsServedByTheNext(t *testing.T) {
	w := NewWorld(t, "alice")
	w.LazyPages = true
	w.Choose("alice", agent.Away)
	ids := dials(w, service.MusicPage+40)
	w.Pass(2 * time.Minute)
	for _, id := range ids {
		w.MusicRunsOut(id)
	}
	w.Now = w.Now.Add(20 * time.Second)
	before := w.Phones.Count("RejoinConference")
	snap, err := w.Beat("alice")
	if n := w.Phones.Count("RejoinConference") - before; err != nil || snap.BeatWithin != 3 || n != service.MusicPage {
		t.Fatalf("%d callers were served, the next heartbeat is wanted within %d s, %v", n, snap.BeatWithin, err)
	}
	w.Settle()
	w.Pass(3 * time.Second)
	silent := 0
	for _, id := range ids {
		if w.Hears(id) != "music" {
			silent++
		}
	}
	if silent > 0 {
		t.Errorf("%d of %d callers hear nothing after a second heartbeat", silent, len(ids))
	}

	gone, cancel := context.WithCancel(t.Context())
	cancel() // the time is up at once
	for _, id := range ids {
		w.MusicRunsOut(id)
	}
	w.Now = w.Now.Add(time.Minute)
	snap, err = w.Service.SetStatus(gone, service.Principal{ID: "alice"}, agent.Away, true, w.Now)
	if err != nil || snap.BeatWithin != 3 {
		t.Errorf("the time was up, and the next heartbeat is wanted within %d s, %v", snap.BeatWithin, err)
	}
}

func dials(w *World, n int) (ids []call.ID) {
	for range n {
		id, _ := w.Dial()
		ids = append(ids, id)
	}
	w.Settle()
	return ids
}
