package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/sam"
)

// authorizer is a JWT authorizer of the API.
type authorizer struct {
	sam.Authorizer
	keys  *keys
	clock clock.Clock
}

// refusal is the authorizer's answer: 401 for a bad token, 403 for missing scopes.
type refusal struct {
	status    int
	challenge string
}

func (r *refusal) answer(w http.ResponseWriter) {
	w.Header().Set("Www-Authenticate", r.challenge)
	refuse(w, r.status)
}

func invalid(why string) *refusal {
	return &refusal{http.StatusUnauthorized, `Bearer scope="" error="invalid_token" error_description="` + why + `"`}
}

// check verifies the bearer token and returns its claims as the functions see them.
func (a *authorizer) check(r *http.Request,
	scopes []string) (*events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription, *refusal) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, &refusal{http.StatusUnauthorized, "Bearer"}
	}
	// The word Bearer is optional.
	token := header
	if scheme, rest, ok := strings.Cut(header, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	claims, err := a.verify(token)
	if err != nil {
		return nil, invalid(err.Error())
	}
	held := claims.list("scope", "scp")
	var matched []string
	for _, s := range scopes {
		if slices.Contains(held, s) {
			matched = append(matched, s)
		}
	}
	if len(scopes) > 0 && len(matched) == 0 {
		return nil, &refusal{http.StatusForbidden,
			`Bearer scope="` + strings.Join(scopes, " ") +
				`" error="insufficient_scope" error_description="the token does not have the required scopes"`}
	}
	out := &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{}, Scopes: matched}
	for name, value := range claims {
		out.Claims[name] = text(value)
	}
	return out, nil
}

// verify checks signature, issuer, audience and times by the gateway's clock.
func (a *authorizer) verify(token string) (claimSet, error) {
	message, err := jws.Parse([]byte(token), jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return nil, errors.New("the token is malformed")
	}
	h := message.Signatures()[0].ProtectedHeaders()
	alg, _ := h.Algorithm()
	kid, _ := h.KeyID()
	if alg != jwa.RS256() && alg != jwa.RS384() && alg != jwa.RS512() {
		return nil, errors.New("the signing method is not supported")
	}
	set, err := a.keys.find(a.Issuer, kid)
	if err != nil {
		slog.Warn("cannot read the issuer's keys", "issuer", a.Issuer, "error", err)
		return nil, errors.New("the issuer's keys cannot be read")
	}
	payload, err := jws.Verify([]byte(token), jws.WithKeySet(set, jws.WithInferAlgorithmFromKey(true)))
	if err != nil {
		return nil, errors.New("the signature is invalid")
	}
	claims := claimSet{}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil {
		return nil, errors.New("the claims are malformed")
	}
	return claims, a.judge(claims)
}

func (a *authorizer) judge(c claimSet) error {
	now := a.clock.Now()
	if c["iss"] != a.Issuer {
		return errors.New("the issuer is wrong")
	}
	audience := c.list("aud")
	if audience == nil {
		audience = c.list("client_id")
	}
	if !slices.ContainsFunc(audience, func(s string) bool { return slices.Contains(a.Audience, s) }) {
		return errors.New("the audience is wrong")
	}
	if exp, ok := c.time("exp"); !ok || !now.Before(exp) {
		return errors.New("the token has expired")
	}
	for _, name := range []string{"nbf", "iat"} {
		// A second of tolerance: the times are whole seconds of another program's clock.
		if t, ok := c.time(name); ok && t.After(now.Add(time.Second)) {
			return errors.New("the token is not valid yet")
		}
	}
	return nil
}

// claimSet holds the claims of a token; numbers are json.Number.
type claimSet map[string]any

// list reads the first claim that is present: a list, or words in one text.
func (c claimSet) list(names ...string) []string {
	for _, name := range names {
		switch v := c[name].(type) {
		case string:
			return strings.Fields(v)
		case []any:
			var out []string
			for _, item := range v {
				out = append(out, text(item))
			}
			return out
		}
	}
	return nil
}

func (c claimSet) time(name string) (time.Time, bool) {
	n, ok := c[name].(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := n.Float64()
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(seconds * 1000)), true
}

// text is a claim as functions see it: always a string, with lists in brackets.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = text(item)
		}
		return "[" + strings.Join(parts, " ") + "]"
	case map[string]any:
		b, _ := json.Marshal(v) // it was decoded from JSON
		return string(b)
	}
	return fmt.Sprint(v)
}
