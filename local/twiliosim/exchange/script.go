package exchange

import (
	"net/http"
	"net/url"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

// Apology is what a caller hears when an application fails and has no fallback.
const Apology = "We are sorry, an application error has occurred. Goodbye."

// host runs documents with the exchange's lock held.
type host struct{ s *state }

var _ twiml.Host = host{}

// Now is the exchange's clock.
func (h host) Now() time.Time { return h.s.clock.Now() }

// After runs f with the lock held.
func (h host) After(d time.Duration, f func()) clock.Timer { return h.s.after(d, f) }

// Fetch has a document fetched.
func (h host) Fetch(r twiml.Request, then func(twiml.Answer)) {
	h.s.do(Fetch{Request: r, Then: func(a twiml.Answer) { h.s.enter(func() { then(a) }) }})
}

// Load has a sound file fetched that is not there yet.
func (h host) Load(url string, then func(time.Duration, error)) (time.Duration, bool) {
	fault := h.s.cfg.Rules.Choose(faults.Media, faults.PathOf(url), http.MethodGet, "")
	if length, there := h.s.cfg.Length(url); there && fault == nil {
		return length, true
	}
	h.s.do(Load{URL: url, Fault: fault, Then: func(d time.Duration, err error) { h.s.enter(func() { then(d, err) }) }})
	return 0, false
}

// Warn tells what Twilio's debugger would show.
func (h host) Warn(sid string, p *notation.Problem) { h.s.warn(sid, p) }

// form is what every request for the leg carries.
func (l *leg) form() url.Values { return l.Leg.Form(l.s.cfg.Account) }

// startScript lets a leg run a document, instead of what it runs.
func (l *leg) startScript(d legs.Document) {
	if l.player != nil {
		l.player.Stop()
	}
	p := twiml.NewPlayer(host{l.s}, twiml.Script{
		Event: "voice", SID: l.SID, Allowed: twiml.CallVerbs, Params: l.form, Touched: l.touch,
		Ran: func() { l.end(legs.HungUp) },
		Act: l.perform,
	})
	l.player = p
	p.Failed = func(problem *notation.Problem) {
		l.s.warn(l.SID, problem)
		if d.FallbackURL == "" || p.FellBack() {
			l.apologize()
			return
		}
		p.Fallback(d.FallbackURL, d.FallbackMethod, problem)
	}
	if d.TwiML != "" {
		p.Run("text/xml", []byte(d.TwiML))
		return
	}
	p.Fetch(p.Event, d.URL, d.Method, nil)
}

// perform runs a verb that does something to the call.
func (l *leg) perform(v twiml.Verb) bool {
	if v.Name == "Reject" && !l.Live() {
		e := legs.Ending{Status: legs.Busy, SIP: 603}
		if v.Attr("reason", "rejected") == "busy" {
			e.SIP = 486
		}
		l.end(e)
		return false
	}
	if !l.Live() && !(v.Name == "Dial" && v.Flag("answerOnBridge", false)) {
		l.pickUp()
	}
	switch v.Name {
	case "Hangup", "Reject":
		l.end(legs.HungUp)
		return false
	case "Gather":
		return l.player.Gather(v)
	case "Record":
		return l.startRecord(v)
	case "Dial":
		l.startDial(v)
		return false
	}
	return true
}

// apologize ends a leg with a word.
func (l *leg) apologize() {
	if !l.Live() {
		l.pickUp()
	}
	l.player.Clear()
	l.player.Say(Apology, func() { l.end(legs.HungUp) })
}

// press is one key of a leg's telephone.
func (l *leg) press(key rune) {
	if l.player != nil && l.player.Key(key) {
		return
	}
	if d := l.dial; d != nil && d.onStar && key == '*' {
		d.hangUp()
	}
}

// redirect takes a live leg out of whatever it does and gives it a document.
func (l *leg) redirect(to legs.Document) {
	if l.player != nil {
		l.stopRecord("")
		l.player.Stop()
	}
	if d := l.dial; d != nil {
		d.action = ""
		d.abandon(false)
	}
	if p := l.part; p != nil {
		l.s.leave(p, legs.LeftByAPI, true)
	}
	if parent := l.parent(); parent != nil && parent.dial != nil && parent.dial.bridged == l {
		d := parent.dial
		d.children = nil
		d.finish(d.outcome(l))
	}
	l.noScript = false
	l.touch()
	l.startScript(to)
}
