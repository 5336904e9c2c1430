package twiliosim

import (
	"net/url"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
)

// TestSignatureVector is the example of Twilio's documentation.
func TestSignatureVector(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"},
		"From": {"+14158675310"}, "To": {"+18005551212"}}
	if got := signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form); got != "L/OH5YylLD5NRKLltdqwSvS0BnU=" {
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
	form := url.Values{"Reason": {"a"}, "ReasonConferenceEnded": {"b"}, "reason": {"c"}, "Empty": {""}, "ü": {"é & +"}, "Z": {"1"}}
	params := map[string]string{}
	for name := range form {
		params[name] = form.Get(name)
	}
	const address = "http://127.0.0.1:8080/events/conference/x?y=1"
	v := twilio.NewRequestValidator(testToken)
	if !v.Validate(address, params, signature(testToken, address, form)) {
		t.Error("twilio-go does not accept the signature")
	}
	if v.Validate(address, params, signature("another", address, form)) {
		t.Error("twilio-go accepts any signature")
	}
}

func TestWAVLength(t *testing.T) {
	for _, d := range []time.Duration{0, time.Second, 12 * time.Second} {
		if got, err := wavLength(wav(d)); err != nil || got != d {
			t.Errorf("%v is taken for %v, %v", d, got, err)
		}
	}
	whole := wav(time.Second)
	for name, b := range map[string][]byte{
		"nothing": nil, "no WAV": []byte("ID3 an MP3 file's beginning"), "cut in the format": whole[:22], "no data": whole[:36],
		"data before the format": append(append([]byte{}, whole[:12]...), "data\x00\x00\x00\x00"...),
		"a chunk too long":       append(append([]byte{}, whole[:12]...), "LIST\xff\xff\xff\x7f"...),
	} {
		if d, err := wavLength(b); err == nil {
			t.Errorf("%s is taken for %v of sound", name, d)
		}
	}
	if d, err := wavLength(whole[:44+4000]); err != nil || d != 500*time.Millisecond {
		t.Errorf("a file that is cut off is taken for %v, %v", d, err)
	}
}

func FuzzWAVLength(f *testing.F) {
	f.Add(wav(time.Second))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt "))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := wavLength(b); err == nil && d < 0 {
			t.Errorf("%v of sound", d)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"+15550006000", "client:alice?x=y&z=%20", "client:", "sip:evil@x", "client:a?%zz", "*72", "+1\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { // F157
		a, err := parseAddress(s)
		if err == nil && !e164.MatchString(a.to) && !identityForm.MatchString(a.identity) {
			t.Errorf("%q was taken for %+v", s, a)
		}
	})
}
