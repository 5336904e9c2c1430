package phone

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, method, path string) *http.Response {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(Path, Handler())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Result()
}

func TestEveryFileIsServedUnderThePolicy(t *testing.T) {
	for path, kind := range map[string]string{
		"": "text/html", "app.js": "text/javascript", "line.js": "text/javascript", "meter.js": "text/javascript",
		"words.js": "text/javascript", "phone.css": "text/css", "icon.svg": "image/svg+xml",
	} {
		res := get(t, http.MethodGet, Path+path)
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%q: status %d, %s, want %s", path, res.StatusCode, res.Header.Get("Content-Type"), kind)
		}
		if got := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") ||
			strings.Contains(got, "unsafe") {
			t.Errorf("%q: policy %q", path, got)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, Path + "gone.js", http.StatusNotFound},
		{http.MethodPost, Path, http.StatusMethodNotAllowed},
		{http.MethodGet, "/phone", http.StatusTemporaryRedirect},
	} {
		// A path without the slash redirects to the one with it, as relative links need.
		if got := get(t, c.method, c.path).StatusCode; got != c.want && !(c.path == "/phone" && got/100 == 3) {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, got, c.want)
		}
	}
}

// What the policy forbids must not be in the page, because it would fail without a message.
func TestNoInlineScriptOrStyleAndNothingFromElsewhere(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|innerHTML|https?://[^w]`)
	err := fs.WalkDir(files, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if found := forbidden.Find(text); found != nil {
			t.Errorf("%s contains %q", path, found)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
