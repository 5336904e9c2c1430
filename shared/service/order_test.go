package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// steppedPhones lets others go on before a hold takes effect, and before it is answered.
type steppedPhones struct {
	*Phones
	turn func(ctx context.Context)
}

func (p steppedPhones) Hold(
	ctx context.Context, id call.ID, sid call.ConferenceID, leg call.LegID, hold bool,
) error {
	p.turn(ctx)
	defer p.turn(ctx)
	return p.Phones.Hold(ctx, id, sid, leg, hold)
}

// atOnce carries out requests at once, and delivers the callbacks meanwhile, also out of order. The seed gives the
// order of all their steps at the store and at Twilio.
func atOnce(w *World, seed uint64, requests ...func(ctx context.Context, s *service.Service)) {
	l := newLedger(w.Store)
	steps := &lockstep{
		running: len(requests) + 1, waiting: map[string]chan struct{}{}, dice: rand.New(rand.NewPCG(seed, 80)),
	}
	l.turn = steps.turn
	board := serviceOver(l, steppedPhones{w.Phones, steps.turn})
	var all sync.WaitGroup
	open := len(requests) // requests and callbacks without an answer; only whose turn it is changes it
	run := func(name string, f func(ctx context.Context, s *service.Service)) {
		all.Go(func() {
			ctx := agentNamed(context.Background(), name)
			steps.turn(ctx)
			f(ctx, board)
			steps.mu.Lock()
			defer steps.mu.Unlock()
			open--
			steps.pass()
		})
	}
	for n, f := range requests {
		run(fmt.Sprint("request", n), f)
	}
	all.Go(func() {
		ctx := agentNamed(context.Background(), "Twilio")
		for n := 0; ; n++ {
			steps.turn(ctx)
			if told := len(w.Phones.Told); told > 0 {
				i := steps.dice.IntN(min(told, 3))
				e := w.Phones.Told[i].Room
				w.Drop(i)
				steps.mu.Lock()
				open++
				steps.running++
				steps.mu.Unlock()
				run(fmt.Sprint("callback", n), func(ctx context.Context, s *service.Service) {
					_ = s.HandleConferenceEvent(ctx, e.ID, e.Event, w.Now)
				})
				continue
			}
			if open == 0 {
				return
			}
		}
	})
	all.Wait()
}

// Presses that do not wait for each other: their holds and resumes, the answers to these and the callbacks come in any
// order.
func TestF080SwapsAtOnceNeverLetTheCallerHearTheConsult(t *testing.T) {
	seeds := uint64(6000)
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		w, id := talking(t, "alice", "bob")
		w.MustPress("alice", call.DoConsult, "bob")
		w.Settle()
		w.Answer("bob")
		w.Settle()
		var heard []string
		w.Phones.Watch = func() { heard = append(heard, w.Hears(id)) }
		swap := func(n int) func(ctx context.Context, s *service.Service) {
			return func(ctx context.Context, s *service.Service) {
				_, _ = s.Transfer(ctx, service.Principal{ID: "alice", Name: "Agent alice"}, service.Command{
					Action: call.DoSwap, Request: fmt.Sprint("swap", n), Call: id,
				}, w.Now)
			}
		}
		var swaps []func(ctx context.Context, s *service.Service)
		for n := range 8 {
			swaps = append(swaps, swap(n))
		}
		atOnce(w, seed, swaps...)
		if slices.ContainsFunc(heard, func(h string) bool { return strings.Contains(h, "bob") }) {
			t.Errorf("seed %d: N5: the caller heard %q", seed, slices.Compact(heard))
		}
		w.Phones.Watch = nil
		w.Settle()
		want := map[call.State]string{call.Consulting: "music", call.Swapped: string(agent.ID("alice"))}
		hears(t, w, id, want[w.Call(id).State])
		w.CheckQuiet()
	}
}
