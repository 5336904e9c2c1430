// Package apigateway sends messages to the connections of API Gateway's WebSocket API, over its management API:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
//
// It knows neither whose a connection is nor what is sent.
package apigateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

const (
	// sendTime bounds one message. Nobody waits for it but the use case that sends it.
	sendTime = 700 * time.Millisecond
	// staleAfter is how long a connection to API Gateway may be idle: Lambda freezes a function between requests.
	staleAfter = 30 * time.Second
)

// Connections are those of one stage of a WebSocket API. They are safe for concurrent use.
type Connections struct {
	base   string
	host   string // of the address, whatever the address is on a machine that stands in for AWS
	region string
	scope  string // the service's name in a signature
	keys   aws.Credentials
	signer *v4.Signer
	http   *http.Client
	now    func() time.Time
}

// Open reads PUSH_URL, the address of the stage, like https://a1b2c3.execute-api.eu-central-1.amazonaws.com/live. It
// is nil if there is none: then the stack has no push channel. The credentials are the function's own.
func Open(r *env.Reader) *Connections {
	base := r.OptionalURL("PUSH_URL")
	if base == "" {
		return nil
	}
	scope, _, _ := strings.Cut("execute-api:ManageConnections", ":") // the permission, as policies name it
	at, err := url.Parse(base)
	if err != nil {
		return nil // OptionalURL has parsed it
	}
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI")
	if own.Endpoint != nil {
		base = *own.Endpoint + at.Path
	}
	return &Connections{
		base: base, host: at.Host, scope: scope, region: own.Region, keys: own.Keys,
		signer: v4.NewSigner(), now: time.Now,
		http: &http.Client{
			Timeout: sendTime,
			Transport: &http.Transport{
				DialContext:         (&net.Dialer{Timeout: sendTime}).DialContext,
				TLSHandshakeTimeout: sendTime, MaxIdleConnsPerHost: 4, IdleConnTimeout: staleAfter,
			},
		},
	}
}

// Send sends a text to a connection. service.ErrGone: there is no such connection any more. Any other error means that
// it is not known whether the text has arrived; it is not sent again.
func (c *Connections) Send(ctx context.Context, connection string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	// The ID of a connection ends with an equals sign, which stands escaped in the path.
	escaped := strings.ReplaceAll(url.PathEscape(connection), "=", "%3D")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/@connections/"+escaped, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%w: the channel's address is none", service.ErrUnknown)
	}
	r.Host = c.host
	r.Header.Set("Content-Type", "application/octet-stream")
	sum := sha256.Sum256(text)
	err = c.signer.SignHTTP(ctx, c.keys, r, hex.EncodeToString(sum[:]), c.scope, c.region, c.now())
	if err != nil {
		return fmt.Errorf("%w: the message cannot be signed", service.ErrUnknown)
	}
	answer, err := c.http.Do(r)
	if err != nil { // its text holds the connection's name
		return service.ErrUnknown
	}
	_ = answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusGone:
		return service.ErrGone
	case answer.StatusCode == http.StatusTooManyRequests:
		return service.ErrThrottled
	case answer.StatusCode >= 300:
		return errors.Join(service.ErrUnknown, &service.RefusedError{Status: answer.StatusCode})
	}
	return nil
}
