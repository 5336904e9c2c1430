package service_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// history is a random history: its World, and the callers in it.
type history struct {
	w       *World
	say     func(format string, args ...any)
	who     *rapid.Generator[agent.ID]
	callers []call.ID        // by call; the calls of those who are called back, and the places that are kept, too
	there   map[call.ID]bool // callers who have arrived, or picked up, and have not hung up
	dialled int              // how many callers have dialled in
	back    int              // how many are called back
}

// toCaller is a step about one of the callers; without any it does nothing.
func (h *history) toCaller(do func(*rapid.T, call.ID)) func(*rapid.T) {
	return func(rt *rapid.T) {
		if len(h.callers) > 0 {
			do(rt, rapid.SampledFrom(h.callers).Draw(rt, "caller"))
		}
	}
}

// begin lets the history begin with a caller who is asked, keeps the place, or is called back, which chance alone does
// not reach in a history of that length.
func (h *history) begin(rt *rapid.T) {
	h.w.ByNumber = true
	switch as := rapid.SampledFrom([]string{"", "asked", "kept", "called back"}).Draw(rt, "begins as"); as {
	case "asked", "kept":
		for _, a := range crew {
			h.w.Choose(a, agent.Away)
		}
		h.w.AskEvery = 20 * time.Second
		id, in := h.w.Dial()
		h.callers, h.there[id], h.dialled = append(h.callers, id), in, 1
		for !h.w.Asked(id) {
			h.w.Pass(time.Second)
		}
		h.say("%s is asked", id)
		if as == "kept" {
			h.callers = append(h.callers, h.w.KeepPlace(id))
			h.w.Pass(2 * time.Second)
			h.there[id] = false
			h.say("and keeps the place; the agents are there")
			for _, a := range crew {
				h.w.Choose(a, agent.Available)
			}
		}
	case "called back":
		id, _, _ := h.w.CallBack(crew[0], "k1")
		h.callers, h.back = append(h.callers, id), 1
		h.w.Answer(crew[0])
		h.w.Settle()
		h.say("%s calls back, and %s is rung: %v", crew[0], id, h.w.CallerRings(id))
	}
}

// asked are the steps of callers who are asked whether they go on waiting, or for a message.
func (h *history) asked() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"choose": h.toCaller(func(rt *rapid.T, id call.ID) {
			if h.w.Hears(id) == "words" { // is asked for a message, if the call has ended so
				h.say("%s leaves no message, is in the line: %v", id, h.w.LeavesNoMessage(id))
				return
			}
			all := []call.Choice{call.ChooseStay, call.ChooseMessage, call.ChooseKeep}
			choice := rapid.SampledFrom(all).Draw(rt, "choice")
			h.say("%s chooses %q: %v", id, choice, h.w.AnswerQuestion(id, choice))
			if place := call.KeptID(id); h.w.Has(place) && !slices.Contains(h.callers, place) {
				h.callers = append(h.callers, place)
				h.say("%s keeps its place", id)
			}
		}),
	}
}

// called are the steps of callers whom we dial: an agent calls them back, or it is the turn of a place that they keep.
func (h *history) called() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"call back": func(rt *rapid.T) {
			if h.back == 2 { // enough
				return
			}
			a, key := h.who.Draw(rt, "agent"), rapid.SampledFrom([]string{"k1", "k2"}).Draw(rt, "request key")
			id, _, err := h.w.CallBack(a, key)
			if id != "" {
				h.callers = append(h.callers, id)
				h.back++
			}
			h.say("%s calls back: %s, %v", a, id, err)
		},
		"called": h.toCaller(func(rt *rapid.T, id call.ID) {
			if h.w.AsksAgain(id) { // our API did not answer when they picked up
				h.there[id] = true
				h.say("%s, who is called, asks again and is in the line", id)
				return
			}
			did := false
			does := rapid.SampledFrom([]string{
				"picks up", "picks up", "picks up", "is busy", "does not answer", "is a machine",
			}).Draw(rt, "called")
			switch does {
			case "picks up":
				did = h.w.CallerPicksUp(id)
				h.there[id] = h.there[id] || did
			case "is busy":
				did = h.w.CallerRefuses(id, call.OutcomeBusy)
			case "does not answer":
				did = h.w.CallerRefuses(id, call.OutcomeNoAnswer)
			case "is a machine":
				h.w.MachineHeard(id)
			}
			h.say("%s, who is called, %s: %v", id, does, did)
		}),
	}
}
