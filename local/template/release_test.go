package template

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// least says whether a version is that one or a later of the same major.
func least(version, want string) bool {
	v, w := strings.Split(version, "."), strings.Split(want, ".")
	for i := range w {
		a, _ := strconv.Atoi(v[min(i, len(v)-1)])
		b, _ := strconv.Atoi(w[i])
		if a != b {
			return i > 0 && a > b
		}
	}
	return true
}

// The releases that fix known vulnerabilities (https://go.dev/doc/devel/release, https://pkg.go.dev/vuln). Later
// releases of pion/webrtc change the DTLS role at an ICE restart, which a browser refuses.
func TestF203VersionsThatAreMended(t *testing.T) {
	mod := read(t, "go.mod")
	for module, want := range map[string]string{
		`toolchain go`:                    "1.26.11",
		`github.com/pion/dtls/v3 v`:       "3.1.15",
		`golang.org/x/net v`:              "0.62.0",
		`golang.org/x/crypto v`:           "0.59.0",
		`github.com/twilio/twilio-go v`:   "1.31.0",
		`github.com/aws/aws-lambda-go v`:  "1.55.1",
		`github.com/coder/websocket v`:    "1.8.15",
		`github.com/golang-jwt/jwt/v5 v`:  "5.3.1",
		`github.com/lestrrat-go/jwx/v3 v`: "3.3.0",
	} {
		m := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + `([0-9.]+)`).FindStringSubmatch(mod)
		if m == nil || !least(m[1], want) {
			t.Errorf("%s%v, want %s or later", module, m, want)
		}
	}
	if !strings.Contains(mod, "github.com/pion/webrtc/v4 v4.2.16\n") {
		t.Error("pion/webrtc is not 4.2.16")
	}
}

// Node.js 20 is past its end of life (https://nodejs.org/en/about/previous-releases): it still works, and is named
// last.
func TestF203NodeThatIsSupportedIsNamedFirst(t *testing.T) {
	for _, path := range []string{"README.md", "docs/operations.md", "local/setup.sh", "local/store/store.go"} {
		at := regexp.MustCompile(`Node\.js (\d+)`).FindAllStringSubmatch(read(t, path), -1)
		named := false
		for _, m := range at {
			named = true
			if m[1] != "22" && m[1] != "24" {
				t.Errorf("%s names Node.js %s first", path, m[1])
			}
		}
		if !named {
			t.Errorf("%s does not say which Node.js is needed", path)
		}
	}
}

// Twilio's console has changed and will change again: documents name a thing by what it is, not by its place.
func TestF203DocsNameThingsAndNoMenus(t *testing.T) {
	menu := regexp.MustCompile(
		`(?i)\((\*)?account, api keys|console, voice|voice, settings|console\.twilio\.com, |account, api keys`)
	for _, path := range []string{"README.md", "docs/operations.md", "docs/external-numbers.md",
		"local/doctor/phone.go", "local/doctor/region.go", "functions/publish/publisher.go"} {
		if m := menu.FindString(read(t, path)); m != "" {
			t.Errorf("%s: %q is a way through a menu", path, m)
		}
	}
}

// Express mode and "sam sync" return before what they change is stable. A line that takes calls must not use them,
// because Publish and the canary depend on a stable stack.
func TestF203DocsSayHowNotToDeployALiveLine(t *testing.T) {
	docs := read(t, "docs/operations.md")
	for _, want := range []string{"Express mode", "`sam sync`"} {
		if !strings.Contains(docs, want) {
			t.Errorf("docs/operations.md does not speak of %s", want)
		}
	}
	scripts, err := filepath.Glob(filepath.Join(root, "local", "*.sh"))
	if err != nil || scripts == nil {
		t.Fatal("no scripts", err)
	}
	for _, s := range append(scripts, filepath.Join(root, "Makefile"), filepath.Join(root, "samconfig.toml")) {
		text, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if command, _, _ := strings.Cut(line, "#"); strings.Contains(command, "sam sync") ||
				strings.Contains(command, "express") {
				t.Errorf("%s: %s", s, line)
			}
		}
	}
}
