package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// table is a store at once: one call, no agents, and every write succeeds.
type table struct{ item []byte }

func (s table) Do(r *http.Request) (*http.Response, error) {
	answer := []byte(`{"Items":[],"Count":0}`)
	switch _, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); op {
	case "GetItem":
		answer = s.item
	case "PutItem":
		answer = []byte(`{}`)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)),
	}, nil
}

// The CPU time of a music turn, from the event's bytes to those of the answer, without any network.
func BenchmarkTurn(b *testing.B) {
	at := time.Date(2026, 11, 22, 10, 16, 49, 0, time.UTC)
	c := call.New("CA0123456789abcdef0123456789abcdef", "+15550199", true, at.Add(-time.Minute))
	doc, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	item, err := json.Marshal(map[string]any{"Item": map[string]any{
		"pk": map[string]string{"S": "c#" + string(c.ID)}, "doc": map[string]string{"S": string(doc)},
		"version": map[string]string{"N": "0"}, "write": map[string]string{"S": "x"},
	}})
	if err != nil {
		b.Fatal(err)
	}
	store := dynamo.New(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: table{item}, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, nil
		}),
	}), "t")
	h := handler{
		edge: httpapi.Edge{Name: "wait", Log: slog.New(slog.NewJSONHandler(io.Discard, nil))}, keys: httpapitest.Keys,
		music: "https://music.example/music",
		newService: func(twilio.Base) *service.Service {
			return service.New(store, nil, service.Settings{Ring: 20 * time.Second, Observe: httpapi.Observe})
		},
	}
	site := httpapitest.New(b, func() time.Time { return at }, func(httpapi.Edge) http.Handler { return h.routes() })
	form := httpapitest.Form(b, "wait", "CallSid", string(c.ID), "FriendlyName", string(c.ID))
	raw, err := json.Marshal(site.Hook("/wait/"+string(c.ID)+"/2", form))
	if err != nil {
		b.Fatal(err)
	}
	proxy := httpapi.Proxy(h.routes())
	b.ReportAllocs()
	for b.Loop() {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(raw, &e); err != nil {
			b.Fatal(err)
		}
		answer, err := proxy(b.Context(), e)
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(answer.Body, "/02.wav") {
			b.Fatalf("%d %s, %v", answer.StatusCode, answer.Body, err)
		}
		if _, err := json.Marshal(answer); err != nil {
			b.Fatal(err)
		}
	}
}
