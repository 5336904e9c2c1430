package conference

import (
	"testing"
	"time"
)

// seen is a talk whose legs were all in the room when it was looked at first.
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

// F178: what becomes of an agent's leg that a list lacks, by what is said of the leg itself.
func TestF178ALegThatAListLacks(t *testing.T) {
	elsewhere, in, over := Sighting{}, Sighting{In: true}, Sighting{Over: true}
	for _, test := range []struct {
		name  string
		looks []Sighting // one each lookEvery
		state State
		out   string // due in the end
	}{
		{"lacked --in the room--> consulting", []Sighting{in}, Consulting, ""},
		{"lacked --over--> talking", []Sighting{over}, Talking, "hold CA1 false"},
		{"lacked --elsewhere--> consulting", []Sighting{elsewhere}, Consulting, ""},
		{"lacked --elsewhere, in the room, elsewhere--> consulting", []Sighting{elsewhere, in, elsewhere}, Consulting, ""},
		{"lacked --elsewhere, elsewhere--> talking", []Sighting{elsewhere, elsewhere}, Talking, "hangup CAb, hold CA1 false"},
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
				t.Errorf("in doubt: %v", c.Doubt)
			}
		})
	}
}

// F178: two looks in the same moment are one.
func TestF178TwoLooksMustBeApart(t *testing.T) {
	c, now := seen(t)
	for range 3 {
		c.Saw("CF1", true, everybody[:2], now)
		c.SawLeg("CAb", Sighting{}, now)
	}
	c.Done(LookAt{Leg: "CAb"}, Result{Kind: Unknown}, now.Add(lookEvery))
	if c.State != Consulting || !c.Doubt {
		t.Errorf("%s, in doubt: %v", c.State, c.Doubt)
	}
}

// F178: a list of rooms that shows another room than the one that is known, such as the one
// before, must do so twice.
func TestF178AnotherRoomMustBeSeenTwice(t *testing.T) {
	c, now := seen(t)
	c.Saw("CF0", true, nil, now)
	if due := acts(c, now); c.Room != "CF1" || c.State != Consulting || due != "" {
		t.Fatalf("after one look: room %s, %s, due: %q", c.Room, c.State, due)
	}
	now = now.Add(lookEvery)
	if due := acts(c, now); due != "Look" {
		t.Fatalf("due: %q", due)
	}
	c.Saw("CF0", true, everybody, now)
	if c.Room != "CF0" || !c.Caller.Joined || c.State != Consulting {
		t.Errorf("after two looks that agree: room %s, %s", c.Room, c.State)
	}
	now = now.Add(lookEvery)
	c.Saw("CF1", true, everybody, now)
	c.Saw("CF2", true, everybody, now.Add(lookEvery))
	if c.Room != "CF0" {
		t.Errorf("after two that do not agree: room %s", c.Room)
	}
	c.Saw("CF0", true, everybody, now.Add(2*lookEvery))
	if c.Room != "CF0" || c.Other != "" || c.Doubt {
		t.Errorf("after the known one: room %s, other %q, in doubt: %v", c.Room, c.Other, c.Doubt)
	}
}

// F178: a caller who is in the room is not fetched out of it, however often a list lacks them.
func TestF178TheCallerIsFetchedOnlyIfSheIsNowhere(t *testing.T) {
	for _, saw := range []Sighting{{In: true, Held: true}, {}} {
		c, now := seen(t)
		fetched := false
		for range 12 {
			c.Saw("CF1", true, everybody[1:], now)
			acts(c, now)
			c.SawLeg("CA1", saw, now)
			for _, a := range c.Due(ring, now) {
				fetched = fetched || a == FreshRoom{}
			}
			now = now.Add(lookEvery)
		}
		if fetched == saw.In {
			t.Errorf("said to be in the room: %v, fetched: %v", saw.In, fetched)
		}
	}
}
