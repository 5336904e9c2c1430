package issuer

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/clock"
)

const (
	page     = "http://localhost:8080/"
	verifier = "a-verifier-of-at-least-forty-three-characters-0123456789"
)

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func TestSignInFromTheButtonToUserinfo(t *testing.T) {
	b := open(t)
	got := b.signIn("alice")
	if got.Get("state") != "st&te" || got.Get("iss") != b.url || got.Get("code") == "" {
		t.Fatalf("sent back with %v", got)
	}
	b.clock.Advance(2 * time.Second)
	tk := b.token(exchange(got.Get("code")))
	if tk.status != 200 || tk.Type != "Bearer" || tk.Expires != 3600 || tk.Scope != "openid profile email" ||
		tk.Refresh == "" {
		t.Fatalf("tokens: %+v", tk)
	}
	access, id := b.claims(tk.Access), b.claims(tk.ID)
	now := float64(epoch.Unix())
	for name, want := range map[string]any{"iss": b.url, "client_id": "agent-page", "username": "alice",
		"scope":     "openid profile email",
		"token_use": "access", "iat": now + 2, "exp": now + 3602, "auth_time": now, "cognito:groups": []any{"agent"},
		"aud": nil, "name": nil, "email": nil, "nonce": nil} {
		if !reflect.DeepEqual(access[name], want) {
			t.Errorf("access token: %s is %v, want %v", name, access[name], want)
		}
	}
	for name, want := range map[string]any{"iss": b.url, "aud": "agent-page", "nonce": "n0nce", "token_use": "id",
		"name":  "Alice",
		"email": "alice@example.com", "cognito:username": "alice", "exp": now +
			3602, "sub": access["sub"], "scope": nil, "client_id": nil} {
		if !reflect.DeepEqual(id[name], want) {
			t.Errorf("ID token: %s is %v, want %v", name, id[name], want)
		}
	}
	if access["jti"] == "" || access["jti"] == id["jti"] {
		t.Error("two tokens have one jti")
	}
	var info map[string]any
	a := b.do("GET", "/userinfo", nil, "Authorization", "Bearer "+tk.Access)
	if err := json.Unmarshal([]byte(a.body), &info); err != nil || info["sub"] != access["sub"] ||
		info["name"] != "Alice" || info["username"] != "alice" {
		t.Errorf("userinfo: %d %s", a.status, a.body)
	}
}

func TestOnlyGrantedScopesTellOfTheAgent(t *testing.T) {
	b := open(t)
	tk := b.token(exchange(b.signIn("zoe.becker@example.com", "scope", "openid email phone").Get("code")))
	id := b.claims(tk.ID)
	if tk.Scope != "openid email" || id["name"] != nil || id["email"] != "zoe.becker@example.com" {
		t.Errorf("scope %q, name %v, email %v", tk.Scope, id["name"], id["email"])
	}
}

func TestNobodyIsSentToAnAddressThatIsNotOurs(t *testing.T) {
	b := open(t)
	for _, changes := range [][]string{
		{"redirect_uri", "http://localhost:8080"}, {"redirect_uri", page + "x"},
		{"redirect_uri", "http://localhost:8080/?x=1"},
		{"redirect_uri", "https://evil.example/"}, {"redirect_uri", ""}, {"client_id", "other"}, {"client_id", ""},
	} {
		for _, method := range []string{"GET", "POST"} {
			a := b.do(method, "/authorize", with(b.request(changes...), "agent", "alice"))
			if a.status != 400 || a.header.Get("Location") != "" ||
				!strings.Contains(a.body, "Sign-in is not possible") {
				t.Errorf("%s %v: %d to %q", method, changes, a.status, a.header.Get("Location"))
			}
		}
	}
	q := b.request()
	q.Add("redirect_uri", "https://evil.example/")
	if a := b.do("GET", "/authorize", q); a.status != 400 || a.header.Get("Location") != "" {
		t.Errorf("two redirects: %d", a.status)
	}
}

func TestAuthorizationErrorsGoBackToThePage(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		want    string
		changes []string
	}{
		{"invalid_request", []string{"response_type", ""}},
		{"unsupported_response_type", []string{"response_type", "token"}},
		{"invalid_request", []string{"response_mode", "fragment"}},
		{"invalid_request", []string{"code_challenge", ""}},
		{"invalid_request", []string{"code_challenge", "short"}},
		{"invalid_request", []string{"code_challenge_method", "plain"}},
		{"invalid_request", []string{"code_challenge_method", ""}},
		{"invalid_scope", []string{"scope", "profile"}},
		{"invalid_scope", []string{"scope", ""}},
		{"login_required", []string{"prompt", "none"}},
		{"request_not_supported", []string{"request", "x.y.z"}},
		{"request_uri_not_supported", []string{"request_uri", "https://x"}},
	} {
		got := b.back(b.do("GET", "/authorize", b.request(c.changes...)))
		if got.Get("error") != c.want || got.Get("error_description") == "" || got.Get("state") != "st&te" ||
			got.Get("iss") != b.url || got.Has("code") {
			t.Errorf("%v: sent back with %v, want %s", c.changes, got, c.want)
		}
	}
	got := b.back(b.do("POST", "/authorize", with(b.request(), "agent", "mallory")))
	if got.Get("error") != "access_denied" || got.Has("code") {
		t.Errorf("an unknown agent: %v", got)
	}
	if got := b.back(b.do("POST", "/authorize", with(b.request("state", ""), "agent", "bob"))); got.Has("state") ||
		got.Get("code") == "" {
		t.Errorf("without a state: %v", got)
	}
}

func TestSignInPageIsPlainAndShut(t *testing.T) {
	b := open(t)
	a := b.do("GET", "/authorize", b.request("state", `"><script>alert(1)</script>`))
	if strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") {
		t.Error("the page has a script, or what the request says gets into its markup")
	}
	for _, agent := range b.issuer.o.Agents {
		if !strings.Contains(a.body, `value="`+agent.Username+`"`) {
			t.Errorf("%s is not offered", agent.Name)
		}
	}
	for _, part := range []string{`<html lang="en">`, "<h1>Sign in as</h1>",
		`<link rel="stylesheet" href="/signin.css">`, "Erin O&#39;Neill", "Zoë Becker"} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	want := "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http://localhost:8080"
	if got := a.header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy %q\nwant   %q", got, want)
	}
	if a.header.Get("X-Frame-Options") != "DENY" || a.header.Get("Cache-Control") != "no-store" ||
		a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers: %v", a.header)
	}
	if css := b.do("GET", "/signin.css", nil); css.status != 200 ||
		css.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the style: %d %s", css.status, css.header.Get("Content-Type"))
	}
}

func TestSignOut(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		params   url.Values
		status   int
		location string
	}{
		{nil, 200, ""},
		{url.Values{"post_logout_redirect_uri": {page}}, 303, page},
		{url.Values{"post_logout_redirect_uri": {page}, "state": {"a b"}, "id_token_hint": {"x"}}, 303,
			page + "?state=a+b"},
		{url.Values{"post_logout_redirect_uri": {"https://evil.example/"}}, 400, ""},
		{url.Values{"post_logout_redirect_uri": {page, page}}, 400, ""},
	} {
		for _, method := range []string{"GET", "POST"} {
			if a := b.do(method, "/logout", c.params); a.status != c.status || a.header.Get("Location") != c.location {
				t.Errorf("%s %v: %d to %q, want %d to %q", method, c.params, a.status, a.header.Get("Location"),
					c.status, c.location)
			}
		}
	}
}

func TestDiscoveryNamesWhatThereIs(t *testing.T) {
	b := open(t)
	var d map[string]any
	if err := json.Unmarshal([]byte(b.do("GET", "/.well-known/openid-configuration", nil).body), &d); err != nil {
		t.Fatal(err)
	}
	if d["issuer"] != b.url || !reflect.DeepEqual(d["code_challenge_methods_supported"], []any{"S256"}) {
		t.Errorf("got %v", d)
	}
	for name, method := range map[string]string{"authorization_endpoint": "GET", "token_endpoint": "POST",
		"userinfo_endpoint": "GET",
		"jwks_uri":          "GET", "end_session_endpoint": "GET", "revocation_endpoint": "POST"} {
		path, ours := strings.CutPrefix(d[name].(string), b.url)
		if a := b.do(method, path, nil); !ours || a.status == 404 || a.status == 405 {
			t.Errorf("%s: %s %v gives %d", name, method, d[name], a.status)
		}
	}
	if keys := b.do("GET", "/jwks", nil).body; strings.Contains(keys, `"d":`) ||
		!strings.Contains(keys, `"alg":"RS256"`) || !strings.Contains(keys, `"use":"sig"`) {
		t.Errorf("keys: %s", keys)
	}
}

func TestOnlyThePagesScriptsMayRead(t *testing.T) {
	b := open(t)
	for _, path := range []string{"/.well-known/openid-configuration", "/jwks", "/token", "/userinfo", "/revoke"} {
		a := b.do("OPTIONS", path, nil, "Origin", "http://127.0.0.1:8080", "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "authorization")
		if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "http://127.0.0.1:8080" ||
			!strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "authorization") {
			t.Errorf("preflight of %s: %d %v", path, a.status, a.header)
		}
		for _, origin := range []string{"http://127.0.0.1:9999", "null", ""} {
			if a := b.do("OPTIONS", path, nil, "Origin", origin); a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%q may read %s", origin, path)
			}
		}
	}
	if a := b.do("POST", "/token", exchange("x"), "Origin",
		"http://localhost:8080"); a.header.Get("Access-Control-Allow-Origin") != "http://localhost:8080" ||
		a.header.Get("Vary") != "Origin" {
		t.Error("the page cannot read why it was refused")
	}
}

func TestUserinfoWantsAnAccessToken(t *testing.T) {
	b := open(t)
	tk := b.token(exchange(b.signIn("alice").Get("code")))
	other := open(t)
	foreign, err := other.issuer.Token("alice")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(why, header string) {
		t.Helper()
		a := b.do("GET", "/userinfo", nil, "Authorization", header)
		if a.status != 401 || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %d %s", why, a.status, a.body)
		}
	}
	refused("nothing", "")
	refused("another scheme", "Basic "+tk.Access)
	refused("an ID token", "Bearer "+tk.ID)
	refused("another issuer's", "Bearer "+foreign)
	refused("no token", "Bearer x.y.z")
	if a := b.do("POST", "/userinfo", nil, "Authorization", "Bearer "+tk.Access); a.status != 200 {
		t.Errorf("by POST: %d", a.status)
	}
	b.clock.Advance(time.Hour)
	refused("expired", "Bearer "+tk.Access)
}

func TestOptionsAreChecked(t *testing.T) {
	good := Options{URL: "http://127.0.0.1:1", ClientID: "page", Redirects: []string{page},
		Clock: clock.NewManual(epoch), Life: time.Minute,
		Agents: []Agent{{"solo", "Solo", nil}}}
	i, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Token("solo"); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Options){
		"no URL":              func(o *Options) { o.URL = "" },
		"a URL with a path":   func(o *Options) { o.URL += "/oidc" },
		"a URL with a slash":  func(o *Options) { o.URL += "/" },
		"no client":           func(o *Options) { o.ClientID = "" },
		"no redirect":         func(o *Options) { o.Redirects = nil },
		"a relative redirect": func(o *Options) { o.Redirects = []string{"/"} },
		"a fragment":          func(o *Options) { o.Redirects = []string{page + "#x"} },
		"no clock":            func(o *Options) { o.Clock = nil },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
