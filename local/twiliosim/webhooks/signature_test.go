package webhooks

import (
	"net/url"
	"testing"

	twilio "github.com/twilio/twilio-go/client"
)

// TestSignatureVector is the example of Twilio's documentation.
func TestSignatureVector(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"},
		"From": {"+14158675310"}, "To": {"+18005551212"}}
	if got := Signature("12345", "https://example.com/myapp.php?foo=1&bar=2",
		form); got != "L/OH5YylLD5NRKLltdqwSvS0BnU=" {
		t.Errorf("signature %s", got)
	}
}

func TestSignedURL(t *testing.T) {
	for given, want := range map[string]string{
		"https://example.com/a?b=c":              "https://example.com/a?b=c",
		"https://example.com:8443/a#rc=3":        "https://example.com/a",
		"https://user:pass@example.com:8443/a":   "https://example.com/a",
		"http://127.0.0.1:8080/a?x=%2F&y=+#rc=1": "http://127.0.0.1:8080/a?x=%2F&y=+",
		"http://127.0.0.1:8080/wait/CA1%2Fx":     "http://127.0.0.1:8080/wait/CA1%2Fx",
		"https://[::1]:8443/a":                   "https://[::1]/a",
	} {
		u, err := url.Parse(given)
		if err != nil {
			t.Fatal(err)
		}
		if got := signedURL(u); got != want {
			t.Errorf("%s is signed as %s, want %s", given, got, want)
		}
	}
}

// TestTheLibraryAgrees: names that sort by case and by being a beginning of another,
// empty values, and everything that has to be escaped.
func TestTheLibraryAgrees(t *testing.T) {
	form := url.Values{"Reason": {"a"}, "ReasonConferenceEnded": {"b"}, "reason": {"c"}, "Empty": {""},
		"ü": {"é & +"}, "Z": {"1"}}
	params := map[string]string{}
	for name := range form {
		params[name] = form.Get(name)
	}
	const address = "http://127.0.0.1:8080/events/conference/x?y=1"
	const token = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	v := twilio.NewRequestValidator(token)
	if !v.Validate(address, params, Signature(token, address, form)) {
		t.Error("twilio-go does not accept the signature")
	}
	if v.Validate(address, params, Signature("another", address, form)) {
		t.Error("twilio-go accepts any signature")
	}
}
