package service

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/settings"
)

func TestF263SettingsThatCannotBeReadAreTheLastKnownOnes(t *testing.T) {
	stored, err, reads := settings.Line{}, error(ErrUnavailable), 0
	l := &LineSettings{Read: func(context.Context) (settings.Line, error) {
		reads++
		return stored, err
	}}
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	want := func(name string, of int) {
		t.Helper()
		for range 3 {
			if got := l.Values(t.Context(), now).Name; got != name || reads != of {
				t.Errorf("the line is %q after %d reads, want %q after %d", got, reads, name, of)
			}
		}
	}
	want("", 1) // nothing was ever read: nothing is set
	now = now.Add(lineRetry)
	stored.Values.Name, err = "one", nil
	want("one", 2)
	stored.Values.Name = "two"
	now = now.Add(lineFresh - 1)
	want("one", 2)
	now = now.Add(1)
	want("two", 3)
	now, err = now.Add(lineFresh), ErrUnavailable
	want("two", 4)
	now = now.Add(lineRetry)
	want("two", 5)
	now, stored, err = now.Add(lineRetry), settings.Line{}, ErrNotFound
	want("", 6)
	if (*LineSettings)(nil).Values(t.Context(), now).Name != "" {
		t.Error("no settings have a name")
	}
}

func TestF264AnEmergencyThatCannotBeReadAgainIsForgotten(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	stored, err := settings.Line{At: now.Add(-time.Hour)}, error(nil)
	stored.Values = settings.Values{Name: "one", Emergency: settings.Emergency{Closed: true, EndWaits: true}}
	l := &LineSettings{Read: func(context.Context) (settings.Line, error) { return stored, err }}
	if before := l.EndsWaits(t.Context(), now); !before.Equal(stored.At.Add(lineFresh)) {
		t.Errorf("the waits of callers who arrived before %v end", before)
	}
	err = ErrUnavailable
	for _, step := range []struct {
		after  time.Duration
		closed bool
	}{{lineFresh, true}, {emergencyKnown, true}, {emergencyKnown + lineRetry, false}} {
		v := l.Values(t.Context(), now.Add(step.after))
		ends := !l.EndsWaits(t.Context(), now.Add(step.after)).IsZero()
		if v.Emergency.Closed != step.closed || ends != step.closed || v.Name != "one" {
			t.Errorf("after %v: %+v, ends waits: %t", step.after, v, ends)
		}
	}
	if !(*LineSettings)(nil).EndsWaits(t.Context(), now).IsZero() {
		t.Error("no settings end waits")
	}
}
