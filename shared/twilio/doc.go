// Package twilio speaks with Twilio: it acts on calls and conferences by REST
// (service.CallControl), writes TwiML, checks webhook signatures, and makes the voice tokens of
// agents' browsers.
//
// It makes no decision about a call, and knows neither the store nor API Gateway.
package twilio

import (
	"context"
	"errors"
)

// Credentials belong to one Twilio account. The auth token only checks signatures; REST and voice tokens use the API
// key, which can be revoked by itself (https://www.twilio.com/docs/iam/api-keys).
type Credentials struct {
	AccountSID string
	AuthTokens []string // the current one first; more while a token is being replaced
	SharedKeys []string // secrets of the keys that sign webhooks if the account has such a rule
	APIKey     string
	APISecret  string
}

// ErrIncomplete: the credentials exist, and a part of them is empty or missing. With an empty auth
// token anybody could sign (F142).
var ErrIncomplete = errors.New("the account's credentials are incomplete")

// Keys gives the account's credentials.
type Keys interface {
	// Credentials returns those in use, and reads them if there are none yet. It never returns empty
	// ones without an error; that error is ErrIncomplete.
	Credentials(ctx context.Context) (Credentials, error)
	// Renewed is called after Twilio has refused the credentials in use, or a signature did not match
	// them. It looks for newer ones, at most once in a while however often it is called, and says
	// whether there are any.
	Renewed(ctx context.Context) (c Credentials, replaced bool)
}

// Fixed are credentials that do not change.
type Fixed Credentials

// Credentials implements Keys.
func (f Fixed) Credentials(context.Context) (Credentials, error) { return Credentials(f), nil }

// Renewed implements Keys: there are never newer ones.
func (f Fixed) Renewed(context.Context) (Credentials, bool) { return Credentials(f), false }
