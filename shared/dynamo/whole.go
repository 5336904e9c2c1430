package dynamo

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// whole hands a request's body on as one piece of memory that stays open.
//
// The SDK wraps its bodies, and closes one as soon as there is an answer. net/http does
// not know what is in the wrapping: it sends the headers by themselves, then the body,
// and looks once more whether there is more of it. If the answer is quicker than this
// look, and on a fraction of a processor it may be, the look fails on the closed body, and
// the connection is thrown away. The next operation then pays for TLS.
type whole struct{ client aws.HTTPClient }

// Do implements aws.HTTPClient.
func (w whole) Do(r *http.Request) (*http.Response, error) {
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
