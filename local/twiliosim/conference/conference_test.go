package conference

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

var now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// member is a participant whose leg is in progress.
func member(c *Conference, label string, change ...func(*Participant)) *Participant {
	p := &Participant{
		Leg: &legs.Leg{SID: "CA-" + label, Status: legs.InProgress}, Label: label, Start: true,
		Hook: legs.Hook{URL: "http://app/events", Events: strings.Fields("start end join leave mute hold modify")},
	}
	for _, f := range change {
		f(p)
	}
	c.Enter(p)
	return p
}

// words are effects in short.
func words(effects []Effect) []string {
	var list []string
	for _, e := range effects {
		switch e := e.(type) {
		case Event:
			list = append(list, e.Name)
		case PlayWait:
			list = append(list, "wait "+e.Label)
		case PlayHold:
			list = append(list, "hold "+e.Label)
		case Left:
			list = append(list, "left "+e.Label)
		case Continue:
			list = append(list, "continue "+e.SID)
		case Cancel:
			list = append(list, "cancel "+e.SID)
		}
	}
	return list
}

func expect(t *testing.T, what string, effects []Effect, want ...string) {
	t.Helper()
	if got := words(effects); !slices.Equal(got, want) {
		t.Errorf("%s:\n  %v, want\n  %v", what, got, want)
	}
}

func endOnExit(p *Participant)    { p.EndOnExit = true }
func doesNotStart(p *Participant) { p.Start = false }

// TestAConferencesLife walks through it: what each change asks for, in order.
func TestAConferencesLife(t *testing.T) {
	c := New("AC1", "room", now)
	caller := member(c, "caller", endOnExit, doesNotStart)
	expect(t, "the caller joins", caller.Join(now), "participant-join", "wait caller")
	alice := member(c, "alice")
	expect(t, "alice joins", alice.Join(now), "participant-join", "conference-start")
	expect(t, "the caller is held", caller.SetHold(true, legs.Document{}, now), "hold caller", "participant-hold")
	expect(t, "held again", caller.SetHold(true, legs.Document{}, now))
	expect(t, "held with other music", caller.SetHold(true, legs.Document{URL: "http://app/x"}, now), "hold caller")
	expect(t, "un-held", caller.SetHold(false, legs.Document{}, now), "participant-unhold")
	expect(t, "alice muted", alice.SetMuted(true, now), "participant-mute")
	expect(t, "alice muted again", alice.SetMuted(true, now))
	bob := member(c, "bob", func(p *Participant) { p.Leg.Status = legs.Ringing })
	expect(t, "alice leaves", alice.Leave(legs.LeftHungUp, false, now), "left alice", "participant-leave")
	expect(t, "alice leaves again", alice.Leave(legs.LeftHungUp, false, now))
	expect(t, "the caller leaves", caller.Leave(legs.LeftHungUp, false, now), "left caller", "participant-leave",
		"left bob", "participant-leave", "conference-end", "cancel CA-bob")
	if !c.Over() || c.Reason != EndedByExit || c.EndedBy != caller || bob.Status != Failed || len(c.Parts) != 0 {
		t.Errorf("it ended as %s by %v, bob is %s, %d are left", c.Reason, c.EndedBy, bob.Status, len(c.Parts))
	}
	expect(t, "it ends again", c.End(EndedByAPI, nil, now))
	expect(t, "bob answers too late", bob.Join(now), "left bob", "continue CA-bob")
}

// TestHowAConferenceEnds: who leaves, how, and what becomes of the other.
func TestHowAConferenceEnds(t *testing.T) {
	for name, c := range map[string]struct {
		alone, ends, kicked bool
		reason              string
	}{
		"the one whose flag ends it hangs up": {false, true, false, EndedByExit},
		"the one whose flag ends it, by REST": {false, true, true, EndedByKickedExit},
		"the last hangs up":                   {true, false, false, EndedLastLeft},
		"the last, by REST":                   {true, false, true, EndedLastKicked},
		"another hangs up":                    {false, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			room := New("AC1", "room", now)
			p := member(room, "alice", func(p *Participant) { p.EndOnExit = c.ends })
			p.Join(now)
			want := []string{"left alice", "participant-leave"}
			if !c.alone {
				member(room, "bob").Join(now)
			}
			switch {
			case c.reason != "" && !c.alone:
				want = append(want, "left bob", "participant-leave", "conference-end", "continue CA-bob")
			case c.reason != "":
				want = append(want, "conference-end")
			}
			expect(t, "leaving", p.Leave(legs.LeftHungUp, c.kicked, now), want...)
			if room.Reason != c.reason {
				t.Errorf("the reason is %q, want %q", room.Reason, c.reason)
			}
		})
	}
}

// TestEventsAreCounted: all of them, also those that nobody wants to be told.
func TestEventsAreCounted(t *testing.T) {
	c := New("AC1", "room", now)
	p := member(c, "alice", func(p *Participant) { p.Hook.Events = []string{"leave"} })
	if e := p.Join(now)[0].(Event); e.Callback != nil {
		t.Errorf("a callback that was not asked for: %+v", e.Callback)
	}
	effects := p.Leave(legs.LeftByAPI, true, now)
	e := effects[1].(Event)
	if e.Callback == nil || e.Callback.Form.Get("SequenceNumber") != "2" || e.Detail != legs.LeftByAPI {
		t.Errorf("the second event is %+v", e)
	}
}

func TestMayJoin(t *testing.T) {
	c := New("AC1", "room", now)
	member(c, "alice", func(p *Participant) { p.Most = 2 })
	for label, code := range map[string]int{
		"bob": 0, "": 0, "alice": DuplicateInREST, "a/b": 16024, "a%2fb": 16024, strings.Repeat("x", 129): 16024,
		"CA0123456789abcdef0123456789abcdef": 16024,
	} {
		got := 0
		if problem := c.MayJoin(&Participant{Label: label}, DuplicateInREST); problem != nil {
			got = problem.Code
		}
		if got != code {
			t.Errorf("label %.40q: %d, want %d", label, got, code)
		}
	}
	member(c, "bob")
	if problem := c.MayJoin(&Participant{Label: "carol"}, DuplicateInDial); problem == nil || problem.Code != 16020 {
		t.Errorf("a third of two: %v", problem)
	}
	var none *Conference
	if problem := none.MayJoin(&Participant{Label: "a/b"}, DuplicateInDial); problem == nil || problem.Code != 16023 {
		t.Errorf("a bad label in a new conference: %v", problem)
	}
}

// TestWhoIsHeard: hold, mute, coaching and a dead line, each from the other's side.
func TestWhoIsHeard(t *testing.T) {
	c := New("AC1", "room", now)
	alice, bob, carol := member(c, "alice"), member(c, "bob"), member(c, "carol")
	for _, p := range []*Participant{alice, bob, carol} {
		p.Join(now)
	}
	for name, step := range map[string]struct {
		set, undo func()
		want      string // what carol hears
	}{
		"all":            {func() {}, func() {}, "leg:CA-alice leg:CA-bob"},
		"alice is held":  {func() { alice.Hold = true }, func() { alice.Hold = false }, "leg:CA-bob"},
		"alice is muted": {func() { alice.Muted = true }, func() { alice.Muted = false }, "leg:CA-bob"},
		"alice coaches":  {func() { alice.Coached = bob.Leg }, func() { alice.Coached = nil }, "leg:CA-bob"},
		"alice is lost":  {func() { alice.Leg.Lost = true }, func() { alice.Leg.Lost = false }, "leg:CA-bob"},
		"carol is held":  {func() { carol.Hold = true }, func() { carol.Hold = false }, ""},
	} {
		step.set()
		if got := strings.Join(media.Words(carol.Hears()), " "); got != step.want {
			t.Errorf("%s: carol hears %q, want %q", name, got, step.want)
		}
		step.undo()
	}
	member(c, "dave", func(p *Participant) { p.Status, p.EarlyMedia = Ringing, true })
	if got := fmt.Sprint(media.Words(carol.Hears())); got != "[leg:CA-alice leg:CA-bob ringing]" {
		t.Errorf("while dave rings carol hears %s", got)
	}
}
