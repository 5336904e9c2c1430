package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// consulting is a world in which alice consults bob about the caller.
func consulting(t *testing.T, more ...agent.ID) (*World, call.ID) {
	t.Helper()
	w, id := talking(t, append([]agent.ID{"alice", "bob"}, more...)...)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
	return w, id
}

func TestF032TheLostAgentDeclinesTheRecall(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.HangUp("alice")
	w.Pass(6 * time.Second)
	w.Reject("alice", call.OutcomeDeclined)
	w.Settle()
	if w.Rings("alice") || !w.Rings("bob") {
		t.Errorf("alice rings again: %v, bob rings: %v", w.Rings("alice"), w.Rings("bob"))
	}
	hears(t, w, id, "music")
	w.CheckQuiet()
}

func TestF076UnholdOfTheTargetFailsOnCompleteFromSwapped(t *testing.T) {
	w, id := consulting(t)
	w.MustPress("alice", call.DoSwap, "")
	w.Settle()
	hears(t, w, id, "alice")
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	shown := w.MustPress("alice", call.DoComplete, "").Call
	if !shown.Overdue || len(shown.Held) != 1 || shown.Held[0] != "target" {
		t.Errorf("the failure is not told: %+v", shown)
	}
	w.Settle()
	hears(t, w, id, "alice") // alice has not left yet: bob still hears music
	w.Phones.Heal()
	w.Pass(6 * time.Second)
	hears(t, w, id, "bob")
	w.CheckQuiet()
}

func TestF089HoldByHandEndsWithTheConsult(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoHold, "")
	hears(t, w, id, "music")
	holds := w.Phones.Count("Hold")
	w.MustPress("alice", call.DoConsult, "bob")
	if n := w.Phones.Count("Hold") - holds; n != 0 {
		t.Errorf("%d changes of a hold flag that was right", n)
	}
	w.Answer("bob")
	w.Settle()
	hears(t, w, id, "music")
	w.MustPress("alice", call.DoSwap, "")
	w.Settle()
	hears(t, w, id, "alice")
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	hears(t, w, id, "alice") // alice has been talking to the caller: the old hold does not come back
	w.CheckQuiet()
}

func TestGoodbyeThatFailsIsSaidLater(t *testing.T) {
	for _, took := range []bool{false, true} {
		w, id := talking(t, "alice")
		w.Phones.Every("SayGoodbye", Fault{Err: service.ErrUnknown, Took: took})
		_, _ = w.Press("alice", call.DoEnd, "")
		w.Settle()
		if h := w.Hears(id); h == "silence" {
			t.Errorf("took effect: %v: a caller whose goodbye failed hears silence", took)
		}
		w.Phones.Heal()
		w.Pass(70 * time.Second)
		hears(t, w, id, "gone")
		w.CheckQuiet()
	}
}

func TestF032HoldFailsAsTheAgentIsLost(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Phones.Next("Hold", Fault{Err: service.ErrUnknown})
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "music")
}

func TestF032HoldFailsForSomeTime(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Phones.Every("Hold", Fault{Err: ErrHold})
	w.Silent("alice") // the page of alice is gone, too
	w.HangUp("alice")
	w.Settle()
	w.Phones.Heal()
	w.Pass(6 * time.Second) // bob's page sends heartbeats
	hears(t, w, id, "music")
}

func TestF103NothingIsToldOfTheCallersEnd(t *testing.T) {
	t.Run("while waiting", func(t *testing.T) {
		w := NewWorld(t)
		id, _ := w.Dial()
		w.Settle()
		w.CallerHangsUp(id)
		w.Phones.Told = nil
		w.Choose("alice", agent.Available)
		w.Answer("alice")
		w.Pass(90 * time.Second)
		state(t, w, id, call.Ended)
		w.CheckQuiet()
	})
	t.Run("in a talk", func(t *testing.T) {
		w, id := talking(t, "alice")
		w.CallerHangsUp(id)
		w.Phones.Told = nil
		w.Pass(90 * time.Second)
		state(t, w, id, call.Ended)
		w.CheckQuiet()
	})
}

func TestF017AMissCountsThoughNobodyTellsIt(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Pass(time.Second)
	for range 2 {
		for w.Rings("alice") {
			w.Now = w.Now.Add(time.Second)
			w.Music(id)
			w.Phones.Told = nil
		}
		w.Pass(call.RetryAfter + time.Second)
	}
	if me := w.Me("alice").Agent; me.Status != agent.Away {
		t.Errorf("after two offers that nobody saw taken: %+v", me)
	}
}

func TestF064CancelTakesTheTargetOutBeforeTheCallerIsBack(t *testing.T) {
	w, id := consulting(t)
	w.Phones.Watch = func() {
		if w.Hears(id) == "alice bob" {
			t.Error("the caller hears the target of a cancelled consult")
		}
	}
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	hears(t, w, id, "alice")
	w.CheckQuiet()
}

func TestThreeWayTargetLostTheOthersTalkOn(t *testing.T) {
	for _, how := range []call.Action{call.DoAdd, call.DoConsult} {
		t.Run(string(how), func(t *testing.T) {
			w, id := talking(t, "alice", "bob")
			w.MustPress("alice", how, "bob")
			w.Settle()
			w.Answer("bob")
			w.Settle()
			if how == call.DoConsult {
				w.MustPress("alice", call.DoJoin, "")
				w.Settle()
			}
			hears(t, w, id, "alice bob")
			w.HangUp("bob")
			w.Settle()
			state(t, w, id, call.Talking)
			hears(t, w, id, "alice")
			w.CheckQuiet()
		})
	}
}

func TestTheRoomEndsUnderEverybody(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.EndConference(id)
	w.Settle()
	hears(t, w, id, "music")
	w.Pass(6 * time.Second)
	takes(t, w, id, "alice")
}

func TestEventsOfAnOldRoomAfterTheNewOnes(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	old := w.Phones.Told // callbacks of the first conference, late
	w.Phones.Told = nil
	w.EndConference(id)
	w.Settle()
	w.Phones.Told = append(w.Phones.Told, old...)
	w.Settle()
	w.Answer("alice")
	w.Pass(30 * time.Second)
	hears(t, w, id, "alice")
	w.MustPress("alice", call.DoHold, "")
	hears(t, w, id, "music")
	w.CheckQuiet()
}

// How a call ended for the agent, in words for the agent's list of calls.
func TestHowACallEndedForItsAgents(t *testing.T) {
	last := func(w *World, id agent.ID) string {
		w.Settle()
		if l := w.Me(id).Agent.Last; l != nil {
			return l.Outcome
		}
		return ""
	}
	w, _ := talking(t, "alice")
	w.MustPress("alice", call.DoEnd, "")
	w.Pass(3 * time.Second)
	if got := last(w, "alice"); got != "ended" {
		t.Errorf("after alice's own end: %q", got)
	}
	w, _ = consulting(t)
	w.HangUp("alice")
	if got := last(w, "alice"); got != "transferred" {
		t.Errorf("after leaving in a consult: %q", got)
	}
	w, _ = consulting(t)
	w.MustPress("alice", call.DoComplete, "")
	if got := last(w, "alice"); got != "transferred" {
		t.Errorf("after completing: %q", got)
	}
	w, _ = consulting(t)
	w.MustPress("alice", call.DoCancel, "")
	if got := last(w, "bob"); got != "cancelled" {
		t.Errorf("the target of a cancelled consult: %q", got)
	}
	w, id := talking(t, "alice")
	w.CallerHangsUp(id)
	if got := last(w, "alice"); got != "caller-left" {
		t.Errorf("after the caller's end: %q", got)
	}
	w, _ = talking(t, "alice")
	w.HangUp("alice")
	if got := last(w, "alice"); got != "lost" {
		t.Errorf("after a loss: %q", got)
	}
}

// roomless: the caller's conference has ended by itself, and the <Dial action> that follows is
// lost.
func roomless(w *World, id call.ID) {
	w.EndConference(id)
	for i := len(w.Phones.Told) - 1; i >= 0; i-- {
		if o := w.Phones.Told[i].Over; o != nil && o.ID == id {
			w.Drop(i)
		}
	}
	w.Settle()
}

// The caller is connected, though in no conference: only the end of the caller's own leg proves
// that they have left.
func TestF103ACallerInNoRoomIsFetched(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T) (*World, call.ID){
		"talking":    func(t *testing.T) (*World, call.ID) { return talking(t, "alice", "bob") },
		"consulting": func(t *testing.T) (*World, call.ID) { return consulting(t) },
		"waiting": func(t *testing.T) (*World, call.ID) {
			w := NewWorld(t)
			id, _ := w.Dial()
			w.Settle()
			return w, id
		},
	} {
		for _, fault := range []*Fault{
			nil, {Err: service.ErrThrottled}, {Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true},
		} {
			w, id := begin(t)
			roomless(w, id)
			if fault != nil {
				for range 2 { // both tries of one use case, or of two clocks
					w.Phones.Next("RejoinConference", *fault)
				}
			}
			w.Pass(4 * time.Minute) // the sweep is the only clock
			if c := w.Call(id); !c.Caller.Joined {
				t.Errorf("%s, %+v: the caller is in no conference, %s", name, fault, c.State)
			}
			w.Choose("alice", agent.Available) // alice may have missed an offer meanwhile
			for range 8 {
				w.Pass(5 * time.Second)
				w.Answer("alice")
			}
			w.Settle()
			if h := w.Hears(id); h != "alice" {
				t.Errorf("%s, %+v: the caller hears %q, %s", name, fault, h, w.Call(id).State)
			}
			w.CheckQuiet()
		}
	}
}

// No callback ever names the leg that rings, so that it cannot be ended: it rings until its
// time-out, and then its agent is free.
func TestF026CallerLeavesWhileALegWithoutANameRings(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Phones.Next("Dial", Fault{Err: service.ErrUnknown, Took: true})
	id, _ := w.Dial()
	w.Phones.Told = nil
	w.Pass(10 * time.Second)
	w.CallerHangsUp(id)
	w.Settle()
	state(t, w, id, call.Ended)
	for range int(Ring / time.Second) {
		w.Now = w.Now.Add(time.Second)
		w.Tick(0)
		w.Lose()
	}
	w.Pass(10 * time.Second)
	if p := w.Me("alice").Agent.Presence; w.LiveLegs() != 0 || p != agent.IsAvailable {
		t.Errorf("%d legs, alice is %s", w.LiveLegs(), p)
	}
	w.CheckQuiet()
}
