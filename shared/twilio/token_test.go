package twilio

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"warmtransfer/shared/agent"
)

// claims checks the signature of a token and returns what it holds.
func claims(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	c := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return []byte(hush), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return t0 }))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestF152VoiceToken(t *testing.T) {
	for _, life := range []time.Duration{MaxTokenLife, 10 * time.Minute, time.Second} {
		token, expires, err := VoiceToken(credentials(), "alice", life, t0.Add(300*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		c := claims(t, token)
		iat, exp, nbf := c["iat"].(float64), c["exp"].(float64), c["nbf"].(float64)
		if got := time.Duration(exp-iat) * time.Second; got != life {
			t.Errorf("life = %v, want %v", got, life)
		}
		if !expires.Equal(t0.Add(life)) || exp != float64(expires.Unix()) {
			t.Errorf("expires = %v, exp = %v", expires, exp)
		}
		if got := time.Duration(iat-nbf) * time.Second; got != tokenSkew {
			t.Errorf("valid %v before it was made, want %v for clocks that differ", got, tokenSkew)
		}
		if c["iss"] != apiKey || c["sub"] != account {
			t.Errorf("iss = %v, sub = %v", c["iss"], c["sub"])
		}
		// Without an outgoing grant a stolen token cannot place calls.
		want := map[string]any{"identity": "alice", "voice": map[string]any{"incoming": map[string]any{"allow": true}}}
		if !reflect.DeepEqual(c["grants"], want) {
			t.Errorf("grants = %v, want %v", c["grants"], want)
		}
	}
}

func TestVoiceTokenHeader(t *testing.T) {
	token, _, err := VoiceToken(credentials(), "alice", time.Hour, t0)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	header := map[string]string{}
	if err != nil || json.Unmarshal(text, &header) != nil {
		t.Fatalf("header %s: %v", text, err)
	}
	if header["alg"] != "HS256" || header["cty"] != "twilio-fpa;v=1" || header["typ"] != "JWT" {
		t.Errorf("header = %v", header)
	}
}

func TestVoiceTokensOfOneSecondDiffer(t *testing.T) {
	a, _, _ := VoiceToken(credentials(), "alice", time.Hour, t0)
	b, _, _ := VoiceToken(credentials(), "alice", time.Hour, t0)
	if claims(t, a)["jti"] == claims(t, b)["jti"] {
		t.Error("two tokens have the same jti")
	}
}

func TestVoiceTokenRefuses(t *testing.T) {
	none := func(change func(*Credentials)) Credentials {
		c := credentials()
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		creds Credentials
		id    agent.ID
		life  time.Duration
	}{
		"no account":    {none(func(c *Credentials) { c.AccountSID = "" }), "alice", time.Hour},
		"no key":        {none(func(c *Credentials) { c.APIKey = "" }), "alice", time.Hour},
		"no key secret": {none(func(c *Credentials) { c.APISecret = "" }), "alice", time.Hour},
		"F152 too long": {credentials(), "alice", MaxTokenLife + time.Second},
		"F152 no life":  {credentials(), "alice", 0},
		"F152 negative": {credentials(), "alice", -time.Hour},
		"F151 nobody":   {credentials(), "", time.Hour},
		"F151 address":  {credentials(), "alice@example.com", time.Hour},
		"F151 emoji":    {credentials(), "👋", time.Hour},
		"F151 122":      {credentials(), agent.ID(strings.Repeat("a", 122)), time.Hour},
	} {
		token, expires, err := VoiceToken(c.creds, c.id, c.life, t0)
		if err == nil || token != "" || !expires.IsZero() {
			t.Errorf("%s: a token until %v, %v", name, expires, err)
		} else if strings.Contains(err.Error(), hush) || c.id != "" && strings.Contains(err.Error(), string(c.id)) {
			t.Errorf("%s: the error holds a secret: %v", name, err)
		}
	}
}

func TestF151WhateverTheClaimATokenIsMade(t *testing.T) {
	for _, claim := range []string{"alice", "a b", "alice@example.com", strings.Repeat("x", 200), "👋🏽", "client:bob",
		"../..", "\x00"} {
		id, err := agent.FromClaim(claim)
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := VoiceToken(credentials(), id, time.Hour, t0)
		if err != nil {
			t.Errorf("%q: %v", claim, err)
			continue
		}
		if got := claims(t, token)["grants"].(map[string]any)["identity"]; got != string(id) {
			t.Errorf("%q: identity %v, want %s", claim, got, id)
		}
	}
}
