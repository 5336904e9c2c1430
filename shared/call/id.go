package call

import "strings"

// ID names a call: the caller's CallSid, which is never used again and tells nothing about the caller, or, if we dial
// the caller, a random key.
type ID string

// Valid says whether the ID has the form of one: letters and digits, 64 at most.
func (id ID) Valid() bool {
	sign := func(c rune) bool { return !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') }
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(string(id), sign)
}

// MayDial says whether the call of that ID may be one in which we dial the caller.
func (id ID) MayDial() bool {
	return strings.HasPrefix(string(id), outPrefix) || strings.HasPrefix(string(id), keptPrefix)
}

// LegID is Twilio's name of one leg, its CallSid (https://www.twilio.com/docs/glossary/what-is-a-sid). It is empty
// until Twilio has told it.
type LegID string

// LegKey is our own name of an agent's leg, made before the leg is dialled. It stands in the leg's webhook addresses
// and is the leg's participant label, so the leg is recognised even if the response to its creation was lost.
type LegKey string

// ConferenceID is the ConferenceSid of the call's conference. If the conference ends while the caller's leg goes on,
// the caller joins a new one, with a new ConferenceSid.
type ConferenceID string

// OutboundID is the ID of a call in which an agent calls somebody, of a random part.
func OutboundID(key string) ID { return ID(outPrefix + key) }

// outPrefix begins the ID of each call in which an agent calls somebody.
const outPrefix = "OB"

// KeptID is the ID of the place that a caller keeps who has chosen so in that call: the same for each repetition.
func KeptID(of ID) ID { return keptPrefix + of }

// keptPrefix begins the ID of each kept place. The rest is that of the call in which it was chosen.
const keptPrefix = "KP"
