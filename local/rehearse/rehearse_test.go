package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clone is a folder like this repository's, with one package and what is said to be the emulator's Python.
func clone(t *testing.T, bootstrap, python string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		".aws-sam/build/template.yaml":          "Resources: {}\n",
		".aws-sam/build/WaitFunction/bootstrap": bootstrap,
		".venv-emulator/bin/python":             python,
		"local/rehearse/emulator.py":            "",
		"bin/qemu-aarch64":                      "#!/bin/sh\n",
	} {
		if text == "" && name == ".venv-emulator/bin/python" {
			continue
		}
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	t.Setenv("PATH", filepath.Join(root, "bin")+":"+os.Getenv("PATH"))
	return root
}

// arm64 is the beginning of a program for it.
var arm64 = "\x7fELF" + strings.Repeat("\x00", 14) + "\xb7\x00"

func TestOneSentenceForWhatIsMissing(t *testing.T) {
	for want, c := range map[string]struct{ bootstrap, python string }{
		"the package of WaitFunction is half built": {"\x7fELF", "#!/bin/sh\n"},
		"delete .venv-emulator and try again":       {arm64, ""},
		"127.0.0.1:4566 is already in use": {arm64,
			"#!/bin/sh\necho ERROR: 127.0.0.1:4566 is already in use\nexit 1\n"},
	} {
		clone(t, c.bootstrap, c.python)
		err := rehearse(t.Context(), time.Minute, false, false, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	t.Chdir(t.TempDir())
	if err := rehearse(t.Context(), time.Minute, false, false, nil); err == nil || !strings.Contains(err.Error(),
		"nothing is built") {
		t.Error(err)
	}
}

func TestWithoutQemuItSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := qemu(); runtime.GOARCH != "arm64" && (err == nil || !strings.Contains(err.Error(),
		"apt-get install qemu-user")) {
		t.Error(err)
	}
}

// A rehearsal that hangs is ended, says where it stood, and leaves nothing running. Here that is when the emulator has
// started, which never answers.
func TestRehearsalThatHangsIsEnded(t *testing.T) {
	root := clone(t, arm64, "#!/bin/sh\necho $$ >started\nexec sleep 600\n")
	started := filepath.Join(root, "started")
	if err := syscall.Mkfifo(started, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	written := make(chan string, 1)
	go func() {
		raw, _ := os.ReadFile(started) // waits for the process
		written <- string(raw)
		cancel()
	}()
	err := rehearse(ctx, time.Minute, false, false, nil)
	if err == nil || !strings.Contains(err.Error(),
		"an emulator of AWS and a phone network start: it was ended there after ") {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(<-written))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
	}
}

// The limit is for the whole.
func TestLimitEndsARehearsal(t *testing.T) {
	clone(t, arm64, "#!/bin/sh\nexec sleep 600\n")
	err := rehearse(t.Context(), time.Nanosecond, false, false, nil)
	const want = "the packages are whole, and for arm64: it was ended there after "
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
}

func TestNothingLeavesTheMachine(t *testing.T) {
	emulator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "emulator "+r.Host+" "+r.Header.Get("X-Forwarded-Proto"))
	}))
	defer emulator.Close()
	phone := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w,
			"phone "+r.Host)
	})
	f, err := startFront(t.TempDir(), emulator.URL, phone)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	get := func(address string) (string, error) {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
		if err != nil {
			return "", err
		}
		resp, err := f.client().Do(req)
		if err != nil {
			return "", err
		}
		defer func() { _ = resp.Body.Close() }()
		raw, err := io.ReadAll(resp.Body)
		return string(raw), err
	}
	for host, want := range map[string]string{
		"d111.cloudfront.net":                          "emulator d111.cloudfront.net https",
		"12345678.execute-api.us-east-1.amazonaws.com": "emulator 12345678.execute-api.us-east-1.amazonaws.com https",
		"agents-x.auth.us-east-1.amazoncognito.com":    "emulator agents-x.auth.us-east-1.amazoncognito.com https",
		"api.twilio.com":                               "phone api.twilio.com",
	} {
		if got, err := get("https://" + host + "/"); err != nil || got != want {
			t.Errorf("%s: %q, %v", host, got, err)
		}
	}
	if got, err := get(f.Direct + "/"); err != nil || !strings.HasPrefix(got, "emulator 127.0.0.1") {
		t.Errorf("%q, %v", got, err)
	}
	for _, host := range []string{"example.com", "amazonaws.com.example.com", "twilio.com.example.com"} {
		if got, err := get("https://" + host + "/"); err == nil {
			t.Errorf("%s answers %q", host, got)
		}
	}
}

func TestMistakesAreMadeOrRefused(t *testing.T) {
	m := mistake{name: "x", after: "\nB:\n", old: "good", new: "bad"}
	got, err := m.make("A:\n good\nB:\n good good\n")
	if err != nil || got != "A:\n good\nB:\n bad good\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := m.make("A:\n good\n"); err == nil {
		t.Error("a mistake that cannot be made is none")
	}
}
