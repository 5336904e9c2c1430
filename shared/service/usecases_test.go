package service_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// story is one course of a call, played as far as it goes: people press again when something fails,
// and a second passes after each step.
type story struct {
	name string
	play func(w *World, id call.ID)
	over bool // the call has ended afterwards
}

func step(w *World) { w.Pass(time.Second) }

// arrived plays a caller's arrival: while the caller is asked to hold on, the webhook is repeated.
func arrived(w *World) call.ID {
	id, in := w.Dial()
	for i := 0; !in && i < 5; i++ {
		step(w)
		in = w.Arrive(id)
	}
	step(w)
	return id
}

// do presses a button, and once more if the first press fails, as people do.
func do(w *World, by agent.ID, a call.Action, to agent.ID) {
	if _, err := w.Press(by, a, to); err != nil {
		_, _ = w.Press(by, a, to)
	}
	step(w)
}

func pick(w *World, id agent.ID) {
	w.Answer(id)
	step(w)
}

// stories are the use cases, with every command and every outcome.
var stories = []story{
	{"add, and the first leaves", func(w *World, id call.ID) {
		do(w, "alice", call.DoAdd, "bob")
		pick(w, "bob")
		w.HangUp("alice")
		step(w)
	}, false},
	{"add, and the target is lost", func(w *World, id call.ID) {
		do(w, "alice", call.DoAdd, "bob")
		pick(w, "bob")
		w.HangUp("bob")
		step(w)
	}, false},
	{"consult and complete", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		do(w, "alice", call.DoComplete, "")
	}, false},
	{"consult, swap, swap, join, complete", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		do(w, "alice", call.DoSwap, "")
		do(w, "alice", call.DoSwap, "")
		do(w, "alice", call.DoJoin, "")
		do(w, "alice", call.DoComplete, "")
	}, false},
	{"consult, swap, complete", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		do(w, "alice", call.DoSwap, "")
		do(w, "alice", call.DoComplete, "")
	}, false},
	{"consult, cancel while ringing, again, cancel", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		do(w, "alice", call.DoCancel, "")
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		do(w, "alice", call.DoCancel, "")
	}, false},
	{"consult, and both agents are lost", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		w.HangUp("alice")
		step(w)
		w.HangUp("bob")
		step(w)
	}, false},
	{"consult, and the transferor is lost while it rings", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		w.HangUp("alice")
		step(w)
		w.Reject("bob", call.OutcomeDeclined)
		step(w)
	}, false},
	{"consult of an outside number, complete", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, Outside)
		w.PickUp()
		step(w)
		w.Press1(true, true)
		step(w)
		do(w, "alice", call.DoComplete, "")
		w.OutsideHangsUp()
		step(w)
	}, false},
	{"the agent is lost", func(w *World, id call.ID) {
		w.HangUp("alice")
		step(w)
	}, false},
	{"the room ends", func(w *World, id call.ID) {
		w.EndConference(id)
		step(w)
	}, false},
	{"hold and resume", func(w *World, id call.ID) {
		do(w, "alice", call.DoHold, "")
		do(w, "alice", call.DoResume, "")
	}, false},
	{"end", func(w *World, id call.ID) { do(w, "alice", call.DoEnd, "") }, true},
	{"the caller leaves a consult", func(w *World, id call.ID) {
		do(w, "alice", call.DoConsult, "bob")
		pick(w, "bob")
		w.CallerHangsUp(id)
		step(w)
	}, true},
}

// play1 plays a story from the caller's arrival and first agent on.
func (s story) play1(w *World) call.ID {
	id := arrived(w)
	for range 3 {
		if w.Answer("alice") {
			break
		}
		step(w)
	}
	step(w)
	s.play(w, id)
	return id
}

// aftermath lets a minute and a half pass in which agents answer what rings, and checks that all is
// well: the caller was never left in silence for longer than five seconds (N1), the caller hears
// somebody or the story is over, and nothing is left over (N3, N4).
func (s story) aftermath(t *testing.T, w *World, id call.ID, fault string) {
	t.Helper()
	for range 3 {
		w.Pass(25 * time.Second)
		for _, a := range crew {
			w.Answer(a)
		}
	}
	w.Pass(15 * time.Second)
	w.CheckQuiet()
	h := w.Hears(id)
	switch {
	case h == "silence" || h == "words" || h == "music":
		t.Errorf("in the end the caller hears %s", h)
	case h == "gone" && !s.over:
		t.Error("the caller was lost")
	}
	if w.Longest > 5 {
		t.Errorf("the caller heard silence for %d s", w.Longest)
	}
	w.CallerHangsUp(id)
	w.Pass(5 * time.Second)
	w.CheckQuiet()
	if n := w.LiveLegs(); n != 0 {
		t.Errorf("%d legs are alive after the caller's end", n)
	}
	if t.Failed() {
		t.Fatalf("story %q, %s", s.name, fault)
	}
}

func newStory(t *testing.T) *World { return NewWorld(t, crew...) }

// stride is the step of a walk through many cases: 1, so that it sees each of them (make test-deep), and in a short run
// (make test) so large that it sees one in n. The stories begin at different places, so that together they see all
// kinds.
func stride(n int) int {
	if testing.Short() {
		return n
	}
	return 1
}

// TestCrashAtEveryCall crashes the process before and after every outside call of every story, and
// goes on with a new process from what is stored (F028, F058, F077 among others).
func TestCrashAtEveryCall(t *testing.T) {
	var total atomic.Int32
	t.Cleanup(func() { t.Logf("%d histories", total.Load()) })
	every := stride(6)
	for i, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dry := newStory(t)
			from := dry.Life.Calls()
			id := s.play1(dry)
			until := dry.Life.Calls()
			s.aftermath(t, dry, id, "nothing crashed")
			for n := from + i%every; n < until; n += every {
				for _, took := range []bool{false, true} {
					w := newStory(t)
					w.Life.CrashAt(n, took)
					id := s.play1(w)
					s.aftermath(t, w, id, crashName(n-from, took))
					total.Add(1)
				}
			}
		})
	}
}

func crashName(n int, took bool) string {
	if took {
		return "crash after call " + strconv.Itoa(n)
	}
	return "crash before call " + strconv.Itoa(n)
}

// TestEveryCallOfEveryStoryFails fails every outside call to the phone network in every story once,
// in each way in which it can fail: no answer with or without effect, refused, throttled.
func TestEveryCallOfEveryStoryFails(t *testing.T) {
	ways := map[string]Fault{
		"no answer, done":     {Err: service.ErrUnknown, Took: true},
		"no answer, not done": {Err: service.ErrUnknown},
		"refused":             {Err: &service.RefusedError{Code: 21220, Status: 409}},
		"throttled":           {Err: service.ErrThrottled},
	}
	ops := []string{
		"Dial", "Hangup", "Hold", "SetEndOnExit", "FindConference", "Participants", "SayGoodbye", "FindLeg", "Tell",
	}
	var total atomic.Int32
	t.Cleanup(func() { t.Logf("%d histories", total.Load()) })
	every := stride(3)
	for i, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dry := newStory(t)
			s.play1(dry)
			at := i
			for _, op := range ops {
				for n := range dry.Phones.Count(op) {
					for way, fault := range ways {
						if at++; at%every != 0 {
							continue
						}
						w := newStory(t)
						w.Phones.At(op, n, fault)
						id := s.play1(w)
						s.aftermath(t, w, id, op+" "+strconv.Itoa(n)+": "+way)
						total.Add(1)
					}
				}
			}
		})
	}
}
