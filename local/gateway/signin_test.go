package gateway

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/sam"
)

// signIn goes through the issuer's sign-in as a browser does and returns the tokens.
func (b *bench) signIn(agent string) (access, id string) {
	b.t.Helper()
	issuer := b.gateway.o.Template.API.Authorizers["Agent"].Issuer
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	client := &http.Client{Transport: b.client.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(path string, form url.Values) (*http.Response, string) {
		res, err := client.PostForm(issuer+path, form)
		if err != nil {
			b.t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			b.t.Fatal(err)
		}
		return res, string(text)
	}
	res, text := post("/authorize",
		url.Values{"client_id": {"page"}, "redirect_uri": {"http://localhost/"}, "response_type": {"code"},
			"scope": {"openid"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
			"code_challenge_method": {"S256"}, "agent": {agent}})
	to, err := res.Location()
	if err != nil {
		b.t.Fatalf("sign-in: %d %s", res.StatusCode, text)
	}
	_, text = post("/token", url.Values{"client_id": {"page"}, "redirect_uri": {"http://localhost/"},
		"grant_type": {"authorization_code"},
		"code":       {to.Query().Get("code")}, "code_verifier": {verifier}})
	var out struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil || out.Access == "" || out.ID == "" {
		b.t.Fatalf("tokens: %s", text)
	}
	return out.Access, out.ID
}

func TestF149AccessTokenIsTakenAndIDTokenIsNot(t *testing.T) {
	b := start(t, common, nil)
	access, id := b.signIn("alice")
	if a := b.do("POST", "/token", "", "Authorization", "Bearer "+access); a.status != 200 {
		t.Errorf("the access token: %d %s", a.status, a.body)
	}
	b.do("POST", "/token", "", "Authorization", "Bearer "+id).want(t, 403, "Forbidden") // it has no scope
	b.clock.Advance(time.Hour)
	b.do("POST", "/token", "", "Authorization", "Bearer "+access).want(t, 401, "Unauthorized")
	access, _ = b.signIn("alice")
	if a := b.do("POST", "/token", "", "Authorization", "Bearer "+access); a.status != 200 {
		t.Errorf("a new one: %d %s", a.status, a.body)
	}
}

func TestTheProjectsTemplate(t *testing.T) {
	const issuer = "http://127.0.0.1:8082"
	tmpl, err := sam.Load("../../template.yaml",
		sam.Values{Parameters: map[string]string{"OidcIssuer": issuer, "OidcAudience": "page",
			"TwilioNumber": "+15005550006", "TwilioAccountSid": "x", "TwilioAuthToken": "x", "TwilioApiKey": "x",
			"TwilioApiSecret": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{Template: tmpl, Bootstrap: Binaries(t.TempDir()), Clock: clock.NewManual(epoch),
		Domain: "127.0.0.1:8080",
		Page:   Page{Origins: []string{issuer}}})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for _, c := range []struct {
		method, path, key string
		guarded           bool
	}{
		{"POST", "/incoming", "POST /incoming", false},
		{"POST", "/wait/CA1/3", "POST /wait/{conference}/{turn}", false},
		{"POST", "/connect-agent/CA1/L1", "POST /connect-agent/{conference}/{leg}", false},
		{"POST", "/token", "POST /token", true},
		{"POST", "/transfer", "POST /transfer", true},
		{"GET", "/agents", "GET /agents", true},
		{"PUT", "/agents/me", "PUT /agents/me", true},
	} {
		r, _ := find(g.routes, c.method, c.path)
		if r == nil {
			t.Errorf("%s %s has no route", c.method, c.path)
			continue
		}
		if r.key() != c.key || (r.Authorizer != "") != c.guarded {
			t.Errorf("%s %s -> %s by %q, want %s, guarded: %v", c.method, c.path, r.key(), r.Authorizer, c.key,
				c.guarded)
		}
		if c.guarded && (g.authorizer[r.Authorizer].Issuer != issuer || len(r.Scopes) != 1) {
			t.Errorf("%s: issuer %q, scopes %v", c.key, g.authorizer[r.Authorizer].Issuer, r.Scopes)
		}
	}
	found := false
	for _, h := range g.page.headers {
		if h.Name == "Content-Security-Policy" {
			found = strings.Contains(h.Value, "connect-src 'self' ") &&
				strings.Contains(h.Value, " "+issuer+" ws://127.0.0.1:8082; media-src ") &&
				strings.Contains(h.Value, "script-src 'self';")
		}
	}
	if !found {
		t.Errorf("the page's policy lets nobody sign in: %v", g.page.headers)
	}
}
