// Package phone serves a caller's telephone as a page: who opens it can dial our number from the browser, with real
// sound. It belongs to the local phone network, whose port also has the signalling that the page speaks (GET
// /phone/signal of local/twiliosim/media/voice) and our number (GET /control). The package knows neither: it only
// serves files, under a policy that allows no script but its own.
package phone

import (
	"embed"
	"io/fs"
	"net/http"
)

// Path is where to mount Handler.
const Path = "/phone/"

//go:embed page
var files embed.FS

// policy lets the page load and reach nothing but its own port.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page and its files under Path:
//
//	mux.Handle(phone.Path, phone.Handler())
func Handler() http.Handler {
	page, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the name is a valid path, so this cannot fail
	}
	serve := http.StripPrefix(Path, http.FileServerFS(page))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Permissions-Policy", "microphone=(self)")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache") // a newer program serves a newer page
		serve.ServeHTTP(w, r)
	})
}
