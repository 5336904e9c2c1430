package apigateway

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

func open(t *testing.T, url string, more ...string) *Connections {
	t.Helper()
	vars := map[string]string{"PUSH_URL": url, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "ASIAKEY",
		"AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session"}
	for i := 0; i < len(more); i += 2 {
		vars[more[i]] = more[i+1]
	}
	r := env.New(func(name string) string { return vars[name] })
	c := Open(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWithoutAnAddressThereIsNoChannel(t *testing.T) {
	if open(t, "") != nil {
		t.Error("there is one")
	}
}

func TestAMessageIsSignedForItsConnection(t *testing.T) {
	var path, signature, session, body string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		path, signature, session, body = r.URL.EscapedPath(), r.Header.Get("Authorization"),
			r.Header.Get("X-Amz-Security-Token"), string(text)
	}))
	defer s.Close()
	if err := open(t, s.URL+"/live").Send(t.Context(), "L0SM9cOFvHcCIhw=", []byte(`{"type":"changed"}`)); err != nil {
		t.Fatal(err)
	}
	if path != "/live/@connections/L0SM9cOFvHcCIhw%3D" || body != `{"type":"changed"}` || session != "session" {
		t.Errorf("sent %q to %s as %q", body, path, session)
	}
	if !strings.HasPrefix(signature, "AWS4-HMAC-SHA256 Credential=ASIAKEY/") ||
		!strings.Contains(signature, "/eu-central-1/execute-api/aws4_request,") {
		t.Errorf("the signature is %q", signature)
	}
}

func TestF333WhatBecomesOfAMessage(t *testing.T) {
	for status, want := range map[int]error{
		200: nil, 204: nil, 410: service.ErrGone, 429: service.ErrThrottled, 403: service.ErrUnknown,
		500: service.ErrUnknown,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
		}))
		if err := open(t, s.URL).Send(t.Context(), "secret-id=", nil); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
		s.Close()
		err := open(t, s.URL).Send(t.Context(), "secret-id=", nil) // nobody is there
		if !errors.Is(err, service.ErrUnknown) || strings.Contains(err.Error(), "secret-id") {
			t.Errorf("without a server: %v", err)
		}
	}
}

// What stands in for AWS finds the API by its host.
func TestAnotherEndpointIsAskedInTheNameOfTheAPI(t *testing.T) {
	var host, path string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		host, path = r.Host, r.URL.EscapedPath()
	}))
	defer s.Close()
	const api = "a1b2c3d4.execute-api.us-east-1.amazonaws.com"
	c := open(t, "https://"+api+"/live", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", s.URL)
	if err := c.Send(t.Context(), "x=", nil); err != nil || host != api || path != "/live/@connections/x%3D" {
		t.Errorf("asked %s of %s: %v", path, host, err)
	}
}
