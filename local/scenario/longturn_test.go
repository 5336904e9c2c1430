package scenario

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// inALongTurn is a caller on hold who hears a turn of two pieces.
func (l *line) inALongTurn() (caller string) {
	l.t.Helper()
	caller = talking(l)
	l.presses("alice", "hold", "")
	l.until("a long turn", 30*time.Second, func() bool { return strings.Contains(l.musicOf(caller), "-") })
	return caller
}

// F382: turns on hold are long, and are asked for half as often.
func TestF382TurnsOnHoldAreLong(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.inALongTurn()
	from := int64(len(l.Network.Records(0)))
	l.pass(2 * time.Minute)
	turns := 0
	for _, r := range l.Network.Records(from) {
		if r.Kind == "webhook" && strings.Contains(r.URL, "/wait/"+caller) {
			turns++
		}
	}
	if turns != 5 {
		t.Errorf("%d turns in two minutes, want 5", turns)
	}
	l.waits(caller)
	l.presses("alice", "resume", "")
	l.pass(time.Second)
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}

// F382: what a long turn plays cannot be had: its file is not there yet, or the music's host fails or does not answer.
// The caller is in silence no longer than in a short turn.
func TestF382WhatALongTurnPlaysCannotBeHad(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]faults.Rule{
		"not there yet":          {Do: "fail", Status: 404, Match: faults.Match{Path: `^/music/[^/]*-`}},
		"the host fails":         {Do: "fail", Status: 503, Match: faults.Match{Path: `^/music/`}},
		"the host never answers": {Do: "timeout", Match: faults.Match{Path: `^/music/`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := l.inALongTurn()
			l.gap = 6 * time.Second
			if rule.Do == "timeout" {
				l.gap = 21 * time.Second // as with a short one
			}
			rule := rule
			rule.Kind = "media"
			l.fault(rule)
			l.pass(2 * time.Minute)
			if name == "not there yet" && l.hears(caller) != "music" {
				t.Errorf("the caller hears %s", l.hears(caller))
			}
			l.Network.ClearFaults()
			l.pass(time.Minute)
			l.waits(caller)
			l.presses("alice", "resume", "")
			l.pass(time.Second)
			l.together(caller, l.legTo("alice"))
			l.done(10 * time.Second)
		})
	}
}

// F382: the turn after a long one cannot be had. Any page notices that, wherever in the turn its heartbeats come.
func TestF382TheTurnAfterALongOneCannotBeHad(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{0, 7, 14} {
		l := open(t)
		caller := l.inALongTurn()
		_, err := l.agent("bob").Set(l.ctx, "away")
		l.must(err)
		delete(l.pages, "alice")
		l.pass(after * time.Second)
		l.musicStops(caller)
		l.soundAgain(caller, soundWithAPage)
		l.done(10 * time.Second)
	}
}
