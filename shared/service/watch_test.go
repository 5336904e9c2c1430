package service_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// watched is a World in which alice talks to a caller, and bob is free.
func watched(t TB) (*World, call.ID) {
	w := NewWorld(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	return w, id
}

// watchedConsult is watched, in which alice consults bob.
func watchedConsult(t TB) (*World, call.ID) {
	w, id := watched(t)
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	return w, id
}

// watchedState is a state of a call in which a supervisor is, and how it comes about.
type watchedState struct {
	name   string
	do     func(*World)
	state  call.State
	hears  string // the supervisor
	coach  string // who hears a coach
	barges string // who hears a supervisor who talks to all
}

// comes brings the state about, and checks who hears whom in it.
func (s watchedState) comes(t *testing.T, w *World, id call.ID, m call.Mode) {
	t.Helper()
	s.do(w)
	want := map[call.Mode]string{call.ModeCoach: s.coach, call.ModeBarge: s.barges}[m]
	if c := w.Call(id); c.State != s.state || w.HearBoss(id) != want || w.BossHears(id) != s.hears {
		t.Errorf("%s, %s: %q hear the supervisor, want %q; they hear %q, want %q; the call is %s",
			m, s.name, w.HearBoss(id), want, w.BossHears(id), s.hears, c.State)
	}
}

// press is that an agent presses a button.
func press(who agent.ID, a call.Action, to agent.ID) func(*World) {
	return func(w *World) { w.MustPress(who, a, to); w.Settle() }
}

// Who hears a supervisor, and whom they hear, in each mode and each state of a transfer.
func TestF219WhoHearsASupervisor(t *testing.T) {
	states := []watchedState{
		{"talking", func(*World) {}, call.Talking, "alice caller", "alice", "alice caller"},
		{"on hold", press("alice", call.DoHold, ""), call.Talking, "alice", "alice", "alice"},
		{"resumed", press("alice", call.DoResume, ""), call.Talking, "alice caller", "alice", "alice caller"},
		{"rung", press("alice", call.DoConsult, "bob"), call.ConsultRinging,
			"alice", "alice", "alice"},
		{"consulting", func(w *World) { w.Answer("bob"); w.Settle() }, call.Consulting,
			"alice bob", "alice", "alice bob"},
		{"swapped", press("alice", call.DoSwap, ""), call.Swapped, "alice caller", "alice", "alice caller"},
		{"back", press("alice", call.DoSwap, ""), call.Consulting, "alice bob", "alice", "alice bob"},
		{"joined", press("alice", call.DoJoin, ""), call.ThreeWay, "alice bob caller", "alice", "alice bob caller"},
		{"handed over", press("alice", call.DoComplete, ""), call.Talking, "bob caller", "bob", "bob caller"},
		{"given back", press("bob", call.DoRequeue, ""), call.Ringing, "", "", ""},
		{"taken again", func(w *World) { w.Answer("alice"); w.Settle() }, call.Talking, "alice caller", "alice",
			"alice caller"},
	}
	for _, m := range call.Modes {
		w, id := watched(t)
		w.MustWatch(id, m)
		for _, s := range states {
			s.comes(t, w, id, m)
			c := w.Call(id)
			l := c.WatcherOf(Boss.ID)
			if l == nil {
				t.Fatalf("%s, %s: the supervisor has gone", m, s.name)
			}
			if _, settled := c.Supervision(w.Now).Heard(*l); !settled {
				t.Errorf("%s, %s: something is left to be done: %+v", m, s.name, *l)
			}
		}
		if w.Phones.Strayed > 0 {
			t.Errorf("%s: a coached leg was ended before the coach was muted", m)
		}
		w.CallerHangsUp(id)
		w.Settle()
		if c := w.Call(id); c.Live() || w.LiveLegs() > 0 || w.BossHears(id) != "nobody" {
			t.Errorf("%s: after the caller has gone: live %t, %d legs", m, c.Live(), w.LiveLegs())
		}
		w.CheckQuiet()
	}
}

// A supervisor changes from any mode to any other, and each change is shown to the agent as it happens.
func TestF219FromModeToMode(t *testing.T) {
	w, id := watched(t)
	hear := map[call.Mode]string{
		call.ModeListen: "", call.ModeCoach: "alice", call.ModeBarge: "alice caller",
	}
	for _, way := range [][]call.Mode{
		{call.ModeListen, call.ModeCoach, call.ModeBarge, call.ModeCoach, call.ModeListen, call.ModeBarge,
			call.ModeListen, call.ModeCoach},
	} {
		for _, m := range way {
			w.MustWatch(id, m)
			if got := w.HearBoss(id); got != hear[m] {
				t.Errorf("%s: %q hear the supervisor, want %q", m, got, hear[m])
			}
			told := w.Phones.Pushed["alice"].Call
			if len(told.Supervisors) != 1 || told.Supervisors[0].Mode != m || told.Supervisors[0].Heard != m {
				t.Errorf("%s: alice was told %+v", m, told.Supervisors)
			}
			if last := told.History[len(told.History)-1]; last.What != call.Event(m) || last.Name != Boss.Name {
				t.Errorf("%s: the history ends with %+v", m, last)
			}
		}
	}
	if err := w.Unwatch(id); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	told := w.Phones.Pushed["alice"].Call
	if len(told.Supervisors) > 0 || told.History[len(told.History)-1].What != call.LeftCall {
		t.Errorf("after they have left alice was told %+v", told)
	}
	if a := w.Me(Boss.ID).Agent; a.Presence != agent.IsAway || len(a.Recent) > 0 || a.Last != nil {
		t.Errorf("the supervisor is %+v", a)
	}
}

// The leg of a supervisor is no party of the call: no rule counts it.
func TestF220ASupervisorCountsAsNobody(t *testing.T) {
	w, id := watched(t)
	w.Choose(Boss.ID, agent.Available)
	w.MustWatch(id, call.ModeBarge)
	c := w.Call(id)
	if len(c.Legs) != 1 || c.Dials != 1 || c.Seat(Boss.ID).Role() != call.RoleNone {
		t.Errorf("the supervisor is counted: %d legs, %d dials", len(c.Legs), c.Dials)
	}
	if got := w.Me(Boss.ID); got.Call != nil || got.Watching == nil || got.Watching.Call != id {
		t.Errorf("their page shows %+v, %+v", got.Call, got.Watching)
	}
	// The owner is lost: the caller is alone, hears music, and is offered to bob, not to the supervisor.
	w.HangUp("alice")
	w.Settle()
	w.Pass(3 * time.Second)
	if got := w.HearBoss(id); w.Hears(id) != "music" || got != "" || w.Call(id).Owner != "" {
		t.Errorf("without an owner the caller hears %s, and %q hear the supervisor", w.Hears(id), got)
	}
	w.Pass(25 * time.Second)
	if w.Rings(Boss.ID) || !w.Rings("bob") {
		t.Error("the caller is to be offered to bob alone")
	}
	second, _ := w.Dial()
	w.Settle()
	w.Pass(5 * time.Second)
	if w.Rings(Boss.ID) {
		t.Errorf("another caller, %s, is offered to the supervisor", second)
	}
}

// At most one coaches in a call, two supervisors may be in it, and one who has a place in it may not.
func TestF221WhoMayNotWatch(t *testing.T) {
	w, id := watched(t)
	other := service.Principal{ID: "zoe", Name: "Zoe", Supervisor: true}
	third := service.Principal{ID: "yan", Name: "Yan", Supervisor: true}
	w.MustWatch(id, call.ModeCoach)
	n := 0
	ask := func(who service.Principal, m call.Mode) error {
		n++
		_, err := w.Service.SetStatus(t.Context(), who, agent.Away, false, w.Now)
		if err != nil {
			t.Fatal(err)
		}
		err = w.Service.Watch(t.Context(), who, id, m, string(rune('a'+n)), w.Now)
		w.Settle()
		return err
	}
	for _, c := range []struct {
		who  service.Principal
		mode call.Mode
		want error
	}{
		{other, call.ModeCoach, call.ErrCoached},
		{other, call.ModeListen, nil},
		{other, call.ModeCoach, call.ErrCoached},
		{third, call.ModeListen, call.ErrTooManySupervisors},
		{service.Principal{ID: "bob"}, call.ModeListen, service.ErrNotSupervisor},
		{service.Principal{ID: "alice", Supervisor: true}, call.ModeListen, call.ErrOwnCall},
	} {
		if err := ask(c.who, c.mode); !errors.Is(err, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.who.ID, c.mode, err, c.want)
		}
	}
	w.MustWatch(id, call.ModeListen)
	if err := ask(other, call.ModeCoach); err != nil {
		t.Errorf("when the first coaches no more: %v", err)
	}
	waiting, _ := w.Dial()
	w.Settle()
	err := w.Service.Watch(t.Context(), third, waiting, call.ModeListen, "k", w.Now)
	if !errors.Is(err, call.ErrNobodyTalks) {
		t.Errorf("a caller who waits: %v", err)
	}
	err = w.Service.Watch(t.Context(), other, "CA404", call.ModeListen, "k", w.Now)
	if !errors.Is(err, service.ErrCallOver) {
		t.Errorf("no call: %v", err)
	}
	w.Choose("bob", agent.Available)
	w.Settle()
	w.Answer("bob")
	w.Settle()
	var busy *agent.NotFreeError
	if err := w.Watch(waiting, call.ModeListen); !errors.As(err, &busy) {
		t.Errorf("a second call at the same time: %v", err)
	}
}

// A press that is repeated, and two at once, dial one leg.
func TestF221APressIsRepeated(t *testing.T) {
	w, id := watched(t)
	w.Choose(Boss.ID, agent.Away)
	for range 3 {
		if err := w.Service.Watch(t.Context(), Boss, id, call.ModeListen, "same", w.Now); err != nil {
			t.Fatal(err)
		}
	}
	w.Answer(Boss.ID)
	w.Settle()
	if n := len(w.Call(id).Watching); n != 1 || w.Phones.Count("Dial") != 2 {
		t.Errorf("%d legs, %d dials", n, w.Phones.Count("Dial"))
	}
}

// The conference ends and the caller goes on in a new one: the supervisor does not follow, and their leg is ended.
func TestF222ASupervisorDoesNotFollowIntoAnotherConference(t *testing.T) {
	w, id := watched(t)
	w.MustWatch(id, call.ModeCoach)
	w.EndConference(id)
	w.Settle()
	w.Pass(20 * time.Second)
	if c := w.Call(id); len(c.Watching) > 0 || w.Talks(Boss.ID) {
		t.Errorf("the supervisor is still there: %+v", c.Watching)
	}
	if a := w.Me(Boss.ID); a.Agent.Presence != agent.IsAway || a.Watching != nil {
		t.Errorf("the supervisor is %+v", a.Agent)
	}
	w.CheckQuiet()
}

// The supervisor's leg is lost while they coach: the agent is told, and the talk goes on.
func TestF223ASupervisorIsLost(t *testing.T) {
	w, id := watched(t)
	w.MustWatch(id, call.ModeCoach)
	w.HangUp(Boss.ID)
	w.Settle()
	told := w.Phones.Pushed["alice"].Call
	if len(told.Supervisors) > 0 || told.History[len(told.History)-1].What != call.LeftCall {
		t.Errorf("alice was told %+v", told)
	}
	if w.Hears(id) != "alice" || w.Call(id).State != call.Talking {
		t.Errorf("the caller hears %s", w.Hears(id))
	}
	// All callbacks about it are lost: the sweep finds it.
	w.MustWatch(id, call.ModeCoach)
	w.HangUp(Boss.ID)
	w.Lose()
	w.Pass(70 * time.Second)
	if n := len(w.Call(id).Watching); n > 0 {
		t.Errorf("%d supervisors after a minute", n)
	}
	w.CheckQuiet()
}

// The page of a supervisor is gone, or their group is taken away: their leg is ended within a minute.
func TestF236WhoIsNoSupervisorAnyMore(t *testing.T) {
	for name, lose := range map[string]func(*World){
		"the group is taken away": func(w *World) { w.Demoted = true },
		"the page is gone":        func(w *World) { w.Silent(Boss.ID) },
		"nothing shows the group": func(w *World) { w.TeamClosed = true },
	} {
		w, id := watched(t)
		w.MustWatch(id, call.ModeCoach)
		lose(w)
		if w.Demoted {
			if err := w.Watch(id, call.ModeBarge); !errors.Is(err, service.ErrNotSupervisor) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.Pass(map[bool]time.Duration{true: 10 * time.Second, false: 106 * time.Second}[w.Demoted])
		if n := len(w.Call(id).Watching); n > 0 || w.Talks(Boss.ID) || w.Hears(id) != "alice" {
			t.Errorf("%s: %d supervisors are left, and the caller hears %s", name, n, w.Hears(id))
		}
		w.CheckQuiet()
	}
}

// Listening is hidden only if the operator allows it; who has been heard is shown from then on.
func TestF237HiddenListening(t *testing.T) {
	w, id := watched(t)
	w.Use(service.Settings{HideListening: true})
	before := w.Phones.Pushes
	w.MustWatch(id, call.ModeListen)
	w.Pass(5 * time.Second)
	view := w.Me("alice").Call
	if len(view.Supervisors) > 0 || w.Phones.Pushes != before ||
		slices.ContainsFunc(view.History, func(e call.Entry) bool { return e.Agent == Boss.ID }) {
		t.Errorf("alice is told %+v", view)
	}
	for _, m := range []call.Mode{call.ModeCoach, call.ModeListen} {
		w.MustWatch(id, m)
		if view := w.Me("alice").Call; len(view.Supervisors) != 1 || view.Supervisors[0].Mode != m {
			t.Errorf("%s: alice is told %+v", m, view.Supervisors)
		}
	}
}

// A change of who hears a supervisor fails, before or after it took effect: nobody hears them who must not, and in the
// end it is as they have asked for.
func TestF238AChangeOfTheVoiceFails(t *testing.T) {
	hear := map[call.Mode]string{call.ModeListen: "", call.ModeCoach: "alice", call.ModeBarge: "alice caller"}
	for name, fault := range map[string]Fault{
		"refused":           {Err: &service.RefusedError{Code: 16027}},
		"throttled":         {Err: service.ErrThrottled},
		"unknown, not done": {Err: service.ErrUnknown},
		"unknown, done":     {Err: service.ErrUnknown, Took: true},
		"failed, done":      {Err: service.ErrFailed, Took: true},
		"slow, done":        {Err: service.ErrSlow, Took: true},
	} {
		for _, from := range call.Modes {
			for _, to := range call.Modes {
				for n := range 3 {
					w, id := watched(t)
					w.MustWatch(id, from)
					w.Phones.At("SetVoice", w.Phones.Count("SetVoice")+n, fault)
					w.MustWatch(id, to)
					w.Pass(30 * time.Second)
					if got := w.HearBoss(id); got != hear[to] {
						t.Errorf("%s, from %s to %s, change %d: %q hear the supervisor", name, from, to, n, got)
					}
				}
			}
		}
	}
}

// The process crashes before or after each of its steps while a supervisor joins, coaches, and the owner hands over.
func TestF239ACrashWhileSomebodyCoaches(t *testing.T) {
	for n := range 14 {
		for _, took := range []bool{false, true} {
			w, id := watchedConsult(t)
			if w.Choose(Boss.ID, agent.Away); n%2 == 0 {
				w.MustWatch(id, call.ModeCoach)
			}
			w.Life.CrashAt(w.Life.Calls()+n, took)
			_ = w.Watch(id, call.ModeCoach)
			_, _ = w.Press("alice", call.DoComplete, "")
			w.Settle()
			w.Life.Disarm()
			w.Pass(70 * time.Second)
			w.Answer(Boss.ID)
			w.Settle()
			w.Pass(70 * time.Second)
			w.CheckQuiet()
			w.CallerHangsUp(id)
			w.Pass(30 * time.Second)
			w.CheckQuiet()
			if n := w.LiveLegs(); n > 0 {
				t.Errorf("%d legs are left", n)
			}
		}
	}
}

// What a supervisor costs, as the operator was told (docs/operations.md).
func TestWhatASupervisorCosts(t *testing.T) {
	w, id := watched(t)
	w.Choose(Boss.ID, agent.Away)
	for _, c := range []struct {
		what string
		do   func()
		want map[string]int
	}{
		{"to join and to listen", func() { w.MustWatch(id, call.ModeListen) },
			map[string]int{"Dial": 1, "SaveAgent": 1, "SaveCall": 4}},
		{"to coach", func() { w.MustWatch(id, call.ModeCoach) }, map[string]int{"SetVoice": 2, "SaveCall": 3}},
		{"to barge in after that", func() { w.MustWatch(id, call.ModeBarge) },
			map[string]int{"SetVoice": 3, "SaveCall": 4}},
		{"to listen again", func() { w.MustWatch(id, call.ModeListen) }, map[string]int{"SetVoice": 1, "SaveCall": 2}},
		{"to leave", func() { _ = w.Unwatch(id); w.Settle() },
			map[string]int{"Hangup": 1, "SaveAgent": 1, "SaveCall": 2}},
	} {
		calls, store := w.Phones.Counts(), w.Store.Counts()
		c.do()
		got := map[string]int{}
		for _, op := range []string{"Dial", "Hangup", "SetVoice"} {
			if n := w.Phones.Count(op) - calls[op]; n > 0 {
				got[op] = n
			}
		}
		for _, op := range []string{"SaveAgent", "SaveCall"} {
			if n := w.Store.Count(op) - store[op]; n > 0 {
				got[op] = n
			}
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s costs %v, want %v", c.what, got, c.want)
		}
	}
}

// A coach cannot be muted while the owner hands over: the caller does not hear them, and goes on with the next owner.
func TestF238TheCallerHearsNoCoachWhoCannotBeMuted(t *testing.T) {
	for name, fault := range map[string]Fault{
		"throttled":         {Err: service.ErrThrottled},
		"refused":           {Err: &service.RefusedError{Code: 20404}},
		"unknown, not done": {Err: service.ErrUnknown},
	} {
		for handing, hand := range map[string]func(*World){
			"blind":    func(w *World) { w.MustPress("alice", call.DoBlind, "bob") },
			"requeued": func(w *World) { w.MustPress("alice", call.DoRequeue, "") },
			"lost":     func(w *World) { w.HangUp("alice") },
		} {
			for answered := range 9 {
				w, id := watched(t)
				w.MustWatch(id, call.ModeCoach)
				w.Phones.Every("SetVoice", fault)
				hand(w)
				w.Settle()
				for s := range 60 {
					if s >= answered && w.Rings("bob") {
						w.Answer("bob")
						w.Settle()
					}
					if heard := w.HearBoss(id); strings.Contains(heard, "caller") {
						t.Errorf("%s, %s, answered after %d s: after %d s %q hear the coach",
							name, handing, answered, s, heard)
					}
					w.Pass(time.Second)
				}
				if w.Hears(id) != "bob" || w.Phones.Strayed > 0 && handing != "lost" {
					t.Errorf("%s, %s, answered after %d s: the caller hears %s, %d coached legs ended too soon",
						name, handing, answered, w.Hears(id), w.Phones.Strayed)
				}
				w.CheckQuiet()
			}
		}
	}
}

// A supervisor's leg leaves the call while they press Coach on another page: no leg is dialled for whom nobody has
// claimed, so that they are offered no caller while they listen.
func TestF221TheLegLeavesWhileItsModeIsChanged(t *testing.T) {
	for name, leave := range map[string]func(*World){
		"it is to leave": func(*World) {},
		"it has left":    func(w *World) { w.Settle() },
	} {
		w, id := watched(t)
		w.MustWatch(id, call.ModeListen)
		m := &meanwhile{Store: w.Store, do: func() {
			if err := w.Unwatch(id); err != nil {
				t.Error(err)
			}
			leave(w)
		}}
		svc := service.New(m, w.Phones, service.Settings{
			Ring: Ring, MaxWait: MaxWait, NewKey: func() call.LegKey { return "key" },
		})
		err := svc.Watch(t.Context(), Boss, id, call.ModeCoach, "coach", w.Now)
		var busy *agent.NotFreeError
		if err != nil && !errors.As(err, &busy) {
			t.Errorf("%s: %v", name, err)
		}
		a, aErr := w.Store.Agent(t.Context(), Boss.ID)
		if aErr != nil {
			t.Fatal(aErr)
		}
		l := w.Call(id).WatcherOf(Boss.ID)
		if l != nil && (!a.Claimed(w.Now) || a.Claim.Leg != string(l.Key)) || (l == nil) != (err != nil) {
			t.Errorf("%s: the supervisor has the leg %+v and the claim %+v: %v", name, l, a.Claim, err)
		}
		w.Answer(Boss.ID)
		w.Settle()
		w.Pass(5 * time.Second)
		w.CheckQuiet()
	}
}
