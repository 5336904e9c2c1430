// Package twilio speaks with Twilio: it acts on calls and conferences by REST
// (switchboard.CallControl), writes TwiML, checks webhook signatures, and makes the
// voice tokens of agents' browsers.
//
// Twilio's words (CallSid, FriendlyName, label) end here. The package decides nothing
// about a call; it knows neither the store nor API Gateway.
package twilio

import (
	"context"
	"errors"
)

// Credentials are those of one Twilio account. The auth token only checks signatures;
// REST and voice tokens use the API key, which can be revoked alone.
type Credentials struct {
	AccountSID string
	AuthTokens []string // the current one first; more while a token is being replaced
	SharedKeys []string // the secrets of keys that sign webhooks by a rule of the account's, if it has one
	APIKey     string
	APISecret  string
}

// ErrIncomplete: there are credentials, and a part of them is empty or missing. With an
// empty auth token everybody could sign (F142).
var ErrIncomplete = errors.New("the account's credentials are incomplete")

// Keys gives the account's credentials.
type Keys interface {
	// Credentials gives those in use, and reads them if there are none yet. It never
	// returns empty ones without an error, which then is ErrIncomplete.
	Credentials(ctx context.Context) (Credentials, error)
	// Renewed is asked after Twilio or a signature did not accept the ones in use: it
	// looks whether they have been replaced, at most now and then, however often it is
	// asked, and says so.
	Renewed(ctx context.Context) (c Credentials, replaced bool)
}

// Fixed are credentials that do not change.
type Fixed Credentials

// Credentials implements Keys.
func (f Fixed) Credentials(context.Context) (Credentials, error) { return Credentials(f), nil }

// Renewed implements Keys: there are no others.
func (f Fixed) Renewed(context.Context) (Credentials, bool) { return Credentials(f), false }
