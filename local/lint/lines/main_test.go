package main

import (
	"slices"
	"strings"
	"testing"
)

func TestLinesThatAreTooLong(t *testing.T) {
	long := strings.Repeat("x", 121)
	source := strings.Join([]string{
		"package p",
		"// " + long,
		"// https://example.com/" + long,
		"var a = `" + long,
		long + "`",
		"var b = \"" + strings.Repeat("ü", 110) + "\"",
		"\t\t// " + strings.Repeat("x", 110),
	}, "\n")
	if got := tooLong([]byte(source)); !slices.Equal(got, []int{2, 7}) {
		t.Errorf("lines %v", got)
	}
}
