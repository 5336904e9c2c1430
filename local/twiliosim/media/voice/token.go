package voice

import (
	"errors"
	"regexp"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"warmtransfer/local/twiliosim"
)

// access is what a valid access token allows.
type access struct {
	identity string
	expires  time.Time
	incoming bool
	outgoing bool
}

// longestLife is how long an access token may live at most; Twilio refuses others.
const longestLife = 24 * time.Hour

// The Voice SDK's documentation: other characters "will result in not being able to
// place or receive calls".
var identityRule = regexp.MustCompile(`^[A-Za-z0-9_]{1,121}$`)

type accessClaims struct {
	jwt.RegisteredClaims
	Grants struct {
		Identity string `json:"identity"`
		Voice    *struct {
			Incoming struct {
				Allow bool `json:"allow"`
			} `json:"incoming"`
			Outgoing struct {
				ApplicationSID string `json:"application_sid"`
			} `json:"outgoing"`
		} `json:"voice"`
	} `json:"grants"`
}

// checkToken reads an access token. Its error is what the SDK is told: 31205 for one
// that is over, 31201 for one that is genuine and grants no voice, 31204 for others.
func checkToken(token string, c twiliosim.Credentials, now time.Time) (access, *sdkError) {
	var claims accessClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(c.APIKey),
		jwt.WithSubject(c.Account),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(time.Second))
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return []byte(c.APISecret), nil })
	expired := errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid)
	switch {
	case expired:
		return access{}, errExpired
	case err != nil:
		return access{}, &sdkError{codeInvalidToken, "The access token is not valid: " + err.Error()}
	case c.Restricted: // https://www.twilio.com/docs/api/errors/31204
		return access{}, &sdkError{codeInvalidToken,
			"The access token is not valid: it was signed with a restricted API key"}
	case claims.ExpiresAt.Sub(now) > longestLife+time.Minute:
		return access{}, &sdkError{codeInvalidToken, "The access token lives longer than 24 hours"}
	case claims.Grants.Voice == nil:
		return access{}, &sdkError{codeUnauthorized, "The access token has no voice grant"}
	case !identityRule.MatchString(claims.Grants.Identity):
		return access{}, &sdkError{codeUnauthorized,
			"The access token's identity must be letters, digits and underscores"}
	}
	return access{
		identity: claims.Grants.Identity,
		expires:  claims.ExpiresAt.Time,
		incoming: claims.Grants.Voice.Incoming.Allow,
		outgoing: claims.Grants.Voice.Outgoing.ApplicationSID != "",
	}, nil
}
