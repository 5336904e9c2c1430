package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// of are the uses between files that are given by their names and sources.
func of(t *testing.T, sources ...string) uses {
	t.Helper()
	files := token.NewFileSet()
	var parsed []*ast.File
	for i := 0; i < len(sources); i += 2 {
		f, err := parser.ParseFile(files, sources[i], "package p\n"+sources[i+1], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	u, err := usesOf(files, "p", parsed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUsesThatRunBackUp(t *testing.T) {
	const value = `
type Value struct{ N int }
func (v Value) Twice() int { return 2 * v.N }
`
	for _, c := range []struct {
		name      string
		files     []string
		all, back int
		reported  string
	}{
		{"a rule above its value", []string{
			"value.go", value,
			"rule.go", "func rule(v Value) int { return v.Twice() + v.N }",
		}, 3, 0, ""},
		{"a value that uses its rule", []string{
			"value.go", value + "func (v Value) Ruled() int { return rule(v) }",
			"rule.go", "func rule(v Value) int { return v.Twice() + v.N }",
		}, 4, 1, "value.go: Ruled uses rule of rule.go"},
		{"three files in a circle", []string{
			"a.go", "func a1() {}; func a2() { b1(); b2(); b3() }",
			"b.go", "func b1() { c1() }; func b2() { c1() }; func b3() { c1() }",
			"c.go", "func c1() {}; func c2() { a1() }",
		}, 7, 1, "c.go: c2 uses a1 of a.go"},
		{"a generic type's method", []string{
			"list.go", "type List[T any] struct{}; func (l List[T]) Len() int { return 0 }",
			"use.go", "func use(l List[int]) int { return l.Len() }",
		}, 2, 0, ""},
	} {
		r := of(t, c.files...).measure()
		if r.all != c.all || r.back != c.back || !strings.Contains(r.text(), c.reported) {
			t.Errorf("%s: %d of %d run back up:\n%s", c.name, r.back, r.all, r.text())
		}
	}
}
