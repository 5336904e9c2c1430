package gateway

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/sam"
)

func TestF149TokenOfTheIssuerIsTakenUntilItExpires(t *testing.T) {
	b := start(t, common, nil)
	token, err := b.issuer.Token("erin")
	if err != nil {
		t.Fatal(err)
	}
	e := b.seen("POST", "/token", "", "Authorization", "Bearer "+token)
	jwt := contextOf(e)["authorizer"].(map[string]any)["jwt"].(map[string]any)
	claims := jwt["claims"].(map[string]any)
	for name, want := range map[string]any{"username": "erin", "client_id": "page", "scope": "openid profile email",
		"token_use":      "access",
		"cognito:groups": "[agent supervisor]", "exp": fmt.Sprint(epoch.Add(time.Hour).Unix())} {
		if claims[name] != want {
			t.Errorf("claim %s: got %v (%T), want %v", name, claims[name], claims[name], want)
		}
	}
	if !reflect.DeepEqual(jwt["scopes"], []any{"openid"}) {
		t.Errorf("scopes: %v", jwt["scopes"])
	}
	b.do("POST", "/other", "", "Authorization", "Bearer "+token).want(t, 403, "Forbidden")
	b.clock.Advance(time.Hour - time.Second)
	if a := b.do("POST", "/token", "", "Authorization", token); a.status != 200 { // the word Bearer is optional
		t.Errorf("a second before it expires: %d", a.status)
	}
	b.clock.Advance(time.Second)
	a := b.do("POST", "/token", "", "Authorization", "Bearer "+token)
	a.want(t, 401, "Unauthorized")
	if !strings.Contains(a.header.Get("Www-Authenticate"),
		`error="invalid_token" error_description="the token has expired"`) {
		t.Errorf("challenge: %s", a.header.Get("Www-Authenticate"))
	}
}

func TestF149WithoutATokenNothingStarts(t *testing.T) {
	b := start(t, common, nil)
	for _, header := range []string{"", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer x", "Bearer ..",
		strings.Repeat(".", 100)} {
		var headers []string
		if header != "" {
			headers = []string{"Authorization", header}
		}
		a := b.do("POST", "/token", "", headers...)
		a.want(t, 401, "Unauthorized")
		if !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Bearer") {
			t.Errorf("%q: challenge %q", header, a.header.Get("Www-Authenticate"))
		}
	}
	if n := b.gateway.Processes()["main"]; n != 0 {
		t.Errorf("requests without a token started %d processes", n)
	}
}

// idp is an issuer that signs anything.
type idp struct {
	*httptest.Server
	rsa, ec, other jwk.Key
	fetched        atomic.Int32
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key := func(raw any, err error) jwk.Key {
		if err != nil {
			t.Fatal(err)
		}
		k, err := jwk.Import(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := jwk.AssignKeyID(k); err != nil {
			t.Fatal(err)
		}
		return k
	}
	newRSA := func() jwk.Key { return key(rsa.GenerateKey(rand.Reader, 2048)) }
	i := &idp{rsa: newRSA(), other: newRSA(), ec: key(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/openid-configuration" {
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
			return
		}
		i.fetched.Add(1)
		set := jwk.NewSet()
		for _, k := range []jwk.Key{i.rsa, i.ec} {
			public, err := k.PublicKey()
			if err == nil {
				err = set.AddKey(public)
			}
			if err != nil {
				t.Error(err)
			}
		}
		_ = json.NewEncoder(w).Encode(set)
	}))
	t.Cleanup(i.Close)
	return i
}

func sign(t *testing.T, claims map[string]any, alg jwa.SignatureAlgorithm, key any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jws.Sign(payload, jws.WithKey(alg, key))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// check asks an authorizer and returns the status: 200, 401 or 403.
func check(a *authorizer, token string, scopes ...string) int {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	if _, refused := a.check(r, scopes); refused != nil {
		return refused.status
	}
	return 200
}

func TestF149Claims(t *testing.T) {
	idp, c := newIDP(t), clock.NewManual(epoch)
	k := newKeys(c)
	defer k.close()
	a := &authorizer{Authorizer: sam.Authorizer{Issuer: idp.URL, Audience: []string{"page", "phone"}}, keys: k,
		clock: c}
	now := epoch.Unix()
	good := map[string]any{"iss": idp.URL, "client_id": "page", "exp": now + 60, "iat": now, "scope": "openid email"}
	for _, test := range []struct {
		name   string
		change map[string]any // nil removes the claim
		want   int
	}{
		{"as it should be", nil, 200},
		{"aud instead of client_id", map[string]any{"client_id": nil, "aud": "page"}, 200},
		{"aud as a list", map[string]any{"client_id": nil, "aud": []string{"x", "phone"}}, 200},
		{"aud goes before client_id", map[string]any{"aud": "stranger"}, 401},
		{"another client", map[string]any{"client_id": "stranger"}, 401},
		{"neither", map[string]any{"client_id": nil}, 401},
		{"another issuer", map[string]any{"iss": idp.URL + "/"}, 401},
		{"no issuer", map[string]any{"iss": nil}, 401},
		{"expired", map[string]any{"exp": now}, 401},
		{"no exp", map[string]any{"exp": nil}, 401},
		{"exp in words", map[string]any{"exp": "tomorrow"}, 401},
		{"not yet", map[string]any{"nbf": now + 10}, 401},
		{"from the future", map[string]any{"iat": now + 10}, 401},
		{"nbf in the past", map[string]any{"nbf": now - 10}, 200},
		{"no iat", map[string]any{"iat": nil}, 200},
		{"scp as a list", map[string]any{"scope": nil, "scp": []string{"openid"}}, 200},
		{"another scope", map[string]any{"scope": "email"}, 403},
		{"a scope that only begins so", map[string]any{"scope": "openid2"}, 403},
		{"no scope, like an ID token", map[string]any{"scope": nil}, 403},
		{"expired and without scope", map[string]any{"scope": nil, "exp": now - 1}, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			claims := maps.Clone(good)
			for name, v := range test.change {
				claims[name] = v
				if v == nil {
					delete(claims, name)
				}
			}
			if got := check(a, sign(t, claims, jwa.RS256(), idp.rsa), "openid"); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestF149SigningMethods(t *testing.T) {
	idp, c := newIDP(t), clock.NewManual(epoch)
	k := newKeys(c)
	defer k.close()
	a := &authorizer{Authorizer: sam.Authorizer{Issuer: idp.URL, Audience: []string{"page"}}, keys: k, clock: c}
	claims := map[string]any{"iss": idp.URL, "client_id": "page", "exp": epoch.Unix() + 60}
	good := sign(t, claims, jwa.RS256(), idp.rsa)
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	forged := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+idp.URL+
		`","client_id":"page","exp":9999999999}`)) + "." + parts[2]
	secret, err := jwk.Import([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		token string
		want  int
	}{
		"RS256":                          {good, 200},
		"RS512":                          {sign(t, claims, jwa.RS512(), idp.rsa), 200},
		"ES256, though the key is known": {sign(t, claims, jwa.ES256(), idp.ec), 401},
		"HS256":                          {sign(t, claims, jwa.HS256(), secret), 401},
		"none":                           {none, 401},
		"a key that nobody published":    {sign(t, claims, jwa.RS256(), idp.other), 401},
		"other claims under it":          {forged, 401},
		"cut off":                        {good[:len(good)-4], 401},
	} {
		if got := check(a, test.token); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestKeysAreKeptAndFetchedAnew(t *testing.T) {
	idp, c := newIDP(t), clock.NewManual(epoch)
	k := newKeys(c)
	defer k.close()
	a := &authorizer{Authorizer: sam.Authorizer{Issuer: idp.URL, Audience: []string{"page"}}, keys: k, clock: c}
	claims := map[string]any{"iss": idp.URL, "client_id": "page", "exp": epoch.Add(9 * time.Hour).Unix()}
	ask := func(why string, want, fetched int32) {
		t.Helper()
		got := check(a, sign(t, claims, jwa.RS256(), idp.rsa))
		if int32(got) != want || idp.fetched.Load() != fetched {
			t.Errorf("%s: %d after %d fetches, want %d after %d", why, got, idp.fetched.Load(), want, fetched)
		}
	}
	ask("the first time", 200, 1)
	ask("again", 200, 1)
	idp.rsa = idp.other
	ask("with a new key", 200, 2)
	c.Advance(keysFor)
	ask("two hours later", 200, 3)
	idp.Close()
	ask("the issuer is gone, its keys are kept", 200, 3)
	c.Advance(keysFor)
	ask("too old now", 401, 3)
}
