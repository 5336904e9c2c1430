package servicetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// claimed is one attempt to claim the agent for a leg, or to release the agent from it.
type claimed struct {
	leg     string
	release bool
}

// result is how an attempt ended. Unsure: it may have been written.
type result string

const (
	done    result = "done"
	notFree result = "not free"
	beaten  result = "beaten" // another client saved first
	unsure  result = "unsure"
)

// claimModel is one agent as seen from outside: the leg that the agent is claimed for, or "".
var claimModel = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{""} },
	Step: func(state, input, output any) []any {
		holder, in := state.(string), input.(claimed)
		after := in.leg
		may := holder == ""
		if in.release {
			after, may = "", holder == in.leg
		}
		switch output.(result) {
		case done:
			if may {
				return []any{after}
			}
			return nil
		case notFree: // for a release: the agent was not claimed for that leg
			if may {
				return nil
			}
		case unsure:
			if may {
				return []any{holder, after}
			}
		}
		return []any{holder}
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %v", input, output) },
}).ToModel

// ClaimRace lets many clients claim and release one agent at once, as the service does it, and
// checks that what they saw is linearizable: the agent was never claimed for two legs (N4; F133,
// F134). The store must be empty; it may fail with ErrUnavailable.
func ClaimRace(t *testing.T, s service.Store, clients, turns int) {
	t.Helper()
	a := agent.New("alice", "Alice", t0)
	a.Choose(agent.Available, t0)
	must(t, s.SaveAgent(t.Context(), a))
	var mu sync.Mutex
	var history []porcupine.Operation
	start := time.Now()
	attempt := func(client int, in claimed) result {
		shown := time.Since(start)
		out := try(s, in)
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{
			ClientId: client, Input: in, Output: out, Call: int64(shown), Return: int64(time.Since(start)),
		})
		return out
	}
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for turn := range turns {
				leg := fmt.Sprint("leg-", client, "-", turn)
				if attempt(client, claimed{leg: leg}) == notFree {
					time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond) // give the others time
					continue
				}
				for range 50 {
					if r := attempt(client, claimed{leg: leg, release: true}); r == done || r == notFree {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	won := 0
	for _, op := range history {
		if !op.Input.(claimed).release && op.Output == done {
			won++
		}
	}
	t.Logf("%d operations of %d clients, %d claims won", len(history), clients, won)
	if won == 0 {
		t.Error("no client ever got the claim")
	}
	if r := porcupine.CheckOperationsTimeout(claimModel(), history, 30*time.Second); r != porcupine.Ok {
		t.Errorf("the history of the claims is not linearizable: %s", r)
	}
}

// try is one attempt, done as the service does it: load, decide, save.
func try(s service.Store, in claimed) result {
	ctx := context.Background()
	a, err := s.Agent(ctx, "alice")
	if err != nil {
		return beaten // nothing was written
	}
	if in.release {
		if !a.Release(agent.Release{Leg: in.leg}, t0) {
			return notFree
		}
	} else if a.ClaimFor("CA", in.leg, t0) != nil {
		return notFree
	}
	switch err := s.SaveAgent(ctx, a); {
	case err == nil:
		return done
	case errors.Is(err, service.ErrConflict):
		return beaten
	default:
		return unsure
	}
}

// OfferRace lets agents come online all at once while callers wait, and answer what rings: each
// caller gets one owner, and each agent one caller (N4; F133). There must be at least as many
// agents as callers. The store must be empty.
func OfferRace(t *testing.T, s service.Store, agents, callers int) {
	t.Helper()
	var mu sync.Mutex
	keys := 0
	newKey := func() call.LegKey {
		mu.Lock()
		defer mu.Unlock()
		keys++
		return call.LegKey(fmt.Sprint("leg-", keys))
	}
	phones := NewPhones(func() time.Time { return t0 })
	svc := service.New(s, phones, service.Settings{Ring: Ring, NewKey: newKey})
	ctx := context.Background()
	for n := range callers {
		if _, err := svc.Arrive(ctx, id(n), "", false, t0); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(who agent.ID) {
		w := &World{Phones: phones}
		if l := w.leg(who, func(l *phone) bool { return !l.answered }); l != nil {
			phones.mu.Lock()
			l.answered = true
			phones.mu.Unlock()
			leg := service.Answered{Key: l.dial.Leg, SID: l.sid}
			if _, err := svc.Connect(ctx, l.dial.Call, leg, t0); err != nil {
				t.Errorf("%s is not admitted: %v", who, err)
			}
		}
	}
	for range 12 { // heartbeats: an agent who lost a race is offered the next caller
		var wg sync.WaitGroup
		for n := range agents {
			wg.Go(func() {
				who := agent.ID(fmt.Sprint("agent", n))
				if _, err := svc.SetStatus(ctx, service.Principal{ID: who}, agent.Available, false, t0); err != nil {
					t.Error(err)
				}
				answer(who)
			})
		}
		wg.Wait()
	}
	owners := map[agent.ID]call.ID{}
	for n := range callers {
		c, err := s.Call(ctx, id(n))
		must(t, err)
		Check(t, c)
		if c.State != call.Talking || len(c.Legs) != 1 {
			t.Errorf("caller %d is %s with %d legs", n, c.State, len(c.Legs))
			continue
		}
		who := c.Legs[0].Agent
		if other, twice := owners[who]; twice {
			t.Errorf("%s owns %s and %s", who, other, c.ID)
		}
		owners[who] = c.ID
	}
	if dials := phones.Count("Dial"); dials != callers {
		t.Errorf("%d legs were dialled for %d callers", dials, callers)
	}
}
