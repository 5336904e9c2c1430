package dialplan

import (
	"errors"
	"strings"
	"testing"

	"warmtransfer/shared/service"
)

// All numbers here are from ranges reserved for fiction or for tests, or are not assigned.
func policy(t testing.TB) *Policy {
	t.Helper()
	p, err := New([]string{"DE", " gb", "US", ""}, []string{"+4930901820"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestF155NumbersThatMayAndMayNotBeDialled(t *testing.T) {
	p := policy(t)
	for number, want := range map[string]string{
		"+493023125000":    "", // fixed line
		"+4915228817386":   "", // mobile
		"+442079460000":    "",
		"+447400123456":    "",
		"+12025550143":     "",
		"+4930901820":      Own,
		"+33199000000":     Country,
		"+41446681800":     Country,
		"+390612345678":    Country,
		"+8816512345678":   Country, // satellite
		"+49110":           Short,
		"+49112":           Short,
		"+1911":            Short,
		"+44999":           Short,
		"+112":             NotE164,
		"+911":             NotE164,
		"+499001234567":    Premium, // premium
		"+449098790000":    Premium,
		"+19002345678":     Premium,
		"+491801234567":    Premium, // shared cost
		"+448431234567":    Premium,
		"+4970012345678":   Premium, // personal number
		"+4916411234567":   NoPerson,
		"+448001111":       "", // toll free
		"+4401632960123":   NotE164,
		"+49030901820":     NotE164,
		"+1202555014":      NotE164,
		"+120255501430000": NotE164,
	} {
		got, err := p.Allow(number)
		var no *service.NumberError
		switch {
		case want == "" && (err != nil || got != number):
			t.Errorf("%s: %q, %v; want it allowed", number, got, err)
		case want != "" && (!errors.As(err, &no) || no.Why != want || got != ""):
			t.Errorf("%s: %q, %v; want %s", number, got, err, want)
		}
	}
}

func TestF157StringsThatAreNoNumber(t *testing.T) {
	p := policy(t)
	for _, s := range []string{
		"", "+", "+4", "sip:evil@x", "sip:+493023125000@x", "client:bob", "bob",
		"*72", "*72+493023125000", "#31#+493023125000",
		"+1 (202) 555-0143;ext=9", "+12025550143;ext=9", "+12025550143,,9",
		"+12025550143\x00", "\x00+12025550143", "+12025550143\n",
		" +12025550143", "+1-202-555-0143",
		"\u202e+12025550143", "+\u0661\u06622025550143", "＋12025550143", "++12025550143",
		"0012025550143", "12025550143", "tel:+12025550143", "+0493023125000", "+1202555O143",
		strings.Repeat("9", 10_000), "+" + strings.Repeat("1", 10_000),
	} {
		if got, err := p.Allow(s); err == nil || got != "" {
			t.Errorf("%.40q is allowed as %q", s, got)
		}
	}
}

func TestNothingIsAllowedByDefault(t *testing.T) {
	for _, countries := range [][]string{nil, {}, {""}} {
		p, err := New(countries, nil)
		if err != nil || p.Any() {
			t.Errorf("%q: %v, any: %v", countries, err, p.Any())
		}
		if _, err := p.Allow("+12025550143"); err == nil {
			t.Errorf("%q allows a number", countries)
		}
	}
	if _, err := New([]string{"DE", "Deutschland"}, nil); err == nil || !strings.Contains(err.Error(), "Deutschland") {
		t.Errorf("an unknown country: %v", err)
	}
	var none *Policy
	if none.Any() {
		t.Error("a nil policy allows something")
	}
}

// FuzzAllow: every allowed number is strict E.164, is returned unchanged, and is neither our own number nor a short
// code.
func FuzzAllow(f *testing.F) {
	for _, s := range []string{
		"+493023125000", "+49110", "sip:evil@x", "+1202555\x000143", "+4930901820", "+882", "*72",
	} {
		f.Add(s)
	}
	p := policy(f)
	f.Fuzz(func(t *testing.T, s string) {
		got, err := p.Allow(s)
		var no *service.NumberError
		if err != nil {
			if got != "" || !errors.As(err, &no) || no.Why == "" {
				t.Errorf("%q: %q, %v", s, got, err)
			}
			return
		}
		strict := got[0] == '+' && len(got) >= 8 && len(got) <= 16 && strings.Trim(got[1:], "0123456789") == ""
		if got != s || !strict || got == "+4930901820" {
			t.Errorf("%q is allowed as %q", s, got)
		}
	})
}
