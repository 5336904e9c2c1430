package dynamo

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// bufferedBody sends a request's body as one piece of memory that stays open.
//
// The SDK wraps its bodies, and closes one as soon as there is an answer. net/http does not know the
// type of the wrapped body: it sends the headers first, then the body, then reads once more to see
// whether there is more of it. If the answer arrives before that read, which can happen on a
// fraction of a processor, the read fails on the closed body and net/http drops the connection. The
// next operation would pay for TLS.
type bufferedBody struct{ client aws.HTTPClient }

// Do implements aws.HTTPClient.
func (w bufferedBody) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return w.client.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return w.client.Do(r)
}
