// Package settings holds what a supervisor may set for the line while it runs: when it is open, what callers hear, and
// the emergency switch. What an operator sets with a deployment is service.Settings.
//
// It is pure: the time is an argument. Only the time zone's rules come from outside: a function that asks OpenAt or
// Check must embed them (import time/tzdata), for the runtime provided.al2023 has had none at times:
// https://github.com/amazonlinux/amazon-linux-2023/issues/615
package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/prompt"
)

// Line is the settings of the line as they are stored: one item, whose Version guards it. The zero Line is that of
// a line for which nobody has set anything: always open, in English.
type Line struct {
	Version int64     `json:"version"`     // counts saves; 0: never saved
	At      time.Time `json:"at,omitzero"` // when it was saved
	By      string    `json:"by,omitempty"`
	ByName  string    `json:"byName,omitempty"`
	Values  Values    `json:"settings"`
}

// Values are what is set. Each may be missing.
type Values struct {
	Name string `json:"name,omitempty"` // the line's, as an outside party hears it first
	// Zone is the IANA time zone of Hours and Holidays, such as Europe/Berlin.
	Zone     string    `json:"zone,omitempty"`
	Hours    *Week     `json:"hours,omitempty"` // nil: always open
	Holidays []Holiday `json:"holidays,omitempty"`

	Emergency Emergency `json:"emergency,omitzero"`

	Voicemail Voicemail `json:"voicemail,omitzero"`

	Question Question `json:"question,omitzero"`

	// Own words, in place of the catalogue's.
	Greeting      string `json:"greeting,omitempty"`
	Waiting       string `json:"waiting,omitempty"` // said now and then to who is in the queue
	LastWords     string `json:"lastWords,omitempty"`
	ClosedMessage string `json:"closedMessage,omitempty"` // a goodbye follows

	// Codes are what an agent can give a call in the wrap-up, in place of those of the deployment.
	Codes []string `json:"codes,omitempty"`

	Language prompt.Language `json:"language,omitempty"`
	Voice    string          `json:"voice,omitempty"` // one of prompt.Voices

	Music *Music `json:"music,omitempty"` // own music; nil: the line's usual one
}

// Music is own music of the line: pieces of the same length, one for each turn (see package music). Its name is that of
// its content, so that an earlier version of the settings finds what it had.
type Music struct {
	ID     string `json:"id"`
	Pieces int    `json:"pieces"`
	Millis int    `json:"millis"`         // length of each piece
	Name   string `json:"name,omitempty"` // of the file, for supervisors
}

// Path is where a piece is, below the music's base address.
func (m Music) Path(piece int) string { return fmt.Sprintf("/own/%s/%02d.wav", m.ID, piece) }

// Length is how long each piece lasts.
func (m Music) Length() time.Duration { return time.Duration(m.Millis) * time.Millisecond }

// Week are the opening hours of each weekday, in order; a day without any is closed. A break is the time between two.
type Week struct {
	Monday    []Span `json:"monday,omitempty"`
	Tuesday   []Span `json:"tuesday,omitempty"`
	Wednesday []Span `json:"wednesday,omitempty"`
	Thursday  []Span `json:"thursday,omitempty"`
	Friday    []Span `json:"friday,omitempty"`
	Saturday  []Span `json:"saturday,omitempty"`
	Sunday    []Span `json:"sunday,omitempty"`
}

// Span is a part of a day, from the minute From to before the minute To, such as 09:00 and 17:30. To may be 24:00.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Holiday is a date with hours of its own; without any the line is closed on that day.
type Holiday struct {
	Date string `json:"date"` // 2026-12-25
	Open []Span `json:"open,omitempty"`
}

// Emergency is the switch that closes the line at once.
type Emergency struct {
	Closed bool `json:"closed,omitempty"`
	// EndWaits is the second step: callers in the queue hear the message, too, and their calls end.
	EndWaits bool   `json:"endWaits,omitempty"`
	Message  string `json:"message,omitempty"` // in place of ClosedMessage; a goodbye follows
}

// Voicemail says when a caller is asked to leave a message. Nobody is, by default.
type Voicemail struct {
	Closed      bool `json:"closed,omitempty"`      // while the line is closed, in place of the goodbye
	LongestWait bool `json:"longestWait,omitempty"` // who has waited as long as the operator allows, likewise
	// NobodyOnline is for who calls while no agent is online, in place of the queue, and who waits when the last one
	// has gone.
	NobodyOnline bool `json:"nobodyOnline,omitempty"`
	// Words ask for the message, in place of the catalogue's; a tone follows.
	Words string `json:"words,omitempty"`
}

// Question says when a caller is asked whether they leave a message in place of waiting. Nobody is, by default.
type Question struct {
	Ahead int `json:"ahead,omitempty"` // who arrives while so many callers wait; 0: nobody
	Every int `json:"every,omitempty"` // who waits, once in so many minutes; 0: nobody
	// Keep: whose number may be dialled may keep their place, too, and is called when it is their turn.
	Keep bool `json:"keep,omitempty"`
}

// Interval is the time from one question to the next; 0 for none.
func (q Question) Interval() time.Duration { return time.Duration(q.Every) * time.Minute }

// TakesMessages says whether any caller may leave a message.
func (v Values) TakesMessages() bool {
	return v.Voicemail.Any() || v.Question.Ahead > 0 || v.Question.Every > 0
}

// Any says whether anybody is asked for a message.
func (v Voicemail) Any() bool { return v.Closed || v.LongestWait || v.NobodyOnline }

// days are the weekday's hours by name, in the order of a week.
func (w *Week) days() []day {
	return []day{
		{"monday", w.Monday}, {"tuesday", w.Tuesday}, {"wednesday", w.Wednesday}, {"thursday", w.Thursday},
		{"friday", w.Friday}, {"saturday", w.Saturday}, {"sunday", w.Sunday},
	}
}

type day struct {
	name  string
	spans []Span
}

// on are the hours of one weekday.
func (w *Week) on(d time.Weekday) []Span { return w.days()[(int(d)+6)%7].spans }

// OpenAt says whether the line takes new calls. It is open whenever a clock on the wall of its time zone shows a time
// within its hours: an hour that summer time leaves out does not open it, and of an hour that comes twice both count.
// Settings that cannot be understood leave it open: a caller is taken in rather than sent away by mistake.
func (v Values) OpenAt(now time.Time) bool {
	if v.Emergency.Closed {
		return false
	}
	if v.Hours == nil && len(v.Holidays) == 0 {
		return true
	}
	zone, err := zone(v.Zone)
	return err != nil || v.openBy(now.In(zone))
}

// openBy says whether the hours are open when the clocks on the wall show that.
func (v Values) openBy(local time.Time) bool {
	spans, known := v.spansOn(local)
	return !known || within(spans, local.Hour()*60+local.Minute())
}

// spansOn are the hours of that day; not known if it is open all day.
func (v Values) spansOn(local time.Time) (spans []Span, known bool) {
	date := local.Format(time.DateOnly)
	for _, h := range v.Holidays {
		if h.Date == date {
			return h.Open, true
		}
	}
	if v.Hours == nil {
		return nil, false
	}
	return v.Hours.on(local.Weekday()), true
}

// ahead is how many days OpenUntil looks ahead: some holidays in a row, and the week after them.
const ahead = 21

// OpenUntil is OpenAt, and when the hours change that; the zero time if they do not within three weeks, or if an
// emergency closes the line for as long as it lasts.
func (v Values) OpenUntil(now time.Time) (open bool, until time.Time) {
	open = v.OpenAt(now)
	zone, err := zone(v.Zone)
	if err != nil || v.Emergency.Closed || v.Hours == nil && len(v.Holidays) == 0 {
		return open, time.Time{}
	}
	for d := range ahead {
		at := v.firstChange(now.In(zone), d, open)
		if !at.IsZero() {
			return open, at
		}
	}
	return open, time.Time{}
}

// firstChange is when, so many days after now, the line first is other than open; the zero time if it stays so.
func (v Values) firstChange(now time.Time, days int, open bool) time.Time {
	year, month, day := now.Date()
	midnight := time.Date(year, month, day+days, 0, 0, 0, 0, now.Location())
	next := midnight.AddDate(0, 0, 1)
	minutes := []int{0}
	spans, _ := v.spansOn(midnight.Add(next.Sub(midnight) / 2))
	for _, s := range spans {
		from, _ := clock(s.From)
		to, _ := clock(s.To)
		minutes = append(minutes, from, to)
	}
	var moments []time.Time
	for _, minute := range minutes {
		at := time.Date(year, month, day+days, 0, minute, 0, 0, now.Location())
		for _, turned := range []time.Duration{0, time.Hour, time.Hour / 2} { // where a time comes twice, or not at all
			moments = append(moments, at.Add(-turned), at.Add(turned))
		}
	}
	if _, turned := midnight.ZoneBounds(); turned.Before(next) {
		moments = append(moments, turned)
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, at := range moments {
		if at.After(now) && v.openBy(at.In(now.Location())) != open {
			return at
		}
	}
	return time.Time{}
}

func within(spans []Span, minute int) bool {
	for _, s := range spans {
		from, begins := clock(s.From)
		to, ends := clock(s.To)
		if !begins || !ends || from <= minute && minute < to {
			return true
		}
	}
	return false
}

// Book is how the line speaks.
func (v Values) Book() prompt.Book {
	return prompt.Book{Language: v.Language, Voice: v.Voice, Own: map[prompt.Key]string{
		prompt.Greeting: v.Greeting, prompt.LastWords: v.LastWords, prompt.LeaveMessage: v.Voicemail.Words,
	}}
}

// ClosedWords is what a caller hears whom the line does not take, or no longer: the message and a goodbye.
func (v Values) ClosedWords() prompt.Words {
	own := v.ClosedMessage
	if v.Emergency.Closed && v.Emergency.Message != "" {
		own = v.Emergency.Message
	}
	if own == "" {
		return v.Book().Say(prompt.Closed)
	}
	w := v.Book().Say(prompt.Goodbye)
	w.Sentences = append([]string{own}, w.Sentences...)
	return w
}

// ClosedFirst is what a caller hears who is asked for a message because the line is closed, before they are.
func (v Values) ClosedFirst() prompt.Words {
	w := v.Book().Say(prompt.ClosedNow)
	own := v.ClosedMessage
	if v.Emergency.Closed && v.Emergency.Message != "" {
		own = v.Emergency.Message
	}
	if own != "" {
		w.Sentences = []string{own}
	}
	return w
}

// WaitingWords is what a caller in the queue hears now and then; none if nothing is set.
func (v Values) WaitingWords() prompt.Words {
	w := v.Book().Say(prompt.Position)
	w.Sentences = nil
	if v.Waiting != "" {
		w.Sentences = []string{v.Waiting}
	}
	return w
}

// zone is a time zone of the IANA list. Some systems have further names for the same rules, or for others.
func zone(name string) (*time.Location, error) {
	for _, system := range []string{"posix/", "right/"} {
		if strings.HasPrefix(name, system) {
			return nil, errZone
		}
	}
	if name == "" || name == "Local" {
		return nil, errZone
	}
	return time.LoadLocation(name)
}

// clock is the minute of the day of a time like 09:00; 24:00 is the end of the day.
func clock(text string) (minute int, ok bool) {
	if text == "24:00" {
		return dayEnd, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}

var errZone = errors.New("no such time zone")

// dayEnd is the end of a day, in minutes.
const dayEnd = 24 * 60
