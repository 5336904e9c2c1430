package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"warmtransfer/local/answer"
)

// Token makes an access token for an agent, as a sign-in would, for scripts and tests. The error is ErrUnknownAgent if
// there is no such agent.
func (i *Issuer) Token(agent string) (string, error) {
	a, ok := i.agent(agent)
	if !ok {
		return "", fmt.Errorf("%w: %q", ErrUnknownAgent, agent)
	}
	return i.access(a, Scope, i.o.Clock.Now())
}

// access is an access token with the claims of Cognito's: the client's id and no audience, the username and neither
// name nor address.
func (i *Issuer) access(a Agent, scope string, began time.Time) (string, error) {
	claims := i.claims(a, "access", began)
	claims["client_id"] = i.o.ClientID
	claims["username"] = a.Username
	claims["scope"] = scope
	return i.sign(claims)
}

// identity is an ID token. It has an audience and no scope, which is why the API's authorizer does not accept it as an
// access token.
func (i *Issuer) identity(f *family, access string) (string, error) {
	claims := i.claims(f.agent, "id", f.began)
	claims["aud"] = i.o.ClientID
	claims["cognito:username"] = f.agent.Username
	if f.nonce != "" {
		claims["nonce"] = f.nonce
	}
	sum := sha256.Sum256([]byte(access))
	claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	for name, value := range f.agent.profile(f.scope) {
		claims[name] = value
	}
	return i.sign(claims)
}

// profile is what the scopes reveal of an agent.
func (a Agent) profile(scope string) map[string]any {
	out := map[string]any{}
	for s := range strings.FieldsSeq(scope) {
		switch s {
		case "profile":
			out["name"] = a.Name
		case "email":
			out["email"], out["email_verified"] = a.email(), true
		}
	}
	return out
}

func (i *Issuer) claims(a Agent, use string, began time.Time) map[string]any {
	now := i.o.Clock.Now()
	return map[string]any{"iss": i.o.URL, "sub": a.subject(), "token_use": use, "auth_time": began.Unix(),
		"iat": now.Unix(), "exp": now.Add(i.o.Life).Unix(), "jti": uuid.NewString(), "cognito:groups": a.Groups}
}

func (i *Issuer) sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := jws.Sign(payload, jws.WithKey(jwa.RS256(), i.private))
	return string(signed), err
}

// userinfo tells the bearer of an access token who they are (OpenID Connect Core 1.0 section 5.3).
func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer.JSON(w, http.StatusUnauthorized, &failure{"invalid_request", "the bearer token is missing"})
		return
	}
	a, scope, err := i.bearer(strings.TrimSpace(token))
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer.JSON(w, http.StatusUnauthorized, &failure{"invalid_token", err.Error()})
		return
	}
	out := a.profile(scope)
	out["sub"], out["username"] = a.subject(), a.Username
	answer.JSON(w, http.StatusOK, out)
}

// bearer checks one of our own access tokens.
func (i *Issuer) bearer(token string) (Agent, string, error) {
	payload, err := jws.Verify([]byte(token), jws.WithKeySet(i.public))
	if err != nil {
		return Agent{}, "", errors.New("the token is not of this issuer")
	}
	var c struct {
		Username string `json:"username"`
		Use      string `json:"token_use"`
		Scope    string `json:"scope"`
		Exp      int64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &c); err != nil || c.Use != "access" {
		return Agent{}, "", errors.New("the token is no access token")
	}
	if !i.o.Clock.Now().Before(time.Unix(c.Exp, 0)) {
		return Agent{}, "", errors.New("the token has expired")
	}
	a, ok := i.agent(c.Username)
	if !ok {
		return Agent{}, "", ErrUnknownAgent
	}
	return a, c.Scope, nil
}
