package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

// bucket is the folder of the music in S3, from which its distribution serves it.
type bucket struct {
	s3   *s3.Client
	name string
}

// openBucket reads MUSIC_BUCKET, AWS's own settings and AWS_ENDPOINT_URL_S3. The client is built by hand: the SDK's
// config package is larger than this function.
func openBucket(r *env.Reader) bucket {
	keys := aws.Credentials{
		AccessKeyID:     r.String("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: r.String("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    r.Optional("AWS_SESSION_TOKEN"),
	}
	o := s3.Options{
		Region:      r.String("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil }),
		HTTPClient:  &http.Client{Timeout: 3 * time.Second},
		Retryer:     retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 2 }),
	}
	if endpoint := r.OptionalURL("AWS_ENDPOINT_URL_S3"); endpoint != "" {
		o.BaseEndpoint, o.UsePathStyle = &endpoint, true
	}
	return bucket{s3.New(o), r.String("MUSIC_BUCKET")}
}

// Keep implements shelf.
func (b bucket) Keep(ctx context.Context, path string, content []byte) error {
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.name, Key: aws.String("music" + path), ContentType: aws.String("audio/wav"),
		CacheControl: aws.String("public, max-age=31536000, immutable"), Body: bytes.NewReader(content),
	})
	if err != nil {
		return fmt.Errorf("%w: keep a piece of music: %w", service.ErrUnavailable, err)
	}
	return nil
}
