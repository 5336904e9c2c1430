#!/usr/bin/env bash
# aws-lambda-go-api-proxy v0.16.2: behind an HTTP API (payload 2.0) a header with a comma reaches the handler in pieces.
#
# The adapter divides each header at its commas, but for eleven names. A date has a comma, and so has a list of entity
# tags; http.Header.Get gives the first piece only. So http.ServeContent sends the whole file to a player that goes on
# with "If-Range: <date>" (206 at a net/http server), and again to a browser whose second tag is the right one (304).
# Set an entity tag and no Last-Modified on what is sent in ranges. The module is archived, so this stays.
# https://www.rfc-editor.org/rfc/rfc9110#name-if-range https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
. "$(dirname "$0")/common.sh"
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

var saved = time.Date(2026, time.November, 30, 8, 0, 0, 0, time.UTC)

func sound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"two"`)
	http.ServeContent(w, r, "sound.mp3", saved, strings.NewReader("0123456789"))
}

// statuses are those of the answer of a net/http server, and behind the adapter.
func statuses(headers map[string]string) string {
	r := httptest.NewRequest(http.MethodGet, "/sound.mp3", nil)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	sound(w, r)
	e := events.APIGatewayV2HTTPRequest{RawPath: "/sound.mp3", Headers: headers}
	e.RequestContext.HTTP.Method, e.RequestContext.DomainName = http.MethodGet, "example.com"
	answer, err := httpadapter.NewV2(http.HandlerFunc(sound)).ProxyWithContext(context.Background(), e)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("net/http %d, adapter %d", w.Code, answer.StatusCode)
}

func main() {
	fmt.Println("a range, if unchanged since a date:",
		statuses(map[string]string{"range": "bytes=2-3", "if-range": saved.Format(http.TimeFormat)}))
	fmt.Println("a range, if the tag is the same:",
		statuses(map[string]string{"range": "bytes=2-3", "if-range": `"two"`}))
	fmt.Println("none of two tags:", statuses(map[string]string{"if-none-match": `"one", "two"`}))
	fmt.Println("none of one tag:", statuses(map[string]string{"if-none-match": `"two"`}))
}
GO
module github.com/aws/aws-lambda-go@v1.55.1 github.com/awslabs/aws-lambda-go-api-proxy@v0.16.2
got=$(go run .)
expect "$got" "a range, if unchanged since a date: net/http 206, adapter 200
a range, if the tag is the same: net/http 206, adapter 206
none of two tags: net/http 304, adapter 200
none of one tag: net/http 304, adapter 304"
