package template

import (
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// imports are the packages below shared that each package below shared imports; "functions" stands for all functions.
func imports(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for _, pattern := range []string{"shared/*/*.go", "functions/*/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			from := filepath.Base(filepath.Dir(file))
			if strings.HasPrefix(pattern, "functions") {
				from = "functions"
			}
			if all[from] == nil {
				all[from] = map[string]bool{}
			}
			for _, i := range f.Imports {
				if to, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "warmtransfer/shared/"); ok {
					all[from][to] = true
				}
			}
		}
	}
	return all
}

var arrow = regexp.MustCompile(`(?m)^ +(\w+)(?:\["[^"]*"\])? --> (\w+)`)

// The picture of the packages has every import, as an arrow or as a longer way, and no arrow that is none.
func TestThePictureOfThePackagesIsTheirImports(t *testing.T) {
	doc := read(t, "docs/ARCHITECTURE.md")
	_, picture, _ := strings.Cut(doc, "flowchart TD")
	picture, _, _ = strings.Cut(picture, "```")
	drawn := map[string][]string{}
	code := imports(t)
	for _, m := range arrow.FindAllStringSubmatch(picture, -1) {
		if !code[m[1]][m[2]] {
			t.Errorf("the picture says that %s imports %s", m[1], m[2])
			continue // so that no circle is walked
		}
		drawn[m[1]] = append(drawn[m[1]], m[2])
	}
	var reaches func(from, to string) bool
	reaches = func(from, to string) bool {
		return slices.ContainsFunc(drawn[from], func(next string) bool { return next == to || reaches(next, to) })
	}
	if len(drawn) < 10 {
		t.Fatalf("only %d packages are in the picture", len(drawn))
	}
	for _, from := range slices.Sorted(maps.Keys(code)) {
		for _, to := range sorted(code[from]) {
			if !reaches(from, to) {
				t.Errorf("no way in the picture leads from %s to %s, which it imports", from, to)
			}
		}
	}
}
