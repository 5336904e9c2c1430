package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"warmtransfer/local/clock"
)

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
