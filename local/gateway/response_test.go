package gateway

import (
	"slices"
	"strings"
	"testing"
)

func TestResponseRules(t *testing.T) {
	b := start(t, common, nil)
	for _, c := range []struct {
		name, out   string
		status      int
		kind, body  string
		header, has string
	}{
		{"an object without statusCode is the body", `{"a":1}`, 200, "application/json", `{"a":1}`, "", ""},
		{"so is a list", `[1,2]`, 200, "application/json", `[1,2]`, "", ""},
		{"so is a text", `"hello"`, 200, "application/json", `"hello"`, "", ""},
		{"with statusCode it is taken apart",
			`{"statusCode":201,"headers":{"content-type":"text/xml","x-a":"b"},"body":"<Response/>"}`,
			201, "text/xml", "<Response/>", "X-A", "b"},
		{"a body in base64 is decoded",
			`{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"AAEC","isBase64Encoded":true}`,
			200, "image/png", "\x00\x01\x02", "", ""},
		{"without the flag it is not", `{"statusCode":200,"body":"AAEC"}`, 200, "text/plain;charset=UTF-8", "AAEC", "",
			""},
		{"headers may be numbers", `{"statusCode":200,"headers":{"X-N":7}}`, 200, "", "", "X-N", "7"},
		{"no body", `{"statusCode":403,"body":""}`, 403, "", "", "Content-Length", "0"},
		{"no content", `{"statusCode":204}`, 204, "", "", "Content-Length", ""},
		{"statusCode null is a failure", `{"statusCode":null}`, 500, "", "", "", ""},
		{"statusCode out of range is a failure", `{"statusCode":42}`, 500, "", "", "", ""},
		{"statusCode in words is a failure", `{"statusCode":"fine"}`, 500, "", "", "", ""},
		{"broken base64 is a failure", `{"statusCode":200,"body":"*","isBase64Encoded":true}`, 500, "", "", "", ""},
		{"a body that is no text is a failure", `{"statusCode":200,"body":{}}`, 500, "", "", "", ""},
		{"no JSON is a failure", `hello`, 500, "", "", "", ""},
		{"nothing is a failure", ``, 500, "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := b.do("POST", "/do/answer", c.out, "Content-Type", "text/plain")
			if c.status == 500 {
				a.want(t, 500, "Internal Server Error")
				return
			}
			if a.status != c.status || a.body != c.body || a.header.Get("Content-Type") != c.kind {
				t.Errorf("got %d %q %q, want %d %q %q", a.status, a.header.Get("Content-Type"), a.body, c.status,
					c.kind, c.body)
			}
			if c.header != "" && a.header.Get(c.header) != c.has {
				t.Errorf("%s: got %q, want %q", c.header, a.header.Get(c.header), c.has)
			}
		})
	}
	a := b.do("POST", "/do/answer", `{"statusCode":200,"cookies":["a=1; HttpOnly","b=2"]}`, "Content-Type",
		"text/plain")
	if got := a.header.Values("Set-Cookie"); !slices.Equal(got, []string{"a=1; HttpOnly", "b=2"}) {
		t.Errorf("cookies: %q", got)
	}
}

func TestLogNamesTheRouteAndNeverThePath(t *testing.T) {
	b := start(t, common, nil)
	b.do("GET", "/do/private-name?token=private-token", "")
	b.do("GET", "/do/exit", "")
	log := b.log.String()
	if !strings.Contains(log, "gateway | ANY /do/{what} 200 ") ||
		!strings.Contains(log, "gateway | ANY /do/{what} 500 ") {
		t.Errorf("the requests are not in the log:\n%s", log)
	}
	if !strings.Contains(log, "main | the last words\n") {
		t.Errorf("what a function prints is not in the log:\n%s", log)
	}
	if strings.Contains(log, "private") {
		t.Errorf("the log holds what it should not:\n%s", log)
	}
}

const withCORS = `
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: ["https://page"], AllowMethods: [GET, POST], AllowHeaders: [authorization], ExposeHeaders: [x-a], MaxAge: 60, AllowCredentials: true }
      Auth:
        Authorizers:
          Agent: { JwtConfiguration: { issuer: "https://nobody.invalid", audience: [page] } }
  Main:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/main/
      Events:
        Open: { Type: HttpApi, Properties: { Method: POST, Path: "/open/{what}" } }
        Shut: { Type: HttpApi, Properties: { Method: POST, Path: "/shut/{what}", Auth: { Authorizer: Agent } } }
`

func TestCORSIsTheGatewaysOwn(t *testing.T) {
	b := start(t, withCORS, nil)
	a := b.do("OPTIONS", "/shut/echo", "", "Origin", "https://page", "Access-Control-Request-Method", "POST")
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "https://page",
		"Access-Control-Allow-Methods": "GET,POST",
		"Access-Control-Allow-Headers": "authorization", "Access-Control-Max-Age": "60",
		"Access-Control-Allow-Credentials": "true"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("preflight: %s is %q, want %q", name, got, want)
		}
	}
	if a.status != 204 {
		t.Errorf("preflight: %d, want 204 without a token", a.status)
	}
	a = b.do("OPTIONS", "/shut/echo", "", "Origin", "https://other", "Access-Control-Request-Method", "POST")
	if a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a strange origin is allowed")
	}
	a = b.do("POST", "/open/answer", `{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}`, "Content-Type",
		"text/plain", "Origin", "https://page")
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "https://page" ||
		a.header.Get("Access-Control-Expose-Headers") != "x-a" {
		t.Errorf("the function's own word stands: %q", got)
	}
	if a = b.do("POST", "/open/answer", `{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}`,
		"Content-Type", "text/plain"); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("without an origin there is nothing to allow")
	}
	if n := b.gateway.Processes()["main"]; n != 1 {
		t.Errorf("%d processes, want 1: preflights ask no function", n)
	}
}
