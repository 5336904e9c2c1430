package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/issuer"
)

// The functions of these tests are the test binary itself: started with this variable it is a Lambda function like any
// other.
const asFunction = "GATEWAY_TEST_FUNCTION"

func TestMain(m *testing.M) {
	if os.Getenv(asFunction) != "" {
		lambda.Start(function{})
		return
	}
	code := m.Run()
	if left := leaked(); left != "" && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left behind:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// leaked returns the stacks of this package's goroutines that do not end within some time.
func leaked() string {
	deadline := time.NewTimer(5 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		buf := make([]byte, 1<<20)
		var left []string
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "local/gateway") && !strings.Contains(stack, "TestMain") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-deadline.C:
			return strings.Join(left, "\n\n")
		case <-tick.C:
		}
	}
}

// function does what the path parameter "what" says.
type function struct{}

func (function) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var e struct {
		Version        string
		PathParameters map[string]string
		Body           string
		Base64         bool `json:"isBase64Encoded"`
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	what := e.PathParameters["what"]
	if e.Version != "2.0" {
		what = "meet" // a schedule's event
	}
	switch what {
	case "answer": // the body is what the function returns
		if e.Base64 {
			return base64.StdEncoding.DecodeString(e.Body)
		}
		return []byte(e.Body), nil
	case "error":
		return nil, errors.New("a failure on purpose")
	case "panic":
		panic("on purpose")
	case "exit":
		fmt.Println("the last words")
		os.Exit(3)
	case "hang":
		<-time.After(24 * time.Hour) // a process without cgo would not stay in "select {}"
	case "pid":
		return []byte(strconv.Itoa(os.Getpid())), nil
	case "env":
		return json.Marshal(os.Environ())
	case "large":
		return bytes.Repeat([]byte("1"), 6<<20+1), nil
	case "meet":
		// The test's own.
		res, err := http.Post(os.Getenv("MEET"), "application/json", bytes.NewReader(payload)) //nolint:gosec
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		return io.ReadAll(res.Body)
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(payload)})
}

// common is a template with all kinds of routes.
const common = `
Parameters:
  Issuer: { Type: String }
Globals:
  Function: { Timeout: 20, LoggingConfig: { LogFormat: JSON }, Environment: { Variables: { MUSIC: cloud, KEPT: template } } }
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 }
      Auth:
        Authorizers:
          Agent: { AuthorizationScopes: [openid], JwtConfiguration: { issuer: !Ref Issuer, audience: [page] } }
  Main:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/main/
      Events:
        Do: { Type: HttpApi, Properties: { Method: ANY, Path: "/do/{what}" } }
        Hang: { Type: HttpApi, Properties: { Method: POST, Path: "/hurry/{what}", TimeoutInMillis: 300 } }
        Token: { Type: HttpApi, Properties: { Method: POST, Path: /token, Auth: { Authorizer: Agent } } }
        Other: { Type: HttpApi, Properties: { Method: POST, Path: /other, Auth: { Authorizer: Agent, AuthorizationScopes: [admin] } } }
  Narrow:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/narrow/
      ReservedConcurrentExecutions: 1
      Events:
        Do: { Type: HttpApi, Properties: { Method: POST, Path: "/narrow/{what}" } }
  Sweep:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/sweep/
      Events:
        Minute: { Type: Schedule, Properties: { Schedule: rate(1 minute) } }
        Hour: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), Input: '{"own":"input"}' } }
  Upload: { Type: AWS::Serverless::Function, Properties: { CodeUri: functions/upload/ } }
  Headers:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        SecurityHeadersConfig:
          FrameOptions: { FrameOption: DENY, Override: true }
          ContentSecurityPolicy:
            ContentSecurityPolicy: "default-src 'none'; script-src 'self'; connect-src 'self' https://sdk.example; media-src 'self'"
`

var epoch = time.Date(2026, 11, 22, 10, 16, 49, 500e6, time.UTC)

// bench is a gateway with everything that it needs.
type bench struct {
	t       *testing.T
	gateway *Gateway
	server  *httptest.Server
	client  *http.Client
	clock   *clock.Manual
	issuer  *issuer.Issuer
	log     *lines
	meeting *meeting
}

// start runs a gateway for the template. At the end of the test no process may be left.
func start(t *testing.T, template string, change func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, clock: clock.NewManual(epoch), log: &lines{}, meeting: newMeeting(t)}
	idp := httptest.NewUnstartedServer(nil)
	url := "http://" + idp.Listener.Addr().String()
	var err error
	b.issuer, err = issuer.New(issuer.Options{URL: url, ClientID: "page", Redirects: []string{"http://localhost/"},
		Clock: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	idp.Config.Handler = b.issuer
	idp.Start()
	t.Cleanup(idp.Close)
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	tmpl, err := sam.Load(path, sam.Values{Parameters: map[string]string{"Issuer": url}})
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Template: tmpl, Bootstrap: func(sam.Function) string { return self }, Clock: b.clock, Output: b.log,
		Domain: "api.local:8080", Replace: map[string]string{"MUSIC": "local", "ABSENT": "x"},
		Env: map[string]string{asFunction: "1", "MEET": b.meeting.server.URL}}
	if change != nil {
		change(&o)
	}
	b.gateway, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewServer(b.gateway)
	b.client = &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
	t.Cleanup(b.stop)
	return b
}

func (b *bench) stop() {
	var pids []int
	for _, f := range b.gateway.functions {
		pids = append(pids, f.PIDs()...)
	}
	b.meeting.open()
	b.gateway.Close()
	b.server.Close()
	b.client.CloseIdleConnections()
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			b.t.Errorf("the process %d outlived Close: %v", pid, err)
		}
	}
	for name, n := range b.gateway.Processes() {
		if n != 0 {
			b.t.Errorf("the function %s still has %d processes", name, n)
		}
	}
	if b.t.Failed() {
		b.t.Log("output:\n" + b.log.String())
	}
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (b *bench) do(method, path, body string, headers ...string) answer {
	b.t.Helper()
	a, err := b.try(method, path, body, headers...)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) try(method, path, body string, headers ...string) (answer, error) {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, b.server.URL+path, in)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, err
}

// want checks status and body of the gateway's own answers.
func (a answer) want(t *testing.T, status int, message string) {
	t.Helper()
	if want := `{"message":"` + message + `"}`; a.status != status || a.body != want ||
		a.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %q (%s), want %d %q", a.status, a.body, a.header.Get("Content-Type"), status, want)
	}
	if a.header.Get("Apigw-Requestid") == "" {
		t.Error("the answer has no request id")
	}
}

// lines collects output.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// meeting is where functions report and wait until they may go on.
type meeting struct {
	server  *httptest.Server
	arrived chan string // payloads
	release chan struct{}
	once    sync.Once
}

func newMeeting(t *testing.T) *meeting {
	m := &meeting{arrived: make(chan string, 100), release: make(chan struct{})}
	m.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, _ := io.ReadAll(r.Body)
		m.arrived <- string(payload)
		<-m.release
		_, _ = io.WriteString(w, `"met"`)
	}))
	t.Cleanup(m.server.Close)
	return m
}

func (m *meeting) open() { m.once.Do(func() { close(m.release) }) }

func (m *meeting) next(t *testing.T) string {
	t.Helper()
	select {
	case p := <-m.arrived:
		return p
	case <-time.After(20 * time.Second):
		t.Fatal("no function came to the meeting")
		return ""
	}
}
