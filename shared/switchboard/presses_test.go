package switchboard_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	. "warmtransfer/shared/switchboard/switchboardtest"
)

// verbs are the commands of alice that are tried, with the commands that come before them.
var verbs = []struct {
	before []conference.Action
	verb   conference.Action
}{
	{nil, conference.DoHold},
	{[]conference.Action{conference.DoHold}, conference.DoResume},
	{nil, conference.DoConsult},
	{nil, conference.DoAdd},
	{[]conference.Action{conference.DoHold}, conference.DoConsult},
	{[]conference.Action{conference.DoConsult}, conference.DoSwap},
	{[]conference.Action{conference.DoConsult}, conference.DoJoin},
	{[]conference.Action{conference.DoConsult}, conference.DoComplete},
	{[]conference.Action{conference.DoConsult}, conference.DoCancel},
	{[]conference.Action{conference.DoConsult, conference.DoSwap}, conference.DoSwap},
	{[]conference.Action{conference.DoConsult, conference.DoSwap}, conference.DoJoin},
	{[]conference.Action{conference.DoConsult, conference.DoSwap}, conference.DoComplete},
	{[]conference.Action{conference.DoConsult, conference.DoSwap}, conference.DoCancel},
	{[]conference.Action{conference.DoAdd}, conference.DoComplete},
	{[]conference.Action{conference.DoAdd}, conference.DoCancel},
	{[]conference.Action{conference.DoAdd}, conference.DoEnd},
	{nil, conference.DoEnd},
}

// targetOf is bob for a command that needs a target.
func targetOf(a conference.Action) agent.ID {
	if a == conference.DoConsult || a == conference.DoAdd {
		return "bob"
	}
	return ""
}

// actsOfVerbs are the operations by which a command takes effect.
var actsOfVerbs = []string{"Hold", "Hangup", "Dial", "LastWords", "SetEndsRoom"}

// A saved command is accepted whatever Twilio does. The page shows what each party hears, or that
// it is overdue, and in the end Twilio does it.
func TestF056F076AnAcceptedVerbIsToldAsItIsAndDoneInTheEnd(t *testing.T) {
	for name, fault := range map[string]Fault{
		"refused": {Err: ErrHold}, "throttled": {Err: switchboard.ErrThrottled}, "no answer": {Err: switchboard.ErrUnknown},
		"no answer, took effect": {Err: switchboard.ErrUnknown, Took: true},
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
				if call := w.Me("alice").Call; call != nil {
					if call.Overdue {
						t.Error("the command is overdue although it is done")
					}
					if tr := call.Transfer; tr != nil && strings.HasPrefix(string(tr.Outcome), "failed") {
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
func wantTruth(t *testing.T, w *World, id conference.ID, s switchboard.Snapshot) {
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
	want := map[conference.State]string{
		conference.Consulting: "music", conference.ConsultRinging: "music",
		conference.Swapped: "alice", conference.ThreeWay: "alice bob",
		conference.AddRinging: "alice", conference.Ended: "words",
	}[s.Call.State]
	if want != "" && h != want && !s.Call.Overdue {
		t.Errorf("%s, and nothing is overdue: the caller hears %q", s.Call.State, h)
	}
}

// The request's time is up before Twilio has answered, and then the store cannot be read any more.
func TestF056AnAcceptedVerbIsAnsweredWhenTheTimeIsUp(t *testing.T) {
	w, id := talking(t, "alice")
	ctx, cancel := context.WithCancel(context.Background())
	set := switchboard.Settings{Ring: Ring, NewKey: func() conference.LegKey { return "new" }}
	w.Board = switchboard.New(stopping{w.Store, ctx}, hanging{w.Phones, cancel}, set)
	cmd := switchboard.Command{Action: conference.DoHold, Request: "1"}
	snap, err := w.Board.Transfer(ctx, switchboard.Who{ID: "alice"}, cmd, w.Now)
	if err != nil || snap.Call == nil || !snap.Call.Overdue || len(snap.Call.Held) != 0 {
		t.Errorf("%+v, %v", snap.Call, err)
	}
	if !w.Conference(id).OnHold {
		t.Error("it was not saved")
	}
}

// hanging does not answer a hold until the request's time is up.
type hanging struct {
	switchboard.CallControl
	up func()
}

func (h hanging) Hold(context.Context, conference.ID, conference.RoomID, conference.LegID, bool) error {
	h.up()
	return switchboard.ErrUnknown
}

// stopping can be read only as long as the request's time is not up.
type stopping struct {
	switchboard.Store
	request context.Context
}

func (s stopping) Line(ctx context.Context) ([]switchboard.Waiter, error) {
	if s.request.Err() != nil {
		return nil, switchboard.ErrUnavailable
	}
	return s.Store.Line(ctx)
}

func (s stopping) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	if s.request.Err() != nil {
		return nil, switchboard.ErrUnavailable
	}
	return s.Store.Agent(ctx, id)
}

// again sends a command with a request key that the test chooses.
func again(t *testing.T, w *World, id agent.ID, a conference.Action, target agent.ID, key string) {
	t.Helper()
	cmd := switchboard.Command{Action: a, Target: target, Request: key}
	if _, err := w.Board.Transfer(context.Background(), switchboard.Who{ID: id}, cmd, w.Now); err != nil {
		t.Errorf("%s %s %s: %v", id, a, key, err)
	}
	w.Settle()
}

func TestF052AnEndThatComesOnceMoreIsNotAboutTheNextCall(t *testing.T) {
	w, _ := talking(t, "alice")
	second, _ := w.Dial()
	again(t, w, "alice", conference.DoEnd, "", "end-1")
	w.Pass(5 * time.Second)
	w.Answer("alice")
	w.Settle()
	hears(t, w, second, "alice")
	version := w.Conference(second).Version
	again(t, w, "alice", conference.DoEnd, "", "end-1")
	hears(t, w, second, "alice")
	if v := w.Conference(second).Version; v != version {
		t.Errorf("the next call was saved %d times for it", v-version)
	}
	third, _ := w.Dial()
	again(t, w, "alice", conference.DoEnd, "", "end-2")
	w.Pass(5 * time.Second)
	w.Answer("alice")
	w.Settle()
	again(t, w, "alice", conference.DoEnd, "", "end-1") // two calls later
	again(t, w, "alice", conference.DoEnd, "", "end-2")
	hears(t, w, third, "alice")
}

func TestF052ACompleteThatComesOnceMoreDoesNotHandOverTheNextCaller(t *testing.T) {
	w, _ := talking(t, "alice", "bob", "carol")
	again(t, w, "alice", conference.DoConsult, "bob", "consult-1")
	w.Answer("bob")
	w.Settle()
	again(t, w, "alice", conference.DoComplete, "", "complete-1")
	w.Choose("carol", agent.Away)
	second, _ := w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Choose("carol", agent.Available)
	w.Settle()
	again(t, w, "alice", conference.DoConsult, "bob", "consult-1")
	state(t, w, second, conference.Talking)
	again(t, w, "alice", conference.DoConsult, "carol", "consult-2")
	w.Answer("carol")
	w.Settle()
	again(t, w, "alice", conference.DoComplete, "", "complete-1")
	state(t, w, second, conference.Consulting)
}

func TestF052ADeclineThatComesOnceMoreDoesNotDeclineTheNextRing(t *testing.T) {
	w := NewWorld(t, "alice")
	w.Dial()
	w.Settle()
	again(t, w, "alice", conference.DoDecline, "", "decline-1")
	w.Dial()
	w.Settle()
	if !w.Rings("alice") {
		t.Fatal("alice is not rung for the next caller")
	}
	again(t, w, "alice", conference.DoDecline, "", "decline-1")
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
	return a.OutsideLately(w.Now)
}

func TestN10ANumberThatIsRefusedIsNotCounted(t *testing.T) {
	w := NewWorld(t, "alice")
	id := conference.ID("CA" + strings.Repeat("9", 32)) // this caller calls from the number that is to be dialled
	if _, err := w.Board.Arrive(context.Background(), id, Outside, false, w.Now); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	w.Answer("alice")
	w.Settle()
	for range agent.MaxOutside {
		if _, err := w.Press("alice", conference.DoConsult, Outside); !errors.Is(err, conference.ErrCaller) {
			t.Fatalf("the caller's own number: %v", err)
		}
	}
	if n := lately(t, w, "alice"); n != 0 {
		t.Errorf("%d numbers are counted, though none was dialled", n)
	}
}

// between runs then once, just after the given agent was saved.
type between struct {
	switchboard.Store
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
	w *World, saved agent.ID, first, second switchboard.Command,
) (one, two switchboard.Snapshot, errOne, errTwo error) {
	var then func()
	n := 0
	w.Board = switchboard.New(between{w.Store, saved, &then}, w.Phones, switchboard.Settings{
		Ring: Ring, Numbers: anyNumber{}, NewKey: func() conference.LegKey {
			n++
			return conference.LegKey(fmt.Sprint("key-", w.Now.Unix(), "-", n))
		},
	})
	press := func(cmd switchboard.Command) (switchboard.Snapshot, error) {
		return w.Board.Transfer(context.Background(), switchboard.Who{ID: "alice"}, cmd, w.Now)
	}
	then = func() { two, errTwo = press(second) }
	one, errOne = press(first)
	w.Settle()
	return one, two, errOne, errTwo
}

type anyNumber struct{}

func (anyNumber) Allow(n string) (string, error) { return n, nil }

func TestF052OnePressThatComesTwiceAtOnceHasOneAnswer(t *testing.T) {
	for _, target := range []agent.ID{"bob", switchboard.AnyAgent} {
		w, id := talking(t, "alice", "bob")
		cmd := switchboard.Command{Action: conference.DoConsult, Target: target, Request: "K"}
		one, two, errOne, errTwo := twoAtOnce(w, "bob", cmd, cmd)
		if errOne != nil || errTwo != nil {
			t.Fatalf("%s: answered %v and %v", target, errOne, errTwo)
		}
		if one.Call.State != conference.ConsultRinging || two.Call.State != conference.ConsultRinging || !w.Rings("bob") {
			t.Errorf("%s: %s and %s, bob rings: %t", target, one.Call.State, two.Call.State, w.Rings("bob"))
		}
		if n := w.Phones.Count("Dial"); n != 2 { // alice for the offer, and bob
			t.Errorf("%s: %d dials", target, n)
		}
		w.Answer("bob")
		w.Settle()
		state(t, w, id, conference.Consulting)
		w.CheckQuiet()
	}
}

func TestF052TwoPressesOnOneColleagueAtOnce(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	cmd := func(key string) switchboard.Command {
		return switchboard.Command{Action: conference.DoConsult, Target: "bob", Request: key}
	}
	_, _, errOne, errTwo := twoAtOnce(w, "bob", cmd("K1"), cmd("K2"))
	var wrong *conference.TransitionError
	if errTwo != nil || !errors.As(errOne, &wrong) || wrong.State != conference.ConsultRinging {
		t.Errorf("answered %v and %v, want the new state for the later request", errOne, errTwo)
	}
	if !w.Rings("bob") || w.Me("bob").Agent.Presence != agent.IsBusy {
		t.Errorf("bob rings: %t, and is %s", w.Rings("bob"), w.Me("bob").Agent.Presence)
	}
	state(t, w, id, conference.ConsultRinging)
	w.CheckQuiet()
}

// lagging is a store whose list lacks an agent for that many reads, as an index does while the
// entry moves.
type lagging struct {
	*Store
	lacks agent.ID
	reads *int
}

func (l lagging) Agents(ctx context.Context, from string) ([]agent.Agent, string, error) {
	list, next, err := l.Store.Agents(ctx, from)
	if *l.reads--; *l.reads >= 0 {
		list = slices.DeleteFunc(list, func(a agent.Agent) bool { return a.ID == l.lacks })
	}
	return list, next, err
}

func TestF052AnAgentWhomTheListLacksForAMomentIsFree(t *testing.T) {
	for reads, want := range map[int]error{1: nil, 2: switchboard.ErrNobodyFree} {
		w, _ := talking(t, "alice", "bob")
		w.Board = switchboard.New(lagging{w.Store, "bob", &reads}, w.Phones, switchboard.Settings{
			Ring: Ring, NewKey: func() conference.LegKey { return "new" },
		})
		if _, err := w.Press("alice", conference.DoConsult, switchboard.AnyAgent); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// An agent who was claimed by a request that crashed is not lost for it: the repeated request goes
// on.
func TestF028APressThatComesAgainAfterACrashGoesOn(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.CrashAtChange(1) // bob is claimed, the call is not saved
	cmd := switchboard.Command{Action: conference.DoConsult, Target: "bob", Request: "K"}
	_, _ = w.Board.Transfer(context.Background(), switchboard.Who{ID: "alice"}, cmd, w.Now)
	w.Life.Revive()
	state(t, w, id, conference.Talking)
	again(t, w, "alice", conference.DoConsult, "bob", "K")
	state(t, w, id, conference.ConsultRinging)
	if !w.Rings("bob") {
		t.Error("bob does not ring")
	}
	w.CheckQuiet()
}

func TestN10OnePressIsCountedOnce(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	cmd := func(target agent.ID, key string) switchboard.Command {
		return switchboard.Command{Action: conference.DoConsult, Target: target, Request: key}
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
	var wrong *conference.TransitionError
	if !errors.As(errOne, &wrong) || errTwo != nil {
		t.Errorf("answered %v and %v", errOne, errTwo)
	}
	if n := lately(t, w, "alice"); n != 1 {
		t.Errorf("%d numbers are counted, and one was dialled", n)
	}
}
