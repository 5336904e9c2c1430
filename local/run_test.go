package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

func TestF204TerminalHasALineACallAndTheFileHasAll(t *testing.T) {
	var file, terminal bytes.Buffer
	j := &journal{file: &file, terminal: &terminal, name: "functions.log", calls: map[string]bool{},
		now: func() time.Time { return time.Date(2026, 3, 1, 9, 5, 7, 0, time.UTC) }}
	const arrives = `incoming | {"level":"INFO","msg":"request","function":"incoming","route":"POST /incoming",` +
		`"status":200,"conference":"CA1"}` + "\n"
	lines := []string{
		arrives, arrives, // told twice
		strings.Replace(arrives, "CA1", "CA2", 1),
		`wait | {"level":"INFO","msg":"request","function":"wait","route":"POST /wait/{conference}/{turn}",` +
			`"status":200,"conference":"CA1"}` + "\n",
		`incoming | {"level":"INFO","msg":"request","function":"incoming","route":"POST /incoming",` +
			`"status":403}` +
			"\n",
		"gateway | POST /incoming 200 12 ms request=1\n",
		"wait | not JSON\n",
		`wait | {"level":"ERROR","msg":"request","function":"wait","route":"POST /wait/{conference}/{turn}",` +
			`"status":200,"conference":"CA1","error":"store unavailable"}` + "\n",
	}
	for _, l := range lines {
		if n, err := j.Write([]byte(l)); n != len(l) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if got := file.String(); got != strings.Join(lines, "") {
		t.Errorf("the file has %s", got)
	}
	const want = "09:05:07  a call comes in; its story: grep CA1 functions.log\n" +
		"09:05:07  a call comes in; its story: grep CA2 functions.log\n" +
		"09:05:07  wait failed: store unavailable (see functions.log)\n"
	if got := terminal.String(); got != want {
		t.Errorf("the terminal has\n%s\nwant\n%s", got, want)
	}
	terminal.Reset()
	j.quiet = true
	_, _ = j.Write([]byte(arrives + "# warmtransfer/shared/web\n"))
	if got := terminal.String(); got != "# warmtransfer/shared/web\n" {
		t.Errorf("quiet, and what the compiler says: %q", got)
	}
}

func TestF204LogFilesOfTwoStacksDiffer(t *testing.T) {
	t.Chdir(t.TempDir())
	names := map[string]bool{}
	for _, port := range []int{usualPort, 9000, 0} {
		j, end, err := output{}.open(stack.Options{Port: port})
		if err != nil {
			t.Fatal(err)
		}
		end()
		if _, err := os.Stat(j.name); err != nil || names[j.name] || j.terminal != os.Stdout {
			t.Errorf("%d: %s, %v", port, j.name, err)
		}
		names[j.name] = true
	}
	if !names[filepath.Join(".run", "functions.log")] {
		t.Errorf("made %v", names)
	}
	j, end, err := output{log: "-"}.open(stack.Options{})
	if err != nil || j.file != os.Stdout {
		t.Errorf("to this terminal: %v", err)
	}
	end()
	if _, _, err := (output{log: filepath.Join("not", "there")}).open(stack.Options{}); err == nil {
		t.Error("a file that cannot be made")
	}
}

func TestF204MisspeltSettingInTheFileIsRefusedWithTheNearest(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	for _, name := range names {
		t.Setenv(name, "")
	}
	for text, want := range map[string]string{
		"TWILIO_API_SECRT=x\n":    "no setting TWILIO_API_SECRT; the nearest is TWILIO_API_SECRET",
		"TWILIO_AUTHTOKEN=x\n":    "the nearest is TWILIO_AUTH_TOKEN",
		"twilio_number=+1555\n":   "the nearest is TWILIO_NUMBER",
		"OTHER=x\nTWILIO_NUMBER=": "",
		"'\n":                     file,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := settings(file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := settings(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("without a file: %v", err)
	}
}

func TestF204OptionThatIsUnknownIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, _, err := options([]string{"-set", "RingSeconds"}); err == nil ||
		!strings.Contains(err.Error(), "Name=value") {
		t.Errorf("got %v", err)
	}
	if _, _, err := options([]string{"doktor"}); err == nil || !strings.Contains(err.Error(), "doctor") {
		t.Errorf("a command misspelt: %v", err)
	}
}

func TestDemoRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"x"}, {"-pace", "1ms", "x"}, {"-nonsense"}} {
		if err := playDemo(t.Context(), args); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
