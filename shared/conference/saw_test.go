package conference

import (
	"testing"
	"time"
)

// seen is a consult whose legs are all known to be in the conference.
func seen(t *testing.T) (c *Conference, now time.Time) {
	t.Helper()
	c = consultWith(t, bob())
	_, err := c.LegAnswered("b", "CAb", t0)
	must(t, err)
	joinRoom(c, "CAb", "b")
	c.MusicLasts(time.Minute, t0)
	return c, t0.Add(10 * time.Second)
}

var everybody = []Presence{
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
				c.Audit(now)
				c.Saw("CF1", true, everybody[:2], now)
				if due := acts(c, now); due != "LookAt" {
					t.Fatalf("due: %q", due)
				}
				c.SawLeg("CAb", saw, now)
				got = acts(c, now)
				now = now.Add(lookEvery)
			}
			if c.State != test.state || got != test.out {
				t.Errorf("%s, due: %q; want %s, %q", c.State, got, test.state, test.out)
			}
			if c.Doubt != (test.looks[len(test.looks)-1] != in && c.State == Consulting) && c.State == Consulting {
				t.Errorf("stale: %v", c.Doubt)
			}
		})
	}
}

// F178: two looks within lookApart count as one.
func TestF178TwoLooksMustBeApart(t *testing.T) {
	c, now := seen(t)
	for range 3 {
		c.Saw("CF1", true, everybody[:2], now)
		c.SawLeg("CAb", Sighting{}, now)
	}
	c.Done(LookAt{Leg: "CAb"}, Result{Kind: Unknown}, now.Add(lookEvery))
	if c.State != Consulting || !c.Doubt {
		t.Errorf("%s, stale: %v", c.State, c.Doubt)
	}
}

// F178: a list that shows another conference than the known one, such as the one before, must do so twice.
func TestF178AnotherRoomMustBeSeenTwice(t *testing.T) {
	c, now := seen(t)
	c.Saw("CF0", true, nil, now)
	if due := acts(c, now); c.Room != "CF1" || c.State != Consulting || due != "" {
		t.Fatalf("after one list: conference %s, %s, due: %q", c.Room, c.State, due)
	}
	now = now.Add(lookEvery)
	if due := acts(c, now); due != "Look" {
		t.Fatalf("due: %q", due)
	}
	c.Saw("CF0", true, everybody, now)
	if c.Room != "CF0" || !c.Caller.Joined || c.State != Consulting {
		t.Errorf("after two lists that agree: conference %s, %s", c.Room, c.State)
	}
	now = now.Add(lookEvery)
	c.Saw("CF1", true, everybody, now)
	c.Saw("CF2", true, everybody, now.Add(lookEvery))
	if c.Room != "CF0" {
		t.Errorf("after two lists that do not agree: conference %s", c.Room)
	}
	c.Saw("CF0", true, everybody, now.Add(2*lookEvery))
	if c.Room != "CF0" || c.Other != "" || c.Doubt {
		t.Errorf("after a list with the known one: conference %s, other %q, stale: %v", c.Room, c.Other, c.Doubt)
	}
}

// F178: a caller who is in the conference is not redirected, however often a list lacks them.
func TestF178TheCallerIsFetchedOnlyIfTheyAreNowhere(t *testing.T) {
	for _, saw := range []Sighting{{In: true, Held: true}, {}} {
		c, now := seen(t)
		redirected := false
		for range 12 {
			c.Saw("CF1", true, everybody[1:], now)
			acts(c, now)
			c.SawLeg("CA1", saw, now)
			for _, a := range c.Due(ring, now) {
				redirected = redirected || a == FreshRoom{}
			}
			now = now.Add(lookEvery)
		}
		if redirected == saw.In {
			t.Errorf("in the conference: %v, redirected: %v", saw.In, redirected)
		}
	}
}
