package issuer

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBadCodes(t *testing.T) {
	for name, test := range map[string]struct {
		changes []string
		wait    time.Duration
		status  int
		want    string
	}{
		"wrong verifier":        {[]string{"code_verifier", strings.Repeat("x", 43)}, 0, 400, "invalid_grant"},
		"no verifier":           {[]string{"code_verifier", ""}, 0, 400, "invalid_request"},
		"another redirect":      {[]string{"redirect_uri", "http://127.0.0.1:8080/"}, 0, 400, "invalid_grant"},
		"no redirect":           {[]string{"redirect_uri", ""}, 0, 400, "invalid_request"},
		"a made-up code":        {[]string{"code", "x"}, 0, 400, "invalid_grant"},
		"no code":               {[]string{"code", ""}, 0, 400, "invalid_request"},
		"too late":              {nil, codeLife, 400, "invalid_grant"},
		"another client":        {[]string{"client_id", "x"}, 0, 401, "invalid_client"},
		"no client":             {[]string{"client_id", ""}, 0, 400, "invalid_request"},
		"no grant type":         {[]string{"grant_type", ""}, 0, 400, "invalid_request"},
		"another grant type":    {[]string{"grant_type", "password"}, 0, 400, "unsupported_grant_type"},
		"just in time, for one": {nil, codeLife - time.Second, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			code := b.signIn("bob").Get("code")
			b.clock.Advance(test.wait)
			got := b.token(exchange(code, test.changes...))
			if got.status != test.status || got.Error != test.want || (got.Error != "") != (got.Why != "") ||
				(got.Access != "") != (test.status == 200) {
				t.Errorf("got %+v, want %d %s", got, test.status, test.want)
			}
		})
	}
}

func TestUsedCodeEndsWhatCameOfIt(t *testing.T) {
	b := open(t)
	code := b.signIn("bob").Get("code")
	first := b.token(exchange(code))
	if second := b.token(exchange(code)); second.Error != "invalid_grant" {
		t.Errorf("the code again: %+v", second)
	}
	if got := b.token(renewal(first.Refresh)); got.Error != "invalid_grant" {
		t.Errorf("the refresh token of a stolen code: %+v", got)
	}
	// A client that tried without the verifier cannot guess again.
	code = b.signIn("bob").Get("code")
	b.token(exchange(code, "code_verifier", strings.Repeat("x", 43)))
	if got := b.token(exchange(code)); got.Error != "invalid_grant" {
		t.Errorf("after a wrong verifier: %+v", got)
	}
}

func TestRefreshTokensRotate(t *testing.T) {
	b := open(t)
	first := b.token(exchange(b.signIn("carol").Get("code")))
	b.clock.Advance(50 * time.Minute)
	second := b.token(renewal(first.Refresh))
	if second.status != 200 || second.Refresh == first.Refresh || second.Access == first.Access {
		t.Fatalf("renewed: %+v", second)
	}
	access, id := b.claims(second.Access), b.claims(second.ID)
	if access["username"] != "carol" || access["exp"] != float64(epoch.Unix()+50*60+3600) ||
		access["auth_time"] != float64(epoch.Unix()) || id["sub"] != access["sub"] {
		t.Errorf("renewed claims: %v", access)
	}
	b.clock.Advance(refreshGrace)
	if again := b.token(renewal(first.Refresh)); again.status != 200 {
		t.Errorf("the old one within its grace, as a second tab would: %+v", again)
	}
	b.clock.Advance(time.Second)
	if stolen := b.token(renewal(first.Refresh)); stolen.Error != "invalid_grant" {
		t.Errorf("the old one after its grace: %+v", stolen)
	}
	if got := b.token(renewal(second.Refresh)); got.Error != "invalid_grant" {
		t.Errorf("the thief's or the owner's newer one still works: %+v", got)
	}
}

func TestRefreshTokenEndsWithTheDay(t *testing.T) {
	b := open(t)
	tk := b.token(exchange(b.signIn("carol").Get("code")))
	for range 11 {
		b.clock.Advance(time.Hour)
		if tk = b.token(renewal(tk.Refresh)); tk.status != 200 {
			t.Fatalf("%+v", tk)
		}
	}
	if got := b.token(renewal(tk.Refresh, "scope", "openid admin")); got.Error != "invalid_scope" {
		t.Errorf("a scope that was not granted: %+v", got)
	}
	b.clock.Advance(time.Hour)
	if got := b.token(renewal(tk.Refresh)); got.Error != "invalid_grant" {
		t.Errorf("after twelve hours: %+v", got)
	}
	if got := b.token(renewal("")); got.Error != "invalid_request" {
		t.Errorf("no refresh token: %+v", got)
	}
}

func TestRevokedTokenEnds(t *testing.T) {
	b := open(t)
	tk := b.token(exchange(b.signIn("dave").Get("code")))
	for _, token := range []string{tk.Refresh, "nobody knows it"} {
		if a := b.do("POST", "/revoke", url.Values{"client_id": {"agent-page"}, "token": {token}}); a.status != 200 {
			t.Errorf("revoke: %d %s", a.status, a.body)
		}
	}
	if got := b.token(renewal(tk.Refresh)); got.Error != "invalid_grant" {
		t.Errorf("a revoked token: %+v", got)
	}
	for _, params := range []url.Values{{"client_id": {"agent-page"}}, {"token": {"x"}}} {
		if a := b.do("POST", "/revoke", params); a.status != 400 || !strings.Contains(a.body, "invalid_request") {
			t.Errorf("%v: %d %s", params, a.status, a.body)
		}
	}
}

func TestTokenRequestsThatAreNoForms(t *testing.T) {
	b := open(t)
	if got := b.token(exchange("x"), "Content-Type", "application/json"); got.Error != "invalid_request" {
		t.Errorf("JSON: %+v", got)
	}
	twice := exchange("x")
	twice.Add("code", "y")
	if got := b.token(twice); got.Error != "invalid_request" || !strings.Contains(got.Why, "twice") {
		t.Errorf("a parameter twice: %+v", got)
	}
	if got := b.token(exchange(strings.Repeat("x", maxBody))); got.Error != "invalid_request" {
		t.Errorf("too long: %+v", got)
	}
	a := b.do("POST", "/token?client_id=agent-page", exchange("x"))
	if a.status != 400 || !strings.Contains(a.body, "belong into the body") {
		t.Errorf("parameters in the address: %d %s", a.status, a.body)
	}
	if a := b.do("GET", "/token", exchange("x")); a.status != 405 {
		t.Errorf("GET: %d", a.status)
	}
}

func TestTokenForScripts(t *testing.T) {
	b := open(t)
	token, err := b.issuer.Token("Erin") // case is ignored
	if err != nil {
		t.Fatal(err)
	}
	if c := b.claims(token); c["username"] != "erin" ||
		!reflect.DeepEqual(c["cognito:groups"], []any{"agent", "supervisor"}) {
		t.Errorf("claims: %v", c)
	}
	if _, err := b.issuer.Token("mallory"); !errors.Is(err, ErrUnknownAgent) {
		t.Errorf("an unknown agent: %v", err)
	}
}

func TestGrantsThatRanOutAreForgotten(t *testing.T) {
	b := open(t)
	for range 3 {
		b.token(exchange(b.signIn("alice").Get("code")))
	}
	b.clock.Advance(refreshLife)
	b.token(exchange(b.signIn("alice").Get("code")))
	if c, r := len(b.issuer.grants.codes), len(b.issuer.grants.refresh); c != 1 || r != 1 {
		t.Errorf("%d codes and %d refresh tokens are kept, want one each", c, r)
	}
}
