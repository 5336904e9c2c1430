package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/shared/call"
	"warmtransfer/shared/teamview"
)

// supervises opens erin's page, who takes no calls, at the team's view.
func (l *line) supervises() {
	l.t.Helper()
	l.register("erin")
	l.pages["erin"], l.views["erin"] = true, true
	if _, err := patient(func() (stack.Snapshot, error) { return l.agent("erin").Set(l.ctx, "away") }); err != nil {
		l.t.Fatal(err)
	}
	l.settle()
}

// supervised is a line on which Erin supervises, and a caller who talks to the first of these agents.
func supervised(t *testing.T, agents ...string) (l *line, caller string) {
	t.Helper()
	l = open(t)
	l.supervises()
	return l, l.talks(agents...)
}

// watches is a press of Listen, Coach or Barge. If that rings the supervisor's page, it answers by itself.
func (l *line) watches(caller string, m call.Mode) {
	l.t.Helper()
	l.keys++
	l.must(l.act(teamview.Action(m), "", caller, fmt.Sprintf("press-%d", l.keys)))
	l.settle()
	if sid := l.legTo("erin"); sid != "" {
		if c, _ := l.Network.Call(sid); c.Status == "ringing" {
			l.answers("erin")
		}
	}
	l.settle()
}

// hear asserts what the parties hear now, by the phone network's word and by the spectrum of the sound; who is not
// named hears whatever.
func (l *line) hear(when string, want map[string]string) {
	l.t.Helper()
	for who, sounds := range want {
		sid := who
		if who == "caller" {
			sid = l.callers[0]
		} else if sid = l.legTo(who); sid == "" {
			l.t.Fatalf("%s: %s has no leg", when, who)
		}
		if got := l.hears(sid); got != sounds {
			l.t.Errorf("%s: %s hears %q, want %q", when, who, got, sounds)
		}
		if got := l.spectrum(sid); got != sounds {
			l.t.Errorf("%s: in what %s hears there is %q, want %q", when, who, got, sounds)
		}
	}
}

// watchPhase is a state of a transfer, and what each party hears in it without the supervisor's voice. Without an owner
// nobody hears the supervisor.
type watchPhase struct {
	name  string
	do    func(*line)
	hear  map[string]string
	owner string
}

// watchPhases are the states of a consult from the talk to the end of the hand-over; then bob adds alice, takes that
// back, hands over to alice at once, and alice gives the caller back to the line, in which nobody is free for a while.
var watchPhases = []watchPhase{
	{"they talk", func(*line) {},
		map[string]string{"caller": "alice", "alice": "caller", "erin": "alice caller"}, "alice"},
	{"on hold", func(l *line) { l.presses("alice", "hold", "") },
		map[string]string{"caller": "music", "alice": "silence", "erin": "alice"}, "alice"},
	{"resumed", func(l *line) { l.presses("alice", "resume", "") },
		map[string]string{"caller": "alice", "alice": "caller", "erin": "alice caller"}, "alice"},
	{"bob rings", func(l *line) { l.presses("alice", "consult", "bob") },
		map[string]string{"caller": "music", "alice": "silence", "erin": "alice"}, "alice"},
	{"they consult", func(l *line) { l.answers("bob") },
		map[string]string{"caller": "music", "alice": "bob", "bob": "alice", "erin": "alice bob"}, "alice"},
	{"swapped", func(l *line) { l.presses("alice", "swap", "") },
		map[string]string{"caller": "alice", "alice": "caller", "bob": "music", "erin": "alice caller"}, "alice"},
	{"back", func(l *line) { l.presses("alice", "swap", "") },
		map[string]string{"caller": "music", "alice": "bob", "bob": "alice", "erin": "alice bob"}, "alice"},
	{"all talk", func(l *line) { l.presses("alice", "join", "") },
		map[string]string{"caller": "alice bob", "alice": "bob caller", "bob": "alice caller",
			"erin": "alice bob caller"},
		"alice"},
	{"handed over", func(l *line) { l.presses("alice", "complete", "") },
		map[string]string{"caller": "bob", "bob": "caller", "erin": "bob caller"}, "bob"},
	{"alice rings", func(l *line) { l.presses("bob", "add", "alice") },
		map[string]string{"caller": "bob", "bob": "caller", "erin": "bob caller"}, "bob"},
	{"not added", func(l *line) { l.presses("bob", "cancel", "") },
		map[string]string{"caller": "bob", "bob": "caller", "erin": "bob caller"}, "bob"},
	{"handing over", func(l *line) {
		l.presses("bob", "blind", "alice")
		l.pass(afterWords)
	}, map[string]string{"caller": "music", "erin": "silence"}, ""},
	{"handed back", func(l *line) { l.answers("alice") },
		map[string]string{"caller": "alice", "alice": "caller", "erin": "alice caller"}, "alice"},
	{"given back", func(l *line) {
		l.must(second(l.agent("bob").Set(l.ctx, "away")))
		l.presses("alice", "requeue", "")
		l.pass(afterWords)
	}, map[string]string{"caller": "music", "erin": "silence"}, ""},
	{"taken", func(l *line) {
		l.must(second(l.agent("bob").Set(l.ctx, "available")))
		l.pass(2 * time.Second)
		l.answers("bob")
	}, map[string]string{"caller": "bob", "bob": "caller", "erin": "bob caller"}, "bob"},
}

// afterWords is when a caller who was told to stay on the line hears music again.
const afterWords = 8 * time.Second

// told is what the owner's page shows of the supervisor, who is in the call; without an owner, none does.
func (p watchPhase) told(l *line, m call.Mode) {
	l.t.Helper()
	if p.owner == "" {
		return
	}
	told := l.me(p.owner).Call
	if len(told.Supervisors) != 1 || told.Supervisors[0].Mode != string(m) || told.Supervisors[0].Heard != string(m) {
		l.t.Errorf("%s, %s: %s is told %+v", m, p.name, p.owner, told.Supervisors)
	}
}

// with is what the parties hear when those hear the supervisor, too.
func (p watchPhase) with(m call.Mode) map[string]string {
	want := map[string]string{}
	for who, sounds := range p.hear {
		voice := p.owner != "" && (m == call.ModeBarge || m == call.ModeCoach && who == p.owner)
		switch {
		case who == "erin" || !voice || sounds == "music":
		case sounds == "silence":
			sounds = "erin"
		default:
			words := append(strings.Fields(sounds), "erin")
			slices.Sort(words)
			sounds = strings.Join(words, " ")
		}
		want[who] = sounds
	}
	return want
}

// What each party hears in each mode and each state of a transfer. The caller never hears a coach, nor, by way of a
// supervisor, a private talk: on hold they hear music alone.
func TestF219F220WhatEachPartyHears(t *testing.T) {
	t.Parallel()
	for _, m := range call.Modes {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			l, caller := supervised(t, "alice", "bob")
			l.watches(caller, m)
			for _, p := range watchPhases {
				p.do(l)
				l.pass(2 * time.Second)
				l.hear(string(m)+", "+p.name, p.with(m))
				p.told(l, m)
			}
			if w := l.me("erin").Watching; w == nil || w.Call != caller || !w.Settled {
				t.Errorf("erin's page shows %+v", w)
			}
			l.hangs(caller)
			l.pass(2 * time.Second)
			if l.legTo("erin") != "" || l.me("erin").Watching != nil {
				t.Error("erin is still there")
			}
			l.done(10 * time.Second)
		})
	}
}

// In each state of a transfer the supervisor goes through all modes, and each change is shown at once.
func TestF219FromModeToModeInEachState(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice", "bob")
	for _, p := range watchPhases {
		p.do(l)
		l.pass(2 * time.Second)
		for _, m := range []call.Mode{call.ModeListen, call.ModeCoach, call.ModeBarge, call.ModeCoach, call.ModeListen,
			call.ModeBarge, call.ModeListen} {
			l.watches(caller, m)
			l.hear(string(m)+", "+p.name, p.with(m))
			p.told(l, m)
		}
	}
	l.keys++
	l.must(l.act(teamview.Leave, "", caller, "leave"))
	l.must(l.act(teamview.Leave, "", caller, "leave"))
	l.pass(2 * time.Second)
	told := l.me("bob").Call
	if last := told.History[len(told.History)-1]; len(told.Supervisors) > 0 || last.What != string(call.LeftCall) {
		t.Errorf("bob is told %+v, and the history ends with %+v", told.Supervisors, last)
	}
	l.wantPresence("erin", "away")
	l.hangs(caller)
	l.done(10 * time.Second)
}

// The owner's page and line are lost while somebody talks to all: the supervisor does not take their place. The caller
// hears music and is offered to another agent, and the supervisor hears them again.
func TestF220ASupervisorTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice", "bob")
	l.watches(caller, call.ModeBarge)
	l.hear("before", map[string]string{"caller": "alice erin"})
	l.hangs(l.legTo("alice"))
	l.pass(3 * time.Second)
	l.waits(caller)
	if n := l.dials("erin"); n != 1 {
		t.Errorf("erin is rung %d times", n)
	}
	l.crash("alice")
	l.pass(25 * time.Second)
	l.answers("bob")
	l.pass(2 * time.Second)
	l.hear("with bob", map[string]string{"caller": "bob erin", "bob": "caller erin", "erin": "bob caller"})
	l.hangs(caller)
	l.done(10 * time.Second)
}

// A caller who waits, a stranger, a second press.
func TestF221WhoMayNotWatch(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice")
	waiting := l.dial("+15550188")
	l.pass(2 * time.Second)
	l.refusalOf(l.act(teamview.Listen, "", waiting, "k1"), 409, "nobody-talks")
	l.must(l.act(teamview.Listen, "", caller, "k2"))
	l.must(l.act(teamview.Listen, "", caller, "k2"))
	l.settle()
	l.answers("erin")
	l.pass(2 * time.Second)
	if n := l.dials("erin"); n != 1 {
		t.Errorf("erin is rung %d times", n)
	}
	l.hangs(waiting)
	l.hangs(caller)
	l.done(10 * time.Second)
}

// The conference ends and the caller goes on in a new one: the supervisor's leg is ended, and they may join again.
func TestF222ASupervisorDoesNotFollowIntoAnotherConference(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice")
	l.watches(caller, call.ModeCoach)
	l.gap = 5 * time.Second
	l.pass(6 * time.Second) // a conference that ends sooner counts as refused
	room := string(l.conference(caller).Conference)
	_, err := l.Network.API().UpdateConference(room, legs.Document{}, true)
	l.must(err)
	l.pass(12 * time.Second)
	if l.legTo("erin") != "" || l.me("erin").Watching != nil {
		t.Error("erin is still there")
	}
	l.answers("alice")
	l.pass(3 * time.Second)
	l.watches(caller, call.ModeCoach)
	l.pass(2 * time.Second)
	l.hear("joined again", map[string]string{"caller": "alice", "alice": "caller erin"})
	l.hangs(caller)
	l.done(10 * time.Second)
}

// The supervisor loses the network while they coach: the agent is told, and the talk goes on.
func TestF223ASupervisorLosesTheNetworkWhileTheyCoach(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice")
	l.watches(caller, call.ModeCoach)
	l.crash("erin")
	l.pass(3 * time.Second)
	l.hear("just lost", map[string]string{"caller": "alice"})
	l.pass(57 * time.Second)
	l.together(caller, l.legTo("alice"))
	if told := l.me("alice").Call; len(told.Supervisors) > 0 {
		t.Errorf("alice is told %+v", told.Supervisors)
	}
	l.hangs(caller)
	l.done(10 * time.Second)
}

// Nothing shows any more that they are a supervisor, as after the end of their group: their leg is ended within a
// minute. So it is when their page is gone.
func TestF236WhoIsNoSupervisorAnyMore(t *testing.T) {
	t.Parallel()
	l, caller := supervised(t, "alice")
	l.watches(caller, call.ModeBarge)
	delete(l.views, "erin")
	l.pass(time.Minute)
	if l.legTo("erin") != "" {
		t.Error("erin is still there after a minute")
	}
	l.together(caller, l.legTo("alice"))
	l.hangs(caller)
	l.done(10 * time.Second)
}

// A change of who hears a supervisor fails, or took effect without an answer: nobody hears a coach but the owner.
func TestF238AChangeOfTheVoiceFails(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, do := range []string{faults.Fail, faults.FailAfter, faults.TimeoutAfter, faults.Throttle} {
		for skip := range 2 {
			if !chosen() {
				continue
			}
			t.Run(fmt.Sprint(do, " ", skip), func(t *testing.T) {
				t.Parallel()
				l, caller := supervised(t, "alice")
				l.watches(caller, call.ModeListen)
				one := faults.Match{Path: "/Participants/", Method: "POST"}
				rule := faults.Rule{Kind: faults.REST, Match: one, Do: do, Times: 1, Skip: skip}
				if do == faults.Fail {
					rule.Status, rule.Code = 400, 16027
				}
				l.fault(rule)
				l.watches(caller, call.ModeCoach)
				for range 8 {
					l.hear("while it fails", map[string]string{"caller": "alice"})
					l.pass(3 * time.Second)
				}
				l.hear("in the end", map[string]string{"caller": "alice", "alice": "caller erin"})
				l.hangs(caller)
				l.done(10 * time.Second)
			})
		}
	}
}
