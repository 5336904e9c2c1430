// Package secret keeps the credentials of the Twilio account, which it reads from
// AWS Secrets Manager: once for each process, and again when they were not accepted.
//
// It knows what the secret's JSON looks like and which versions of it count. It does
// not know what the credentials are used for, and no value ever gets into an error.
package secret

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"warmtransfer/shared/env"
	"warmtransfer/shared/twilio"
)

const (
	// readTime bounds a reading with its one repetition.
	readTime = 1500 * time.Millisecond
	// tryTime bounds one attempt, so that there is time for the other.
	tryTime = 700 * time.Millisecond
	// renewEvery is how often Renewed may ask: whoever sends bad signatures must not make
	// us read the secret for each of them.
	renewEvery = 5 * time.Second
)

// Secret implements twilio.Keys.
type Secret struct {
	id     string
	client *secretsmanager.Client
	now    func() time.Time

	cached atomic.Pointer[twilio.Credentials]
	turn   chan struct{} // who has put something in may read the secret, and use asked
	asked  time.Time     // when Renewed last read it
}

var _ twilio.Keys = (*Secret)(nil)

// Open reads the settings SECRET_ID and AWS's own: AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_ENDPOINT_URL_SECRETS_MANAGER. It
// does not read the secret yet.
//
// The client is put together by hand: the SDK's config package would look in more
// places, and make every start slower.
func Open(r *env.Reader) *Secret {
	creds := aws.Credentials{
		AccessKeyID:     r.String("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: r.String("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    r.Optional("AWS_SESSION_TOKEN"),
	}
	o := secretsmanager.Options{
		Region: r.String("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return creds, nil
		}),
		HTTPClient: &http.Client{
			Timeout:   tryTime,
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 3},
		},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 2
			o.MaxBackoff = 50 * time.Millisecond
		}),
	}
	if endpoint := r.OptionalURL("AWS_ENDPOINT_URL_SECRETS_MANAGER"); endpoint != "" {
		o.BaseEndpoint = &endpoint
	}
	return &Secret{
		id: r.String("SECRET_ID"), client: secretsmanager.New(o),
		now: time.Now, turn: make(chan struct{}, 1),
	}
}

// Warm reads the secret ahead of the first request. It cannot fail; a request that
// comes before there is one reads it itself.
func (s *Secret) Warm(ctx context.Context) { _, _ = s.Credentials(ctx) }

// Credentials implements twilio.Keys. Of many who ask at once while there are none, one
// reads and the others wait for it.
func (s *Secret) Credentials(ctx context.Context) (twilio.Credentials, error) {
	if c := s.cached.Load(); c != nil {
		return *c, nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	if err := s.lock(ctx); err != nil {
		return twilio.Credentials{}, err
	}
	defer s.unlock()
	if c := s.cached.Load(); c != nil {
		return *c, nil
	}
	v, err := s.read(ctx, current)
	if err != nil {
		return twilio.Credentials{}, err
	}
	c, err := v.credentials()
	if err != nil {
		return twilio.Credentials{}, err
	}
	s.cached.Store(&c)
	return c, nil
}

// Renewed implements twilio.Keys. It reads all versions: those besides the current one
// are only of use while a token is being replaced, so nobody waits for them before.
// With Secrets Manager out of reach the cached ones stay (F125).
func (s *Secret) Renewed(ctx context.Context) (c twilio.Credentials, replaced bool) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	before := s.cached.Load()
	if before == nil || s.lock(ctx) != nil {
		return value(before), false
	}
	defer s.unlock()
	old, now := s.cached.Load(), s.now()
	if now.Before(s.asked.Add(renewEvery)) {
		return *old, old != before // somebody else has renewed them in between
	}
	s.asked = now
	c, err := s.all(ctx, *old)
	if err != nil || same(c, *old) {
		return *old, false
	}
	s.cached.Store(&c)
	return c, true
}

// all is the current version with the tokens of the others, read at the same time.
func (s *Secret) all(ctx context.Context, old twilio.Credentials) (twilio.Credentials, error) {
	stages := []string{current, previous, pending}
	versions, errs := make([]version, len(stages)), make([]error, len(stages))
	done := make(chan struct{})
	for i, stage := range stages {
		go func() {
			versions[i], errs[i] = s.read(ctx, stage)
			done <- struct{}{}
		}()
	}
	for range stages {
		<-done
	}
	if errs[0] != nil {
		return old, errs[0]
	}
	c, err := versions[0].credentials()
	if err != nil {
		return old, err
	}
	for i := 1; i < len(stages); i++ {
		if errs[i] != nil && !errors.Is(errs[i], errNone) {
			c.AuthTokens = with(c.AuthTokens, old.AuthTokens...) // not known to be gone
			c.SharedKeys = with(c.SharedKeys, old.SharedKeys...)
		} else if versions[i].AccountSID == c.AccountSID {
			c.AuthTokens = with(c.AuthTokens, versions[i].AuthToken)
			c.SharedKeys = with(c.SharedKeys, versions[i].SharedKey)
		}
	}
	return c, nil
}

func (s *Secret) lock(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the secret: %w", ctx.Err())
	}
}

func (s *Secret) unlock() { <-s.turn }

func value(c *twilio.Credentials) twilio.Credentials {
	if c == nil {
		return twilio.Credentials{}
	}
	return *c
}
