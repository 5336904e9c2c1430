package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// musicBack is how long a caller may hear nothing after every try to get a music turn failed: until
// that is noticed, and until the next sweep.
const musicBack = 110 * time.Second

func TestMusicThatRunsOutBeginsAnewInTheLine(t *testing.T) {
	for _, fault := range []*Fault{
		nil, {Err: service.ErrThrottled}, {Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true},
	} {
		w := NewWorld(t)
		first, _ := w.Dial()
		w.Pass(time.Second)
		second, _ := w.Dial()
		w.Settle()
		queued := w.Call(first).Queued
		w.Pass(30 * time.Second)
		w.MusicRunsOut(first)
		hears(t, w, first, "silence")
		if fault != nil {
			w.Phones.Next("RejoinConference", *fault)
		}
		w.Pass(musicBack)
		hears(t, w, first, "music")
		c := w.Call(first)
		if c.State != call.Waiting || !c.Queued.Equal(queued) || c.Requeued || len(c.History) != 1 {
			t.Errorf("the caller is %s since %v, requeued %v; %+v", c.State, c.Queued, c.Requeued, c.History)
		}
		w.Pass(5 * time.Minute) // music turns are asked for again
		if w.Call(first).Generation != c.Generation {
			t.Error("the caller is redirected again")
		}
		w.Choose("alice", agent.Available)
		w.Answer("alice")
		w.Settle()
		hears(t, w, first, "alice")
		hears(t, w, second, "music")
		w.CheckQuiet()
	}
}

func TestMusicThatRunsOutWhileAnAgentIsRung(t *testing.T) {
	w := NewWorld(t)
	w.Use(service.Settings{Ring: 2 * time.Minute})
	id, _ := w.Dial()
	w.Choose("alice", agent.Available)
	w.Settle()
	w.MusicRunsOut(id)
	w.Pass(musicBack)
	state(t, w, id, call.Ringing)
	hears(t, w, id, "music")
	if n := w.Phones.Count("Dial"); n != 1 || !w.Answer("alice") {
		t.Errorf("%d dials: the offer did not go on", n)
	}
	w.Settle()
	hears(t, w, id, "alice")
	w.CheckQuiet()
}

func TestMusicThatRunsOutAtTheHeadOfTheLine(t *testing.T) {
	w, id := talking(t, "alice", "bob", "carol")
	w.Choose("bob", agent.Away)
	w.Choose("carol", agent.Away)
	w.Silent("alice")
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "music")
	w.MusicRunsOut(id)
	w.Pass(60 * time.Second) // the heartbeats of bob's and carol's pages
	hears(t, w, id, "music")
	if c := w.Call(id); !c.Requeued || c.State != call.Waiting {
		t.Errorf("the caller is %s, requeued %v", c.State, c.Requeued)
	}
	w.CheckQuiet()
}

func TestMusicThatRunsOutBesideATalk(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T) (*World, call.ID){
		"hold by hand": func(t *testing.T) (*World, call.ID) {
			w, id := talking(t, "alice", "bob")
			w.MustPress("alice", call.DoHold, "")
			return w, id
		},
		"ringing": func(t *testing.T) (*World, call.ID) {
			w, id := talking(t, "alice", "bob")
			w.Use(service.Settings{Ring: 2 * time.Minute})
			w.MustPress("alice", call.DoConsult, "bob")
			return w, id
		},
		"consult": func(t *testing.T) (*World, call.ID) { return consulting(t) },
	} {
		for _, fault := range []*Fault{nil, {Err: service.ErrThrottled}, {Err: service.ErrUnknown}, {Err: ErrHold}} {
			w, id := begin(t)
			w.Settle()
			was := w.Call(id)
			w.MusicRunsOut(id)
			hears(t, w, id, "silence")
			if fault != nil {
				for range 2 { // both tries of one use case
					w.Phones.Next("Hold", *fault)
				}
			}
			w.Pass(60 * time.Second)
			hears(t, w, id, "music")
			c := w.Call(id)
			if c.State != was.State || c.Owner != was.Owner || c.Generation != was.Generation ||
				!c.Caller.HeldAt.Equal(was.Caller.HeldAt) {
				t.Errorf("%s: %s became %s, owner %s, round %d", name, was.State, c.State, c.Owner, c.Generation)
			}
			holds := w.Phones.Count("Hold")
			w.Pass(50 * time.Second)
			if n := w.Phones.Count("Hold"); n != holds {
				t.Errorf("%s: held %d times more", name, n-holds)
			}
			w.CheckQuiet()
		}
	}
}

// The caller hangs up while being redirected to a new conference.
func TestACallerWhoLeavesWhileTheMusicBeginsAnew(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Settle()
	w.MusicRunsOut(id)
	w.Now = w.Now.Add(time.Minute)
	w.Phones.Next("RejoinConference", Fault{Err: service.ErrUnknown})
	w.Sweep()
	w.CallerHangsUp(id)
	w.Settle()
	state(t, w, id, call.Ended)
	w.CheckQuiet()
}

// No callback reports that the caller's leg has ended: redirecting the leg shows it.
func TestACallerWhoIsGoneIsNotMovedForEver(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Settle()
	w.CallerHangsUp(id)
	w.Phones.Told = nil
	w.Pass(2 * time.Minute)
	state(t, w, id, call.Ended)
	if n := w.Phones.Count("RejoinConference"); n > 2 {
		t.Errorf("redirected %d times", n)
	}
}

// Each of the fifty music turns is saved, and each sweep's reconcile; nothing else.
func TestTurnsOfMusicAreWrittenDownOnceEach(t *testing.T) {
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Pass(time.Minute)
	version := w.Call(id).Version
	w.Pass(10 * time.Minute)
	if n := w.Call(id).Version - version; n > 62 {
		t.Errorf("%d saves in ten minutes", n)
	}
}

// The longest silence of a caller after every try to get a music turn failed.
const (
	soundWithAPage = 15 * time.Second // its heartbeat comes every five seconds here
	soundWithNone  = 61 * time.Second // a sweep that does not look again leaves a turn that is a second late alone
)

func TestF182MusicIsHeardAgainSoon(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T) (*World, call.ID){
		"in the line, a page is open": func(t *testing.T) (*World, call.ID) {
			w := NewWorld(t, "alice")
			w.Choose("alice", agent.Away)
			id, _ := w.Dial()
			return w, id
		},
		"in the line, no page is open": func(t *testing.T) (*World, call.ID) {
			w := NewWorld(t, "alice")
			w.Silent("alice")
			w.Now = w.Now.Add(10 * time.Minute)
			id, _ := w.Dial()
			return w, id
		},
		"on hold": func(t *testing.T) (*World, call.ID) {
			w, id := talking(t, "alice")
			w.MustPress("alice", call.DoHold, "")
			return w, id
		},
		"on hold, no page is open": func(t *testing.T) (*World, call.ID) {
			w, id := talking(t, "alice")
			w.MustPress("alice", call.DoHold, "")
			w.Silent("alice")
			return w, id
		},
		"on hold, another agent's page is open": func(t *testing.T) (*World, call.ID) {
			w, id := talking(t, "alice", "bob")
			w.MustPress("alice", call.DoHold, "")
			w.Silent("alice")
			w.Choose("bob", agent.Away)
			return w, id
		},
		"far back in the line": func(t *testing.T) (w *World, id call.ID) {
			w = NewWorld(t, "alice")
			w.Choose("alice", agent.Away)
			for range service.QueuePage + 3 {
				id, _ = w.Dial()
				w.Settle()
			}
			return w, id
		},
		"in a consult": func(t *testing.T) (*World, call.ID) { return consulting(t) },
	} {
		// At different seconds of a music turn and of the sweep's minute.
		for second := 0; second < 26; second += stride(3) {
			w, id := begin(t)
			w.LazyPages = second >= 13
			w.Settle()
			w.Pass(3*time.Minute + time.Duration(second*5)*time.Second)
			w.MusicRunsOut(id)
			// Twilio plays a turn that has begun to its end; in this world only a long one is not over at once.
			most := soundWithAPage + 24*time.Second
			if strings.Contains(name, "no page") {
				most = soundWithNone + 24*time.Second
			}
			state := w.Call(id).State
			w.Pass(most)
			if got := w.Hears(id); got != "music" {
				t.Fatalf("%s, second %d: the caller hears %s: %+v", name, second, got, w.Call(id))
			}
			c := w.Call(id)
			if c.State != state {
				t.Errorf("%s: %s became %s", name, state, c.State)
			}
			w.Pass(5 * time.Minute)
			if now := w.Call(id); now.Generation != c.Generation {
				t.Errorf("%s: the caller is redirected again and again", name)
			}
			w.CheckQuiet()
		}
	}
}

// No page is open, and a sweep runs while the request for the next turn is on its way: the caller is left alone. A
// second later they are not, since nobody asks again for a minute.
func TestF182ASweepLeavesAMusicTurnThatIsOnItsWay(t *testing.T) {
	w := NewWorld(t)
	w.Now = w.Now.Add(10 * time.Minute)
	id, _ := w.Dial()
	w.Settle()
	w.Pass(time.Minute)
	before := w.Call(id)
	for _, late := range []time.Duration{0, 300, 999} {
		w.Now = before.MusicEnds.Add(late * time.Millisecond)
		w.Sweep()
		if c := w.Call(id); c.Generation != before.Generation || !c.RedirectedAt.IsZero() {
			t.Fatalf("%d ms after the turn the caller is redirected", late)
		}
	}
	w.Now = before.MusicEnds.Add(time.Second)
	w.Sweep()
	if c := w.Call(id); c.RedirectedAt.IsZero() {
		t.Error("the caller would hear nothing until the next sweep")
	}
}

// With no page a caller hears nothing for a minute at most: the sweep that comes just when a turn is due looks again.
func TestF182ASweepLooksAgainAtAMusicTurnThatIsDueJustNow(t *testing.T) {
	for _, comes := range []bool{false, true} {
		w := NewWorld(t)
		w.Now = w.Now.Add(10 * time.Minute)
		id, _ := w.Dial()
		w.Settle()
		w.Pass(time.Minute)
		before := w.Call(id)
		w.Now = before.MusicEnds.Add(300 * time.Millisecond)
		var pauses []time.Duration
		_, err := w.Service.Sweep(t.Context(), service.SweepLimits{
			Most: 10, Clock: func() time.Time { return w.Now }, Audits: 10,
			Pause: func(_ context.Context, d time.Duration) {
				pauses = append(pauses, d)
				if comes {
					w.Music(id)
				}
				w.Now = w.Now.Add(d)
			},
		})
		if err != nil || len(pauses) != 1 || pauses[0] != 700*time.Millisecond {
			t.Fatalf("it pauses for %v, %v", pauses, err)
		}
		if c := w.Call(id); c.RedirectedAt.IsZero() != comes {
			t.Errorf("the request comes: %v; redirected at %v", comes, c.RedirectedAt)
		}
	}
}

// Pages that have been told that nobody hears music send heartbeats more seldom. Music that begins and stops between
// two of them is found all the same.
func TestF182MusicThatStopsAtOnceIsFoundByPagesOfAQuietLine(t *testing.T) {
	for second := range 16 {
		w := NewWorld(t, "alice", "bob")
		w.LazyPages = true
		w.Choose("bob", agent.Away)
		id, _ := w.Dial()
		w.Settle()
		w.Answer("alice")
		w.Settle()
		w.Silent("alice") // bob's page is the only one
		w.Pass(time.Minute + time.Duration(second)*time.Second)
		if snap, err := w.Beat("bob"); second == 0 && (err != nil || snap.BeatWithin != 15) {
			t.Errorf("with nobody on music the next heartbeat is wanted within %d s, %v", snap.BeatWithin, err)
		}
		w.Pass(time.Duration(second) * time.Second)
		w.MustPress("alice", call.DoHold, "")
		w.MusicRunsOut(id) // the hold's first turn
		w.Pass(soundWithAPage + time.Second)
		hears(t, w, id, "music")
		if snap, err := w.Beat("bob"); err != nil || snap.BeatWithin < 10 || snap.BeatWithin > 15 {
			t.Errorf("while a caller is on hold the next heartbeat is wanted within %d s, %v", snap.BeatWithin, err)
		}
	}
}

// Music that is playing is left alone, whatever clock runs meanwhile.
func TestF182MusicThatGoesOnIsNotBegunAnew(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	held := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", call.DoHold, "")
	w.Choose("bob", agent.Away)
	waits, _ := w.Dial()
	w.Settle()
	before := w.Phones.Counts()
	w.Pass(10 * time.Minute)
	after := w.Phones.Counts()
	if after["Hold"] != before["Hold"] || after["RejoinConference"] != before["RejoinConference"] {
		t.Errorf("before %v, after %v", before, after)
	}
	hears(t, w, held, "music")
	hears(t, w, waits, "music")
	w.CheckQuiet()
}

// Several callers lose their agents at once, while Twilio refuses to put them on hold; the first
// has music, the second is being rung for already.
func TestF032EveryHeadOfTheLineIsRepairedByBeats(t *testing.T) {
	w := NewWorld(t, "alice", "bob", "carol", "dave")
	var ids []call.ID
	for _, a := range []agent.ID{"alice", "bob", "carol"} {
		id := w.DialIn()
		ids = append(ids, id)
		w.Answer(a)
		w.Settle()
		hears(t, w, id, string(a))
	}
	w.Silent("bob")
	w.Silent("carol")
	w.Silent("alice")
	w.HangUp("alice")
	w.Settle()
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	w.HangUp("bob")
	w.HangUp("carol")
	w.Settle()
	hears(t, w, ids[1], "silence")
	hears(t, w, ids[2], "silence")
	w.Now = w.Now.Add(call.RecallWindow + time.Second)
	w.Phones.Heal()
	w.Phones.Next("Hold", Fault{Err: service.ErrThrottled})
	w.Phones.Next("Hold", Fault{Err: service.ErrThrottled})
	_, _ = w.Beat("dave")
	_, _ = w.Beat("dave")
	w.Settle()
	for _, id := range ids {
		hears(t, w, id, "music")
	}
}

func TestF032ACallerWhoIsRungForIsRepairedByBeats(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Silent("alice")
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	w.HangUp("alice")
	w.Settle()
	w.Now = w.Now.Add(call.RecallWindow + time.Second)
	_, _ = w.Beat("bob")
	w.Settle()
	state(t, w, id, call.Ringing)
	hears(t, w, id, "silence")
	w.Phones.Heal()
	_, _ = w.Beat("alice")
	w.Settle()
	hears(t, w, id, "music")
	state(t, w, id, call.Ringing)
}

// The agent ends the call, the goodbye cannot be said, and the agent presses End again.
func TestEndPressedAgainTriesTheLastWordsAgain(t *testing.T) {
	w, id := talking(t, "alice")
	w.Phones.Every("SayGoodbye", Fault{Err: service.ErrUnknown})
	for range 2 {
		shown := w.MustPress("alice", call.DoEnd, "").Call
		if shown == nil || shown.State != call.Ended || !shown.Overdue {
			t.Fatalf("alice, who still hears the caller, is shown %+v", shown)
		}
		hears(t, w, id, "alice")
	}
	w.Phones.Heal()
	w.MustPress("alice", call.DoEnd, "")
	w.Settle()
	hears(t, w, id, "words")
	w.Pass(5 * time.Second)
	hears(t, w, id, "gone")
	w.CheckQuiet()
}

// The caller is on hold, the page of their agent is silent, the music stops, and the hold that would start it again
// fails, or its result is not known: another page's heartbeat tries again.
func TestF182TheHoldThatRestartsTheMusicFails(t *testing.T) {
	for name, fault := range map[string]Fault{
		"refused":            {Err: ErrHold},
		"throttled":          {Err: service.ErrThrottled},
		"no answer":          {Err: service.ErrUnknown},
		"failed":             {Err: service.ErrFailed},
		"timed out":          {Err: service.ErrSlow},
		"timed out, is late": {Err: service.ErrSlow, Late: 3 * time.Second, Silent: true},
	} {
		for _, begin := range []func(t *testing.T) (*World, call.ID){
			func(t *testing.T) (*World, call.ID) {
				w, id := talking(t, "alice", "bob")
				w.MustPress("alice", call.DoHold, "")
				return w, id
			},
			func(t *testing.T) (*World, call.ID) { return consulting(t) },
		} {
			w, id := begin(t)
			w.Settle()
			w.Choose("carol", agent.Away)
			w.Silent("alice")
			w.Silent("bob")
			w.Pass(62 * time.Second)
			w.MusicRunsOut(id)
			w.Phones.Next("Hold", fault)
			w.Phones.Next("Hold", fault)
			w.Pass(soundWithAPage + 24*time.Second + 6*time.Second)
			if got := w.Hears(id); got != "music" {
				t.Errorf("%s: the caller hears %s after %d s: %+v", name, got, w.Longest, w.Call(id).Caller)
			}
			before := w.Phones.Count("Hold")
			w.Pass(2 * time.Minute)
			if n := w.Phones.Count("Hold") - before; n > 0 {
				t.Errorf("%s: %d more holds", name, n)
			}
			w.CheckQuiet()
		}
	}
}
