#!/usr/bin/env bash
# aws-lambda-go-api-proxy v0.16.2: behind a REST API (payload 1.0) one request has a different URL from call to call.
#
# The adapter of payload 1.0 rebuilds the query from a Go map, so the order of the parameters is drawn anew for each
# invocation. A webhook whose signature covers the URL, as Twilio's does, is then refused at random: with three
# parameters in five of six cases. The adapter of payload 2.0 keeps the query as it came. The module is archived, so
# this stays as it is: use an HTTP API with payload 2.0, or no query at all.
. "$(dirname "$0")/common.sh"
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

func main() {
	seen := map[string]bool{}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen[r.URL.RawQuery] = true
		w.WriteHeader(http.StatusNoContent)
	})
	for range 500 {
		_, err := httpadapter.New(h).ProxyWithContext(context.Background(), events.APIGatewayProxyRequest{
			HTTPMethod: "POST", Path: "/hook", Headers: map[string]string{"Host": "example.com"},
			QueryStringParameters:           map[string]string{"one": "1", "two": "2", "three": "3"},
			MultiValueQueryStringParameters: map[string][]string{"one": {"1"}, "two": {"2"}, "three": {"3"}},
		})
		if err != nil {
			panic(err)
		}
	}
	fmt.Println("payload 1.0, several queries for one request:", len(seen) > 1)
	clear(seen)
	for range 500 {
		e := events.APIGatewayV2HTTPRequest{RawPath: "/hook", RawQueryString: "one=1&two=2&three=3"}
		e.RequestContext.HTTP.Method, e.RequestContext.DomainName = "POST", "example.com"
		if _, err := httpadapter.NewV2(h).ProxyWithContext(context.Background(), e); err != nil {
			panic(err)
		}
	}
	fmt.Println("payload 2.0, several queries for one request:", len(seen) > 1)
}
GO
module github.com/aws/aws-lambda-go@v1.55.1 github.com/awslabs/aws-lambda-go-api-proxy@v0.16.2
got=$(go run .)
expect "$got" "payload 1.0, several queries for one request: true
payload 2.0, several queries for one request: false"
