package service_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

func TestF038ASilentPageDoesNotEndACall(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Silent("alice") // the page cannot reach the API, but the voice connection works
	w.Pass(20 * time.Minute)
	hears(t, w, id, "alice")
	if w.Longest > 0 {
		t.Errorf("the caller heard silence for %d s", w.Longest)
	}
	list, err := w.Service.Directory(t.Context(), service.Principal{ID: "bob"}, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list.Agents {
		if a.ID == "alice" && a.Presence(w.Now) == agent.IsAvailable {
			t.Error("others see alice as available")
		}
	}
	second, _ := w.Dial()
	w.Pass(time.Second)
	if w.Rings("alice") || !w.Rings("bob") {
		t.Error("the second caller is offered to alice")
	}
	me, err := w.Beat("alice") // the page is back
	if err != nil || me.Call == nil || me.Call.ID != id || me.Agent.Presence != agent.IsBusy {
		t.Errorf("the page of alice is told %+v, %v", me, err)
	}
	w.MustPress("alice", call.DoEnd, "")
	w.Pass(3 * time.Second)
	hears(t, w, id, "gone")
	hears(t, w, second, "music")
	w.CheckQuiet()
}

// Twilio still lists the agent as a participant: the caller hears nobody, and is told to stay.
func TestF034TheCallerIsToldOfASilentPage(t *testing.T) {
	for name, test := range map[string]struct {
		fault Fault
		most  int // times that the caller is told
	}{
		"told":                    {Fault{}, 1},
		"failed":                  {Fault{Err: service.ErrUnknown}, 1},
		"failed, but it was said": {Fault{Err: service.ErrUnknown, Took: true}, 3},
		"throttled":               {Fault{Err: service.ErrThrottled}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := talking(t, "alice", "bob")
			w.Pass(2 * time.Minute)
			if n := w.Phones.Announced[id]; n != 0 {
				t.Fatalf("told %d times of a page that sends heartbeats", n)
			}
			if test.fault.Err != nil {
				w.Phones.Next("Announce", test.fault)
			}
			w.Silent("alice")
			w.Pass(4 * time.Minute)
			if n := w.Phones.Announced[id]; n < 1 || n > test.most {
				t.Errorf("told %d times, want 1 to %d", n, test.most)
			}
			hears(t, w, id, "alice") // alice may be there
		})
	}
}

func TestF034TheLossOfASilentPageIsNoticedAtTheLatestByTheSweep(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Silent("alice")
	w.HangUp("alice")
	w.Phones.Told = nil // and no callback reports it
	rung := 0
	for ; rung < 120 && !w.Rings("bob"); rung++ {
		w.Pass(time.Second)
	}
	if rung > 60+21 {
		t.Errorf("the next agent is rung after %d s, want the sweep's minute and the recall's 20 s", rung)
	}
	if !w.Call(id).Requeued {
		t.Error("the caller is not known to have lost an agent")
	}
	takes(t, w, id, "bob")
	me, _ := w.Beat("alice") // a page that wakes up does not show the old call
	if me.Call != nil || me.Agent.Last == nil || me.Agent.Last.Outcome != "lost" {
		t.Errorf("the page of alice is told %+v", me)
	}
}

func TestF020PageDiesWhileItRings(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Silent("alice")
	w.Pass(35 * time.Second)
	if w.Rings("alice") || !w.Rings("bob") {
		t.Errorf("alice rings: %v, bob: %v", w.Rings("alice"), w.Rings("bob"))
	}
	hears(t, w, id, "music")
}

func TestWrapUpBeforeTheNextOffer(t *testing.T) {
	const rest = 15 * time.Second
	w := NewWorld(t)
	w.Use(service.Settings{WrapUp: rest})
	w.Choose("alice", agent.Available)
	first, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	w.CallerHangsUp(first)
	w.Settle()
	second, _ := w.Dial()
	w.Pass(rest - 2*time.Second)
	if w.Rings("alice") {
		t.Error("an agent in wrap-up is rung")
	}
	if p := w.Me("alice").Agent.Presence; p != agent.IsWrapUp {
		t.Errorf("alice is %s", p)
	}
	w.Pass(10 * time.Second)
	if !w.Rings("alice") {
		t.Error("alice is not rung after it")
	}
	hears(t, w, second, "music")
}

func TestU1AStatusPickedInACallAppliesAfterwards(t *testing.T) {
	w, id := talking(t, "alice")
	w.Choose("alice", agent.Away)
	w.Pass(10 * time.Second)
	hears(t, w, id, "alice")
	if me := w.Me("alice").Agent; me.Presence != agent.IsBusy || me.Status != agent.Away {
		t.Errorf("in the call alice is %+v", me)
	}
	w.CallerHangsUp(id)
	w.Settle()
	if me := w.Me("alice").Agent; me.Presence != agent.IsAway {
		t.Errorf("after it alice is %+v", me)
	}
}

func TestN10HopLimit(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	from, to := agent.ID("alice"), agent.ID("bob")
	for range call.MaxHops {
		w.MustPress(from, call.DoAdd, to)
		w.Settle()
		w.Answer(to)
		w.Settle()
		w.MustPress(from, call.DoComplete, "")
		w.Settle()
		from, to = to, from
	}
	if _, err := w.Press(from, call.DoAdd, to); !errors.Is(err, call.ErrTooManyHops) {
		t.Errorf("one hop too many: %v", err)
	}
	for _, a := range w.Me(from).Call.Actions {
		if a == call.DoAdd || a == call.DoConsult {
			t.Errorf("the page is offered %s", a)
		}
	}
	hears(t, w, id, string(from))
	w.CheckQuiet()
}

func TestN10AnAgentWhoDeclinesEveryOfferIsNotRungWithoutEnd(t *testing.T) {
	crowd := make([]agent.ID, 30)
	for i := range crowd {
		crowd[i] = agent.ID("a" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
	}
	w := NewWorld(t, crowd...)
	id, _ := w.Dial()
	seconds := 600 / stride(3)
	for range seconds {
		w.Pass(time.Second)
		for _, a := range crowd {
			w.Reject(a, call.OutcomeDeclined)
		}
	}
	if n := w.Call(id).Dials; n > 100+seconds/10+2 {
		t.Errorf("%d dials in %d s", n, seconds)
	}
	hears(t, w, id, "music")
}

// The agent's page may ask between the save that closes the leg and the save that releases the
// agent, or the second save may never come: the page is told the same.
func TestWhoIsNotToldThatTheyAreFreeFindsOutHow(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(w *World, id call.ID)
		want call.Outcome
	}{
		"the caller hangs up": {func(w *World, id call.ID) { w.CallerHangsUp(id) }, call.OutcomeCallerLeft},
		"the agent ends the call": {
			func(w *World, _ call.ID) { _, _ = w.Press("alice", call.DoEnd, "") }, call.OutcomeEnded,
		},
		"the agent is lost": {func(w *World, _ call.ID) { w.HangUp("alice") }, call.OutcomeLost},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := talking(t, "alice")
			w.Store.Every("SaveAgent", Fault{Err: service.ErrUnavailable})
			test.end(w, id)
			w.Settle()
			w.Store.Heal()
			if _, err := w.Beat("alice"); err != nil {
				t.Fatal(err)
			}
			me := w.Me("alice").Agent
			word := test.want
			if word == call.OutcomeEnded {
				word = call.WordEndedHere
			}
			if me.Last == nil || me.Last.Outcome != string(test.want) ||
				len(me.Recent) != 1 || me.Recent[0].Outcome != string(word) {
				t.Errorf("the page is told %+v of %+v, want %s", me.Last, me.Recent, test.want)
			}
		})
	}
}
