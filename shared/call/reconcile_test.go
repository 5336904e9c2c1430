package call

import (
	"testing"
	"time"
)

// seen is a consult whose legs are all known to be in the conference.
func seen(t *testing.T) (c *Call, now time.Time) {
	t.Helper()
	c = consultWith(t, bob())
	_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
	must(t, err)
	joinRoom(c, "CAb", "b")
	c.ApplyMusicLength(time.Minute, t0)
	return c, t0.Add(10 * time.Second)
}

var everybody = []ListedParticipant{
	{Leg: "CA1", Label: CallerLabel, Held: true}, {Leg: "CAa", Label: "a"}, {Leg: "CAb", Label: "b"},
}

// F178: what follows for an agent's leg that a list lacks, by what Twilio says of the leg itself.
func TestF178ALegThatAListLacks(t *testing.T) {
	elsewhere, in, over := Sighting{}, Sighting{In: true}, Sighting{Over: true}
	for _, test := range []struct {
		name  string
		looks []Sighting // one each reconcileEvery
		state State
		out   string // due in the end
	}{
		{"lacked --in the conference--> consulting", []Sighting{in}, Consulting, ""},
		{"lacked --over--> talking", []Sighting{over}, Talking, "hold CA1 false"},
		{"lacked --elsewhere--> consulting", []Sighting{elsewhere}, Consulting, ""},
		{
			"lacked --elsewhere, in the conference, elsewhere--> consulting",
			[]Sighting{elsewhere, in, elsewhere}, Consulting, "",
		},
		{
			"lacked --elsewhere, elsewhere--> talking",
			[]Sighting{elsewhere, elsewhere}, Talking, "hangup CAb, hold CA1 false",
		},
		{"lacked --elsewhere, over--> talking", []Sighting{elsewhere, over}, Talking, "hold CA1 false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, now := seen(t)
			got := ""
			for _, saw := range test.looks {
				c.Reconciliation(now).Request()
				c.Reconciliation(now).ApplyParticipants("CF1", true, everybody[:2])
				if due := acts(c, now); due != "FindParticipant" {
					t.Fatalf("due: %q", due)
				}
				c.Reconciliation(now).ApplyLegSighting("CAb", saw)
				got = acts(c, now)
				now = now.Add(reconcileEvery)
			}
			if c.State != test.state || got != test.out {
				t.Errorf("%s, due: %q; want %s, %q", c.State, got, test.state, test.out)
			}
			if c.Stale != (test.looks[len(test.looks)-1] != in && c.State == Consulting) && c.State == Consulting {
				t.Errorf("stale: %v", c.Stale)
			}
		})
	}
}

// F178: two looks within lookupGap count as one.
func TestF178TwoLooksMustBeApart(t *testing.T) {
	c, now := seen(t)
	for range 3 {
		c.Reconciliation(now).ApplyParticipants("CF1", true, everybody[:2])
		c.Reconciliation(now).ApplyLegSighting("CAb", Sighting{})
	}
	c.ApplyResult(FindParticipant{Leg: "CAb"}, Result{Kind: Unknown}, now.Add(reconcileEvery))
	if c.State != Consulting || !c.Stale {
		t.Errorf("%s, stale: %v", c.State, c.Stale)
	}
}

// F178: a list that shows another conference than the known one, such as the one before, must do so twice.
func TestF178AnotherRoomMustBeSeenTwice(t *testing.T) {
	c, now := seen(t)
	c.Reconciliation(now).ApplyParticipants("CF0", true, nil)
	if due := acts(c, now); c.Conference != "CF1" || c.State != Consulting || due != "" {
		t.Fatalf("after one list: conference %s, %s, due: %q", c.Conference, c.State, due)
	}
	now = now.Add(reconcileEvery)
	if due := acts(c, now); due != "Reconcile" {
		t.Fatalf("due: %q", due)
	}
	c.Reconciliation(now).ApplyParticipants("CF0", true, everybody)
	if c.Conference != "CF0" || !c.Caller.Joined || c.State != Consulting {
		t.Errorf("after two lists that agree: conference %s, %s", c.Conference, c.State)
	}
	now = now.Add(reconcileEvery)
	c.Reconciliation(now).ApplyParticipants("CF1", true, everybody)
	c.Reconciliation(now.Add(reconcileEvery)).ApplyParticipants("CF2", true, everybody)
	if c.Conference != "CF0" {
		t.Errorf("after two lists that do not agree: conference %s", c.Conference)
	}
	c.Reconciliation(now.Add(2*reconcileEvery)).ApplyParticipants("CF0", true, everybody)
	if c.Conference != "CF0" || c.OtherConference != "" || c.Stale {
		t.Errorf("after a list with the known one: conference %s, other %q, stale: %v", c.Conference, c.OtherConference,
			c.Stale)
	}
}

// F178: a caller who is in the conference is not redirected, however often a list lacks them.
func TestF178TheCallerIsFetchedOnlyIfTheyAreNowhere(t *testing.T) {
	for _, saw := range []Sighting{{In: true, Held: true}, {}} {
		c, now := seen(t)
		redirected := false
		for range 12 {
			c.Reconciliation(now).ApplyParticipants("CF1", true, everybody[1:])
			acts(c, now)
			c.Reconciliation(now).ApplyLegSighting("CA1", saw)
			for _, a := range start(c, now) {
				redirected = redirected || a == RejoinConference{}
			}
			now = now.Add(reconcileEvery)
		}
		if redirected == saw.In {
			t.Errorf("in the conference: %v, redirected: %v", saw.In, redirected)
		}
	}
}
