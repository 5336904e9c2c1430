package team_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/team"
	"warmtransfer/shared/teamview"
)

func view(t *testing.T, tm *team.Team, w *servicetest.World) teamview.View {
	t.Helper()
	v, err := tm.View(t.Context(), servicetest.Boss, time.Time{}, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func ended(t *testing.T, w *servicetest.World, n int, at time.Time) {
	t.Helper()
	if err := w.Store.SaveCall(t.Context(), servicetest.EndedCall(n, at, "+15005550006", "alice")); err != nil {
		t.Fatal(err)
	}
}

// Each list fails for itself: it is unknown, and the others are shown.
func TestF227WhatCannotBeReadIsUnknown(t *testing.T) {
	w := servicetest.NewWorld(t, "alice", "bob")
	w.Choose("bob", agent.Away)
	w.Dial()
	w.Settle()
	w.Answer("alice")
	w.Settle()
	w.Dial()
	w.Settle()
	tm := &team.Team{Shelf: w.Store, Day: new(team.Day)}
	whole := view(t, tm, w)
	if len(whole.Waiting.List) != 1 || len(whole.Calls.List) != 1 || len(whole.Agents.List) != 2 ||
		whole.Today.Counts == nil || whole.Today.Counts.Arrived != 2 {
		t.Fatalf("the whole is %+v", whole)
	}
	unknown := func(v teamview.View) (list []string) {
		for name, is := range map[string]bool{
			"waiting": v.Waiting.Unknown, "calls": v.Calls.Unknown, "agents": v.Agents.Unknown,
			"today":  v.Today.Counts == nil,
			"missed": !v.Agents.Unknown && v.Agents.List[0].Missed == nil,
		} {
			if is {
				list = append(list, name)
			}
		}
		slices.Sort(list)
		return list
	}
	for op, want := range map[string][]string{
		"Agents": {"agents"}, "Owned": {"calls", "missed", "today"}, "Queued": {"missed", "today", "waiting"},
		"LiveCalls": {"calls", "missed", "today", "waiting"}, "Places": {"missed", "today"},
	} {
		w.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable})
		if got := unknown(view(t, tm, w)); !slices.Equal(got, want) {
			t.Errorf("without %s unknown is %v, want %v", op, got, want)
		}
		w.Store.Heal()
	}
	if got := unknown(view(t, &team.Team{Shelf: w.Store}, w)); !slices.Equal(got, []string{"missed", "today"}) {
		t.Errorf("without records unknown is %v", got)
	}
	w.Store.Every("Agent", servicetest.Fault{Err: service.ErrUnavailable})
	if _, err := tm.View(t.Context(), servicetest.Boss, time.Time{}, w.Now); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("whether they were removed cannot be read: %v", err)
	}
}

// changing is a shelf on which do happens between the reads of the two lists.
type changing struct {
	team.Shelf
	do func()
}

func (c *changing) once() {
	if do := c.do; do != nil {
		c.do = nil
		do()
	}
}

func (c *changing) Owned(ctx context.Context, n int) ([]call.ID, error) {
	defer c.once()
	return c.Shelf.Owned(ctx, n)
}

func (c *changing) Queued(ctx context.Context, n int) ([]call.ID, error) {
	defer c.once()
	return c.Shelf.Queued(ctx, n)
}

// A caller who is answered between the two reads is in both lists, and is shown once.
func TestF227ACallThatChangesBetweenTheReadsIsShownOnce(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Settle()
	shelf := &changing{Shelf: w.Store, do: func() { w.Answer("alice"); w.Settle() }}
	v := view(t, &team.Team{Shelf: shelf, Day: new(team.Day)}, w)
	if len(v.Calls.List) != 1 || len(v.Waiting.List) != 0 || v.Calls.List[0].Call != id ||
		v.Today.Counts == nil || v.Today.Counts.Arrived != 1 {
		t.Errorf("shown are %+v, %+v, %+v", v.Calls, v.Waiting, v.Today.Counts)
	}
}

func TestF225OnlyASupervisorIsShownAnything(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	tm := &team.Team{Shelf: w.Store, Day: new(team.Day)}
	before := fmt.Sprint(w.Store.Counts())
	v, err := tm.View(t.Context(), service.Principal{ID: "alice"}, time.Time{}, w.Now)
	if !errors.Is(err, service.ErrNotSupervisor) || v.Agents.List != nil || fmt.Sprint(w.Store.Counts()) != before {
		t.Errorf("%v, %+v, %v", err, v, w.Store.Counts())
	}
}

// A record is read once, however often the view is asked for; what is new is read by the next request.
func TestTheDayIsReadOnce(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for i := range 950 {
		ended(t, w, i, w.Now.Add(-time.Duration(i)*30*time.Second))
	}
	day := new(team.Day)
	since := w.Now.Add(-11 * time.Hour)
	read := func() teamview.Day { return day.Read(t.Context(), w.Store, since, w.Now) }
	for i, want := range []int{400, 800, 950} {
		if d := read(); d.Unknown || len(d.Ended) != want || d.Partial != (want < 950) {
			t.Fatalf("request %d: %d calls, partial %t, unknown %t", i, len(d.Ended), d.Partial, d.Unknown)
		}
	}
	before := w.Store.Count("Records")
	ended(t, w, 2000, w.Now.Add(10*time.Second))
	ended(t, w, 2001, w.Now.Add(-time.Minute)) // in the list only now
	w.Now = w.Now.Add(30 * time.Second)
	if d := read(); len(d.Ended) != 952 || d.Partial {
		t.Errorf("%d calls, partial %t", len(d.Ended), d.Partial)
	}
	if n := w.Store.Count("Records") - before; n != 1 {
		t.Errorf("%d reads of records for two new ones", n)
	}
	// A supervisor whose day began later, and one whose day began earlier.
	if d := day.Read(t.Context(), w.Store, w.Now.Add(-10*time.Minute), w.Now); len(d.Ended) != 22 || d.Partial {
		t.Errorf("of ten minutes: %d calls, partial %t", len(d.Ended), d.Partial)
	}
	ended(t, w, 3000, w.Now.Add(-12*time.Hour))
	if d := day.Read(t.Context(), w.Store, w.Now.Add(-13*time.Hour), w.Now); len(d.Ended) != 953 || d.Partial {
		t.Errorf("of 13 hours: %d calls, partial %t", len(d.Ended), d.Partial)
	}
	// Nobody has asked for hours, and then somebody asks for a short time: what lies between is not taken for known.
	ended(t, w, 3001, w.Now.Add(time.Hour))
	w.Now = w.Now.Add(5 * time.Hour)
	if d := day.Read(t.Context(), w.Store, w.Now.Add(-time.Hour), w.Now); len(d.Ended) != 0 || d.Partial {
		t.Errorf("of the last hour: %d calls, partial %t", len(d.Ended), d.Partial)
	}
	if d := day.Read(t.Context(), w.Store, w.Now.Add(-5*time.Hour), w.Now); len(d.Ended) != 1 || d.Partial {
		t.Errorf("of five hours: %d calls, partial %t", len(d.Ended), d.Partial)
	}
}

func TestF227ADayThatIsReadHalfIsPartialOrUnknown(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for i := range 300 {
		ended(t, w, i, w.Now.Add(-time.Duration(i)*30*time.Second))
	}
	for n := range 3 {
		day := new(team.Day)
		w.Store.At("Records", w.Store.Count("Records")+n, servicetest.Fault{Err: service.ErrUnavailable})
		if d := day.Read(t.Context(), w.Store, w.Now.Add(-11*time.Hour), w.Now); !d.Unknown {
			t.Errorf("read %d fails: %d calls are said to be all", n, len(d.Ended))
		}
		d := day.Read(t.Context(), w.Store, w.Now.Add(-11*time.Hour), w.Now)
		if d.Unknown || d.Partial || len(d.Ended) != 300 {
			t.Errorf("read %d had failed: then %d calls, partial %t", n, len(d.Ended), d.Partial)
		}
	}
}

func TestMoreThanAPageIsSaid(t *testing.T) {
	w := servicetest.NewWorld(t)
	for i := range 130 {
		c := call.New(call.ID(fmt.Sprintf("CA%032x", i)), "", false, w.Now.Add(-time.Duration(i)*time.Second))
		if err := w.Store.SaveCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	v := view(t, &team.Team{Shelf: w.Store, Day: new(team.Day)}, w)
	if n := len(v.Waiting.List); n != 100 || !v.Waiting.More || v.Calls.More || !v.Today.Partial {
		t.Errorf("%d wait, more %t, partial %t", n, v.Waiting.More, v.Today.Partial)
	}
	if first := v.Waiting.List[0]; first.Place != 1 || !first.Since.Equal(w.Now.Add(-129*time.Second)) {
		t.Errorf("the first is %+v", first)
	}
}

func TestWhatAnActMustSay(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	tm := &team.Team{Shelf: w.Store}
	for _, a := range []team.Act{
		{}, {Action: "away"}, {Action: "away", Agent: "alice"},
		{Action: "away", Agent: "alice", Call: "CA1", Request: "k"},
		{Action: "end", Request: "k"}, {Action: "end", Call: "CA1", Agent: "alice", Request: "k"},
		{Action: "end", Call: "n#alice", Request: "k"}, {Action: "offer", Call: "CA1", Request: "k"},
		{Action: "offer", Agent: "alice", Request: "k"}, {Action: "dance", Agent: "alice", Request: "k"},
		{Action: "away", Agent: "alice", Call: "#", Request: "k"},
	} {
		var bad archive.BadRequestError
		if err := tm.Do(t.Context(), w.Service, servicetest.Boss, a, w.Now); !errors.As(err, &bad) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	for _, since := range []time.Time{w.Now.Add(time.Minute), w.Now.Add(-27 * time.Hour)} {
		var bad archive.BadRequestError
		if _, err := tm.View(t.Context(), servicetest.Boss, since, w.Now); !errors.As(err, &bad) {
			t.Errorf("since %s: %v", since, err)
		}
	}
}
