package dialplan

import (
	"strings"
	"testing"

	"warmtransfer/shared/env"
)

func reader(countries string) *env.Reader {
	return env.New(func(name string) string {
		if name == "ALLOWED_COUNTRIES" {
			return countries
		}
		return ""
	})
}

func TestF155NothingIsAllowedByDefault(t *testing.T) {
	for _, none := range []string{"", " ", ",", " , "} {
		r := reader(none)
		if n := Open(r, "+442079460100"); n != nil || r.Err() != nil {
			t.Errorf("%q: %v, %v", none, n, r.Err())
		}
	}
}

func TestOpenAllowsTheCountriesOfTheSetting(t *testing.T) {
	r := reader("gb, DE")
	n := Open(r, "+442079460100")
	if n == nil || r.Err() != nil {
		t.Fatalf("%v, %v", n, r.Err())
	}
	for number, want := range map[string]bool{"+442079460123": true, "+442079460100": false, "+12025550123": false} {
		if _, err := n.Allow(number); (err == nil) != want {
			t.Errorf("%s: %v, want allowed %t", number, err, want)
		}
	}
}

func TestACountryThatIsNoneIsAFailureToStart(t *testing.T) {
	for _, bad := range []string{"GB,XX", "Germany", "GB;DE", "*"} {
		r := reader(bad)
		if n := Open(r, ""); n != nil || r.Err() == nil || !strings.Contains(r.Err().Error(), "ALLOWED_COUNTRIES") {
			t.Errorf("%q: %v, %v", bad, n, r.Err())
		}
	}
}
