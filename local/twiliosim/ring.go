package twiliosim

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// client is who rings under one identity.
type client struct {
	endpoints []Endpoint
	scripted  bool // answered by the control API
}

// identityForm is what a client may be called: 121 letters, digits or underscores.
var identityForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,121}$`)

// address is a party that can be dialled.
type address struct {
	to       string // as Twilio shows it: without custom parameters
	identity string // of a client
	params   url.Values
}

// parseAddress reads +E164 or client:identity?key=value.
func parseAddress(to string) (address, error) {
	if e164.MatchString(to) {
		return address{to: to}, nil
	}
	name, ok := strings.CutPrefix(to, "client:")
	if !ok {
		return address{}, fmt.Errorf("%q is not a valid phone number", to)
	}
	name, query, _ := strings.Cut(name, "?")
	if !identityForm.MatchString(name) {
		return address{}, fmt.Errorf("%q is not a client's identity", name)
	}
	if len(query) > 800 {
		return address{}, fmt.Errorf("custom parameters of %d bytes: the limit is 800", len(query))
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		return address{}, fmt.Errorf("custom parameters: %w", err)
	}
	return address{to: "client:" + name, identity: name, params: params}, nil
}

// pacer spreads calls made by REST over time.
type pacer struct {
	next time.Time // before then no call is dialled
}

// dialSoon dials a queued leg when the account's rate allows it. Locked.
func (n *Network) dialSoon(l *leg) {
	if n.cfg.CallsPerSecond <= 0 {
		n.ring(l)
		return
	}
	now := n.clock.Now()
	at := now
	if n.dialing.next.After(now) {
		at = n.dialing.next
	}
	n.dialing.next = at.Add(time.Second / time.Duration(n.cfg.CallsPerSecond))
	l.queueTime = at.Sub(now)
	if l.queueTime == 0 {
		n.ring(l)
		return
	}
	n.after(l.queueTime, func() { n.ring(l) })
}

// ring lets a queued leg ring at its party, or ends it if there is none. Locked.
func (n *Network) ring(l *leg) {
	if l.over() {
		return
	}
	l.dialled = n.clock.Now()
	n.callStatus(l, "initiated")
	find := n.findClient
	if l.identity == "" {
		find = n.ringOutside
	}
	if e, ok := find(l); !ok {
		n.end(l, e)
		return
	}
	n.setStatus(l, statusRinging)
	if l.part != nil {
		l.part.status = "ringing"
		n.touchRoom(l.part.room)
	}
	n.callStatus(l, "ringing")
	for _, e := range l.forks {
		invite := n.invite(l)
		n.post(func() { e.Invite(invite) })
	}
	l.ringTimer = n.after(l.timeout+n.cfg.RingBuffer, func() {
		n.end(l, legEnd{status: statusNoAnswer, sip: 487, reason: leftAddFailed, code: 31487})
	})
	if l.picksUp {
		n.answer(l, nil)
	}
}

// findClient finds who rings for a client's leg; otherwise it says how the leg ends. One
// that is in a call is invited like the others: a browser passes over it in silence, so
// that the leg rings until its time is up.
func (n *Network) findClient(l *leg) (legEnd, bool) {
	c := n.clients[l.identity]
	if c == nil {
		return legEnd{status: statusNoAnswer, sip: 480, reason: leftAddFailed, code: 31480}, false
	}
	l.forks = slices.Clone(c.endpoints)
	l.scripted = c.scripted
	return legEnd{}, true
}

func (n *Network) invite(l *leg) Invite {
	params := map[string]string{}
	for name, values := range l.params {
		params[name] = values[0]
	}
	return Invite{Leg: l.sid, From: l.from, To: l.to, Params: params, Parameters: map[string]string{
		"CallSid": l.sid, "AccountSid": n.cfg.Account, "From": l.from, "To": l.to,
		"Direction": l.direction, "ApiVersion": apiVersion,
	}}
}

// answer gives a ringing leg to the party that took it: an Endpoint or, with nil, the
// control API's. Locked.
func (n *Network) answer(l *leg, by Endpoint) {
	l.ringTimer.Stop()
	l.endpoint = by
	if by != nil {
		l.scripted = false
	}
	sid := l.sid
	for _, e := range l.forks {
		if e != by {
			n.post(func() { e.Ended(sid, End{Cancelled: true}) })
		}
	}
	l.forks = nil
	n.pickUp(l)
	switch {
	case l.rest:
		n.join(l.part)
	case l.parent != "":
		n.bridge(n.legs[l.parent], l)
	default:
		n.startScript(l, l.voice)
	}
}

// pickUp is the moment from which a leg is in progress. Locked.
func (n *Network) pickUp(l *leg) {
	l.picked = n.clock.Now()
	n.setStatus(l, statusInProgress)
	n.limitTime(l)
	n.callStatus(l, "answered")
	if e := l.endpoint; e != nil && l.direction == inbound {
		sid := l.sid
		n.post(func() { e.Answered(sid) })
	}
}

// reject is a ringing party's no. Locked.
func (n *Network) reject(l *leg) {
	n.end(l, legEnd{status: statusBusy, sip: 603, reason: leftAddFailed, code: 31603})
}

// arrive lets an outside phone dial our number. Locked.
func (n *Network) arrive(l *leg) *leg {
	l.direction = inbound
	l.to = n.cfg.Number
	l.voice = n.number.voice
	l.callback = statusHook{url: n.number.statusCallback, method: n.number.statusMethod, events: []string{"completed"}}
	n.addLeg(l)
	l.dialled = l.created
	n.setStatus(l, statusRinging)
	n.startScript(l, l.voice)
	return l
}
