package gateway

import (
	"io"
	"net/http"
	"strconv"
)

// words are API Gateway's texts for a status; net/http's differ in some.
var words = map[int]string{
	http.StatusNotFound:                    "Not Found",
	http.StatusUnauthorized:                "Unauthorized",
	http.StatusForbidden:                   "Forbidden",
	http.StatusInternalServerError:         "Internal Server Error",
	http.StatusServiceUnavailable:          "Service Unavailable",
	http.StatusTooManyRequests:             "Too Many Requests",
	http.StatusRequestEntityTooLarge:       "Request Entity Too Large",
	http.StatusRequestHeaderFieldsTooLarge: "Request Header Fields Too Large",
	http.StatusBadRequest:                  "Bad Request",
}

// refuse answers as API Gateway itself does.
func refuse(w http.ResponseWriter, status int) {
	body := `{"message":"` + words[status] + `"}`
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
