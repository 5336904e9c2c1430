package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools runs venv of tools.sh with a python3 that only writes down what it is asked.
func tools(t *testing.T, dir, pip string) (said string, err error) {
	t.Helper()
	bin := filepath.Join(dir, "bin")
	script := `#!/bin/sh
case "$*" in
--version) echo Python 3.99 ;;
*venv*) mkdir -p "$3/bin" &&
  printf '#!/bin/sh\ncase "$*" in *pip*) echo "pip $*"; exit ` + pip + `;; esac\n' >"$3/bin/python" && chmod +x "$3/bin/python" ;;
esac
`
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("tools.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c",
		`say() { echo "$@"; }; die() { echo "die: $*"; exit 1; }; . `+source+`; venv tools one==1`)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestToolsAreInstalledOnceAndAgainWhenTheyAreOld(t *testing.T) {
	dir := t.TempDir()
	said, err := tools(t, dir, "0")
	if err != nil || !strings.Contains(said, "install --quiet --disable-pip-version-check one==1") {
		t.Fatalf("%v\n%s", err, said)
	}
	if said, err := tools(t, dir, "0"); err != nil || said != "" {
		t.Errorf("they are installed again: %v\n%s", err, said)
	}
	has := filepath.Join(dir, "tools", "has")
	for name, spoil := range map[string]func() error{
		"another version":        func() error { return os.WriteFile(has, []byte("one==0 with Python 3.99\n"), 0o600) },
		"an older Python":        func() error { return os.WriteFile(has, []byte("one==1 with Python 3.1\n"), 0o600) },
		"a Python that has gone": func() error { return os.Remove(filepath.Join(dir, "tools", "bin", "python")) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if said, err := tools(t, dir, "0"); err != nil || !strings.Contains(said, "installing one==1 into tools") {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}

func TestToolsThatCannotBeInstalledLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	said, err := tools(t, dir, "1")
	if err == nil || !strings.Contains(said, "die: pip could not install one==1") {
		t.Errorf("%v\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "tools")); !os.IsNotExist(err) {
		t.Errorf("half an environment is left: %v", err)
	}
}
