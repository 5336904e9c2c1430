package agent

import (
	"testing"
	"time"
)

// F190: the time shown is that of the presence shown, and the automatic wrap-up says when it ends.
func TestF190WrapUpSaysWhenItEndsAndSinceWhenItRuns(t *testing.T) {
	const wrapUp = 30 * time.Second
	end := t0.Add(5 * time.Minute)
	talked := func(choose ...Status) *Agent {
		a := available()
		_ = a.ClaimFor("CA", "leg", t0)
		for _, s := range choose {
			a.Choose(s, t0.Add(time.Minute))
		}
		a.Beat(end)
		a.Release(Release{Call: "CA", Leg: "leg", Answered: true, Outcome: "ended", WrapUp: wrapUp}, end)
		return a
	}
	for _, test := range []struct {
		name  string
		agent *Agent
		after time.Duration // the end of the call
		is    Presence
		since time.Time
		until time.Time
	}{
		{"automatic", talked(), 10 * time.Second, IsWrapUp, end, end.Add(wrapUp)},
		{"automatic, over", talked(), wrapUp, IsAvailable, end.Add(wrapUp), time.Time{}},
		{"chosen in the call", talked(WrapUp), 10 * time.Second, IsWrapUp, end, time.Time{}},
		{"away, chosen in the call", talked(Away), 10 * time.Second, IsAway, end, time.Time{}},
	} {
		now := end.Add(test.after)
		if p := test.agent.Presence(now); p != test.is {
			t.Errorf("%s: %s", test.name, p)
		}
		if got := test.agent.PresenceSince(now); !got.Equal(test.since) {
			t.Errorf("%s: since %v, want %v", test.name, got, test.since)
		}
		if got := test.agent.WrapUpUntil(now); !got.Equal(test.until) {
			t.Errorf("%s: until %v, want %v", test.name, got, test.until)
		}
	}
	a := talked()
	now := end.Add(time.Second)
	a.Choose(WrapUp, now)
	if got := a.PresenceSince(now); !got.Equal(now) || !a.WrapUpUntil(now).IsZero() {
		t.Errorf("wrap-up by choice: since %v, until %v", got, a.WrapUpUntil(now))
	}
	a.Choose(Available, now.Add(time.Second))
	if got := a.PresenceSince(now.Add(time.Second)); !got.Equal(now.Add(time.Second)) {
		t.Errorf("available by choice: since %v", got)
	}
}
