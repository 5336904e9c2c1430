// Package awsenv reads what every client of AWS needs from a function's environment: the region, the credentials of the
// function's role, and an address that stands in for AWS's.
//
// Clients are built by hand from it: the SDK's config package looks in more places and would slow down every start. How
// long a client waits and how often it tries is its own; this package knows no service.
package awsenv

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warmtransfer/shared/env"
)

// Settings are those of one client.
type Settings struct {
	Region   string
	Keys     aws.Credentials // the process's own; they last as long as it
	Endpoint *string         // the address of what stands in for AWS; nil is AWS's own
}

// Open reads AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which Lambda sets
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), and the
// address in the setting named endpoint, if there is one. The reader reports what is missing.
func Open(r *env.Reader, endpoint string) Settings {
	s := Settings{
		Region: r.String("AWS_REGION"),
		Keys: aws.Credentials{
			AccessKeyID:     r.String("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: r.String("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    r.Optional("AWS_SESSION_TOKEN"),
		},
	}
	if url := r.OptionalURL(endpoint); url != "" {
		s.Endpoint = &url
	}
	return s
}

// Credentials gives a client of the SDK the keys.
func (s Settings) Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return s.Keys, nil })
}
