package twiml

import (
	"net/url"
	"strings"
	"time"
)

// gathering is a Gather that listens for keys.
type gathering struct {
	digits string
	wait   time.Duration
	most   int
	finish string
	done   func(digits string)
}

// Gather plays what stands in a Gather and collects keys meanwhile. Like Script.Effect it
// tells that the next verb does not follow at once.
func (s *Player) Gather(v Verb) bool {
	g := &gathering{
		wait: time.Duration(v.Number("timeout", 5)) * time.Second,
		most: v.Number("numDigits", 0), finish: v.Attr("finishOnKey", "#"),
	}
	g.done = func(digits string) {
		s.gather = nil
		if digits == "" && !v.Flag("actionOnEmptyResult", false) {
			s.Next()
			return
		}
		s.Fetch("action", v.Attr("action", ""), v.Method("method", "POST"),
			url.Values{"Digits": {digits}, "msg": {"Gather End"}})
	}
	s.gather = g
	s.prompt(g, v.Children)
	return false
}

// prompt plays what is left of a Gather's sounds, then waits for keys.
func (s *Player) prompt(g *gathering, rest []Verb) {
	s.Halt()
	for len(rest) > 0 {
		sound, after := rest[0], rest[1:]
		rest = after
		if !s.sound(sound, func() { s.prompt(g, after) }) {
			return
		}
	}
	s.later(g.wait, func() { g.done(g.digits) })
}

// Key is one key of the listener's telephone. It tells whether a Gather or a Record takes it.
func (s *Player) Key(key rune) bool {
	if s.recordKey(key) {
		return true
	}
	if s.gather == nil {
		return false
	}
	s.key(s.gather, key)
	return true
}

func (s *Player) key(g *gathering, key rune) {
	s.Halt()
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
