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
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"warmtransfer/local/gateway/sam"
)

func TestGuardLetsThroughWhatIsAllowedAndNotesIt(t *testing.T) {
	for need, c := range asks {
		t.Run(need, func(t *testing.T) {
			r := newRig(t, "the-reader")
			err := c.ask(context.Background(), r)
			used, refused := list(r.guard.Used()), list(r.guard.Refused())
			if c.may {
				if err != nil || len(r.got) != 1 || !slices.Equal(used, []string{"the-reader: " + need}) ||
					refused != nil {
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
			want := "assumed-role/ReaderFunctionRole/the-reader is not authorized to perform: " + action +
				" on resource: " + resource + " "
			if !strings.Contains(api.ErrorMessage(), want) {
				t.Errorf("told %q, want %q", api.ErrorMessage(), want)
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

// One request deletes many objects, and needs a permission for each.
func TestObjectsAreDeletedOneByOne(t *testing.T) {
	r := newRig(t, "the-reader")
	remove := func(keys ...string) error {
		var some []s3types.ObjectIdentifier
		for _, k := range keys {
			some = append(some, s3types.ObjectIdentifier{Key: &k})
		}
		_, err := r.objects.DeleteObjects(context.Background(),
			&s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &s3types.Delete{Objects: some}})
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
		if err := c.ask(context.Background(), r); !errors.As(err, &api) ||
			!strings.HasPrefix(api.ErrorCode(), "UnrecognizedClient") {
			t.Errorf("%s: %v", need, err)
		}
	}
	res, err := http.Post(r.url, "application/x-amz-json-1.0", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 400 ||
		!strings.Contains(string(body), "MissingAuthenticationToken") {
		t.Errorf("unsigned: %d %s", res.StatusCode, body)
	}
	if len(r.got) != 0 {
		t.Errorf("%d requests came through", len(r.got))
	}
}

// A service that does not answer looks the same with a guard as without.
func TestServiceThatIsDownIsACutConnection(t *testing.T) {
	g := New([]sam.Function{reader})
	proxy, end := Proxy(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	defer end()
	server := httptest.NewServer(g.Before(proxy))
	defer server.Close()
	r := newRig(t, "the-reader")
	_, err := r.table.Query(context.Background(),
		&dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("live")},
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
		{"the-reader", "secretsmanager:GetSecretValue", secretARN},
		{"the-reader", "s3:GetObject", "arn:aws:s3:::bucket/open/a/b"},
		{"the-reader", "s3:DeleteObject", "arn:aws:s3:::bucket/open/a"},
		{"the-reader", "s3:ListBucket", "arn:aws:s3:::bucket"},
		{"other", "dynamodb:GetItem", table}, {"other", "dynamodb:GetItem", table + "/index/live"},
		{"other", "dynamodb:Query", table},
	}
	want := []string{
		"the-reader: dynamodb:GetItem on " + table + "/index/live", "the-reader: dynamodb:Query on " + table,
		"the-reader: s3:PutObject on arn:aws:s3:::bucket/open/*", "other: dynamodb:Query on " + table + "/index/live",
	}
	if got := list(Idle(functions, used)); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
