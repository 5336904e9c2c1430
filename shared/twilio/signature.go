package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/twilio/twilio-go/client"
)

// Validator checks that a webhook comes from Twilio and is about our account
// (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
type Validator struct{ keys Keys }

// NewValidator checks against the auth tokens of keys.
func NewValidator(keys Keys) *Validator { return &Validator{keys: keys} }

// errNoToken: anybody could sign with an empty token.
var errNoToken = errors.New("an auth token is empty or missing")

// Unchecked says why a webhook with signature settings was not accepted.
type Unchecked string

// What the log says about signature settings. It repeats nothing of the request (N9).
const (
	NoSharedKey      Unchecked = "signature-no-shared-key"    // signed with a shared key, and the secret has none
	OtherSharedKey   Unchecked = "signature-other-shared-key" // signed with a key that the secret does not have
	UnknownAlgorithm Unchecked = "signature-unknown-algorithm"
	UnknownSettings  Unchecked = "signature-unknown-settings" // the settings cannot be read
)

// SettingsHeader comes with a webhook if a rule of the account applies a setting with a shared key:
// "key=…,algorithm=HMAC_SHA256". See https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
const SettingsHeader = "X-Twilio-Webhooks-Signature-Settings"

// sharedAlgorithm is the only algorithm that is accepted with a shared key.
const sharedAlgorithm = "HMAC_SHA256"

// VerifyShared is Verify for a webhook with a SettingsHeader. A stranger can write any header, so
// neither key nor algorithm is taken from it: the header must name our algorithm, and the signature
// must match one of our keys.
func (v *Validator) VerifyShared(ctx context.Context, address string, form url.Values, signature,
	settings string) (Unchecked, error) {
	algorithm, ok := algorithmOf(settings)
	switch {
	case !ok:
		return UnknownSettings, nil
	case algorithm != sharedAlgorithm:
		return UnknownAlgorithm, nil
	}
	params, single := pairs(form)
	if !single || signature == "" {
		return OtherSharedKey, nil
	}
	c, err := v.keys.Credentials(ctx)
	if err != nil {
		return "", fmt.Errorf("check signature: %w", err)
	}
	why := verifyShared(c, address, params, signature)
	if why == "" {
		return "", nil
	}
	if c, replaced := v.keys.Renewed(ctx); replaced {
		return verifyShared(c, address, params, signature), nil
	}
	return why, nil
}

// algorithmOf reads a signature's settings: a key and an algorithm, each once.
func algorithmOf(settings string) (string, bool) {
	read := map[string]string{}
	for _, part := range strings.Split(settings, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := read[name]; !found || twice {
			return "", false
		}
		read[name] = value
	}
	_, key := read["key"]
	return read["algorithm"], key && len(read) == 2
}

func verifyShared(c Credentials, address string, params map[string]string, signature string) Unchecked {
	found, ok := false, false
	for _, key := range c.SharedKeys {
		if key == "" {
			continue // anybody could sign with an empty key
		}
		found = true
		for _, a := range ports(address) {
			ok = subtle.ConstantTimeCompare([]byte(hmacSHA256(key, a, params)), []byte(signature)) == 1 || ok
		}
	}
	ours := subtle.ConstantTimeCompare([]byte(params["AccountSid"]), []byte(c.AccountSID)) == 1
	switch {
	case !found:
		return NoSharedKey
	case !ok || !ours:
		return OtherSharedKey
	}
	return ""
}

// hmacSHA256 is the signature with a shared key. It covers the same text as the one with the auth
// token; only the hash differs.
func hmacSHA256(key, address string, params map[string]string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		_, _ = io.WriteString(mac, name+params[name])
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// ports is the address without and with the default port of https: Twilio may sign either. See
// https://www.twilio.com/docs/usage/webhooks/webhooks-security
func ports(address string) []string {
	host, found := strings.CutPrefix(address, "https://")
	if !found {
		return []string{address}
	}
	path := ""
	if i := strings.IndexAny(host, "/?"); i >= 0 {
		host, path = host[:i], host[i:]
	}
	host = strings.TrimSuffix(host, ":443")
	if strings.Contains(host, ":") {
		return []string{address}
	}
	return []string{"https://" + host + path, "https://" + host + ":443" + path}
}

// Verify reports whether signature is Twilio's for a form posted to address: the public base address, path and query
// exactly as they came (https://www.twilio.com/docs/usage/webhooks/webhooks-security). It is false for a form that
// names a key twice, because the signature covers only one of the values, and for the form of another account (F148): a
// subaccount may use the same address.
//
// An error means that the auth token could not be read, so that nothing is known.
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
		// default port.
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
