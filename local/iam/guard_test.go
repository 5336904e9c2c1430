package iam

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"warmtransfer/local/gateway/sam"
)

const secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:S-local0"

// reader is a function that may read.
var reader = sam.Function{LogicalID: "ReaderFunction", CodeURI: "functions/the-reader", Statements: []sam.Statement{
	{Effect: "Allow", Actions: []string{"dynamodb:GetItem", "dynamodb:Query"}, Resources: []string{table, table + "/index/live"}},
	{Effect: "Allow", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{secretARN}},
	{Effect: "Allow", Actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, Resources: []string{"arn:aws:s3:::bucket/open/*"}},
	{Effect: "Allow", Actions: []string{"s3:ListBucket"}, Resources: []string{"arn:aws:s3:::bucket"}},
	{Effect: "Deny", Actions: []string{"s3:DeleteObject"}, Resources: []string{"arn:aws:s3:::bucket/open/kept"}},
}}

// rig is a guard before a service that answers everything with "{}", and the SDK's clients
// of one function.
type rig struct {
	guard   *Guard
	got     []string // the bodies that came through
	url     string
	table   *dynamodb.Client
	secrets *secretsmanager.Client
	objects *s3.Client
}

func newRig(t *testing.T, as string) *rig {
	t.Helper()
	r := &rig{guard: New([]sam.Function{reader})}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.got = append(r.got, string(body))
		if req.Header.Get("X-Amz-Target") != "" {
			_, _ = io.WriteString(w, "{}")
		}
	}))
	t.Cleanup(service.Close)
	to, err := url.Parse(service.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy, end := Proxy(to)
	t.Cleanup(end)
	server := httptest.NewServer(r.guard.Before(proxy))
	t.Cleanup(server.Close)
	r.url = server.URL
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: Key(as), SecretAccessKey: "any", SessionToken: "any"}, nil
	})
	r.table = dynamodb.New(dynamodb.Options{Region: sam.Region, BaseEndpoint: &r.url, Credentials: keys})
	r.secrets = secretsmanager.New(secretsmanager.Options{Region: sam.Region, BaseEndpoint: &r.url, Credentials: keys})
	r.objects = s3.New(s3.Options{Region: sam.Region, BaseEndpoint: &r.url, UsePathStyle: true, Credentials: keys})
	return r
}

// asks are requests of the unmodified SDK, by what they need.
var asks = map[string]struct {
	may bool
	ask func(context.Context, *rig) error
}{
	"dynamodb:GetItem on " + table: {true, func(ctx context.Context, r *rig) error {
		_, err := r.table.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("calls"), Key: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:GetItem on " + table + "2": {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table + "2"), Key: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:PutItem on " + table: {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("calls"), Item: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:Query on " + table + "/index/live": {true, func(ctx context.Context, r *rig) error {
		_, err := r.table.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("live")})
		return err
	}},
	"dynamodb:Query on " + table + "/index/agents": {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("agents")})
		return err
	}},
	"dynamodb:ListTables on *": {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.ListTables(ctx, &dynamodb.ListTablesInput{})
		return err
	}},
	"secretsmanager:GetSecretValue on " + secretARN: {true, func(ctx context.Context, r *rig) error {
		_, err := r.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secretARN)})
		return err
	}},
	"secretsmanager:GetSecretValue on " + secretARN + "2": {false, func(ctx context.Context, r *rig) error {
		_, err := r.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("S-local02")})
		return err
	}},
	"s3:PutObject on arn:aws:s3:::bucket/open/x": {true, func(ctx context.Context, r *rig) error {
		_, err := r.objects.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("open/x"), Body: strings.NewReader("x")})
		return err
	}},
	"s3:GetObject on arn:aws:s3:::bucket/shut": {false, func(ctx context.Context, r *rig) error {
		_, err := r.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("shut")})
		return err
	}},
	"s3:DeleteObject on arn:aws:s3:::bucket/open/kept": {false, func(ctx context.Context, r *rig) error {
		_, err := r.objects.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("open/kept")})
		return err
	}},
}

func TestGuardLetsThroughWhatIsAllowedAndNotesIt(t *testing.T) {
	for need, c := range asks {
		t.Run(need, func(t *testing.T) {
			r := newRig(t, "the-reader")
			err := c.ask(context.Background(), r)
			used, refused := list(r.guard.Used()), list(r.guard.Refused())
			if c.may {
				if err != nil || len(r.got) != 1 || !slices.Equal(used, []string{"the-reader: " + need}) || refused != nil {
					t.Errorf("%v; %q came through; used %q, refused %q", err, r.got, used, refused)
				}
				return
			}
			if len(r.got) != 0 || used != nil || !slices.Equal(refused, []string{"the-reader: " + need}) {
				t.Errorf("%q came through; used %q, refused %q", r.got, used, refused)
			}
			var api smithy.APIError
			if !errors.As(err, &api) || !strings.HasPrefix(api.ErrorCode(), "AccessDenied") {
				t.Fatalf("the SDK understood %v", err)
			}
			action, resource, _ := strings.Cut(need, " on ")
			for _, want := range []string{"assumed-role/ReaderFunctionRole/the-reader is not authorized to perform: " + action + " on resource: " + resource + " "} {
				if !strings.Contains(api.ErrorMessage(), want) {
					t.Errorf("told %q, want %q", api.ErrorMessage(), want)
				}
			}
		})
	}
}

func list(uses []Use) (all []string) {
	for _, u := range uses {
		all = append(all, u.String())
	}
	return all
}

// Many are deleted by one request, and leave is needed for each.
func TestObjectsAreDeletedOneByOne(t *testing.T) {
	r := newRig(t, "the-reader")
	remove := func(keys ...string) error {
		var some []s3types.ObjectIdentifier
		for _, k := range keys {
			some = append(some, s3types.ObjectIdentifier{Key: &k})
		}
		_, err := r.objects.DeleteObjects(context.Background(), &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &s3types.Delete{Objects: some}})
		return err
	}
	if err := remove("open/a", "open/b"); err != nil || len(r.guard.Used()) != 2 {
		t.Errorf("%v, used %v", err, r.guard.Used())
	}
	if err := remove("open/a", "open/kept"); err == nil || !strings.Contains(err.Error(), "explicit deny") {
		t.Errorf("got %v", err)
	}
}

func TestWhoIsNoFunctionIsRefused(t *testing.T) {
	r := newRig(t, "somebody")
	for need, c := range asks {
		var api smithy.APIError
		if err := c.ask(context.Background(), r); !errors.As(err, &api) || !strings.HasPrefix(api.ErrorCode(), "UnrecognizedClient") {
			t.Errorf("%s: %v", need, err)
		}
	}
	res, err := http.Post(r.url, "application/x-amz-json-1.0", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 400 || !strings.Contains(string(body), "MissingAuthenticationToken") {
		t.Errorf("unsigned: %d %s", res.StatusCode, body)
	}
	if len(r.got) != 0 {
		t.Errorf("%d requests came through", len(r.got))
	}
}

// A service that does not answer looks as it does without a guard.
func TestServiceThatIsDownIsACutConnection(t *testing.T) {
	g := New([]sam.Function{reader})
	proxy, end := Proxy(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	defer end()
	server := httptest.NewServer(g.Before(proxy))
	defer server.Close()
	r := newRig(t, "the-reader")
	_, err := r.table.Query(context.Background(), &dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("live")},
		func(o *dynamodb.Options) { o.BaseEndpoint, o.Retryer = &server.URL, aws.NopRetryer{} })
	var api smithy.APIError
	if err == nil || errors.As(err, &api) {
		t.Errorf("got %v, want no answer", err)
	}
}

func TestIdleIsWhatNobodyUsed(t *testing.T) {
	functions := []sam.Function{reader, {CodeURI: "functions/other", Statements: reader.Statements[:1]}}
	used := []Use{
		{"the-reader", "dynamodb:GetItem", table}, {"the-reader", "dynamodb:Query", table + "/index/live"},
		{"the-reader", "secretsmanager:GetSecretValue", secretARN}, {"the-reader", "s3:GetObject", "arn:aws:s3:::bucket/open/a/b"},
		{"the-reader", "s3:DeleteObject", "arn:aws:s3:::bucket/open/a"}, {"the-reader", "s3:ListBucket", "arn:aws:s3:::bucket"},
		{"other", "dynamodb:GetItem", table}, {"other", "dynamodb:GetItem", table + "/index/live"}, {"other", "dynamodb:Query", table},
	}
	want := []string{
		"the-reader: dynamodb:GetItem on " + table + "/index/live", "the-reader: dynamodb:Query on " + table,
		"the-reader: s3:PutObject on arn:aws:s3:::bucket/open/*", "other: dynamodb:Query on " + table + "/index/live",
	}
	if got := list(Idle(functions, used)); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
