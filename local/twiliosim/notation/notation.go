// Package notation is how Twilio writes things in all of its interfaces: SIDs, numbers,
// clients' addresses, times, and the codes of its errors.
//
// It refuses to know calls and conferences.
package notation

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Version is the version of Twilio's REST API that is spoken here.
const Version = "2010-04-01"

var (
	accountSID    = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	keySID        = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	callSID       = regexp.MustCompile(`^CA[0-9a-fA-F]{32}$`)
	conferenceSID = regexp.MustCompile(`^CF[0-9a-fA-F]{32}$`)
	e164          = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	identity      = regexp.MustCompile(`^[A-Za-z0-9_]{1,121}$`)
)

// NewSID makes a name in Twilio's form: a prefix of two letters, or none, and 32
// hexadecimal digits.
func NewSID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return prefix + hex.EncodeToString(b[:])
}

// IsAccountSID tells whether s has the form of an account's SID.
func IsAccountSID(s string) bool { return accountSID.MatchString(s) }

// IsKeySID tells whether s has the form of an API key's SID.
func IsKeySID(s string) bool { return keySID.MatchString(s) }

// IsCallSID tells whether s has the form of a call's SID.
func IsCallSID(s string) bool { return callSID.MatchString(s) }

// IsConferenceSID tells whether s has the form of a conference's SID.
func IsConferenceSID(s string) bool { return conferenceSID.MatchString(s) }

// IsE164 tells whether s is a telephone number in the form of ITU-T E.164
// (https://www.twilio.com/docs/glossary/what-e164). It is Twilio's rule and not the
// application's: a number that only one of the two takes must show.
func IsE164(s string) bool { return e164.MatchString(s) }

// IsIdentity tells whether a client may be called s: 1 to 121 letters, digits or
// underscores.
func IsIdentity(s string) bool { return identity.MatchString(s) }

// Time is a time as Twilio writes it in forms and JSON: RFC 2822, in UTC.
func Time(t time.Time) string {
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000")
}

// parametersMax is how many bytes the custom parameters of a client's address may have.
const parametersMax = 800

// Address is a party that can be dialled.
type Address struct {
	To       string // as Twilio shows it: without custom parameters
	Identity string // of a client; empty for a telephone number
	Params   url.Values
}

// ParseAddress reads +E164 or client:identity?key=value.
func ParseAddress(to string) (Address, error) {
	if IsE164(to) {
		return Address{To: to}, nil
	}
	name, ok := strings.CutPrefix(to, "client:")
	if !ok {
		return Address{}, fmt.Errorf("%q is not a valid phone number", to)
	}
	name, query, _ := strings.Cut(name, "?")
	if !IsIdentity(name) {
		return Address{}, fmt.Errorf("%q is not a client's identity", name)
	}
	if len(query) > parametersMax {
		return Address{}, fmt.Errorf("custom parameters of %d bytes: the limit is %d", len(query), parametersMax)
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		return Address{}, fmt.Errorf("custom parameters: %w", err)
	}
	return Address{To: "client:" + name, Identity: name, Params: params}, nil
}

// Problem is an error of Twilio's list, https://www.twilio.com/docs/api/errors.
type Problem struct {
	Code int
	Text string
}

// Error is the code and the text.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s", p.Code, p.Text) }
