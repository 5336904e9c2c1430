package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"warmtransfer/shared/env"
	"warmtransfer/shared/twilio"
)

// manager stands in for Secrets Manager. It answers GetSecretValue only: our functions are allowed
// nothing else.
type manager struct {
	mu     sync.Mutex
	values map[string]string // by version stage
	errors map[string]string // by version stage: the AWS error instead
	down   bool
	asked  []string      // the stages, in order
	gate   chan struct{} // if not nil, an answer waits until it is closed
}

func (m *manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct{ SecretId, VersionStage string }
	_ = json.NewDecoder(r.Body).Decode(&q)
	m.mu.Lock()
	m.asked = append(m.asked, q.VersionStage)
	gate, down := m.gate, m.down
	value, code := m.values[q.VersionStage], m.errors[q.VersionStage]
	m.mu.Unlock()
	if gate != nil {
		<-gate
	}
	switch {
	case r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || q.SecretId != "the-secret" ||
		!strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKID/"):
		code = "AccessDeniedException"
	case down:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case code == "" && value == "":
		code = "ResourceNotFoundException"
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"Message":"no %s for account 123456789012"}`, code, value)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Name": q.SecretId, "SecretString": value})
}

func (m *manager) set(f func()) { m.mu.Lock(); defer m.mu.Unlock(); f() }

// stages returns the versions asked for since the last time, in alphabetical order.
func (m *manager) stages() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.asked
	m.asked = nil
	slices.Sort(out)
	return strings.Join(out, " ")
}

func text(token, key string) string {
	return fmt.Sprintf(`{"accountSid":"AC1","authToken":%q,"apiKey":%q,"apiSecret":"s-%s"}`, token, key, key)
}

// open returns a secret in a fake manager, and its clock, which the test moves.
func open(t *testing.T, m *manager) (*Secret, *time.Time) {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	settings := map[string]string{
		"SECRET_ID": "the-secret", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID",
		"AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "session", "AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL,
	}
	r := env.New(func(name string) string { return settings[name] })
	s := Open(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	return s, &now
}

func must(t *testing.T, s *Secret) twilio.Credentials {
	t.Helper()
	c, err := s.Credentials(t.Context())
	if err != nil {
		t.Fatalf("Credentials: %v", err)
	}
	return c
}

func TestMissingSettingsAreNamed(t *testing.T) {
	r := env.New(func(string) string { return "" })
	Open(r)
	err := r.Err()
	for _, name := range []string{"SECRET_ID", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
}

func TestReadOnceAndKept(t *testing.T) {
	m := &manager{values: map[string]string{current: text("tok", "SK1")}}
	s, _ := open(t, m)
	s.Warm(t.Context())
	for range 3 {
		c := must(t, s)
		if c.AccountSID != "AC1" || c.APIKey != "SK1" || c.APISecret != "s-SK1" ||
			!slices.Equal(c.AuthTokens, []string{"tok"}) {
			t.Fatalf("credentials = %+v", c)
		}
	}
	if got := m.stages(); got != current {
		t.Errorf("asked for %q; want the current version, once", got)
	}
}

func TestManyColdReadersReadOnce(t *testing.T) {
	m := &manager{values: map[string]string{current: text("tok", "SK1")}, gate: make(chan struct{})}
	s, _ := open(t, m)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if c, err := s.Credentials(context.Background()); err != nil || c.APIKey != "SK1" {
				t.Errorf("credentials = %+v, %v", c, err)
			}
		})
	}
	close(m.gate)
	all.Wait()
	if got := m.stages(); got != current {
		t.Errorf("asked for %q; want the current version, once", got)
	}
}

func TestAWaiterGivesUpWithItsRequest(t *testing.T) {
	m := &manager{values: map[string]string{current: text("tok", "SK1")}}
	s, _ := open(t, m)
	s.turn <- struct{}{} // another request reads and does not finish
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Credentials(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}

func TestF125SecretsManagerDown(t *testing.T) {
	m := &manager{values: map[string]string{current: text("tok", "SK1")}, down: true}
	s, now := open(t, m)
	if c, err := s.Credentials(t.Context()); err == nil {
		t.Fatalf("without a cache and without an answer there were credentials: %+v", c)
	}
	m.set(func() { m.down = false })
	must(t, s) // an error is not cached
	m.set(func() { m.down = true })
	must(t, s)
	*now = now.Add(time.Hour)
	c, replaced := s.Renewed(t.Context())
	if replaced || c.APIKey != "SK1" || !slices.Equal(c.AuthTokens, []string{"tok"}) {
		t.Errorf("with the manager down: %+v, replaced %v; want the kept ones", c, replaced)
	}
}

func TestF142NoEmptyCredentials(t *testing.T) {
	for name, value := range map[string]string{
		"empty token":   text("", "SK1"),
		"no token":      `{"accountSid":"AC1","apiKey":"SK1","apiSecret":"s"}`,
		"empty key":     text("tok", ""),
		"no account":    `{"authToken":"tok","apiKey":"SK1","apiSecret":"s"}`,
		"empty object":  `{}`,
		"not an object": `"tok"`,
		"not JSON":      `tok-that-nobody-may-see`,
	} {
		t.Run(name, func(t *testing.T) {
			m := &manager{values: map[string]string{current: value}}
			s, _ := open(t, m)
			c, err := s.Credentials(t.Context())
			if !errors.Is(err, errIncomplete) || len(c.AuthTokens) != 0 {
				t.Errorf("%+v, %v; want errIncomplete", c, err)
			}
			if err != nil && strings.Contains(err.Error(), "nobody-may-see") {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
	t.Run("a good one is not replaced by an empty one", func(t *testing.T) {
		m := &manager{values: map[string]string{current: text("tok", "SK1")}}
		s, _ := open(t, m)
		must(t, s)
		m.set(func() { m.values[current] = text("", "SK2") })
		if c, replaced := s.Renewed(t.Context()); replaced || c.APIKey != "SK1" {
			t.Errorf("%+v, replaced %v", c, replaced)
		}
	})
	t.Run("an empty previous or pending token does not count", func(t *testing.T) {
		m := &manager{values: map[string]string{current: text("tok", "SK1"), previous: text("", "SK1"),
			pending: "later"}}
		s, _ := open(t, m)
		must(t, s)
		if c, replaced := s.Renewed(t.Context()); replaced || !slices.Equal(c.AuthTokens, []string{"tok"}) {
			t.Errorf("%+v, replaced %v", c, replaced)
		}
	})
}

func TestRotation(t *testing.T) {
	m := &manager{values: map[string]string{current: text("one", "SK1")}}
	s, now := open(t, m)
	must(t, s)
	m.stages()
	step := func(what string, wantReplaced bool, wantKey string, wantTokens ...string) {
		t.Helper()
		c, replaced := s.Renewed(t.Context())
		if replaced != wantReplaced || c.APIKey != wantKey || !slices.Equal(c.AuthTokens, wantTokens) {
			t.Errorf("%s: key %s, tokens %v, replaced %v; want %s %v %v", what, c.APIKey, c.AuthTokens, replaced,
				wantKey, wantTokens, wantReplaced)
		}
		if kept := must(t, s); !same(kept, c) {
			t.Errorf("%s: Credentials gives %+v afterwards", what, kept)
		}
	}

	step("nothing has changed", false, "SK1", "one")
	if got := m.stages(); got != current+" "+pending+" "+previous {
		t.Errorf("asked for %q; want all three versions", got)
	}

	m.set(func() { m.values[pending] = text("two", "SK2") })
	*now = now.Add(renewEvery - time.Millisecond)
	step("too soon", false, "SK1", "one")
	if got := m.stages(); got != "" {
		t.Errorf("asked for %q within %v", got, renewEvery)
	}

	*now = now.Add(time.Millisecond)
	step("the next token waits", true, "SK1", "one", "two")

	m.set(func() {
		m.values = map[string]string{current: text("two", "SK2"), previous: text("one", "SK1")}
	})
	*now = now.Add(renewEvery)
	step("it is current, the old one still counts", true, "SK2", "two", "one")

	m.set(func() { m.errors = map[string]string{previous: "InternalServiceError"} })
	*now = now.Add(renewEvery)
	step("the old version cannot be read", false, "SK2", "two", "one")

	m.set(func() { m.errors, m.values[previous] = nil, strings.Replace(text("x", "SK9"), "AC1", "AC9", 1) })
	*now = now.Add(renewEvery)
	step("the old version was of another account", true, "SK2", "two")
}

// The secret of a shared key is optional. While it is being replaced those of all versions are valid,
// as with tokens.
func TestF198ASharedKeyOfTheSecret(t *testing.T) {
	with := func(key string) string { return strings.Replace(text("one", "SK1"), "}", `,"sharedKey":"`+key+`"}`, 1) }
	m := &manager{values: map[string]string{current: text("one", "SK1")}}
	s, now := open(t, m)
	if c := must(t, s); len(c.SharedKeys) != 0 {
		t.Errorf("there are %v", c.SharedKeys)
	}
	step := func(wantReplaced bool, want ...string) {
		t.Helper()
		*now = now.Add(renewEvery)
		if c, replaced := s.Renewed(t.Context()); replaced != wantReplaced || !slices.Equal(c.SharedKeys, want) {
			t.Errorf("replaced %v, %v; want %v", replaced, c.SharedKeys, want)
		}
	}
	m.set(func() { m.values[current] = with("a") })
	step(true, "a")
	m.set(func() { m.values[pending] = with("b") })
	step(true, "a", "b")
	m.set(func() { m.values = map[string]string{current: with("b"), previous: with("a")} })
	step(true, "b", "a")
	m.set(func() { m.errors = map[string]string{previous: "InternalServiceError"} })
	step(false, "b", "a")
	m.set(func() {
		m.errors, m.values = nil, map[string]string{current: text("one", "SK1"), previous: text("one", "SK1")}
	})
	step(true)
}

func TestRenewedBeforeThereIsAny(t *testing.T) {
	m := &manager{}
	s, _ := open(t, m)
	if c, replaced := s.Renewed(t.Context()); replaced || len(c.AuthTokens) != 0 {
		t.Errorf("%+v, %v", c, replaced)
	}
	if got := m.stages(); got != "" {
		t.Errorf("asked for %q", got)
	}
}

func TestWhoWaitedForARenewalIsToldOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := twilio.Credentials{APIKey: "SK1"}, twilio.Credentials{APIKey: "SK2"}
		s := &Secret{now: time.Now, asked: time.Now(), turn: make(chan struct{}, 1)}
		s.cached.Store(&one)
		s.turn <- struct{}{} // another request is renewing them
		var c twilio.Credentials
		var replaced bool
		go func() { c, replaced = s.Renewed(t.Context()) }()
		synctest.Wait()
		s.cached.Store(&two)
		<-s.turn
		synctest.Wait()
		if !replaced || c.APIKey != "SK2" {
			t.Errorf("%+v, replaced %v; want the new ones", c, replaced)
		}
	})
}

func TestErrorsTellNothing(t *testing.T) {
	m := &manager{errors: map[string]string{current: "AccessDeniedException"}}
	s, _ := open(t, m)
	_, err := s.Credentials(t.Context())
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Fatalf("err = %v; want its code", err)
	}
	for _, word := range []string{"123456789012", "http", "hush", "AKID", "session"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error holds %q: %v", word, err)
		}
	}
}
