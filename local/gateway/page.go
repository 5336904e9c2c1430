package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"warmtransfer/local/gateway/sam"
)

// Page says what is served beside the API, as the page's distribution does.
type Page struct {
	Dir   string // the built page; index.html answers for /
	Music string // the folder that /music/ serves, whether the page is built or not
	// OwnMusic is a file below music/own/ in the bucket, nil if there is none.
	OwnMusic func(key string) []byte
	Config   *Config // what /config.json answers; nil: the file of that name, if there is one
	// Origins are the local parts that stand in for hosts of the content security policy, e.g. http://127.0.0.1:8081:
	// the page may fetch from them, play from them and open WebSockets to them.
	Origins []string
	// Script, if there is one, runs in the page before its own scripts.
	Script *Script
}

// Config is the page's config.json.
type Config struct {
	SignIn SignIn `json:"signIn"`
	Voice  any    `json:"voice,omitempty"` // options of the voice SDK's Device
	CRM    string `json:"crm,omitempty"`   // the parameter CrmUrl
}

// SignIn is how agents sign in: the OpenID Connect issuer, and the page's id there.
type SignIn struct {
	Authority string `json:"authority"`
	ClientID  string `json:"clientId"`
	Scope     string `json:"scope"`
}

// Script is a script that only the local page has.
type Script struct {
	Source []byte
	Data   map[string]string // its element's data- attributes, without that prefix
}

// scriptPath is where Page.Script is served.
const scriptPath = "/local.js"

// How long a browser may cache a file: not without asking, except files whose name changes with their content.
const (
	askAgain = "no-cache"
	forEver  = "public, max-age=31536000, immutable"
)

var hashed = regexp.MustCompile(`^/assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$`)

type page struct {
	Page
	config  []byte // nil if there is none
	element []byte // the script's
	headers []sam.Header
}

func newPage(p Page, headers []sam.Header) (*page, error) {
	out := &page{Page: p}
	if p.Config != nil {
		config, err := json.Marshal(p.Config)
		if err != nil {
			return nil, fmt.Errorf("the page's config: %w", err)
		}
		out.config = config
	}
	if p.Script != nil {
		out.element = p.Script.element()
	}
	for _, h := range headers {
		if h.Name == "Content-Security-Policy" {
			h.Value = allow(h.Value, p.Origins)
		}
		out.headers = append(out.headers, h)
	}
	return out, nil
}

func (s *Script) element() []byte {
	var b bytes.Buffer
	b.WriteString(`<script src="` + scriptPath + `"`)
	for _, name := range slices.Sorted(maps.Keys(s.Data)) {
		fmt.Fprintf(&b, ` data-%s="%s"`, name, html.EscapeString(s.Data[name]))
	}
	b.WriteString("></script>")
	return b.Bytes()
}

// allow adds origins to the directives of a policy that name hosts. An http source does not cover WebSockets of the
// same host, so they get a source of their own.
func allow(policy string, origins []string) string {
	connect := slices.Clone(origins)
	for _, o := range origins {
		if rest, ok := strings.CutPrefix(o, "http"); ok {
			connect = append(connect, "ws"+rest)
		}
	}
	more := map[string][]string{"connect-src": connect, "media-src": origins}
	var directives []string
	for d := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(d)
		if len(words) > 0 {
			directives = append(directives, strings.Join(append(words, more[words[0]]...), " "))
		}
	}
	return strings.Join(directives, "; ")
}

// has tells whether the page has something of its own at that address.
func (p *page) has(r *http.Request) bool {
	content, _ := p.open(r.URL.Path)
	return content != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// serve answers with a file of the page, or reports that there is none. Paths of the API never belong to the page.
func (p *page) serve(w http.ResponseWriter, r *http.Request, ofAPI bool) bool {
	if ofAPI || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	content, modified := p.open(r.URL.Path)
	if content == nil {
		if r.URL.Path != "/" || p.Dir == "" {
			return false
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "The agent page is not built yet: make run builds it.\n")
		return true
	}
	h := w.Header()
	for _, header := range p.headers {
		h.Set(header.Name, header.Value)
	}
	h.Set("Content-Type", contentType(r.URL.Path))
	h.Set("Cache-Control", askAgain)
	if hashed.MatchString(r.URL.Path) {
		h.Set("Cache-Control", forEver)
	}
	http.ServeContent(w, r, "", modified, bytes.NewReader(content))
	return true
}

// open finds the file at a path; nil if there is none.
func (p *page) open(at string) ([]byte, time.Time) {
	switch {
	case at == "/" || at == "/index.html":
		content, modified := file(p.Dir, "index.html")
		if p.element != nil {
			// Without a date, because a reload must get the changed script of a later start.
			return bytes.Replace(content, []byte("<head>"), append([]byte("<head>"), p.element...), 1), time.Time{}
		}
		return content, modified
	case at == scriptPath && p.Script != nil:
		return p.Script.Source, time.Time{}
	case at == "/config.json" && p.config != nil:
		return p.config, time.Time{}
	case strings.HasPrefix(at, "/music/own/") && p.OwnMusic != nil:
		return p.OwnMusic(strings.TrimPrefix(at, "/")), time.Time{}
	case strings.HasPrefix(at, "/music/") && p.Music != "":
		return file(p.Music, strings.TrimPrefix(at, "/music/"))
	}
	return file(p.Dir, strings.TrimPrefix(at, "/"))
}

// file reads a file below dir; no name leads out of it.
func file(dir, name string) ([]byte, time.Time) {
	if dir == "" || name == "" {
		return nil, time.Time{}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, time.Time{}
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(name)
	if err != nil {
		return nil, time.Time{}
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, time.Time{}
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, time.Time{}
	}
	return content, info.ModTime()
}

// types are those that a machine's own table may lack.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".map": "application/json", ".mp3": "audio/mpeg", ".wav": "audio/wav",
	".ico": "image/x-icon", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
	".txt": "text/plain; charset=utf-8",
}

func contentType(at string) string {
	if at == "/" {
		return "text/html; charset=utf-8"
	}
	ext := path.Ext(at)
	if t, ok := types[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}
