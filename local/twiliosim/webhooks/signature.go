package webhooks

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Signature is the X-Twilio-Signature of a request: the URL as requested, then each form
// field's name and value in order of the names, HMAC-SHA1 with the auth token, base64.
func Signature(authToken, address string, form url.Values) string {
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
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
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
