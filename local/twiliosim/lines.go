package twiliosim

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Errors of what a party may do with a leg.
var (
	// ErrNoLeg: there is no such call.
	ErrNoLeg = errors.New("no such call")
	// ErrGone: the leg is over, or somebody else has taken it.
	ErrGone = errors.New("the call is over or taken")
	// ErrState: the leg is not in a state for that.
	ErrState = errors.New("the call is not in a state for that")
)

// keys are what a telephone's keypad sends.
var keysForm = regexp.MustCompile(`^[0-9*#]{1,32}$`)

// Register lets an Endpoint ring when its identity is dialled. An identity that is not
// 1 to 121 letters, digits or underscores is an error.
func (n *Network) Register(identity string, e Endpoint) error {
	if !identityForm.MatchString(identity) {
		return fmt.Errorf("identity %q: want 1 to 121 letters, digits or underscores", identity)
	}
	n.lock()
	defer n.unlock()
	c := n.clientOf(identity)
	if !slices.Contains(c.endpoints, e) {
		c.endpoints = append(c.endpoints, e)
	}
	return nil
}

// Unregister takes a registration back. Legs that the Endpoint has live on; a leg that
// rings only there rings on until its time is up, as it does when a page has died.
func (n *Network) Unregister(identity string, e Endpoint) {
	n.lock()
	defer n.unlock()
	c := n.clients[identity]
	if c == nil {
		return
	}
	c.endpoints = slices.DeleteFunc(c.endpoints, func(o Endpoint) bool { return o == e })
	n.dropClient(identity)
	for _, l := range n.legOrder {
		if l.status == statusRinging {
			l.forks = slices.DeleteFunc(l.forks, func(o Endpoint) bool { return o == e })
		}
	}
}

func (n *Network) clientOf(identity string) *client {
	c := n.clients[identity]
	if c == nil {
		c = &client{}
		n.clients[identity] = c
	}
	return c
}

func (n *Network) dropClient(identity string) {
	if c := n.clients[identity]; c != nil && len(c.endpoints) == 0 && !c.scripted {
		delete(n.clients, identity)
	}
}

// SetScripted registers a client that is played by the control API, or takes that back.
func (n *Network) SetScripted(identity string, on bool) error {
	if !identityForm.MatchString(identity) {
		return fmt.Errorf("identity %q: want 1 to 121 letters, digits or underscores", identity)
	}
	n.lock()
	defer n.unlock()
	n.clientOf(identity).scripted = on
	n.dropClient(identity)
	return nil
}

// Answer takes a ringing leg for an Endpoint that was invited; with a nil Endpoint for
// the party that the control API plays. ErrGone: somebody was faster, or it is over.
func (n *Network) Answer(sid string, e Endpoint) error {
	n.lock()
	defer n.unlock()
	l, err := n.ringingAt(sid, e)
	if err != nil {
		return err
	}
	n.answer(l, e)
	return nil
}

// Reject declines a ringing leg. If it rings elsewhere too, it rings on there.
func (n *Network) Reject(sid string, e Endpoint) error {
	n.lock()
	defer n.unlock()
	l, err := n.ringingAt(sid, e)
	if err != nil {
		return err
	}
	if e == nil {
		l.scripted = false
	} else {
		l.forks = slices.DeleteFunc(l.forks, func(o Endpoint) bool { return o == e })
		n.post(func() { e.Ended(sid, End{}) })
	}
	if len(l.forks) == 0 && !l.scripted {
		n.reject(l)
	}
	return nil
}

// Busy lets the control API's party of a ringing leg be engaged.
func (n *Network) Busy(sid string) error {
	return n.decline(sid, legEnd{status: statusBusy, sip: 486, reason: leftAddFailed, code: 31486})
}

// Fail lets a ringing leg of the control API fail, as to a number that does not exist.
func (n *Network) Fail(sid string) error {
	return n.decline(sid, legEnd{status: statusFailed, sip: 404, reason: leftAddFailed, code: 31404})
}

func (n *Network) decline(sid string, e legEnd) error {
	n.lock()
	defer n.unlock()
	l, err := n.ringingAt(sid, nil)
	if err != nil {
		return err
	}
	n.end(l, e)
	return nil
}

// ringingAt finds a leg that rings at that party. Locked.
func (n *Network) ringingAt(sid string, e Endpoint) (*leg, error) {
	l := n.legs[sid]
	switch {
	case l == nil:
		return nil, ErrNoLeg
	case l.over() || l.live():
		return nil, ErrGone
	case l.status != statusRinging || l.direction == inbound:
		return nil, ErrState
	case e == nil && !l.scripted:
		return nil, fmt.Errorf("%w: no scripted party rings", ErrState)
	case e != nil && !slices.Contains(l.forks, e):
		return nil, ErrGone
	}
	return l, nil
}

// Hangup ends a leg as its party does who puts the receiver down. A ringing party that
// hangs up declines.
func (n *Network) Hangup(sid string) error {
	n.lock()
	defer n.unlock()
	l := n.legs[sid]
	switch {
	case l == nil:
		return ErrNoLeg
	case l.over():
		return ErrGone
	case l.live():
		n.end(l, hungUp)
	case l.direction == inbound: // the caller gives up before anybody answered
		n.end(l, legEnd{status: statusNoAnswer, sip: 487})
	case l.status == statusRinging:
		n.reject(l)
	default:
		return ErrState
	}
	return nil
}

// Lose cuts a leg's line without a goodbye. The party is heard no more and hears
// nothing; the network notices after Config.LossDelay and ends the leg. A leg that is
// not answered yet rings on until its time is up.
func (n *Network) Lose(sid string) error {
	n.lock()
	defer n.unlock()
	l := n.legs[sid]
	switch {
	case l == nil:
		return ErrNoLeg
	case l.over() || l.lost:
		return ErrGone
	}
	l.lost = true
	l.scripted = false
	l.forks = nil
	if !l.live() && l.direction != inbound {
		return nil
	}
	n.touch(l)
	if l.part != nil {
		n.touchRoom(l.part.room)
	}
	if n.cfg.LossDelay <= 0 {
		n.end(l, hungUp)
		return nil
	}
	n.after(n.cfg.LossDelay, func() { n.end(l, hungUp) })
	return nil
}

// DTMF presses keys (0-9, * and #) on a leg's telephone.
func (n *Network) DTMF(sid, digits string) error {
	if !keysForm.MatchString(digits) {
		return fmt.Errorf("digits %q: want 1 to 32 of 0-9, * and #", digits)
	}
	n.lock()
	defer n.unlock()
	l := n.legs[sid]
	switch {
	case l == nil:
		return ErrNoLeg
	case l.over():
		return ErrGone
	case !l.live() || l.lost:
		return ErrState
	}
	for _, key := range digits {
		n.press(l, key)
	}
	return nil
}

// PlaceCall lets an outside phone dial our number and returns the leg. With an Endpoint
// the phone has a real voice: the Endpoint is told Answered, Hears and Ended; with nil
// the control API plays it. from may be anything that a carrier shows, also
// "anonymous" or nothing; to must be our number, or empty for it.
func (n *Network) PlaceCall(e Endpoint, from, to string) (string, error) {
	return n.placeCall(e, from, to, "")
}

func (n *Network) placeCall(e Endpoint, from, to, stir string) (string, error) {
	if to != "" && to != n.cfg.Number {
		return "", fmt.Errorf("to %q: only %s is connected to this network", to, n.cfg.Number)
	}
	if len(from) > 128 {
		return "", errors.New("from: longer than 128 characters")
	}
	n.lock()
	defer n.unlock()
	if n.closed {
		return "", errors.New("the network is closed")
	}
	if n.number.voice.url == "" {
		return "", errors.New("our number has no voice URL yet")
	}
	l := n.arrive(&leg{from: from, endpoint: e, scripted: e == nil, stir: stir})
	return l.sid, nil
}

// Listen has f told, in order and for every leg, what it hears from now on after every
// change. f must return quickly and may call the network.
func (n *Network) Listen(f func(leg string, sounds []Sound)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listen = append(n.listen, f)
}
