package exchange

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// keysForm are what a telephone's keypad sends.
var keysForm = regexp.MustCompile(`^[0-9*#]{1,32}$`)

func checkIdentity(identity string) error {
	if !notation.IsIdentity(identity) {
		return fmt.Errorf("identity %q: want 1 to 121 letters, digits or underscores", identity)
	}
	return nil
}

// Register lets an Endpoint ring when its identity is dialled. An identity that is not
// 1 to 121 letters, digits or underscores is an error.
func (x *Exchange) Register(identity string, e legs.Endpoint) error {
	if err := checkIdentity(identity); err != nil {
		return err
	}
	return x.change(func(s *state) error {
		c := s.clientOf(identity)
		if !slices.Contains(c.endpoints, e) {
			c.endpoints = append(c.endpoints, e)
		}
		return nil
	})
}

// Unregister takes a registration back. Legs that the Endpoint has live on; a leg that
// rings only there rings on until its time is up, as it does when a page has died.
func (x *Exchange) Unregister(identity string, e legs.Endpoint) {
	_ = x.change(func(s *state) error { // which cannot fail
		c := s.clients[identity]
		if c == nil {
			return nil
		}
		c.endpoints = slices.DeleteFunc(c.endpoints, func(o legs.Endpoint) bool { return o == e })
		s.dropClient(identity)
		for _, l := range s.order {
			if l.Status == legs.Ringing {
				l.ringsNoMoreAt(e)
			}
		}
		return nil
	})
}

func (s *state) clientOf(identity string) *client {
	c := s.clients[identity]
	if c == nil {
		c = &client{}
		s.clients[identity] = c
	}
	return c
}

func (s *state) dropClient(identity string) {
	if c := s.clients[identity]; c != nil && len(c.endpoints) == 0 && !c.scripted {
		delete(s.clients, identity)
	}
}

// SetScripted registers a client that is played by the control API, or takes that back.
func (x *Exchange) SetScripted(identity string, on bool) error {
	if err := checkIdentity(identity); err != nil {
		return err
	}
	return x.change(func(s *state) error {
		s.clientOf(identity).scripted = on
		s.dropClient(identity)
		return nil
	})
}

// Answer takes a ringing leg for an Endpoint that was invited; with a nil Endpoint for
// the party that the control API plays. ErrGone: somebody was faster, or it is over.
func (x *Exchange) Answer(sid string, e legs.Endpoint) error {
	return x.ringing(sid, e, func(l *leg) { l.answer(e) })
}

// Reject declines a ringing leg. If it rings elsewhere too, it rings on there.
func (x *Exchange) Reject(sid string, e legs.Endpoint) error {
	return x.ringing(sid, e, func(l *leg) {
		if e == nil {
			l.scripted = false
		} else {
			l.ringsNoMoreAt(e)
			l.s.notify(legs.EndedAt{To: e, Leg: sid})
		}
		if len(l.ringing) == 0 && !l.scripted {
			l.end(legs.Declined)
		}
	})
}

// Busy lets the control API's party of a ringing leg be engaged.
func (x *Exchange) Busy(sid string) error {
	return x.ringing(sid, nil, func(l *leg) { l.end(legs.Engaged) })
}

// Fail lets a ringing leg of the control API fail, as to a number that does not exist.
func (x *Exchange) Fail(sid string) error {
	return x.ringing(sid, nil, func(l *leg) { l.end(legs.NoSuchNumber) })
}

// RingOut ends the time of a ringing leg at once, whoever it rings at: nobody has answered.
func (x *Exchange) RingOut(sid string) error {
	return x.ringingAnywhere(sid, func(l *leg) error {
		l.end(legs.RangOut)
		return nil
	})
}

// ringing does something with a leg that rings at that party.
func (x *Exchange) ringing(sid string, e legs.Endpoint, do func(*leg)) error {
	return x.ringingAnywhere(sid, func(l *leg) error {
		switch {
		case e == nil && !l.scripted:
			return fmt.Errorf("%w: no scripted party rings", legs.ErrState)
		case e != nil && !slices.Contains(l.ringing, e):
			return legs.ErrGone
		}
		do(l)
		return nil
	})
}

// ringingAnywhere does something with a leg that rings.
func (x *Exchange) ringingAnywhere(sid string, do func(*leg) error) error {
	return x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return legs.ErrNoLeg
		case l.Over() || l.Live():
			return legs.ErrGone
		case l.Status != legs.Ringing || l.Direction == legs.Inbound:
			return legs.ErrState
		}
		return do(l)
	})
}

// Hangup ends a leg as its party does who puts the receiver down. A ringing party that
// hangs up declines.
func (x *Exchange) Hangup(sid string) error {
	return x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return legs.ErrNoLeg
		case l.Over():
			return legs.ErrGone
		case l.Live():
			l.end(legs.HungUp)
		case l.Direction == legs.Inbound: // the caller gives up before anybody answered
			l.end(legs.GaveUp)
		case l.Status == legs.Ringing:
			l.end(legs.Declined)
		default:
			return legs.ErrState
		}
		return nil
	})
}

// Lose cuts a leg's line without a goodbye. The party is heard no more and hears
// nothing; that is noticed after Config.LossDelay, which ends the leg. A leg that is not
// answered yet rings on until its time is up.
func (x *Exchange) Lose(sid string) error {
	return x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return legs.ErrNoLeg
		case l.Over() || l.Lost:
			return legs.ErrGone
		}
		l.Lost = true
		l.scripted = false
		l.ringing = nil
		if !l.Live() && l.Direction != legs.Inbound {
			return nil
		}
		l.touch()
		if l.part != nil {
			s.touchConference(l.part.Conference)
		}
		if s.cfg.LossDelay <= 0 {
			l.end(legs.HungUp)
			return nil
		}
		s.after(s.cfg.LossDelay, func() { l.end(legs.HungUp) })
		return nil
	})
}

// DTMF presses keys (0-9, * and #) on a leg's telephone.
func (x *Exchange) DTMF(sid, digits string) error {
	if !keysForm.MatchString(digits) {
		return fmt.Errorf("digits %q: want 1 to 32 of 0-9, * and #", digits)
	}
	return x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return legs.ErrNoLeg
		case l.Over():
			return legs.ErrGone
		case !l.Live() || l.Lost:
			return legs.ErrState
		}
		for _, key := range digits {
			l.press(key)
		}
		return nil
	})
}

// fromMax is how long a caller's number may be.
const fromMax = 128

// PlaceCall lets an outside phone dial our number and returns the leg. With an Endpoint
// the phone has a real voice: the Endpoint is told Answered, Hears and Ended; with nil
// the control API plays it. from may be anything that a carrier shows, also
// "anonymous" or nothing; to must be our number, or empty for it.
func (x *Exchange) PlaceCall(e legs.Endpoint, from, to string) (string, error) {
	return x.PlaceAttested(e, from, to, "")
}

// PlaceAttested is PlaceCall of a caller whose number a carrier attests: stir is the
// call's StirVerstat, for example TN-Validation-Passed-A.
func (x *Exchange) PlaceAttested(e legs.Endpoint, from, to, stir string) (sid string, err error) {
	err = x.change(func(s *state) error {
		if to != "" && to != s.cfg.Number {
			return fmt.Errorf("to %q: only %s is connected to this network", to, s.cfg.Number)
		}
		if len(from) > fromMax {
			return fmt.Errorf("from: longer than %d characters", fromMax)
		}
		if s.closed {
			return errors.New("the network is closed")
		}
		if s.number.Voice.URL == "" {
			return errors.New("our number has no voice URL yet")
		}
		if s.number.elsewhere() {
			return errors.New("another region handles our number's calls, and our number has no voice URL there")
		}
		l := &leg{Leg: &legs.Leg{From: from, STIR: stir}, endpoint: e, scripted: e == nil}
		sid = s.arrive(l).SID
		return nil
	})
	return sid, err
}
