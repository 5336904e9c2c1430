package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"warmtransfer/local/gateway/sam"
)

// Page says what is served beside the API, as the page's distribution does.
type Page struct {
	Dir    string          // the built page; index.html answers for /
	Music  string          // what /music/ serves
	Config json.RawMessage // what /config.json answers; nil: the file of that name, if there is one
	// Origins are added to what the content security policy lets the page talk to and
	// play from: the local parts that stand in for hosts of the policy.
	Origins []string
	// Script, if not empty, runs in the page before its own scripts, as /local.js.
	Script string
}

// scriptPath is where Page.Script is served.
const scriptPath = "/local.js"

type page struct {
	Page
	headers []sam.Header
}

func newPage(p Page, headers []sam.Header) *page {
	out := &page{Page: p}
	for _, h := range headers {
		if h.Name == "Content-Security-Policy" {
			h.Value = allow(h.Value, p.Origins)
		}
		out.headers = append(out.headers, h)
	}
	return out
}

// allow adds origins to the directives of a policy that name hosts.
func allow(policy string, origins []string) string {
	if len(origins) == 0 {
		return policy
	}
	directives := strings.Split(policy, ";")
	for i, d := range directives {
		d = strings.TrimSpace(d)
		for _, name := range []string{"connect-src ", "media-src "} {
			if strings.HasPrefix(d, name) {
				d += " " + strings.Join(origins, " ")
			}
		}
		directives[i] = d
	}
	return strings.Join(directives, "; ")
}

// has tells whether the page has something of its own at that address.
func (p *page) has(r *http.Request) bool {
	content, _ := p.open(r.URL.Path)
	return content != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// serve answers with a file of the page, or reports that there is none. Paths of the
// API are never the page's.
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
	h.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", modified, bytes.NewReader(content))
	return true
}

// open finds what stands at a path; nil if nothing does.
func (p *page) open(at string) ([]byte, time.Time) {
	switch {
	case at == "/":
		content, modified := file(p.Dir, "index.html")
		if content != nil && p.Script != "" {
			content = bytes.Replace(content, []byte("<head>"), []byte(`<head><script src="`+scriptPath+`"></script>`), 1)
		}
		return content, modified
	case at == scriptPath && p.Script != "":
		return []byte(p.Script), time.Time{}
	case at == "/config.json" && p.Config != nil:
		return p.Config, time.Time{}
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
	".ico": "image/x-icon", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
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
