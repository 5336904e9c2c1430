package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
)

// response is what a function may answer in format 2.0.
type response struct {
	StatusCode *int           `json:"statusCode"`
	Headers    map[string]any `json:"headers"`
	Cookies    []string       `json:"cookies"`
	Body       string         `json:"body"`
	Base64     bool           `json:"isBase64Encoded"`
}

// respond turns a function's output into the answer. An object without statusCode, or any other JSON, is itself the
// body; anything else is 500.
func respond(w http.ResponseWriter, out []byte) {
	var shape map[string]json.RawMessage
	if err := json.Unmarshal(out, &shape); err != nil || shape["statusCode"] == nil {
		if !json.Valid(out) {
			slog.Warn("a function's response is no JSON")
			refuse(w, http.StatusInternalServerError)
			return
		}
		write(w, http.StatusOK, "application/json", out)
		return
	}
	var r response
	if err := json.Unmarshal(out, &r); err != nil || r.StatusCode == nil || *r.StatusCode < 200 || *r.StatusCode > 599 {
		slog.Warn("a function's response is malformed", "error", err)
		refuse(w, http.StatusInternalServerError)
		return
	}
	body := []byte(r.Body)
	if r.Base64 {
		decoded, err := base64.StdEncoding.DecodeString(r.Body)
		if err != nil {
			slog.Warn("a function's response body is no base64", "error", err)
			refuse(w, http.StatusInternalServerError)
			return
		}
		body = decoded
	}
	for name, value := range r.Headers {
		w.Header().Set(name, fmt.Sprint(value))
	}
	for _, cookie := range r.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	write(w, *r.StatusCode, "text/plain;charset=UTF-8", body)
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	if h.Get("Content-Type") == "" && len(body) > 0 {
		h.Set("Content-Type", contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusNoContent || status == http.StatusNotModified {
		h.Del("Content-Length")
		body = nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
