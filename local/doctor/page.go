package doctor

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// get fetches an address and at most 1 MiB of the body.
func (d *doctor) get(ctx context.Context, address string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	return d.send(req)
}

func (d *doctor) send(req *http.Request) (*http.Response, []byte, error) {
	resp, err := d.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp, body, err
}

// config is the page's config.json.
type config struct {
	SignIn struct{ Authority, ClientID, Scope string }
}

func (d *doctor) page(ctx context.Context) (string, error) {
	const mend = "deploy again and look at the log group …/publish"
	resp, _, err := d.get(ctx, d.t.Page+"/")
	switch {
	case err != nil:
		return "", wrong("is the address right? A new distribution takes minutes to be known", "%s/ cannot be reached",
			d.t.Page)
	case resp.StatusCode == http.StatusNotFound && d.t.Local:
		return "", unseen("this local stack serves no page (it is headless)")
	case resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"):
		return "", wrong(mend, "%s/ answers %d %s", d.t.Page, resp.StatusCode, resp.Header.Get("Content-Type"))
	case resp.Header.Get("Content-Security-Policy") == "":
		return "", wrong("deploy the template's response headers policy",
			"the page comes without a content security policy")
	}
	return d.t.Page + "/", nil
}

func (d *doctor) configuration(ctx context.Context) (string, error) {
	resp, body, err := d.get(ctx, d.t.Page+"/config.json")
	if err == nil && resp.StatusCode == http.StatusNotFound && d.t.Local {
		return "", unseen("this local stack serves no page (it is headless)")
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &d.config) != nil ||
		d.config.SignIn.Authority == "" || d.config.SignIn.ClientID == "" {
		return "", wrong("deploy again; the custom resource Publish writes it",
			"it is missing, or names no sign-in, so that the page cannot start")
	}
	return "sign-in by " + d.config.SignIn.Authority, nil
}

// discovery is an issuer's metadata (OpenID Connect Discovery 1.0, section 3).
type discovery struct {
	Issuer        string
	JWKs          string `json:"jwks_uri"`
	Authorization string `json:"authorization_endpoint"`
}

func (d *doctor) discover(ctx context.Context) (found discovery, err error) {
	authority := strings.TrimRight(d.config.SignIn.Authority, "/")
	if authority == "" {
		return found, unseen("config.json does not name it")
	}
	resp, body, err := d.get(ctx, authority+"/.well-known/openid-configuration")
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &found) != nil {
		return found, wrong("check OidcIssuer, or whether the user pool is still there",
			"%s does not describe itself as an issuer", authority)
	}
	if strings.TrimRight(found.Issuer, "/") != authority {
		return found, wrong("set OidcIssuer to the issuer's own name",
			"%s calls itself %s, so that its tokens would be refused", authority, found.Issuer)
	}
	return found, nil
}

func (d *doctor) signIn(ctx context.Context) (string, error) {
	found, err := d.discover(ctx)
	if err != nil {
		return "", err
	}
	var keys struct{ Keys []struct{ Kty string } }
	resp, body, err := d.get(ctx, found.JWKs)
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &keys) != nil {
		return "", wrong("look at the issuer", "its keys at %s cannot be read", found.JWKs)
	}
	for _, k := range keys.Keys {
		if k.Kty == "RSA" {
			return "the issuer answers and has keys", nil
		}
	}
	return "", wrong("let the issuer sign with RSA (RS256)", "it has no RSA key, and API Gateway checks no other")
}

// signInReturns starts a sign-in as the page does, and stops at the sign-in page.
func (d *doctor) signInReturns(ctx context.Context) (string, error) {
	found, err := d.discover(ctx)
	if err != nil {
		return "", unseen("the issuer is not known")
	}
	q := url.Values{
		"client_id": {d.config.SignIn.ClientID}, "redirect_uri": {d.t.Page + "/"}, "response_type": {"code"},
		"scope": {"openid"},
		"state": {"doctor"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
		"code_challenge_method": {"S256"},
	}
	resp, _, err := d.get(ctx, found.Authorization+"?"+q.Encode())
	if err != nil {
		return "", wrong("look at the issuer", "its sign-in page cannot be reached")
	}
	if resp.StatusCode >= 400 || strings.Contains(resp.Header.Get("Location"), "error") {
		return "", wrong("deploy again, so that Publish enters it (with another issuer, register it there)",
			"sign-in does not let agents return to %s/", d.t.Page)
	}
	return "sign-in returns to the page", nil
}

func (d *doctor) agentsAPI(ctx context.Context) (string, error) {
	resp, _, err := d.get(ctx, d.t.Page+"/agents/me")
	if err != nil {
		return "", wrong("look at the distribution", "%s/agents/me cannot be reached", d.t.Page)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		return "", wrong("deploy the template's authorizer and the distribution's /agents* behaviour",
			"%s/agents/me answers %d to somebody without a token, want 401", d.t.Page, resp.StatusCode)
	}
	return "asks for a token, under the page's own origin", nil
}

// tokenPassed sends a token that nobody has signed. The API says in its challenge whether it saw one: without a token
// it is the scheme alone (RFC 6750, section 3). A distribution that keeps Authorization to itself makes every agent's
// token no token, and the page goes back to its sign-in for ever.
func (d *doctor) tokenPassed(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.t.Page+"/agents/me", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer nobody.signed.this")
	resp, _, err := d.send(req)
	if err != nil {
		return "", wrong("look at the distribution", "%s/agents/me cannot be reached", d.t.Page)
	}
	challenge := resp.Header.Get("Www-Authenticate")
	switch {
	case resp.StatusCode != http.StatusUnauthorized:
		return "", wrong("deploy the template's authorizer",
			"%s/agents/me answers %d to a token that nobody signed, want 401", d.t.Page, resp.StatusCode)
	case strings.Contains(challenge, "invalid_token"):
		return "reaches the API through the page's own origin", nil
	case challenge == "":
		return "", unseen("the API does not say whether it saw one")
	}
	return "",
		wrong(
			"give the distribution's /agents*, /token and /transfer the origin request policy "+
				"Managed-AllViewerExceptHostHeader",
			"the API sees no token that is sent to %s/agents/me: the distribution does not pass Authorization on",
			d.t.Page)
}

// skew is how far clocks may differ before tokens are not valid yet or no longer.
const skew = 30 * time.Second

func (d *doctor) clock(ctx context.Context) (string, error) {
	for _, address := range []string{d.t.API + "/", d.t.Twilio + "/"} {
		resp, _, err := d.get(ctx, address)
		if err != nil {
			continue
		}
		theirs, err := http.ParseTime(resp.Header.Get("Date"))
		if err != nil {
			continue
		}
		if off := d.now().Sub(theirs).Round(time.Second); off.Abs() > skew {
			return "", wrong("set this machine's clock (timedatectl set-ntp true)",
				"this machine's clock and that of %s differ by %s", address, off)
		}
		return "within " + skew.String(), nil
	}
	return "", unseen("nobody tells the time")
}
