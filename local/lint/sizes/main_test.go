package main

import (
	"fmt"
	"strings"
	"testing"
)

// largest is a source in which everything is as large as it may be; each of the three may be made one larger.
func largest(methods, fields, lines int) string {
	var b strings.Builder
	b.WriteString("package p\n\ntype t[K any] struct {\n")
	for i := range fields - 2 {
		fmt.Fprintf(&b, "f%d int\n", i)
	}
	b.WriteString("a, b int\n}\n")
	for i := range methods {
		fmt.Fprintf(&b, "func (t *t[K]) m%d() {}\n", i)
	}
	return b.String() + strings.Repeat("\n", lines-strings.Count(b.String(), "\n"))
}

func TestWhatIsTooLargeIsReported(t *testing.T) {
	for _, c := range []struct {
		methods, fields, lines int
		want                   string
	}{
		{maxMethods, maxFields, maxLines, ""},
		{maxMethods + 1, maxFields, maxLines, "shared/p.t has 41 methods, more than 40"},
		{maxMethods, maxFields + 1, maxLines, "shared/p/p.go: t has 26 fields, more than 25"},
		{maxMethods, maxFields, maxLines + 1, "shared/p/p.go: 501 lines, more than 500"},
	} {
		var got count
		if err := got.add("shared/p/p.go", []byte(largest(c.methods, c.fields, c.lines))); err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(got.problems(), "\n"); all != c.want {
			t.Errorf("%+v: reported %q", c, all)
		}
	}
}

func TestOnlyWhatTestsUseMayBeLarger(t *testing.T) {
	for name, want := range map[string]bool{
		"shared/call/call.go": false, "shared/call/call_test.go": true, "shared/service/servicetest/world.go": true,
		"frontend/src/styles/call.css": false,
	} {
		if forTests(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
