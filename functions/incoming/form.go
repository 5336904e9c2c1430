package main

import (
	"errors"
	"regexp"
	"slices"
	"strconv"

	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/web"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// withheld are the numbers that stand for none: RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS
// and UNAVAILABLE spelled on a telephone's keys.
var withheld = []string{"+7378742833", "+2562533", "+8656696", "+266696687", "+86282452253"}

// number is the caller's for agents' eyes, "" if she withholds it.
func number(from string) string {
	if !e164.MatchString(from) || slices.Contains(withheld, from) {
		return ""
	}
	return from
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
