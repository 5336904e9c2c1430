package service_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// ledger counts the operations of each request at the store, by its name in the context, and records who was claimed.
type ledger struct {
	service.Store
	turn func(ctx context.Context) // before each operation

	mu     sync.Mutex
	reads  map[string]int
	writes map[string]int
	claims map[agent.ID]int
	wrong  []string // claims for a caller who had been taken already
	legs   map[string]bool
}

type requestName struct{}

func agentNamed(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, requestName{}, name)
}

func newLedger(s service.Store) *ledger {
	return &ledger{
		Store: s, turn: func(context.Context) {}, reads: map[string]int{}, writes: map[string]int{},
		claims: map[agent.ID]int{}, legs: map[string]bool{},
	}
}

func (l *ledger) count(ctx context.Context, m map[string]int) {
	l.turn(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	name, _ := ctx.Value(requestName{}).(string)
	m[name]++
}

func (l *ledger) Call(ctx context.Context, id call.ID) (*call.Call, error) {
	l.count(ctx, l.reads)
	return l.Store.Call(ctx, id)
}

func (l *ledger) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	l.count(ctx, l.reads)
	return l.Store.Agent(ctx, id)
}

func (l *ledger) Queue(ctx context.Context) ([]service.QueueEntry, error) {
	l.count(ctx, l.reads)
	return l.Store.Queue(ctx)
}

func (l *ledger) Agents(ctx context.Context, from string) ([]agent.Agent, string, error) {
	l.count(ctx, l.reads)
	return l.Store.Agents(ctx, from)
}

func (l *ledger) Free(ctx context.Context, from string) ([]agent.Agent, string, error) {
	l.count(ctx, l.reads)
	return l.Store.Free(ctx, from)
}

func (l *ledger) SaveCall(ctx context.Context, c *call.Call) error {
	l.count(ctx, l.writes)
	return l.Store.SaveCall(ctx, c)
}

func (l *ledger) SaveAgent(ctx context.Context, a *agent.Agent) error {
	l.count(ctx, l.writes)
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.Store.SaveAgent(ctx, a)
	if err != nil || a.Claim == nil || l.legs[a.Claim.Leg] {
		return err
	}
	l.legs[a.Claim.Leg] = true
	l.claims[a.ID]++
	c, err := l.Store.Call(context.Background(), call.ID(a.Claim.Call))
	if err == nil && c.State != call.Waiting {
		l.wrong = append(l.wrong, fmt.Sprintf("%s is claimed for %s, who is %s", a.ID, c.ID, c.State))
	}
	return nil
}

// manyAgents returns n agents.
func manyAgents(n int) (ids []agent.ID) {
	for i := range n {
		ids = append(ids, agent.ID(fmt.Sprintf("agent%03d", i)))
	}
	return ids
}

// serviceOver is a service over another store than the World's own.
func serviceOver(w *World, s service.Store) *service.Service { return serviceWith(s, w.Phones) }

// A caller's arrival and the request of one page: the page's agent is rung for the caller just
// after the arrival has claimed another agent.
func TestF206WhoLosesACallerStops(t *testing.T) {
	w := NewWorld(t, manyAgents(20)...)
	l := newLedger(w.Store)
	var then func()
	w.Service = serviceOver(w, between{l, "agent000", &then})
	asks := agentNamed(context.Background(), "page")
	then = func() { _, _ = w.Service.Snapshot(asks, service.Principal{ID: "agent001"}, w.Now) }
	id := call.ID(fmt.Sprintf("CA%032x", 1))
	caller := agentNamed(context.Background(), "caller")
	if _, err := w.Service.Arrive(caller, id, "", false, w.Now); err != nil {
		t.Fatal(err)
	}
	if err := w.Service.HandleConferenceEvent(caller, id, CallerJoined(id), w.Now); err != nil {
		t.Fatal(err)
	}
	if c := w.Call(id); c.State != call.Ringing || c.Leg(c.Offer).Agent != "agent001" {
		t.Fatalf("the caller is %s", c.State)
	}
	if len(l.claims) != 2 || len(l.wrong) > 0 {
		t.Errorf("claimed were %v, wrongly %v", l.claims, l.wrong)
	}
	if r, n := l.reads["caller"], l.writes["caller"]; r > 8 || n > 6 {
		t.Errorf("arrival and join cost %d reads and %d writes", r, n)
	}
	for _, a := range manyAgents(20) {
		if got := w.Me(a).Agent.Presence; (got == agent.IsBusy) != (a == "agent001") {
			t.Errorf("%s is %s", a, got)
		}
	}
	if n := w.Phones.Count("Dial"); n != 1 {
		t.Errorf("%d dials", n)
	}
}

// arriveAtOnce lets that many callers arrive at once, with an order of steps given by the seed.
func arriveAtOnce(w *World, l *ledger, callers int, seed uint64) (ids []call.ID) {
	steps := &lockstep{running: callers, waiting: map[string]chan struct{}{}, dice: rand.New(rand.NewPCG(seed, 206))}
	l.turn = steps.turn
	svc := serviceOver(w, l)
	var all sync.WaitGroup
	for n := range callers {
		id := call.ID(fmt.Sprintf("CA%032x", n+1))
		ids = append(ids, id)
		all.Go(func() {
			ctx := agentNamed(context.Background(), string(id))
			_, _ = svc.Arrive(ctx, id, "", false, w.Now)
			_ = svc.HandleConferenceEvent(ctx, id, CallerJoined(id), w.Now)
			steps.mu.Lock()
			defer steps.mu.Unlock()
			steps.pass()
		})
	}
	all.Wait()
	l.turn = func(context.Context) {}
	return ids
}

// Nobody tells that the caller has joined, so the next turn of their music does it, or the page of somebody free.
func TestF411TheJoinIsNotTold(t *testing.T) {
	for _, clock := range []string{"music", "page"} {
		w := NewWorld(t, "alice")
		if clock == "music" {
			w.Silent("alice")
		}
		id, _ := w.Dial()
		w.Phones.Told = nil
		w.Music(id)
		if w.Rings("alice") {
			t.Fatal("the first turn has offered them, as the callback would have done")
		}
		w.Pass(13 * time.Second)
		if n := w.Phones.Count("Dial"); n != 1 || !w.Rings("alice") {
			t.Errorf("%s: %d dials", clock, n)
		}
		hears(t, w, id, "music")
		takes(t, w, id, "alice")
	}
}

func TestF206ManyCallersInOneMoment(t *testing.T) {
	const seeds = 5
	for _, callers := range []int{2, 4, 16, 30} {
		for _, agents := range []int{1, 20, 200} {
			var allReads, allWrites float64
			for seed := range uint64(seeds) {
				name := fmt.Sprint(callers, " callers, ", agents, " agents, seed ", seed)
				w := NewWorld(t, manyAgents(agents)...)
				l := newLedger(w.Store)
				ids := arriveAtOnce(w, l, callers, seed)
				most, mostWrites, sum, sumWrites := 0, 0, 0, 0
				for _, id := range ids {
					r, n := l.reads[string(id)], l.writes[string(id)]
					most, mostWrites, sum, sumWrites = max(most, r), max(mostWrites, n), sum+r, sumWrites+n
				}
				reads, writes := float64(sum)/float64(callers), float64(sumWrites)/float64(callers)
				t.Logf("%s: at most %d reads and %d writes of one caller, on average %.1f and %.1f", name, most,
					mostWrites, reads, writes)
				allReads, allWrites = allReads+reads/seeds, allWrites+writes/seeds
				if most > 16 || mostWrites > 8 {
					t.Errorf("%s: one of them costs %d reads and %d writes", name, most, mostWrites)
				}
				if len(l.wrong) > 0 {
					t.Errorf("%s: %v", name, l.wrong)
				}
				for a, n := range l.claims {
					if n > 1 {
						t.Errorf("%s: %s was claimed %d times", name, a, n)
					}
				}
				want, atOnce := min(callers, agents), w.Phones.Count("Dial")
				// Of the last agent two requests may each take the other to be at it: then a music turn rings them.
				if atOnce < want-1 || atOnce > want {
					t.Errorf("%s: %d are rung at once, want %d", name, atOnce, want)
				}
				w.Service = serviceOver(w, l)
				for _, id := range ids { // a music turn
					_, _ = w.Service.Wait(context.Background(), id, service.Turn{Lasts: twelve}, w.Now)
				}
				rungFor(t, w, name, ids, want)
				if len(l.wrong) > 0 {
					t.Errorf("%s: in the music turn %v", name, l.wrong)
				}
			}
			if allReads > 6 || allWrites > 5 { // with the read of the callback that tells of the join
				t.Errorf("%d callers, %d agents: %.1f reads and %.1f writes for each", callers, agents, allReads,
					allWrites)
			}
		}
	}
}

// rungFor asserts that so many callers are being offered, each to a different agent.
func rungFor(t *testing.T, w *World, name string, ids []call.ID, want int) {
	t.Helper()
	offered := map[agent.ID]call.ID{}
	for _, id := range ids {
		c := w.Call(id)
		Check(t, c)
		l := c.Leg(c.Offer)
		if l == nil {
			continue
		}
		if other := offered[l.Agent]; other != "" {
			t.Errorf("%s: %s is rung for %s and %s", name, l.Agent, other, id)
		}
		offered[l.Agent] = id
	}
	if dials := w.Phones.Count("Dial"); len(offered) != want || dials != want {
		t.Errorf("%s: %d are rung by %d dials, want %d", name, len(offered), dials, want)
	}
}

// lostOffer is a world in which a music turn has claimed bob for the caller, just when the caller
// is offered to alice, who answers and presses a button; then the music turn goes on.
func lostOffer(t *testing.T, press func(w *World) error) (*World, call.ID, error) {
	t.Helper()
	w := NewWorld(t)
	id, _ := w.Dial()
	w.Settle()
	w.Choose("bob", agent.Away) // so that bob has been idle longest when free
	bob, err := w.Store.Agent(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	bob.Choose(agent.Available, w.Now)
	if err := w.Store.SaveAgent(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	var then func()
	var pressed error
	own := w.Service
	slow := serviceOver(w, between{w.Store, "bob", &then})
	then = func() {
		w.Now = w.Now.Add(time.Second)
		w.Choose("alice", agent.Available)
		w.Settle()
		if !w.Answer("alice") {
			t.Fatal("alice is not rung")
		}
		w.Settle()
		state(t, w, id, call.Talking)
		pressed = press(w)
		w.Settle()
	}
	if _, err := slow.Wait(t.Context(), id, service.Turn{Lasts: twelve}, w.Now); err != nil {
		t.Fatal(err)
	}
	w.Service = own
	w.Settle()
	return w, id, pressed
}

func TestF209AConsultDoesNotShareTheClaimOfAnOffer(t *testing.T) {
	for _, how := range []call.Action{call.DoConsult, call.DoAdd} {
		for _, target := range []agent.ID{"bob", Anyone} {
			w, id, err := lostOffer(t, func(w *World) error { _, err := w.Press("alice", how, target); return err })
			if err != nil {
				t.Fatalf("%s %s: %v", how, target, err)
			}
			if p := w.Me("bob").Agent.Presence; p != agent.IsBusy || !w.Rings("bob") {
				t.Fatalf("%s %s: bob rings: %t, and is %s", how, target, w.Rings("bob"), p)
			}
			w.Answer("bob")
			w.Settle()
			w.Pass(6 * time.Second)
			if s := w.Me("bob"); s.Call == nil || s.Agent.Presence != agent.IsBusy {
				t.Errorf("%s %s: bob talks, and the page of bob is told %+v", how, target, s)
			}
			if how == call.DoConsult {
				w.MustPress("alice", call.DoComplete, "")
				w.Settle()
				hears(t, w, id, "bob")
			}
			owner := map[call.Action]agent.ID{call.DoConsult: "bob", call.DoAdd: "alice"}[how]
			w.MustPress(owner, call.DoEnd, "")
			w.Pass(3 * time.Second)
			w.CheckQuiet()
		}
	}
}

// If alice does not consult bob, the lost offer gives its claim on bob up.
func TestF209ALostOfferFreesItsOwnClaim(t *testing.T) {
	w, _, _ := lostOffer(t, func(*World) error { return nil })
	bob, err := w.Store.Agent(t.Context(), "bob")
	if err != nil || !bob.Free(w.Now) {
		t.Errorf("bob is %+v, %v", bob, err)
	}
}

// The other orders: either the consult or the offer gets bob, and the other is refused.
func TestF209AConsultAndAnOfferToAnotherCaller(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	var then func()
	own := w.Service
	w.Service = serviceOver(w, between{w.Store, "bob", &then})
	other := call.ID(fmt.Sprintf("CA%032x", 99))
	joins := func(b *service.Service) {
		_, _ = b.Arrive(t.Context(), other, "", false, w.Now)
		_ = b.HandleConferenceEvent(t.Context(), other, CallerJoined(other), w.Now)
	}
	then = func() { joins(own) } // bob is claimed by the consult
	w.MustPress("alice", call.DoConsult, "bob")
	w.Service = own
	w.Settle()
	state(t, w, other, call.Waiting)
	if n := w.Phones.Count("Dial"); n != 2 || !w.Rings("bob") {
		t.Errorf("%d dials", n)
	}

	w, id := talking(t, "alice", "bob")
	var errConsult error
	own = w.Service
	w.Service = serviceOver(w, between{w.Store, "bob", &then})
	then = func() { // bob is claimed by the offer
		_, errConsult = own.Transfer(t.Context(), service.Principal{ID: "alice"},
			service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "1"}, w.Now)
	}
	joins(w.Service)
	w.Service = own
	w.Settle()
	var busy *agent.NotFreeError
	if !errors.As(errConsult, &busy) {
		t.Errorf("the consult was answered %v", errConsult)
	}
	state(t, w, other, call.Ringing)
	state(t, w, id, call.Talking)
}

// changeStored changes a stored agent directly.
func changeStored(t *testing.T, w *World, id agent.ID, f func(a *agent.Agent)) {
	t.Helper()
	a, err := w.Store.Agent(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	f(a)
	if err := w.Store.SaveAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// claimFits asserts that an agent is claimed for the agent's own leg.
func claimFits(t *testing.T, w *World, id call.ID, who agent.ID, when string) {
	t.Helper()
	a, err := w.Store.Agent(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	l := w.Call(id).Seat(who).Leg()
	if l == nil || a.Claim == nil || a.Claim.Leg != string(l.Key) || a.Claim.Call != string(id) {
		t.Errorf("%s: %s has the leg %+v and the claim %+v", when, who, l, a.Claim)
	}
}

func TestF209AWrongClaimIsRepaired(t *testing.T) {
	for name, wrong := range map[string]func(a *agent.Agent, now time.Time){
		"given up by another request": func(a *agent.Agent, now time.Time) {
			a.Claim.Askers = []string{"x"}
			a.Drop(a.Claim.Leg, "x", now)
		},
		"another leg of the call": func(a *agent.Agent, _ time.Time) { a.Claim.Leg = "another" },
	} {
		w, id := talking(t, "alice", "bob")
		changeStored(t, w, "alice", func(a *agent.Agent) { wrong(a, w.Now) })
		if name != "another leg of the call" { // at once, by a press of alice
			dry := w.Clone()
			dry.MustPress("alice", call.DoHold, "")
			claimFits(t, dry, id, "alice", name+", after a press")
		}
		w.Pass(10 * time.Second) // the heartbeats of alice's page
		claimFits(t, w, id, "alice", name)
		w.MustPress("alice", call.DoEnd, "")
		w.Pass(3 * time.Second)
		w.CheckQuiet()
	}
}

// A claim that is missing, which no code of this version causes, is repaired, too: at the answer,
// and by the sweep.
func TestF209AClaimThatIsGoneIsRepaired(t *testing.T) {
	gone := func(a *agent.Agent) { a.Claim = nil }
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	changeStored(t, w, "bob", gone)
	w.Answer("bob")
	claimFits(t, w, id, "bob", "when bob has answered")
	w.Settle()
	for _, who := range []agent.ID{"alice", "bob"} {
		changeStored(t, w, who, gone)
	}
	w.Sweep()
	claimFits(t, w, id, "alice", "after the sweep")
	claimFits(t, w, id, "bob", "after the sweep")
}
