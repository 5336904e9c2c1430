package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/twilio/twilio-go/client"
)

// sign signs as Twilio's documentation describes it: the address, then the form's
// names and values in the order of the names.
func sign(token, address string, form url.Values) string {
	var b strings.Builder
	b.WriteString(address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		b.WriteString(name + form.Get(name))
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func form(pairs ...string) url.Values {
	f := url.Values{"AccountSid": {account}}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// Twilio's published example, signed by the test and checked by the library.
func TestSignatureOfTwiliosDocumentation(t *testing.T) {
	const address, want = "https://example.com/myapp.php?foo=1&bar=2", "L/OH5YylLD5NRKLltdqwSvS0BnU="
	f := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"},
		"From": {"+14158675310"}, "To": {"+18005551212"},
	}
	if got := sign("12345", address, f); got != want {
		t.Fatalf("the test signs %s, want %s", got, want)
	}
	params, _ := pairs(f)
	if rv := client.NewRequestValidator("12345"); !rv.Validate(address, params, want) {
		t.Error("the library does not accept it")
	}
	// It names no account, so it is refused.
	if ok, err := NewValidator(Fixed(credentials())).Verify(t.Context(), address, f, want); ok || err != nil {
		t.Errorf("Verify = %v, %v; want false", ok, err)
	}
}

func TestSignaturesThatAreTwilios(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	for name, c := range map[string]struct {
		address string
		form    url.Values
	}{
		"a call":         {"https://phone.example.com/incoming", form("CallSid", caller, "From", "+15550100199")},
		"only us":        {"https://phone.example.com/incoming", form()},
		"empty values":   {"https://phone.example.com/incoming", form("CallerName", "", "ToZip", "")},
		"spaces kept":    {"https://phone.example.com/incoming", form("CallerName", "  CAROL  ")},
		"new parameters": {"https://phone.example.com/incoming", form("SomethingOfNextYear", "1")},
		// One name is a prefix of the other, and both occur in conference-end.
		"sort trap": {"https://phone.example.com/events/conference/" + caller,
			form("ReasonConferenceEnded", "last-participant-left", "Reason", "x")},
		"sort by case": {"https://phone.example.com/incoming", form("b", "1", "B", "2", "a", "3")},
		"query":        {"https://phone.example.com/incoming?b=2&a=1&b=3&c=%2f%2F", form()},
		"own port":     {"http://127.0.0.1:8080/incoming", form()},
		"not ASCII":    {"https://phone.example.com/incoming", form("CallerName", "Ünïcode 👋")},
	} {
		t.Run(name, func(t *testing.T) {
			ok, err := v.Verify(t.Context(), c.address, c.form, sign("12345", c.address, c.form))
			if !ok || err != nil {
				t.Errorf("Verify = %v, %v; want true", ok, err)
			}
		})
	}
}

// Twilio may or may not drop the standard port before it signs a voice webhook.
func TestSignatureWithOrWithoutTheStandardPort(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	bare, port := "https://phone.example.com/incoming", "https://phone.example.com:443/incoming"
	for _, signed := range []string{bare, port} {
		for _, seen := range []string{bare, port} {
			if ok, err := v.Verify(t.Context(), seen, form(), sign("12345", signed, form())); !ok || err != nil {
				t.Errorf("signed %s, seen %s: %v, %v", signed, seen, ok, err)
			}
		}
	}
}

func TestF140NoOrWrongOrTruncatedSignature(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	const address = "https://phone.example.com/incoming"
	f := form("CallSid", caller)
	good := sign("12345", address, f)
	for name, signature := range map[string]string{
		"none": "", "truncated": good[:len(good)-1], "half": good[:14], "longer": good + "=", "space": " " + good,
		"not base64": "%%%", "other case": strings.ToLower(good), "another token's": sign("12346", address, f),
		"of the address alone": sign("12345", address, nil),
	} {
		if ok, err := v.Verify(t.Context(), address, f, signature); ok || err != nil {
			t.Errorf("%s: %v, %v; want false", name, ok, err)
		}
	}
	f.Set("From", "+15550100199")
	if ok, _ := v.Verify(t.Context(), address, f, good); ok {
		t.Error("a parameter was added, and the signature is still accepted")
	}
}

func TestF145ChangedAddress(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	const address = "https://phone.example.com/wait/CA1/2?a=1&b=%2f"
	good := sign("12345", address, form())
	for name, seen := range map[string]string{
		"added":        address + "&c=3",
		"removed":      "https://phone.example.com/wait/CA1/2?a=1",
		"reordered":    "https://phone.example.com/wait/CA1/2?b=%2f&a=1",
		"percent case": "https://phone.example.com/wait/CA1/2?a=1&b=%2F",
		"decoded":      "https://phone.example.com/wait/CA1/2?a=1&b=/",
		"path":         "https://phone.example.com/wait/CA1/3?a=1&b=%2f",
		"slash":        "https://phone.example.com/wait/CA1/2/?a=1&b=%2f",
		"host":         "https://phone.example.org/wait/CA1/2?a=1&b=%2f",
		"scheme":       "http://phone.example.com/wait/CA1/2?a=1&b=%2f",
		"no address":   "",
		"not one":      "://",
	} {
		if ok, err := v.Verify(t.Context(), seen, form(), good); ok || err != nil {
			t.Errorf("%s: %v, %v; want false", name, ok, err)
		}
	}
}

// The signature covers one value, so the other one would be unsigned.
func TestRepeatedKeys(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	const address = "https://phone.example.com/incoming"
	for name, f := range map[string]url.Values{
		"two values":   form("CallSid", caller, "CallSid", leg1),
		"equal values": form("CallSid", caller, "CallSid", caller),
		"no value":     {"AccountSid": {account}, "CallSid": {}},
	} {
		if ok, err := v.Verify(t.Context(), address, f, sign("12345", address, f)); ok || err != nil {
			t.Errorf("%s: %v, %v; want false", name, ok, err)
		}
	}
}

func TestF142EmptyTokenNeverCounts(t *testing.T) {
	const address = "https://phone.example.com/incoming"
	for name, tokens := range map[string][]string{"none": nil, "empty": {""}, "one of two": {"12345", ""}} {
		c := credentials()
		c.AuthTokens = tokens
		ok, err := NewValidator(Fixed(c)).Verify(t.Context(), address, form(), sign("", address, form()))
		if ok || !errors.Is(err, errNoToken) {
			t.Errorf("%s: %v, %v; want errNoToken", name, ok, err)
		}
	}
	c := credentials()
	c.AccountSID = ""
	f := url.Values{"AccountSid": {""}}
	if ok, err := NewValidator(Fixed(c)).Verify(t.Context(), address, f, sign("12345", address, f)); ok || err == nil {
		t.Errorf("no account: %v, %v", ok, err)
	}
}

func TestF148AnotherAccount(t *testing.T) {
	v := NewValidator(Fixed(credentials()))
	const address = "https://phone.example.com/incoming"
	for name, f := range map[string]url.Values{
		"a subaccount": {"AccountSid": {"AC00000000000000000000000000000002"}},
		"other case":   {"AccountSid": {strings.ToLower(account)}},
		"none":         {"CallSid": {caller}},
	} {
		if ok, err := v.Verify(t.Context(), address, f, sign("12345", address, f)); ok || err != nil {
			t.Errorf("%s: %v, %v; want false", name, ok, err)
		}
	}
}

func TestSignatureWhileTheTokenIsReplaced(t *testing.T) {
	const address = "https://phone.example.com/incoming"
	next := credentials()
	next.AuthTokens = []string{"67890", "12345"}
	keys := &keyring{now: credentials(), next: &next}
	v := NewValidator(keys)
	verify := func(token string) bool {
		t.Helper()
		ok, err := v.Verify(t.Context(), address, form(), sign(token, address, form()))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !verify("12345") || keys.asked != 0 {
		t.Errorf("the current token: looked %d times for newer ones", keys.asked)
	}
	if !verify("67890") || keys.asked != 1 {
		t.Errorf("the new token: not found, or looked %d times", keys.asked)
	}
	if !verify("12345") || !verify("67890") || keys.asked != 1 {
		t.Errorf("afterwards both are accepted; looked %d times", keys.asked)
	}
	if verify("nobody's") || keys.asked != 2 {
		t.Errorf("an unknown token: accepted, or looked %d times", keys.asked)
	}
}

func TestF125NoTokenToCheckWith(t *testing.T) {
	down := errors.New("no answer")
	ok, err := NewValidator(&keyring{err: down}).Verify(t.Context(), "https://phone.example.com/", form(), "x")
	if ok || !errors.Is(err, down) {
		t.Errorf("Verify = %v, %v", ok, err)
	}
}

// FuzzVerify: no input of a stranger panics or is accepted.
func FuzzVerify(f *testing.F) {
	f.Add("https://phone.example.com/incoming?x=1", "AccountSid="+account+"&CallSid=CA1",
		"L/OH5YylLD5NRKLltdqwSvS0BnU=")
	f.Add("", "a=1;b=2&&=&%zz", "")
	f.Add("https://[::1]:x/%", "Reason=&ReasonConferenceEnded=", "====")
	v := NewValidator(Fixed(credentials()))
	f.Fuzz(func(t *testing.T, address, body, signature string) {
		values, _ := url.ParseQuery(body)
		ok, err := v.Verify(context.Background(), address, values, signature)
		if err != nil {
			t.Errorf("err = %v", err)
		}
		if ok && values.Get("AccountSid") != account {
			t.Errorf("accepted another account's %q", body)
		}
	})
}

// signShared is sign with the hash of a shared key.
func signShared(key, address string, form url.Values) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestF198ASharedKeyIsCheckedAndNothingIsTakenFromTheHeader(t *testing.T) {
	const address, good = "https://phone.example.com/incoming", "key=webhooks_shared_key_1,algorithm=HMAC_SHA256"
	f := form("CallSid", caller)
	with := credentials()
	with.SharedKeys = []string{"shared", "before"}
	empty := credentials()
	empty.SharedKeys = []string{""}
	other := form("CallSid", caller)
	other.Set("AccountSid", "AC00000000000000000000000000000009")
	twice := form("CallSid", caller, "CallSid", caller)
	for _, c := range []struct {
		name      string
		keys      Credentials
		form      url.Values
		signature string
		settings  string
		want      Unchecked
	}{
		{"the key", with, f, signShared("shared", address, f), good, ""},
		{"with the port", with, f, signShared("shared", "https://phone.example.com:443/incoming", f), good, ""},
		{"the key before", with, f, signShared("before", address, f), good, ""},
		{"in another order, with spaces", with, f, signShared("shared", address, f), "algorithm=HMAC_SHA256, key=x",
			""},
		{"another key", with, f, signShared("another", address, f), good, OtherSharedKey},
		{"the key that the header names", with, f, signShared("webhooks_shared_key_1", address, f), good,
			OtherSharedKey},
		{"the auth token", with, f, sign("12345", address, f), good, OtherSharedKey},
		{"the auth token, hashed alike", with, f, signShared("12345", address, f), good, OtherSharedKey},
		{"another address", with, f, signShared("shared", address+"/", f), good, OtherSharedKey},
		{"another account", with, other, signShared("shared", address, other), good, OtherSharedKey},
		{"a key twice", with, twice, signShared("shared", address, twice), good, OtherSharedKey},
		{"no signature", with, f, "", good, OtherSharedKey},
		{"no key of ours", credentials(), f, signShared("shared", address, f), good, NoSharedKey},
		{"no key of ours, by the auth token", credentials(), f, sign("12345", address, f), good, NoSharedKey},
		{"an empty key", empty, f, signShared("", address, f), good, NoSharedKey},
		{"a weaker algorithm", with, f, sign("shared", address, f), "key=x,algorithm=HMAC_SHA1", UnknownAlgorithm},
		{"none", with, f, signShared("shared", address, f), "key=x,algorithm=NONE", UnknownAlgorithm},
		{"an algorithm that is not meant", with, f, sign("12345", address, f), "key=x,algorithm=", UnknownAlgorithm},
		{"empty settings", with, f, signShared("shared", address, f), "", UnknownSettings},
		{"no algorithm", with, f, signShared("shared", address, f), "key=x", UnknownSettings},
		{"two algorithms", with, f, signShared("shared", address, f), good + ",algorithm=HMAC_SHA1", UnknownSettings},
		{"something else", with, f, signShared("shared", address, f), good + ",hash=x", UnknownSettings},
		{"no key", with, f, signShared("shared", address, f), "algorithm=HMAC_SHA256", UnknownSettings},
	} {
		got, err := NewValidator(Fixed(c.keys)).VerifyShared(t.Context(), address, c.form, c.signature, c.settings)
		if got != c.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestF198ASharedKeyThatHasJustBeenPutThereIsFound(t *testing.T) {
	const address = "https://phone.example.com/incoming"
	next := credentials()
	next.SharedKeys = []string{"shared"}
	keys := &keyring{now: credentials(), next: &next}
	f := form("CallSid", caller)
	v := NewValidator(keys)
	for range 2 {
		if why, err := v.VerifyShared(t.Context(), address, f, signShared("shared", address, f),
			"key=k,algorithm=HMAC_SHA256"); why != "" || err != nil {
			t.Errorf("%q, %v", why, err)
		}
	}
	if keys.asked != 1 {
		t.Errorf("asked for new keys %d times", keys.asked)
	}
	broken := &keyring{err: errors.New("no answer")}
	if why, err := NewValidator(broken).VerifyShared(t.Context(), address, f, "x",
		"key=k,algorithm=HMAC_SHA256"); why != "" || err == nil {
		t.Errorf("without credentials: %q, %v", why, err)
	}
}
