package twilio

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/twilio/twilio-go/client/jwt"

	"warmtransfer/shared/agent"
)

const (
	// MaxTokenLife is the longest life of a voice token (F152). Twilio allows a day:
	// https://www.twilio.com/docs/iam/access-tokens
	MaxTokenLife = time.Hour
	// tokenSkew is how far the clocks of browser, Twilio and function may differ.
	tokenSkew = time.Minute
)

// VoiceToken lets an agent's browser register as the agent's client and be called
// (https://www.twilio.com/docs/iam/access-tokens). It holds no outgoing grant, so the browser cannot place calls. It is
// valid from a moment before now until the returned time, life after now.
func VoiceToken(c Credentials, id agent.ID, life time.Duration, now time.Time) (token string, expires time.Time,
	err error) {
	if c.AccountSID == "" || c.APIKey == "" || c.APISecret == "" {
		return "", time.Time{}, errors.New("voice token: account, API key or its secret is missing")
	}
	if !agent.Valid(string(id)) {
		return "", time.Time{}, errors.New("voice token: not a client name")
	}
	if life <= 0 || life > MaxTokenLife {
		return "", time.Time{}, fmt.Errorf("voice token: life must be more than 0 and at most %v", MaxTokenLife)
	}
	now = now.Truncate(time.Second)
	expires = now.Add(life.Truncate(time.Second))
	grant := &jwt.VoiceGrant{Incoming: jwt.Incoming{Allow: true}}
	t := jwt.CreateAccessToken(jwt.AccessTokenParams{
		AccountSid:    c.AccountSID,
		SigningKeySid: c.APIKey,
		Secret:        c.APISecret,
		Identity:      string(id),
		Nbf:           float64(now.Add(-tokenSkew).Unix()),
		ValidUntil:    float64(expires.Unix()), // the library raises Ttl to an hour at least
		Grants:        []jwt.BaseGrant{grant},
	})
	// The library makes jti from the clock, the same for all tokens of one second, and leaves iat out.
	claims := t.GeneratePayload()
	claims["iat"] = now.Unix()
	claims["jti"] = c.APIKey + "-" + rand.Text()
	token, err = jwt.SignTokenWithHMAC(t.Headers(), claims, c.APISecret)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("voice token: %w", err)
	}
	return token, expires, nil
}
