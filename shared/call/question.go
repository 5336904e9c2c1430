package call

import (
	"slices"
	"time"
)

const (
	// questionLimit is longer than the question lasts: up to 29 s, with a greeting of the most letters before it and
	// the way into the conference (see the test of twilio.AskCaller). By then the caller is in the conference, or has
	// answered.
	questionLimit = 38 * time.Second
	// takenOut is how long after the redirect that takes the caller out, and after the question has begun, a music turn
	// of the old conference may come.
	takenOut = 5 * time.Second
)

// Question is what is known of the question whether a waiting caller goes on waiting. They are asked outside the
// conference, as it takes no keys (https://www.twilio.com/docs/voice/twiml/gather). Whoever says nothing goes on into
// the conference of their generation without a request that could be lost (see twilio.AskCaller). Nobody is rung for a
// caller who is being asked.
type Question struct {
	Due   time.Time `json:"due,omitzero"`   // since then they are being taken out of the conference for it
	Asked time.Time `json:"asked,omitzero"` // when they were asked last, or could not be
	Open  bool      `json:"open,omitempty"` // they are not known to have gone on into the conference
	Count int       `json:"n,omitempty"`    // how often they were asked
	Turn  time.Time `json:"turn,omitzero"`  // when the music ends that was requested by what may be a late turn
}

// Choice is what a caller has chosen when they were asked.
type Choice string

const (
	ChooseStay    Choice = "" // also any key that means nothing
	ChooseMessage Choice = "message"
	ChooseKeep    Choice = "keep" // be called when it is their turn
)

// AloneLimit is how long a caller waits, and nobody is online, before they are asked for a message.
const AloneLimit = 2 * time.Minute

// talked says whether anybody has ever answered in this call.
func (l *Log) talked() bool {
	return slices.ContainsFunc(l.History, func(e Entry) bool { return e.What == Answer })
}
