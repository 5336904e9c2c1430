package service_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// verbs are the commands of alice that are tried, with the commands that come before them.
var verbs = []struct {
	before []call.Action
	verb   call.Action
}{
	{nil, call.DoHold},
	{[]call.Action{call.DoHold}, call.DoResume},
	{nil, call.DoConsult},
	{nil, call.DoAdd},
	{[]call.Action{call.DoHold}, call.DoConsult},
	{[]call.Action{call.DoConsult}, call.DoSwap},
	{[]call.Action{call.DoConsult}, call.DoJoin},
	{[]call.Action{call.DoConsult}, call.DoComplete},
	{[]call.Action{call.DoConsult}, call.DoCancel},
	{[]call.Action{call.DoConsult, call.DoSwap}, call.DoSwap},
	{[]call.Action{call.DoConsult, call.DoSwap}, call.DoJoin},
	{[]call.Action{call.DoConsult, call.DoSwap}, call.DoComplete},
	{[]call.Action{call.DoConsult, call.DoSwap}, call.DoCancel},
	{[]call.Action{call.DoAdd}, call.DoComplete},
	{[]call.Action{call.DoAdd}, call.DoCancel},
	{[]call.Action{call.DoAdd}, call.DoEnd},
	{nil, call.DoEnd},
}

// targetOf is bob for a command that needs a target.
func targetOf(a call.Action) agent.ID {
	if a == call.DoConsult || a == call.DoAdd {
		return "bob"
	}
	return ""
}

// actsOfVerbs are the operations by which a command takes effect.
var actsOfVerbs = []string{"Hold", "Hangup", "Dial", "SayGoodbye", "SetEndOnExit"}

// A saved command is accepted whatever Twilio does. The page shows what each party hears, or that
// it is overdue, and in the end Twilio does it.
func TestF056F076AnAcceptedVerbIsToldAsItIsAndDoneInTheEnd(t *testing.T) {
	for name, fault := range map[string]Fault{
		"refused": {Err: ErrHold}, "throttled": {Err: service.ErrThrottled}, "no answer": {Err: service.ErrUnknown},
		"no answer, took effect": {Err: service.ErrUnknown, Took: true},
	} {
		for _, v := range verbs {
			t.Run(fmt.Sprint(name, " ", v.before, " ", v.verb), func(t *testing.T) {
				w, id := talking(t, "alice", "bob")
				for _, a := range v.before {
					w.MustPress("alice", a, targetOf(a))
					w.Settle()
					w.Answer("bob")
					w.Settle()
				}
				dry := w.Clone()
				dry.MustPress("alice", v.verb, targetOf(v.verb))
				dry.Pass(12 * time.Second)

				for _, op := range actsOfVerbs {
					w.Phones.Every(op, fault)
				}
				snap := w.MustPress("alice", v.verb, targetOf(v.verb))
				wantTruth(t, w, id, snap)
				w.Settle()
				wantTruth(t, w, id, w.Me("alice"))
				w.Phones.Heal()
				w.Pass(12 * time.Second)
				if shown := w.Me("alice").Call; shown != nil {
					if shown.Overdue {
						t.Error("the command is overdue although it is done")
					}
					if tr := shown.Transfer; tr != nil && strings.HasPrefix(string(tr.Outcome), "failed") {
						hears(t, w, id, "alice") // the transfer was taken back, and alice is told so
						return
					}
				}
				if got, want := w.Hears(id), dry.Hears(id); got != want || w.Rings("bob") != dry.Rings("bob") {
					t.Errorf("in the end the caller hears %q, want %q; bob rings %t, want %t",
						got, want, w.Rings("bob"), dry.Rings("bob"))
				}
				w.CheckQuiet()
			})
		}
	}
}

// wantTruth asserts that alice is shown what the caller hears, or that it is overdue.
func wantTruth(t *testing.T, w *World, id call.ID, s agentview.Snapshot) {
	t.Helper()
	h := w.Hears(id)
	if s.Call == nil {
		if strings.Contains(h, "alice") {
			t.Errorf("alice is shown no call, and the caller hears %q", h)
		}
		return
	}
	if held := slices.Contains(s.Call.Held, "caller"); held != (h == "music") && !s.Call.Overdue {
		t.Errorf("%s: alice is shown that the caller is on hold %t, and the caller hears %q", s.Call.State, held, h)
	}
	want := map[call.State]string{
		call.Consulting: "music", call.ConsultRinging: "music",
		call.Swapped: "alice", call.ThreeWay: "alice bob",
		call.AddRinging: "alice", call.Ended: "words",
	}[s.Call.State]
	if want != "" && h != want && !s.Call.Overdue {
		t.Errorf("%s, and nothing is overdue: the caller hears %q", s.Call.State, h)
	}
}

// The request's time is up before Twilio has answered, and then the store cannot be read any more.
func TestF056AnAcceptedVerbIsAnsweredWhenTheTimeIsUp(t *testing.T) {
	w, id := talking(t, "alice")
	ctx, cancel := context.WithCancel(context.Background())
	set := service.Settings{Ring: Ring, NewKey: func() call.LegKey { return "new" }}
	w.Service = service.New(stopping{w.Store, ctx}, hanging{w.Phones, cancel}, set)
	cmd := service.Command{Action: call.DoHold, Request: "1"}
	snap, err := w.Service.Transfer(ctx, service.Principal{ID: "alice"}, cmd, w.Now)
	if err != nil || snap.Call == nil || !snap.Call.Overdue || len(snap.Call.Held) != 0 {
		t.Errorf("%+v, %v", snap.Call, err)
	}
	if !w.Call(id).OnHold {
		t.Error("it was not saved")
	}
}

// hanging does not answer a hold until the request's time is up.
type hanging struct {
	service.CallControl
	up func()
}

func (h hanging) Hold(context.Context, call.ID, call.ConferenceID, call.LegID, bool) error {
	h.up()
	return service.ErrUnknown
}

// stopping can be read only as long as the request's time is not up.
type stopping struct {
	service.Store
	request context.Context
}

func (s stopping) Queue(ctx context.Context) ([]service.QueueEntry, error) {
	if s.request.Err() != nil {
		return nil, service.ErrUnavailable
	}
	return s.Store.Queue(ctx)
}

func (s stopping) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	if s.request.Err() != nil {
		return nil, service.ErrUnavailable
	}
	return s.Store.Agent(ctx, id)
}

// again sends a command with a request key that the test chooses.
func again(t *testing.T, w *World, id agent.ID, a call.Action, target agent.ID, key string) {
	t.Helper()
	cmd := service.Command{Action: a, Target: service.ParseTarget(string(target)), Request: key}
	if _, err := w.Service.Transfer(context.Background(), service.Principal{ID: id}, cmd, w.Now); err != nil {
		t.Errorf("%s %s %s: %v", id, a, key, err)
	}
	w.Settle()
}

func TestF052AnEndThatComesOnceMoreIsNotAboutTheNextCall(t *testing.T) {
	w, _ := talking(t, "alice")
	second, _ := w.Dial()
	again(t, w, "alice", call.DoEnd, "", "end-1")
	w.Pass(5 * time.Second)
	w.Answer("alice")
	w.Settle()
	hears(t, w, second, "alice")
	version := w.Call(second).Version
	again(t, w, "alice", call.DoEnd, "", "end-1")
	hears(t, w, second, "alice")
	if v := w.Call(second).Version; v != version {
		t.Errorf("the next call was saved %d times for it", v-version)
	}
	third, _ := w.Dial()
	again(t, w, "alice", call.DoEnd, "", "end-2")
	w.Pass(5 * time.Second)
	w.Answer("alice")
	w.Settle()
	again(t, w, "alice", call.DoEnd, "", "end-1") // two calls later
	again(t, w, "alice", call.DoEnd, "", "end-2")
	hears(t, w, third, "alice")
}

func TestF052ACompleteThatComesOnceMoreDoesNotHandOverTheNextCaller(t *testing.T) {
	w, _ := talking(t, "alice", "bob", "carol")
	again(t, w, "alice", call.DoConsult, "bob", "consult-1")
	w.Answer("bob")
	w.Settle()
	again(t, w, "alice", call.DoComplete, "", "complete-1")
	w.Choose("carol", agent.Away)
	second, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Choose("carol", agent.Available)
	w.Settle()
	again(t, w, "alice", call.DoConsult, "bob", "consult-1")
	state(t, w, second, call.Talking)
	again(t, w, "alice", call.DoConsult, "carol", "consult-2")
	w.Answer("carol")
	w.Settle()
	again(t, w, "alice", call.DoComplete, "", "complete-1")
	state(t, w, second, call.Consulting)
}

func TestF052ADeclineThatComesOnceMoreDoesNotDeclineTheNextRing(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Dial()
	w.Settle()
	again(t, w, "alice", call.DoDecline, "", "decline-1")
	w.Dial()
	w.Settle()
	if !w.Rings("alice") {
		t.Fatal("alice is not rung for the next caller")
	}
	again(t, w, "alice", call.DoDecline, "", "decline-1")
	if !w.Rings("alice") {
		t.Error("the next ring was declined")
	}
}

// lately is how many outside numbers of the last hour are counted for an agent.
func lately(t *testing.T, w *World, id agent.ID) int {
	t.Helper()
	a, err := w.Store.Agent(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a.DialQuota.Dials(w.Now)
}

func TestN10ANumberThatIsRefusedIsNotCounted(t *testing.T) {
	w := NewWorld(t, "alice")
	id := call.ID("CA" + strings.Repeat("9", 32)) // this caller calls from the number that is to be dialled
	if _, err := w.Service.Arrive(context.Background(), id, Outside, false, w.Now); err != nil {
		t.Fatal(err)
	}
	_ = w.Service.HandleConferenceEvent(context.Background(), id, CallerJoined(id), w.Now)
	w.Settle()
	w.Answer("alice")
	w.Settle()
	for range agent.MaxOutside {
		if _, err := w.Press("alice", call.DoConsult, Outside); !errors.Is(err, call.ErrCaller) {
			t.Fatalf("the caller's own number: %v", err)
		}
	}
	if n := lately(t, w, "alice"); n != 0 {
		t.Errorf("%d numbers are counted, though none was dialled", n)
	}
}

// between runs then once, just after the given agent was saved.
type between struct {
	service.Store
	saved agent.ID
	then  *func()
}

func (b between) SaveAgent(ctx context.Context, a *agent.Agent) error {
	err := b.Store.SaveAgent(ctx, a)
	if then := *b.then; then != nil && a.ID == b.saved {
		*b.then = nil
		then()
	}
	return err
}

// twoAtOnce lets the whole second command run after the first has claimed or counted its target and
// before it has saved the call. It returns both answers.
func twoAtOnce(
	w *World, saved agent.ID, first, second service.Command,
) (one, two agentview.Snapshot, errOne, errTwo error) {
	var then func()
	n := 0
	w.Service = service.New(between{w.Store, saved, &then}, w.Phones, service.Settings{
		Ring: Ring, Numbers: anyNumber{}, NewKey: func() call.LegKey {
			n++
			return call.LegKey(fmt.Sprint("key-", w.Now.Unix(), "-", n))
		},
	})
	press := func(cmd service.Command) (agentview.Snapshot, error) {
		return w.Service.Transfer(context.Background(), service.Principal{ID: "alice"}, cmd, w.Now)
	}
	then = func() { two, errTwo = press(second) }
	one, errOne = press(first)
	w.Settle()
	return one, two, errOne, errTwo
}

type anyNumber struct{}

func (anyNumber) Allow(n string) (string, error) { return n, nil }

func TestF052OnePressThatComesTwiceAtOnceHasOneAnswer(t *testing.T) {
	for _, target := range []agent.ID{"bob", Anyone} {
		w, id := talking(t, "alice", "bob")
		cmd := service.Command{Action: call.DoConsult, Target: service.ParseTarget(string(target)), Request: "K"}
		one, two, errOne, errTwo := twoAtOnce(w, "bob", cmd, cmd)
		if errOne != nil || errTwo != nil {
			t.Fatalf("%s: answered %v and %v", target, errOne, errTwo)
		}
		if one.Call.State != call.ConsultRinging || two.Call.State != call.ConsultRinging || !w.Rings("bob") {
			t.Errorf("%s: %s and %s, bob rings: %t", target, one.Call.State, two.Call.State, w.Rings("bob"))
		}
		if n := w.Phones.Count("Dial"); n != 2 { // alice for the offer, and bob
			t.Errorf("%s: %d dials", target, n)
		}
		w.Answer("bob")
		w.Settle()
		state(t, w, id, call.Consulting)
		w.CheckQuiet()
	}
}

func TestF052TwoPressesOnOneColleagueAtOnce(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	cmd := func(key string) service.Command {
		return service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: key}
	}
	_, _, errOne, errTwo := twoAtOnce(w, "bob", cmd("K1"), cmd("K2"))
	var wrong *call.TransitionError
	if errTwo != nil || !errors.As(errOne, &wrong) || wrong.State != call.ConsultRinging {
		t.Errorf("answered %v and %v, want the new state for the later request", errOne, errTwo)
	}
	if !w.Rings("bob") || w.Me("bob").Agent.Presence != agent.IsBusy {
		t.Errorf("bob rings: %t, and is %s", w.Rings("bob"), w.Me("bob").Agent.Presence)
	}
	state(t, w, id, call.ConsultRinging)
	w.CheckQuiet()
}

// lagging is a store whose list lacks an agent for that many reads, as an index does while the
// entry moves.
type lagging struct {
	*Store
	lacks agent.ID
	reads *int
}

func (l lagging) Free(ctx context.Context, from string) ([]agent.Agent, string, error) {
	list, next, err := l.Store.Free(ctx, from)
	if *l.reads--; *l.reads >= 0 {
		list = slices.DeleteFunc(list, func(a agent.Agent) bool { return a.ID == l.lacks })
	}
	return list, next, err
}

func TestF052AnAgentWhomTheListLacksForAMomentIsFree(t *testing.T) {
	for reads, want := range map[int]error{1: nil, 2: service.ErrNobodyFree} {
		w, _ := talking(t, "alice", "bob")
		w.Service = service.New(lagging{w.Store, "bob", &reads}, w.Phones, service.Settings{
			Ring: Ring, NewKey: func() call.LegKey { return "new" },
		})
		if _, err := w.Press("alice", call.DoConsult, Anyone); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// An agent who was claimed by a request that crashed is not lost for it: the repeated request goes
// on.
func TestF028APressThatComesAgainAfterACrashGoesOn(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.CrashAtChange(1) // bob is claimed, the call is not saved
	cmd := service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "K"}
	_, _ = w.Service.Transfer(context.Background(), service.Principal{ID: "alice"}, cmd, w.Now)
	w.Life.Revive()
	state(t, w, id, call.Talking)
	again(t, w, "alice", call.DoConsult, "bob", "K")
	state(t, w, id, call.ConsultRinging)
	if !w.Rings("bob") {
		t.Error("bob does not ring")
	}
	w.CheckQuiet()
}

func TestN10OnePressIsCountedOnce(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	cmd := func(target agent.ID, key string) service.Command {
		return service.Command{Action: call.DoConsult, Target: service.ParseTarget(string(target)), Request: key}
	}
	_, _, errOne, errTwo := twoAtOnce(w, "alice", cmd(Outside, "K"), cmd(Outside, "K"))
	if errOne != nil || errTwo != nil {
		t.Errorf("answered %v and %v", errOne, errTwo)
	}
	if n := lately(t, w, "alice"); n != 1 {
		t.Errorf("%d numbers are counted for one press", n)
	}
	w.Pass(30 * time.Second) // nobody answers
	_, _, errOne, errTwo = twoAtOnce(w, "alice", cmd(Outside, "K2"), cmd("bob", "K3"))
	var wrong *call.TransitionError
	if !errors.As(errOne, &wrong) || errTwo != nil {
		t.Errorf("answered %v and %v", errOne, errTwo)
	}
	if n := lately(t, w, "alice"); n != 1 {
		t.Errorf("%d numbers are counted, and one was dialled", n)
	}
}
