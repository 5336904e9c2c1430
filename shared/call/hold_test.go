package call

import (
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
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
			c := New("CA1", "+15005550006", false, t0)
			must(t, c.StartOffer(agent.New("alice", "Alice", t0), "a", ring, t0))
			acts(c, t0)
			_, err := c.ApplyLegAnswered("a", "CAa", t0)
			must(t, err)
			joinRoom(c, "CA1", CallerLabel)
			joinRoom(c, "CAa", "a")
			target := bob()
			target.Key = "b"
			must(t, c.StartTransfer(Request{Key: "r", Agent: "alice", Action: string(DoConsult)}, target, t0))
			acts(c, t0)
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
