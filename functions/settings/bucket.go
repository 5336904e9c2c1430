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

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

// bucket is the folder of the music in S3, from which its distribution serves it.
type bucket struct {
	s3   *s3.Client
	name string
}

// openBucket reads MUSIC_BUCKET, AWS's own settings and AWS_ENDPOINT_URL_S3.
func openBucket(r *env.Reader) bucket {
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_S3")
	return bucket{s3.New(s3.Options{
		Region: own.Region, Credentials: own.Credentials(), BaseEndpoint: own.Endpoint,
		UsePathStyle: own.Endpoint != nil,
		HTTPClient:   &http.Client{Timeout: 3 * time.Second},
		Retryer:      retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 2 }),
	}), r.String("MUSIC_BUCKET")}
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
