package env

import (
	"strings"
	"testing"
	"time"
)

func from(m map[string]string) *Reader { return New(func(k string) string { return m[k] }) }

func TestGoodSettings(t *testing.T) {
	e := from(map[string]string{
		"TABLE_NAME": "t", "RING_SECONDS": "20", "TWILIO_NUMBER": "+15550100123", "MUSIC": "https://m.example/music/",
		"ZERO": "0", "YES": "true", "NO": "false",
	})
	if !e.Flag("YES") || e.Flag("NO") {
		t.Error("Flag")
	}
	if got := e.String("TABLE_NAME"); got != "t" {
		t.Errorf("String = %q", got)
	}
	if got := e.Seconds("RING_SECONDS", 5, 600); got != 20*time.Second {
		t.Errorf("Seconds = %v", got)
	}
	if got := e.Seconds("ZERO", 0, 600); got != 0 {
		t.Errorf("Seconds of zero = %v", got)
	}
	if got := e.Days("RING_SECONDS", 0, 99); got != 20*24*time.Hour {
		t.Errorf("Days = %v", got)
	}
	if got := e.Whole("RING_SECONDS", 1, 20); got != 20 {
		t.Errorf("Whole = %d", got)
	}
	if got := e.Number("TWILIO_NUMBER"); got != "+15550100123" {
		t.Errorf("Number = %q", got)
	}
	if got := e.URL("MUSIC"); got != "https://m.example/music" {
		t.Errorf("URL = %q", got)
	}
	if got := e.OptionalURL("PUBLIC_BASE_URL") + e.Optional("OTHER"); got != "" {
		t.Errorf("optional = %q", got)
	}
	if err := e.Err(); err != nil {
		t.Errorf("Err = %v", err)
	}
}

func TestAllProblemsAtOnceAndNoValues(t *testing.T) {
	const secret = "hunter2"
	m := map[string]string{"A_SECONDS": secret, "B_SECONDS": "601", "C_SECONDS": "4", "NUMBER": secret,
		"URL": "ftp://" + secret, "A_FLAG": "hunter3", "URL2": "https://a@b/?x"}
	e := from(m)
	e.String("FIRST")
	e.String("SECOND")
	e.Seconds("THIRD", 1, 2)
	e.Seconds("A_SECONDS", 5, 600)
	e.Seconds("B_SECONDS", 5, 600)
	e.Seconds("C_SECONDS", 5, 600)
	e.Whole("A_NUMBER", 1, 2)
	e.Bad("OTHER", "something else")
	e.Number("NUMBER")
	e.URL("URL")
	e.OptionalURL("URL2")
	e.URL("FOURTH")
	e.Flag("A_FLAG")
	e.Flag("NO_FLAG")
	err := e.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"FIRST", "SECOND", "THIRD", "FOURTH", "A_SECONDS", "B_SECONDS", "C_SECONDS",
		"A_NUMBER", "OTHER", "NUMBER", "URL", "URL2", "A_FLAG", "NO_FLAG"} {
		if strings.Count(err.Error(), name) < 1 {
			t.Errorf("%s is not named in %q", name, err)
		}
	}
	for _, v := range m {
		if len(v) > 3 && strings.Contains(err.Error(), v) {
			t.Errorf("the value %q is printed in %q", v, err)
		}
	}
}

func TestNumbersAreWrittenAsE164(t *testing.T) {
	for number, want := range map[string]struct{ international, e164 bool }{
		"+15550100": {true, true}, "+1555010": {true, true}, "+155501": {true, false}, "+49": {true, false},
		"+4": {}, "+": {}, "": {}, "+123456789012345": {true, true}, "+1234567890123456": {}, "+05550100": {},
		"15550100": {}, "0015550100": {}, "+1 5550100": {}, "+1555010x": {}, "+1555010\n": {}, "++1555010": {},
		"+٤٩٣٠١٢٣٤": {},
	} {
		if International(number) != want.international || E164(number) != want.e164 {
			t.Errorf("%q: international %t, E.164 %t", number, International(number), E164(number))
		}
	}
}
