package iam

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"warmtransfer/local/gateway/sam"
)

const secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:S-local0"

// reader is a function that may read.
var reader = sam.Function{LogicalID: "ReaderFunction", CodeURI: "functions/the-reader", Statements: []sam.Statement{
	{Effect: "Allow", Actions: []string{"dynamodb:GetItem", "dynamodb:Query"},
		Resources: []string{table, table + "/index/live"}},
	{Effect: "Allow", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{secretARN}},
	{Effect: "Allow", Actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
		Resources: []string{"arn:aws:s3:::bucket/open/*"}},
	{Effect: "Allow", Actions: []string{"s3:ListBucket"}, Resources: []string{"arn:aws:s3:::bucket"}},
	{Effect: "Deny", Actions: []string{"s3:DeleteObject"}, Resources: []string{"arn:aws:s3:::bucket/open/kept"}},
}}

// rig is a guard before a service that answers everything with "{}", with the SDK's clients of one function.
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
		_, err := r.table.GetItem(ctx,
			&dynamodb.GetItemInput{TableName: aws.String("calls"), Key: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:GetItem on " + table + "2": {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.GetItem(ctx,
			&dynamodb.GetItemInput{TableName: aws.String(table + "2"), Key: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:BatchGetItem on " + table: {false, func(ctx context.Context, r *rig) error {
		keys := types.KeysAndAttributes{Keys: []map[string]types.AttributeValue{{}}}
		_, err := r.table.BatchGetItem(ctx,
			&dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"calls": keys}})
		return err
	}},
	"dynamodb:PutItem on " + table: {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.PutItem(ctx,
			&dynamodb.PutItemInput{TableName: aws.String("calls"), Item: map[string]types.AttributeValue{}})
		return err
	}},
	"dynamodb:Query on " + table + "/index/live": {true, func(ctx context.Context, r *rig) error {
		_, err := r.table.Query(ctx,
			&dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("live")})
		return err
	}},
	"dynamodb:Query on " + table + "/index/agents": {false, func(ctx context.Context, r *rig) error {
		_, err := r.table.Query(ctx,
			&dynamodb.QueryInput{TableName: aws.String("calls"), IndexName: aws.String("agents")})
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
		_, err := r.objects.PutObject(ctx,
			&s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("open/x"), Body: strings.NewReader("x")})
		return err
	}},
	"s3:GetObject on arn:aws:s3:::bucket/shut": {false, func(ctx context.Context, r *rig) error {
		_, err := r.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("shut")})
		return err
	}},
	"s3:DeleteObject on arn:aws:s3:::bucket/open/kept": {false, func(ctx context.Context, r *rig) error {
		_, err := r.objects.DeleteObject(ctx,
			&s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("open/kept")})
		return err
	}},
}
