package servicetest

import (
	"context"
	"errors"
	"slices"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// callerLeg is the caller's leg of a call: the one that has dialled in, or the one on which they were dialled.
func (p *Phones) callerLeg(id call.ID) *phone {
	if l := p.legs[call.LegID(id)]; l != nil {
		return l
	}
	var last *phone // of several attempts
	for _, l := range p.legs {
		if l.dial.Call == id && l.dial.Caller && (last == nil || l.sid > last.sid) {
			last = l
		}
	}
	return last
}

// CallBack is an agent who calls Outside back, with that request key. It returns the call's ID, "" if there is none.
func (w *World) CallBack(who agent.ID, request string) (call.ID, agentview.Snapshot, error) {
	ask := service.CallBack{Number: Outside, Of: "RE1", Request: request}
	snap, err := w.Service.CallBack(context.Background(), w.who(who), ask, w.Now)
	return w.begun(), snap, w.outcome(err)
}

// begun takes in a call that has begun without a caller on the line, and returns its ID; "" if there is no new one.
func (w *World) begun() call.ID {
	for _, c := range all[call.ID, call.Call](w.Store, w.Store.confs) {
		if c.Out.Dialled() && !slices.Contains(w.calls, c.ID) {
			w.calls = append(w.calls, c.ID)
			return c.ID
		}
	}
	return ""
}

// CallerRings says whether a caller who is dialled is rung.
func (w *World) CallerRings(id call.ID) bool {
	l := w.Phones.callerLeg(id)
	return l != nil && l.dial.Caller && !l.answered && !l.over
}

// CallerPicksUp is a caller who is dialled and picks up; it says whether they join the conference.
func (w *World) CallerPicksUp(id call.ID) bool {
	if !w.CallerRings(id) {
		return false
	}
	l := w.Phones.callerLeg(id)
	l.caller, l.label = id, call.CallerLabel
	in, err := w.pickUp(l)
	w.enter(l, in, err)
	return err == nil
}

// CallerRefuses is a caller who is dialled and is not reached, by that outcome.
func (w *World) CallerRefuses(id call.ID, o call.Outcome) bool {
	return w.CallerRings(id) && w.drop(w.Phones.callerLeg(id), o)
}

// AsksAgain is the request of a caller who was dialled, has picked up and heard words, as our API did not answer: that
// which the static document names, where our own answer is not to be had. It says whether they join the conference.
func (w *World) AsksAgain(id call.ID) bool {
	l := w.Phones.callerLeg(id)
	if l == nil || !l.dial.Caller || !l.waits || l.over {
		return false
	}
	c, err := w.Service.CalledAsks(context.Background(), l.sid, l.dial.Number, w.Now)
	if err = w.outcome(err); err != nil {
		if errors.Is(err, service.ErrNotFound) { // a goodbye: nobody waits for them
			l.words, l.waits = true, false
		}
		return false
	}
	l.waits = false
	w.admit(c)
	return true
}

// MachineHeard is Twilio's callback that a machine has picked up
// (https://www.twilio.com/docs/voice/answering-machine-detection#async-amd-callback).
func (w *World) MachineHeard(id call.ID) {
	l := w.Phones.callerLeg(id)
	if l == nil || !l.answered || l.over {
		return
	}
	_ = w.Service.HandleMachine(context.Background(), id, l.dial.Leg, w.Now)
	w.Life.Revive()
}

// enterCaller does what the answer to the webhook says of a caller who has picked up. If it failed, they hear words
// until it is asked again. The lock of Phones is held.
func (w *World) enterCaller(l *phone, in call.Admission, err error) {
	l.waits = false
	switch {
	case l.room != nil:
	case err == nil && in.Caller:
		w.rounds[l.caller] = in.Generation
		w.Phones.enter(l, l.dial.Call, false, true)
	case errors.Is(err, call.ErrNotWanted):
		l.words = true
	default:
		l.waits = true
	}
}
