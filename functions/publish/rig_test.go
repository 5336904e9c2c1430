package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"warmtransfer/local/clock"
	"warmtransfer/local/iam"
	"warmtransfer/local/secrets"
	"warmtransfer/local/twiliosim"
	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/twilio"
)

const (
	bucketName = "warm-transfer-pagebucket-1x2y3z4a5b6c"
	ourNumber  = "+15550100100"
	account    = "AC00000000000000000000000000000001"
	apiKey     = "SK00000000000000000000000000000001"
	apiSecret  = "abcdef0123456789abcdef0123456789"
)

// rig is everything around the function: S3, Cognito, the secret, the phone network, and CloudFormation's
// address for answers. Requests to AWS pass the function's own role.
type rig struct {
	t       *testing.T
	role    role
	secrets *secrets.Secrets
	s3      *s3.Client
	network *twiliosim.Network
	clock   *clock.Manual
	cognito *cognito
	cloud   *cloudFormation
	keys    twilio.Credentials
	page    fstest.MapFS
	// deny names an S3 operation ("PUT /key", "GET ?list") that S3 refuses.
	deny    func(r *http.Request) bool
	timeout time.Duration
	margin  time.Duration
	log     strings.Builder
	env     map[string]string
	cache   map[string]string // Cache-Control by path
	numbers numbers
}

func newRig(t *testing.T) *rig { return newRigFor(t, "") }

// newRigFor is for a stack whose agents sign in with issuer, "" for Cognito.
func newRigFor(t *testing.T, issuer string) *rig {
	t.Helper()
	r := &rig{t: t, role: readRole(t, issuer), clock: clock.NewManual(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)),
		cognito: &cognito{}, cloud: &cloudFormation{}, cache: map[string]string{}, timeout: time.Minute,
		keys: twilio.Credentials{AccountSID: account, AuthTokens: []string{"0123456789abcdef0123456789abcdef"},
			APIKey: apiKey, APISecret: apiSecret},
		page: fstest.MapFS{
			".gitkeep": {}, "index.html": file0("<html>one"), "assets/main-AAAAAAAA.js": file0("one"),
			"favicon.svg":  file0("<svg/>"),
			"music/00.wav": file0("RIFF"), "config.json": file0("a developer's"),
		}}
	backend := s3mem.New()
	store := gofakes3.New(backend).Server()
	objects := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.deny != nil && r.deny(req) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w,
				`<Error><Code>AccessDenied</Code><Message>User arn:aws:sts::123456789012 may not</Message></Error>`)
			return
		}
		if req.Method == http.MethodPut {
			r.cache[req.URL.Path] = req.Header.Get("Cache-Control") // the fake S3 does not keep it
		}
		store.ServeHTTP(w, req)
	})
	bucketServer := r.serve(objects) // for the test's own requests
	if err := backend.CreateBucket(bucketName); err != nil {
		t.Fatal(err)
	}
	r.s3 = s3.New(s3.Options{Region: "eu-central-1", BaseEndpoint: &bucketServer, UsePathStyle: true,
		Credentials: awsenv.Open(env.New(getter(awsEnv)), "AWS_ENDPOINT_URL_S3").Credentials()})
	var err error
	r.network, err = twiliosim.New(twiliosim.Config{Account: account, AuthToken: r.keys.AuthTokens[0], APIKey: apiKey,
		APISecret: apiSecret, Number: ourNumber, Clock: r.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.network.Close)
	r.cognito.settings = map[string]any{
		"UserPoolId": "eu-central-1_AbCdEfGhI", "ClientId": "1example23456789", "ClientName": "agent-page",
		"ClientSecret": "none",
		"CreationDate": 1.7e9, "LastModifiedDate": 1.7e9, "CallbackURLs": []any{"https://not-yet.invalid/"},
		"LogoutURLs": []any{"https://not-yet.invalid/"}, "AllowedOAuthFlows": []any{"code"},
		"RefreshTokenRotation": map[string]any{"Feature": "ENABLED", "RetryGracePeriodSeconds": 30.0},
	}
	r.secrets = secrets.New(secretARN, r.clock)
	guard := r.role.guard
	r.env = map[string]string{
		"AWS_ENDPOINT_URL_S3":                        r.serve(guard.Before(objects)),
		"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": r.serve(guard.Before(r.cognito)),
		"AWS_ENDPOINT_URL_SECRETS_MANAGER":           r.serve(guard.Before(r.secrets)), "SECRET_ID": secretARN,
		"TWILIO_API_URL": r.serve(r.network.Handler()),
	}
	for k, v := range awsEnv {
		r.env[k] = v
	}
	r.env["AWS_ACCESS_KEY_ID"] = iam.Key("publish")
	return r
}

var awsEnv = map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "key",
	"AWS_SECRET_ACCESS_KEY": "secret"}

func getter(m map[string]string) func(string) string {
	return func(name string) string { return m[name] }
}

func file0(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func (r *rig) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	r.t.Cleanup(s.Close)
	return s.URL
}

// event is a recorded event whose answer comes here.
func (r *rig) event(kind string) cfn.Event {
	r.t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
	if err != nil {
		r.t.Fatal(err)
	}
	var e cfn.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		r.t.Fatal(err)
	}
	e.ResponseURL = r.serve(r.cloud) + "/response?X-Amz-Signature=secret"
	return e
}

// send makes the function handle an event, and returns its answer to CloudFormation.
func (r *rig) send(e cfn.Event) cfn.Response {
	r.t.Helper()
	reader := env.New(getter(r.env))
	value, err := json.Marshal(map[string]string{"accountSid": r.keys.AccountSID, "authToken": r.keys.AuthTokens[0],
		"apiKey": r.keys.APIKey, "apiSecret": r.keys.APISecret})
	if err != nil {
		r.t.Fatal(err)
	}
	r.secrets.Set(secrets.Current, string(value))
	calls := twilio.NewCalls(secret.Open(reader), twilio.CallSettings{APIURL: reader.OptionalURL("TWILIO_API_URL")})
	p := publisher{page: r.page, bucket: openBucket(reader), sign: openSignIn(reader), numbers: calls,
		log: slog.New(slog.NewJSONHandler(&r.log, nil))}
	if r.numbers != nil {
		p.numbers = r.numbers
	}
	return r.handle(e, p.work, reader.Err())
}

func (r *rig) handle(e cfn.Event, work func(context.Context, cfn.Event, func(string)) error,
	settings error) cfn.Response {
	r.t.Helper()
	before := r.cloud.count()
	h := handler{work: work, settings: settings, log: slog.New(slog.NewJSONHandler(&r.log, nil)), margin: r.margin,
		http: http.DefaultClient}
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	if err := h.handle(ctx, e); err != nil {
		r.t.Fatalf("the function failed, so that Lambda calls it again: %v", err)
	}
	if n := r.cloud.count() - before; n != 1 {
		r.t.Fatalf("CloudFormation got %d answers, want one", n)
	}
	if strings.Contains(r.log.String(), "X-Amz-Signature") {
		r.t.Error("the log holds the answering address, which lets anybody answer")
	}
	answer := r.cloud.last()
	if answer.PhysicalResourceID != resourceID || answer.StackID != e.StackID || answer.RequestID != e.RequestID ||
		answer.LogicalResourceID != e.LogicalResourceID {
		r.t.Errorf("the answer is for another resource: %+v", answer)
	}
	return answer
}

// mustSend is send; any answer but success fails the test.
func (r *rig) mustSend(kind string) {
	r.t.Helper()
	if a := r.send(r.event(kind)); a.Status != cfn.StatusSuccess {
		r.t.Fatalf("%s: %s, %s", kind, a.Status, a.Reason)
	}
}

// objects are the bucket's, by name: "kind; cache".
func (r *rig) objects() map[string]string {
	r.t.Helper()
	out, err := r.s3.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: aws.String(bucketName)})
	if err != nil {
		r.t.Fatal(err)
	}
	all := map[string]string{}
	for _, o := range out.Contents {
		h, err := r.s3.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: aws.String(bucketName), Key: o.Key})
		if err != nil {
			r.t.Fatal(err)
		}
		all[*o.Key] = aws.ToString(h.ContentType) + "; " + r.cache["/"+bucketName+"/"+*o.Key]
	}
	return all
}

func (r *rig) content(name string) string {
	r.t.Helper()
	out, err := r.s3.GetObject(context.Background(), &s3.GetObjectInput{Bucket: aws.String(bucketName), Key: &name})
	if err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	defer func() { _ = out.Body.Close() }()
	raw, err := io.ReadAll(out.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(raw)
}

// number is our number as the account has it.
func (r *rig) number() twilio.Number {
	r.t.Helper()
	n, err := twilio.NewCalls(twilio.Fixed{AccountSID: account, APIKey: apiKey, APISecret: apiSecret},
		twilio.CallSettings{APIURL: r.env["TWILIO_API_URL"]}).Number(context.Background(), ourNumber)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// hear lets an outside phone dial the number, and returns what it hears in a minute, without
// repetitions. It fails if the caller is hung up on.
func (r *rig) hear() (heard []string) {
	r.t.Helper()
	sid, err := r.network.PlaceCall(nil, "+15550100199", ourNumber)
	if err != nil {
		r.t.Fatal(err)
	}
	for range 60 {
		if err := r.network.Idle(context.Background()); err != nil {
			r.t.Fatal(err)
		}
		call, ok := r.network.Call(sid)
		if !ok || call.Status == "completed" {
			r.t.Fatalf("after %q the caller is hung up on", heard)
		}
		for _, h := range call.Hears {
			if h != "silence" && (len(heard) == 0 || heard[len(heard)-1] != h) {
				heard = append(heard, h)
			}
		}
		r.clock.Advance(time.Second)
	}
	return heard
}

// cloudFormation takes answers at a pre-signed address.
type cloudFormation struct {
	mu      sync.Mutex
	fail    int // number of requests that fail first
	answers []cfn.Response
}

func (c *cloudFormation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var a cfn.Response
	switch {
	case c.fail > 0:
		c.fail--
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Method != http.MethodPut || r.Header.Get("Content-Type") != "" || r.ContentLength < 1 ||
		r.ContentLength > 4096:
		w.WriteHeader(http.StatusForbidden) // as S3 does: the signature covers the headers
	case json.NewDecoder(r.Body).Decode(&a) != nil:
		w.WriteHeader(http.StatusBadRequest)
	default:
		c.answers = append(c.answers, a)
	}
}

func (c *cloudFormation) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.answers)
}

func (c *cloudFormation) last() cfn.Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answers[len(c.answers)-1]
}

// cognito has one client of a user pool.
type cognito struct {
	mu       sync.Mutex
	settings map[string]any
	refuse   string // the operation that is refused
	updates  int
}

func (c *cognito) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "AWSCognitoIdentityProviderService.")
	var body map[string]any
	err := json.NewDecoder(r.Body).Decode(&body)
	signed := strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/cognito-idp/aws4_request")
	if err != nil || !signed || operation == c.refuse {
		w.WriteHeader(http.StatusBadRequest)
		_,
			_ = fmt.Fprintf(w,
			`{"__type":"com.amazonaws#NotAuthorizedException","message":"arn:aws:sts::123456789012 may not"}`)
		return
	}
	switch operation {
	case "DescribeUserPoolClient":
		_ = json.NewEncoder(w).Encode(map[string]any{"UserPoolClient": c.settings})
	case "UpdateUserPoolClient":
		c.updates++
		c.settings = body
		_, _ = io.WriteString(w, `{"UserPoolClient":{}}`)
	}
}
