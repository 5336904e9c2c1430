package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
)

// historyName is the object that records which files the last two releases need.
const historyName = "release.json"

// ownMusic is the folder of what supervisors have uploaded (functions/settings). It belongs to no release.
const ownMusic = "music/own/"

// history is the content of historyName.
type history struct {
	Current  past `json:"current"`
	Previous past `json:"previous"`
}

type past struct {
	ID     string   `json:"id"`
	Assets []string `json:"assets"`
}

// bucket is S3, as far as a release needs it.
type bucket struct{ s3 *s3.Client }

// openBucket reads AWS's own settings and AWS_ENDPOINT_URL_S3.
func openBucket(r *env.Reader) bucket {
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_S3")
	return bucket{s3.New(s3.Options{
		Region: own.Region, Credentials: own.Credentials(), BaseEndpoint: own.Endpoint,
		UsePathStyle: own.Endpoint != nil,
		HTTPClient:   &http.Client{Timeout: 20 * time.Second},
		Retryer:      retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 3 }),
	})}
}

// publish makes the bucket serve the release. Files of the release before stay, because open pages
// still ask for them; files of older ones are deleted.
func (b bucket) publish(ctx context.Context, name string, r release) error {
	h, err := b.history(ctx, name)
	if err != nil {
		return err
	}
	if h.Current.ID != r.id { // not the same release again
		h.Previous = h.Current
	}
	h.Current = past{r.id, r.assets()}
	note, err := json.Marshal(h)
	if err != nil {
		return err
	}
	// First, so that after a failure every uploaded file is in the history.
	if err := b.put(ctx, name, file{historyName, kinds[".json"], ask, note}); err != nil {
		return err
	}
	keep := map[string]bool{historyName: true}
	for _, a := range h.Previous.Assets {
		keep[a] = true
	}
	for _, f := range r.files {
		keep[f.name] = true
		if err := b.put(ctx, name, f); err != nil {
			return err
		}
	}
	return b.remove(ctx, name, func(key string) bool { return !keep[key] && !strings.HasPrefix(key, ownMusic) })
}

// empty removes everything. A bucket that is gone is empty.
func (b bucket) empty(ctx context.Context, name string) error {
	err := b.remove(ctx, name, func(string) bool { return true })
	var gone *types.NoSuchBucket
	if errors.As(err, &gone) || code(err) == "NoSuchBucket" {
		return nil
	}
	return err
}

func (b bucket) history(ctx context.Context, name string) (h history, err error) {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &name, Key: aws.String(historyName)})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return h, nil
	}
	if err != nil {
		return h, refusedBy("read "+historyName+" from", err)
	}
	defer func() { _ = out.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(out.Body, 1<<20))
	if err != nil {
		return h, refusedBy("read "+historyName+" from", err)
	}
	if json.Unmarshal(raw, &h) != nil { // not our content: start again
		return history{}, nil
	}
	return h, nil
}

func (b bucket) put(ctx context.Context, name string, f file) error {
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &name, Key: &f.name, ContentType: &f.kind, CacheControl: &f.cache, Body: bytes.NewReader(f.content),
	})
	return refusedBy("write "+f.name+" to", err)
}

// remove deletes the objects for which goes is true.
func (b bucket) remove(ctx context.Context, name string, goes func(key string) bool) error {
	var doomed []types.ObjectIdentifier
	pages := s3.NewListObjectsV2Paginator(b.s3, &s3.ListObjectsV2Input{Bucket: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return refusedBy("list", err)
		}
		for _, o := range page.Contents {
			if goes(aws.ToString(o.Key)) {
				doomed = append(doomed, types.ObjectIdentifier{Key: o.Key})
			}
		}
	}
	for some := range slices.Chunk(doomed, 1000) { // S3's limit of one request
		out, err := b.s3.DeleteObjects(ctx,
			&s3.DeleteObjectsInput{Bucket: &name, Delete: &types.Delete{Objects: some, Quiet: aws.Bool(true)}})
		if err != nil {
			return refusedBy("delete from", err)
		}
		if len(out.Errors) > 0 {
			return fmt.Errorf("the page's bucket: S3 did not delete %s: %s", aws.ToString(out.Errors[0].Key),
				aws.ToString(out.Errors[0].Code))
		}
	}
	return nil
}

// refusedBy says what S3 did not do, without S3's text, which names the account.
func refusedBy(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return context.DeadlineExceeded
	case code(err) != "":
		return fmt.Errorf("the page's bucket: S3 refuses to %s it: %w", what, &answered{code(err), err})
	}
	return fmt.Errorf("the page's bucket: S3 did not %s it, or did not answer; deploy again", what)
}

// answered is S3's refusal as its code alone.
type answered struct {
	code string
	err  error
}

func (a *answered) Error() string { return a.code }
func (a *answered) Unwrap() error { return a.err }

func code(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return ""
}
