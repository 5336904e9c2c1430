package conference

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

var t0 = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

const ring = 20 * time.Second

// acts is the plan in order, each effect by its type and party.
func acts(c *Conference, now time.Time) string {
	var list []string
	for _, a := range c.Due(ring, now) {
		switch a := a.(type) {
		case SetHold:
			list = append(list, fmt.Sprintf("hold %s %v", a.Leg, a.Hold))
		case Hangup:
			list = append(list, "hangup "+string(a.Leg))
		case Dial:
			list = append(list, "dial "+string(a.Agent)+a.Number)
		default:
			list = append(list, strings.TrimPrefix(fmt.Sprintf("%T", a), "conference."))
		}
	}
	return strings.Join(list, ", ")
}

// joinRoom applies Twilio's event that a leg has joined the conference.
func joinRoom(c *Conference, leg LegID, label string) {
	c.RoomTold(RoomEvent{Room: "CF1", Kind: RoomJoin, Seq: -1, Leg: leg, Label: label}, t0)
}

// consultWith is a call in which alice, who talks to the caller, starts a consult with a target. The caller is on hold
// and the target is dialled.
func consultWith(t *testing.T, target Target) *Conference {
	t.Helper()
	c := New("CA1", "+15005550006", false, t0)
	must(t, c.OfferTo(agent.New("alice", "Alice", t0), "a", ring, t0))
	acts(c, t0)
	_, err := c.LegAnswered("a", "CAa", t0)
	must(t, err)
	joinRoom(c, "CA1", CallerLabel)
	joinRoom(c, "CAa", "a")
	target.Key = "b"
	must(t, c.Begin(Request{Key: "r", Agent: "alice", Action: string(DoConsult)}, target, t0))
	if got := acts(c, t0); got != "hold CA1 true" {
		t.Fatalf("due at first: %s", got)
	}
	c.Done(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Acted}, t0)
	if got := acts(c, t0); !strings.HasPrefix(got, "dial ") {
		t.Fatalf("due when the caller is on hold: %s", got)
	}
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func bob() Target { return Target{Agent: agent.New("bob", "Bob", t0)} }

// N5, F080: the transferor swaps twice, and at the second swap the resume of the first is still on its way. The target
// must not hear the caller.
func TestNobodyIsTakenOffHoldWhileAnotherMayBe(t *testing.T) {
	for _, r := range []ResultKind{Acted, Unknown} {
		c := consultWith(t, bob())
		_, err := c.LegAnswered("b", "CAb", t0)
		must(t, err)
		joinRoom(c, "CAb", "b")
		swap := func() { must(t, c.Do(Request{Agent: "alice", Action: string(DoSwap)}, t0)) }
		due := func(want string) {
			t.Helper()
			if got := acts(c, t0); got != want {
				t.Fatalf("due: %q, want %q", got, want)
			}
		}
		swap()
		due("hold CAb true")
		c.Done(SetHold{Leg: "CAb", Hold: true}, Result{Kind: Acted}, t0)
		due("hold CA1 false")
		due("") // the resume is on its way
		swap()
		c.CallerHearsMusic(t0) // a late event
		due("")
		c.Done(SetHold{Leg: "CA1", Hold: false}, Result{Kind: r}, t0)
		due("hold CA1 true")
		c.Done(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Acted}, t0)
		c.MusicLasts(time.Minute, t0) // the hold plays music
		now := t0
		if r == Unknown { // F184: it may still take effect
			due("")
			now = now.Add(lateWithin)
			if got := acts(c, now); got != "hold CA1 true" {
				t.Errorf("when it must have taken effect, due is %q", got)
			}
			c.Done(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Acted}, now)
		}
		if got := acts(c, now); got != "hold CAb false" {
			t.Errorf("when the caller is known to hear music, due is %q", got)
		}
		c.Tick(0, now.Add(unholdWithin))
		if got := acts(c, now.Add(unholdWithin)); got != "" {
			t.Errorf("when the resume had no result, due at once is %q", got) // the request that started it has crashed
		}
		if got := acts(c, now.Add(unholdWithin+unholdAgain)); got != "hold CAb false" {
			t.Errorf("when the resume had no result, due later is %q", got)
		}
	}
}

func TestNothingIsDueTwice(t *testing.T) {
	c := consultWith(t, bob())
	for range 3 {
		if got := acts(c, t0); got != "" {
			t.Fatalf("due again: %s", got)
		}
	}
}

func TestOrderOfActsOnCancel(t *testing.T) {
	c := consultWith(t, bob())
	_, err := c.LegAnswered("b", "CAb", t0)
	must(t, err)
	joinRoom(c, "CAb", "b")
	must(t, c.Do(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	if got := acts(c, t0); got != "hangup CAb, hold CA1 false" {
		t.Errorf("due: %s", got)
	}
}

func TestOrderOfActsOnComplete(t *testing.T) {
	c := consultWith(t, bob())
	_, err := c.LegAnswered("b", "CAb", t0)
	must(t, err)
	joinRoom(c, "CAb", "b")
	must(t, c.Do(Request{Agent: "alice", Action: string(DoComplete)}, t0))
	if got := acts(c, t0); got != "hold CA1 false" {
		t.Errorf("due: %s; the transferor must stay until the caller is resumed", got)
	}
	c.Done(SetHold{Leg: "CA1", Hold: false}, Result{Kind: Unknown}, t0)
	if got := acts(c, t0); got != "" {
		t.Errorf("due at once after an unknown result: %s", got)
	}
	if got := acts(c, t0.Add(unholdAgain)); got != "hold CA1 false" {
		t.Errorf("due after an unknown result: %s", got)
	}
	c.Done(SetHold{Leg: "CA1", Hold: false}, Result{Kind: Acted}, t0)
	if got := acts(c, t0); got != "hangup CAa" {
		t.Errorf("due when the caller is resumed: %s", got)
	}
}

func TestAnOutsidePartyIsAskedBeforeItIsLetIn(t *testing.T) {
	c := consultWith(t, Target{Number: "+15005550009"})
	for range 2 { // Twilio may repeat the request
		in, err := c.LegAnswered("b", "CAb", t0)
		if err != nil || !in.Ask || c.State != ConsultRinging {
			t.Fatalf("%+v, %v, %s", in, err, c.State)
		}
	}
	for range 2 {
		in, err := c.LegAccepted("b", "CAb", t0)
		if err != nil || in.Ask || in.Leg != "b" || c.State != Consulting {
			t.Fatalf("%+v, %v, %s", in, err, c.State)
		}
	}
	if in, err := c.LegAnswered("b", "CAb", t0); err != nil || in.Ask {
		t.Errorf("screened again after accepting: %+v, %v", in, err)
	}
	if _, err := c.LegAccepted("b", "CAother", t0); !errors.Is(err, ErrNotWanted) {
		t.Errorf("another leg under the same key: %v", err)
	}
}

func TestTheCallersOwnNumberIsNoTarget(t *testing.T) {
	c := consultWith(t, bob())
	must(t, c.Do(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	err := c.Begin(Request{Agent: "alice", Action: string(DoAdd)}, Target{Number: c.From, Key: "x"}, t0)
	if !errors.Is(err, ErrCaller) {
		t.Errorf("F086: %v", err)
	}
}

// lookedForInVain is a consult in which the caller was not found for callerAbsentLimit, and so is to be redirected.
func lookedForInVain(t *testing.T) (c *Conference, now time.Time) {
	t.Helper()
	agents := []Presence{{Leg: "CAa", Label: "a"}, {Leg: "CAb", Label: "b"}}
	c = consultWith(t, bob())
	_, err := c.LegAnswered("b", "CAb", t0)
	must(t, err)
	look := func(after time.Duration, want string) {
		t.Helper()
		now = t0.Add(after)
		c.Saw("CF1", true, agents, now)
		if due := acts(c, now); due != "LookAt" {
			t.Fatalf("not in the list after %v: due: %q", after, due)
		}
		c.SawLeg("CA1", Sighting{}, now)
		if due := acts(c, now); due != want {
			t.Fatalf("not found after %v: due: %q, want %q", after, due, want)
		}
	}
	look(0, "")
	c.CallerHearsMusic(t0.Add(20 * time.Second)) // a sign of life
	look(missingFor, "")
	look(2*missingFor-time.Second, "")
	look(2*missingFor, "FreshRoom")
	return c, now
}

// That Twilio lists the caller in no conference does not prove that the caller has hung up: the conference may have
// ended while our webhooks did not answer. The redirect shows it, since Twilio refuses it for a leg that has ended.
func TestACallerWhoIsLookedForInVainIsAskedFor(t *testing.T) {
	for _, test := range []struct {
		name  string
		r     ResultKind
		ended bool
		due   string // redirectAgainAfter later, when the caller is not found again
	}{
		{"absent --redirected--> reconciled again", Acted, false, ""},
		{"absent --leg has ended--> ended", WasGone, true, ""},
		{"absent --unknown--> redirected again", Unknown, false, "FreshRoom"},
		{"absent --throttled--> redirected again", Throttled, false, "FreshRoom"},
		{"absent --refused--> redirected again", Refused, false, "FreshRoom"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, now := lookedForInVain(t)
			c.Done(FreshRoom{}, Result{Kind: test.r}, now)
			if (c.State == Ended) != test.ended || c.CallerOn == test.ended {
				t.Fatalf("the call is %s, the caller's leg lives: %v", c.State, c.CallerOn)
			}
			if test.ended {
				if got := acts(c, now); c.Reason != ReasonCallerLeft || got != "hangup CAa, hangup CAb" {
					t.Errorf("ended by %q, due: %s", c.Reason, got)
				}
				return
			}
			now = now.Add(moveAgain)
			c.Saw("CF1", true, []Presence{{Leg: "CAa", Label: "a"}, {Leg: "CAb", Label: "b"}}, now)
			c.SawLeg("CA1", Sighting{}, now)
			if got := acts(c, now); got != test.due {
				t.Errorf("due: %q, want %q", got, test.due)
			}
		})
	}
}

// Twilio's list of calls cannot say which call is the leg that was dialled, so none is taken for it: a wrong one would
// be hung up, and the right one refused.
func TestALegThatMayBeOursIsWaitedFor(t *testing.T) {
	for name, target := range map[string]Target{"an agent": bob(), "a number": {Number: "+15005550009"}} {
		t.Run(name, func(t *testing.T) {
			c := consultWith(t, target)
			c.MusicLasts(time.Minute, t0)
			now := t0.Add(unheardAfter)
			if got := acts(c, now); got != "Find" {
				t.Fatalf("due: %q", got)
			}
			c.Done(Find{Key: "b"}, Result{Kind: Acted}, now)
			if got := acts(c, now.Add(time.Second)); got != "" {
				t.Errorf("due when a call is listed: %q", got)
			}
			if _, err := c.LegAnswered("b", "CAb", now); err != nil {
				t.Errorf("our leg has answered: %v", err)
			}
			must(t, c.Do(Request{Agent: "alice", Action: string(DoCancel)}, now))
			if got := acts(c, now); !strings.HasPrefix(got, "hangup CAb") {
				t.Errorf("due when it is cancelled: %q", got)
			}
		})
	}
}

// If no webhook of the leg comes, it is given up once it must have stopped ringing.
func TestALegThatMayBeOursAndIsNotIsGivenUp(t *testing.T) {
	c := consultWith(t, bob())
	acts(c, t0.Add(unheardAfter))
	c.Done(Find{Key: "b"}, Result{Kind: Acted}, t0.Add(unheardAfter))
	late := t0.Add(ring + ringSlack)
	c.Tick(0, late.Add(-time.Second))
	if c.State != ConsultRinging {
		t.Fatalf("%s before the deadline", c.State)
	}
	c.Tick(0, late)
	if c.State != Talking || c.Transfer.Outcome != OutcomeFailed {
		t.Errorf("%s, %s", c.State, c.Transfer.Outcome)
	}
	c.Tick(0, late)
	if c.Leg("b") != nil {
		t.Error("its agent is not released")
	}
}

// The event that the conference has ended because the caller left it comes when the caller hangs up, but also, late,
// about an earlier conference that the caller was redirected from.
func TestTheWordThatTheRoomEndedWithTheCallerIsLookedInto(t *testing.T) {
	end := RoomEvent{Room: "CF1", Kind: RoomEnd, Seq: -1, Leg: "CA1"}
	for _, test := range []struct {
		name  string
		here  bool
		due   string
		ended bool
	}{
		{"event --found--> talks on", true, "", false},
		{"event --not found, leg has ended--> ended", false, "LookAt", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := consultWith(t, bob())
			here := []Presence{{Leg: "CAa", Label: "a"}}
			if test.here {
				here = append(here, Presence{Leg: "CA1", Label: CallerLabel, Held: true})
			}
			c.RoomTold(end, t0)
			if got := acts(c, t0); c.State == Ended || got != "Look" {
				t.Fatalf("the call is %s, due: %q", c.State, got)
			}
			c.Saw("CF1", true, here, t0)
			if got := acts(c, t0); got != test.due {
				t.Errorf("due after the reconcile: %q, want %q", got, test.due)
			}
			if test.due != "" {
				c.SawLeg("CA1", Sighting{Over: true}, t0)
			}
			if (c.State == Ended) != test.ended {
				t.Errorf("the call is %s", c.State)
			}
		})
	}
}

// Outside a conference no music turn was recorded, so the music had run out; the join starts it anew.
func TestACallerWhoComesBackIntoARoomIsNotTakenOutOfIt(t *testing.T) {
	c := New("CA1", "", false, t0)
	now := t0.Add(10 * time.Minute)
	if got := acts(c, now); got != "FreshRoom" {
		t.Fatalf("due before: %q", got)
	}
	c.Done(FreshRoom{}, Result{Kind: Acted}, now)
	now = now.Add(moveAgain)
	c.RoomTold(RoomEvent{Room: "CF2", Kind: RoomJoin, Leg: "CA1", Label: CallerLabel}, now)
	if got := acts(c, now); got != "" {
		t.Errorf("due when the caller has joined: %q", got)
	}
}

func TestEveryActionIsOfferedExactlyWhenItIsAccepted(t *testing.T) {
	for _, s := range States {
		c := consultWith(t, bob())
		_, err := c.LegAnswered("b", "CAb", t0)
		must(t, err)
		c.State = s
		can := c.ActionsOf("alice")
		for _, a := range Actions {
			err := c.Allowed("alice", a)
			if slices.Contains(can, a) != (err == nil) {
				t.Errorf("%s in %s: offered %v, %v", a, s, slices.Contains(can, a), err)
			}
		}
	}
}

func TestAnAuditIsStoredOnlyIfItHasFoundSomething(t *testing.T) {
	here := []Presence{{Leg: "CA1", Label: CallerLabel}, {Leg: "CAa", Label: "a"}}
	talking := func(looked time.Time) *Conference {
		c := New("CA1", "", false, t0)
		must(t, c.OfferTo(agent.New("alice", "Alice", t0), "a", ring, t0))
		acts(c, t0)
		_, err := c.LegAnswered("a", "CAa", t0)
		must(t, err)
		c.Saw("CF1", true, here, looked)
		return c
	}
	later := t0.Add(time.Minute)
	for _, test := range []struct {
		name   string
		looked time.Time
		due    string
		news   func(c *Conference)
		stored bool
	}{
		{"all legs are found", t0, "Look", func(c *Conference) { c.Saw("CF1", true, here, later) }, false},
		{"a leg is missing", t0, "Look", func(c *Conference) { c.Saw("CF1", true, here[:1], later) }, true},
		{"the reconcile fails", t0, "Look", func(c *Conference) { c.Done(Look{}, Result{Kind: Unknown}, later) }, true},
		{"reconciled a moment ago", later.Add(-time.Second), "", func(*Conference) {}, true},
	} {
		c := talking(test.looked)
		doubt, looked, legs := c.Doubt, c.Looked, len(c.Legs)
		c.Audit(later)
		if got := acts(c, later); got != test.due {
			t.Errorf("%s: due: %q", test.name, got)
		}
		test.news(c)
		if changed := c.Doubt != doubt || !c.Looked.Equal(looked) || len(c.Legs) != legs; changed != test.stored {
			t.Errorf("%s: changed %v", test.name, changed)
		}
		if got := acts(c, later); slices.Contains(strings.Split(got, ", "), "Look") {
			t.Errorf("%s: reconciled again at once: %s", test.name, got)
		}
	}
}
