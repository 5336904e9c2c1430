package exchange

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

// dial is a Dial that a leg is in: a conference, or other parties.
// https://www.twilio.com/docs/voice/twiml/dial
type dial struct {
	leg            *leg // that dials
	action, method string
	onStar         bool // hangupOnStar
	conference     bool
	limit          clock.Timer // timeLimit
	children       []*leg      // the parties that are dialled
	bridged        *leg
}

// startDial runs a Dial.
func (l *leg) startDial(v twiml.Verb) {
	d := &dial{
		leg: l, action: v.Attr("action", ""), method: v.Method("method", http.MethodPost),
		onStar: v.Flag("hangupOnStar", false),
	}
	noun, isConference := v.Child("Conference")
	d.conference = isConference
	l.dial = d
	if limit := v.Number("timeLimit", 14400); limit > 0 {
		d.limit = l.s.after(time.Duration(limit)*time.Second, d.hangUp)
	}
	if !isConference {
		d.ringAll(v)
		return
	}
	if !l.Live() {
		l.pickUp()
	}
	fault := l.s.cfg.Rules.Choose(faults.Join, noun.Text+"/"+noun.Attr("participantLabel", ""), "", "")
	p, problem := l.enterConference(noun, fault)
	if problem != nil {
		l.s.warn(l.SID, problem)
		d.finish(url.Values{"DialCallStatus": {legs.Failed}})
		return
	}
	l.s.join(p)
	if fault != nil {
		l.s.after(joinedFor, d.hangUp)
	}
}

// joinedFor is how long a leg is in a conference that a fault rule lets it in only to let
// it out.
const joinedFor = 500 * time.Millisecond

// enterConference makes the participant for a Dial's Conference, unless a fault rule
// refuses it. https://www.twilio.com/docs/voice/twiml/conference
func (l *leg) enterConference(v twiml.Verb, fault *faults.Fault) (*conference.Participant, *notation.Problem) {
	if fault != nil && fault.Do == faults.Fail {
		return nil, &notation.Problem{
			Code: cmp.Or(fault.Code, 16021), Text: "the party is not taken into the conference, by a fault rule",
		}
	}
	if !conference.ValidName(v.Text) {
		return nil, &notation.Problem{Code: 13225, Text: "Dial: a conference's name has 1 to 128 characters"}
	}
	now := l.s.clock.Now()
	p := &conference.Participant{
		Leg: l.Leg, Label: v.Attr("participantLabel", ""), Status: conference.Connected, Created: now, Updated: now,
		Muted: v.Flag("muted", false), Start: v.Flag("startConferenceOnEnter", true),
		EndOnExit: v.Flag("endConferenceOnExit", false), Most: v.Number("maxParticipants", conference.DefaultMost),
		BeepOnExit: conference.BeepsOnExit(v.Attr("beep", "true")),
	}
	if coach := v.Attr("coach", ""); coach != "" {
		coached := l.s.legs[coach]
		if coached == nil || coached.part == nil {
			return nil, &notation.Problem{Code: 13240, Text: "Dial: the call to coach is in no conference"}
		}
		if coached.part.Hold {
			return nil, errOnHold
		}
		p.Coached = coached.Leg
	}
	base := l.player.URL()
	if wait, set := v.Attrs["waitUrl"]; set {
		p.Wait = legs.Document{URL: conference.Silent}
		if wait != "" {
			p.Wait = legs.Document{URL: twiml.Resolve(base, wait), Method: v.Method("waitMethod", http.MethodPost)}
		}
	}
	p.Hook = hookOf(v, base, "start end")
	if problem := l.s.findConference(v.Text).MayJoin(p, conference.DuplicateInDial); problem != nil {
		return nil, problem
	}
	l.s.openConference(v.Text).Enter(p)
	l.part = p
	return p, nil
}

// hookOf is the status callback of a noun in the document at base.
func hookOf(v twiml.Verb, base, events string) legs.Hook {
	callback := v.Attr("statusCallback", "")
	if callback == "" {
		return legs.Hook{}
	}
	return legs.Hook{
		URL: twiml.Resolve(base, callback), Method: v.Method("statusCallbackMethod", http.MethodPost),
		Events: strings.Fields(v.Attr("statusCallbackEvent", events)),
	}
}

// ringAll rings every Client and Number of a Dial at once.
func (d *dial) ringAll(v twiml.Verb) {
	timeout := time.Duration(v.Number("timeout", 30)) * time.Second
	nouns := v.Children
	if len(nouns) == 0 && v.Text != "" {
		nouns = []twiml.Verb{{Name: "Number", Text: v.Text}}
	}
	from := v.Attr("callerId", d.leg.From)
	for _, noun := range nouns {
		child := d.newChild(noun, from)
		child.RingTime = timeout
		d.children = append(d.children, child)
	}
	if len(d.children) == 0 {
		d.finish(url.Values{"DialCallStatus": {legs.Failed}})
		return
	}
	d.leg.touch()
	for _, child := range slices.Clone(d.children) {
		if child.To == "" || child.Identity == "" && !notation.IsE164(child.To) {
			d.leg.s.warn(d.leg.SID, &notation.Problem{
				Code: 13223, Text: "Dial: " + strconv.Quote(child.To) + " is not a valid phone number",
			})
			child.end(legs.Misdialled)
			continue
		}
		child.ring()
	}
}

// newChild makes the leg for one noun of a Dial.
func (d *dial) newChild(noun twiml.Verb, from string) *leg {
	to := noun.Text
	params := url.Values{}
	if noun.Name == "Client" {
		if id, ok := noun.Child("Identity"); ok {
			to = id.Text
		}
		to = "client:" + strings.TrimPrefix(to, "client:")
		for _, p := range noun.Children {
			if p.Name == "Parameter" {
				params.Set(p.Attr("name", ""), p.Attr("value", ""))
			}
		}
	}
	child := &leg{Leg: &legs.Leg{
		Parent: d.leg.SID, Direction: legs.OutboundDial, From: from, To: to, Status: legs.Queued,
	}}
	if a, err := notation.ParseAddress(to); err == nil {
		child.To, child.Identity, child.Params = a.To, a.Identity, a.Params
		for name, values := range params {
			if child.Params == nil {
				child.Params = url.Values{}
			}
			child.Params[name] = values
		}
	} else if noun.Name == "Client" {
		child.To = ""
	}
	base := d.leg.player.URL()
	if u := noun.Attr("url", ""); u != "" {
		child.Voice = legs.Document{URL: twiml.Resolve(base, u), Method: noun.Method("method", http.MethodPost)}
	}
	child.Callback = hookOf(noun, base, "completed")
	return d.leg.s.addLeg(child)
}

// bridge connects a Dial's party that has answered to the leg that dials: at once, or
// when the document of its noun has been run and it is still there.
func (l *leg) bridge() {
	parent := l.parent()
	if parent == nil || parent.Over() || parent.dial == nil || parent.dial.bridged != nil {
		l.end(legs.HungUp)
		return
	}
	if l.Voice.URL != "" {
		l.screen(parent)
		return
	}
	l.connectTo(parent)
}

// screen lets a party hear the document of its noun first; a Hangup in it declines.
func (l *leg) screen(parent *leg) {
	p := twiml.NewPlayer(host{l.s}, twiml.Script{
		Event: "screen", SID: l.SID, Allowed: twiml.ScreenVerbs, Params: l.form, Touched: l.touch,
		Failed: func(p *notation.Problem) { l.s.warn(l.SID, p); l.end(legs.HungUp) },
		Ran:    func() { l.connectTo(parent) },
	})
	p.Act = func(v twiml.Verb) bool {
		switch v.Name {
		case "Hangup":
			l.end(legs.HungUp)
			return false
		case "Gather":
			return p.Gather(v)
		}
		return true
	}
	l.player = p
	p.Fetch("screen", l.Voice.URL, l.Voice.Method, nil)
}

// connectTo joins a party to the leg that dials; the other parties that ring stop.
func (l *leg) connectTo(parent *leg) {
	d := parent.dial
	if parent.Over() || d == nil || d.bridged != nil {
		l.end(legs.HungUp)
		return
	}
	if l.player != nil {
		l.player.Stop()
		l.player = nil
	}
	d.bridged = l
	others := slices.DeleteFunc(slices.Clone(d.children), func(o *leg) bool { return o == l })
	d.children = []*leg{l}
	for _, o := range others {
		o.drop()
	}
	if !parent.Live() {
		parent.pickUp()
	}
	parent.touch()
	l.touch()
}

// drop ends a party of a Dial that is not wanted any more.
func (l *leg) drop() {
	if l.Live() {
		l.end(legs.HungUp)
		return
	}
	l.end(legs.CanceledByAPI)
}

// childEnded is told when a party of a Dial is over.
func (d *dial) childEnded(child *leg) {
	i := slices.Index(d.children, child)
	if i < 0 {
		return
	}
	d.children = slices.Delete(d.children, i, i+1)
	if d.bridged == nil && len(d.children) > 0 {
		return
	}
	d.finish(d.outcome(child))
}

// outcome is what the action is told about the party that was dialled.
func (d *dial) outcome(child *leg) url.Values {
	v := url.Values{
		"DialCallSid": {child.SID}, "DialCallStatus": {child.Status},
		"DialBridged": {strconv.FormatBool(d.bridged == child)},
	}
	switch {
	case d.bridged == child:
		v.Set("DialCallDuration", strconv.Itoa(child.Seconds()))
	case child.Status == legs.Completed: // answered, and declined in its own document
		v.Set("DialCallStatus", legs.NoAnswer)
	}
	return v
}

// hangUp ends a Dial from this side while the leg lives on: its time is up, or its party
// pressed the star.
func (d *dial) hangUp() {
	l := d.leg
	if l.Over() || l.dial != d {
		return
	}
	if d.conference {
		if p := l.part; p != nil {
			l.s.leave(p, legs.LeftHungUp, false)
			l.goOn()
		}
		return
	}
	told := d.bridged
	children := d.children
	d.children = nil
	for _, c := range children {
		c.drop()
	}
	if told == nil && len(children) > 0 {
		told = children[0]
	}
	if told != nil {
		d.finish(d.outcome(told))
	}
}

// goOn lets a leg go on that has left its conference and is not over: with what its Dial
// says, or to its end.
func (l *leg) goOn() {
	switch {
	case l.Over():
	case l.dial != nil:
		l.dial.finish(url.Values{"DialCallStatus": {"answered"}})
	default:
		l.end(legs.HungUp)
	}
}

// finish goes on after a Dial: with its action, or the next verb.
func (d *dial) finish(outcome url.Values) {
	l := d.leg
	l.dial = nil
	d.stop()
	l.touch()
	if d.action == "" {
		l.player.Next()
		return
	}
	l.player.Fetch("action", d.action, d.method, outcome)
}

// abandon ends the Dial of a leg that is over. The action is asked all the same; what it
// answers is of no use to anybody.
func (d *dial) abandon(answered bool) {
	l := d.leg
	l.dial = nil
	d.stop()
	children := d.children
	d.children = nil
	outcome := url.Values{"DialCallStatus": {"answered"}}
	for _, c := range children {
		c.drop()
		outcome = d.outcome(c)
	}
	if d.action == "" || !answered {
		return
	}
	form := l.form()
	for name, values := range outcome {
		form[name] = values
	}
	l.s.do(Callback{
		Queue: l.SID, Event: "action", URL: twiml.Resolve(l.player.URL(), d.action), Method: d.method, Form: form,
	})
}

func (d *dial) stop() {
	if d.limit != nil {
		d.limit.Stop()
	}
}

// hears is what the dialling side of a Dial hears.
func (d *dial) hears() []media.Sound {
	if d.bridged != nil {
		return d.bridged.Voices()
	}
	return []media.Sound{{Kind: media.KindRinging}}
}
