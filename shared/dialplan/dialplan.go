// Package dialplan says which outside numbers agents may dial: it implements service.Numbers.
//
// It is pure: it knows the operator's setting and the numbering plans of github.com/nyaruka/phonenumbers, as a table
// made from them (see local/plans), and dials nothing.
package dialplan

import (
	"fmt"
	"slices"
	"strings"

	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

// Policy is what an operator allows. The zero value allows nothing.
type Policy struct {
	countries []string
	own       []string
}

// Reasons why a number may not be dialled: the slugs of a *service.NumberError.
const (
	NotE164  = "not-e164"  // not written as a plus sign and digits, or no valid number
	Own      = "own"       // one of our own numbers: the call would come back to us
	Country  = "country"   // outside the allowed countries
	Short    = "short"     // emergency, or another short code
	Premium  = "premium"   // premium rate, shared cost, and every other type that may cost more
	NoPerson = "no-person" // pagers and voicemail: nobody could take the caller
)

// New is a policy that allows the numbers of these countries (ISO 3166, such as "DE"), but not our own numbers. Without
// a country it allows nothing.
func New(countries, own []string) (*Policy, error) {
	var known map[string]bool // read only if needed: decoding the table takes time at a cold start
	p := &Policy{own: own}
	for _, c := range countries {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if known == nil {
			known = regions()
		}
		code := strings.ToUpper(c)
		if !known[code] {
			return nil, fmt.Errorf("no country is called %q", c)
		}
		p.countries = append(p.countries, code)
	}
	return p, nil
}

// Open is the policy of the setting ALLOWED_COUNTRIES, country codes with commas between them; nil if it allows
// nothing. Own is our number.
func Open(r *env.Reader, own string) service.Numbers {
	p, err := New(strings.Split(r.Optional("ALLOWED_COUNTRIES"), ","), []string{own})
	if err != nil {
		r.Bad("ALLOWED_COUNTRIES", "countries' codes of two letters with commas between them, like GB,DE")
		return nil
	}
	if !p.Any() {
		return nil // a nil interface, not a nil pointer in one
	}
	return p
}

// Any says whether the policy allows any number at all.
func (p *Policy) Any() bool { return p != nil && len(p.countries) > 0 }

// Allow implements service.Numbers. It accepts nothing but strict E.164 (https://www.itu.int/rec/T-REC-E.164): a number
// that a person, our code and Twilio read differently can be used for toll fraud.
func (p *Policy) Allow(number string) (string, error) {
	if !env.International(number) { // the shortest number is given by each numbering plan
		return "", refuse(NotE164)
	}
	if slices.Contains(p.own, number) {
		return "", refuse(Own)
	}
	plans, national := plansFor(number[1:])
	if plans == nil || plans[0].prefixed(national) {
		return "", refuse(NotE164)
	}
	if short(plans, national) {
		return "", refuse(Short)
	}
	home, ok := owner(plans, national)
	if !ok {
		return "", refuse(NotE164)
	}
	kind := home.typeOf(national)
	switch {
	case kind == "":
		return "", refuse(NotE164)
	case !slices.Contains(p.countries, home.region):
		return "", refuse(Country)
	}
	switch kind {
	case "fixed", "mobile", "voip", "toll-free":
		return number, nil
	case "pager", "voicemail":
		return "", refuse(NoPerson)
	default:
		return "", refuse(Premium)
	}
}

func refuse(why string) error { return &service.NumberError{Why: why} }
