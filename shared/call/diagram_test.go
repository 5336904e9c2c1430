package call

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the picture of the states anew")

// picture is the table of transitions as a Mermaid state diagram. Events that lead from a state to the same one
// are left to the table, as are those that lead from everywhere to the end.
func picture() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    direction LR\n    [*] --> waiting: arrive\n")
	id := func(s State) string { return strings.ReplaceAll(string(s), "-", "_") }
	for _, from := range States {
		by := map[State][]string{}
		for _, e := range Events {
			if to, ok := next[from][e]; ok && to != from && e != CallerLeft {
				by[to] = append(by[to], string(e))
			}
		}
		for _, to := range States {
			if len(by[to]) > 0 {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", id(from), id(to), strings.Join(by[to], ", "))
			}
		}
	}
	b.WriteString("    ended --> [*]\n")
	return b.String()
}

// The picture in the documents is the table itself.
func TestPictureOfTheStatesIsTheTable(t *testing.T) {
	const path = "../../docs/ARCHITECTURE.md"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const open, end = "```mermaid\nstateDiagram-v2", "```"
	text := string(raw)
	from := strings.Index(text, open)
	if from < 0 {
		t.Fatal("the document has no picture of the states")
	}
	from += len("```mermaid\n")
	to := from + strings.Index(text[from:], end)
	if got, want := text[from:to], picture(); got != want {
		if !*update {
			t.Fatal("the picture is not the table; go test -run Picture -update writes it anew")
		}
		if err := os.WriteFile(path, []byte(text[:from]+want+text[to:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for s := range next {
		if !slices.Contains(States, s) {
			t.Errorf("%s is in the table and not in the list", s)
		}
	}
}
