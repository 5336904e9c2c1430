package call

import (
	"testing"
	"time"
)

// heldBefore is a call whose caller was put on hold and resumed, by answers alone: no event has told it.
func heldBefore(t *testing.T) *Call {
	t.Helper()
	c := talks(t)
	presses(t, c, DoHold, "hold CA1 true")
	c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Done}, t0)
	presses(t, c, DoResume, "hold CA1 false")
	c.ApplyResult(SetHold{Leg: "CA1"}, Result{Kind: Done}, t0)
	return c
}

// presses is a press of alice, after which that is due.
func presses(t *testing.T, c *Call, a Action, due string) {
	t.Helper()
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(a)}, t0))
	if got := acts(c, t0); got != due {
		t.Fatalf("after %s: due %q, want %q", a, got, due)
	}
}

func hears(c *Call, held bool) {
	kind := ParticipantResumed
	if held {
		kind = ParticipantHeld
	}
	c.ApplyConferenceEvent(ConferenceEvent{
		Conference: "CF1", Kind: kind, Seq: -1, Leg: "CA1", Label: CallerLabel,
	}, t0)
}

// F455: an event tells of a hold before its answer does. Then the caller is resumed, and the answer comes.
func TestF455TheAnswerToAHoldComesAfterTheNextResume(t *testing.T) {
	for _, k := range []ResultKind{Done, AlreadyGone, Refused, Throttled, Unknown} {
		c := talks(t)
		presses(t, c, DoHold, "hold CA1 true")
		began := c.Clone()
		hears(c, true)
		presses(t, c, DoResume, "hold CA1 false")
		want := c.Caller
		want.HoldUncertain = k == Unknown // it may still be carried out
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: k, Began: began}, t0)
		if c.Caller != want {
			t.Errorf("result %d: the caller is %+v, want %+v", k, c.Caller, want)
		}
		presses(t, c, DoHold, "") // until it is known what becomes of the resume
	}
}

// F455: the answer is of a conference that the call has left.
func TestF455TheAnswerIsOfAnotherConference(t *testing.T) {
	for _, k := range []ResultKind{Done, AlreadyGone, Unknown} {
		c := talks(t)
		presses(t, c, DoHold, "hold CA1 true")
		began := c.Clone()
		c.Conference, c.Caller = "CF2", Participant{Joined: true}
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: k, Began: began}, t0)
		if c.Caller != (Participant{Joined: true}) {
			t.Errorf("result %d: the caller is %+v", k, c.Caller)
		}
	}
}

// F455: the caller is put on hold for the second time. What the event of the first hold tells, which comes now, is not
// taken for the second one's, and the private talk begins with the answer.
func TestF455TheEventOfTheHoldBefore(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Result
		held bool   // known to be on hold then
		due  string // then
	}{
		{"done", Result{Kind: Done}, true, ""},
		{"refused", Result{Kind: Refused}, false, "hold CA1 true"},
		{"unknown: the event may be its own", Result{Kind: Unknown}, false, "Reconcile"},
	} {
		c := heldBefore(t)
		presses(t, c, DoHold, "hold CA1 true")
		hears(c, true)
		if c.CallerHeld() {
			t.Errorf("%s: on hold before the answer", tt.name)
		}
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, tt.r, t0)
		if due := acts(c, t0); c.CallerHeld() != tt.held || due != tt.due {
			t.Errorf("%s: on hold %t, due %q", tt.name, c.CallerHeld(), due)
		}
	}
}

// F455, F456: nobody saves the result of the second hold. What was told meanwhile may be of it, so Twilio is asked once
// no answer can come.
func TestF455TheSecondHoldHasNoAnswer(t *testing.T) {
	c := heldBefore(t)
	presses(t, c, DoHold, "hold CA1 true")
	hears(c, true)
	for _, after := range []time.Duration{resumeLimit - 1, resumeLimit} {
		c.ApplyTime(0, t0.Add(after))
		want := ""
		if after == resumeLimit {
			want = "Reconcile"
		}
		if got := acts(c, t0.Add(after)); got != want || c.CallerHeld() {
			t.Errorf("after %s: on hold %t, due %q, want %q", after, c.CallerHeld(), got, want)
		}
	}
	c.Reconciliation(t0.Add(resumeLimit)).Asked(c.Clone()).ApplyParticipants("CF1", true, []ListedParticipant{
		{Leg: "CA1", Label: CallerLabel, Held: true}, {Leg: "CA2", Label: "L1"},
	})
	if due := acts(c, t0.Add(resumeLimit)); !c.CallerHeld() || due != "" {
		t.Errorf("after the list: on hold %t, due %q", c.CallerHeld(), due)
	}
}

// F455: a late event, or a late turn of music, tells otherwise than the answer to the last request. It is not believed,
// and Twilio is asked.
func TestF455WhatIsToldAfterTheAnswers(t *testing.T) {
	for name, late := range map[string]func(c *Call){
		"event": func(c *Call) { hears(c, true) },
		"turn":  func(c *Call) { c.ApplyMusicTurn(t0) },
	} {
		c := heldBefore(t)
		if late(c); c.Caller.Held {
			t.Errorf("%s: on hold", name)
		}
		if got := acts(c, t0); got != "Reconcile" {
			t.Errorf("%s: due %q", name, got)
		}
	}
}

// F455: while Twilio lists the participants, the caller is resumed. The list, which comes last, shows them on hold.
func TestF455AListOlderThanAResume(t *testing.T) {
	c := talks(t)
	presses(t, c, DoHold, "hold CA1 true")
	c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Done}, t0)
	for _, done := range []bool{false, true} {
		was := c.Clone()
		if !done {
			presses(t, c, DoResume, "hold CA1 false")
		} else {
			c.ApplyResult(SetHold{Leg: "CA1"}, Result{Kind: Done}, t0)
		}
		want := c.Caller
		c.Reconciliation(t0).Asked(was).ApplyParticipants("CF1", true, []ListedParticipant{
			{Leg: "CA1", Label: CallerLabel, Held: true}, {Leg: "CAa", Label: "a"},
		})
		if c.Caller != want {
			t.Errorf("done %t: the caller was %+v, and is %+v", done, want, c.Caller)
		}
	}
}

// F460: a late event tells otherwise than the answer to the last request. Twilio was asked for a list before it, which
// comes after it, and says nothing of it: the doubt stays. Or it has just answered and is not asked again so soon: the
// resume is repeated, which does no harm.
func TestF460ADoubtOutlivesAnOlderList(t *testing.T) {
	list := []ListedParticipant{{Leg: "CA1", Label: CallerLabel}, {Leg: "CA2", Label: "L1"}}
	for _, before := range []bool{true, false} {
		c := heldBefore(t)
		was := c.Clone()
		if before {
			c.Reconciliation(t0).Asked(was).ApplyParticipants("CF1", true, list)
		}
		hears(c, true)
		if !before {
			c.Reconciliation(t0).Asked(was).ApplyParticipants("CF1", true, list)
		}
		if !c.Stale {
			t.Errorf("list before the event %t: no doubt is left", before)
		}
		want := ""
		if before {
			want = "hold CA1 false"
		}
		if got := acts(c, t0); got != want {
			t.Errorf("list before the event %t: due %q, want %q", before, got, want)
		}
		c.ApplyResult(SetHold{Leg: "CA1"}, Result{Kind: Done}, t0)
		if got := acts(c, t0.Add(reconcileEvery)); got != "Reconcile" {
			t.Errorf("list before the event %t: later due %q", before, got)
		}
	}
}

// F455: each resume has been told by its own numbered event. So the next one is of the hold that is on its way, whose
// result nobody saves: it counts at once, and the resume that is wanted then is not late.
func TestF455AnEventAfterThatOfTheLastResumeIsNew(t *testing.T) {
	c := heldBefore(t)
	tells := func(kind ConferenceEventKind, seq int) {
		c.ApplyConferenceEvent(ConferenceEvent{Conference: "CF1", Kind: kind, Seq: seq, Leg: "CA1"}, t0)
	}
	tells(ParticipantResumed, 7)
	presses(t, c, DoHold, "hold CA1 true")
	if tells(ParticipantHeld, 8); !c.CallerHeld() {
		t.Error("not on hold")
	}
	presses(t, c, DoResume, "hold CA1 false")
}
