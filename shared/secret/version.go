package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/smithy-go"

	"warmtransfer/shared/twilio"
)

// The versions of a secret that are valid. While a token is being replaced Twilio may sign with the
// old one or the new one.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS" // after a change
	pending  = "AWSPENDING"  // before a change, if a rotation has set it
)

// errIncomplete: with an empty auth token anybody could sign (F142).
var errIncomplete = fmt.Errorf(
	"%w: the secret is not JSON with accountSid, authToken, apiKey and apiSecret, none of them empty",
	twilio.ErrIncomplete)

// version is one version of the secret.
type version struct {
	AccountSID string `json:"accountSid"`
	AuthToken  string `json:"authToken"`
	APIKey     string `json:"apiKey"`
	APISecret  string `json:"apiSecret"`
	// SharedKey is the secret of a key that signs webhooks, if the account has a rule for that.
	SharedKey string `json:"sharedKey"`
}

func (v version) credentials() (twilio.Credentials, error) {
	if v.AccountSID == "" || v.AuthToken == "" || v.APIKey == "" || v.APISecret == "" {
		return twilio.Credentials{}, errIncomplete
	}
	return twilio.Credentials{
		AccountSID: v.AccountSID, AuthTokens: []string{v.AuthToken}, APIKey: v.APIKey, APISecret: v.APISecret,
		SharedKeys: with(nil, v.SharedKey),
	}, nil
}

// errNone: the secret has no such version.
var errNone = errors.New("no such version")

// reason is the failure's code: the SDK's text names the account and the endpoint.
func reason(ctx context.Context, err error) error {
	var answer smithy.APIError
	switch {
	case errors.As(err, &answer) && answer.ErrorCode() == "ResourceNotFoundException":
		return errNone
	case errors.As(err, &answer):
		return errors.New(answer.ErrorCode())
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return errors.New("no answer")
	}
}

// with adds the tokens that are not in the list yet.
func with(tokens []string, more ...string) []string {
	for _, t := range more {
		if t != "" && !slices.Contains(tokens, t) {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

func same(a, b twilio.Credentials) bool {
	return a.AccountSID == b.AccountSID && a.APIKey == b.APIKey && a.APISecret == b.APISecret &&
		slices.Equal(a.AuthTokens, b.AuthTokens) && slices.Equal(a.SharedKeys, b.SharedKeys)
}
