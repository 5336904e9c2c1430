package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"warmtransfer/local/gateway/sam"
)

// preflight answers a browser's OPTIONS request, without a function and without a token.
func preflight(w http.ResponseWriter, r *http.Request, c *sam.CORS) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Origin") == "" ||
		r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	addCORS(h, r, c)
	if h.Get("Access-Control-Allow-Origin") != "" {
		set(h, "Access-Control-Allow-Methods", strings.Join(c.AllowMethods, ","))
		set(h, "Access-Control-Allow-Headers", strings.Join(c.AllowHeaders, ","))
		if c.MaxAge > 0 {
			set(h, "Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// addCORS says which origin may read the answer; the function's own CORS headers are removed.
func addCORS(h http.Header, r *http.Request, c *sam.CORS) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			h.Del(name)
		}
	}
	origin := r.Header.Get("Origin")
	switch {
	case origin == "":
		return
	case slices.Contains(c.AllowOrigins, "*"):
		set(h, "Access-Control-Allow-Origin", "*")
	case slices.Contains(c.AllowOrigins, origin):
		set(h, "Access-Control-Allow-Origin", origin)
	default:
		return
	}
	set(h, "Access-Control-Expose-Headers", strings.Join(c.ExposeHeaders, ","))
	if c.AllowCredentials {
		set(h, "Access-Control-Allow-Credentials", "true")
	}
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}
