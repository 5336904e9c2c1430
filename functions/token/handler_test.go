package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/twilio"
)

var now = time.Date(2026, 11, 22, 10, 16, 49, 123_000_000, time.UTC)

func serve(t testing.TB, keys twilio.Keys, life time.Duration) *httpapitest.Site {
	return serveOver(t, keys, life, servicetest.NewStore())
}

func serveOver(t testing.TB, keys twilio.Keys, life time.Duration, store service.Store) *httpapitest.Site {
	return httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
		return handler{edge: e, signIn: httpapitest.SignIn, keys: keys, life: life, store: store}.routes()
	})
}

func TestF202WhoWasRemovedGetsNoToken(t *testing.T) {
	store := servicetest.NewStore()
	s := serveOver(t, httpapitest.Keys, time.Hour, store)
	svc := service.New(store, nil, service.Settings{})
	if err := svc.Remove(t.Context(), service.Principal{ID: "alice", Name: "Alice"}, now); err != nil {
		t.Fatal(err)
	}
	s.Problem(s.Do(s.Signed("alice", "POST", "/token", "")), 403, "removed")
	if v, a := ask(t, s, "bob"); a.Status != 200 || v.Identity != "bob" {
		t.Errorf("another agent is answered %d", a.Status)
	}
	if err := svc.Restore(t.Context(), service.Principal{ID: "alice"}, now); err != nil {
		t.Fatal(err)
	}
	if _, a := ask(t, s, "alice"); a.Status != 200 {
		t.Errorf("after restore the agent is answered %d", a.Status)
	}
	store.Every("Agent", servicetest.Fault{Err: service.ErrUnavailable})
	if _, a := ask(t, s, "alice"); a.Status != 200 {
		t.Errorf("without the store the agent is answered %d", a.Status)
	}
}

func ask(t testing.TB, s *httpapitest.Site, name string) (voiceToken, httpapitest.Answer) {
	t.Helper()
	e := s.Signed(name, "POST", "/token", "")
	a := s.Do(e)
	httpapitest.NewSpec(t).Check(e, a)
	var v voiceToken
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("answered %d %s: %v", a.Status, a.Body, err)
	}
	return v, a
}

func claims(t testing.TB, token string) jwt.MapClaims {
	t.Helper()
	c := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, c,
		func(*jwt.Token) (any, error) { return []byte(httpapitest.Keys.APISecret), nil },
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithValidMethods([]string{"HS256"}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestF152TheTokenLivesAsLongAsItIsSetAndMayOnlyBeCalled(t *testing.T) {
	for _, life := range []time.Duration{10 * time.Minute, time.Hour} {
		v, a := ask(t, serve(t, httpapitest.Keys, life), "alice")
		if a.Status != 200 || v.Identity != "alice" || !v.ExpiresAt.Equal(now.Truncate(time.Second).Add(life)) {
			t.Errorf("answered %d %+v", a.Status, v)
		}
		c := claims(t, v.Token)
		if got := c["exp"].(float64) - c["iat"].(float64); got != life.Seconds() {
			t.Errorf("the token lives %v s, want %v", got, life.Seconds())
		}
		if nbf := int64(c["nbf"].(float64)); nbf > now.Unix() {
			t.Errorf("not valid before %d, now is %d", nbf, now.Unix())
		}
		grants := c["grants"].(map[string]any)
		voice := grants["voice"].(map[string]any)
		if grants["identity"] != "alice" || voice["outgoing"] != nil || len(voice) != 1 {
			t.Errorf("grants %v", grants)
		}
	}
}

func TestF151TheIdentityIsOneThatCanBeCalled(t *testing.T) {
	for name, want := range map[string]string{
		"bob@example.com": "bob_40example_2ecom", "😀": "_f0_9f_98_80", strings.Repeat("x", 200): "",
	} {
		v, _ := ask(t, serve(t, httpapitest.Keys, time.Hour), name)
		if len(v.Identity) > 121 || want != "" && string(v.Identity) != want {
			t.Errorf("%.20q became %q", name, v.Identity)
		}
	}
}

func TestTheIdentityComesFromTheClaimAndNothingElse(t *testing.T) {
	s := serve(t, httpapitest.Keys, time.Hour)
	e := s.Signed("alice", "POST", "/token?identity=bob", "")
	e.Body, e.Headers["x-identity"], e.Headers["content-type"] = `{"identity":"bob"}`, "bob", "application/json"
	a := s.Do(e)
	if !strings.Contains(a.Body, `"identity":"alice"`) {
		t.Errorf("answered %s", a.Body)
	}
}

func TestF149WithoutAnAuthorizersWordThereIsNoToken(t *testing.T) {
	s := serve(t, httpapitest.Keys, time.Hour)
	s.Problem(s.Do(s.Event("POST", "/token", "", "")), 401, "not-signed-in")
	e := s.Signed("alice", "POST", "/token", "")
	e.RequestContext.Authorizer.JWT.Claims = map[string]string{"sub": "1", "email": "a@example.com"}
	s.Problem(s.Do(e), 403, "no-name")
	s.Problem(s.Do(s.Signed("alice", "GET", "/token", "")), 405, "method")
}

func TestF125SecretOutOfReach(t *testing.T) {
	s := serve(t, httpapitest.Broken{}, time.Hour)
	s.Problem(s.Do(s.Signed("alice", "POST", "/token", "")), 503, "unavailable")
}

func TestCredentialsThatCannotSign(t *testing.T) {
	keys := httpapitest.Keys
	keys.APISecret = ""
	s := serve(t, keys, time.Hour)
	s.Problem(s.Do(s.Signed("alice", "POST", "/token", "")), 500, "internal")
}

func TestSampleEvent(t *testing.T) {
	s := serve(t, httpapitest.Keys, time.Hour)
	e := httpapitest.Sample(t, "token")
	a := s.Do(e)
	httpapitest.NewSpec(t).Check(e, a)
	if a.Status != 200 {
		t.Errorf("answered %d %s", a.Status, a.Body)
	}
}
