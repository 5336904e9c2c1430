package call

import (
	"slices"
	"testing"
	"time"
)

// F186: a hold that timed out is not repeated at once, and the target waits for it. If it was refused, the consult has
// failed.
func TestF186AHoldWithoutAnAnswerInTime(t *testing.T) {
	for _, test := range []struct {
		name  string
		r     Result
		state State
		due   [3]string // at once, holdRetryDelay later, after the event about the hold
	}{
		{
			"consult-ringing --timed out--> waits", Result{Kind: Unknown, Slow: true},
			ConsultRinging, [3]string{"", "hold CA1 true", "dial bob"},
		},
		{
			"consult-ringing --unknown--> asks again", Result{Kind: Unknown},
			ConsultRinging, [3]string{"hold CA1 true", "hold CA1 true", "dial bob"},
		},
		{"consult-ringing --refused--> talking", Result{Kind: Refused}, Talking, [3]string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := pressed(t, bob())
			c.Leg("a").LetsWait = false // let in by a release that lets every target in
			if got := acts(c, t0); got != "hold CA1 true" {
				t.Fatalf("due at first: %q", got)
			}
			c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, test.r, t0)
			if got := acts(c, t0); c.State != test.state || got != test.due[0] {
				t.Fatalf("%s, due: %q", c.State, got)
			}
			if test.state == Talking {
				return
			}
			if !c.Overdue(t0) {
				t.Error("it is not shown as overdue")
			}
			if got := acts(c, t0.Add(holdRetryDelay)); got != test.due[1] {
				t.Errorf("due again: %q", got)
			}
			slow := *c
			slow.Legs = slices.Clone(c.Legs)
			told := ConferenceEvent{Conference: "CF1", Kind: ParticipantHeld, Seq: -1, Leg: "CA1", Label: CallerLabel}
			c.ApplyConferenceEvent(told, t0.Add(holdRetryDelay))
			if got := acts(c, t0.Add(holdRetryDelay)); got != test.due[2] {
				t.Errorf("due after the event: %q", got)
			}
			slow.ApplyTime(0, t0.Add(plannedLimit))
			if slow.State != Talking || slow.Transfer.Outcome != OutcomeSlow || plannedLimit > 15*time.Second {
				t.Errorf("without the event: %s, %s after %v", slow.State, slow.Transfer.Outcome, plannedLimit)
			}
		})
	}
}
