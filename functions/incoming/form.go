package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
)

// withheld are the numbers that stand for a withheld one: RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS
// and UNAVAILABLE spelled on a telephone's keys. Some networks send the words themselves.
var (
	withheld      = []string{"7378742833", "2562533", "8656696", "266696687", "86282452253"}
	withheldWords = []string{"restricted", "blocked", "unknown", "anonymous", "unavailable", "private", "withheld"}
)

// maxCaller is how many characters of a caller's address an agent is shown.
const maxCaller = 64

// number is the caller's number or address as agents see it, "" if it is withheld. Not every caller
// has an E.164 number: a telephone system may send a SIP address, a short number, or one without its
// country. That is text to read, and nothing may dial it.
func number(from string) string {
	shown := strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(from, "")))
	if private(shown) {
		return ""
	}
	if r := []rune(shown); len(r) > maxCaller {
		return string(r[:maxCaller-1]) + "…"
	}
	return shown
}

// visible drops invisible characters, such as those that change the direction of writing.
func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// private reports whether the caller's network withholds the number. In a SIP address the user part
// says so (RFC 3323, section 4.1.1.3: sip:anonymous@anonymous.invalid,
// https://www.rfc-editor.org/rfc/rfc3323).
func private(shown string) bool {
	user := strings.ToLower(shown)
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		if rest, ok := strings.CutPrefix(user, scheme); ok {
			user, _, _ = strings.Cut(rest, "@")
		}
	}
	return user == "" || slices.Contains(withheldWords, user) ||
		slices.Contains(withheld, strings.TrimPrefix(user, "+"))
}

// verified reports whether the caller's network vouches for the number itself (full attestation):
// https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
func verified(stir string) bool { return stir == "TN-Validation-Passed-A" }

// over reports whether a call in that status has ended.
func over(status string) bool {
	return slices.Contains([]string{"completed", "busy", "failed", "no-answer", "canceled"}, status)
}

var errRound = errors.New("the address has no round")

func round(r *httpapi.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("round"))
	if err != nil || n < 0 {
		return 0, errRound
	}
	return n, nil
}

func unknown(err error) bool { return errors.Is(err, service.ErrNotFound) }
