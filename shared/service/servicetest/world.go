package servicetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// World is a service between a store and a phone network, both in memory, and the people around it.
// Time stands still until Pass.
type World struct {
	T       TB
	Now     time.Time
	Store   *Store
	Phones  *Phones
	Service *service.Service
	Life    *Life // the life of the process behind Service, which keeps no state between use cases
	keys    int
	calls   []call.ID
	agents  []agent.ID
	rounds  map[call.ID]int        // the generation with which a caller's leg joined the conference
	silent  map[agent.ID]bool      // agents whose pages send no heartbeats
	due     map[agent.ID]time.Time // when the next heartbeat of a page is wanted
	mute    map[call.ID]int        // seconds of silence up to now, at a stretch
	checked int
	// Order, if set, picks which of n queued callbacks Settle delivers next; n itself leaves them
	// all for the next time.
	Order func(n int) int
	// DialFirst: of effects that are carried out side by side, the dials are done first.
	DialFirst bool
	// Audits is how many calls a sweep looks at of which nothing seems wrong: all, unless a test says that there are
	// thousands of others.
	Audits int
	// LazyPages: pages send a heartbeat only when the answer to the one before wants it, as pages do in a quiet time.
	LazyPages bool
	// Demoted: Boss is no supervisor any more.
	Demoted bool
	// TeamClosed: Boss's page does not ask for the team's view.
	TeamClosed bool
	// AskEvery: callers are asked once in that time whether they go on waiting.
	AskEvery time.Duration
	// ByNumber: who rings in again has the place that their number keeps.
	ByNumber bool
	// Longest is the longest silence that a caller has heard, in seconds.
	Longest int
}

// Settings of every World.
const (
	Ring    = 20 * time.Second
	MaxWait = 30 * time.Minute
)

// NewWorld is a World with these agents, available, longest idle first.
func NewWorld(t TB, agents ...agent.ID) *World {
	w := &World{
		T: t, Now: t0, Store: NewStore(), Audits: 1000,
		rounds: map[call.ID]int{}, silent: map[agent.ID]bool{}, due: map[agent.ID]time.Time{}, mute: map[call.ID]int{},
	}
	w.Phones = NewPhones(func() time.Time { return w.Now })
	w.Life = &Life{}
	w.Store.life, w.Phones.life = w.Life, w.Life
	w.Use(service.Settings{})
	for _, id := range agents {
		w.Choose(id, agent.Available)
		w.Now = w.Now.Add(time.Second)
	}
	return w
}

// Use replaces the service by one with other settings; what they leave open is the World's own.
func (w *World) Use(set service.Settings) {
	set.Ring, set.MaxWait, set.NewKey = cmp.Or(set.Ring, Ring), cmp.Or(set.MaxWait, MaxWait), w.key
	set.Numbers, set.Notify, set.Together = numbers{}, w.Phones, w.together
	if set.Places == nil {
		set.Places = callers{}
	}
	w.Service = service.New(w.Store, w.Phones, set)
}

// together is Settings.Together, one after the other.
func (w *World) together(all ...func()) {
	if w.DialFirst {
		slices.Reverse(all)
	}
	for _, f := range all {
		f()
	}
}

// Outside is a number that agents of a World may dial; all others are refused. Anyone is the free agent who has been
// idle longest. Both are targets of Press.
const (
	Outside = "+15005550009"
	Anyone  = "*"
)

// callers lets every caller be called who keeps their place.
type callers struct{}

func (callers) Allow(n string) (string, error) { return n, nil }

type numbers struct{}

func (numbers) Allow(n string) (string, error) {
	if n != Outside {
		return "", &service.NumberError{Why: "country"}
	}
	return n, nil
}

func (w *World) key() call.LegKey {
	w.keys++
	return call.LegKey(fmt.Sprintf("leg-%d", w.keys))
}

func (w *World) who(id agent.ID) service.Principal {
	if id == Boss.ID && !w.Demoted {
		return Boss
	}
	return service.Principal{ID: id, Name: "Agent " + string(id)}
}

// EndConference ends a caller's conference from outside; all participants fall out.
func (w *World) EndConference(id call.ID) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	if r := w.Phones.rooms[id]; r != nil {
		w.Phones.endRoom(r, nil)
	}
}

// Deliver delivers the i-th queued callback, and keeps it for another delivery if twice.
func (w *World) Deliver(i int, twice bool) {
	c := w.Phones.Told[i]
	if !twice {
		w.Drop(i)
	}
	ctx := context.Background()
	switch {
	case c.Room != nil:
		_ = w.Service.HandleConferenceEvent(ctx, c.Room.ID, c.Room.Event, w.Now)
	case c.Leg != nil:
		_ = w.Service.HandleCallStatus(ctx, c.Leg.ID, c.Leg.Key, c.Leg.SID, c.Leg.Over, c.Leg.Outcome, w.Now)
	case c.Over.Gone:
		_ = w.Service.HandleCallerEnded(ctx, c.Over.ID, "", w.Now)
	default:
		w.fellOut(c)
	}
	w.Life.Revive()
}

// outcome is what the sender of a request sees of a use case: no answer, if it crashed.
func (w *World) outcome(err error) error {
	if w.Life.Revive() {
		return ErrCrashed
	}
	return err
}

// fellOut is the caller's <Dial action>, whose answer puts the caller into a conference or says
// goodbye; it is requested again if it fails.
func (w *World) fellOut(c Callback) {
	open := time.Time{} // no emergency
	conf, err := w.Service.HandleDialEnded(context.Background(), c.Over.ID, w.rounds[c.Over.ID], false, open, w.Now)
	if w.outcome(err) != nil {
		w.Phones.Told = append(w.Phones.Told, c)
		return
	}
	w.admit(conf)
}

// Drop loses the i-th callback. If that is the caller's <Dial action>, whose answer controls the
// caller's leg, the leg is left outside a conference and hears the fallback.
func (w *World) Drop(i int) { w.Phones.Told = slices.Delete(w.Phones.Told, i, i+1) }

// Settle delivers all callbacks in order until none is left.
func (w *World) Settle() {
	w.T.Helper()
	for n := 0; len(w.Phones.Told) > 0; n++ {
		if n > 500 {
			w.T.Fatal("callbacks without end")
		}
		i := 0
		if w.Order != nil {
			i = w.Order(len(w.Phones.Told))
		}
		if i == len(w.Phones.Told) {
			break
		}
		w.Deliver(i, false)
	}
	w.Check()
}

// Pass lets time pass in steps of a second, with everything that happens meanwhile: the first music
// turn is asked for at once and then one every twelve seconds, pages send heartbeats every five,
// ringing ends by its time-out, goodbyes are over after a second, the sweep runs each minute.
func (w *World) Pass(d time.Duration) {
	w.T.Helper()
	for range int(d / time.Second) {
		w.Now = w.Now.Add(time.Second)
		w.late()
		w.ringOut()
		w.goOn()
		second := w.Now.Unix()
		if second%4 == 0 {
			w.askAgain()
		}
		for _, id := range w.calls {
			if (w.begins(id) || second%12 == 0) && w.turns(id) && !w.playsLong(id) {
				w.Music(id)
			}
		}
		for _, id := range w.agents {
			due := second%5 == 0
			if w.LazyPages {
				due = !w.Now.Before(w.due[id])
			}
			if due && !w.silent[id] {
				_, _ = w.Beat(id)
			}
		}
		if second%60 == 0 {
			w.Sweep()
		}
		w.Settle()
		w.listen()
	}
}

// Sweep runs the sweep; it may fail under faults.
func (w *World) Sweep() {
	o := service.SweepLimits{Most: 1000, Clock: func() time.Time { return w.Now }, Audits: w.Audits}
	_, _ = w.Service.Sweep(context.Background(), o)
	w.Life.Revive()
}

// Tick is Pass in one step: time passes, then everything that is due happens once. Callbacks stay
// queued.
func (w *World) Tick(d time.Duration) {
	w.Now = w.Now.Add(d)
	w.late()
	w.ringOut()
	w.goOn()
	w.askAgain()
	for _, id := range w.calls {
		if w.turns(id) && !w.playsLong(id) {
			w.Music(id)
		}
	}
	for _, id := range w.agents {
		_, _ = w.Beat(id)
	}
}

// Skip lets time pass while nobody does anything; only late effects happen.
func (w *World) Skip(d time.Duration) {
	w.T.Helper()
	w.Now = w.Now.Add(d)
	w.late()
}

// Lose loses all queued callbacks, except the <Dial action>, which cannot be lost.
func (w *World) Lose() {
	w.Phones.Told = slices.DeleteFunc(w.Phones.Told, func(c Callback) bool { return c.Over == nil })
	w.Settle()
}

// CrashAtChange makes the process crash at the n-th outside call from now, counted from
// 0, that changes something; before it takes effect.
func (w *World) CrashAtChange(n int) { w.Life.crashAtChange(n) }

// late carries out late effects. The invariants are checked before their callbacks are delivered.
func (w *World) late() {
	w.T.Helper()
	if w.Phones.takeEffect() {
		w.Check()
	}
}

func (w *World) ringOut() {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	for _, l := range w.Phones.legs {
		switch {
		case l.over:
		case l.words && !w.Now.Before(l.since.Add(time.Second)):
			w.Phones.end(l, "", false)
		case !l.answered && !w.Now.Before(l.since.Add(l.dial.Timeout)):
			w.Phones.end(l, call.OutcomeNoAnswer, false)
		}
	}
}

// Music is the request for a caller's next music turn. As functions/wait does, it answers with a long one, not at
// first, if nothing is due, in the call as saved and as it is after all effects.
func (w *World) Music(id call.ID) {
	l := w.Phones.callerLeg(id)
	long := false
	lasts := func(c *call.Call) time.Duration {
		if long = l != nil && l.turned && c.Hearing(w.Now).NothingIsDue(); long {
			return 2 * usualTurn
		}
		return usualTurn
	}
	turn := service.Turn{Position: true, Lasts: lasts, AskEvery: w.AskEvery}
	if c, err := load[call.ID, call.Call](w.Store, w.Store.confs, id); err == nil {
		turn.First = c.Generation == 0 && !c.MusicRequested
	}
	place, err := w.Service.Wait(context.Background(), id, turn, w.Now)
	err = w.outcome(err)
	if l != nil {
		l.turned, l.long = true, time.Time{}
		if long && err == nil && place.Call.Hearing(w.Now).NothingIsDue() {
			l.long = w.Now.Add(2 * usualTurn)
		}
	}
	if errors.Is(err, service.ErrNotFound) {
		w.Arrive(id)
	}
}

// usualTurn is the length of a music turn; a long one has two pieces.
const usualTurn = 12 * time.Second

// Has says whether there is such a call in the World.
func (w *World) Has(id call.ID) bool { return slices.Contains(w.calls, id) }

// Call is a caller's call as stored.
func (w *World) Call(id call.ID) *call.Call {
	w.T.Helper()
	c, err := load[call.ID, call.Call](w.Store, w.Store.confs, id)
	if err != nil {
		w.T.Fatalf("call %s: %v", id, err)
	}
	return c
}
