package template

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The README is what a stranger reads first: short, and without a link or a command that leads nowhere.

func TestReadmeIsShort(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(read(t, "README.md"), "\n"), "\n")
	if len(lines) >= 200 {
		t.Errorf("README.md has %d lines", len(lines))
	}
	for i, l := range lines {
		if n := utf8.RuneCountInString(l); n > 120 {
			t.Errorf("README.md:%d has %d columns", i+1, n)
		}
	}
	first := strings.Join(lines[:20], "\n")
	for _, want := range []string{"git clone ", "\nmake run ", "\nmake test "} {
		if !strings.Contains(first, want) {
			t.Errorf("the first screen does not say %q", strings.TrimSpace(want))
		}
	}
	if n := strings.Count(strings.Join(lines, "\n"), "docs/pictures/") - 1; n != 4 { // one link leads to the others
		t.Errorf("README.md has %d pictures", n)
	}
}

// documents are those that lead to others.
var documents = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operations.md", "docs/rehearsal.md",
	"docs/pictures/README.md", "findings/README.md"}

func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|(?m)^\[[^\]]+\]: (\S+)$|src="([^"]+)"`)
	for _, doc := range documents {
		found := link.FindAllStringSubmatch(read(t, doc), -1)
		for _, m := range found {
			to := m[1] + m[2] + m[3]
			if strings.Contains(to, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(to, "#")
			path := doc
			if file != "" {
				path = filepath.Join(filepath.Dir(doc), file)
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s leads to %s, which is not there", doc, to)
			} else if anchor != "" && !slices.Contains(anchors(read(t, path)), anchor) {
				t.Errorf("%s leads to %s, and there is no such heading", doc, to)
			}
		}
	}
}

// anchors are a document's headings as links name them.
func anchors(text string) (names []string) {
	drop := regexp.MustCompile(`[^a-z0-9 _-]`)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		names = append(names, strings.ReplaceAll(drop.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return names
}

func TestCommandsOfTheDocumentsAreInTheMakefile(t *testing.T) {
	makefile := read(t, "Makefile")
	command := regexp.MustCompile("(?m)(?:`|^)make ([a-z][a-z-]+)")
	seen := 0
	for _, doc := range documents {
		for _, m := range command.FindAllStringSubmatch(read(t, doc), -1) {
			seen++
			if !regexp.MustCompile(`(?m)^` + m[1] + `: ## `).MatchString(makefile) {
				t.Errorf("%s says make %s, which is not in the menu", doc, m[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d commands were found", seen)
	}
}

// A reader should not have to guess whom a pronoun means.
func TestDocumentsCallNobodyHeOrShe(t *testing.T) {
	word := regexp.MustCompile(`(?i)\b(he|she|him|his|her|hers)\b`)
	for _, doc := range documents {
		if m := word.FindString(read(t, doc)); m != "" {
			t.Errorf("%s says %q of somebody", doc, m)
		}
	}
}
