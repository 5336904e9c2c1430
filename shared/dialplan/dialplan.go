// Package dialplan says which outside numbers agents may dial: switchboard.Numbers.
//
// It is pure: it knows numbering plans, by github.com/nyaruka/phonenumbers, and the
// operator's choice, and dials nothing. The library's tables are large, so only the
// function that needs them should link this package.
package dialplan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"warmtransfer/shared/env"
	"warmtransfer/shared/switchboard"
)

// Policy is what an operator allows. The zero value allows nothing.
type Policy struct {
	countries []string
	own       []string
}

// Why a number may not be dialled: the slugs of a *switchboard.NumberError.
const (
	NotE164 = "not-e164"  // not written as a plus sign and digits, or no such number
	Own     = "own"       // one of our own numbers: the call would come back to us
	Country = "country"   // outside the allowed countries
	Short   = "short"     // emergency, or another short code
	Costly  = "premium"   // premium rate, shared cost, and whatever else may cost anything
	Useless = "no-person" // pagers, voicemail: nobody to hand a caller to
)

// New is a policy that allows numbers in these countries (ISO 3166, e.g. "DE"), but not
// our own numbers. Without a country it allows nothing.
func New(countries, own []string) (*Policy, error) {
	known := phonenumbers.GetSupportedRegions()
	p := &Policy{own: own}
	for _, c := range countries {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		code := strings.ToUpper(c)
		if !known[code] {
			return nil, fmt.Errorf("no country is called %q", c)
		}
		p.countries = append(p.countries, code)
	}
	return p, nil
}

// Open is the policy of the setting ALLOWED_COUNTRIES, codes with commas between them;
// nil if it allows nothing. Own is our number.
func Open(r *env.Reader, own string) switchboard.Numbers {
	p, err := New(strings.Split(r.Optional("ALLOWED_COUNTRIES"), ","), []string{own})
	if err != nil {
		r.Bad("ALLOWED_COUNTRIES", "countries' codes of two letters with commas between them, like GB,DE")
		return nil
	}
	if !p.Any() {
		return nil // and not a nil pointer in an interface
	}
	return p
}

// Any says whether the policy allows any number at all.
func (p *Policy) Any() bool { return p != nil && len(p.countries) > 0 }

// maxDigits is the longest number of E.164; the shortest that a line of anybody has is
// found by its numbering plan.
const maxDigits = 15

// Allow implements switchboard.Numbers. It takes nothing but strict E.164: what looks
// different to a person, to us and to the network is where toll fraud begins.
func (p *Policy) Allow(number string) (string, error) {
	if !e164(number) {
		return "", refuse(NotE164)
	}
	if slices.Contains(p.own, number) {
		return "", refuse(Own)
	}
	n, err := phonenumbers.Parse(number, phonenumbers.UNKNOWN_REGION)
	if err != nil {
		return "", refuse(NotE164)
	}
	if isShort(n) {
		return "", refuse(Short)
	}
	// A number with something too much in it, such as a trunk zero, is written otherwise.
	if !phonenumbers.IsValidNumber(n) || phonenumbers.Format(n, phonenumbers.E164) != number {
		return "", refuse(NotE164)
	}
	if !slices.Contains(p.countries, phonenumbers.GetRegionCodeForNumber(n)) {
		return "", refuse(Country)
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE,
		phonenumbers.VOIP, phonenumbers.TOLL_FREE:
		return number, nil
	case phonenumbers.PAGER, phonenumbers.VOICEMAIL:
		return "", refuse(Useless)
	default:
		return "", refuse(Costly)
	}
}

// e164 says whether s is a plus sign and digits, as far as that can be seen.
func e164(s string) bool {
	if len(s) < 3 || len(s) > 1+maxDigits || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isShort says whether a number is an emergency or another short code of a country, with
// or without the country's code before it (+112, +49110).
func isShort(n *phonenumbers.PhoneNumber) bool {
	national := phonenumbers.GetNationalSignificantNumber(n)
	for _, region := range phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode())) {
		if phonenumbers.IsEmergencyNumber(national, region) {
			return true
		}
	}
	return phonenumbers.IsPossibleShortNumber(n) && !phonenumbers.IsPossibleNumber(n)
}

func refuse(why string) error { return &switchboard.NumberError{Why: why} }
