package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"warmtransfer/shared/twilio"
)

// built is the page that the Makefile beside this file has copied here.
//
//go:embed all:page
var built embed.FS

func builtPage() fs.FS {
	page, err := fs.Sub(built, "page")
	if err != nil { // the name is a constant
		panic(err)
	}
	return page
}

// release is one version of the bucket's content.
type release struct {
	id    string // a hash of the page's content
	files []file // in the order in which they are uploaded
}

// file is one object of the bucket.
type file struct {
	name, kind, cache string
	content           []byte
}

const (
	configName   = "config.json"
	indexName    = "index.html"
	fallbackName = "fallback.xml"
)

// How long browsers and CloudFront cache a file. "no-cache" means "ask each time": an old page is
// never shown, and a reload usually costs only a 304.
const (
	forever = "public, max-age=31536000, immutable"
	aDay    = "public, max-age=86400"
	ask     = "no-cache"
)

// hashed are files whose name changes with their content.
var hashed = regexp.MustCompile(`^assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$`)

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".woff2": "font/woff2", ".xml": "text/xml; charset=utf-8",
	".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
}

var errNoPage = errors.New("this deployment was built without the agent page: run make deploy, " +
	"or sam build in the repository's own folder, and deploy again")

// newRelease is the page with its settings, and with what a caller hears when the API does not answer.
// The page itself comes last, when everything that it asks for has been uploaded.
func newRelease(page fs.FS, set properties) (release, error) {
	var r release
	sum := sha256.New()
	err := fs.WalkDir(page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		kind, known := kinds[path.Ext(name)]
		if !known {
			return fmt.Errorf("the page holds %s, a kind of file that is not known here", name)
		}
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(content)) // writing to a hash never fails
		_, _ = sum.Write(content)
		r.files = append(r.files, file{name, kind, cacheFor(name), content})
		return nil
	})
	if err != nil {
		return r, err
	}
	if !slices.ContainsFunc(r.files, func(f file) bool { return f.name == indexName }) {
		return r, errNoPage
	}
	r.id = hex.EncodeToString(sum.Sum(nil)[:8])
	r.files = slices.DeleteFunc(r.files, func(f file) bool { return f.name == configName }) // a developer's
	r.files = append(r.files,
		file{fallbackName, kinds[".xml"], ask, []byte(twilio.Fallback(twilio.Base(set.APIURL), set.MediaURL+"/music"))},
		file{configName, kinds[".json"], ask, config(set)})
	slices.SortStableFunc(r.files, func(a, b file) int { return a.order() - b.order() })
	return r, nil
}

func cacheFor(name string) string {
	switch {
	case hashed.MatchString(name):
		return forever
	case strings.HasPrefix(name, "music/"):
		return aDay
	}
	return ask
}

func (f file) order() int {
	switch f.name {
	case indexName:
		return 2
	case configName:
		return 1
	}
	return 0
}

// assets are the names that a page of this release may still ask for later.
func (r release) assets() []string {
	var names []string
	for _, f := range r.files {
		if hashed.MatchString(f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

// config is the page's config.json.
func config(set properties) []byte {
	type signIn struct {
		Authority string `json:"authority"`
		ClientID  string `json:"clientId"`
		Scope     string `json:"scope"`
	}
	out, err := json.Marshal(struct {
		SignIn signIn   `json:"signIn"`
		Voice  struct{} `json:"voice"`
		CRM    string   `json:"crm,omitempty"`
	}{SignIn: signIn{set.Issuer, set.ClientID, set.Scope}, CRM: set.CrmURL})
	if err != nil { // it holds only strings
		panic(err)
	}
	return out
}
