package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxText is the longest text of a search, in characters.
const maxText = 100

// fold is a name as people type it in a search: small letters and digits with single spaces, without
// accents, apostrophes and other signs.
func fold(name string) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(name) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteString(strings.ToLower(string(c)))
		case unicode.IsSpace(c):
			gap = true
		}
	}
	return b.String()
}
