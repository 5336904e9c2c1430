package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"warmtransfer/local/stack"
)

func TestSettingsScript(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hours.json")
	if err := os.WriteFile(file, []byte(`{"settings":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, want string }{
		{"", "go run ./local settings -table table1"},
		{"FILE=" + file, "go run ./local settings -table table1 " + file},
		{"BACK=1", "go run ./local settings -table table1 -back"},
	} {
		said, asked, err := script(t, "settings.sh", withPool+"go*) echo '{}' ;;", []string{"FILE=", "BACK=", c.env})
		if err != nil || !strings.Contains(said, "{}") {
			t.Errorf("%s: %v: %s", c.env, err, said)
		}
		inOrder(t, asked, c.want)
	}
	local := []string{"FILE=" + file, "BACK=", "LOCAL=1", "CONTROL=http://127.0.0.1:9001"}
	_, asked, err := script(t, "settings.sh", "curl*) echo '{}' ;;", local)
	if err != nil || strings.Contains(asked, "aws") {
		t.Errorf("%v: asked %s", err, asked)
	}
	inOrder(t, asked, "http://127.0.0.1:9001/control/settings -X PUT")
	for want, curl := range map[string]string{
		"refused, nothing was saved: hours: they overlap": `echo '{"error":"hours: they overlap"}'; exit 22`,
		"is it running?": "exit 7",
	} {
		said, _, err := script(t, "settings.sh", "curl*) "+curl+" ;;", local)
		if err == nil || !strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
	for want, env := range map[string][]string{
		"there is no file": {"FILE=" + file + "x", "BACK="}, "either FILE or BACK": {"FILE=" + file, "BACK=1"},
	} {
		if said, _, err := script(t, "settings.sh", "", env); err == nil || !strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
	if err := lineSettings(t.Context(), []string{"-table", "t", "-back", "file"}); !errors.Is(err, errSettings) {
		t.Errorf("a file and back: %v", err)
	}
}

func TestTheSettingsOfTheRunbookCanBeSaved(t *testing.T) {
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```json\n")
	example, _, ends := strings.Cut(example, "```")
	var file stack.SettingsFile
	d := json.NewDecoder(strings.NewReader(example))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil || !found || !ends {
		t.Fatalf("docs/operations.md has no settings: %v", err)
	}
	if err := file.Settings.Check(); err != nil || file.Settings.Hours == nil {
		t.Errorf("they would be refused: %v", err)
	}
}
