package template

import (
	"regexp"
	"testing"
)

// The address of the other system has a host of the operator's, and https; number and call come after it.
func TestTheCrmIsAtAHostOfTheOperators(t *testing.T) {
	p := at(template(t), "Parameters", "CrmUrl")
	pattern, err := regexp.Compile(text(at(p, "AllowedPattern")))
	if err != nil || pattern.String() == "" || text(at(p, "Default")) != "" {
		t.Fatalf("%v: %v", err, p)
	}
	for value, want := range map[string]bool{
		"": true, "https://crm.example.com/?phone={number}&call={call}": true, "https://crm.example.com:8443/c/{call}": true,
		"http://crm.example.com/{number}": false, "https://crm.example.com": false, "https://{number}/": false,
		"https://crm{number}.example.com/": false, "https://{call}@crm.example.com/": false, "javascript:alert(1)//": false,
		"https://crm.example.com:{number}/": false, "//crm.example.com/": false, "https://crm.example.com/\"": false,
	} {
		if pattern.MatchString(value) != want {
			t.Errorf("%q is allowed: %t", value, !want)
		}
	}
}
