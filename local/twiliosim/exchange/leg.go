package exchange

import (
	"slices"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/twiml"
)

// leg is a leg and what it does.
type leg struct {
	*legs.Leg
	s *state

	ringTimer clock.Timer
	endTimer  clock.Timer // time limit

	ringing  []legs.Endpoint // where it rings
	endpoint legs.Endpoint   // that has it
	scripted bool            // the control API plays the party
	answers  bool            // by itself

	player   *twiml.Player // of its documents
	dial     *dial
	part     *conference.Participant
	record   *record
	noScript bool // made by Participants.create: has no document

	quiet    bool // the party says nothing
	messages []legs.Message
	keys     map[string]legs.Message // by IdempotencyKey
	heard    []media.Sound
	dirty    bool
}

// setStatus moves a leg on and tells the event stream.
func (l *leg) setStatus(status string) {
	l.Status = status
	l.Updated = l.s.clock.Now()
	l.touch()
	l.s.emit(journal.Event{
		Event: "call", Call: l.SID, State: status, Detail: l.Direction + " " + l.To, Label: l.label(),
	})
}

func (l *leg) label() string {
	if l.part == nil {
		return ""
	}
	return l.part.Label
}

// parent is the leg whose Dial made this one, or nil.
func (l *leg) parent() *leg { return l.s.legs[l.Parent] }

// end ends a leg, whatever it is doing. The order of what it tells: the conference, the
// Dial action, the leg's own status callback.
func (l *leg) end(e legs.Ending) {
	if l.Over() {
		return
	}
	answered := l.Live()
	l.Ended = l.s.clock.Now()
	l.SIP = e.SIP
	l.stopTimers()
	l.setStatus(e.Status)
	l.s.ended++
	if l.player != nil {
		l.stopRecord(hungUp)
		l.player.Stop()
	}
	if p := l.part; p != nil {
		l.s.leave(p, e.Reason, e.Kicked)
	}
	if l.dial != nil {
		l.dial.abandon(answered)
	}
	l.callStatus(legs.EventCompleted)
	l.tellEnd(e.Code)
	if p := l.parent(); p != nil && p.dial != nil {
		p.dial.childEnded(l)
	}
	l.s.forgetLegs()
}

func (l *leg) stopTimers() {
	for _, t := range []clock.Timer{l.ringTimer, l.endTimer} {
		if t != nil {
			t.Stop()
		}
	}
}

// limitTime ends a leg after its time limit, if it has one.
func (l *leg) limitTime() {
	if l.endTimer != nil {
		l.endTimer.Stop()
	}
	if l.TimeLimit > 0 && !l.Over() {
		l.endTimer = l.s.after(l.TimeLimit, func() { l.end(legs.HungUp) })
	}
}

// tellEnd tells the clients that a leg is over.
func (l *leg) tellEnd(code int) {
	l.stopRinging(nil)
	if e := l.endpoint; e != nil {
		l.s.notify(legs.EndedAt{To: e, Leg: l.SID, End: legs.End{Code: code}})
	}
}

// stopRinging tells all clients where a leg rings, but one, that it rings no more.
func (l *leg) stopRinging(except legs.Endpoint) {
	for _, e := range l.ringing {
		if e != except {
			l.s.notify(legs.EndedAt{To: e, Leg: l.SID, End: legs.End{Cancelled: true}})
		}
	}
	l.ringing = nil
}

// ringsNoMoreAt takes a client from those where a leg rings.
func (l *leg) ringsNoMoreAt(e legs.Endpoint) {
	l.ringing = slices.DeleteFunc(l.ringing, func(o legs.Endpoint) bool { return o == e })
}

// callStatus sends a leg's status callback for an event, if it is wanted.
func (l *leg) callStatus(event string) {
	if !l.Callback.Wants(event) {
		return
	}
	form := l.StatusForm(l.s.cfg.Account, event, l.s.clock.Now())
	l.s.do(Callback{
		Queue: l.SID, Event: "call-" + event, URL: l.Callback.URL, Method: l.Callback.Method, Form: form,
	})
}

// messagesKept is how many of the last messages of a leg are remembered.
const messagesKept = 200

// message hands a message to those who have the leg, or at whom it rings.
func (l *leg) message(m legs.Message, key string) {
	if key != "" {
		if l.keys == nil {
			l.keys = map[string]legs.Message{}
		}
		l.keys[key] = m
	}
	l.messages = append(l.messages, m)
	if len(l.messages) > messagesKept {
		l.messages = slices.Clone(l.messages[len(l.messages)-messagesKept:])
	}
	l.s.emit(journal.Event{Event: "message", Call: l.SID, Label: l.label(), Text: m.Content})
	for _, e := range l.ringing {
		l.s.notify(legs.Messaged{To: e, Leg: l.SID, Message: m})
	}
	if e := l.endpoint; e != nil {
		l.s.notify(legs.Messaged{To: e, Leg: l.SID, Message: m})
	}
}
