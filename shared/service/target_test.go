package service_test

import (
	"testing"

	"warmtransfer/shared/service"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]service.Target{
		"":              nil,
		"*":             service.ToAnyone{},
		"bob":           service.ToAgent("bob"),
		"+442079460999": service.ToNumber("+442079460999"),
		"020 7946 0999": service.ToNumber("020 7946 0999"), // refused later, with the reason
		"**":            service.ToNumber("**"),
	} {
		if got := service.ParseTarget(text); got != want {
			t.Errorf("%q is %#v, want %#v", text, got, want)
		}
	}
}
