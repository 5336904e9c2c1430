package twiliosim

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media/voice/audio"
)

// apology is what a caller hears when an application fails and has no fallback.
const apology = "We are sorry, an application error has occurred. Goodbye."

// whole is s as a whole number.
func whole(s string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return otherwise
	}
	return n
}

// startScript lets a leg run a document, instead of what it runs. Locked.
func (n *Network) startScript(l *leg, t target) {
	if l.script != nil {
		l.script.stop()
	}
	s := &script{
		n: n, event: "voice", sid: l.sid, allowed: callVerbs,
		params:  func() url.Values { return n.voiceParams(l) },
		touched: func() { n.touch(l) },
		ran:     func() { n.end(l, hungUp) },
	}
	l.script = s
	s.failed = func(p *problem) {
		n.warn(l.sid, p)
		if t.fallbackURL == "" || s.fellBack {
			n.apologize(l)
			return
		}
		s.fellBack = true
		extra := url.Values{"ErrorCode": {strconv.Itoa(p.code)}, "ErrorUrl": {s.url}}
		s.url = ""
		s.fetch("fallback", t.fallbackURL, t.fallbackMethod, extra)
	}
	s.act = func(v verb) bool { return n.callVerb(l, v) }
	if t.twiml != "" {
		s.run("text/xml", []byte(t.twiml))
		return
	}
	s.fetch(s.event, t.url, t.method, nil)
}

// callVerb runs a verb that does something to the call. Locked.
func (n *Network) callVerb(l *leg, v verb) bool {
	if v.name == "Reject" && !l.live() {
		e := legEnd{status: statusBusy, sip: 603}
		if v.attr("reason", "rejected") == "busy" {
			e.sip = 486
		}
		n.end(l, e)
		return false
	}
	if !l.live() && !(v.name == "Dial" && v.flag("answerOnBridge", false)) {
		n.pickUp(l)
	}
	switch v.name {
	case "Hangup", "Reject":
		n.end(l, hungUp)
		return false
	case "Gather":
		return n.startGather(l.script, v)
	case "Dial":
		return n.startDial(l, v)
	}
	return true
}

// apologize ends a leg with a word. Locked.
func (n *Network) apologize(l *leg) {
	if !l.live() {
		n.pickUp(l)
	}
	s := l.script
	s.halt()
	s.verbs = nil
	s.repeat(Sound{Kind: SoundSpeech, Text: apology, Length: audio.SpeechLength(apology)}, 1, func() { n.end(l, hungUp) })
}

// gathering is a Gather that listens for keys.
type gathering struct {
	v      verb
	digits string
	wait   time.Duration
	most   int
	finish string
	done   func(digits string)
}

// startGather plays what stands in a Gather and collects keys meanwhile. Locked.
func (n *Network) startGather(s *script, v verb) bool {
	g := &gathering{
		v: v, wait: time.Duration(whole(v.attr("timeout", "5"), 5)) * time.Second,
		most: whole(v.attr("numDigits", "0"), 0), finish: v.attr("finishOnKey", "#"),
	}
	g.done = func(digits string) {
		s.gather = nil
		if digits == "" && !v.flag("actionOnEmptyResult", false) {
			s.next()
			return
		}
		s.fetch("action", v.attr("action", ""), methodOf(v, "method", "POST"),
			url.Values{"Digits": {digits}, "msg": {"Gather End"}})
	}
	s.gather = g
	s.prompt(g, v.kids)
	return false
}

// prompt plays what is left of a Gather's sounds, then waits for keys. Locked.
func (s *script) prompt(g *gathering, kids []verb) {
	s.halt()
	for len(kids) > 0 {
		kid := kids[0]
		kids = kids[1:]
		rest := kids
		if !s.sound(kid, func() { s.prompt(g, rest) }) {
			return
		}
	}
	s.later(g.wait, func() { g.done(g.digits) })
}

// press is one key of a leg's telephone. Locked.
func (n *Network) press(l *leg, key rune) {
	if s := l.script; s != nil && s.gather != nil {
		s.key(s.gather, key)
		return
	}
	if d := l.dial; d != nil && d.onStar && key == '*' {
		n.hangUpDial(l, d)
	}
}

func (s *script) key(g *gathering, key rune) {
	s.halt()
	if strings.ContainsRune(g.finish, key) {
		g.done(g.digits)
		return
	}
	g.digits += string(key)
	if g.most > 0 && len(g.digits) >= g.most {
		g.done(g.digits)
		return
	}
	s.later(g.wait, func() { g.done(g.digits) })
}
