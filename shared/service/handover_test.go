package service_test

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// One press hands the caller over: music at once, the agent is out, the target is rung and has the caller.
func TestF240TransferNow(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoBlind, "bob")
	w.Settle()
	state(t, w, id, call.Ringing)
	hears(t, w, id, "music")
	if w.Talks("alice") || !w.Rings("bob") || w.Me("alice").Call != nil {
		t.Fatalf("alice talks %v, bob is rung %v, alice's page shows %+v", w.Talks("alice"), w.Rings("bob"),
			w.Me("alice").Call)
	}
	if tr := w.Me("bob").Call.Transfer; tr.Kind != call.KindBlind || tr.By.ID != "alice" || tr.Outcome != "" {
		t.Errorf("bob sees %+v", tr)
	}
	w.Answer("bob")
	w.Settle()
	hears(t, w, id, "bob")
	if c := w.Call(id); c.Hops != 1 || c.Transfer.Outcome != call.OutcomeAnswered {
		t.Errorf("%d hops, %+v", c.Hops, c.Transfer)
	}
	if r := w.Me("alice").Agent.Recent; len(r) != 1 || r[0].Outcome != "transferred" || r[0].With != "Agent bob" {
		t.Errorf("alice's list is %+v", r)
	}
	w.CheckQuiet()
}

// Nobody takes the caller: they come back to the agent, and then to anybody.
func TestF240TransferNowThatNobodyTakes(t *testing.T) {
	for name, refuse := range map[string]func(w *World){
		"declined":  func(w *World) { w.Reject("bob", call.OutcomeDeclined) },
		"busy":      func(w *World) { w.Reject("bob", call.OutcomeBusy) },
		"no answer": func(w *World) { w.Pass(24 * time.Second) },
		"lost":      func(w *World) { w.Reject("bob", call.OutcomeLost) },
	} {
		w, id := talking(t, "alice", "bob", "carol")
		w.MustPress("alice", call.DoBlind, "bob")
		w.Settle()
		refuse(w)
		w.Settle()
		w.Pass(6 * time.Second) // alice's next heartbeat
		if !w.Rings("alice") || w.Rings("carol") {
			t.Fatalf("%s: alice is rung %v, carol %v: %+v", name, w.Rings("alice"), w.Rings("carol"), w.Call(id))
		}
		hears(t, w, id, "music")
		w.Reject("alice", call.OutcomeDeclined)
		w.Settle()
		w.Pass(10 * time.Second)
		if !w.Rings("carol") {
			t.Fatalf("%s: nobody else is rung", name)
		}
		takes(t, w, id, "carol")
	}
}

// The agent stays with the caller until the music plays, and goes in any case.
func TestF240TransferNowWithoutMusic(t *testing.T) {
	for name, fault := range map[string]Fault{
		"refused":                   {Err: ErrHold},
		"no answer, not done":       {Err: service.ErrUnknown},
		"no answer, done":           {Err: service.ErrUnknown, Took: true},
		"too many requests":         {Err: service.ErrThrottled},
		"timed out, done afterward": {Err: service.ErrSlow, Took: true},
	} {
		w, id := talking(t, "alice", "bob")
		w.Phones.Next("Hold", fault)
		w.Phones.Next("Hold", fault)
		w.MustPress("alice", call.DoBlind, "bob")
		if w.Hears(id) == "silence" {
			t.Errorf("%s: the caller is alone in silence", name)
		}
		w.Pass(15 * time.Second)
		w.Answer("bob")
		w.Settle()
		w.Pass(15 * time.Second)
		hears(t, w, id, "bob")
		w.CheckQuiet()
	}
}

func TestF240TransferNowToAnOutsideNumber(t *testing.T) {
	w, id := talking(t, "alice")
	w.MustPress("alice", call.DoBlind, Outside)
	w.Settle()
	hears(t, w, id, "music")
	if !w.PickUp() {
		t.Fatal("the person is not asked to press 1")
	}
	hears(t, w, id, "music")
	w.Press1(true, true)
	w.Settle()
	if got := w.Hears(id); !strings.Contains(got, Outside) {
		t.Fatalf("the caller hears %q", got)
	}
	w.CheckQuiet()
}

// The caller goes back to the head of the queue, with a note for whoever is next.
func TestF241ToTheQueue(t *testing.T) {
	w, id := talking(t, "alice")
	first, _ := w.Dial() // waits already
	w.Settle()
	cmd := service.Command{Action: call.DoRequeue, Note: "asks for a refund", Request: "k1"}
	for range 2 { // sent twice: one effect
		who := service.Principal{ID: "alice", Name: "Agent alice"}
		if _, err := w.Service.Transfer(t.Context(), who, cmd, w.Now); err != nil {
			t.Fatal(err)
		}
	}
	w.Settle()
	state(t, w, id, call.Waiting)
	hears(t, w, id, "music")
	if w.Talks("alice") {
		t.Fatal("alice is still in the call")
	}
	if r := w.Me("alice").Agent.Recent; len(r) != 1 || r[0].Outcome != "requeued" {
		t.Errorf("alice's list is %+v", r)
	}
	w.Choose("bob", agent.Available)
	w.Settle()
	if c := w.Call(id); c.State != call.Ringing || c.Hops != 1 || !w.Rings("bob") {
		t.Fatalf("the caller is %s after %d hops, bob is rung %v", c.State, c.Hops, w.Rings("bob"))
	}
	if i := w.Told("bob"); i.Note != cmd.Note || i.By != "Agent alice" || i.Kind != call.KindQueue {
		t.Errorf("bob's browser is told %+v", i)
	}
	w.Answer("bob")
	w.Settle()
	hears(t, w, id, "bob")
	tr := w.Me("bob").Call.Transfer
	if tr.Note != cmd.Note || tr.Kind != call.KindQueue || tr.Outcome != call.OutcomeQueued {
		t.Errorf("bob sees %+v", tr)
	}
	_ = first
	w.CheckQuiet()
}

// If nobody else is there, the caller does not stay alone: the same agent is asked again after a while.
func TestF241ToTheQueueWithNobodyElse(t *testing.T) {
	w, id := talking(t, "alice")
	w.MustPress("alice", call.DoRequeue, "")
	w.Settle()
	if w.Rings("alice") {
		t.Fatal("alice is rung at once for the caller whom they have just given back")
	}
	w.Pass(call.RetryAfter + 12*time.Second)
	if !w.Rings("alice") {
		t.Fatalf("alice is not rung: %+v", w.Call(id))
	}
	takes(t, w, id, "alice")
}

// What an agent may not do.
func TestF240RefusedHandovers(t *testing.T) {
	w, id := consulting(t)
	for _, press := range []struct {
		who agent.ID
		how call.Action
		to  agent.ID
	}{{"alice", call.DoBlind, "bob"}, {"alice", call.DoRequeue, ""}, {"bob", call.DoRequeue, ""}} {
		if _, err := w.Press(press.who, press.how, press.to); err == nil {
			t.Errorf("%s may %s in a consult", press.who, press.how)
		}
	}
	state(t, w, id, call.Consulting)
	w, _ = talking(t, "alice")
	cmd := service.Command{Action: call.DoRequeue, Note: strings.Repeat("ü", call.MaxNote+1)}
	if _, err := w.Service.Transfer(t.Context(), service.Principal{ID: "alice"}, cmd, w.Now); err == nil {
		t.Error("a note that is too long is taken")
	}
	if _, err := w.Press("alice", call.DoRequeue, "bob"); err == nil {
		t.Error("the queue has a target")
	}
}
