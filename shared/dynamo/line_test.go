package dynamo

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

func lineNamed(s string) settings.Line { return settings.Line{Values: settings.Values{Name: s}} }

func TestLinesSettingsAreVersionedAndEarlierOnesKept(t *testing.T) {
	s := open(t)
	if _, err := s.Line(t.Context()); !errors.Is(err, service.ErrNotFound) {
		t.Fatalf("settings of a new line: %v", err)
	}
	var was settings.Line
	const saves = service.LinesKept + 5
	for n := range saves {
		next := lineNamed(strings.Repeat("x", n+1))
		must(t, s.SaveLine(t.Context(), was, &next))
		if next.Version != int64(n+1) {
			t.Fatalf("save %d gave version %d", n+1, next.Version)
		}
		was = next
	}
	if got, err := s.Line(t.Context()); err != nil || got.Version != saves || len(got.Values.Name) != saves {
		t.Errorf("read for callers: version %d, %v", got.Version, err)
	}
	if got, err := s.CurrentLine(t.Context()); err != nil || got.Version != saves {
		t.Errorf("read: version %d, %v", got.Version, err)
	}
	earlier, err := s.EarlierLines(t.Context(), saves)
	must(t, err)
	if len(earlier) != service.LinesKept {
		t.Fatalf("%d earlier versions", len(earlier))
	}
	for i, l := range earlier {
		if l.Version != int64(saves-1-i) || len(l.Values.Name) != saves-1-i {
			t.Errorf("earlier version %d is %d", i, l.Version)
		}
	}
}

// Two supervisors save at once: one of them is refused, and neither the settings nor what is kept of earlier ones is
// the other's.
func TestF265OfTwoChangesAtOnceOneIsRefused(t *testing.T) {
	s := open(t)
	first := lineNamed("first")
	must(t, s.SaveLine(t.Context(), settings.Line{}, &first))
	second, other := lineNamed("second"), lineNamed("other")
	must(t, s.SaveLine(t.Context(), first, &second))
	if err := s.SaveLine(t.Context(), first, &other); !errors.Is(err, service.ErrConflict) {
		t.Errorf("a change of what has changed: %v", err)
	}
	if err := s.SaveLine(t.Context(), settings.Line{}, &other); !errors.Is(err, service.ErrConflict) {
		t.Errorf("a first change of what is set: %v", err)
	}
	got, err := s.CurrentLine(t.Context())
	must(t, err)
	earlier, err := s.EarlierLines(t.Context(), got.Version)
	must(t, err)
	if got.Values.Name != "second" || len(earlier) != 1 || earlier[0].Values.Name != "first" {
		t.Errorf("now %+v, earlier %+v", got, earlier)
	}
}

// A save that fails, with or without effect, leaves the settings as they were or as they were to be.
func TestF265ASaveThatFailsIsNeverHalfDone(t *testing.T) {
	for _, f := range []fault{lost, unheard} {
		for at := range 2 { // the write of the earlier version, and that of the current one
			s, n := spoiled(t)
			first, second := lineNamed("first"), lineNamed("second")
			must(t, s.SaveLine(t.Context(), settings.Line{}, &first))
			faults := append(slices.Repeat([]fault{pass}, at), f, f)
			n.spoils(faults...)
			err := s.SaveLine(t.Context(), first, &second)
			n.spoils()
			got, loadErr := s.CurrentLine(t.Context())
			must(t, loadErr)
			if !errors.Is(err, service.ErrUnavailable) && err != nil {
				t.Errorf("%s at %d: %v", f, at, err)
			}
			if name := got.Values.Name; name != "first" && name != "second" || err == nil && name != "second" {
				t.Errorf("%s at %d: %q after %v", f, at, name, err)
			}
			if err := s.SaveLine(t.Context(), got, &second); err != nil {
				t.Errorf("%s at %d: tried again: %v", f, at, err)
			}
		}
	}
}

func TestF263TheSettingsCostACallerHalfAUnitAndOneTry(t *testing.T) {
	m := meteredStore(t)
	line := lineNamed("line")
	must(t, m.SaveLine(t.Context(), settings.Line{}, &line))
	if spent := m.spent(func() { _, _ = m.Line(t.Context()) }); spent.Read != 0.5 || spent.Write != 0 {
		t.Errorf("spent %+v", spent)
	}
	s, n := spoiled(t)
	n.spoils(lost, lost, lost)
	if _, err := s.Line(t.Context()); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("not readable: %v", err)
	}
	if got := n.calls(); got != "GetItem" {
		t.Errorf("asked %s", got)
	}
}

func TestF131EarlierVersionsKeepWhatANewerReleaseHasAdded(t *testing.T) {
	s := open(t)
	line := lineNamed("line")
	must(t, s.SaveLine(t.Context(), settings.Line{}, &line))
	it := rawItem(t, s, lineKey)
	it[doc] = str(strings.Replace(text(it[doc]), `"name"`, `"later":7,"name"`, 1))
	must(t, s.put(t.Context(), lineKey, 1, it))
	was, err := s.CurrentLine(t.Context())
	must(t, err)
	was.Version = 2 // put counts in the attribute only
	s.seen = memory{entries: map[string]unknownFields{}}
	next := lineNamed("next")
	must(t, s.SaveLine(t.Context(), was, &next))
	for _, key := range []string{lineKey, earlierKey(2)} {
		if got := text(rawItem(t, s, key)[doc]); !strings.Contains(got, `"later":7`) {
			t.Errorf("%s is %s", key, got)
		}
	}
}
