package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"warmtransfer/local/clock"
)

const (
	page     = "http://localhost:8080/"
	verifier = "a-verifier-of-at-least-forty-three-characters-0123456789"
)

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// browser is an issuer over HTTP, and a person with a browser.
type browser struct {
	t      *testing.T
	issuer *Issuer
	clock  *clock.Manual
	url    string
	client *http.Client
}

func open(t *testing.T) *browser {
	t.Helper()
	b := &browser{t: t, clock: clock.NewManual(epoch)}
	server := httptest.NewUnstartedServer(nil)
	b.url = "http://" + server.Listener.Addr().String()
	var err error
	b.issuer, err = New(Options{URL: b.url, ClientID: "agent-page", Redirects: []string{page, "http://127.0.0.1:8080/"},
		Clock: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = b.issuer
	server.Start()
	t.Cleanup(server.Close)
	b.client = &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(b.client.CloseIdleConnections)
	return b
}

// reply is a response that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, params url.Values, headers ...string) reply {
	b.t.Helper()
	address, in := b.url+path, ""
	if method == "POST" {
		in = params.Encode()
	} else if params != nil {
		address += "?" + params.Encode()
	}
	req, err := http.NewRequest(method, address, strings.NewReader(in))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// request is a valid authorization request, with changes ("" removes a parameter).
func (b *browser) request(changes ...string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{"client_id": {"agent-page"}, "redirect_uri": {page}, "response_type": {"code"},
		"scope": {"openid profile email"},
		"state": {"st&te"}, "nonce": {"n0nce"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"}}
	return with(q, changes...)
}

func with(q url.Values, changes ...string) url.Values {
	for i := 0; i+1 < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

// back reads the parameters that the browser is sent back with.
func (b *browser) back(a reply) url.Values {
	b.t.Helper()
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusSeeOther || !strings.HasPrefix(to.String(), page+"?") {
		b.t.Fatalf("got %d to %q: %s", a.status, a.header.Get("Location"), a.body)
	}
	return to.Query()
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// signIn presses an agent's button on the sign-in page.
func (b *browser) signIn(agent string, changes ...string) url.Values {
	b.t.Helper()
	shown := b.do("GET", "/authorize", b.request(changes...))
	if shown.status != 200 || !strings.Contains(shown.body, `<button name="agent" value="`+agent+`">`) {
		b.t.Fatalf("the sign-in page: %d %s", shown.status, shown.body)
	}
	form := url.Values{"agent": {agent}}
	for _, field := range hidden.FindAllStringSubmatch(shown.body, -1) {
		form.Set(field[1], strings.ReplaceAll(field[2], "&amp;", "&"))
	}
	return b.back(b.do("POST", "/authorize", form))
}

// tokens is the answer of the token endpoint.
type tokens struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token"`
	Refresh string `json:"refresh_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Scope   string
	Error   string
	Why     string `json:"error_description"`
	status  int
}

func (b *browser) token(params url.Values, headers ...string) tokens {
	b.t.Helper()
	a := b.do("POST", "/token", params, headers...)
	out := tokens{status: a.status}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		b.t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		b.t.Error("an answer of the token endpoint may be kept")
	}
	return out
}

func exchange(code string, changes ...string) url.Values {
	return with(url.Values{"grant_type": {"authorization_code"}, "client_id": {"agent-page"}, "code": {code},
		"redirect_uri": {page}, "code_verifier": {verifier}}, changes...)
}

func renewal(token string, changes ...string) url.Values {
	return with(url.Values{"grant_type": {"refresh_token"}, "client_id": {"agent-page"}, "refresh_token": {token}},
		changes...)
}

// claims verifies a token by the published keys.
func (b *browser) claims(token string) map[string]any {
	b.t.Helper()
	keys, err := jwk.Parse([]byte(b.do("GET", "/jwks", nil).body))
	if err != nil {
		b.t.Fatal(err)
	}
	payload, err := jws.Verify([]byte(token), jws.WithKeySet(keys))
	if err != nil {
		b.t.Fatalf("the token is not signed by a published key: %v", err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(payload, &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

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
