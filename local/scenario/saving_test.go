package scenario

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/stack"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
)

// saving is called with each save of a call on its way to the store. Save lets it take effect at once; otherwise it
// does so after saving has returned. True loses the answer.
type saving func(c *call.Call, save func()) (lost bool)

// between puts it between the functions and the store.
func (f saving) between(t *testing.T) func(*stack.Options) {
	return viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		c := saved(r)
		if c == nil {
			store.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		save := sync.OnceFunc(func() { store.ServeHTTP(answer, r) })
		if f(c, save) {
			panic(http.ErrAbortHandler)
		}
		save()
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // a client that is gone needs no answer
	})
}

// inFront is the address of a server that lets ask see each request to the one at address, and pass it on.
func inFront(t *testing.T, address string, ask func(w http.ResponseWriter, r *http.Request, to http.Handler)) string {
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ask(w, r, proxy) }))
	t.Cleanup(server.Close)
	return server.URL
}

// viaProxy lets ask see each request of the functions to the store, and pass it on.
func viaProxy(t *testing.T, ask func(w http.ResponseWriter, r *http.Request, store http.Handler)) func(*stack.Options) {
	return func(o *stack.Options) {
		o.Via = func(store string) string { return inFront(t, store, ask) }
	}
}

// saved is the call that a request to the store saves, nil if it saves none.
func saved(r *http.Request) *call.Call {
	key, doc := put(r)
	c := &call.Call{}
	if !strings.HasPrefix(key, "c#") || json.Unmarshal([]byte(doc), c) != nil {
		return nil
	}
	return c
}

// put is the key and the document of the item that a request to the store puts, nothing if it puts none.
func put(r *http.Request) (key, doc string) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
		return "", ""
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	var put struct {
		Item struct {
			PK  struct{ S string }
			Doc struct {
				S string
				B []byte
			}
		}
	}
	if err != nil || json.Unmarshal(body, &put) != nil {
		return "", ""
	}
	if packed := put.Item.Doc.B; packed != nil {
		raw, _, err := dynamo.Document(&types.AttributeValueMemberB{Value: packed})
		if err != nil {
			return "", ""
		}
		return put.Item.PK.S, string(raw)
	}
	return put.Item.PK.S, put.Item.Doc.S
}
