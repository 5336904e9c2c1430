package store

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"warmtransfer/local/iam"
)

// directly is the same store whose clients come by the short way.
func directly(t *testing.T, s *Store) *Store {
	t.Helper()
	way := inFront(t, s, nil)
	return &Store{url: way}
}

// inFront serves the short way; asked counts what goes on over HTTP.
func inFront(t *testing.T, s *Store, asked *[]string) (url string) {
	t.Helper()
	var mu sync.Mutex
	to := httptest.NewRequest(http.MethodGet, s.url, nil).URL
	proxy, endProxy := iam.Proxy(to)
	h, end := s.Direct(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked != nil {
			mu.Lock()
			*asked = append(*asked, r.Header.Get("X-Amz-Target"))
			mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	}))
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.Close(); end(); endProxy() })
	return server.URL
}

const signature = "AWS4-HMAC-SHA256 Credential=k/20260302/us-east-1/dynamodb/aws4_request, " +
	"SignedHeaders=host;x-amz-date, Signature=00"

// ask sends a request as it is.
func ask(t *testing.T, url, target, signed, body string) (status int, answer any) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+target)
	r.Header.Set("X-Amz-Date", "20260302T090000Z")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	if signed != "" {
		r.Header.Set("Authorization", signed)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("%s: %q: %v", target, text, err)
	}
	return resp.StatusCode, answer
}

// Each of these, in this order, is answered alike on both ways, refusals with the same words.
func TestTheShortWayAnswersAsTheLongOneDoes(t *testing.T) {
	long, behind := start(t, Options{}), start(t, Options{})
	var overHTTP []string
	short := inFront(t, behind, &overHTTP)
	for _, s := range []*Store{long, behind} {
		if err := s.CreateTable(t.Context(), table(t), "items"); err != nil {
			t.Fatal(err)
		}
	}
	item := func(pk, more string) string { return fmt.Sprintf(`{"pk":{"S":%q}%s}`, pk, more) }
	place := `,"dir":{"S":"d"},"rank":{"S":"1"},"state":{"S":"é ✓"},"n":{"N":"1.50"}`
	query := `,"IndexName":"all","KeyConditionExpression":"dir = :d","ExpressionAttributeValues":{":d":{"S":"d"}}`
	for _, r := range []struct{ target, signed, in string }{
		{"GetItem", signature, `"Key":` + item("a", "")},
		{"PutItem", signature, `"Item":` + item("a", place)},
		{"PutItem", signature, `"Item":` + item("b", place) + `,"ConditionExpression":"attribute_not_exists(pk)"`},
		{"PutItem", signature, `"Item":` + item("b", place) + `,"ConditionExpression":"attribute_not_exists(pk)"`},
		{"PutItem", signature, `"Item":` + item("b", "") + `,"ConditionExpression":"attribute_exists("`},
		{"PutItem", signature, `"Item":` + item("b", "") + `,"ConditionExpression":"n = :n"`},
		{"PutItem", signature, `"Item":` + item("c", `,"n":{"N":"x"}`)},
		{"PutItem", signature, `"Item":` + item("c", `,"n":{"B":"?"}`)},
		{"PutItem", signature, `"Item":` + item("c", `,"rank":{"N":"1"}`)},
		{"PutItem", signature, `"Item":` + item("c", `,"rank":{"S":""}`)},
		{"PutItem", signature, `"Item":` + item("c", `,"long":{"S":"`+strings.Repeat("x", 410_000)+`"}`)},
		{"PutItem", signature, `"Item":{"dir":{"S":"d"}}`},
		{"GetItem", signature, `"Key":` + item("a", "")},
		{"GetItem", signature, `"ConsistentRead":true,"Key":` + item("a", "")},
		{"GetItem", signature, `"ConsistentRead":1,"Key":` + item("a", "")},
		{"GetItem", signature, `"ProjectionExpression":"n","Key":` + item("a", "")},
		{"GetItem", signature, `"ReturnConsumedCapacity":"TOTAL","Key":` + item("a", "")},
		{"GetItem", signature, `"ReturnConsumedCapacity":"SOME","Key":` + item("a", "")},
		{"GetItem", signature, `"Key":` + item("a", `,"dir":{"S":"d"}`)},
		{"GetItem", signature, `"Key":` + item("", "")},
		{"GetItem", signature, `"Key":` + item(strings.Repeat("k", 2049), "")},
		{"GetItem", signature, `"Key":{"pk":{"N":"1"}}`},
		{"GetItem", signature, `"Key":{"pk":"a"}`},
		{"GetItem", signature, `"Key":{"pk":{}}`},
		{"GetItem", signature, `"Keys":[]`},
		{"GetItem", signature, `"TableName":"no","Key":` + item("a", "")},
		{"GetItem", signature, `"TableName":"nothing","Key":` + item("a", "")},
		{"GetItem", "", `"Key":` + item("a", "")},
		{"GetItem", "AWS4-HMAC-SHA256 Credential=k", `"Key":` + item("a", "")},
		{"GetItem", signature, `"Key":`},
		{"Query", signature, `"Limit":3` + query},
		{"Query", signature, `"Limit":1` + query},
		{"Query", signature, `"Limit":0` + query},
		{"Query", signature, `"Limit":1,"ScanIndexForward":false` + query},
		{"Query", signature, `"Limit":1,"ExclusiveStartKey":` + item("a", `,"dir":{"S":"d"},"rank":{"S":"1"}`) + query},
		{"Query", signature, `"Limit":1,"ExclusiveStartKey":` + item("a", `,"dir":{"S":"d"}`) + query},
		{"Query", signature, `"ConsistentRead":true` + query},
		{"Query", signature, `"Select":"COUNT"` + query},
		{"Query", signature, `"ProjectionExpression":"#r","ExpressionAttributeNames":{"#r":"rank"}` + query},
		{"Query", signature, `"FilterExpression":"n > :d"` + query},
		{"Query", signature, `"ReturnConsumedCapacity":"TOTAL"` + query},
		{"Query", signature, strings.Replace(query, "all", "none", 1)[1:]},
		{"Query", signature, strings.Replace(query, "dir = :d", "dir > :d", 1)[1:]},
		{"Query", signature, strings.Replace(query, "dir = :d", "state = :d", 1)[1:]},
		{"Query", signature, strings.Replace(query, `:d":`, `:e":`, 1)[1:]},
		{"UpdateItem", signature, `"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"2"}},` +
			`"ReturnValues":"ALL_NEW","Key":` + item("a", "")},
		{"DeleteItem", signature, `"ReturnValues":"ALL_OLD","Key":` + item("a", "")},
		{"Query", signature, query[1:]},
		{"Scan", signature, ``},
		{"ListTables", signature, ``},
		{"Nothing", signature, ``},
	} {
		body := `{"TableName":"items",` + r.in + `}`
		if strings.Contains(r.in, "TableName") {
			body = `{` + r.in + `}`
		}
		if r.in == "" {
			body = `{"TableName":"items"}`
		}
		wantStatus, want := ask(t, long.url, r.target, r.signed, body)
		status, got := ask(t, short, r.target, r.signed, body)
		if status != wantStatus || !reflect.DeepEqual(got, want) {
			t.Errorf("%s %.200s\nshort %d %.500v\nlong  %d %.500v", r.target, body, status, got, wantStatus, want)
		}
	}
	// What has no short way, and what is not signed or no JSON.
	if got := strings.ReplaceAll(strings.Join(overHTTP, " "), "DynamoDB_20120810.", ""); got !=
		"GetItem GetItem GetItem Scan ListTables Nothing" {
		t.Errorf("over HTTP go: %s", got)
	}
}

// The short way's connections do not keep the server from ending, and end with it.
func TestTheShortWayEndsWithTheServer(t *testing.T) {
	s := start(t, Options{})
	url := inFront(t, s, nil)
	if status, _ := ask(t, url, "GetItem", signature, `{"TableName":"none","Key":{"pk":{"S":"a"}}}`); status != 400 {
		t.Fatalf("status %d", status)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := `{"TableName":"none","Key":{"pk":{"S":"a"}}}`
	_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"+
		"X-Amz-Date: x\r\nContent-Type: application/x-amz-json-1.0\r\n"+
		"Authorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		signature, len(body), body)
	if got, _ := io.ReadAll(conn); len(got) > 0 {
		t.Errorf("after the server has ended: %q, want that the connection breaks", got)
	}
}
