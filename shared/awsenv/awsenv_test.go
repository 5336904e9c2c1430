package awsenv_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
)

func TestAClientHasTheFunctionsRegionAndKeys(t *testing.T) {
	all := map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush",
		"AWS_SESSION_TOKEN": "session", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9/"}
	r := env.New(func(name string) string { return all[name] })
	s := awsenv.Open(r, "AWS_ENDPOINT_URL_S3")
	keys, err := s.Credentials().Retrieve(t.Context())
	want := aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush", SessionToken: "session"}
	if err != nil || keys != want || s.Keys != want {
		t.Errorf("credentials %+v, %v", keys, err)
	}
	if s.Region != "eu-west-1" || aws.ToString(s.Endpoint) != "http://127.0.0.1:9" || r.Err() != nil {
		t.Errorf("region %q, address %q, %v", s.Region, aws.ToString(s.Endpoint), r.Err())
	}
	if other := awsenv.Open(r, "AWS_ENDPOINT_URL_DYNAMODB"); other.Endpoint != nil {
		t.Errorf("another service's address is %q", *other.Endpoint)
	}
}

func TestWhatIsMissingIsReported(t *testing.T) {
	r := env.New(func(string) string { return "" })
	awsenv.Open(r, "AWS_ENDPOINT_URL_S3")
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.Err(); err != nil && (strings.Contains(err.Error(), "TOKEN") || strings.Contains(err.Error(), "S3")) {
		t.Errorf("what may be missing is reported: %v", err)
	}
}
