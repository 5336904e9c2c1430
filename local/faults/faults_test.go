package faults

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table's last column anew")

const (
	root  = "../.."
	table = root + "/docs/faults.md"
)

var (
	number = regexp.MustCompile(`F\d{3}`)
	// word is a number that stands for itself and is not part of something else, such as %2F012.
	word = regexp.MustCompile(`\bF\d{3}\b`)
	// goTest is a test function or a subtest's literal name, nodeTest a test of the page.
	goTest   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	goSub    = regexp.MustCompile(`"((?:[^"\\\n]|\\.)*F\d{3}(?:[^"\\\n]|\\.)*)"`)
	nodeTest = regexp.MustCompile(
		"(?:test|it|describe|scenario|story)(?:\\.\\w+)?\\(\\s*[\"'`]([^\"'`\n]*F\\d{3}[^\"'`\n]*)[\"'`]")
)

// shown finds the tests that have a case's number in their names: by number, the files.
func shown(t *testing.T) map[string][]string {
	t.Helper()
	by := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "node_modules" || n == "dist" || n != ".." && strings.HasPrefix(n, ".") &&
				path != root {
				return fs.SkipDir
			}
			return nil
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, root+"/"))
		for _, n := range numbersIn(t, path, rel) {
			if !slices.Contains(by[n], rel) {
				by[n] = append(by[n], rel)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func numbersIn(t *testing.T, path, rel string) []string {
	t.Helper()
	isGo := strings.HasSuffix(rel, "_test.go") && !strings.HasPrefix(rel, "local/faults/")
	isNode := strings.Contains(rel, ".test.") || strings.HasSuffix(rel, ".e2e.mjs")
	if !isGo && !isNode {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range nodeTest.FindAllStringSubmatch(string(text), -1) {
		found = append(found, word.FindAllString(m[1], -1)...)
	}
	if !isGo {
		return found
	}
	for _, m := range goTest.FindAllStringSubmatch(string(text), -1) {
		found = append(found, number.FindAllString(m[1], -1)...) // TestF001F002...
	}
	for _, m := range goSub.FindAllStringSubmatch(string(text), -1) {
		found = append(found, word.FindAllString(m[1], -1)...)
	}
	return found
}

// shows says, for a level, in which files its tests are. What needs a live account cannot
// be shown here.
var shows = map[string]func(file string) bool{
	"M": under("local/scenario/"),
	"H": under("functions/", "shared/httpapi/", "local/gateway/", "local/doctor/", "local/scenario/contract_test.go",
		"local/scenario/upgrade_test.go"),
	"E": under("frontend/test/e2e/", "local/twiliosim/media/voice/"),
	"S": under("local/template/", "shared/", "functions/"),
}

func under(folders ...string) func(string) bool {
	return func(file string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(file, f) })
	}
}

// missing lists the levels of a row that no file shows, but for L.
func missing(levels string, files []string) []string {
	var without []string
	for _, level := range strings.Fields(levels) {
		if level != "L" && !slices.ContainsFunc(files, shows[level]) {
			without = append(without, level)
		}
	}
	return without
}

// split takes a row of the table apart.
func split(line string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

func TestTheTableNamesTheTestsThatThereAre(t *testing.T) {
	by := shown(t)
	content, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	rows := 0
	for i, line := range lines {
		if !strings.HasPrefix(line, "| F") {
			continue
		}
		rows++
		cells := split(line)
		if len(cells) != 6 {
			t.Fatalf("docs/faults.md:%d has %d columns", i+1, len(cells))
		}
		n, level, prio, named := cells[0], cells[3], cells[4], cells[5]
		files := by[n]
		slices.Sort(files)
		want := "`" + strings.Join(files, "` `") + "`"
		switch {
		case files == nil && level == "L":
			want = "a live account"
		case files == nil:
			want = "not shown yet"
		}
		for _, l := range strings.Fields(level) {
			if l != "L" && shows[l] == nil {
				t.Fatalf("docs/faults.md:%d: there is no level %q", i+1, l)
			}
		}
		if without := missing(level, files); without != nil && prio != "2" {
			t.Errorf("%s has prio %s, and no test shows it at level %s", n, prio, strings.Join(without, ", "))
		}
		delete(by, n)
		if named != want {
			t.Errorf("docs/faults.md:%d: %s is shown by %s, the table says %s (go test ./local/faults -update)", i+1, n,
				want, named)
		}
		lines[i] = "| " + strings.Join(append(cells[:5], want), " | ") + " |"
	}
	if rows < 100 {
		t.Errorf("the table has %d rows only", rows)
	}
	for n, files := range by {
		t.Errorf("%v name %s, which the table does not have", files, n)
	}
	if *update {
		if err := os.WriteFile(table, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
