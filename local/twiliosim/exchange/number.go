package exchange

import (
	"net/http"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// Number is the account's number, and the application that it is pointed at.
type Number struct {
	SID, Phone, Friendly string
	Voice                legs.Document
	StatusCallback       string
	StatusMethod         string
	Region               string // that handles its calls; "" if nobody has set one
	Created, Updated     time.Time
}

func newNumber(phone string, now time.Time) Number {
	return Number{
		SID: notation.NewSID("PN"), Phone: phone, Friendly: phone, Created: now, Updated: now,
		Voice:        legs.Document{Method: http.MethodPost, FallbackMethod: http.MethodPost},
		StatusMethod: http.MethodPost,
	}
}

// homeRegion handles the calls of a number that nobody has given another.
const homeRegion = "us1"

// elsewhere: another region handles the number's calls, and has none of the addresses that
// were set in this one.
func (n Number) elsewhere() bool { return n.Region != "" && n.Region != homeRegion }

// SetNumber points the number at an application: where its calls' first document is
// fetched (POST), where if that fails, and where the end of a call is told. Empty URLs
// switch the latter two off.
func (x *Exchange) SetNumber(voiceURL, fallbackURL, statusCallback string) {
	x.API().UpdateNumber(func(n *Number) {
		n.Voice.URL, n.Voice.Method = voiceURL, http.MethodPost
		n.Voice.FallbackURL, n.Voice.FallbackMethod = fallbackURL, http.MethodPost
		n.StatusCallback, n.StatusMethod = statusCallback, http.MethodPost
	})
}
