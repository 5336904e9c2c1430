package switchboardtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

// World is a switchboard between a store and a phone network, both in memory, and the
// people around it. Time stands still until Pass.
type World struct {
	T      TB
	Now    time.Time
	Store  *Store
	Phones *Phones
	Board  *switchboard.Switchboard
	keys   int
	calls  []conference.ID
	agents []agent.ID
	rounds map[conference.ID]int // the round that a caller's leg was put into the room with
	silent map[agent.ID]bool     // their pages do not beat
}

// Settings of every World.
const (
	Ring    = 20 * time.Second
	MaxWait = 30 * time.Minute
)

// NewWorld is a World with these agents, available and longest idle in their order.
func NewWorld(t TB, agents ...agent.ID) *World {
	w := &World{T: t, Now: t0, Store: NewStore(), rounds: map[conference.ID]int{}, silent: map[agent.ID]bool{}}
	w.Phones = NewPhones(func() time.Time { return w.Now })
	w.Board = switchboard.New(w.Store, w.Phones, switchboard.Settings{
		Ring: Ring, MaxWait: MaxWait, NewKey: w.key, Numbers: numbers{}, Notify: w.Phones,
	})
	for _, id := range agents {
		w.Choose(id, agent.Available)
		w.Now = w.Now.Add(time.Second)
	}
	return w
}

// Outside is a number that agents of a World may dial; all others are refused.
const Outside = "+15005550009"

type numbers struct{}

func (numbers) Allow(n string) (string, error) {
	if n != Outside {
		return "", &switchboard.NumberError{Why: "country"}
	}
	return n, nil
}

func (w *World) key() conference.LegKey {
	w.keys++
	return conference.LegKey(fmt.Sprintf("leg-%d", w.keys))
}

func (w *World) who(id agent.ID) switchboard.Who {
	return switchboard.Who{ID: id, Name: "Agent " + string(id)}
}

// Choose sets an agent's status as his page does.
func (w *World) Choose(id agent.ID, s agent.Status) switchboard.Snapshot {
	w.T.Helper()
	delete(w.silent, id)
	if !slices.Contains(w.agents, id) {
		w.agents = append(w.agents, id)
	}
	snap, err := w.Board.SetStatus(context.Background(), w.who(id), s, false, w.Now)
	if err != nil {
		w.T.Fatalf("%s chooses %s: %v", id, s, err)
	}
	return snap
}

// Beat is an agent's page's heartbeat; it may fail under faults.
func (w *World) Beat(id agent.ID) (switchboard.Snapshot, error) {
	return w.Board.SetStatus(context.Background(), w.who(id), agent.Available, true, w.Now)
}

// Silent makes an agent's page stop beating; a status that he chooses starts it again.
func (w *World) Silent(id agent.ID) { w.silent[id] = true }

// Me is an agent's snapshot.
func (w *World) Me(id agent.ID) switchboard.Snapshot {
	w.T.Helper()
	snap, err := w.Board.Me(context.Background(), w.who(id), w.Now)
	if err != nil {
		w.T.Fatalf("snapshot of %s: %v", id, err)
	}
	return snap
}

// Press is an agent's press of a button.
func (w *World) Press(id agent.ID, a conference.Action, target agent.ID) (switchboard.Snapshot, error) {
	w.keys++
	return w.Board.Transfer(context.Background(), w.who(id),
		switchboard.Command{Action: a, Target: target, Request: fmt.Sprint("press-", w.keys)}, w.Now)
}

// MustPress is Press where a refusal is a failure of the test.
func (w *World) MustPress(id agent.ID, a conference.Action, target agent.ID) switchboard.Snapshot {
	w.T.Helper()
	snap, err := w.Press(id, a, target)
	if err != nil {
		w.T.Fatalf("%s presses %s: %v", id, a, err)
	}
	return snap
}

// Dial is a caller who dials in. If the store is down she is asked to hold on; then
// she has no conference yet, and the second result is false.
func (w *World) Dial() (conference.ID, bool) {
	id := conference.ID(fmt.Sprintf("CA%032x", len(w.calls)+1))
	w.calls = append(w.calls, id)
	w.Phones.mu.Lock()
	w.Phones.legs[conference.LegID(id)] = &phone{
		sid: conference.LegID(id), caller: id, answered: true, since: w.Now, label: conference.CallerLabel,
	}
	w.Phones.mu.Unlock()
	return id, w.Arrive(id)
}

// Arrive is the webhook of a caller who has dialled in, and her way into the room.
func (w *World) Arrive(id conference.ID) bool {
	c, err := w.Board.Arrive(context.Background(), id, "+15005550006", false, w.Now)
	if err != nil {
		return false
	}
	w.admit(c)
	return true
}

// admit lets the caller's leg into the room that it was sent to.
func (w *World) admit(c *conference.Conference) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.Phones.legs[conference.LegID(c.ID)]
	if l == nil || l.over || l.room != nil {
		return
	}
	if c.State == conference.Ended {
		l.words = true
		return
	}
	w.rounds[c.ID] = c.Round
	w.Phones.enter(l, c.ID, false, true)
}

// leg is an agent's live leg that fits, the newest; nil if he has none.
func (w *World) leg(id agent.ID, fits func(*phone) bool) *phone {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	var found *phone
	for _, l := range w.Phones.legs {
		if l.dial.Agent == id && !l.over && fits(l) && (found == nil || l.sid > found.sid) {
			found = l
		}
	}
	return found
}

// Rings says whether an agent is being rung.
func (w *World) Rings(id agent.ID) bool {
	return w.leg(id, func(l *phone) bool { return !l.answered }) != nil
}

// Answer is an agent who answers what rings at him; the TwiML that he gets decides.
func (w *World) Answer(id agent.ID) bool {
	l := w.leg(id, func(l *phone) bool { return !l.answered })
	if l == nil {
		return false
	}
	in, err := w.pickUp(l)
	w.enter(l, in, err)
	return err == nil
}

// pickUp answers a leg: its webhook asks what is to become of it.
func (w *World) pickUp(l *phone) (in conference.Admission, err error) {
	l.answered = true
	return w.Board.Connect(context.Background(), l.dial.Conference, l.dial.Leg, l.sid, w.Now)
}

// enter does what the answer to a leg's webhook says.
func (w *World) enter(l *phone, in conference.Admission, err error) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	switch {
	case l.over:
	case err == nil:
		w.Phones.enter(l, l.dial.Conference, true, in.EndsRoom)
	default: // a sentence, then the end; also when the webhook failed for good
		w.Phones.end(l, conference.OutcomeLost, false)
	}
}

// outsideLeg is the live leg to Outside, if it has been answered or not.
func (w *World) outsideLeg(answered bool) *phone {
	return w.leg("", func(l *phone) bool { return l.dial.Number == Outside && l.answered == answered })
}

// PickUp is somebody, or a machine, at Outside who picks up; it says whether it is asked
// to accept.
func (w *World) PickUp() bool {
	l := w.outsideLeg(false)
	if l == nil {
		return false
	}
	in, err := w.pickUp(l)
	if err == nil && in.Ask {
		return true
	}
	w.enter(l, in, err)
	return false
}

// Press1 is what the one who has picked up does when asked: a person presses 1, or does
// not want to; a machine does nothing, and in the end the network hangs up on it.
func (w *World) Press1(person, yes bool) bool {
	l := w.outsideLeg(true)
	if l == nil || l.room != nil {
		return false
	}
	if !person {
		w.drop(l, conference.OutcomeAnswered)
		return true
	}
	in, err := w.Board.Accept(context.Background(), l.dial.Conference, l.dial.Leg, l.sid, yes, w.Now)
	w.enter(l, in, err)
	return err == nil
}

// OutsideHangsUp is the end of a call by the one at Outside.
func (w *World) OutsideHangsUp() bool { return w.drop(w.outsideLeg(true), conference.OutcomeLost) }

// Reject is an agent who declines, or lets it ring to the end, by the outcome.
func (w *World) Reject(id agent.ID, o conference.Outcome) bool {
	return w.drop(w.leg(id, func(l *phone) bool { return !l.answered }), o)
}

// HangUp is an agent whose answered leg goes away, by his hand or by a fault.
func (w *World) HangUp(id agent.ID) bool {
	return w.drop(w.leg(id, func(l *phone) bool { return l.answered }), conference.OutcomeLost)
}

// CallerHangsUp is the caller's end of the call.
func (w *World) CallerHangsUp(id conference.ID) bool {
	return w.drop(w.Phones.legs[conference.LegID(id)], "")
}

// KillRoom ends a caller's room from outside; all who are in it fall out.
func (w *World) KillRoom(id conference.ID) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	if r := w.Phones.rooms[id]; r != nil {
		w.Phones.endRoom(r, nil)
	}
}

func (w *World) drop(l *phone, o conference.Outcome) bool {
	if l == nil || l.over {
		return false
	}
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	w.Phones.end(l, o, true)
	return true
}

// Deliver delivers the i-th callback that waits, and keeps it for another delivery if
// twice.
func (w *World) Deliver(i int, twice bool) {
	c := w.Phones.Told[i]
	if !twice {
		w.Drop(i)
	}
	ctx := context.Background()
	switch {
	case c.Room != nil:
		_ = w.Board.RoomTold(ctx, c.Room.ID, c.Room.Event, w.Now)
	case c.Leg != nil:
		_ = w.Board.LegTold(ctx, c.Leg.ID, c.Leg.Key, c.Leg.SID, c.Leg.Over, c.Leg.Outcome, w.Now)
	case c.Over.Gone:
		_ = w.Board.CallerGone(ctx, c.Over.ID, w.Now)
	default:
		w.fellOut(c)
	}
}

// fellOut is the caller's <Dial action>, whose answer puts her somewhere; it is asked
// again if it fails.
func (w *World) fellOut(c Callback) {
	conf, err := w.Board.RoomOver(context.Background(), c.Over.ID, w.rounds[c.Over.ID], false, w.Now)
	if err != nil {
		w.Phones.Told = append(w.Phones.Told, c)
		return
	}
	w.admit(conf)
}

// Drop loses the i-th callback. The caller's <Dial action> cannot be lost: its answer
// controls her leg.
func (w *World) Drop(i int) { w.Phones.Told = slices.Delete(w.Phones.Told, i, i+1) }

// Settle delivers all callbacks in order until none is left.
func (w *World) Settle() {
	w.T.Helper()
	for n := 0; len(w.Phones.Told) > 0; n++ {
		if n > 500 {
			w.T.Fatal("callbacks without end")
		}
		w.Deliver(0, false)
	}
	w.Check()
}

// Pass lets time pass in steps of a second, with everything that goes on meanwhile:
// callers on music ask for more every twelve seconds, pages beat every five, ringing
// ends by its time-out, last words are over after a second, the sweep runs each minute.
func (w *World) Pass(d time.Duration) {
	w.T.Helper()
	for range int(d / time.Second) {
		w.Now = w.Now.Add(time.Second)
		w.ringOut()
		second := w.Now.Unix()
		for _, id := range w.calls {
			if second%12 == 0 && w.Hears(id) == "music" {
				w.Music(id)
			}
		}
		for _, id := range w.agents {
			if second%5 == 0 && !w.silent[id] {
				_, _ = w.Beat(id)
			}
		}
		if second%60 == 0 {
			_, _ = w.Board.Sweep(context.Background(), 1000, w.Now)
		}
		w.Settle()
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
			w.Phones.end(l, conference.OutcomeNoAnswer, false)
		}
	}
}

// Music is a caller's request for more music.
func (w *World) Music(id conference.ID) {
	_, err := w.Board.Wait(context.Background(), id, w.Now)
	if errors.Is(err, switchboard.ErrNotFound) {
		w.Arrive(id)
	}
}

// Hears is what a caller hears: "music", "words", "silence", "gone", or the agents in
// her room by name.
func (w *World) Hears(id conference.ID) string {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.Phones.legs[conference.LegID(id)]
	switch {
	case l.over:
		return "gone"
	case l.words:
		return "words"
	case l.room == nil || !l.room.started || l.held:
		return "music" // outside a room it is the answer to her next webhook
	}
	voices := ""
	for _, o := range l.room.in {
		if o != l && !o.held {
			voices += " " + string(o.dial.Agent) + o.dial.Number
		}
	}
	if voices == "" {
		return "silence"
	}
	return voices[1:]
}

// Conference is a caller's conference as stored.
func (w *World) Conference(id conference.ID) *conference.Conference {
	w.T.Helper()
	c, err := load[conference.ID, conference.Conference](w.Store, w.Store.confs, id)
	if err != nil {
		w.T.Fatalf("conference %s: %v", id, err)
	}
	return c
}

// Check asserts the invariants of every conference.
func (w *World) Check() {
	w.T.Helper()
	for _, c := range all[conference.ID, conference.Conference](w.Store, w.Store.confs) {
		Check(w.T, &c)
	}
}

// CheckQuiet asserts what must hold once all is told and time has passed: no caller
// hears silence (N1), no leg is left over (N3), nobody is claimed for a call that is
// over, no agent is in two calls (N4).
func (w *World) CheckQuiet() {
	w.T.Helper()
	w.Check()
	for _, id := range w.calls {
		if h := w.Hears(id); h == "silence" {
			w.T.Errorf("caller %s hears silence; conference %s", id, asJSON(w.T, w.Conference(id)))
		}
	}
	busy := map[agent.ID]conference.ID{}
	for _, l := range w.Phones.legs {
		if l.over || l.caller != "" {
			continue
		}
		c := w.Conference(l.dial.Conference)
		if c.Leg(l.dial.Leg) == nil || c.State == conference.Ended {
			w.T.Errorf("leg %s of %s is left over; conference %s", l.dial.Leg, l.dial.Agent, asJSON(w.T, c))
		}
		if l.dial.Number != "" {
			continue
		}
		if other, twice := busy[l.dial.Agent]; twice {
			w.T.Errorf("%s is in %s and in %s", l.dial.Agent, other, c.ID)
		}
		busy[l.dial.Agent] = c.ID
	}
	for _, a := range all[agent.ID, agent.Agent](w.Store, w.Store.people) {
		if _, in := busy[a.ID]; !in && a.Claimed(w.Now) {
			w.T.Errorf("%s is claimed for %v, and has no leg", a.ID, *a.Claim)
		}
	}
}
