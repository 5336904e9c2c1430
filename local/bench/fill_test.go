package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// batch is how many items a request of filler has; DynamoDB takes as many:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const batch = 25

// filler stands before a store, answers each save of an item at once, and writes the items in batches, past their
// conditions. All other requests pass.
type filler struct {
	URL, to string
	table   string
	pass    http.Handler

	mu     sync.Mutex
	items  []json.RawMessage
	keys   map[string]bool // of items
	signed http.Header     // of the last save
	err    error
}

func newFiller(b *testing.B, to, table string) *filler {
	b.Helper()
	u, err := url.Parse(to)
	if err != nil {
		b.Fatal(err)
	}
	f := &filler{to: to, table: table, keys: map[string]bool{}, pass: httputil.NewSingleHostReverseProxy(u)}
	server := httptest.NewServer(f)
	b.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

func (f *filler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
		f.pass.ServeHTTP(w, r)
		return
	}
	var put struct{ Item json.RawMessage }
	var key struct{ PK struct{ S string } }
	err := json.NewDecoder(r.Body).Decode(&put)
	if err == nil {
		err = json.Unmarshal(put.Item, &key)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var full []json.RawMessage
	f.mu.Lock()
	if !f.keys[key.PK.S] { // otherwise it is the second try of a save, and a batch that names a key twice is refused
		f.keys[key.PK.S] = true
		f.items, f.signed = append(f.items, put.Item), r.Header.Clone()
	}
	if len(f.items) == batch {
		full, f.items = f.items, nil
		clear(f.keys)
	}
	f.mu.Unlock()
	f.write(full, r.Header)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, "{}")
}

// write writes some items, with the signature of one of their saves, which the store does not check.
func (f *filler) write(items []json.RawMessage, signed http.Header) {
	if len(items) == 0 {
		return
	}
	var body bytes.Buffer
	_, _ = fmt.Fprintf(&body, `{"RequestItems":{%q:[`, f.table)
	for i, item := range items {
		if i > 0 {
			body.WriteByte(',')
		}
		_, _ = fmt.Fprintf(&body, `{"PutRequest":{"Item":%s}}`, item)
	}
	body.WriteString("]}}")
	err := f.post(&body, signed)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.err = err
	}
}

func (f *filler) post(body io.Reader, signed http.Header) error {
	req, err := http.NewRequest(http.MethodPost, f.to, body)
	if err != nil {
		return err
	}
	for _, name := range []string{"Authorization", "X-Amz-Date", "Content-Type"} {
		req.Header.Set(name, signed.Get(name))
	}
	target, _, _ := strings.Cut(signed.Get("X-Amz-Target"), ".")
	req.Header.Set("X-Amz-Target", target+".BatchWriteItem")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var out struct {
		UnprocessedItems map[string]any
		Message          string `json:"message"`
	}
	err = json.NewDecoder(resp.Body).Decode(&out)
	if err == nil && (resp.StatusCode != http.StatusOK || len(out.UnprocessedItems) > 0) {
		err = fmt.Errorf("a batch was not written: %s %s", resp.Status, out.Message)
	}
	return err
}

// done writes what is left, and says what has failed.
func (f *filler) done() error {
	f.write(f.items, f.signed)
	f.items = nil
	return f.err
}
