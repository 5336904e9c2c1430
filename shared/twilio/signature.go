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

// Validator checks that a webhook comes from Twilio and is about our account.
type Validator struct{ keys Keys }

// NewValidator checks against the auth tokens of keys.
func NewValidator(keys Keys) *Validator { return &Validator{keys: keys} }

// errNoToken: whoever knows that a token is empty can sign with it.
var errNoToken = errors.New("an auth token is empty or missing")

// Unchecked is why a webhook that says how it is signed could not be checked.
type Unchecked string

// What is told of a signature's settings, for the log. None of it is the request's own words.
const (
	NoSharedKey      Unchecked = "signature-no-shared-key"    // by a shared key, and the secret has none
	OtherSharedKey   Unchecked = "signature-other-shared-key" // not by the one that the secret has
	UnknownAlgorithm Unchecked = "signature-unknown-algorithm"
	UnknownSettings  Unchecked = "signature-unknown-settings" // they cannot be read
)

// SettingsHeader comes with a webhook to which a rule of the account's applies a setting that names a
// shared key: "key=…,algorithm=HMAC_SHA256". See
// https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
const SettingsHeader = "X-Twilio-Webhooks-Signature-Settings"

// sharedAlgorithm is the only one that is taken with a shared key.
const sharedAlgorithm = "HMAC_SHA256"

// VerifyShared is Verify for a webhook with a SettingsHeader. Whoever sends a request writes the header:
// key and algorithm are never taken from it. It must name the algorithm that ours are used with, and
// which of them it was, the signature shows.
func (v *Validator) VerifyShared(ctx context.Context, address string, form url.Values, signature, settings string) (Unchecked, error) {
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
			continue // whoever knows that a key is empty can sign with it
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

// hmacSHA256 is the signature over what Twilio signs: only the hash differs from the signature by auth token.
func hmacSHA256(key, address string, params map[string]string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		_, _ = io.WriteString(mac, name+params[name])
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// ports is the address without and with the default port of https, either of which Twilio may sign.
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
