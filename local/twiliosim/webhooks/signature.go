package webhooks

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Signature is the X-Twilio-Signature of a request: the URL as requested, then each form
// field's name and value in order of the names, HMAC-SHA1 with the auth token, base64.
func Signature(authToken, address string, form url.Values) string {
	return signatureWith(sha1.New, authToken, address, form)
}

func signatureWith(hash func() hash.Hash, key, address string, form url.Values) string {
	var b strings.Builder
	b.WriteString(address)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range form[name] {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	mac := hmac.New(hash, []byte(key))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// sharedKey signs webhooks in the auth token's place.
type sharedKey struct{ id, secret, algorithm string }

// SignWith lets webhooks be signed with a shared key, as where a rule of the account's
// gives them a setting that names one; with an empty secret it is the auth token again.
// The algorithm is HMAC_SHA1 or HMAC_SHA256.
// https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
func (s *Sender) SignWith(id, secret, algorithm string) {
	if secret == "" {
		s.shared.Store(nil)
		return
	}
	s.shared.Store(&sharedKey{id, secret, algorithm})
}

// sign signs a request.
func (s *Sender) sign(req *http.Request, address string, form url.Values) {
	k := s.shared.Load()
	if k == nil {
		req.Header.Set("X-Twilio-Signature", Signature(s.Token(), address, form))
		return
	}
	hash := sha256.New
	if k.algorithm == "HMAC_SHA1" {
		hash = sha1.New
	}
	req.Header.Set("X-Twilio-Signature", signatureWith(hash, k.secret, address, form))
	req.Header.Set("X-Twilio-Webhooks-Signature-Settings", "key="+k.id+",algorithm="+k.algorithm)
}

// signedURL is the form of a URL that is signed: never the fragment; for https neither
// user and password nor the port, for http the port stays.
func signedURL(u *url.URL) string {
	s := *u
	s.Fragment, s.RawFragment = "", ""
	if s.Scheme == "https" {
		s.User = nil
		s.Host = s.Hostname()
		if strings.Contains(s.Host, ":") {
			s.Host = "[" + s.Host + "]"
		}
	}
	return s.String()
}
