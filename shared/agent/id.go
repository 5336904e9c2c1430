package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// maxID is the longest identity that a Twilio Device accepts
// (https://www.twilio.com/docs/voice/sdks/javascript/twiliodevice).
const maxID = 121

// ErrNoName: the claim that names the agent is missing or empty.
var ErrNoName = errors.New("the token names no agent")

// FromClaim maps an identity provider's name of an agent to an ID. Letters and digits stay; every other byte becomes
// _xx (hexadecimal), also the underscore, so that different names never have the same ID. A name that is too long is
// cut and ends in a hash of the whole name.
func FromClaim(claim string) (ID, error) {
	if claim == "" {
		return "", ErrNoName
	}
	var b strings.Builder
	for i := 0; i < len(claim); i++ {
		c := claim[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	id := b.String()
	if len(id) > maxID {
		sum := sha256.Sum256([]byte(claim))
		// The mapping above never yields "__".
		id = id[:maxID-34] + "__" + hex.EncodeToString(sum[:16])
	}
	return ID(id), nil
}

// Valid says whether s has the form of an ID.
func Valid(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}
