package twiliosim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/clock"
)

// dialing is a Dial that a leg is in: a conference, or other parties.
type dialing struct {
	action, method string
	onStar         bool // hangupOnStar
	conference     bool
	limit          clock.Timer // timeLimit
	kids           []*leg
	bridged        *leg
}

// startDial runs a Dial; it tells whether the next verb follows at once. Locked.
func (n *Network) startDial(l *leg, v verb) bool {
	d := &dialing{
		action: v.attr("action", ""), method: methodOf(v, "method", http.MethodPost),
		onStar: v.flag("hangupOnStar", false),
	}
	room, inRoom := v.kid("Conference")
	d.conference = inRoom
	l.dial = d
	if limit := whole(v.attr("timeLimit", "14400"), 14400); limit > 0 {
		d.limit = n.after(time.Duration(limit)*time.Second, func() { n.hangUpDial(l, d) })
	}
	if !inRoom {
		n.dialParties(l, d, v)
		return false
	}
	if !l.live() {
		n.pickUp(l)
	}
	p, problem := n.dialRoom(l, room)
	if problem != nil {
		n.warn(l.sid, problem)
		n.finishDial(l, url.Values{"DialCallStatus": {statusFailed}})
		return false
	}
	n.join(p)
	return false
}

// dialParties rings every Client and Number of a Dial at once. Locked.
func (n *Network) dialParties(l *leg, d *dialing, v verb) {
	timeout := time.Duration(whole(v.attr("timeout", "30"), 30)) * time.Second
	kids := v.kids
	if len(kids) == 0 && v.text != "" {
		kids = []verb{{name: "Number", text: v.text}}
	}
	from := v.attr("callerId", l.from)
	for _, noun := range kids {
		kid := n.kidOf(l, noun, from)
		kid.timeout = timeout
		d.kids = append(d.kids, kid)
	}
	if len(d.kids) == 0 {
		n.finishDial(l, url.Values{"DialCallStatus": {statusFailed}})
		return
	}
	n.touch(l)
	for _, kid := range slices.Clone(d.kids) {
		if kid.to == "" || kid.identity == "" && !e164.MatchString(kid.to) {
			n.warn(l.sid, &problem{13223, "Dial: " + strconv.Quote(kid.to) + " is not a valid phone number"})
			n.end(kid, legEnd{status: statusFailed, sip: 404})
			continue
		}
		n.ring(kid)
	}
}

// kidOf makes the leg for one noun of a Dial. Locked.
func (n *Network) kidOf(l *leg, noun verb, from string) *leg {
	to := noun.text
	params := url.Values{}
	if noun.name == "Client" {
		if id, ok := noun.kid("Identity"); ok {
			to = id.text
		}
		to = "client:" + strings.TrimPrefix(to, "client:")
		for _, p := range noun.kids {
			if p.name == "Parameter" {
				params.Set(p.attr("name", ""), p.attr("value", ""))
			}
		}
	}
	kid := &leg{parent: l.sid, direction: outboundDial, from: from, to: to, status: statusQueued}
	if a, err := parseAddress(to); err == nil {
		kid.to, kid.identity, kid.params = a.to, a.identity, a.params
		for name, values := range params {
			if kid.params == nil {
				kid.params = url.Values{}
			}
			kid.params[name] = values
		}
	} else if noun.name == "Client" {
		kid.to = ""
	}
	if u := noun.attr("url", ""); u != "" {
		kid.voice = target{url: resolve(l.script.url, u), method: methodOf(noun, "method", http.MethodPost)}
	}
	if cb := noun.attr("statusCallback", ""); cb != "" {
		kid.callback = statusHook{
			url: resolve(l.script.url, cb), method: methodOf(noun, "statusCallbackMethod", http.MethodPost),
			events: strings.Fields(noun.attr("statusCallbackEvent", "completed")),
		}
	}
	return n.addLeg(kid)
}

// bridge connects a Dial's party that has answered: at once, or when the document of
// its noun has been run and it is still there. Locked.
func (n *Network) bridge(l, kid *leg) {
	if l == nil || l.over() || l.dial == nil || l.dial.bridged != nil {
		n.end(kid, hungUp)
		return
	}
	if kid.voice.url != "" {
		n.screen(l, kid)
		return
	}
	n.connect(l, kid)
}

// screen lets a party hear the document of its noun first; a Hangup in it declines.
// Locked.
func (n *Network) screen(l, kid *leg) {
	s := &script{
		n: n, event: "screen", sid: kid.sid, allowed: screenVerbs,
		params:  func() url.Values { return n.voiceParams(kid) },
		touched: func() { n.touch(kid) },
		failed:  func(p *problem) { n.warn(kid.sid, p); n.end(kid, hungUp) },
		ran:     func() { n.connect(l, kid) },
	}
	s.act = func(v verb) bool {
		switch v.name {
		case "Hangup":
			n.end(kid, hungUp)
			return false
		case "Gather":
			return n.startGather(s, v)
		}
		return true
	}
	kid.script = s
	s.fetch("screen", kid.voice.url, kid.voice.method, nil)
}

// connect joins two legs; the other parties that ring stop. Locked.
func (n *Network) connect(l, kid *leg) {
	d := l.dial
	if l.over() || d == nil || d.bridged != nil {
		n.end(kid, hungUp)
		return
	}
	if kid.script != nil {
		kid.script.stop()
		kid.script = nil
	}
	d.bridged = kid
	others := slices.DeleteFunc(slices.Clone(d.kids), func(o *leg) bool { return o == kid })
	d.kids = []*leg{kid}
	for _, o := range others {
		n.dropKid(o)
	}
	if !l.live() {
		n.pickUp(l)
	}
	n.touch(l)
	n.touch(kid)
}

// dropKid ends a party of a Dial that is not wanted any more. Locked.
func (n *Network) dropKid(kid *leg) {
	if kid.live() {
		n.end(kid, hungUp)
		return
	}
	n.end(kid, canceled)
}

// childEnded is told when a party of a leg's Dial is over. Locked.
func (n *Network) childEnded(l, kid *leg) {
	d := l.dial
	i := slices.Index(d.kids, kid)
	if i < 0 {
		return
	}
	d.kids = slices.Delete(d.kids, i, i+1)
	if d.bridged == nil && len(d.kids) > 0 {
		return
	}
	n.finishDial(l, d.outcome(kid))
}

// outcome is what the action is told about the party that was dialled.
func (d *dialing) outcome(kid *leg) url.Values {
	v := url.Values{"DialCallSid": {kid.sid}, "DialCallStatus": {kid.status}, "DialBridged": {strconv.FormatBool(d.bridged == kid)}}
	switch {
	case d.bridged == kid:
		v.Set("DialCallDuration", strconv.Itoa(kid.seconds()))
	case kid.status == statusCompleted: // answered, and declined in its own document
		v.Set("DialCallStatus", statusNoAnswer)
	}
	return v
}

// hangUpDial ends a Dial from this side while the leg lives on: its time is up, or its
// party pressed the star. Locked.
func (n *Network) hangUpDial(l *leg, d *dialing) {
	if l.over() || l.dial != d {
		return
	}
	if d.conference {
		if p := l.part; p != nil {
			n.leave(p, leftHungUp, false)
			n.fallOut(l)
		}
		return
	}
	kid := d.bridged
	kids := d.kids
	d.kids = nil
	for _, k := range kids {
		n.dropKid(k)
	}
	if kid == nil && len(kids) > 0 {
		kid = kids[0]
	}
	if kid != nil {
		n.finishDial(l, d.outcome(kid))
	}
}

// fallOut lets a leg go on that has left its room and is not over: with what its Dial
// says, or to its end. Locked.
func (n *Network) fallOut(l *leg) {
	switch {
	case l.over():
	case l.dial != nil:
		n.finishDial(l, url.Values{"DialCallStatus": {"answered"}})
	default:
		n.end(l, hungUp)
	}
}

// finishDial goes on after a Dial: with its action, or the next verb. Locked.
func (n *Network) finishDial(l *leg, outcome url.Values) {
	d := l.dial
	l.dial = nil
	d.stop()
	n.touch(l)
	s := l.script
	if d.action == "" {
		s.next()
		return
	}
	s.fetch("action", d.action, d.method, outcome)
}

// endDial ends the Dial of a leg that is over. The action is asked all the same; what
// it answers is of no use to anybody. Locked.
func (n *Network) endDial(l *leg, d *dialing, answered bool) {
	l.dial = nil
	d.stop()
	kids := d.kids
	d.kids = nil
	outcome := url.Values{"DialCallStatus": {"answered"}}
	for _, kid := range kids {
		n.dropKid(kid)
		outcome = d.outcome(kid)
	}
	if d.action == "" || !answered {
		return
	}
	form := n.voiceParams(l)
	for name, values := range outcome {
		form[name] = values
	}
	n.callback(l.sid, hook{event: "action", sid: l.sid, url: resolve(l.script.url, d.action), method: d.method, form: form})
}

func (d *dialing) stop() {
	if d.limit != nil {
		d.limit.Stop()
	}
}
