package gateway

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"warmtransfer/local/gateway/sam"
)

// site makes a folder with the named files.
func site(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPageIsServedLikeItsDistributionDoes(t *testing.T) {
	dir := site(t, map[string]string{"index.html": "<!doctype html><html><head><title>x</title>",
		"favicon.svg":              "<svg/>",
		"assets/index-B4nQ_x-1.js": "1", "assets/index-B4nQ_x-1.css": "a{}", "assets/sounds/ring-AAAABBBB.mp3": "m",
		"assets/plain.js": "2", "config.json": "the cloud's"})
	b := start(t, common, func(o *Options) {
		o.Page = Page{Dir: dir, Music: site(t, map[string]string{"00.wav": "RIFF"}),
			Config: &Config{SignIn: SignIn{"http://127.0.0.1:8082", "page", "openid profile email"},
				Voice: map[string]any{"chunderw": "127.0.0.1:8081"}},
			Origins: []string{"http://127.0.0.1:8081", "http://127.0.0.1:8082"},
			Script:  &Script{Source: []byte("first();"), Data: map[string]string{"host": `127.0.0.1:8081"<`}}}
	})
	for path, want := range map[string]struct{ kind, cache, body string }{
		"/": {"text/html; charset=utf-8", "no-cache",
			`<!doctype html><html><head><script src="/local.js" data-host="127.0.0.1:8081&#34;&lt;"></script><title>x</title>`},
		"/?code=1&state=2": {"text/html; charset=utf-8", "no-cache", ""},
		"/index.html":      {"text/html; charset=utf-8", "no-cache", ""},
		"/local.js":        {"text/javascript; charset=utf-8", "no-cache", "first();"},
		"/config.json": {"application/json", "no-cache",
			`{"signIn":{"authority":"http://127.0.0.1:8082","clientId":"page",` +
				`"scope":"openid profile email"},"voice":{"chunderw":"127.0.0.1:8081"}}`},
		"/assets/index-B4nQ_x-1.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable",
			"1"},
		"/assets/index-B4nQ_x-1.css":       {"text/css; charset=utf-8", "public, max-age=31536000, immutable", "a{}"},
		"/assets/sounds/ring-AAAABBBB.mp3": {"audio/mpeg", "public, max-age=31536000, immutable", "m"},
		"/assets/plain.js":                 {"text/javascript; charset=utf-8", "no-cache", "2"},
		"/favicon.svg":                     {"image/svg+xml", "no-cache", "<svg/>"},
		"/music/00.wav":                    {"audio/wav", "no-cache", "RIFF"},
	} {
		a := b.do("GET", path, "")
		if a.status != 200 || a.header.Get("Content-Type") != want.kind || a.header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d %q %q", path, a.status, a.header.Get("Content-Type"), a.header.Get("Cache-Control"))
		}
		if want.body != "" && a.body != want.body {
			t.Errorf("%s: %s\nwant %s", path, a.body, want.body)
		}
		if a.header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s lacks the template's headers", path)
		}
	}
	csp := b.do("GET", "/", "").header.Get("Content-Security-Policy")
	if want := "default-src 'none'; script-src 'self'; connect-src 'self' https://sdk.example http://127.0.0.1:8081 http://127.0.0.1:8082 " +
		"ws://127.0.0.1:8081 ws://127.0.0.1:8082; media-src 'self' http://127.0.0.1:8081 http://127.0.0.1:8082"; csp != want {
		t.Errorf("policy %s\nwant   %s", csp, want)
	}
	if a := b.do("HEAD", "/", ""); a.status != 200 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
	if n := b.gateway.Busy() + b.gateway.Processes()["main"]; n != 0 {
		t.Error("the page started a function")
	}
}

func TestNothingBesideThePageIsServed(t *testing.T) {
	outer := site(t, map[string]string{"page/index.html": "<head>", "page/token": "no route of GET",
		"private.txt": "secret", "music/00.wav": "RIFF"})
	if err := os.Symlink(filepath.Join(outer, "private.txt"), filepath.Join(outer, "page", "link.txt")); err != nil {
		t.Fatal(err)
	}
	b := start(t, common, func(o *Options) {
		o.Page = Page{Dir: filepath.Join(outer, "page"), Music: filepath.Join(outer, "music")}
	})
	for _, path := range []string{"/../private.txt", "/%2e%2e/private.txt", "/music/..%2fprivate.txt", "/link.txt",
		"/music/", "/assets", "/local.js",
		"/config.json", "//etc/passwd", "/token"} {
		b.do("GET", path, "").want(t, 404, "Not Found")
	}
	b.do("POST", "/", "").want(t, 404, "Not Found")
}

func TestMusicPlaysThoughThePageIsNotBuilt(t *testing.T) {
	b := start(t, common, func(o *Options) {
		o.Page = Page{Dir: t.TempDir() + "/dist", Music: "../../frontend/public/music"}
	})
	if a := b.do("GET", "/music/00.wav", ""); a.status != 200 || a.header.Get("Content-Type") != "audio/wav" ||
		!strings.HasPrefix(a.body, "RIFF") {
		t.Errorf("the music: %d %s, %d bytes", a.status, a.header.Get("Content-Type"), len(a.body))
	}
	if a := b.do("GET", "/", ""); a.status != 404 || !strings.Contains(a.body, "make run builds it") {
		t.Errorf("the page: %d %s", a.status, a.body)
	}
}

func TestDefaultRouteLeavesThePageItsFiles(t *testing.T) {
	const template = "Resources: { F: { Type: AWS::Serverless::Function, " +
		"Properties: { CodeUri: f, Events: { E: { Type: HttpApi } } } } }\n"
	b := start(t, template, func(o *Options) { o.Page = Page{Dir: site(t, map[string]string{"index.html": "page"})} })
	if a := b.do("GET", "/", ""); a.body != "page" {
		t.Errorf("the page: %s", a.body)
	}
	for _, r := range [][2]string{{"GET", "/else"}, {"POST", "/"}} {
		if e := b.seen(r[0], r[1], ""); e["routeKey"] != "$default" {
			t.Errorf("%v: %v", r, e["routeKey"])
		}
	}
}

// routed is a function's route: only a function that something starts is built.
var routed = []sam.Route{{Method: "POST", Path: "/"}}

// module writes a module with the given functions.
func module(t *testing.T, functions map[string]string) (string, *sam.Template) {
	t.Helper()
	files := map[string]string{"go.mod": "module m\n\ngo 1.26\n"}
	tmpl := &sam.Template{}
	for name, code := range functions {
		files["functions/"+name+"/main.go"] = code
		tmpl.Functions = append(tmpl.Functions,
			sam.Function{LogicalID: name, CodeURI: "functions/" + name, Routes: routed})
	}
	return site(t, files), tmpl
}

func TestBuildMakesEveryFunction(t *testing.T) {
	t.Setenv("GOOS", "plan9") // the developer's setting must not be used for the build
	root, tmpl := module(t, map[string]string{"one": "package main\n\nfunc main() {}\n",
		"two-words": "package main\n\nfunc main() {}\n"})
	all := &sam.Template{Functions: append([]sam.Function{{LogicalID: "Idle", CodeURI: "functions/absent"}},
		tmpl.Functions...)}
	out := filepath.Join(t.TempDir(), "bin")
	var said bytes.Buffer
	if err := Build(context.Background(), root, all, out, &said); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	for _, f := range tmpl.Functions {
		if info, err := os.Stat(Binaries(out)(f)); err != nil || info.Mode()&0o100 == 0 {
			t.Errorf("%s: %v", f.LogicalID, err)
		}
	}
}

func TestBuildSaysWhatIsWrong(t *testing.T) {
	root, broken := module(t, map[string]string{"one": "package main\n\nfunc main() { undefined() }\n"})
	cut, cancel := context.WithCancel(context.Background())
	cancel()
	twice := &sam.Template{Functions: []sam.Function{{LogicalID: "A", CodeURI: "functions/one", Routes: routed},
		{LogicalID: "B", CodeURI: "./functions/one/", Routes: routed}}}
	for name, test := range map[string]struct {
		ctx       context.Context
		tmpl      *sam.Template
		err, said string
	}{
		"a fault in the code": {context.Background(), broken, "the functions do not build", "undefined: undefined"},
		"no folder": {context.Background(),
			&sam.Template{Functions: []sam.Function{{LogicalID: "F", CodeURI: "functions/absent", Routes: routed}}},
			"wants the folder functions/absent, which is not there", ""},
		"two of one name": {context.Background(), twice, "folders named one", ""},
		"no functions":    {context.Background(), &sam.Template{}, "no functions", ""},
		"broken off":      {cut, broken, "broken off", ""},
	} {
		var said bytes.Buffer
		err := Build(test.ctx, root, test.tmpl, t.TempDir(), &said)
		if err == nil || !strings.Contains(err.Error(), test.err) || !strings.Contains(said.String(), test.said) {
			t.Errorf("%s: %v\n%s", name, err, said.String())
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := Build(context.Background(), root, broken, t.TempDir(), nil); err == nil ||
		!strings.Contains(err.Error(), "no go command") {
		t.Errorf("without go: %v", err)
	}
}
