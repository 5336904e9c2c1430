package gateway

import (
	"io"
	"net/http"
	"strings"
)

// recorder remembers the status and lets a function change the headers last.
type recorder struct {
	http.ResponseWriter
	status int
	before func(http.Header)
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		if r.before != nil {
			r.before(r.Header())
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// prefixed puts a function's name before each row of output. It is given whole rows.
type prefixed struct {
	to   io.Writer
	name string
}

func (p prefixed) Write(line []byte) (int, error) {
	if p.to == nil {
		return len(line), nil
	}
	if _, err := io.WriteString(p.to, p.name+" | "+strings.TrimSuffix(string(line), "\n")+"\n"); err != nil {
		return 0, err
	}
	return len(line), nil
}
