package call

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

// start plans, and applies that the plan was started.
func start(c *Call, now time.Time) []Effect {
	effects := c.Plan(ring, now)
	c.ApplyStarted(effects, now)
	return effects
}

// acts starts the plan, and shows it in order, each effect by its type and party.
func acts(c *Call, now time.Time) string {
	var list []string
	for _, a := range start(c, now) {
		switch a := a.(type) {
		case SetHold:
			list = append(list, fmt.Sprintf("hold %s %v", a.Leg, a.Hold))
		case Hangup:
			list = append(list, "hangup "+string(a.Leg))
		case Dial:
			list = append(list, "dial "+string(a.Agent)+a.Number)
		default:
			list = append(list, strings.TrimPrefix(fmt.Sprintf("%T", a), "call."))
		}
	}
	return strings.Join(list, ", ")
}

// joinRoom applies Twilio's event that a leg has joined the conference.
func joinRoom(c *Call, leg LegID, label string) {
	c.ApplyConferenceEvent(ConferenceEvent{Conference: "CF1", Kind: ParticipantJoined, Seq: -1, Leg: leg, Label: label},
		t0)
}

// consultWith is a call in which alice, who talks to the caller, starts a consult with a target. The caller is on hold
// and the target is dialled.
func consultWith(t *testing.T, target Target) *Call {
	t.Helper()
	c := pressed(t, target)
	if got := acts(c, t0); !strings.HasPrefix(got, "hold CA1 true, dial ") {
		t.Fatalf("due at first: %s", got)
	}
	c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Done}, t0)
	if got := acts(c, t0); got != "" {
		t.Fatalf("due when the caller is on hold: %s", got)
	}
	return c
}

// pressed is a call in which alice, who talks to the caller, has pressed consult.
func pressed(t *testing.T, target Target) *Call {
	t.Helper()
	c := New("CA1", "+15005550006", false, t0)
	must(t, c.StartOffer(agent.New("alice", "Alice", t0), "a", ring, t0))
	acts(c, t0)
	_, err := c.Admitting(t0).ApplyLegAnswered("a", "CAa")
	must(t, err)
	joinRoom(c, "CA1", CallerLabel)
	joinRoom(c, "CAa", "a")
	target.Key = "b"
	must(t, c.StartTransfer(Request{Key: "r", Agent: "alice", Action: string(DoConsult)}, target, t0))
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
	for _, r := range []ResultKind{Done, Unknown} {
		c := consultWith(t, bob())
		_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
		must(t, err)
		joinRoom(c, "CAb", "b")
		swap := func() { must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoSwap)}, t0)) }
		due := func(want string) {
			t.Helper()
			if got := acts(c, t0); got != want {
				t.Fatalf("due: %q, want %q", got, want)
			}
		}
		swap()
		due("hold CAb true")
		c.ApplyResult(SetHold{Leg: "CAb", Hold: true}, Result{Kind: Done}, t0)
		due("hold CA1 false")
		due("") // the resume is on its way
		swap()
		c.ApplyMusicTurn(t0) // a late event
		due("")
		c.ApplyResult(SetHold{Leg: "CA1", Hold: false}, Result{Kind: r}, t0)
		due("hold CA1 true")
		c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Done}, t0)
		c.ApplyMusicLength(time.Minute, t0) // the hold plays music
		now := t0
		if r == Unknown { // F184: it may still take effect
			due("")
			now = now.Add(lateEffectLimit)
			if got := acts(c, now); got != "hold CA1 true" {
				t.Errorf("when it must have taken effect, due is %q", got)
			}
			c.ApplyResult(SetHold{Leg: "CA1", Hold: true}, Result{Kind: Done}, now)
		}
		if got := acts(c, now); got != "hold CAb false" {
			t.Errorf("when the caller is known to hear music, due is %q", got)
		}
		c.ApplyTime(0, now.Add(resumeLimit))
		if got := acts(c, now.Add(resumeLimit)); got != "" {
			t.Errorf("when the resume had no result, due at once is %q", got) // the request that started it has crashed
		}
		if got := acts(c, now.Add(resumeLimit+resumeRetryDelay)); got != "hold CAb false" {
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
	_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
	must(t, err)
	joinRoom(c, "CAb", "b")
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	if got := acts(c, t0); got != "hangup CAb, hold CA1 false" {
		t.Errorf("due: %s", got)
	}
}

func TestOrderOfActsOnComplete(t *testing.T) {
	c := consultWith(t, bob())
	_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
	must(t, err)
	joinRoom(c, "CAb", "b")
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoComplete)}, t0))
	if got := acts(c, t0); got != "hold CA1 false" {
		t.Errorf("due: %s; the transferor must stay until the caller is resumed", got)
	}
	c.ApplyResult(SetHold{Leg: "CA1", Hold: false}, Result{Kind: Unknown}, t0)
	if got := acts(c, t0); got != "" {
		t.Errorf("due at once after an unknown result: %s", got)
	}
	if got := acts(c, t0.Add(resumeRetryDelay)); got != "hold CA1 false" {
		t.Errorf("due after an unknown result: %s", got)
	}
	c.ApplyResult(SetHold{Leg: "CA1", Hold: false}, Result{Kind: Done}, t0)
	if got := acts(c, t0); got != "hangup CAa" {
		t.Errorf("due when the caller is resumed: %s", got)
	}
}

func TestAnOutsidePartyIsAskedBeforeItIsLetIn(t *testing.T) {
	c := consultWith(t, Target{Number: "+15005550009"})
	for range 2 { // Twilio may repeat the request
		in, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
		if err != nil || !in.Screen || c.State != ConsultRinging {
			t.Fatalf("%+v, %v, %s", in, err, c.State)
		}
	}
	for range 2 {
		in, err := c.Admitting(t0).ApplyLegAccepted("b", "CAb")
		if err != nil || in.Screen || in.Leg != "b" || c.State != Consulting {
			t.Fatalf("%+v, %v, %s", in, err, c.State)
		}
	}
	if in, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb"); err != nil || in.Screen {
		t.Errorf("screened again after accepting: %+v, %v", in, err)
	}
	if _, err := c.Admitting(t0).ApplyLegAccepted("b", "CAother"); !errors.Is(err, ErrNotWanted) {
		t.Errorf("another leg under the same key: %v", err)
	}
}

func TestTheCallersOwnNumberIsNoTarget(t *testing.T) {
	c := consultWith(t, bob())
	must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, t0))
	err := c.StartTransfer(Request{Agent: "alice", Action: string(DoAdd)}, Target{Number: c.From, Key: "x"}, t0)
	if !errors.Is(err, ErrCaller) {
		t.Errorf("F086: %v", err)
	}
}

// lookedForInVain is a consult in which the caller was not found for callerAbsentLimit, and so is to be redirected.
func lookedForInVain(t *testing.T) (c *Call, now time.Time) {
	t.Helper()
	agents := []ListedParticipant{{Leg: "CAa", Label: "a"}, {Leg: "CAb", Label: "b"}}
	c = consultWith(t, bob())
	_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
	must(t, err)
	look := func(after time.Duration, want string) {
		t.Helper()
		now = t0.Add(after)
		c.Reconciliation(now).ApplyParticipants("CF1", true, agents)
		if due := acts(c, now); due != "FindParticipant" {
			t.Fatalf("not in the list after %v: due: %q", after, due)
		}
		c.Reconciliation(now).ApplyLegSighting("CA1", Sighting{})
		if due := acts(c, now); due != want {
			t.Fatalf("not found after %v: due: %q, want %q", after, due, want)
		}
	}
	look(0, "")
	c.ApplyMusicTurn(t0.Add(20 * time.Second)) // a sign of life
	look(callerAbsentLimit, "")
	look(2*callerAbsentLimit-time.Second, "")
	look(2*callerAbsentLimit, "RejoinConference")
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
		{"absent --redirected--> reconciled again", Done, false, ""},
		{"absent --leg has ended--> ended", AlreadyGone, true, ""},
		{"absent --unknown--> redirected again", Unknown, false, "RejoinConference"},
		{"absent --throttled--> redirected again", Throttled, false, "RejoinConference"},
		{"absent --refused--> redirected again", Refused, false, "RejoinConference"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, now := lookedForInVain(t)
			c.ApplyResult(RejoinConference{}, Result{Kind: test.r}, now)
			if (c.State == Ended) != test.ended || c.CallerLive == test.ended {
				t.Fatalf("the call is %s, the caller's leg lives: %v", c.State, c.CallerLive)
			}
			if test.ended {
				if got := acts(c, now); c.Reason != ReasonCallerLeft || got != "hangup CAa, hangup CAb" {
					t.Errorf("ended by %q, due: %s", c.Reason, got)
				}
				return
			}
			now = now.Add(redirectAgainAfter)
			both := []ListedParticipant{{Leg: "CAa", Label: "a"}, {Leg: "CAb", Label: "b"}}
			c.Reconciliation(now).ApplyParticipants("CF1", true, both)
			c.Reconciliation(now).ApplyLegSighting("CA1", Sighting{})
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
			c.ApplyMusicLength(time.Minute, t0)
			now := t0.Add(findLegAfter)
			if got := acts(c, now); got != "FindLeg" {
				t.Fatalf("due: %q", got)
			}
			c.ApplyResult(FindLeg{Key: "b"}, Result{Kind: Done}, now)
			if got := acts(c, now.Add(time.Second)); got != "" {
				t.Errorf("due when a call is listed: %q", got)
			}
			if _, err := c.Admitting(now).ApplyLegAnswered("b", "CAb"); err != nil {
				t.Errorf("our leg has answered: %v", err)
			}
			must(t, c.ApplyCommand(Request{Agent: "alice", Action: string(DoCancel)}, now))
			if got := acts(c, now); !strings.HasPrefix(got, "hangup CAb") {
				t.Errorf("due when it is cancelled: %q", got)
			}
		})
	}
}

// If no webhook of the leg comes, it is given up once it must have stopped ringing.
func TestALegThatMayBeOursAndIsNotIsGivenUp(t *testing.T) {
	c := consultWith(t, bob())
	acts(c, t0.Add(findLegAfter))
	c.ApplyResult(FindLeg{Key: "b"}, Result{Kind: Done}, t0.Add(findLegAfter))
	late := t0.Add(ring + ringSlack)
	c.ApplyTime(0, late.Add(-time.Second))
	if c.State != ConsultRinging {
		t.Fatalf("%s before the deadline", c.State)
	}
	c.ApplyTime(0, late)
	if c.State != Talking || c.Transfer.Outcome != OutcomeFailed {
		t.Errorf("%s, %s", c.State, c.Transfer.Outcome)
	}
	c.ApplyTime(0, late)
	if c.Leg("b") != nil {
		t.Error("its agent is not released")
	}
}

// The event that the conference has ended because the caller left it comes when the caller hangs up, but also, late,
// about an earlier conference that the caller was redirected from.
func TestTheWordThatTheRoomEndedWithTheCallerIsLookedInto(t *testing.T) {
	end := ConferenceEvent{Conference: "CF1", Kind: ConferenceEnded, Seq: -1, Leg: "CA1"}
	for _, test := range []struct {
		name  string
		here  bool
		due   string
		ended bool
	}{
		{"event --found--> talks on", true, "", false},
		{"event --not found, leg has ended--> ended", false, "FindParticipant", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := consultWith(t, bob())
			here := []ListedParticipant{{Leg: "CAa", Label: "a"}}
			if test.here {
				here = append(here, ListedParticipant{Leg: "CA1", Label: CallerLabel, Held: true})
			}
			c.ApplyConferenceEvent(end, t0)
			if got := acts(c, t0); c.State == Ended || got != "Reconcile" {
				t.Fatalf("the call is %s, due: %q", c.State, got)
			}
			c.Reconciliation(t0).ApplyParticipants("CF1", true, here)
			if got := acts(c, t0); got != test.due {
				t.Errorf("due after the reconcile: %q, want %q", got, test.due)
			}
			if test.due != "" {
				c.Reconciliation(t0).ApplyLegSighting("CA1", Sighting{Over: true})
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
	if got := acts(c, now); got != "RejoinConference" {
		t.Fatalf("due before: %q", got)
	}
	c.ApplyResult(RejoinConference{}, Result{Kind: Done}, now)
	now = now.Add(redirectAgainAfter)
	c.ApplyConferenceEvent(ConferenceEvent{Conference: "CF2", Kind: ParticipantJoined, Leg: "CA1", Label: CallerLabel},
		now)
	if got := acts(c, now); got != "" {
		t.Errorf("due when the caller has joined: %q", got)
	}
}

func TestEveryActionIsOfferedExactlyWhenItIsAccepted(t *testing.T) {
	for _, s := range States {
		c := consultWith(t, bob())
		_, err := c.Admitting(t0).ApplyLegAnswered("b", "CAb")
		must(t, err)
		c.State = s
		can := c.Seat("alice").Actions()
		for _, a := range Actions {
			err := c.Seat("alice").Allowed(a)
			if slices.Contains(can, a) != (err == nil) {
				t.Errorf("%s in %s: offered %v, %v", a, s, slices.Contains(can, a), err)
			}
		}
	}
}

func TestAnAuditIsStoredOnlyIfItHasFoundSomething(t *testing.T) {
	here := []ListedParticipant{{Leg: "CA1", Label: CallerLabel}, {Leg: "CAa", Label: "a"}}
	talking := func(looked time.Time) *Call {
		c := New("CA1", "", false, t0)
		must(t, c.StartOffer(agent.New("alice", "Alice", t0), "a", ring, t0))
		acts(c, t0)
		_, err := c.Admitting(t0).ApplyLegAnswered("a", "CAa")
		must(t, err)
		c.Reconciliation(looked).ApplyParticipants("CF1", true, here)
		return c
	}
	later := t0.Add(time.Minute)
	for _, test := range []struct {
		name   string
		looked time.Time
		due    string
		news   func(c *Call)
		stored bool
	}{
		{"all legs are found", t0, "Reconcile",
			func(c *Call) { c.Reconciliation(later).ApplyParticipants("CF1", true, here) }, false},
		{"a leg is missing", t0, "Reconcile",
			func(c *Call) { c.Reconciliation(later).ApplyParticipants("CF1", true, here[:1]) }, true},
		{"the reconcile fails", t0, "Reconcile",
			func(c *Call) { c.ApplyResult(Reconcile{}, Result{Kind: Unknown}, later) },
			true},
		{"reconciled a moment ago", later.Add(-time.Second), "", func(*Call) {}, true},
	} {
		c := talking(test.looked)
		stale, reconciled, legs := c.Stale, c.ReconciledAt, len(c.Legs)
		c.Reconciliation(later).Request()
		if got := acts(c, later); got != test.due {
			t.Errorf("%s: due: %q", test.name, got)
		}
		test.news(c)
		changed := c.Stale != stale || !c.ReconciledAt.Equal(reconciled) || len(c.Legs) != legs
		if changed != test.stored {
			t.Errorf("%s: changed %v", test.name, changed)
		}
		if got := acts(c, later); slices.Contains(strings.Split(got, ", "), "Reconcile") {
			t.Errorf("%s: reconciled again at once: %s", test.name, got)
		}
	}
}
