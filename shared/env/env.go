// Package env reads a function's settings from its environment.
//
// It collects every problem, so that an operator sees all missing and malformed names in one error and
// not in one deployment each. It never repeats a value: some are secrets. It does not know what the
// settings mean.
package env

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Reader reads settings. Its methods return the zero value for a setting that is missing or malformed;
// Err reports all of them.
type Reader struct {
	get       func(string) string
	missing   []string
	malformed []string
}

// New reads from get; in a function that is os.Getenv.
func New(get func(string) string) *Reader { return &Reader{get: get} }

// String is a required setting.
func (r *Reader) String(name string) string {
	v := r.get(name)
	if v == "" {
		r.missing = append(r.missing, name)
	}
	return v
}

// Optional is a setting that may be empty.
func (r *Reader) Optional(name string) string { return r.get(name) }

// Seconds is a required whole number of seconds from least to most, both included.
func (r *Reader) Seconds(name string, least, most int) time.Duration {
	return time.Duration(r.Whole(name, least, most)) * time.Second
}

// Days is a required whole number of days from least to most, both included.
func (r *Reader) Days(name string, least, most int) time.Duration {
	return time.Duration(r.Whole(name, least, most)) * 24 * time.Hour
}

// Whole is a required whole number from least to most, both included.
func (r *Reader) Whole(name string, least, most int) int {
	v := r.String(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		r.Bad(name, "a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return 0
	}
	return n
}

// Flag is a required yes or no.
func (r *Reader) Flag(name string) bool {
	v := r.String(name)
	if v != "" && v != "true" && v != "false" {
		r.Bad(name, "true or false")
	}
	return v == "true"
}

// On reads a setting that is on or off; one that is missing is off.
func (r *Reader) On(name string) bool {
	v := r.Optional(name)
	if v != "" && v != "on" && v != "off" {
		r.Bad(name, "on or off")
	}
	return v == "on"
}

// International says whether a text is written as E.164 (https://www.itu.int/rec/T-REC-E.164) writes a number: + and at
// most 15 digits, the first of them not 0. How short a number may be is the matter of its numbering plan; one digit is
// none. It is no regular expression, which each start would have to compile.
func International(text string) bool {
	digits, ok := strings.CutPrefix(text, "+")
	return ok && len(digits) >= 2 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// E164 says whether a text is a telephone number in E.164 form, as far as can be said without its numbering plan: it is
// International, and has at least 7 digits.
func E164(text string) bool { return International(text) && len(text) > 7 }

// Number is a required telephone number in E.164 form.
func (r *Reader) Number(name string) string {
	v := r.String(name)
	if v != "" && !E164(v) {
		r.Bad(name, "a telephone number like +15550100")
		return ""
	}
	return v
}

// URL is a required base address, returned without a trailing slash.
func (r *Reader) URL(name string) string {
	if r.String(name) == "" {
		return ""
	}
	return r.OptionalURL(name)
}

// OptionalURL is like URL, but may be empty.
func (r *Reader) OptionalURL(name string) string {
	v := r.get(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		r.Bad(name, "an http or https address without query, fragment or user")
		return ""
	}
	return strings.TrimRight(v, "/")
}

// Bad records that a setting is malformed, and what it must be.
func (r *Reader) Bad(name, want string) {
	r.malformed = append(r.malformed, name+" (must be "+want+")")
}

// Err names every setting that was missing or malformed, or is nil.
func (r *Reader) Err() error {
	var parts []string
	if len(r.missing) > 0 {
		parts = append(parts, "missing settings: "+strings.Join(r.missing, ", "))
	}
	if len(r.malformed) > 0 {
		parts = append(parts, "malformed settings: "+strings.Join(r.malformed, ", "))
	}
	if parts == nil {
		return nil
	}
	return errors.New(strings.Join(parts, "; "))
}
