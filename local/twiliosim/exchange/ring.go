package exchange

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/legs"
)

// client is who rings under one identity.
type client struct {
	endpoints []legs.Endpoint
	scripted  bool // answered by the control API
}

// dialSoon dials a queued leg when the account's rate allows it.
func (l *leg) dialSoon() {
	s := l.s
	if s.cfg.CallsPerSecond <= 0 {
		l.ring()
		return
	}
	now := s.clock.Now()
	at := now
	if s.nextDial.After(now) {
		at = s.nextDial
	}
	s.nextDial = at.Add(time.Second / time.Duration(s.cfg.CallsPerSecond))
	l.QueueTime = at.Sub(now)
	if l.QueueTime == 0 {
		l.ring()
		return
	}
	s.after(l.QueueTime, l.ring)
}

// ring lets a queued leg ring at its party, or ends it if there is none.
func (l *leg) ring() {
	if l.Over() {
		return
	}
	l.Dialled = l.s.clock.Now()
	l.callStatus(legs.EventInitiated)
	find := l.ringOutside
	if l.Identity != "" {
		find = l.ringClient
	}
	if e, ok := find(); !ok {
		l.end(e)
		return
	}
	l.setStatus(legs.Ringing)
	if l.part != nil {
		l.part.Status = conference.Ringing
		l.s.touchConference(l.part.Conference)
	}
	l.callStatus(legs.EventRinging)
	for _, e := range l.ringing {
		l.s.notify(legs.Invited{To: e, Invite: l.Invite(l.s.cfg.Account)})
	}
	l.ringTimer = l.s.after(l.RingTime+l.s.cfg.RingBuffer, func() { l.end(legs.RangOut) })
	if l.answers {
		l.answer(nil)
	}
}

// ringClient finds who rings for a client's leg; otherwise it says how the leg ends. One
// that is in a call is invited like the others: a browser passes over it in silence, so
// that the leg rings until its time is up.
func (l *leg) ringClient() (legs.Ending, bool) {
	c := l.s.clients[l.Identity]
	if c == nil {
		return legs.Unregistered, false
	}
	l.ringing = slices.Clone(c.endpoints)
	l.scripted = c.scripted
	return legs.Ending{}, true
}

// answer gives a ringing leg to the party that took it: an Endpoint or, with nil, the
// control API's.
func (l *leg) answer(by legs.Endpoint) {
	l.ringTimer.Stop()
	l.endpoint = by
	if by != nil {
		l.scripted = false
	}
	l.stopRinging(by)
	l.pickUp()
	switch {
	case l.noScript:
		l.s.join(l.part)
	case l.Parent != "":
		l.bridge()
	default:
		l.startScript(l.Voice)
		l.listen()
	}
}

// listenFor is how long it takes to find out who has answered.
const listenFor = 3 * time.Second

// listen finds out whether a person or a machine has answered: what picks up by itself is a machine. The leg does not
// wait for it. https://www.twilio.com/docs/voice/answering-machine-detection#async-amd-callback
func (l *leg) listen() {
	if l.Listen.URL == "" {
		return
	}
	by := "human"
	if l.answers {
		by = "machine_start"
	}
	l.s.after(listenFor, func() {
		if l.Over() {
			return
		}
		form := url.Values{
			"AccountSid": {l.s.cfg.Account}, "CallSid": {l.SID}, "AnsweredBy": {by},
			"MachineDetectionDuration": {strconv.Itoa(int(listenFor / time.Millisecond))},
		}
		l.s.do(Callback{
			Queue: l.SID, Event: "answered-by", URL: l.Listen.URL, Method: l.Listen.Method, Form: form,
		})
	})
}

// pickUp is the moment from which a leg is in progress.
func (l *leg) pickUp() {
	l.Answered = l.s.clock.Now()
	l.setStatus(legs.InProgress)
	l.limitTime()
	l.callStatus(legs.EventAnswered)
	if e := l.endpoint; e != nil && l.Direction == legs.Inbound {
		l.s.notify(legs.Answered{To: e, Leg: l.SID})
	}
}

// arrive lets an outside phone dial our number.
func (s *state) arrive(l *leg) *leg {
	l.Direction = legs.Inbound
	l.To = s.cfg.Number
	l.Voice = s.number.Voice
	l.Callback = legs.Hook{
		URL: s.number.StatusCallback, Method: s.number.StatusMethod, Events: []string{legs.EventCompleted},
	}
	s.addLeg(l)
	l.Dialled = l.Created
	l.setStatus(legs.Ringing)
	l.startScript(l.Voice)
	return l
}
