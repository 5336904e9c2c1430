package httpapi

import (
	"errors"
	"regexp"
	"testing"

	"warmtransfer/shared/service"
)

func TestKeysAreNewAndFitTheirPlace(t *testing.T) {
	form := regexp.MustCompile("^[A-Za-z0-9-]{1,40}$")
	a, b := NewKey(), NewKey()
	if a == b || !form.MatchString(string(a)) {
		t.Errorf("keys %q, %q", a, b)
	}
}

func TestF155NumbersAreOffByDefaultAndNeverDialledElsewhere(t *testing.T) {
	if n := Numbers(""); n != nil {
		t.Errorf("without a country there is %v, want a nil interface: pages would offer numbers", n)
	}
	n := Numbers("GB,DE")
	if n == nil {
		t.Fatal("pages would offer no numbers")
	}
	var no *service.NumberError
	if _, err := n.Allow("+442079460123"); !errors.As(err, &no) {
		t.Errorf("a function without a dialplan allows a number: %v", err)
	}
}
