package sam

import (
	"strings"
	"testing"
)

// ours is the project's template.
const ours = "../../../template.yaml"

func TestF204UnknownParameterIsRefusedWithTheNearest(t *testing.T) {
	for name, nearest := range map[string]string{
		"RingSecond": "RingSeconds", "ringseconds": "RingSeconds", "Ring_Seconds": "RingSeconds",
		"MaxWait":        "MaxWaitSeconds",
		"AllowedCountry": "AllowedCountries", "VoiceConcurency": "VoiceConcurrency", "OidcIsuer": "OidcIssuer",
		"x": "Closed",
	} {
		err := CheckParameters(ours, map[string]string{name: "8"})
		if err == nil {
			t.Fatalf("%s is taken", name)
		}
		if got := err.Error(); !strings.Contains(got, "no parameter "+name) || name != "x" &&
			!strings.HasSuffix(got, "the nearest is "+nearest) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestF204ValueThatCloudFormationRefusesIsRefused(t *testing.T) {
	for set, want := range map[string]string{
		"RingSeconds=none": "a number from 5 to 120", "RingSeconds=4": "a number from 5 to 120", "RingSeconds=8": "",
		"AllowedCountries=gb": "codes like GB,DE", "AllowedCountries=GB,DE": "", "AllowedCountries=": "",
		"Closed=yes": "one of true, false", "Closed=true": "", "VoiceConcurrency=0": "use Closed=true",
		"VoiceConcurrency=-1":   "",
		"LineName=Brown & Sons": "", "LineName=<b>": "at most 40", "LineName=" + strings.Repeat("x", 41): "at most 40",
		"TwilioNumber=5550100": "a plus sign",
	} {
		name, value, _ := strings.Cut(set, "=")
		err := CheckParameters(ours, map[string]string{name: value})
		if (err == nil) != (want == "") || err != nil &&
			(!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name)) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
	if err := CheckParameters("nowhere.yaml", nil); err == nil {
		t.Error("a template that is not there")
	}
}

func TestNearest(t *testing.T) {
	if got := Nearest("", nil); got != "" {
		t.Errorf("of none: %q", got)
	}
	if got := Nearest("kitten", []string{"sitting", "mitten", "kitchen"}); got != "mitten" {
		t.Errorf("got %q", got)
	}
}
