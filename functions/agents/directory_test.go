package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

func TestDirectory(t *testing.T) {
	s := serve(t, "alice", "bob")
	s.DialIn()
	s.ask("dave", "PUT", me, `{"status":"away"}`)
	a := s.ask("alice", "GET", "/agents", "")
	var d directory
	if err := json.Unmarshal([]byte(a.Body), &d); err != nil || a.Status != 200 {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	got := map[agent.ID]agent.Presence{}
	for _, e := range d.Agents {
		got[e.ID] = e.Presence
		if e.Name != "Agent "+string(e.ID) || e.Seen.IsZero() || e.Since.IsZero() {
			t.Errorf("entry %+v", e)
		}
	}
	want := map[agent.ID]agent.Presence{"alice": agent.IsBusy, "bob": agent.IsAvailable, "dave": agent.IsAway}
	for id, p := range want {
		if got[id] != p {
			t.Errorf("%s is %q, want %q", id, got[id], p)
		}
	}
	if len(got) != len(want) {
		t.Errorf("directory %v", got)
	}
	if a := serve(t).ask("alice", "GET", "/agents", ""); !strings.Contains(a.Body, `"agents":[]`) {
		t.Errorf("the empty directory is %s", a.Body)
	}
}

// silentCrowd are n agents whose pages stopped their heartbeats long ago while they were available.
func (s suite) silentCrowd(n int) {
	for i := range n {
		a := agent.New(agent.ID(fmt.Sprintf("gone%04d", i)), fmt.Sprintf("Gone %d", i), s.World.Now.Add(-24*time.Hour))
		a.Choose(agent.Available, s.World.Now.Add(-24*time.Hour))
		if err := s.Store.SaveAgent(s.Site.T.Context(), a); err != nil {
			s.Site.T.Fatal(err)
		}
	}
}

func (s suite) list(a httpapitest.Answer) (d directory) {
	s.Site.T.Helper()
	if err := json.Unmarshal([]byte(a.Body), &d); err != nil || a.Status != 200 {
		s.Site.T.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	return d
}

func TestF179WhoIsThereIsInTheDirectoryWhateverTheNumberOfOthers(t *testing.T) {
	for _, n := range []int{198, 199, 200, 250, 1000} {
		s := serve(t)
		s.silentCrowd(n)
		s.Choose("alice", agent.Available)
		s.Choose("zoe", agent.Away)
		d := s.list(s.ask("zoe", "GET", "/agents", ""))
		if len(d.Agents) != min(n+2, 200) || d.Agents[0].ID != "alice" || d.More != (n+2 > 200) {
			t.Errorf("%d silent: %d are listed, more %t, the first is %+v", n, len(d.Agents), d.More, d.Agents[0])
		}
		found := s.list(s.ask("alice", "POST", "/agents/search", `{"text":"ZOÉ"}`))
		if len(found.Agents) != 1 || found.Agents[0].ID != "zoe" || found.More {
			t.Errorf("%d silent: the search found %+v", n, found)
		}
		many := s.list(s.ask("alice", "POST", "/agents/search", `{"text":"gone"}`))
		if len(many.Agents) != 50 || !many.More {
			t.Errorf("%d silent: %d of many are found, more %t", n, len(many.Agents), many.More)
		}
	}
}

// The search finds whom the page's own filter finds: the cases are those of frontend/test/unit/typed.test.ts.
func TestF194AColleagueIsFoundByAnyPartOfTheName(t *testing.T) {
	for text, name := range map[string]string{
		"hernandez": "Dora Lindqvist-Hernández", "HERNÁNDEZ dora": "Dora Lindqvist-Hernández",
		"lindqvist hernandez": "Dora Lindqvist-Hernández", "obrien": "Sinéad O’Brien", "o'brien": "Sinéad O’Brien",
		"O´Brien sin": "Sinéad O'Brien", "o brien": "Sinéad O‘Brien", "muller": "Jörg Müller",
		"mueller": "Jörg Müller", "joerg": "Jo\u0308rg Müller", "strasse": "Eva Straße", "lukasz": "Łukasz Nowak",
		"soren": "Søren Ærø", "nguyen": "Nguyễn Thị Hương", "huong nguyen": "Nguyễn Thị Hương",
		"\u202ahernandez\u202c": "Dora Hernández", "nowak lu": "Łukasz Nowak", "bo": "Bob",
	} {
		if !finder(fold(text))(name) {
			t.Errorf("%q does not find %s", text, name)
		}
	}
	for text, name := range map[string]string{"bob carol": "Bob", "zz": "Bob", "alicia": "Alice"} {
		if finder(fold(text))(name) {
			t.Errorf("%q finds %s", text, name)
		}
	}
	s := serve(t, "alice")
	e := s.Signed("lukasz", "PUT", me, `{"status":"away"}`)
	e.RequestContext.Authorizer.JWT.Claims["name"] = "Łukasz Nowak"
	s.Do(e)
	found := s.list(s.ask("alice", "POST", "/agents/search", `{"text":"nowak lukasz"}`))
	if len(found.Agents) != 1 || found.Agents[0].ID != "lukasz" {
		t.Errorf("found: %+v", found.Agents)
	}
}

func TestF179WhatIsSearchedForMustBeAPartOfAName(t *testing.T) {
	s := serve(t, "alice")
	before := s.Store.Counts()
	for _, body := range []string{
		`{"text":""}`, `{}`, `{"text":"'"}`, `{"text":5}`, `{"text":"` + strings.Repeat("a", 101) + `"}`,
		`{"text":"a","x":1}`,
	} {
		e := s.Signed("alice", "POST", "/agents/search", body)
		s.problem(s.Do(e), 400, "malformed")
	}
	httpapitest.Untouched(t, s.World, before)
}

func TestFold(t *testing.T) {
	for name, want := range map[string]string{
		"Zoë Becker": "zoe becker", "Erin O’Neill": "erin oneill", "O'NEILL": "oneill",
		"  Anna  Maria ": "anna maria", "Ångström": "angstrom",
	} {
		if got := fold(name); got != want {
			t.Errorf("%q is folded to %q", name, got)
		}
	}
}

// directoryOf is the entry of an agent in the list that others see.
func (s suite) directoryOf(id agent.ID) (e entry) {
	s.Site.T.Helper()
	var d directory
	a := s.ask("zoe", "GET", "/agents", "")
	if err := json.Unmarshal([]byte(a.Body), &d); err != nil {
		s.Site.T.Fatal(err)
	}
	if d.Number != "+15005550001" {
		s.Site.T.Errorf("F194: the line's own number is %q", d.Number)
	}
	for _, e := range d.Agents {
		if e.ID == id {
			return e
		}
	}
	s.Site.T.Fatalf("%s is not in the directory", id)
	return e
}

// The time beside a presence is when that presence began.
func TestF191DirectoryTimesAreThoseOfThePresence(t *testing.T) {
	s := serve(t, "bob")
	want := func(presence agent.Presence, since time.Time, rung bool) {
		t.Helper()
		e := s.directoryOf("bob")
		if d := e.Since.Sub(since).Abs(); e.Presence != presence || d >= time.Millisecond || e.Rung != rung {
			t.Errorf("bob is %s since %v, rung %t; want %s since %v, rung %t", e.Presence, e.Since, e.Rung, presence,
				since, rung)
		}
		if e.Seen.Before(t0) {
			t.Errorf("bob was seen %v", e.Seen)
		}
	}
	beats := func(d time.Duration) { // the page is open for that long
		for end := s.Now().Add(d); s.Now().Before(end); {
			s.World.Now = s.World.Now.Add(5 * time.Second)
			s.snapshot(s.ask("bob", "PUT", me, `{"status":"available","beat":true}`))
		}
	}
	s.snapshot(s.ask("bob", "PUT", me, `{"status":"away"}`))
	s.snapshot(s.ask("bob", "PUT", me, `{"status":"available"}`))
	chosen := s.Now()
	beats(5 * time.Minute)
	want(agent.IsAvailable, chosen, false)

	id := s.DialIn()
	s.Settle()
	rung := s.Now()
	s.World.Now = s.World.Now.Add(4 * time.Second)
	want(agent.IsBusy, rung, true)
	s.Answer("bob")
	answered := s.Now()
	s.Settle()
	s.snapshot(s.ask("bob", "GET", me, "")) // the page asks at once
	beats(time.Minute)
	want(agent.IsBusy, answered, false)

	s.snapshot(s.ask("bob", "PUT", me, `{"status":"away"}`)) // applies after the call
	beats(time.Minute)
	want(agent.IsBusy, answered, false)
	s.CallerHangsUp(id)
	s.Settle()
	over := s.Now()
	beats(time.Minute)
	want(agent.IsAway, over, false)

	gone := s.Now()
	s.World.Now = s.World.Now.Add(10 * time.Minute) // bob's browser is closed
	want(agent.IsOffline, gone, false)
	beats(5 * time.Second)
	back := s.Now()
	beats(time.Minute)
	want(agent.IsAway, back, false)

	// A page that could not be rung keeps the time of its last heartbeat.
	s.snapshot(s.ask("bob", "PUT", me, `{"status":"available"}`))
	s.Phones.Unreachable["bob"] = true
	s.DialIn()
	s.Settle()
	want(agent.IsOffline, s.Now(), false)
}

var t0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// A page that shows the colleagues gets them with its heartbeat, in one request.
func TestTheSnapshotHasTheColleaguesIfItIsAskedWithThem(t *testing.T) {
	s := serve(t, "alice", "bob")
	for _, r := range []struct{ method, body string }{
		{"GET", ""}, {"PUT", `{"status":"available","beat":true}`}, {"PUT", `{"status":"available"}`},
	} {
		with := func() httpapitest.Answer {
			e := s.Signed("alice", r.method, me, r.body)
			e.RawQueryString, e.QueryStringParameters = "with=colleagues", map[string]string{"with": "colleagues"}
			a := s.Do(e)
			s.spec.Check(e, a)
			return a
		}
		var got struct {
			Colleagues *directory
			BeatWithin int
		}
		a := with()
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || got.Colleagues == nil ||
			len(got.Colleagues.Agents) != 2 || got.Colleagues.Number == "" {
			t.Errorf("%s %s: %s, %v", r.method, r.body, a.Body, err)
		}
		if beat := strings.Contains(r.body, "beat"); beat != (got.BeatWithin > 0) {
			t.Errorf("%s %s: the next heartbeat is wanted within %d s", r.method, r.body, got.BeatWithin)
		}
		s.Store.Every("Agents", servicetest.Fault{Err: service.ErrUnavailable})
		if a := with(); a.Status != 200 || strings.Contains(a.Body, "colleagues") {
			t.Errorf("%s %s, without the directory: %d %s", r.method, r.body, a.Status, a.Body)
		}
		s.Store.Heal()
		if a := s.ask("alice", r.method, me, r.body); strings.Contains(a.Body, "colleagues") {
			t.Errorf("%s %s: not asked for, and there: %s", r.method, r.body, a.Body)
		}
	}
}
