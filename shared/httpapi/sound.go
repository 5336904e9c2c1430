package httpapi

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Sound is a body that is a WAV file. A request may ask for a part of it:
// https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
type Sound []byte

// maxSound is how many bytes one answer has. A function's answer has 6 MB at most, and sound is a third longer in it:
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxSound = 4 << 20

// write answers with the sound, or the part that is asked for; of a file that is too long for one answer it is the
// beginning, and the page asks for the rest.
func (s Sound) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Cache-Control", "no-store")
	if len(s) > maxSound && r.Header.Get("Range") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Range", "bytes=0-1048575")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s))
}

// encodeSound makes base64 of an answer that is sound. The adapter leaves it as text if it happens to be some: silence
// is, and as JSON each byte of it would be six.
func encodeSound(a events.APIGatewayV2HTTPResponse) events.APIGatewayV2HTTPResponse {
	if !a.IsBase64Encoded && strings.HasPrefix(a.Headers["Content-Type"], "audio/") {
		a.Body, a.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(a.Body)), true
	}
	return a
}
