package dialplan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"warmtransfer/shared/env"
)

// judged says whether the number may be dialled according to the library itself, if all countries are allowed.
func judged(number string) bool {
	n, err := phonenumbers.Parse(number, phonenumbers.UNKNOWN_REGION)
	if err != nil || !env.International(number) {
		return false
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	for _, region := range phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode())) {
		if phonenumbers.IsEmergencyNumber(national, region) {
			return false
		}
	}
	if !phonenumbers.IsValidNumber(n) || phonenumbers.Format(n, phonenumbers.E164) != number ||
		phonenumbers.GetRegionCodeForNumber(n) == "001" {
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE,
		phonenumbers.VOIP, phonenumbers.TOLL_FREE:
		return true
	}
	return false
}

func everywhere(t testing.TB) *Policy {
	t.Helper()
	var all []string
	for region := range phonenumbers.GetSupportedRegions() {
		all = append(all, region)
	}
	p, err := New(all, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// types are all types of numbers that the library knows.
var types = []phonenumbers.PhoneNumberType{
	phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.TOLL_FREE,
	phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.VOIP, phonenumbers.PERSONAL_NUMBER,
	phonenumbers.PAGER, phonenumbers.UAN, phonenumbers.VOICEMAIL,
}

// examples are numbers of every type and region.
func examples() []string {
	var list []string
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range types {
			if n := phonenumbers.GetExampleNumberForType(region, kind); n != nil {
				list = append(list, phonenumbers.Format(n, phonenumbers.E164))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestF155EveryCountrysExamplesAreJudgedAsByTheLibrary(t *testing.T) {
	p, list := everywhere(t), examples()
	if len(list) < 900 {
		t.Fatalf("%d examples", len(list))
	}
	for _, number := range list {
		_, err := p.Allow(number)
		if (err == nil) != judged(number) {
			t.Errorf("%s: %v; the library allows it: %t", number, err, judged(number))
		}
	}
}

// For random numbers, and for examples with small changes, the policy allows exactly what the library does.
func TestF155AnyNumberIsJudgedAsByTheLibrary(t *testing.T) {
	p, list := everywhere(t), examples()
	r := rand.New(rand.NewPCG(1, 2))
	allowed := 0
	for range 10_000 {
		number := []byte(list[r.IntN(len(list))])
		switch r.IntN(5) {
		case 0:
			number = fmt.Appendf(nil, "+%d", 1+r.Int64N(999_999_999_999))
		case 1:
			number = append(number, byte('0'+r.IntN(10)))
		case 2:
			number = number[:2+r.IntN(len(number)-2)]
		case 3:
			number = slices.Insert(number, 2+r.IntN(3), byte('0'+r.IntN(2)))
		default:
			for range 1 + r.IntN(3) {
				number[2+r.IntN(len(number)-2)] = byte('0' + r.IntN(10))
			}
		}
		_, err := p.Allow(string(number))
		if (err == nil) != judged(string(number)) {
			t.Fatalf("%s: %v; the library allows it: %t", number, err, judged(string(number)))
		}
		if err == nil {
			allowed++
		}
	}
	if allowed < 800 {
		t.Errorf("only %d numbers were allowed: too few to prove anything", allowed)
	}
}

func TestEveryLineOfTheTableCanBeRead(t *testing.T) {
	for line := range strings.Lines(table) {
		code, _, _ := strings.Cut(line, " ")
		plans, national := plansFor(code + "1")
		if len(plans) == 0 || national != "1" {
			t.Fatalf("calling code %s: %d plans, national number %q", code, len(plans), national)
		}
		for _, p := range plans {
			p.prefixed("0123")
			for _, k := range p.Types {
				whole(k.Pattern, "1")
			}
			whole(p.General+"|"+p.Emergency, "1")
		}
		owner(plans, "1")
	}
}

func BenchmarkAllow(b *testing.B) {
	p, err := New([]string{"US", "GB", "DE"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Allow("+12025550143"); err != nil {
			b.Fatal(err)
		}
	}
}
