package service_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

func TestNextAvailableAgent(t *testing.T) {
	w, id := talking(t, "alice", "bob", "carol")
	w.Choose("bob", agent.Away)
	w.MustPress("alice", call.DoConsult, Anyone)
	w.Settle()
	if !w.Rings("carol") || w.Rings("bob") {
		t.Fatalf("carol rings: %v, bob, who is away: %v", w.Rings("carol"), w.Rings("bob"))
	}
	if to := w.Me("alice").Call.Transfer.To; to.ID != "carol" {
		t.Errorf("the page shows %+v", to)
	}
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	w.Choose("carol", agent.Away)
	if _, err := w.Press("alice", call.DoAdd, Anyone); !errors.Is(err, service.ErrNobodyFree) {
		t.Errorf("with nobody free: %v", err)
	}
	hears(t, w, id, "alice")
}

func TestF061TargetDeclinesWithAReason(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	if can := w.Me("bob").Call.Actions; len(can) != 1 || can[0] != call.DoDecline {
		t.Errorf("the rung agent may %v", can)
	}
	cmd := service.Command{Action: call.DoDecline, Reason: call.DeclineTopic, Request: "no"}
	for range 2 { // the second is a repetition
		if _, err := w.Service.Transfer(context.Background(), service.Principal{ID: "bob"}, cmd, w.Now); err != nil {
			t.Fatal(err)
		}
		w.Settle()
	}
	state(t, w, id, call.Talking)
	hears(t, w, id, "alice")
	tr := w.Me("alice").Call.Transfer
	if tr.Outcome != call.OutcomeDeclined || tr.Reason != call.DeclineTopic {
		t.Errorf("alice is told %q, %q", tr.Outcome, tr.Reason)
	}
	bob := w.Me("bob").Agent
	if bob.Presence != agent.IsAvailable || len(bob.Recent) != 1 || bob.Recent[0].Outcome != "declined" {
		t.Errorf("bob afterwards: %+v", bob)
	}
	history := w.Call(id).History
	if e := history[len(history)-1]; e.Outcome != call.OutcomeDeclined || e.DeclineReason != call.DeclineTopic {
		t.Errorf("the history ends with %+v", e)
	}
	w.CheckQuiet()
}

func TestDeclineOfAnOfferGoesToTheNextAtOnce(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Dial()
	w.Settle()
	w.MustPress("alice", call.DoDecline, "")
	w.Settle()
	if w.Rings("alice") || !w.Rings("bob") {
		t.Errorf("alice rings: %v, bob: %v", w.Rings("alice"), w.Rings("bob"))
	}
	if _, err := w.Press("alice", call.DoDecline, ""); !errors.Is(err, call.ErrNoCall) {
		t.Errorf("declining nothing: %v", err)
	}
}

func TestCommandsThatMakeNoSense(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	for want, cmds := range map[error][]service.Command{
		service.ErrTargetNeeded: {{Action: call.DoConsult}, {Action: call.DoEnd, Target: service.ToAgent("bob")}},
		service.ErrReason: {
			{Action: call.DoDecline, Reason: "weather"}, {Action: call.DoHold, Reason: call.DeclineBusy},
		},
		service.ErrNoTarget: {{Action: call.DoAdd, Target: service.ToAgent("nobody")}},
		call.ErrTooLong: {
			{Action: call.DoAdd, Target: service.ToAgent("bob"), Note: strings.Repeat("ü", call.MaxNote+1)},
		},
		call.ErrSelf: {{Action: call.DoConsult, Target: service.ToAgent("alice")}},
	} {
		for _, cmd := range cmds {
			before := w.Call(w.Me("alice").Call.ID).Version
			_, err := w.Service.Transfer(context.Background(), service.Principal{ID: "alice"}, cmd, w.Now)
			if !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", cmd, err, want)
			}
			if w.Call(w.Me("alice").Call.ID).Version != before {
				t.Errorf("%+v was refused and changed the call", cmd)
			}
		}
	}
	if p := w.Me("bob").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("the target of a refused transfer is %s", p)
	}
}

// askingOutside is a world in which alice calls an outside number about the caller, and a person or
// a machine has picked up.
func askingOutside(t *testing.T, how call.Action) (*World, call.ID) {
	t.Helper()
	w, id := talking(t, "alice")
	w.MustPress("alice", how, Outside)
	w.Settle()
	if !w.PickUp() {
		t.Fatal("whoever picks up is not screened")
	}
	w.Settle()
	if p := w.Me("alice").Call.Transfer.Progress; p != "asked" {
		t.Errorf("progress %q", p)
	}
	return w, id
}

func TestOutsideNumberConsultAndComplete(t *testing.T) {
	w, id := askingOutside(t, call.DoConsult)
	hears(t, w, id, "music")
	w.Press1(true, true)
	w.Settle()
	state(t, w, id, call.Consulting)
	hears(t, w, id, "music")
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	hears(t, w, id, Outside)
	w.CheckQuiet()
	if p := w.Me("alice").Agent.Presence; p != agent.IsAvailable {
		t.Errorf("alice is %s", p)
	}
	w.OutsideHangsUp() // nobody pressed End call: the caller is recalled to alice
	w.Settle()
	hears(t, w, id, "music")
	w.Pass(6 * time.Second)
	if !w.Rings("alice") {
		t.Error("the caller is not offered to the agent who handed the caller over")
	}
	w.CheckQuiet()
}

// An outside party has no page that would notice the end of their leg: the leg ends the conference,
// and the <Dial action> of the caller's leg, which follows, cannot be lost.
func TestF103EveryWordOfAnOutsideOwnersEndIsLost(t *testing.T) {
	for name, fault := range map[string]*Fault{
		"":                    nil,
		"the flag fails once": {Err: service.ErrUnknown},
		"and took effect":     {Err: service.ErrUnknown, Took: true},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := askingOutside(t, call.DoConsult)
			w.Press1(true, true)
			w.Settle()
			if fault != nil {
				w.Phones.Next("SetEndOnExit", *fault)
			}
			w.MustPress("alice", call.DoComplete, "")
			w.Settle()
			hears(t, w, id, Outside)
			w.OutsideHangsUp()
			w.Lose()
			hears(t, w, id, "music")
			w.Pass(6 * time.Second)
			if !w.Rings("alice") {
				t.Error("the caller is not offered to the agent who handed the caller over")
			}
			w.CheckQuiet()
		})
	}
}

func TestOutsideNumberMachine(t *testing.T) {
	for _, how := range []call.Action{call.DoConsult, call.DoAdd} {
		for _, answer := range []string{"machine", "no", "waits too long"} {
			t.Run(fmt.Sprint(how, " ", answer), func(t *testing.T) {
				w, id := askingOutside(t, how)
				want := call.OutcomeNoAnswer
				switch answer {
				case "machine":
					w.Press1(false, false)
				case "no":
					w.Press1(true, false)
					want = call.OutcomeDeclined
				default:
					w.Pass(time.Minute)
				}
				w.Settle()
				state(t, w, id, call.Talking)
				hears(t, w, id, "alice")
				if o := w.Me("alice").Call.Transfer.Outcome; o != want {
					t.Errorf("alice is told %q, want %q", o, want)
				}
				w.CheckQuiet()
			})
		}
	}
}

func TestOutsideNumberTransferorLeavesWhileItIsAsked(t *testing.T) {
	w, id := askingOutside(t, call.DoConsult)
	w.HangUp("alice")
	w.Settle()
	hears(t, w, id, "music")
	w.Press1(true, true)
	w.Settle()
	hears(t, w, id, Outside)
	w.CheckQuiet()
}

func TestF086NumbersThatMayNotBeDialled(t *testing.T) {
	w, id := talking(t, "alice")
	var no *service.NumberError
	for _, n := range []string{
		"+15005550001", "sip:evil@x", "112", "*72", "client:bob", "+1 (555) 010;ext=9", strings.Repeat("9", 10_000),
	} {
		_, err := w.Press("alice", call.DoConsult, agent.ID(n))
		if !errors.As(err, &no) && !errors.Is(err, service.ErrNoTarget) {
			t.Errorf("%.20q: %v", n, err)
		}
	}
	hears(t, w, id, "alice")
	if n := w.Phones.Count("Dial"); n != 1 {
		t.Errorf("%d dials", n)
	}
}

func TestN10OutsideNumbersHaveLimits(t *testing.T) {
	w, _ := talking(t, "alice")
	for i := range call.MaxOutside + 1 {
		_, err := w.Press("alice", call.DoAdd, Outside)
		if i == call.MaxOutside {
			if !errors.Is(err, call.ErrTooManyOutside) {
				t.Errorf("after %d: %v", i, err)
			}
			break
		}
		w.Settle()
		w.MustPress("alice", call.DoCancel, "")
		w.Settle()
	}
	a := agent.New("alice", "", w.Now)
	for range agent.MaxOutside {
		if err := a.CountOutsideDial("1", w.Now); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.CountOutsideDial("1", w.Now); !errors.Is(err, agent.ErrTooManyOutside) {
		t.Errorf("one too many: %v", err)
	}
	if err := a.CountOutsideDial("1", w.Now.Add(agent.OutsideWindow)); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestPushTellsWhoDidNotAsk(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	s := w.Phones.Pushed["alice"].Call
	if s == nil || s.State != call.Consulting || s.Transfer.Progress != "answered" {
		t.Errorf("alice was told %+v", s)
	}
	before, was := w.Phones.Pushes, w.Phones.Pushed["alice"].Call.Version
	w.MustPress("alice", call.DoSwap, "")
	if n := w.Phones.Pushes - before; n != 1 {
		t.Errorf("%d messages for one press of alice's, want one to bob", n)
	}
	bob := w.Phones.Pushed["bob"].Call
	if bob.State != call.Swapped || bob.Version <= was || bob.Version != w.Call(id).Version {
		t.Errorf("bob was told version %d %s, stored is %d", bob.Version, bob.State, w.Call(id).Version)
	}
	if len(bob.Held) != 1 || bob.Held[0] != "target" {
		t.Errorf("held: %v: the notification must come after the effects", bob.Held)
	}
	w.Settle()
	before = w.Phones.Pushes
	w.Pass(4 * time.Second)
	if n := w.Phones.Pushes - before; n != 0 {
		t.Errorf("%d messages though nothing changed", n)
	}
}

func TestPushFailsNobodyCares(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	w.Phones.Every("Tell", Fault{Err: service.ErrUnknown})
	id := classic(w)
	w.Settle()
	hears(t, w, id, "bob")
	w.CheckQuiet()
}

func TestSnapshotTimes(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.Pass(3 * time.Second)
	w.MustPress("alice", call.DoHold, "")
	held := w.Now
	w.Pass(20 * time.Second)
	shown := w.Me("alice").Call
	if !shown.HeldAt.Equal(held) {
		t.Errorf("held since %v, want %v", shown.HeldAt, held)
	}
	if !shown.Caller.Waiting.Equal(w.Call(id).Arrived) || shown.Version == 0 {
		t.Errorf("%+v", shown)
	}
	w.MustPress("alice", call.DoResume, "")
	w.Settle()
	if at := w.Me("alice").Call.HeldAt; !at.IsZero() {
		t.Errorf("held since %v, and is not", at)
	}
	w.CallerHangsUp(id)
	w.Settle()
	recent := w.Me("alice").Agent.Recent
	if len(recent) != 1 || recent[0].Caller == "" || !recent[0].Began.Before(recent[0].At) ||
		recent[0].Outcome != "caller-left" {
		t.Errorf("recent calls: %+v", recent)
	}
}

func TestRecentCallsAreBounded(t *testing.T) {
	w := NewWorld(t, "alice")
	for range agent.MaxRecent + 3 {
		id, _ := w.Dial()
		w.Settle()
		w.Answer("alice")
		w.Settle()
		w.CallerHangsUp(id)
		w.Pass(time.Second)
	}
	if n := len(w.Me("alice").Agent.Recent); n != agent.MaxRecent {
		t.Errorf("%d recent calls", n)
	}
}
