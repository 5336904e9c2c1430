package exchange

import (
	"net/url"
	"strings"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

// join lets a live leg hear and be heard in its conference.
func (s *state) join(p *conference.Participant) {
	s.apply(p.Conference, p.Join(s.clock.Now()))
}

// leave takes a participant out of its conference. A leg that lives on is left to the
// caller (see goOn).
func (s *state) leave(p *conference.Participant, reason string, kicked bool) {
	s.apply(p.Conference, p.Leave(reason, kicked, s.clock.Now()))
}

// apply does what follows from a change of a conference.
func (s *state) apply(c *conference.Conference, effects []conference.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case conference.Event:
			s.tell(e)
		case conference.PlayWait:
			s.startWaiting(e.Participant)
		case conference.PlayHold:
			s.startHold(e.Participant, e.Music)
		case conference.Left:
			l := s.legs[e.Leg.SID]
			l.part = nil
			l.touch()
		case conference.Continue:
			if l := s.legs[e.SID]; l != nil { // an ended one may be forgotten already
				l.goOn()
			}
		case conference.Cancel:
			if l := s.legs[e.SID]; l != nil {
				l.end(legs.CanceledByAPI)
			}
		}
	}
	s.touchConference(c)
}

// tell tells the stream of events of a conference's event, and sends its status callback.
func (s *state) tell(e conference.Event) {
	happened := journal.Event{Event: e.Name, Conference: e.Conference.Name, Detail: e.Detail}
	for _, prefix := range []string{"participant-", "conference-"} {
		happened.Event = strings.TrimPrefix(happened.Event, prefix)
	}
	if p := e.Participant; p != nil {
		happened.Call, happened.Label = p.Leg.SID, p.Label
	}
	s.emit(happened)
	if c := e.Callback; c != nil {
		s.do(Callback{Queue: e.Conference.SID, Event: e.Name, URL: c.URL, Method: c.Method, Form: c.Form})
	}
}

// startWaiting lets a participant hear its waitUrl until the conference starts.
func (s *state) startWaiting(p *conference.Participant) {
	switch p.Wait.URL {
	case conference.Silent:
		return
	case "":
		s.listenTo(p, "wait").Music()
		return
	}
	s.listenTo(p, "wait").Fetch("wait", p.Wait.URL, p.Wait.Method, nil)
}

// startHold lets a held participant hear a document; the default music if there is none.
func (s *state) startHold(p *conference.Participant, d legs.Document) {
	player := s.listenTo(p, "hold")
	if d.URL == "" {
		player.Music()
		return
	}
	player.Fetch("hold", d.URL, d.Method, nil)
}

// listenTo gives a participant a document of its own to hear. If a document cannot be had,
// the first one or a later, it hears silence, as when it has run out: what Twilio does then
// is not documented, but that "the Conference will not be fully established" if the first
// one fails, so nothing better is promised.
// https://www.twilio.com/docs/voice/twiml/conference#attributes-waitUrl
func (s *state) listenTo(p *conference.Participant, event string) *twiml.Player {
	p.StopWaiting()
	l := s.legs[p.Leg.SID]
	player := twiml.NewPlayer(host{s}, twiml.Script{
		Event: event, SID: l.SID, Allowed: twiml.SoundVerbs, Params: l.form, Touched: l.touch, Ran: func() {},
		Failed: func(problem *notation.Problem) { s.warn(l.SID, problem) },
	})
	p.Waiting = player
	return player
}

// kick takes a participant out of its conference; its leg goes on with its document.
func (s *state) kick(p *conference.Participant) {
	l := s.legs[p.Leg.SID]
	if !p.Joined {
		l.end(legs.CanceledByAPI)
		return
	}
	s.leave(p, legs.LeftByAPI, true)
	l.goOn()
}

// announce plays a document once: to one participant, or to the whole conference if p is
// nil.
func (s *state) announce(c *conference.Conference, p *conference.Participant, d legs.Document) {
	player := twiml.NewPlayer(host{s}, twiml.Script{
		Event: "announce", SID: c.SID, Allowed: twiml.SoundVerbs, Touched: func() { s.touchConference(c) },
	})
	player.Params = func() url.Values {
		v := url.Values{}
		if p != nil {
			v = p.Leg.Form(s.cfg.Account)
		}
		v.Set("AccountSid", s.cfg.Account)
		v.Set("ConferenceSid", c.SID)
		v.Set("FriendlyName", c.Name)
		return v
	}
	player.Ran = func() {
		player.Stop()
		s.tell(c.Announced(p, d.URL, nil, s.clock.Now()))
	}
	player.Failed = func(problem *notation.Problem) {
		player.Stop()
		s.warn(c.SID, problem)
		s.tell(c.Announced(p, d.URL, problem, s.clock.Now()))
	}
	place := &c.Announcement
	if p != nil {
		place = &p.Announcement
		player.SID = p.Leg.SID
	}
	if *place != nil {
		(*place).Stop()
	}
	*place = player
	player.Fetch("announce", d.URL, d.Method, nil)
}
