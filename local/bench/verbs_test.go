package bench

import (
	"context"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// call is a caller with alice, with Twilio 50 ms away.
type call struct {
	b           *testing.B
	s           *stack.Stack
	caller, leg string
}

// BenchmarkVerbs measures from the press of a button to its effect: music for the caller, ringing at the target's page,
// the caller's voice at the target alone.
func BenchmarkVerbs(b *testing.B) {
	s, _ := start(b)
	if _, err := s.Network.AddFault(faults.Rule{Kind: "rest", Do: "delay", DelayMs: 50}); err != nil {
		b.Fatal(err)
	}
	for _, id := range []string{"alice", "bob"} {
		if err := s.Network.SetScripted(id, true); err != nil {
			b.Fatal(err)
		}
	}
	var hold, resume, consult, complete []float64
	for b.Loop() {
		c := &call{b: b, s: s}
		c.begin()
		hold = append(hold, c.press("hold", "", func() bool { return c.hears(c.caller, "music") }))
		resume = append(resume, c.press("resume", "", func() bool { return c.hears(c.caller, "leg:"+c.leg) }))
		consult = append(consult, c.press("consult", "bob", func() bool { return c.ringing("bob") != "" }))
		bob := c.ringing("bob")
		c.must(s.Network.Answer(bob, nil))
		c.until(func() bool { return c.hears(bob, "leg:"+c.leg) })
		complete = append(complete, c.press("complete", "", func() bool { return c.hears(bob, "leg:"+c.caller) }))
		c.must(s.Network.Hangup(c.caller))
		c.until(func() bool { return len(s.Network.Live()) == 0 })
		c.must(s.Network.Idle(context.Background()))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(hold), "ms-hold")
	b.ReportMetric(median(resume), "ms-resume")
	b.ReportMetric(median(consult), "ms-consult-rings")
	b.ReportMetric(median(complete), "ms-complete")
}

func (c *call) must(err error) {
	c.b.Helper()
	if err != nil {
		c.b.Fatal(err)
	}
}

// begin connects a caller and alice.
func (c *call) begin() {
	for _, id := range []string{"alice", "bob"} {
		_, err := c.s.Agent(id).Set(context.Background(), "away")
		c.must(err)
	}
	_, err := c.s.Agent("alice").Set(context.Background(), "available")
	c.must(err)
	c.caller, err = c.s.Network.PlaceCall(nil, "+15550199", c.s.Number)
	c.must(err)
	c.until(func() bool { return c.ringing("alice") != "" })
	c.leg = c.ringing("alice")
	c.must(c.s.Network.Answer(c.leg, nil))
	c.until(func() bool { return c.hears(c.caller, "leg:"+c.leg) })
	c.must(c.s.Network.Idle(context.Background()))
	_, err = c.s.Agent("bob").Set(context.Background(), "available")
	c.must(err)
}

// press presses one of alice's buttons and measures, in ms, until its effect is there.
func (c *call) press(action, target string, so func() bool) float64 {
	began := time.Now()
	done := make(chan error, 1)
	go func() {
		_, err := c.s.Agent("alice").Press(context.Background(), action, target, action+c.caller)
		done <- err
	}()
	c.until(so)
	took := ms(began)
	c.must(<-done)
	c.must(c.s.Network.Idle(context.Background()))
	return took
}

// until polls every millisecond.
func (c *call) until(so func() bool) {
	c.b.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			c.b.Fatal("it does not happen within 20 s")
		}
	}
}

func (c *call) hears(leg, want string) bool {
	v, _ := c.s.Network.Call(leg)
	return len(v.Hears) == 1 && v.Hears[0] == want
}

func (c *call) ringing(id string) string {
	for _, v := range c.s.Network.Live() {
		if v.To == "client:"+id && v.Status == "ringing" {
			return v.SID
		}
	}
	return ""
}
