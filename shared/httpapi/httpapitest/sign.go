package httpapitest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
)

// Sign is Twilio's signature of a form posted to an address: every value of every key, in the order of
// the keys. It follows Twilio's description and does not use the library that checks it:
// https://www.twilio.com/docs/usage/webhooks/webhooks-security
func Sign(address string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for k := range form {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		for _, v := range form[k] {
			address += k + v
		}
	}
	mac := hmac.New(sha1.New, []byte(Keys.AuthTokens[0]))
	mac.Write([]byte(address))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
