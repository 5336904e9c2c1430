package servicetest

import (
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Hears is what a caller hears: "music", "words", "silence", "gone", or the names of the agents in
// the caller's conference.
func (w *World) Hears(id call.ID) string {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.Phones.callerLeg(id)
	switch {
	case l == nil || !l.answered && !l.over:
		return "nobody" // is dialled, or has picked up
	case l.over:
		return "gone"
	case l.words:
		return "words"
	case l.quiet && !l.long.After(w.Now) && l.room != nil && (!l.room.started || l.held):
		return "silence"
	case l.room == nil || !l.room.started || l.held:
		return "music" // outside a conference: the answer to the next webhook of the caller's leg
	}
	voices := ""
	for _, o := range l.room.in {
		if o != l && !o.held && o.dial.Info.Watch == "" {
			voices += " " + string(o.dial.Agent) + o.dial.Number
		}
	}
	if voices == "" {
		return "silence"
	}
	return voices[1:]
}

// turns says whether music turns are asked for on a caller's leg. Outside a conference they are
// not, whatever the caller hears.
func (w *World) turns(id call.ID) bool {
	return w.Hears(id) == "music" && w.Phones.callerLeg(id).room != nil
}

// musicBegins: what plays ends, and if the leg is to hear music its first turn is asked for.
func (l *phone) musicBegins(music bool) { l.fresh, l.turned, l.long = music, false, time.Time{} }

// playsLong says whether a long turn of a caller's music plays, so that the next one is not asked for yet.
func (w *World) playsLong(id call.ID) bool { return w.Phones.callerLeg(id).long.After(w.Now) }

// begins says whether a caller's music has just begun, so that its first turn is asked for.
func (w *World) begins(id call.ID) bool {
	l := w.Phones.callerLeg(id)
	fresh := l != nil && l.fresh
	if fresh {
		l.fresh = false
	}
	return fresh
}

// listen counts the seconds of silence that callers hear (N1).
func (w *World) listen() {
	for _, id := range w.calls {
		if w.Hears(id) != "silence" {
			w.mute[id] = 0
			continue
		}
		w.mute[id]++
		w.Longest = max(w.Longest, w.mute[id])
	}
}

// changes counts everything so far that may have changed the state.
func (w *World) changes() int {
	n := w.Store.Count("SaveCall")
	for _, op := range w.Phones.Counts() {
		n += op
	}
	return n + w.Phones.moves
}

// Check asserts the invariants of every call.
func (w *World) Check() {
	w.T.Helper()
	for _, j := range w.Store.jumped {
		w.T.Errorf("%s", j)
	}
	w.Store.jumped, w.Store.blind = nil, false
	if now := w.changes(); now == w.checked {
		return
	} else {
		w.checked = now
	}
	w.checkDialled()
	busy := map[agent.ID]call.ID{}
	for _, c := range all[call.ID, call.Call](w.Store, w.Store.confs) {
		Check(w.T, &c)
		if w.Asked(c.ID) && c.State == call.Ringing {
			w.T.Errorf("an agent is rung for %s, who is being asked", c.ID)
		}
		for _, id := range w.agents {
			if c.Seat(id).Leg() == nil {
				continue
			}
			if other, twice := busy[id]; twice {
				w.T.Errorf("%s has a place in %s and in %s", id, other, c.ID)
			}
			busy[id] = c.ID
		}
		w.checkPrivate(&c)
		w.checkWatchers(&c)
	}
}

// checkPrivate asserts that the caller does not hear a consult (N5): while it lasts, the caller
// does not hear the target.
func (w *World) checkPrivate(c *call.Call) {
	w.T.Helper()
	switch c.State {
	case call.ConsultRinging, call.Consulting, call.Swapped:
		if h := w.Hears(c.ID); slices.Contains(strings.Fields(h), string(c.Transfer.To)+c.Transfer.Number) {
			w.T.Errorf("caller %s hears %q while the call is %s", c.ID, h, c.State)
		}
	}
}

// checkDialled asserts that nobody is dialled twice for one call: of its caller there is one leg.
func (w *World) checkDialled() {
	w.T.Helper()
	legs := map[call.ID]call.LegID{}
	for _, l := range w.Phones.legs {
		if l.over || !l.dial.Caller {
			continue
		}
		if other, twice := legs[l.dial.Call]; twice {
			w.T.Errorf("the caller of %s is dialled as %s and as %s", l.dial.Call, other, l.sid)
		}
		legs[l.dial.Call] = l.sid
	}
}

// checkCallerLeft asserts that no caller is left on the line by a call that is over, unless they hear the last words.
func (w *World) checkCallerLeft() {
	w.T.Helper()
	for _, l := range w.Phones.legs {
		if l.caller == "" || l.over || l.words {
			continue
		}
		// The arrival of one whose call is not stored has failed: they hear words, and it is tried again.
		c, err := load[call.ID, call.Call](w.Store, w.Store.confs, l.caller)
		if err == nil && c.State == call.Ended {
			w.T.Errorf("caller %s is on the line, and the call is over; call %s", l.caller, asJSON(w.T, c))
		}
	}
}

// CheckQuiet asserts what must hold once all callbacks are delivered and time has passed: no caller
// hears silence (N1), no leg is left over (N3), nobody is claimed for a call that is over, no agent
// is in two calls (N4).
func (w *World) CheckQuiet() {
	w.T.Helper()
	w.Check()
	w.checkCallerLeft()
	for _, id := range w.calls {
		if h := w.Hears(id); h == "silence" {
			w.T.Errorf("caller %s hears silence; call %s", id, asJSON(w.T, w.Call(id)))
		}
	}
	busy := map[agent.ID]call.ID{}
	for _, l := range w.Phones.legs {
		if l.over || l.caller != "" {
			continue
		}
		c := w.Call(l.dial.Call)
		if c.Leg(l.dial.Leg) == nil && c.Watcher(l.dial.Leg) == nil || c.State == call.Ended {
			w.T.Errorf("leg %s of %s is left over; call %s", l.dial.Leg, l.dial.Agent, asJSON(w.T, c))
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

// LiveLegs is how many legs of agents and outside parties are live.
func (w *World) LiveLegs() int {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	n := 0
	for _, l := range w.Phones.legs {
		if !l.over && l.caller == "" {
			n++
		}
	}
	return n
}
