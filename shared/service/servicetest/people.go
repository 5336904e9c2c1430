package servicetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Choose sets an agent's status as the agent's page does.
func (w *World) Choose(id agent.ID, s agent.Status) agentview.Snapshot {
	w.T.Helper()
	delete(w.silent, id)
	if !slices.Contains(w.agents, id) {
		w.agents = append(w.agents, id)
	}
	snap, err := w.Service.SetStatus(context.Background(), w.who(id), s, false, w.Now)
	if w.Life.Revive() {
		snap, err = w.Service.SetStatus(context.Background(), w.who(id), s, false, w.Now)
	}
	if err != nil {
		w.T.Fatalf("%s chooses %s: %v", id, s, err)
	}
	return snap
}

// Beat is the heartbeat of an agent's page; it may fail under faults. Boss's page asks for the team's view, too, unless
// that is closed.
func (w *World) Beat(id agent.ID) (agentview.Snapshot, error) {
	if id == Boss.ID && !w.TeamClosed {
		w.Service.KeepWatching(context.Background(), w.who(id), w.Now)
		w.Life.Revive()
	}
	snap, err := w.Service.SetStatus(context.Background(), w.who(id), agent.Available, true, w.Now)
	w.due[id] = w.Now.Add(time.Duration(snap.BeatWithin) * time.Second) // at once, if it has failed
	return snap, w.outcome(err)
}

// Silent stops the heartbeats of an agent's page; Choose starts them again.
func (w *World) Silent(id agent.ID) { w.silent[id] = true }

// Me is an agent's snapshot.
func (w *World) Me(id agent.ID) agentview.Snapshot {
	w.T.Helper()
	snap, err := w.Service.Snapshot(context.Background(), w.who(id), w.Now)
	if err != nil {
		w.T.Fatalf("snapshot of %s: %v", id, err)
	}
	return snap
}

// Press is an agent's press of a button.
func (w *World) Press(id agent.ID, a call.Action, target agent.ID) (agentview.Snapshot, error) {
	w.keys++
	snap, err := w.Service.Transfer(context.Background(), w.who(id), service.Command{
		Action: a, Target: service.ParseTarget(string(target)), Request: fmt.Sprint("press-", w.keys),
		Call: w.shown(id),
	}, w.Now)
	return snap, w.outcome(err)
}

// shown is the call that an agent's page shows; "" if it shows none.
func (w *World) shown(id agent.ID) call.ID {
	a, err := load[agent.ID, agent.Agent](w.Store, w.Store.people, id)
	if err != nil || a.Claim == nil {
		return ""
	}
	return call.ID(a.Claim.Call)
}

// MustPress is Press where a refusal is a failure of the test.
func (w *World) MustPress(id agent.ID, a call.Action, target agent.ID) agentview.Snapshot {
	w.T.Helper()
	snap, err := w.Press(id, a, target)
	if err != nil {
		w.T.Fatalf("%s presses %s: %v", id, a, err)
	}
	return snap
}

// Dial is a caller who dials in. If the store is down the caller is asked to hold on; then the call
// is not stored yet, and the second result is false.
func (w *World) Dial() (call.ID, bool) {
	id := w.newCaller()
	return id, w.Arrive(id)
}

// DialIn is Dial, and the callback that tells that the caller has joined their conference: then an agent is rung.
func (w *World) DialIn() call.ID {
	id, _ := w.Dial()
	w.Joins(id)
	return id
}

// Joins delivers the callback that tells that the caller has joined their conference, if it is still to be delivered.
func (w *World) Joins(id call.ID) {
	i := slices.IndexFunc(w.Phones.Told, func(c Callback) bool {
		return c.Room != nil && c.Room.ID == id && c.Room.Event.Kind == call.ParticipantJoined &&
			c.Room.Event.Label == call.CallerLabel
	})
	if i >= 0 {
		w.Deliver(i, false)
	}
}

// CallerJoined is the event of a caller who has joined their conference, for a call that is on no phone here.
func CallerJoined(id call.ID) call.ConferenceEvent {
	return call.ConferenceEvent{
		Conference: call.ConferenceID("CF" + strings.TrimPrefix(string(id), "CA")), Kind: call.ParticipantJoined,
		Seq: 1, Leg: call.LegID(id), Label: call.CallerLabel,
	}
}

// newCaller is a caller's leg that has just been made.
func (w *World) newCaller() call.ID {
	id := call.ID(fmt.Sprintf("CA%032x", len(w.calls)+1))
	w.calls = append(w.calls, id)
	w.Phones.mu.Lock()
	w.Phones.legs[call.LegID(id)] = &phone{
		sid: call.LegID(id), caller: id, answered: true, since: w.Now, label: call.CallerLabel,
	}
	w.Phones.mu.Unlock()
	return id
}

// CallerNumber is the number of every caller.
const CallerNumber = "+15005550006"

// Arrive is the webhook of a caller who has dialled in, after which the caller's leg joins the
// conference.
func (w *World) Arrive(id call.ID) bool {
	if w.ByNumber {
		return w.arriveBy(w.Service.ArriveBy(service.Arriving{}), id)
	}
	return w.arriveBy(w.Service.Arrive, id)
}

func (w *World) arriveBy(take service.Arrival, id call.ID) bool {
	c, err := take(context.Background(), id, CallerNumber, false, w.Now)
	if w.outcome(err) != nil {
		return false
	}
	w.admit(c)
	return true
}

// admit puts the caller's leg into the conference that the webhook's answer named.
func (w *World) admit(c *call.Call) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.Phones.callerLeg(c.ID)
	if l == nil || l.over || l.room != nil {
		return
	}
	l.chose = false
	if c.State == call.Ended {
		l.words, l.asked = true, time.Time{}
		return
	}
	w.rounds[c.ID] = c.Generation
	if c.Asking(w.Now).Is() {
		l.asked = w.Now
		return
	}
	l.asked = time.Time{}
	w.Phones.enter(l, c.ID, false, true)
}

// Asked says whether a caller hears the question.
func (w *World) Asked(id call.ID) bool {
	l := w.Phones.legs[call.LegID(id)]
	return l != nil && !l.over && !l.asked.IsZero()
}

// AnswerQuestion is the key of a caller who is asked; the answer to the request decides what happens.
func (w *World) AnswerQuestion(id call.ID, choice call.Choice) bool {
	if !w.Asked(id) {
		return false
	}
	c, err := w.Service.Choose(context.Background(), id, w.rounds[id], choice, time.Time{}, w.Now)
	if w.outcome(err) != nil { // words and music, then the request again, or one of the static document: see goOn
		l := w.Phones.legs[call.LegID(id)]
		l.asked, l.chose = w.Now, true
		w.begun() // of the two saves the first may have been done
		return false
	}
	w.admit(c)
	w.begun()
	return true
}

// asks is how long a caller hears the question who says nothing.
const asks = 15 * time.Second

// goOn puts the callers who have said nothing into the conference that the document of the question names. Who has
// pressed a key, and had no answer, is led to the arrival by the static document.
func (w *World) goOn() {
	for _, id := range w.calls {
		l := w.Phones.legs[call.LegID(id)]
		if l == nil || l.over || l.asked.IsZero() || w.Now.Before(l.asked.Add(asks)) {
			continue
		}
		if l.chose {
			l.asked = w.Now
			w.Arrive(id)
			continue
		}
		w.Phones.mu.Lock()
		l.asked = time.Time{}
		w.Phones.enter(l, id, false, true)
		w.Phones.mu.Unlock()
	}
}

// leg is the newest live leg of an agent that fits; nil if there is none.
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

// Told is what the agent's browser, which is rung, was told of the call.
func (w *World) Told(id agent.ID) (told call.DialInfo) {
	if l := w.leg(id, func(l *phone) bool { return !l.answered }); l != nil {
		told = l.dial.Info
	}
	return told
}

// Talks says whether an agent has an answered leg.
func (w *World) Talks(id agent.ID) bool {
	return w.leg(id, func(l *phone) bool { return l.answered }) != nil
}

// Answer is an agent who answers what rings; the answer to the leg's webhook decides what happens.
func (w *World) Answer(id agent.ID) bool {
	l := w.leg(id, func(l *phone) bool { return !l.answered })
	if l == nil {
		return false
	}
	in, err := w.pickUp(l)
	w.enter(l, in, err)
	return err == nil
}

// pickUp answers a leg, whose webhook then asks what to do.
func (w *World) pickUp(l *phone) (in call.Admission, err error) {
	l.answered = true
	leg := service.Answered{Key: l.dial.Leg, SID: l.sid, Agent: l.dial.Agent}
	in, err = w.Service.Connect(context.Background(), l.dial.Call, leg, w.Now)
	return in, w.outcome(err)
}

// enter does what the answer to a leg's webhook says.
func (w *World) enter(l *phone, in call.Admission, err error) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	switch {
	case l.over:
	case l.dial.Caller:
		w.enterCaller(l, in, err)
	case err == nil && in.Wait:
		l.waits = true
	case err == nil && in.Watch:
		w.Phones.enter(l, l.dial.Call, false, false)
		l.muted = true
	case err == nil:
		l.waits = false
		w.Phones.enter(l, l.dial.Call, true, in.EndsConference)
	default: // spoken words, then the end; also when the webhook failed for good
		w.Phones.end(l, call.OutcomeLost, false)
	}
}

// Waits says whether an agent has answered and hears words until they may join.
func (w *World) Waits(id agent.ID) bool {
	return w.leg(id, func(l *phone) bool { return l.waits }) != nil
}

// askAgain is the next request of each leg that hears words until it may join, or that is to come back into the line.
func (w *World) askAgain() {
	for _, sid := range slices.Sorted(maps.Keys(w.Phones.legs)) {
		switch l := w.Phones.legs[sid]; {
		case l.over:
		case l.waits:
			in, err := w.pickUp(l)
			w.enter(l, in, err)
		case l.returns:
			w.LeavesNoMessage(l.caller)
		}
	}
}

// outsideLeg is the live leg to Outside with that value of answered.
func (w *World) outsideLeg(answered bool) *phone {
	return w.leg("", func(l *phone) bool {
		return l.dial.Number == Outside && !l.dial.Caller && l.answered == answered
	})
}

// PickUp is a person, or a machine, at Outside who picks up; it says whether they are asked to
// accept.
func (w *World) PickUp() bool {
	l := w.outsideLeg(false)
	if l == nil {
		return false
	}
	in, err := w.pickUp(l)
	if err == nil && in.Screen {
		return true
	}
	w.enter(l, in, err)
	return false
}

// Press1 is the reaction to being asked: a person presses 1 or refuses; a machine does nothing
// until the network hangs up.
func (w *World) Press1(person, yes bool) bool {
	l := w.outsideLeg(true)
	if l == nil || l.room != nil {
		return false
	}
	if !person {
		w.drop(l, call.OutcomeAnswered)
		return true
	}
	in, err := w.Service.Accept(context.Background(), l.dial.Call, l.dial.Leg, l.sid, yes, w.Now)
	err = w.outcome(err)
	w.enter(l, in, err)
	return err == nil
}

// OutsideHangsUp is the outside party's end of the call.
func (w *World) OutsideHangsUp() bool { return w.drop(w.outsideLeg(true), call.OutcomeLost) }

// Reject is an agent who declines, or does not answer, by the outcome.
func (w *World) Reject(id agent.ID, o call.Outcome) bool {
	return w.drop(w.leg(id, func(l *phone) bool { return !l.answered }), o)
}

// HangUp ends an agent's answered leg, by the agent or by a fault.
func (w *World) HangUp(id agent.ID) bool {
	return w.drop(w.leg(id, func(l *phone) bool { return l.answered }), call.OutcomeLost)
}

// MusicRunsOut: every try to get a caller's next music turn failed. The caller hears no more music
// until it begins anew; but a long turn is played to its end.
func (w *World) MusicRunsOut(id call.ID) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	w.Phones.callerLeg(id).quiet = true
}

// CallerHangsUp is the caller's end of the call. Of the leg of one whom we have dialled Twilio says "completed"
// (https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
func (w *World) CallerHangsUp(id call.ID) bool {
	l := w.Phones.callerLeg(id)
	if l != nil && l.dial.Caller {
		return l.answered && w.drop(l, call.OutcomeFailed)
	}
	return w.drop(l, "")
}

func (w *World) drop(l *phone, o call.Outcome) bool {
	if l == nil || l.over {
		return false
	}
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	w.Phones.end(l, o, true)
	return true
}

// Intrude puts a leg that nobody asked for into a caller's conference.
func (w *World) Intrude(id call.ID) {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	w.Phones.enter(w.stranger(), id, true, false)
}

// Stranger is a leg of another application in the same account, in a conference of its own.
func (w *World) Stranger() {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.stranger()
	l.answered = true
}

func (w *World) stranger() *phone {
	sid := call.LegID(fmt.Sprintf("CAf%031x", len(w.Phones.legs)))
	l := &phone{sid: sid, answered: true, since: w.Now, dial: call.Dial{Number: "stranger"}}
	w.Phones.legs[sid] = l
	return l
}
