package service_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// entries are what the history of a call says of these events, and who did it.
func entries(c *call.Call, what ...call.Event) (list []string) {
	for _, e := range c.History {
		if slices.Contains(what, e.What) {
			list = append(list, fmt.Sprintf("%s %s by %s", e.What, e.Agent, e.ByName))
		}
	}
	return list
}

// waits is a World in which bob is Away, a caller waits, and alice talks to another.
func waits(t *testing.T) (w *World, id call.ID) {
	t.Helper()
	w, _ = answered(t)
	w.Choose("bob", agent.Away)
	id, _ = w.Dial()
	w.Settle()
	if w.Call(id).State != call.Waiting {
		t.Fatalf("the caller is %s", w.Call(id).State)
	}
	return w, id
}

// free makes an agent available without a heartbeat, which would offer them the caller.
func free(t *testing.T, w *World, id agent.ID) {
	t.Helper()
	a, err := w.Store.Agent(t.Context(), id)
	if err == nil {
		a.Choose(agent.Available, w.Now)
		err = w.Store.SaveAgent(t.Context(), a)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func stored(t *testing.T, w *World, id agent.ID) *agent.Agent {
	t.Helper()
	a, err := w.Store.Agent(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func is[T error](err error) bool {
	var e T
	return errors.As(err, &e)
}

func TestF225AStrangerToTheGroupReadsNothingAndChangesNothing(t *testing.T) {
	w, id := waits(t)
	before := w.Store.Counts()
	stranger := service.Principal{ID: "bob", Name: "Bob"}
	for _, err := range []error{
		w.Service.SetStatusOf(t.Context(), stranger, "alice", agent.Away, "k", w.Now),
		w.Service.EndCall(t.Context(), stranger, id, "k", w.Now),
		w.Service.OfferTo(t.Context(), stranger, id, "bob", "k", w.Now),
	} {
		if !errors.Is(err, service.ErrNotSupervisor) {
			t.Errorf("answered %v", err)
		}
	}
	if after := w.Store.Counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("it asked the store: %v, before %v", after, before)
	}
	if err := w.Service.Remove(t.Context(), Boss, w.Now); err != nil {
		t.Fatal(err)
	}
	if err := w.EndCall(id, "k"); !errors.Is(err, agent.ErrRemoved) {
		t.Errorf("a removed supervisor: %v", err)
	}
}

func TestASupervisorSetsAnAgentAwayWhoIsRung(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	if !w.Rings("alice") {
		t.Fatal("alice is not rung")
	}
	if err := w.SetStatusOf("alice", agent.Away, "k1"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	c := w.Call(id)
	if w.Rings("alice") || !w.Rings("bob") {
		t.Errorf("alice rings %t, bob %t", w.Rings("alice"), w.Rings("bob"))
	}
	if got := entries(c, call.SetAway, call.OfferFailed); !slices.Equal(got, []string{
		"set-away alice by Erin", "offer-failed alice by "}) {
		t.Errorf("history %q", got)
	}
	me := w.Me("alice")
	if me.Agent.Status != agent.Away || me.Agent.By != "Erin" || me.Agent.Presence != agent.IsAway {
		t.Errorf("alice sees %+v", me.Agent)
	}
	seen := stored(t, w, "alice").HeartbeatAt
	w.Now = w.Now.Add(10 * time.Second)
	if err := w.SetStatusOf("alice", agent.Available, "k2"); err != nil {
		t.Fatal(err)
	}
	if a := stored(t, w, "alice"); !a.Free(w.Now) || !a.HeartbeatAt.Equal(seen) {
		t.Errorf("alice is %s, seen %s, before %s", a.Presence(w.Now), a.HeartbeatAt, seen)
	}
	if w.Choose("alice", agent.Away); w.Me("alice").Agent.By != "" {
		t.Error("alice's own choice is said to be Erin's")
	}
	// The first press comes once more, late: what has been chosen since stays.
	w.Choose("alice", agent.Available)
	if err := w.SetStatusOf("alice", agent.Away, "k1"); err != nil || w.Me("alice").Agent.Status != agent.Available {
		t.Errorf("repeated: %v, alice is %s", err, w.Me("alice").Agent.Status)
	}
	if err := w.SetStatusOf("nobody", agent.Away, "k3"); !errors.Is(err, service.ErrNoTarget) {
		t.Errorf("an unknown agent: %v", err)
	}
}

func TestASupervisorSetsTheTargetOfAConsultAwayAndTheTransferorKeepsTheCaller(t *testing.T) {
	w, id := answered(t)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	if err := w.SetStatusOf("bob", agent.Away, "k"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	c := w.Call(id)
	if c.State != call.Talking || c.OwnerAgent() != "alice" || c.Transfer.Outcome != call.OutcomeDeclined ||
		w.Rings("bob") {
		t.Errorf("%s, owner %s, %+v", c.State, c.OwnerAgent(), c.Transfer)
	}
	w.Check()
}

func TestAnAgentInACallIsSetAwayAndTheCallGoesOn(t *testing.T) {
	w, id := answered(t)
	if err := w.SetStatusOf("alice", agent.Away, "k"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	if !w.Talks("alice") || w.Call(id).State != call.Talking {
		t.Error("the call does not go on")
	}
	w.CallerHangsUp(id)
	w.Settle()
	if me := w.Me("alice"); me.Agent.Presence != agent.IsAway {
		t.Errorf("afterwards alice is %s", me.Agent.Presence)
	}
}

func TestASupervisorMakesAnAgentAvailableWhoIsOfferedTheCaller(t *testing.T) {
	w, id := waits(t)
	if err := w.SetStatusOf("bob", agent.Available, "k"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	if !w.Rings("bob") || w.Call(id).State != call.Ringing {
		t.Errorf("bob rings %t, the caller is %s", w.Rings("bob"), w.Call(id).State)
	}
}

func TestASupervisorEndsACall(t *testing.T) {
	w, id := answered(t)
	if err := w.EndCall(id, "k"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	c := w.Call(id)
	if c.State != call.Ended || c.Reason != call.ReasonAgentEnded || w.LiveLegs() != 0 {
		t.Errorf("%s, %s, %d legs", c.State, c.Reason, w.LiveLegs())
	}
	r, _ := w.Store.Recorded(id)
	if r.Ender == nil || r.Ender.Name != "Erin" {
		t.Errorf("ended by %+v", r.Ender)
	}
	if err := w.EndCall(id, "k"); err != nil {
		t.Errorf("repeated: %v", err)
	}
	if err := w.EndCall("CA0", "k"); !errors.Is(err, service.ErrCallOver) {
		t.Errorf("an unknown call: %v", err)
	}
	w.CheckQuiet()
}

func TestF228ACallIsEndedOnlyWhenItsOwnerMayEndIt(t *testing.T) {
	w, id := answered(t)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	if err := w.EndCall(id, "k1"); !is[*call.TransitionError](err) || w.Call(id).State != call.Consulting {
		t.Errorf("during a consult: %v, %s", err, w.Call(id).State)
	}
	w.CallerHangsUp(id)
	w.Settle()
	if err := w.EndCall(id, "k2"); !errors.Is(err, service.ErrCallOver) {
		t.Errorf("the caller has gone: %v", err)
	}
}

func TestASupervisorOffersACallerToANamedAgent(t *testing.T) {
	w, id := waits(t)
	free(t, w, "bob")
	if err := w.OfferTo(id, "bob", "k"); err != nil {
		t.Fatal(err)
	}
	if a := stored(t, w, "bob"); a.Claim == nil || a.Claim.For != agent.ForOffer || a.Claim.Call != string(id) {
		t.Errorf("the claim is %+v", a.Claim)
	}
	w.Settle()
	if !w.Rings("bob") {
		t.Fatal("bob is not rung")
	}
	if err := w.OfferTo(id, "bob", "k"); err != nil {
		t.Errorf("repeated: %v", err)
	}
	if err := w.OfferTo(id, "bob", "k2"); err != nil {
		t.Errorf("pressed by another: %v", err)
	}
	w.Answer("bob")
	w.Settle()
	if got := entries(w.Call(id), call.Offer); !slices.Equal(got, []string{"offer bob by Erin"}) {
		t.Errorf("history %q", got)
	}
	if err := w.OfferTo(id, "bob", "k"); err != nil {
		t.Errorf("repeated after the answer: %v", err)
	}
	w.Check()
}

// Matching leaves an agent in peace who has just declined a caller; a supervisor may have them rung again.
func TestACallerIsOfferedToAnAgentWhoHasJustDeclined(t *testing.T) {
	w := NewWorld(t, "bob")
	id, _ := w.Dial()
	w.Settle()
	w.MustPress("bob", call.DoDecline, "")
	w.Settle()
	if _, err := w.Beat("bob"); err != nil || w.Call(id).State != call.Waiting {
		t.Fatalf("%v, the caller is %s", err, w.Call(id).State)
	}
	if err := w.OfferTo(id, "bob", "k"); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	if !w.Rings("bob") {
		t.Error("bob is not rung")
	}
}

// What has changed since the supervisor saw it: nothing is done, and the agent is free or where they were.
func TestF228AnActThatComesTooLateChangesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(t *testing.T, w *World, id call.ID)
		want   func(error) bool
	}{
		"the caller has gone": {
			func(t *testing.T, w *World, id call.ID) { free(t, w, "bob"); w.CallerHangsUp(id); w.Settle() },
			func(err error) bool { return errors.Is(err, service.ErrCallOver) },
		},
		"the caller was answered": {
			func(t *testing.T, w *World, id call.ID) {
				w.Choose("carol", agent.Available)
				w.Settle()
				w.Answer("carol")
				w.Settle()
				free(t, w, "bob")
			},
			func(err error) bool { return errors.Is(err, service.ErrTaken) },
		},
		"another agent is rung": {
			func(t *testing.T, w *World, id call.ID) {
				w.Choose("carol", agent.Available)
				w.Settle()
				free(t, w, "bob")
			},
			func(err error) bool { return errors.Is(err, service.ErrTaken) },
		},
		"the agent is in another call": {
			func(t *testing.T, w *World, id call.ID) {
				free(t, w, "bob")
				w.MustPress("alice", call.DoConsult, "bob")
				w.Settle()
			},
			is[*agent.NotFreeError],
		},
		"the agent is Away": {func(*testing.T, *World, call.ID) {}, is[*agent.NotFreeError]},
		"the agent's page is shut": {
			func(t *testing.T, w *World, id call.ID) { free(t, w, "bob"); w.Now = w.Now.Add(time.Minute) },
			is[*agent.NotFreeError],
		},
		"the agent was removed": {
			func(t *testing.T, w *World, id call.ID) {
				if err := w.Service.Remove(t.Context(), service.Principal{ID: "bob"}, w.Now); err != nil {
					t.Fatal(err)
				}
			},
			func(err error) bool { return errors.Is(err, service.ErrNoTarget) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := waits(t)
			tt.before(t, w, id)
			state, claim := w.Call(id).State, fmt.Sprintf("%+v", stored(t, w, "bob").Claim)
			if err := w.OfferTo(id, "bob", "k"); !tt.want(err) {
				t.Errorf("answered %v", err)
			}
			if got := fmt.Sprintf("%+v", stored(t, w, "bob").Claim); w.Call(id).State != state || got != claim {
				t.Errorf("the call is %s, before %s; the claim %s, before %s", w.Call(id).State, state, got, claim)
			}
			w.Settle()
			w.Check()
		})
	}
}

func TestF228ACallerWhoHasLostAnAgentIsReservedForThem(t *testing.T) {
	w, id := answered(t)
	w.HangUp("alice")
	w.Settle()
	if c := w.Call(id); c.State != call.Waiting || c.Recall.Agent != "alice" {
		t.Fatalf("%s, %+v", c.State, c.Recall)
	}
	if err := w.OfferTo(id, "bob", "k1"); !errors.Is(err, service.ErrNotOffered) {
		t.Errorf("for bob: %v", err)
	}
	w.Now = w.Now.Add(time.Second)
	a := stored(t, w, "alice")
	a.HeartbeatAt = w.Now // of the page, which has not been answered yet
	if err := w.Store.SaveAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := w.OfferTo(id, "alice", "k2"); err != nil {
		t.Errorf("for alice: %v", err)
	}
	w.Settle()
	if !w.Rings("alice") {
		t.Error("alice is not rung")
	}
}
