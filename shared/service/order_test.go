package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// serviceWith is a service over this store and these telephones.
func serviceWith(s service.Store, phones service.CallControl) *service.Service {
	var mu sync.Mutex
	n := 0
	newKey := func() call.LegKey {
		mu.Lock()
		defer mu.Unlock()
		n++
		return call.LegKey(fmt.Sprint("key-", n))
	}
	oneByOne := func(all ...func()) {
		for _, f := range all {
			f()
		}
	}
	return service.New(s, phones, service.Settings{
		Ring: Ring, MaxWait: MaxWait, NewKey: newKey, Together: oneByOne,
	})
}

// lockstep lets one request at a time go on, chosen at random at each step.
type lockstep struct {
	mu      sync.Mutex
	running int
	waiting map[string]chan struct{}
	dice    *rand.Rand
}

func (l *lockstep) turn(ctx context.Context) {
	name, _ := ctx.Value(requestName{}).(string)
	l.mu.Lock()
	go1 := make(chan struct{})
	l.waiting[name] = go1
	l.pass()
	l.mu.Unlock()
	<-go1
}

// pass lets another request go on after one has stopped. The caller holds l.mu.
func (l *lockstep) pass() {
	l.running--
	if l.running > 0 || len(l.waiting) == 0 {
		return
	}
	var names []string
	for name := range l.waiting {
		names = append(names, name)
	}
	slices.Sort(names)
	name := names[l.dice.IntN(len(names))]
	close(l.waiting[name])
	delete(l.waiting, name)
	l.running++
}

// steppedPhones lets others go on before a hold takes effect, and before it is answered. It counts the turns of music
// that are to be requested then.
type steppedPhones struct {
	*Phones
	turn  func(ctx context.Context)
	music chan call.ID
}

func (p steppedPhones) Hold(
	ctx context.Context, id call.ID, sid call.ConferenceID, leg call.LegID, hold bool,
) error {
	p.turn(ctx)
	defer p.turn(ctx)
	if hold && leg == call.LegID(id) {
		p.music <- id
	}
	return p.Phones.Hold(ctx, id, sid, leg, hold)
}

// inAnyOrder carries out requests at once, and delivers the callbacks meanwhile, also out of order. The seed gives the
// order of all their steps at the store and at Twilio.
func inAnyOrder(w *World, seed uint64, requests ...func(ctx context.Context, s *service.Service)) {
	l := newLedger(w.Store)
	steps := &lockstep{
		running: len(requests) + 1, waiting: map[string]chan struct{}{}, dice: rand.New(rand.NewPCG(seed, 80)),
	}
	l.turn = steps.turn
	music := make(chan call.ID, 100)
	svc := serviceWith(l, steppedPhones{w.Phones, steps.turn, music})
	var all sync.WaitGroup
	open := len(requests) // requests and callbacks without an answer; only whose turn it is changes it
	run := func(name string, f func(ctx context.Context, s *service.Service)) {
		all.Go(func() {
			ctx := agentNamed(context.Background(), name)
			steps.turn(ctx)
			f(ctx, svc)
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
			told := len(w.Phones.Told)
			if open == 0 && told == 0 && len(music) == 0 {
				return
			}
			f := webhook(w, music, steps.dice)
			if f == nil {
				continue
			}
			steps.mu.Lock()
			open++
			steps.running++
			steps.mu.Unlock()
			run(fmt.Sprint("webhook", n), f)
		}
	})
	all.Wait()
}

// webhook is the next request that Twilio makes: for a turn of music, or one of the oldest callbacks; nil if it has
// none to make.
func webhook(w *World, music <-chan call.ID, dice *rand.Rand) func(ctx context.Context, s *service.Service) {
	if len(music) > 0 && dice.IntN(2) == 0 {
		id := <-music
		return func(ctx context.Context, s *service.Service) {
			lasts := func(*call.Call) time.Duration { return 12 * time.Second }
			_, _ = s.Wait(ctx, id, service.Turn{Position: true, Lasts: lasts}, w.Now)
		}
	}
	told := len(w.Phones.Told)
	if told == 0 {
		return nil
	}
	i := dice.IntN(min(told, 3))
	e := w.Phones.Told[i].Room
	w.Drop(i)
	return func(ctx context.Context, s *service.Service) { _ = s.HandleConferenceEvent(ctx, e.ID, e.Event, w.Now) }
}

// Presses that do not wait for each other: their holds and resumes, the answers to these and the callbacks come in any
// order.
func TestF455SwapsAtOnceNeverLetTheCallerHearTheConsult(t *testing.T) {
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 100
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
		inAnyOrder(w, seed, swaps...)
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
