package agent

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func available() *Agent {
	a := New("alice", "Alice", t0)
	a.Choose(Available, t0)
	return a
}

func TestF151IdentityFromClaim(t *testing.T) {
	for claim, want := range map[string]ID{
		"alice":          "alice",
		"Bob42":          "Bob42",
		"a_b":            "a_5fb",
		"a b@c.de":       "a_20b_40c_2ede",
		"\x00":           "_00",
		"é":              "_c3_a9",
		"client:mallory": "client_3amallory",
	} {
		got, err := FromClaim(claim)
		if err != nil || got != want || !Valid(string(got)) {
			t.Errorf("%q: %q, %v; want %q", claim, got, err, want)
		}
	}
	long, other := strings.Repeat("x", 200), strings.Repeat("x", 201)
	a, _ := FromClaim(long)
	b, _ := FromClaim(other)
	if len(a) != maxID || !Valid(string(a)) || a == b {
		t.Errorf("long names: %q, %q", a, b)
	}
	if _, err := FromClaim(""); !errors.Is(err, ErrNoName) {
		t.Errorf("empty claim: %v", err)
	}
}

func FuzzFromClaim(f *testing.F) {
	f.Add("alice", "a_b")
	f.Add("a b", "a_20b")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := FromClaim(a)
		y, errY := FromClaim(b)
		if errX != nil || errY != nil {
			return
		}
		if !Valid(string(x)) {
			t.Errorf("%q gives %q", a, x)
		}
		if x == y && a != b {
			t.Errorf("%q and %q meet in %q", a, b, x)
		}
	})
}

func TestPresence(t *testing.T) {
	for want, change := range map[Presence]func(*Agent){
		IsAvailable: func(*Agent) {},
		IsAway:      func(a *Agent) { a.Choose(Away, t0) },
		IsWrapUp:    func(a *Agent) { a.IdleSince = t0.Add(time.Minute) },
		IsBusy:      func(a *Agent) { _ = a.ClaimFor("CA", "leg", t0) },
		IsOffline:   func(a *Agent) { a.HeartbeatAt = t0.Add(-StaleAfter - 1) },
	} {
		a := available()
		change(a)
		if got := a.Presence(t0); got != want {
			t.Errorf("%s: got %s", want, got)
		}
		err := a.ClaimFor("CA2", "leg2", t0)
		var no *NotFreeError
		if want == IsAvailable {
			if err != nil || a.Claim.Leg != "leg2" {
				t.Errorf("claiming a free agent: %v", err)
			}
		} else if !errors.As(err, &no) || no.Presence != want {
			t.Errorf("claiming an agent who is %s: %v", want, err)
		}
	}
}

func TestLeaseRunsOutUnlessRenewed(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	if a.Renew(t0.Add(time.Second)) {
		t.Error("a fresh lease was renewed: a write at each heartbeat")
	}
	if !a.Renew(t0.Add(Lease/2)) || !a.Claimed(t0.Add(Lease)) {
		t.Error("the lease was not renewed")
	}
	a.HeartbeatAt = t0.Add(2 * Lease)
	if !a.Free(t0.Add(2 * Lease)) {
		t.Error("the lease does not expire")
	}
}

func TestRelease(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	if a.Release(Release{Leg: "other"}, t0) || a.Claim == nil {
		t.Fatal("F106: released by another leg's end")
	}
	now := t0.Add(time.Minute)
	a.Release(Release{Leg: "leg", Answered: true, Outcome: "lost", WrapUp: 30 * time.Second}, now)
	a.HeartbeatAt = now
	if p := a.Presence(now); p != IsWrapUp {
		t.Errorf("after a call: %s", p)
	}
	if p := a.Presence(now.Add(30 * time.Second)); p != IsAvailable {
		t.Errorf("after the wrap-up: %s", p)
	}
	if a.Last == nil || a.Last.Outcome != "lost" {
		t.Errorf("last call: %+v", a.Last)
	}
}

func TestF017MissedOffers(t *testing.T) {
	a := available()
	for i := range MissLimit {
		if a.Status != Available {
			t.Fatalf("%s after %d", a.Status, i)
		}
		a.Beat(t0)
		_ = a.ClaimFor("CA", "leg", t0)
		a.Release(Release{Leg: "leg", Missed: true}, t0)
	}
	if a.Status != Away || a.StatusReason != ReasonMissed {
		t.Errorf("%s, %s", a.Status, a.StatusReason)
	}
	a.Choose(Available, t0)
	if a.StatusReason != "" || a.Missed != 0 || !a.Free(t0) {
		t.Errorf("after choosing again: %+v", a)
	}
}

func TestBeatIsWrittenSparingly(t *testing.T) {
	a := available()
	if a.Beat(t0.Add(time.Second)) {
		t.Error("a write at each heartbeat")
	}
	if !a.Beat(t0.Add(beatEvery)) || a.HeartbeatAt != t0.Add(beatEvery) {
		t.Error("not written")
	}
}

func TestChoosingAvailableEndsTheWrapUp(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	a.Release(Release{Leg: "leg", Answered: true, WrapUp: time.Minute}, t0)
	if p := a.Presence(t0); p != IsWrapUp {
		t.Fatalf("after a call: %s", p)
	}
	if !a.Choose(Available, t0.Add(time.Second)) || !a.Free(t0.Add(time.Second)) {
		t.Errorf("after choosing: %s", a.Presence(t0.Add(time.Second)))
	}
}

// A recall: a caller may be offered again to the agent they have lost, even if that agent is not free for others.
func TestRejoin(t *testing.T) {
	lost, now := t0.Add(time.Minute), t0.Add(time.Minute+10*time.Second)
	for _, test := range []struct {
		name   string
		choose Status // in the call
		change func(*Agent)
		want   Presence // in the way of the recall; "" if the agent is claimed
	}{
		{"available", Available, func(*Agent) {}, ""},
		{"wrap-up", Available, func(a *Agent) { a.IdleSince = now.Add(time.Minute) }, ""},
		{"chose away in the call", Away, func(*Agent) {}, ""},
		{"chose wrap-up in the call", WrapUp, func(*Agent) {}, ""},
		{"chose away since", Available, func(a *Agent) { a.Choose(Away, now) }, IsAway},
		{"chose wrap-up since", Available, func(a *Agent) { a.Choose(WrapUp, now) }, IsWrapUp},
		{"chose away in the call, and again since", Away, func(a *Agent) { a.Choose(Away, now) }, IsAway},
		{"came back from away", Away, func(a *Agent) { a.Choose(Available, now) }, ""},
		{"in another call", Available, func(a *Agent) { _ = a.ClaimFor("CA2", "other", now) }, IsBusy},
		{"no heartbeat since", Available, func(a *Agent) { a.HeartbeatAt = lost }, IsAvailable},
		{"offline", Away, func(a *Agent) { a.HeartbeatAt = now.Add(-StaleAfter - 1) }, IsOffline},
	} {
		a := available()
		_ = a.ClaimFor("CA", "leg", t0)
		a.Choose(test.choose, t0.Add(time.Second))
		a.Release(Release{Call: "CA", Leg: "leg", Answered: true, Outcome: "lost"}, lost)
		a.HeartbeatAt = now
		test.change(a)
		err := a.ClaimForRecall("CA", "again", lost, now)
		var no *NotFreeError
		switch {
		case test.want == "" && (err != nil || a.Claim.Leg != "again"):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (!errors.As(err, &no) || no.Presence != test.want):
			t.Errorf("%s: %v, want the agent to be %s", test.name, err, test.want)
		}
	}
}

// The callback about an agent's leg may come before the one about the caller's leg, whose end took it along. A lost
// call begins no wrap-up, so the correction does, from the end of the call.
func TestTheRestAfterACallThatIsOverAfterAll(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	a.Release(Release{Call: "CA", Leg: "leg", Answered: true, Outcome: "lost"}, t0)
	if p := a.Presence(t0); p != IsAvailable {
		t.Fatalf("after a loss: %s", p)
	}
	for range 2 { // it may be repeated
		a.CorrectOutcome(Release{Call: "CA", Outcome: "caller-left", WrapUp: time.Minute})
		if !a.IdleSince.Equal(t0.Add(time.Minute)) || a.Presence(t0) != IsWrapUp {
			t.Errorf("idle since %v, %s", a.IdleSince, a.Presence(t0))
		}
	}
}

func TestTheFirstBeatAfterACallIsWritten(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	a.Release(Release{Leg: "leg", Answered: true}, t0.Add(time.Second))
	if !a.Beat(t0.Add(2*time.Second)) || a.HeartbeatAt != t0.Add(2*time.Second) {
		t.Error("not written")
	}
	if a.Beat(t0.Add(3 * time.Second)) {
		t.Error("written again at once")
	}
}

// An offer is in the list of recent calls, once, if it rang on the agent's page.
func TestF192WhatRangIsInTheListOnce(t *testing.T) {
	for _, test := range []struct {
		r    Release
		want string // the outcome in the list; "" if it is not there
	}{
		{Release{Outcome: "caller-left", Rang: true}, "caller-left"},
		{Release{Outcome: "cancelled", Rang: true, With: "Bob"}, "cancelled"},
		{Release{Outcome: "failed:500", Rang: true}, "failed:500"},
		{Release{Outcome: "failed:480", Rang: true, Unreached: true}, ""},
		{Release{Outcome: "caller-left"}, ""},
		{Release{Outcome: "ended", Answered: true, Word: "ended-here"}, "ended-here"},
	} {
		a := available()
		_ = a.ClaimFor("CA", "leg", t0)
		test.r.Call, test.r.Leg, test.r.Caller = "CA", "leg", "sip:1001@pbx.example.com"
		for range 2 { // it may be repeated
			a.Release(test.r, t0)
		}
		want := []LastCall{{
			Call: "CA", Outcome: test.want, At: t0,
			Caller: test.r.Caller, Rang: !test.r.Answered, With: test.r.With,
		}}
		if test.want == "" {
			want = nil
		}
		if !slices.Equal(a.Recent, want) {
			t.Errorf("%+v leaves %+v, want %+v", test.r, a.Recent, want)
		}
		if test.r.Answered && a.Last.Outcome != "ended" {
			t.Errorf("the last call: %+v", a.Last)
		}
	}
}

func TestF191WhoIsRung(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	for after, want := range map[time.Duration]bool{0: true, time.Minute: true, longestRing: false} {
		if got := a.Rung(t0.Add(after)); got != want && a.Claimed(t0.Add(after)) {
			t.Errorf("after %v: rung %t", after, got)
		}
	}
	if a.Claim.Answer("other", t0) || !a.Claim.Answer("leg", t0.Add(time.Second)) ||
		a.Claim.Answer("leg", t0.Add(time.Minute)) || a.Rung(t0.Add(time.Minute)) {
		t.Errorf("after the answer: %+v", a.Claim)
	}
	// The version before stored neither time.
	a.Claim.Since, a.Claim.Answered = time.Time{}, time.Time{}
	if since := a.PresenceSince(t0.Add(time.Second)); a.Rung(t0.Add(time.Second)) || !since.Equal(t0) {
		t.Errorf("an old claim: since %v", since)
	}
	a.Claim.Until = t0 // it has expired, and no request has ended it
	if since := a.PresenceSince(t0.Add(time.Second)); !since.Equal(t0) {
		t.Errorf("an expired claim: %s since %v", a.Presence(t0.Add(time.Second)), since)
	}
}

// A supervisor's choice is no heartbeat, names who made it, and has its effect once.
func TestASupervisorChoosesForAnAgent(t *testing.T) {
	a := New("alice", "Alice", t0)
	a.Choose(Available, t0)
	seen, later := a.HeartbeatAt, t0.Add(time.Minute)
	if !a.ChooseFor(Away, "Erin", "k1", later) || a.Status != Away || a.StatusBy != "Erin" ||
		!a.HeartbeatAt.Equal(seen) || !a.Since.Equal(later) {
		t.Errorf("set Away: %+v", a)
	}
	if a.ChooseFor(Away, "Erin", "k1", later.Add(time.Second)) {
		t.Error("the same request has an effect again")
	}
	a.Choose(Available, later)
	if a.StatusBy != "" || a.ChooseFor(Away, "Erin", "k1", later) || a.Status != Available {
		t.Errorf("a late repetition: %+v", a)
	}
	a.IdleSince = later.Add(time.Minute) // in wrap-up
	if !a.MayChoose(Available, later) || !a.ChooseFor(Available, "Erin", "k2", later) || a.Presence(later) == IsWrapUp {
		t.Errorf("the wrap-up goes on: %+v", a)
	}
	if since := a.Since; !a.ChooseFor(Available, "Ann", "k3", later.Add(time.Second)) || a.StatusBy != "Erin" ||
		!a.Since.Equal(since) || a.MayChoose(Available, later) {
		t.Errorf("the status that it has: %+v", a)
	}
}

// What changes an agent leaves a clone as it was.
func TestACloneIsIndependent(t *testing.T) {
	a := available()
	if err := a.ClaimFor("CA1", "leg", t0); err != nil {
		t.Fatal(err)
	}
	if err := a.CountOutsideDial("r1", t0); err != nil {
		t.Fatal(err)
	}
	b := a.Clone()
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("%+v\n%+v", a, b)
	}
	a.Renew(t0.Add(Lease))
	a.Claim.Share("other")
	_ = a.CountOutsideDial("r2", t0)
	if reflect.DeepEqual(a.Claim, b.Claim) || len(b.Claim.Askers) != 1 || b.DialQuota.Count != 1 {
		t.Errorf("the clone has changed: %+v, %+v", b.Claim, b.DialQuota)
	}
	a.Release(Release{Call: "CA1", Leg: "leg", Answered: true, AppliedRequests: []string{"end 1"}}, t0)
	c := a.Clone()
	a.ForgetCaller("")
	a.Recent[0].Outcome, a.Last.Outcome, a.AppliedRequests[0] = "x", "x", "x"
	if c.Recent[0].Outcome == "x" || c.Last.Outcome == "x" || c.AppliedRequests[0] == "x" {
		t.Errorf("the clone has changed: %+v", c)
	}
}
