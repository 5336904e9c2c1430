package twilio

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"

	"github.com/twilio/twilio-go/client"
)

// Validator checks that a webhook comes from Twilio and is about our account.
type Validator struct{ keys Keys }

// NewValidator checks against the auth tokens of keys.
func NewValidator(keys Keys) *Validator { return &Validator{keys: keys} }

// errNoToken: whoever knows that a token is empty can sign with it.
var errNoToken = errors.New("an auth token is empty or missing")

// Verify says whether signature is Twilio's for a form posted to address: the public
// base address, the path and the query exactly as they came. It is false for a form
// that names a key twice, because the signature is taken over one value only, and for
// one of another account (F148): a subaccount may share an address.
//
// The error says that nothing can be said, because the auth token cannot be had.
func (v *Validator) Verify(ctx context.Context, address string, form url.Values, signature string) (bool, error) {
	params, single := pairs(form)
	if !single || signature == "" {
		return false, nil
	}
	c, err := v.keys.Credentials(ctx)
	if err != nil {
		return false, fmt.Errorf("check signature: %w", err)
	}
	ok, err := verify(c, address, params, signature)
	if ok || err != nil {
		return ok, err
	}
	if c, replaced := v.keys.Renewed(ctx); replaced {
		return verify(c, address, params, signature)
	}
	return false, nil
}

func verify(c Credentials, address string, params map[string]string, signature string) (bool, error) {
	if len(c.AuthTokens) == 0 || c.AccountSID == "" {
		return false, errNoToken
	}
	ok := false
	for _, token := range c.AuthTokens {
		if token == "" {
			return false, errNoToken
		}
		// The library compares in constant time, and tries the address with and without the
		// default port: Twilio signs either.
		rv := client.NewRequestValidator(token)
		ok = rv.Validate(address, params, signature) || ok
	}
	ours := subtle.ConstantTimeCompare([]byte(params["AccountSid"]), []byte(c.AccountSID)) == 1
	return ok && ours, nil
}

// pairs is the form with one value for each key, or false.
func pairs(form url.Values) (map[string]string, bool) {
	params := make(map[string]string, len(form))
	for k, values := range form {
		if len(values) != 1 {
			return nil, false
		}
		params[k] = values[0]
	}
	return params, true
}
