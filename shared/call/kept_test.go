package call_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// keptPlace is the place of a caller who has waited for three minutes.
func keptPlace(t *testing.T) (*call.Call, time.Time) {
	of, now := takenOut(t)
	c := call.KeepsPlaceIn(of, "+15550199", now)
	of.Asking(now).ApplyChoice(1, call.ChooseKeep)
	if of.State != call.Ended || of.Reason != call.ReasonKept || c.ID != call.KeptID(of.ID) || c.Queued != of.Queued {
		t.Fatalf("%s %s, the place is %s since %v", of.State, of.Reason, c.ID, c.Queued)
	}
	return c, now
}

// rung offers the place to alice, who is in the conference after a second.
func rung(t *testing.T, c *call.Call, now time.Time) (call.LegKey, time.Time) {
	key := call.LegKey("k" + now.Format("150405"))
	if !mayOffer(c, now) {
		t.Fatalf("the place is not offered: %s, %+v", c.State, c.Kept)
	}
	if err := c.StartOffer(&agent.Agent{ID: "alice", Name: "Alice"}, key, Ring, now); err != nil {
		t.Fatal(err)
	}
	return key, now
}

// called lets alice answer and join, so that the caller is dialled.
func called(t *testing.T, c *call.Call, now time.Time) (agentLeg, callerLeg call.LegKey) {
	key, now := rung(t, c, now)
	effects := c.Plan(Ring, now)
	if d, ok := effects[len(effects)-1].(call.Dial); !ok || !d.Info.Place || d.Info.Asked != "" {
		t.Errorf("F372: alice is told %+v", effects)
	}
	c.ApplyStarted(effects, now)
	if _, err := c.Admitting(now).ApplyLegAnswered(key, call.LegID("CAa"+key)); err != nil {
		t.Fatal(err)
	}
	c.ApplyConferenceEvent(call.ConferenceEvent{
		Conference: call.ConferenceID("CF" + key), Kind: call.ParticipantJoined, Leg: call.LegID("CAa" + key),
		Label: string(key), Seq: -1,
	}, now)
	effects = c.Plan(Ring, now)
	var dialled *call.Dial
	for _, e := range effects {
		if d, ok := e.(call.Dial); ok {
			dialled = &d
		}
	}
	if c.State != call.Calling || dialled == nil || dialled.Number != "+15550199" || !dialled.Caller {
		t.Fatalf("%s, the plan is %v", c.State, effects)
	}
	c.ApplyStarted(effects, now)
	c.ApplyResult(*dialled, call.Result{Kind: call.Done, Leg: call.LegID("CAc" + key)}, now)
	return key, dialled.Leg
}

func TestF301APlaceIsOfferedAndItsCallerDialled(t *testing.T) {
	c, now := keptPlace(t)
	if got := c.Plan(Ring, now.Add(time.Hour)); len(got) > 0 || c.Hearing(now.Add(time.Hour)).MusicStopped() {
		t.Errorf("for a place without a leg is planned %v", got)
	}
	_, leg := called(t, c, now.Add(time.Hour))
	now = now.Add(time.Hour)
	in, err := c.Admitting(now).ApplyLegAnswered(leg, c.Leg(leg).SID)
	if err != nil || !in.Caller || c.State != call.Talking {
		t.Errorf("the caller picks up: %+v, %v, %s", in, err, c.State)
	}
	Check(t, c)
}

func TestF302APlaceWhoseCallerIsNotReachedTwice(t *testing.T) {
	c, now := keptPlace(t)
	for try := 1; try <= 2; try++ {
		_, leg := called(t, c, now)
		c.ApplyLegEnded(leg, c.Leg(leg).SID, call.OutcomeBusy, now)
		Check(t, c)
		for _, l := range c.Legs { // the agent's
			c.ApplyLegEnded(l.Key, l.SID, call.OutcomeCancelled, now)
		}
		if try == 1 && (c.State != call.KeepsPlace || mayOffer(c, now.Add(time.Minute))) {
			t.Fatalf("after the first: %s, %+v", c.State, c.Kept)
		}
		now = now.Add(5 * time.Minute)
	}
	if c.State != call.Ended || c.Reason != call.ReasonUnreached || c.Out.Outcome != call.OutcomeBusy || c.Live() {
		t.Errorf("after the second: %s, %s, %s", c.State, c.Reason, c.Out.Outcome)
	}
}

func TestF303AnAgentWhoDoesNotAnswerCostsNoPlaceAndNoAttempt(t *testing.T) {
	c, now := keptPlace(t)
	key, _ := rung(t, c, now)
	c.ApplyLegEnded(key, "", call.OutcomeNoAnswer, now)
	if c.State != call.KeepsPlace || c.Kept.Tries != 0 || mayOffer(c, now) {
		t.Errorf("%s, %+v; alice may be rung at once: %t", c.State, c.Kept, mayOffer(c, now))
	}
	if !c.Offering(nil, now).May(&agent.Agent{ID: "bob", HeartbeatAt: now}) {
		t.Error("bob may not be rung")
	}
	Check(t, c)
}

func TestF304WhoRingsInAgainHasTheOldPlace(t *testing.T) {
	for _, when := range []string{"waits", "agent rung", "caller rung"} {
		c, now := keptPlace(t)
		now = now.Add(40 * time.Minute)
		switch when {
		case "agent rung":
			rung(t, c, now)
		case "caller rung":
			called(t, c, now)
		}
		n := call.New("CA2", "+15550199", true, now)
		n.ApplyOldPlace(c, now)
		c.Outgoing(now).ApplyLent(n.ID)
		if c.State != call.KeepsPlace || c.Queues() || mayOffer(c, now.Add(time.Hour)) {
			t.Errorf("%s: the place is %s, in the queue %t", when, c.State, c.Queues())
		}
		if n.ApplyTime(MaxWait, now.Add(time.Minute)); n.State != call.Waiting || n.Queued != c.Queued {
			t.Errorf("%s: the caller is %s, queued %v", when, n.State, n.Queued)
		}
		if n.ApplyTime(MaxWait, now.Add(MaxWait)); n.State != call.Ended {
			t.Errorf("%s: the longest wait does not count from the second call", when)
		}
		Check(t, c)
	}
}

// A place that was chosen on Friday evening is called on Tuesday, after a weekend with holidays.
func TestF342APlaceIsKeptForAWeek(t *testing.T) {
	c, now := keptPlace(t)
	day := 24 * time.Hour
	if c.ApplyTime(MaxWait, now.Add(7*day-time.Hour)); c.State != call.KeepsPlace {
		t.Errorf("before a week is over: %s", c.State)
	}
	if due := c.Due().Sweep; due.Sub(now) != 7*day {
		t.Errorf("the sweep looks at %v", due)
	}
	c.ApplyTime(MaxWait, now.Add(7*day))
	if c.State != call.Ended || c.Reason != call.ReasonUnreached || c.Out.Outcome != call.OutcomeNoAnswer || c.Live() {
		t.Errorf("after a week: %s, %s, %s", c.State, c.Reason, c.Out.Outcome)
	}
}

// The agent gives up while the number rings, or is lost before it is dialled.
func TestF321TheAgentEndsTheCallWhileTheNumberRings(t *testing.T) {
	c, now := keptPlace(t)
	for try := 1; try <= 2; try++ {
		agentLeg, leg := called(t, c, now)
		if err := c.ApplyCommand(call.Request{Agent: "alice", Action: string(call.DoEnd)}, now); err != nil {
			t.Fatal(err)
		}
		Check(t, c)
		var cancelled, ended bool
		for _, e := range c.Plan(Ring, now) {
			switch e := e.(type) {
			case call.CancelDial:
				cancelled = e.Key == leg
			case call.Hangup:
				ended = e.Key == agentLeg
			}
		}
		if !cancelled || !ended {
			t.Errorf("attempt %d: the number is cancelled %t, the agent's leg ended %t", try, cancelled, ended)
		}
		c.ApplyLegEnded(leg, c.Leg(leg).SID, call.OutcomeCancelled, now)
		c.ApplyLegEnded(agentLeg, c.Leg(agentLeg).SID, call.OutcomeCancelled, now)
		if try == 1 && (c.State != call.KeepsPlace || mayOffer(c, now.Add(time.Minute))) {
			t.Fatalf("after the first: %s, %s, %+v", c.State, c.Reason, c.Kept)
		}
		now = now.Add(5 * time.Minute)
	}
	if c.State != call.Ended || c.Live() {
		t.Errorf("after the second: %s", c.State)
	}
}

func TestF320OnlyADialThatWasMadeIsAnAttempt(t *testing.T) {
	for _, what := range []string{"throttled", "agent lost"} {
		c, now := keptPlace(t)
		key, _ := rung(t, c, now)
		c.ApplyStarted(c.Plan(Ring, now), now)
		if _, err := c.Admitting(now).ApplyLegAnswered(key, "CAa"); err != nil {
			t.Fatal(err)
		}
		if what == "throttled" {
			c.ApplyConferenceEvent(call.ConferenceEvent{
				Conference: "CF1", Kind: call.ParticipantJoined, Leg: "CAa", Label: string(key), Seq: -1,
			}, now)
			effects := c.Plan(Ring, now)
			c.ApplyStarted(effects, now)
			for _, e := range effects {
				if d, ok := e.(call.Dial); ok {
					c.ApplyResult(d, call.Result{Kind: call.Throttled}, now)
				}
			}
		}
		c.ApplyLegEnded(key, "CAa", call.OutcomeFailed, now)
		Check(t, c)
		if c.State != call.KeepsPlace || c.Kept.Tries != 0 || !c.Kept.Next.IsZero() {
			t.Errorf("%s: %s, %+v", what, c.State, c.Kept)
		}
	}
}
