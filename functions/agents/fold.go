package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxText is the longest text of a search, in characters.
const maxText = 100

var (
	// letters are those that have no decomposition into a plain letter and an accent.
	letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i",
		"ð", "d", "þ", "th")
	// umlauts are letters that are also spelled with two.
	umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa")
)

// fold is a name as people type it in a search: small letters and digits with single spaces, without
// accents, apostrophes and other signs. The page's own filter does the same (frontend/src/words/find.ts).
func fold(name string) string { return folded(strings.ToLower(name)) }

func folded(lower string) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(lower) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(c)
		case unicode.IsSpace(c), unicode.Is(unicode.Pd, c), strings.ContainsRune(".,_", c):
			gap = true
		}
	}
	return letters.Replace(b.String())
}

// finder says whether a name contains every word of a folded text, in any order. Umlauts may be spelled with one
// letter or with two, and words of the name be written as one.
func finder(text string) func(name string) bool {
	words := strings.Fields(text)
	return func(name string) bool {
		lower := norm.NFC.String(strings.ToLower(name))
		one, two := folded(lower), folded(umlauts.Replace(lower))
		spellings := []string{one, two, strings.ReplaceAll(one, " ", ""), strings.ReplaceAll(two, " ", "")}
		for _, w := range words {
			found := false
			for _, s := range spellings {
				found = found || strings.Contains(s, w)
			}
			if !found {
				return false
			}
		}
		return true
	}
}
