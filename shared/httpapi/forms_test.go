package httpapi

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"warmtransfer/shared/call"
)

// The forms of ids and names are checked without regular expressions; these say what they are.
func TestFormsAreThoseOfTheirExpressions(t *testing.T) {
	sid, key := regexp.MustCompile(`^(KP)?(CA|OB)[0-9a-f]{32}$`), regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)
	name := regexp.MustCompile(`^[a-z]+([._-][a-z]+)*$`)
	check := func(t rapid.TB, s string) {
		var l logLine
		l.setIDs(call.ID(s), call.LegKey(s))
		if got := l.conference != ""; got != sid.MatchString(s) {
			t.Errorf("%q is an id: %t", s, got)
		}
		if got := l.leg != ""; got != key.MatchString(s) {
			t.Errorf("%q is a key: %t", s, got)
		}
		if got := plain(s); got != name.MatchString(s) {
			t.Errorf("%q is a plain name: %t", s, got)
		}
	}
	hex := strings.Repeat("0af9", 8)
	for _, s := range []string{
		"", string(call.KeptID(call.ID("CA" + hex))), "KP", "KP" + hex, "KPKPCA" + hex, "KP+15005550006", "OB" + hex,
		"CA" + hex, "CA" + hex + "0", "CA" + hex[1:], "ca" + hex, "CA" + strings.ToUpper(hex), "CA" + hex + "\n",
		"a", "a.b",
		".a", "a.", "a..b", "a.-b", "a_b-c", "{", "a{", "{a", "é", "a é", strings.Repeat("x", 40),
		strings.Repeat("x", 41),
	} {
		check(t, s)
	}
	few := rapid.StringOf(rapid.RuneFrom([]rune("abzAZ09.-_{`\n é")))
	rapid.Check(t, func(t *rapid.T) { check(t, few.Draw(t, "s")) })
}
