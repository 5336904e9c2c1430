package gateway

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// seen sends a request to a function that returns the event it was given.
func (b *bench) seen(method, path, body string, headers ...string) map[string]any {
	b.t.Helper()
	a := b.do(method, path, body, headers...)
	var e map[string]any
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || a.status != 200 {
		b.t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return e
}

func contextOf(e map[string]any) map[string]any { return e["requestContext"].(map[string]any) }

func TestF146FormArrivesInBase64AndWhole(t *testing.T) {
	b := start(t, common, nil)
	const form = "CallSid=CA1&From=%2B15005550006&Body=a+b%0A"
	e := b.seen("POST", "/do/echo?b=2&a=1&a=x%20y&flag&a=%zz", form,
		"Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", "abc=", "X-Dup", "one", "X-Dup",
		"two",
		"Cookie", "a=1; b=2", "Cookie", "c=3", "User-Agent", "TwilioProxy/1.1", "X-Forwarded-For", "203.0.113.7")
	c := contextOf(e)
	id, _ := c["requestId"].(string)
	headers := e["headers"].(map[string]any)
	trace, _ := headers["x-amzn-trace-id"].(string)
	if id == "" || !regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`).MatchString(trace) {
		t.Errorf("request id %q, trace %q", id, trace)
	}
	delete(c, "requestId")
	delete(headers, "x-amzn-trace-id")
	delete(headers, "accept-encoding")
	want := map[string]any{
		"version": "2.0", "routeKey": "ANY /do/{what}", "rawPath": "/do/echo",
		"rawQueryString":        "b=2&a=1&a=x%20y&flag&a=%zz",
		"queryStringParameters": map[string]any{"b": "2", "a": "1,x y,%zz", "flag": ""},
		"cookies":               []any{"a=1", "b=2", "c=3"},
		"headers": map[string]any{"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "abc=",
			"x-dup":      "one,two",
			"user-agent": "TwilioProxy/1.1", "content-length": "43", "host": "api.local:8080",
			"x-forwarded-for": "203.0.113.7, 127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-port": "443"},
		"pathParameters": map[string]any{"what": "echo"},
		"requestContext": map[string]any{"accountId": "000000000000", "apiId": "local", "domainName": "api.local:8080",
			"domainPrefix": "api",
			"routeKey":     "ANY /do/{what}", "stage": "$default", "time": "22/Nov/2026:10:16:49 +0000",
			"timeEpoch": float64(epoch.UnixMilli()),
			"http": map[string]any{"method": "POST", "path": "/do/echo", "protocol": "HTTP/1.1",
				"sourceIp":  "127.0.0.1",
				"userAgent": "TwilioProxy/1.1"}},
		"body": base64.StdEncoding.EncodeToString([]byte(form)), "isBase64Encoded": true,
	}
	if !reflect.DeepEqual(e, want) {
		for name, w := range want {
			if !reflect.DeepEqual(e[name], w) {
				t.Errorf("%s: got %v\nwant %v", name, e[name], w)
			}
		}
		for name := range e {
			if _, ok := want[name]; !ok {
				t.Errorf("%s should be absent, is %v", name, e[name])
			}
		}
	}
}

func TestWhatIsNotThereIsAbsent(t *testing.T) {
	b := start(t, common, nil)
	e := b.seen("GET", "/do/echo", "")
	for _, name := range []string{"queryStringParameters", "cookies", "body", "stageVariables"} {
		if v, there := e[name]; there {
			t.Errorf("%s is there: %v", name, v)
		}
	}
	if e["isBase64Encoded"] != false || e["rawQueryString"] != "" {
		t.Errorf("base64 %v, query %q", e["isBase64Encoded"], e["rawQueryString"])
	}
	c := contextOf(e)
	if c["authorizer"] != nil || c["authentication"] != nil {
		t.Errorf("an open route has authorizer %v, authentication %v", c["authorizer"], c["authentication"])
	}
	if v, there := e["headers"].(map[string]any)["content-length"]; there {
		t.Errorf("a request without a body has content-length %v", v)
	}
}

func TestBodyIsTextOnlyForTextTypes(t *testing.T) {
	b := start(t, common, nil)
	for kind, text := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "text/plain": true, "TEXT/HTML": true,
		"application/xml": true, "application/javascript": true, "application/x-www-form-urlencoded": false,
		"application/problem+json": false, "audio/wav": false, "nonsense;;": false, "": false,
	} {
		var headers []string
		if kind != "" {
			headers = []string{"Content-Type", kind}
		}
		e := b.seen("PUT", "/do/echo", `{"a":1}`, headers...)
		want := base64.StdEncoding.EncodeToString([]byte(`{"a":1}`))
		if text {
			want = `{"a":1}`
		}
		if e["body"] != want || e["isBase64Encoded"] != !text {
			t.Errorf("%q: body %q, base64 %v", kind, e["body"], e["isBase64Encoded"])
		}
		b.clock.Advance(1e9)
	}
}

func TestPathArrivesDecodedAndTimeIsTheClocks(t *testing.T) {
	b := start(t, common, nil)
	e := b.seen("GET", "/do/caf%C3%A9%20x%2B", "")
	if e["rawPath"] != "/do/café x+" || e["pathParameters"].(map[string]any)["what"] != "café x+" ||
		contextOf(e)["http"].(map[string]any)["path"] != "/do/café x+" {
		t.Errorf("path %q, parameters %v", e["rawPath"], e["pathParameters"])
	}
	b.clock.Advance(90e9)
	e = b.seen("GET", "/do/echo", "")
	if got := contextOf(e)["timeEpoch"]; got != float64(epoch.UnixMilli()+90000) {
		t.Errorf("timeEpoch %v, want 90 s after %d", got, epoch.UnixMilli())
	}
}

func TestChunkedBodyGetsALength(t *testing.T) {
	b := start(t, common, nil)
	req, err := http.NewRequest("POST", b.server.URL+"/do/echo",
		io.MultiReader(strings.NewReader("abc"), strings.NewReader("def")))
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var e struct {
		Headers map[string]string
		Body    string
	}
	if err := json.NewDecoder(res.Body).Decode(&e); err != nil {
		t.Fatal(err)
	}
	if e.Headers["content-length"] != "6" || e.Headers["transfer-encoding"] != "" || e.Body != "YWJjZGVm" {
		t.Errorf("got %v %q", e.Headers, e.Body)
	}
}

func TestLimitsOfARequest(t *testing.T) {
	b := start(t, common, nil)
	b.do("GET", "/do/echo", "", "X-Long", strings.Repeat("a", 10240)).want(t, 431, "Request Header Fields Too Large")
	// In base64 it is too large for Lambda.
	b.do("POST", "/do/echo", strings.Repeat("a", 5<<20)).want(t, 413, "Request Entity Too Large")
	if n := b.gateway.Processes()["main"]; n != 0 {
		t.Errorf("a request over the limits started %d processes", n)
	}
}

func TestBrokenBodyIsNoRequest(t *testing.T) {
	b := start(t, common, nil)
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "POST /do/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
		t.Errorf("got %q", answer)
	}
}
