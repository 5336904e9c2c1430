#!/usr/bin/env bash
# aws-lambda-go-api-proxy v0.16.2: the last status that a handler writes counts, and an informational one is the answer.
#
# In net/http a status of 1xx is sent ahead, and of the others the first counts. The adapter keeps the last call of
# WriteHeader, and writing a body does not set 200 once there was one. So a handler that sends Early Hints (103) answers
# 103 with a body, which API Gateway has no use for; and a wrapper that makes a late 500 of an answer that is on its
# way changes its status, which it could not do in a server. The module is archived, so this stays: a handler
# behind it must write one status, and none of 1xx.
# https://pkg.go.dev/net/http#ResponseWriter https://www.rfc-editor.org/rfc/rfc8297
. "$(dirname "$0")/common.sh"
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

func hints(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Link", "</page.css>; rel=preload; as=style")
	w.WriteHeader(http.StatusEarlyHints)
	fmt.Fprint(w, "the page")
}

func late(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, "created")
	w.WriteHeader(http.StatusInternalServerError)
}

// statuses are those that a client of a net/http server sees, and those behind the adapter of each payload.
func statuses(h http.HandlerFunc) string {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // net/http remarks on a second status
	server.Start()
	defer server.Close()
	seen, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	seen.Body.Close()
	one, err := httpadapter.New(h).ProxyWithContext(context.Background(),
		events.APIGatewayProxyRequest{HTTPMethod: http.MethodGet, Path: "/"})
	if err != nil {
		panic(err)
	}
	e := events.APIGatewayV2HTTPRequest{RawPath: "/"}
	e.RequestContext.HTTP.Method, e.RequestContext.DomainName = http.MethodGet, "example.com"
	two, err := httpadapter.NewV2(h).ProxyWithContext(context.Background(), e)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("net/http %d, payload 1.0 %d, payload 2.0 %d", seen.StatusCode, one.StatusCode, two.StatusCode)
}

func main() {
	fmt.Println("103 and a body:", statuses(hints))
	fmt.Println("201, a body, then 500:", statuses(late))
}
GO
module github.com/aws/aws-lambda-go@v1.55.1 github.com/awslabs/aws-lambda-go-api-proxy@v0.16.2
got=$(go run .)
expect "$got" "103 and a body: net/http 200, payload 1.0 103, payload 2.0 103
201, a body, then 500: net/http 201, payload 1.0 500, payload 2.0 500"
