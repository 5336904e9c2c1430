package dynamo

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/service"
)

// packets counts the writes of a client.
type packets struct {
	net.Conn
	n *int
}

func (p packets) Write(b []byte) (int, error) {
	*p.n++
	return p.Conn.Write(b)
}

// A request is written in one piece, so net/http need not read its body after the answer and keeps
// the connection.
func TestARequestIsOnePacket(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), "c#CA1") {
			t.Errorf("the store is asked %q, %v", body, err)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	n, opened := 0, 0
	client := &http.Client{Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network,
		addr string) (net.Conn, error) {
		opened++
		d := tls.Dialer{Config: server.Client().Transport.(*http.Transport).TLSClientConfig}
		c, err := d.DialContext(ctx, network, addr)
		return packets{c, &n}, err
	}}}
	s := New(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", Retryer: aws.NopRetryer{}, BaseEndpoint: &server.URL, HTTPClient: bufferedBody{client},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
		}),
	}), "table")
	const requests = 20
	for range requests {
		if _, err := s.Call(t.Context(), "CA1"); !errors.Is(err, service.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if opened != 1 || n != requests {
		t.Errorf("%d requests: %d connections, %d packets", requests, opened, n)
	}
}

func TestABodyThatCannotBeReadIsNotSent(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("{"), failing{}))
	if _, err := (bufferedBody{}).Do(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
