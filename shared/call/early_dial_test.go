package call

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// F250: the target of a consult is dialled while the hold of the caller is on its way, answers before its result is
// known, and hears words until the caller is known to be on hold (N5).
func TestF250ATargetWhoAnswersBeforeTheHold(t *testing.T) {
	held := ConferenceEvent{Conference: "CF1", Kind: ParticipantHeld, Seq: -1, Leg: "CA1", Label: CallerLabel}
	hold := SetHold{Leg: "CA1", Hold: true}
	later := t0.Add(plannedLimit)
	for _, test := range []struct {
		name    string
		happens func(*Call)
		state   State
		in      bool // the target is let in
		outcome Outcome
	}{
		{"the hold is done", func(c *Call) { c.ApplyResult(hold, Result{}, t0) }, Consulting, true, ""},
		{"the hold is told", func(c *Call) { c.ApplyConferenceEvent(held, t0) }, Consulting, true, ""},
		{"no answer to the hold", func(c *Call) { c.ApplyResult(hold, Result{Kind: Unknown}, t0) },
			ConsultRinging, false, ""},
		{"no answer in time", func(c *Call) { c.ApplyResult(hold, Result{Kind: Unknown, Slow: true}, t0) },
			ConsultRinging, false, ""},
		{"no answer, and told", func(c *Call) {
			c.ApplyResult(hold, Result{Kind: Unknown, Slow: true}, t0)
			c.ApplyConferenceEvent(held, t0)
		}, Consulting, true, ""},
		{"no answer for long", func(c *Call) {
			c.ApplyResult(hold, Result{Kind: Unknown}, t0)
			c.ApplyTime(0, later)
		}, Talking, false, OutcomeSlow},
		{"refused", func(c *Call) { c.ApplyResult(hold, Result{Kind: Refused, Code: "20001"}, t0) }, Talking, false,
			"failed:20001"},
		{"the conference is gone", func(c *Call) { c.ApplyResult(hold, Result{Kind: AlreadyGone}, t0) }, Talking, false,
			OutcomeFailed},
		{"cancelled", func(c *Call) {
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
		}, Talking, false, OutcomeCancelled},
		{"the transferor is lost", func(c *Call) { c.ApplyLegEnded("a", "CAa", OutcomeFailed, t0) }, Talking, true,
			OutcomeAnswered},
		{"the target hangs up", func(c *Call) { c.ApplyLegEnded("b", "CAb", OutcomeFailed, t0) }, Talking, false,
			OutcomeLost},
	} {
		for _, number := range []bool{false, true} {
			target := bob()
			if number {
				target = Target{Number: "+15005550009"}
			}
			c := pressed(t, target)
			start(c, t0)
			answer := func() (Admission, error) {
				if in, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb"); err != nil || !in.Screen {
					return in, err
				}
				return c.Admitting(t0).ApplyLegAccepted("b", "CAb") // presses 1
			}
			if in, err := answer(); err != nil || !in.Wait || c.State != ConsultRinging {
				t.Fatalf("%s: %+v, %v, %s", test.name, in, err, c.State)
			}
			test.happens(c)
			in, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb") // the leg asks again
			let := err == nil && !in.Wait && !in.Screen
			if c.State != test.state || let != test.in || c.Transfer.Outcome != test.outcome {
				t.Errorf("%s, number %t: %s, let in %t (%+v, %v), outcome %q", test.name, number, c.State, let, in, err,
					c.Transfer.Outcome)
			}
			if !let && !errors.Is(err, ErrNotWanted) && !in.Wait {
				t.Errorf("%s, number %t: neither waits nor ends: %+v, %v", test.name, number, in, err)
			}
			if let && !c.CallerHeld() && c.State == Consulting {
				t.Errorf("%s, number %t: let in before the hold", test.name, number)
			}
		}
	}
}

// F250: the leg of a target who is dialled and not let in is ended when the hold fails, also one whose CallSid is
// learnt afterwards.
func TestF250AFailedHoldEndsTheTargetsLeg(t *testing.T) {
	for _, r := range []Result{{Kind: Refused}, {Kind: Throttled}, {Kind: AlreadyGone}} {
		c := pressed(t, bob())
		start(c, t0)
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, r, t0)
		c.ApplyResult(Dial{Leg: "b"}, Result{Leg: "CAb"}, t0)
		c.ReconciledAt = t0 // only the hang-up is asked for
		if got := acts(c, t0); c.State != Talking || got != "hangup CAb" {
			t.Errorf("%+v: %s, due: %q", r, c.State, got)
		}
	}
}

// F250: while the hold is on its way, callbacks of the target's leg do not ask for it a second time, which would begin
// the music anew. If its result is never saved, the next clock asks.
func TestF250AHoldOnItsWayIsNotRepeated(t *testing.T) {
	c := pressed(t, bob())
	start(c, t0)
	c.ApplyLegRinging("b", "CAb", t0)
	if got := acts(c, t0.Add(time.Second)); got != "" {
		t.Errorf("due: %q", got)
	}
	if got := acts(c, t0.Add(resumeLimit)); got != "hold CA1 true" {
		t.Errorf("due when the request must be over: %q", got)
	}
}

// F250: a target who does not answer is not rung for longer than the hold may take.
func TestF250AHoldThatIsNeverDoneEndsTheRinging(t *testing.T) {
	for _, held := range []bool{false, true} {
		c := pressed(t, bob())
		start(c, t0)
		c.ApplyLegRinging("b", "CAb", t0)
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Unknown}, t0)
		c.Caller.Held = held // the hold was done, and a repetition of it has no result
		c.ApplyTime(0, t0.Add(plannedLimit))
		if rings := c.State == ConsultRinging; rings != held {
			t.Errorf("held %t: %s, %s", held, c.State, c.Transfer.Outcome)
		}
	}
}

// F250: a hold that is repeated for the music, and refused, does not end the try: the caller is on hold.
func TestF250ARefusedRestartOfTheMusicEndsNoTry(t *testing.T) {
	c := consultWith(t, bob())
	c.ApplyResult(RestartMusic{}, Result{Kind: Throttled}, t0)
	if c.State != ConsultRinging {
		t.Error(c.State)
	}
}

// F250: while an earlier resume may still take effect, the target is dialled only when the caller is known to be on
// hold, for it would wait for long.
func TestF250NobodyIsDialledWhileAResumeMayTakeEffect(t *testing.T) {
	c := pressed(t, bob())
	c.Caller.LateResume = t0.Add(-time.Second)
	if got := acts(c, t0); got != "hold CA1 true" {
		t.Errorf("due: %q", got)
	}
}

// F250, F184: while the caller is put on hold for a consult, a resume of before takes effect late. The hold on its way
// may have been carried out before it, so that it is asked for again, and nobody is dialled before that is done.
func TestF250AResumeTakesEffectWhileTheHoldIsOnItsWay(t *testing.T) {
	c := pressed(t, bob())
	c.Caller.Held, c.Caller.HoldUncertain = true, true
	c.Caller.LateResume, c.Caller.PendingResumes = t0.Add(-2*time.Second), 1
	if got := acts(c, t0); got != "hold CA1 true" {
		t.Fatalf("begins with %s", got)
	}
	c.ApplyConferenceEvent(ConferenceEvent{
		Conference: "CF1", Kind: ParticipantResumed, Seq: -1, Leg: "CA1", Label: CallerLabel,
	}, t0)
	if got := acts(c, t0); !strings.HasPrefix(got, "hold CA1 true") {
		t.Errorf("after the late resume: %q", got)
	}
}

// Who took the call and was let go, because the hold was slow, has not let it ring.
func TestF250ATargetWhoWaitedHasNotLetItRing(t *testing.T) {
	c := pressed(t, bob())
	start(c, t0)
	if in, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb"); err != nil || !in.Wait {
		t.Fatal(in, err)
	}
	c.ApplyTime(0, t0.Add(plannedLimit))
	c.ApplyLegEnded("b", "CAb", OutcomeFailed, t0.Add(plannedLimit))
	if r, ok := c.Releases().Of("b"); !ok || r.Rang {
		t.Errorf("%+v", r)
	}
}
