package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/web"
)

// withheld are the numbers that stand for none: RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS
// and UNAVAILABLE spelled on a telephone's keys. Some networks send the words themselves.
var (
	withheld      = []string{"7378742833", "2562533", "8656696", "266696687", "86282452253"}
	withheldWords = []string{"restricted", "blocked", "unknown", "anonymous", "unavailable", "private", "withheld"}
)

// maxCaller is how many characters of what is no number an agent is shown.
const maxCaller = 64

// number is the caller's for agents' eyes, "" if she withholds it. Not everybody has one
// of E.164: who calls from a telephone system has a SIP address, a short number, or one
// without its country. That is text to be read, and nothing may dial it.
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

// visible drops what cannot be seen, such as what turns the direction of writing.
func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// private: the caller's network does not tell who she is. In a SIP address it is the user
// who tells (RFC 3323, section 4.1.1.3: sip:anonymous@anonymous.invalid).
func private(shown string) bool {
	user := strings.ToLower(shown)
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		if rest, ok := strings.CutPrefix(user, scheme); ok {
			user, _, _ = strings.Cut(rest, "@")
		}
	}
	return user == "" || slices.Contains(withheldWords, user) || slices.Contains(withheld, strings.TrimPrefix(user, "+"))
}

// verified: her network vouches for the number itself (full attestation).
func verified(stir string) bool { return stir == "TN-Validation-Passed-A" }

// over says whether a call in that status has ended.
func over(status string) bool {
	return slices.Contains([]string{"completed", "busy", "failed", "no-answer", "canceled"}, status)
}

var errRound = errors.New("the address has no round")

func round(r *web.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("round"))
	if err != nil || n < 0 {
		return 0, errRound
	}
	return n, nil
}

func unknown(err error) bool { return errors.Is(err, switchboard.ErrNotFound) }
