package secrets

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"warmtransfer/local/clock"
)

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// reader makes a secret, and the unmodified SDK that reads it.
func reader(t *testing.T) (*Secrets, *secretsmanager.Client) {
	t.Helper()
	s := New("TwilioSecret", clock.NewManual(epoch))
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return s, secretsmanager.New(secretsmanager.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
}

// get reads a stage ("" asks for none) and returns the text, or the error.
func get(c *secretsmanager.Client, id, stage string) (*secretsmanager.GetSecretValueOutput, error) {
	in := &secretsmanager.GetSecretValueInput{SecretId: &id}
	if stage != "" {
		in.VersionStage = &stage
	}
	return c.GetSecretValue(context.Background(), in)
}

func TestStages(t *testing.T) {
	s, c := reader(t)
	s.Set(Current, `{"authToken":"one"}`)
	s.Rotate(`{"authToken":"two"}`)
	s.Set(Pending, `{"authToken":"three"}`)
	for stage, want := range map[string]string{"": "two", Current: "two", Previous: "one", Pending: "three"} {
		out, err := get(c, "TwilioSecret", stage)
		if err != nil {
			t.Errorf("%s: %v", stage, err)
			continue
		}
		if *out.SecretString != `{"authToken":"`+want+`"}` || *out.Name != "TwilioSecret" ||
			!out.CreatedDate.Equal(epoch) {
			t.Errorf("%s: got %s of %s, made %v; want %s", stage, *out.SecretString, *out.Name, out.CreatedDate, want)
		}
		if stage != "" && !slices.Equal(out.VersionStages, []string{stage}) {
			t.Errorf("%s: stages %v", stage, out.VersionStages)
		}
		again, err := c.GetSecretValue(context.Background(),
			&secretsmanager.GetSecretValueInput{SecretId: out.ARN, VersionId: out.VersionId})
		if err != nil || *again.SecretString != *out.SecretString {
			t.Errorf("%s by its version and the secret's ARN: %v", stage, err)
		}
	}
	if got := s.Reads(); got != 8 {
		t.Errorf("%d reads, want 8", got)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s, c := reader(t)
	for _, ask := range [][2]string{{"TwilioSecret", ""}, {"TwilioSecret", Previous}, {"Other", ""}} {
		_, err := get(c, ask[0], ask[1])
		var absent *types.ResourceNotFoundException
		if !errors.As(err, &absent) || absent.ErrorMessage() == "" {
			t.Errorf("%v: got %v", ask, err)
		}
	}
	s.Set(Pending, "x")
	if _, err := get(c, "TwilioSecret", Pending); err != nil {
		t.Error(err)
	}
	s.Set(Pending, "")
	if _, err := get(c, "TwilioSecret", Pending); err == nil {
		t.Error("a stage that was taken away is still there")
	}
}

func TestOutage(t *testing.T) {
	s, c := reader(t)
	s.Set(Current, "x")
	s.Fail(true)
	_, err := get(c, "TwilioSecret", "")
	var fault smithy.APIError
	if !errors.As(err, &fault) || fault.ErrorCode() != "InternalServiceError" ||
		fault.ErrorFault() != smithy.FaultServer {
		t.Errorf("in an outage: %v", err)
	}
	s.Fail(false)
	if _, err := get(c, "TwilioSecret", ""); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestBadRequests(t *testing.T) {
	s, _ := reader(t)
	for _, r := range []struct{ method, target, body, want string }{
		{"POST", "secretsmanager.PutSecretValue", "{}", "UnknownOperationException"},
		{"GET", "secretsmanager.GetSecretValue", "{}", "UnknownOperationException"},
		{"POST", "", "{}", "UnknownOperationException"},
		{"POST", "secretsmanager.GetSecretValue", "[", "SerializationException"},
		{"POST", "secretsmanager.GetSecretValue", "", "SerializationException"},
		{"POST", "secretsmanager.GetSecretValue", `{"SecretId":"` + strings.Repeat("a", maxBody) + `"}`,
			"SerializationException"},
		{"POST", "secretsmanager.GetSecretValue", "{}", "ValidationException"},
	} {
		w := httptest.NewRecorder()
		in := httptest.NewRequest(r.method, "/", strings.NewReader(r.body))
		in.Header.Set("X-Amz-Target", r.target)
		s.ServeHTTP(w, in)
		if w.Code != 400 || !strings.Contains(w.Body.String(), `"__type":"`+r.want+`"`) {
			t.Errorf("%s %s: %d %s, want %s", r.method, r.target, w.Code, w.Body, r.want)
		}
	}
}
