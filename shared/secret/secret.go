// Package secret holds the credentials of the Twilio account. It reads them from AWS Secrets Manager
// once for each process, and again when they were refused.
//
// It knows the form of the secret's JSON and which versions of the secret are valid, not what the
// credentials are used for. No value ever gets into an error.
package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/twilio"
)

const (
	// readTime bounds a read with its one retry.
	readTime = 1500 * time.Millisecond
	// tryTime bounds one attempt, so that there is time for the other.
	tryTime = 700 * time.Millisecond
	// renewEvery is the shortest time between two reads by Renewed: a stranger who sends bad
	// signatures must not make us read the secret for each of them.
	renewEvery = 5 * time.Second
)

// Secret implements twilio.Keys.
type Secret struct {
	id     string
	client *secretsmanager.Client
	now    func() time.Time

	cached atomic.Pointer[twilio.Credentials]
	turn   chan struct{} // a lock: it guards asked and the reading of the secret
	asked  time.Time     // when Renewed last read it
}

var _ twilio.Keys = (*Secret)(nil)

// Open reads the settings SECRET_ID, AWS's own and AWS_ENDPOINT_URL_SECRETS_MANAGER. It does not read the secret yet.
func Open(r *env.Reader) *Secret {
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_SECRETS_MANAGER")
	client := secretsmanager.New(secretsmanager.Options{
		Region: own.Region, Credentials: own.Credentials(), BaseEndpoint: own.Endpoint,
		HTTPClient: &http.Client{
			Timeout:   tryTime,
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 3},
		},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 2
			o.MaxBackoff = 50 * time.Millisecond
		}),
	})
	return &Secret{id: r.String("SECRET_ID"), client: client, now: time.Now, turn: make(chan struct{}, 1)}
}

// Warm reads the secret ahead of the first request. It cannot fail; without its result the first
// request reads the secret.
func (s *Secret) Warm(ctx context.Context) { _, _ = s.Credentials(ctx) }

// Credentials implements twilio.Keys. If many ask at once while there are none, one reads and the
// others wait for it.
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

// Renewed implements twilio.Keys. It reads all versions: those besides the current one only matter while a token is
// being replaced (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html), so
// Credentials does not wait for them. While Secrets Manager cannot be reached the cached credentials stay (F125).
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
		return *old, old != before // another request may have renewed them meanwhile
	}
	s.asked = now
	c, err := s.all(ctx, *old)
	if err != nil || same(c, *old) {
		return *old, false
	}
	s.cached.Store(&c)
	return c, true
}

// all is the current version with the tokens of the others; all are read at the same time.
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
			c.AuthTokens = with(c.AuthTokens, old.AuthTokens...) // they may still be valid
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

// read reads one version. What is not JSON comes out empty.
func (s *Secret) read(ctx context.Context, stage string) (v version, err error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.id, VersionStage: &stage})
	if err != nil {
		return version{}, fmt.Errorf("read secret, %s: %w", stage, reason(ctx, err))
	}
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &v) != nil {
		return version{}, nil
	}
	return v, nil
}
