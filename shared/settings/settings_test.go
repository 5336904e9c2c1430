package settings

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests do not depend on the machine's

	"warmtransfer/shared/prompt"
)

// office is open with a break at noon, on Saturday until midnight and on Sunday from midnight to half past two.
func office(zone string) Values {
	work := []Span{{"09:00", "12:30"}, {"13:30", "17:00"}}
	return Values{Zone: zone, Hours: &Week{
		Monday: work, Tuesday: work, Wednesday: work, Thursday: work, Friday: work,
		Saturday: []Span{{"20:00", "24:00"}}, Sunday: []Span{{"00:00", "02:30"}},
	}, Holidays: []Holiday{{Date: "2026-12-25"}, {Date: "2026-12-24", Open: []Span{{"10:00", "12:00"}}}}}
}

func TestF261OpenAt(t *testing.T) {
	berlin, always := office("Europe/Berlin"), Values{}
	holidays := Values{Zone: "Europe/Berlin", Holidays: berlin.Holidays}
	closed := berlin
	closed.Emergency.Closed = true
	for _, test := range []struct {
		name string
		v    Values
		at   string // UTC
		want bool
	}{
		{"nothing is set", always, "2026-11-29T03:00:00Z", true},
		{"just before it opens", berlin, "2026-11-30T07:59:59.999Z", false},
		{"it opens", berlin, "2026-11-30T08:00:00Z", true},
		{"before the break", berlin, "2026-11-30T11:29:59Z", true},
		{"the break", berlin, "2026-11-30T11:30:00Z", false},
		{"after the break", berlin, "2026-11-30T12:30:00Z", true},
		{"it closes", berlin, "2026-11-30T16:00:00Z", false},
		{"summer: an hour earlier in UTC", berlin, "2026-06-29T07:00:00Z", true},
		{"summer: it closes", berlin, "2026-06-29T15:00:00Z", false},
		{"Saturday before midnight", berlin, "2026-11-28T22:59:59Z", true},
		{"midnight, and Sunday begins", berlin, "2026-11-28T23:00:00Z", true},
		{"Sunday night is over", berlin, "2026-11-29T01:30:00Z", false},
		{"Sunday", berlin, "2026-11-29T12:00:00Z", false},
		// On 2026-03-29 the clocks go from 02:00 to 03:00 at 01:00 UTC: half past two does not come.
		{"before the hour that does not exist", berlin, "2026-03-29T00:59:59Z", true},
		{"after the hour that does not exist", berlin, "2026-03-29T01:00:00Z", false},
		// On 2026-10-25 the clocks go from 03:00 to 02:00 at 01:00 UTC: from two to three comes twice.
		{"a quarter past two, the first time", berlin, "2026-10-25T00:15:00Z", true},
		{"a quarter to three, the first time", berlin, "2026-10-25T00:45:00Z", false},
		{"a quarter past two, the second time", berlin, "2026-10-25T01:15:00Z", true},
		{"a quarter to three, the second time", berlin, "2026-10-25T01:45:00Z", false},
		{"holiday", berlin, "2026-12-25T10:00:00Z", false},
		{"holiday: 23:59 the day before is another day", berlin, "2026-12-24T22:59:00Z", false},
		{"holiday with hours", berlin, "2026-12-24T10:00:00Z", true},
		{"holiday with hours, when other days are open", berlin, "2026-12-24T13:00:00Z", false},
		{"holidays alone: the day", holidays, "2026-12-25T10:00:00Z", false},
		{"holidays alone: its last second", holidays, "2026-12-25T22:59:59Z", false},
		{"holidays alone: the next day", holidays, "2026-12-25T23:00:00Z", true},
		{"emergency within the hours", closed, "2026-11-30T08:00:00Z", false},
		{"emergency alone", Values{Emergency: Emergency{Closed: true}}, "2026-11-30T08:00:00Z", false},
		// Havana's clocks go forward at midnight: 00:00 of 2026-03-08 does not come.
		{"a midnight that does not exist", office("America/Havana"), "2026-03-08T05:00:00Z", true},
		{"and the second before it", office("America/Havana"), "2026-03-08T04:59:59Z", true},
		{"west of UTC: still Saturday", office("America/Los_Angeles"), "2026-11-29T05:00:00Z", true},
		{"half an hour from UTC", office("Asia/Kolkata"), "2026-11-30T03:30:00Z", true},
		{"a zone that nobody knows any more", office("Europe/Atlantis"), "2026-11-29T12:00:00Z", true},
		{"hours that another version wrote", Values{Zone: "UTC", Hours: &Week{Monday: []Span{{"nine", "five"}}}},
			"2026-11-30T20:00:00Z", true},
	} {
		now, err := time.Parse(time.RFC3339Nano, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := test.v.OpenAt(now); got != test.want {
			t.Errorf("%s, %s: open %t", test.name, test.at, got)
		}
	}
}

func TestF260BadSettingsAreRefusedWithTheirField(t *testing.T) {
	if err := office("Europe/Berlin").Check(); err != nil {
		t.Errorf("good settings: %v", err)
	}
	for field, change := range map[string]func(v *Values){
		"zone":                   func(v *Values) { v.Zone = "Europe/Atlantis" },
		"hours.monday[1].from":   func(v *Values) { v.Hours.Monday = []Span{{"09:00", "12:30"}, {"12:00", "17:00"}} },
		"hours.tuesday[0].to":    func(v *Values) { v.Hours.Tuesday = []Span{{"17:00", "09:00"}} },
		"hours.friday[0].to":     func(v *Values) { v.Hours.Friday = []Span{{"22:00", "02:00"}} },
		"hours.sunday[0].from":   func(v *Values) { v.Hours.Sunday = []Span{{"24:00", "24:00"}} },
		"hours.thursday[0].to":   func(v *Values) { v.Hours.Thursday = []Span{{"09:00", "24:01"}} },
		"hours.monday[0].from":   func(v *Values) { v.Hours.Monday = []Span{{"nine", "17:00"}} },
		"hours.monday[0].to":     func(v *Values) { v.Hours.Monday = []Span{{"09:00", "09:00"}} },
		"hours.saturday":         func(v *Values) { v.Hours.Saturday = make([]Span, maxSpans+1) },
		"holidays[1].date":       func(v *Values) { v.Holidays[1].Date = "Christmas Eve" },
		"holidays[0].date":       func(v *Values) { v.Holidays[0].Date = "2026-02-29" },
		"holidays[2].date":       func(v *Values) { v.Holidays = append(v.Holidays, v.Holidays[0]) },
		"holidays[1].open[0].to": func(v *Values) { v.Holidays[1].Open[0].To = "noon" },
		"holidays":               func(v *Values) { v.Holidays = make([]Holiday, maxHolidays+1) },
		"emergency.endWaits":     func(v *Values) { v.Emergency.EndWaits = true },
		"language":               func(v *Values) { v.Language = "tlh" },
		"voice":                  func(v *Values) { v.Language, v.Voice = "fr", "Polly.Vicki" },
		"name":                   func(v *Values) { v.Name = strings.Repeat("é", maxName+1) },
		"greeting":               func(v *Values) { v.Greeting = "one\ntwo" },
		"waiting":                func(v *Values) { v.Waiting = strings.Repeat("x", maxTurn+1) },
		"lastWords":              func(v *Values) { v.LastWords = " spaces " },
		"closedMessage":          func(v *Values) { v.ClosedMessage = strings.Repeat("x", maxMessage+1) },
		"codes":                  func(v *Values) { v.Codes = make([]string, maxCodes+1) },
		"music":                  func(v *Values) { v.Music = &Music{ID: "../../x", Pieces: 1, Millis: 9000} },
		"codes[0]":               func(v *Values) { v.Codes = []string{""} },
		"codes[1]":               func(v *Values) { v.Codes = []string{"order", "order"} },
		"codes[2]":               func(v *Values) { v.Codes = []string{"a", "b", strings.Repeat("x", maxCode+1)} },
		"emergency.message":      func(v *Values) { v.Emergency.Message = "\x00" },
		"settings": func(v *Values) {
			v.ClosedMessage, v.LastWords = strings.Repeat("語", maxMessage), strings.Repeat("語", maxMessage)
			v.Emergency.Message = strings.Repeat("語", maxMessage)
		},
	} {
		v := office("Europe/Berlin")
		change(&v)
		var refused *FieldError
		if err := v.Check(); !errors.As(err, &refused) || refused.Field != field || refused.Why == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, name := range []string{"", "Local", "posix/Europe/Berlin", "right/Europe/Berlin", "../etc/passwd"} {
		v := office("Europe/Berlin")
		v.Zone = name
		var refused *FieldError
		if err := v.Check(); !errors.As(err, &refused) || refused.Field != "zone" {
			t.Errorf("zone %q: %v", name, err)
		}
	}
}

func TestTheFullestSettingsCostHalfAUnit(t *testing.T) {
	v := office("America/Argentina/ComodRivadavia")
	v.Holidays = nil
	for i := range maxHolidays {
		date := time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC)
		v.Holidays = append(v.Holidays, Holiday{Date: date.Format(time.DateOnly)})
	}
	v.Greeting, v.Waiting = strings.Repeat("x", maxTurn), strings.Repeat("x", maxTurn)
	v.ClosedMessage = strings.Repeat("x", maxMessage)
	if err := v.Check(); err != nil {
		t.Errorf("settings with everything: %v", err)
	}
	text, _ := json.Marshal(Line{Version: 1 << 40, At: time.Now(), By: strings.Repeat("x", 121),
		ByName: strings.Repeat("x", 60), Values: v})
	if len(text) > 3900 {
		t.Errorf("the item has %d bytes", len(text))
	}
}

func TestWords(t *testing.T) {
	v := Values{Language: "de", ClosedMessage: "Wir haben Ferien.", Greeting: "Guten Tag."}
	got := v.Book().Say(prompt.Greeting)
	if !slices.Equal(got.Sentences, []string{"Guten Tag."}) || got.Language != "de-DE" {
		t.Errorf("greeting: %+v", got)
	}
	if got := v.ClosedWords().Sentences; !slices.Equal(got, []string{"Wir haben Ferien.", "Auf Wiederhören."}) {
		t.Errorf("closed: %v", got)
	}
	v.Emergency = Emergency{Closed: true, Message: "Feueralarm."}
	if got := v.ClosedWords().Sentences; !slices.Equal(got, []string{"Feueralarm.", "Auf Wiederhören."}) {
		t.Errorf("emergency: %v", got)
	}
	if got := (Values{}).ClosedWords().Sentences; len(got) != 3 {
		t.Errorf("closed, of the catalogue: %v", got)
	}
	if got := v.WaitingWords().Sentences; len(got) != 0 {
		t.Errorf("waiting: %v", got)
	}
}

func FuzzCheckedSettingsCanBeAsked(f *testing.F) {
	f.Add("Europe/Berlin", "09:00", "17:00", "2026-12-25", int64(1_800_000_000))
	f.Fuzz(func(t *testing.T, zone, from, to, date string, at int64) {
		v := Values{Zone: zone, Hours: &Week{Monday: []Span{{from, to}}}, Holidays: []Holiday{{Date: date}}}
		err := v.Check()
		open := v.OpenAt(time.Unix(at%4_000_000_000, 0))
		local, zoneErr := time.LoadLocation(zone)
		if err == nil && zoneErr == nil && open && time.Unix(at%4_000_000_000, 0).In(local).Weekday() != time.Monday {
			t.Errorf("open on a day without hours: %+v", v)
		}
	})
}

// The next change is found where a walk minute by minute finds it.
func TestF261OpenUntil(t *testing.T) {
	for _, test := range []struct {
		name string
		v    Values
		from string // UTC; two days are walked from here
	}{
		{"a week in Berlin", office("Europe/Berlin"), "2026-11-28T20:00:00Z"},
		{"the hour that does not exist", office("Europe/Berlin"), "2026-03-28T12:00:00Z"},
		{"the hour that comes twice", office("Europe/Berlin"), "2026-10-24T12:00:00Z"},
		{"holidays", office("Europe/Berlin"), "2026-12-24T06:00:00Z"},
		{"holidays alone", Values{Zone: "Europe/Berlin", Holidays: []Holiday{{Date: "2026-12-25"}}},
			"2026-12-24T06:00:00Z"},
		{"a midnight that does not exist", office("America/Havana"), "2026-03-07T12:00:00Z"},
		{"half an hour comes twice", Values{Zone: "Australia/Lord_Howe", Hours: &Week{
			Sunday: []Span{{"01:35", "01:50"}}}}, "2026-04-04T00:00:00Z"},
	} {
		from, err := time.Parse(time.RFC3339, test.from)
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]time.Time{}
		for at := from.Add(5 * 24 * time.Hour); !at.Before(from); at = at.Add(-time.Minute) {
			is := test.v.OpenAt(at)
			if change := want[is]; !change.IsZero() && at.Before(from.Add(2*24*time.Hour)) {
				if open, until := test.v.OpenUntil(at); open != is || !until.Equal(change) {
					t.Fatalf("%s: at %v open %t until %v, want %t until %v", test.name, at, open, until, is, change)
				}
			}
			want[!is] = at
		}
	}
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	closed := office("Europe/Berlin")
	closed.Emergency.Closed = true
	for name, v := range map[string]Values{
		"nothing is set": {}, "an emergency": closed, "no hours at all": {Zone: "UTC", Hours: &Week{}},
		"an unknown zone": office("Europe/Atlantis"), "a zone alone": {Zone: "UTC"},
	} {
		if open, until := v.OpenUntil(now); open != v.OpenAt(now) || !until.IsZero() {
			t.Errorf("%s: open %t until %v", name, open, until)
		}
	}
}
