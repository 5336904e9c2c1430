package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"warmtransfer/shared/prompt"
)

// Limits of the values.
const (
	maxName = 40
	// maxTurn is the longest text that is said in a turn of music, in letters. How long words last is estimated
	// (twilio.Spoken); of a longer text the estimate would be further off than the next turn may come late.
	maxTurn     = 160
	maxMessage  = 500
	maxSpans    = 6
	maxHolidays = 60
	maxCodes    = 30
	maxAhead    = 20 // of the queue a request reads hardly more (service.QueuePage)
	maxEvery    = 60
	maxCode     = 40
	// maxPieces are three minutes of pieces that are hardly longer than they must be.
	maxPieces    = 20
	maxMusicName = 60
	// A piece that could not be fetched is noticed by a turn that is over five seconds early (functions/wait).
	minPiece, maxPiece = 6000, 12_000
	// maxBytes keeps the item below 4 KB: to read it costs half a unit.
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
	maxBytes = 3600
)

// FieldError is a value that is refused.
type FieldError struct {
	Field string // such as hours.monday[1].from
	Why   string // what it must be
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Why }

// Check returns a *FieldError for the first value that is refused, in the order of Values.
func (v Values) Check() error {
	if err := v.checkTexts(); err != nil {
		return err
	}
	if err := v.checkHours(); err != nil {
		return err
	}
	if err := v.Question.check(); err != nil {
		return err
	}
	if err := v.checkCodes(); err != nil {
		return err
	}
	if err := v.checkVoice(); err != nil {
		return err
	}
	if err := v.Music.check(); err != nil {
		return err
	}
	if v.Emergency.EndWaits && !v.Emergency.Closed {
		return &FieldError{"emergency.endWaits", "waits are ended only while emergency.closed is true"}
	}
	if text, err := json.Marshal(v); err != nil || len(text) > maxBytes {
		return &FieldError{"settings", fmt.Sprintf("all settings together have more than %d bytes", maxBytes)}
	}
	return nil
}

func (v Values) checkTexts() error {
	for _, text := range []struct {
		field, value string
		most         int
	}{
		{"name", v.Name, maxName},
		{"greeting", v.Greeting, maxTurn},
		{"waiting", v.Waiting, maxTurn},
		{"lastWords", v.LastWords, maxMessage},
		{"closedMessage", v.ClosedMessage, maxMessage},
		{"emergency.message", v.Emergency.Message, maxMessage},
		{"voicemail.words", v.Voicemail.Words, maxMessage},
	} {
		if err := checkText(text.field, text.value, text.most); err != nil {
			return err
		}
	}
	return nil
}

func checkText(field, value string, most int) error {
	switch {
	case utf8.RuneCountInString(value) > most:
		return &FieldError{field, fmt.Sprintf("at most %d characters", most)}
	case strings.IndexFunc(value, unicode.IsControl) >= 0:
		return &FieldError{field, "no line breaks or other control characters"}
	case value != strings.TrimSpace(value):
		return &FieldError{field, "no spaces at the beginning or the end"}
	}
	return nil
}

func (q Question) check() error {
	switch {
	case q.Ahead < 0, q.Ahead > maxAhead:
		return &FieldError{"question.ahead", fmt.Sprintf("0 to %d callers", maxAhead)}
	case q.Every < 0, q.Every > maxEvery:
		return &FieldError{"question.every", fmt.Sprintf("0 to %d minutes", maxEvery)}
	}
	return nil
}

// isMusicID says whether a text is the ID of own music: 32 digits of a hexadecimal number, in small letters.
func isMusicID(id string) bool {
	strange := func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'f') }
	return len(id) == 32 && !strings.ContainsFunc(id, strange)
}

// check takes what an upload has answered; of anything else callers would hear the usual music.
func (m *Music) check() error {
	switch {
	case m == nil:
		return nil
	case !isMusicID(m.ID), m.Pieces < 1, m.Pieces > maxPieces, m.Millis < minPiece, m.Millis > maxPiece:
		return &FieldError{"music", "not what an upload has answered"}
	}
	return checkText("music.name", m.Name, maxMusicName)
}

func (v Values) checkCodes() error {
	if len(v.Codes) > maxCodes {
		return &FieldError{"codes", fmt.Sprintf("at most %d", maxCodes)}
	}
	for i, code := range v.Codes {
		field := fmt.Sprintf("codes[%d]", i)
		if err := checkText(field, code, maxCode); err != nil {
			return err
		}
		switch {
		case code == "":
			return &FieldError{field, "not empty"}
		case slices.Contains(v.Codes[:i], code):
			return &FieldError{field, "this code is there twice"}
		}
	}
	return nil
}

func (v Values) checkHours() error {
	if v.Zone != "" {
		if _, err := zone(v.Zone); err != nil {
			return &FieldError{"zone", "not a time zone of the IANA list, such as Europe/Berlin"}
		}
	}
	if v.Zone == "" && (v.Hours != nil || len(v.Holidays) > 0) {
		return &FieldError{"zone", "needed with hours and holidays, such as Europe/Berlin"}
	}
	if v.Hours != nil {
		for _, d := range v.Hours.days() {
			if err := checkSpans("hours."+d.name, d.spans); err != nil {
				return err
			}
		}
	}
	if len(v.Holidays) > maxHolidays {
		return &FieldError{"holidays", fmt.Sprintf("at most %d", maxHolidays)}
	}
	dates := map[string]bool{}
	for i, h := range v.Holidays {
		field := fmt.Sprintf("holidays[%d]", i)
		switch _, err := time.Parse(time.DateOnly, h.Date); {
		case err != nil:
			return &FieldError{field + ".date", "not a date like 2026-12-25"}
		case dates[h.Date]:
			return &FieldError{field + ".date", "this date is there twice"}
		}
		dates[h.Date] = true
		if err := checkSpans(field+".open", h.Open); err != nil {
			return err
		}
	}
	return nil
}

// checkSpans wants the parts of a day in order, none of which begins before the one before has ended.
func checkSpans(field string, spans []Span) error {
	if len(spans) > maxSpans {
		return &FieldError{field, fmt.Sprintf("at most %d for a day", maxSpans)}
	}
	last := 0
	for i, s := range spans {
		at := fmt.Sprintf("%s[%d]", field, i)
		from, begins := clock(s.From)
		to, ends := clock(s.To)
		switch {
		case !begins || from == dayEnd:
			return &FieldError{at + ".from", "not a time like 09:00"}
		case !ends:
			return &FieldError{at + ".to", "not a time like 17:30; the end of the day is 24:00"}
		case to <= from:
			return &FieldError{at + ".to", "not after from; a night ends at 24:00 and goes on the next day"}
		case from < last:
			return &FieldError{at + ".from", "overlaps the hours before it, or is out of order"}
		}
		last = to
	}
	return nil
}

func (v Values) checkVoice() error {
	language := v.Language
	if language == "" {
		language = prompt.English
	}
	if all := prompt.Languages(); !slices.Contains(all, language) {
		return &FieldError{"language", fmt.Sprintf("one of %v", all)}
	}
	if all := prompt.Voices(language); v.Voice != "" && !slices.Contains(all, v.Voice) {
		return &FieldError{"voice", fmt.Sprintf("one of the voices of the language: %v", all)}
	}
	return nil
}
