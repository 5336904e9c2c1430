package exchange

import (
	"errors"
	"slices"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// ErrNotFound: there is no such call, conference or participant, or not any more.
var ErrNotFound = errors.New("not found")

// API is what REST does with an exchange. It takes values and returns values; the checks
// of a request's form are not its business. Errors are ErrNotFound, those of the package
// legs, or a *notation.Problem.
type API struct{ x *Exchange }

// API is the exchange as REST sees it.
func (x *Exchange) API() API { return API{x} }

// Closed tells whether the exchange has been closed.
func (a API) Closed() (closed bool) {
	a.x.read(func(s *state) { closed = s.closed })
	return closed
}

// Leg returns one leg.
func (a API) Leg(sid string) (legs.Leg, error) {
	var found legs.Leg
	err := ErrNotFound
	a.x.read(func(s *state) {
		if l := s.legs[sid]; l != nil {
			found, err = *l.Leg, nil
		}
	})
	return found, err
}

// Legs returns the legs that keep chooses, newest first. keep must not change what it sees.
func (a API) Legs(keep func(*legs.Leg) bool) (list []legs.Leg) {
	a.x.read(func(s *state) {
		for _, l := range slices.Backward(s.order) {
			if keep(l.Leg) {
				list = append(list, *l.Leg)
			}
		}
	})
	return list
}

// Order is what a call is made of.
type Order struct {
	From      string
	To        notation.Address
	Callback  legs.Hook
	RingTime  time.Duration
	TimeLimit time.Duration
	Voice     legs.Document // what it runs; empty for a participant
	Listen    legs.Hook     // told whether a person or a machine has answered
}

func (o Order) leg() *leg {
	return &leg{Leg: &legs.Leg{
		Direction: legs.OutboundAPI, Status: legs.Queued, From: o.From,
		To: o.To.To, Identity: o.To.Identity, Params: o.To.Params,
		Callback: o.Callback, RingTime: o.RingTime, TimeLimit: o.TimeLimit, Voice: o.Voice, Listen: o.Listen,
	}}
}

// CreateCall makes a call and dials it as soon as the account's rate allows. It returns
// the call as it was accepted: queued.
func (a API) CreateCall(o Order) (accepted legs.Leg) {
	_ = a.x.change(func(s *state) error { // which cannot fail
		l := s.addLeg(o.leg())
		accepted = *l.Leg
		l.dialSoon()
		return nil
	})
	return accepted
}

// CallChange is what is to become of a call. What is nil stays.
type CallChange struct {
	Status    string        // completed or canceled end it
	Voice     legs.Document // redirects it, if there is no Status
	Callback  *legs.Hook    // its address; the events stay
	TimeLimit *time.Duration
}

// Redirects tells whether the call is to run another document.
func (c CallChange) Redirects() bool { return c.Status == "" && !c.Voice.Empty() }

// MayChange tells whether a leg is in a state for a change; ErrState if it is not.
func MayChange(l *legs.Leg, c CallChange) error {
	if l.Over() || c.Redirects() && !l.Live() && l.Direction != legs.Inbound {
		return legs.ErrState
	}
	return nil
}

// UpdateCall ends a call or gives it another document.
func (a API) UpdateCall(sid string, c CallChange) (after legs.Leg, err error) {
	err = a.x.change(func(s *state) error {
		l := s.legs[sid]
		if l == nil {
			return ErrNotFound
		}
		if err := MayChange(l.Leg, c); err != nil {
			return err
		}
		if c.Callback != nil {
			l.Callback.URL, l.Callback.Method = c.Callback.URL, c.Callback.Method
		}
		if c.TimeLimit != nil {
			l.TimeLimit = *c.TimeLimit
			l.limitTime()
		}
		switch {
		case c.Redirects():
			l.redirect(c.Voice)
		case c.Status == legs.Completed && l.Live():
			l.end(legs.ByAPI)
		case c.Status != "" && !l.Live():
			l.end(legs.CanceledByAPI)
		}
		after = *l.Leg
		return nil
	})
	return after, err
}

// SendMessage sends a message to the client of a call, ringing or live. One whose key has
// been used for that call is not sent again; the first is returned.
func (a API) SendMessage(sid, content, key string) (m legs.Message, err error) {
	err = a.x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return ErrNotFound
		case l.Over():
			return legs.ErrGone
		}
		sent, repeated := l.keys[key]
		if m = sent; !repeated || key == "" {
			m = legs.Message{SID: notation.NewSID("KX"), Content: content}
			l.message(m, key)
		}
		return nil
	})
	return m, err
}

// Number returns the account's number.
func (a API) Number() (n Number) {
	a.x.read(func(s *state) { n = s.number })
	return n
}

// UpdateNumber changes the account's number, and returns it.
func (a API) UpdateNumber(change func(*Number)) (n Number) {
	_ = a.x.change(func(s *state) error { // which cannot fail
		change(&s.number)
		s.number.Updated = s.clock.Now()
		n = s.number
		return nil
	})
	return n
}
