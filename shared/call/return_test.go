package call

import (
	"errors"
	"testing"
	"time"
)

// Only a caller whose wait was over, or who found nobody online, comes back into the queue; and then as a caller who
// has just arrived, at its end.
func TestF275WhoMayComeBackIntoTheQueue(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		end  func(*Call)
		back bool
	}{
		"the longest wait": {func(c *Call) { c.ApplyTime(time.Minute, at.Add(time.Minute)) }, true},
		"nobody is online": {func(c *Call) { c.ApplyNobodyOnline(at) }, true},
		"closed":           {func(c *Call) { c.ApplyLineClosed(at) }, false},
		"hung up":          {func(c *Call) { c.ApplyCallerEnded(at) }, false},
		"forgotten": {func(c *Call) {
			c.ApplyNobodyOnline(at)
			c.ForgetCaller()
		}, false},
	} {
		c := New("CA1", "+15550199", true, at)
		c.FailedJoins, c.Conference = 2, "CF1"
		test.end(c)
		c.ApplyResult(SayGoodbye{}, Result{Kind: Done}, at)
		now := at.Add(3 * time.Minute)
		err := c.ApplyReturned(now)
		var refused *TransitionError
		if !test.back {
			if !errors.As(err, &refused) || c.State != Ended {
				t.Errorf("%s: %s, %v", name, c.State, err)
			}
			continue
		}
		if err != nil || c.State != Waiting || c.Reason != "" || !c.Ended.IsZero() || !c.CallerLive ||
			!c.Queued.Equal(now) || c.Generation != 1 || c.Conference != "" || c.FailedJoins != 0 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if plan := c.Plan(20*time.Second, now); len(plan) != 0 || c.Hearing(now.Add(10*time.Second)).MusicStopped() {
			t.Errorf("%s: planned %v", name, plan)
		}
		generation := c.Generation
		if err := c.ApplyReturned(now.Add(time.Second)); err != nil || c.Generation != generation {
			t.Errorf("%s: repeated: generation %d, %v", name, c.Generation, err)
		}
	}
}

// A goodbye that was sent before the caller came back says nothing of the caller who waits again.
func TestF283TheResultOfALateGoodbye(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, kind := range []ResultKind{Done, AlreadyGone} {
		c := New("CA1", "+15550199", true, at)
		c.ApplyNobodyOnline(at)
		if err := c.ApplyReturned(at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		c.ApplyResult(SayGoodbye{}, Result{Kind: kind}, at.Add(time.Minute))
		if !c.CallerLive {
			t.Errorf("result %d: the caller counts as gone", kind)
		}
	}
}

// The caller hangs up while the request is on its way that brings them back. In either order nobody is rung for them.
func TestF284TheCallerHangsUpAsTheyComeBack(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for name, end := range map[string]func(*Call){
		"the longest wait": func(c *Call) { c.ApplyTime(time.Minute, at.Add(time.Minute)) },
		"nobody is online": func(c *Call) { c.ApplyNobodyOnline(at) },
	} {
		for _, first := range []bool{false, true} {
			c := New("CA1", "+15550199", true, at)
			end(c)
			c.ApplyGoodbyeHeard()
			now := at.Add(3 * time.Minute)
			if first {
				c.ApplyCallerEnded(now)
			}
			err := c.ApplyReturned(now)
			if !first {
				c.ApplyCallerEnded(now)
			}
			var refused *TransitionError
			if first != errors.As(err, &refused) || c.State != Ended || c.CallerLive || c.Live() {
				t.Errorf("%s, first the end %t: %s, live %t, %v", name, first, c.State, c.CallerLive, err)
			}
		}
	}
}

// Nobody waits for ever: after the longest wait a caller comes back once.
func TestF285TheLongestWaitIsWaitedTwiceAtMost(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := New("CA1", "+15550199", true, at)
	c.ApplyNobodyOnline(at)
	var refused *TransitionError
	for n := range 3 {
		err := c.ApplyReturned(at)
		if errors.As(err, &refused) != (n == 2) || c.Return.Count != min(n+1, 2) {
			t.Errorf("return %d: %v, %+v", n, err, c.Return)
		}
		at = at.Add(time.Minute)
		c.ApplyTime(time.Minute, at)
		c.ApplyGoodbyeHeard()
	}
}
