package twiliosim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/clock"
)

// The states of a call, in Twilio's words.
const (
	statusQueued     = "queued"
	statusRinging    = "ringing"
	statusInProgress = "in-progress"
	statusCompleted  = "completed"
	statusBusy       = "busy"
	statusFailed     = "failed"
	statusNoAnswer   = "no-answer"
	statusCanceled   = "canceled"
)

// The directions of a call, in Twilio's words.
const (
	inbound      = "inbound"
	outboundAPI  = "outbound-api"
	outboundDial = "outbound-dial"
)

// target is where a document is fetched.
type target struct {
	url, method                 string
	fallbackURL, fallbackMethod string
	twiml                       string // the document itself, instead of url
}

// statusHook is where status callbacks go.
type statusHook struct {
	url, method string
	events      []string
}

func (s statusHook) wants(event string) bool {
	return s.url != "" && slices.Contains(s.events, event)
}

// leg is one call to one party. Everything in it is guarded by Network.mu.
type leg struct {
	sid, parent string
	direction   string
	from, to    string // to without custom parameters
	params      url.Values
	stir        string // StirVerstat of an inbound call

	status                            string
	created, updated, dialled, picked time.Time
	ended                             time.Time
	queueTime                         time.Duration
	sip                               int // SipResponseCode of the end

	voice     target
	callback  statusHook
	seq       int // of the status callbacks
	timeout   time.Duration
	timeLimit time.Duration
	ringTimer clock.Timer
	endTimer  clock.Timer // time limit

	identity string     // of a client's leg
	forks    []Endpoint // that ring
	endpoint Endpoint   // that has it
	scripted bool       // the control API plays the party
	picksUp  bool       // it answers by itself
	lost     bool

	script *script
	dial   *dialing
	part   *participant
	rest   bool // made by Participants.create: has no document

	messages []Message
	keys     map[string]Message // by IdempotencyKey
	heard    []Sound
	dirty    bool
}

func (l *leg) over() bool { return !l.ended.IsZero() }

func (l *leg) live() bool { return l.status == statusInProgress }

// addLeg makes a leg known. Locked.
func (n *Network) addLeg(l *leg) *leg {
	l.sid = newSID("CA")
	l.created = n.clock.Now()
	l.updated = l.created
	n.legs[l.sid] = l
	n.legOrder = append(n.legOrder, l)
	return l
}

// setStatus moves a leg on and tells the event stream. Locked.
func (n *Network) setStatus(l *leg, status string) {
	l.status = status
	l.updated = n.clock.Now()
	n.touch(l)
	n.emit(Event{Event: "call", Call: l.sid, State: status, Detail: l.direction + " " + l.to, Label: l.label()})
}

func (l *leg) label() string {
	if l.part == nil {
		return ""
	}
	return l.part.label
}

// legEnd says how a leg ends.
type legEnd struct {
	status string
	sip    int    // SipResponseCode
	reason string // ReasonParticipantLeft, if it is in a room
	kicked bool   // by the API
	code   int    // for the Endpoint
}

// endings that several places use.
var (
	hungUp   = legEnd{status: statusCompleted, sip: 200, reason: leftHungUp}
	byAPI    = legEnd{status: statusCompleted, sip: 200, reason: leftByAPI, kicked: true}
	canceled = legEnd{status: statusCanceled, sip: 487, reason: leftAddFailed}
)

// end ends a leg, whatever it is doing. The order of what it tells: the room, the Dial
// action, the leg's own status callback. Locked.
func (n *Network) end(l *leg, e legEnd) {
	if l.over() {
		return
	}
	answered := l.live()
	l.ended = n.clock.Now()
	l.sip = e.sip
	l.stopTimers()
	n.setStatus(l, e.status)
	n.endedN++
	if l.script != nil {
		l.script.stop()
	}
	if p := l.part; p != nil {
		n.leave(p, e.reason, e.kicked)
	}
	if d := l.dial; d != nil {
		n.endDial(l, d, answered)
	}
	n.callStatus(l, "completed")
	n.tellEnd(l, e.code)
	if p := n.legs[l.parent]; p != nil && p.dial != nil {
		n.childEnded(p, l)
	}
	n.forgetLegs()
}

func (l *leg) stopTimers() {
	for _, t := range []clock.Timer{l.ringTimer, l.endTimer} {
		if t != nil {
			t.Stop()
		}
	}
}

// tellEnd tells the clients that a leg is over. Locked.
func (n *Network) tellEnd(l *leg, code int) {
	sid := l.sid
	for _, e := range l.forks {
		n.post(func() { e.Ended(sid, End{Cancelled: true}) })
	}
	l.forks = nil
	if e := l.endpoint; e != nil {
		n.post(func() { e.Ended(sid, End{Code: code}) })
	}
}

// forgetLegs drops the oldest ended legs beyond the limit. Locked.
func (n *Network) forgetLegs() {
	if n.endedN <= n.cfg.Ended+n.cfg.Ended/4 {
		return
	}
	n.legOrder = slices.DeleteFunc(n.legOrder, func(l *leg) bool {
		if l.over() && n.endedN > n.cfg.Ended {
			n.endedN--
			delete(n.legs, l.sid)
			return true
		}
		return false
	})
}

// voiceParams are what Twilio sends with every request for a call. Locked.
func (n *Network) voiceParams(l *leg) url.Values {
	v := url.Values{}
	set := func(name, value string) { v.Set(name, value) }
	set("AccountSid", n.cfg.Account)
	set("ApiVersion", apiVersion)
	set("CallSid", l.sid)
	set("CallStatus", l.status)
	set("Direction", l.direction)
	set("From", l.from)
	set("Caller", l.from)
	set("To", l.to)
	set("Called", l.to)
	if l.parent != "" {
		set("ParentCallSid", l.parent)
	}
	if l.direction == inbound && l.stir != "" {
		set("StirVerstat", l.stir)
	}
	// Twilio looks up where a number belongs and sends empty fields for what it does
	// not know; they are part of the signature all the same.
	for side, party := range map[string]string{"From": l.from, "Caller": l.from, "To": l.to, "Called": l.to} {
		if e164.MatchString(party) {
			set(side+"City", "")
			set(side+"State", "")
			set(side+"Zip", "")
			set(side+"Country", country(party))
		}
	}
	return v
}

// country guesses the country of a number: the United States or unknown.
func country(number string) string {
	if strings.HasPrefix(number, "+1") {
		return "US"
	}
	return ""
}

// callStatus sends a leg's status callback for an event: initiated, ringing, answered or
// completed (which stands for every end). Locked.
func (n *Network) callStatus(l *leg, event string) {
	if !l.callback.wants(event) {
		return
	}
	v := n.voiceParams(l)
	if event == "initiated" {
		v.Set("CallStatus", "initiated")
	}
	v.Set("CallbackSource", "call-progress-events")
	v.Set("SequenceNumber", strconv.Itoa(l.seq))
	v.Set("Timestamp", rfc2822(n.clock.Now()))
	l.seq++
	if l.over() {
		seconds := l.seconds()
		v.Set("CallDuration", strconv.Itoa(seconds))
		v.Set("Duration", strconv.Itoa((seconds+59)/60))
		v.Set("SipResponseCode", strconv.Itoa(l.sip))
	}
	n.callback(l.sid, hook{event: "call-" + event, sid: l.sid, url: l.callback.url, method: l.callback.method, form: v})
}

// seconds is how long a leg was answered, rounded up as it is billed.
func (l *leg) seconds() int {
	if l.picked.IsZero() || l.ended.IsZero() {
		return 0
	}
	return int((l.ended.Sub(l.picked) + time.Second - 1) / time.Second)
}

// rfc2822 is a time as Twilio writes it.
func rfc2822(t time.Time) string {
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000")
}

// limitTime ends a leg after its time limit, if it has one. Locked.
func (n *Network) limitTime(l *leg) {
	if l.endTimer != nil {
		l.endTimer.Stop()
	}
	if l.timeLimit > 0 && !l.over() {
		l.endTimer = n.after(l.timeLimit, func() { n.end(l, hungUp) })
	}
}
