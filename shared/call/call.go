// Package call holds every rule about a call: the caller, the agents' legs and the transfer between them.
//
// It is pure: no context, no input or output, no clock and no randomness. Time and new keys come in as arguments; what
// is to be done at Twilio goes out as values (see Effect). It imports nothing of Twilio, DynamoDB or HTTP.
//
// What has happened is applied to a [Call] (see apply.go), which changes it. What must be done follows from it (see
// Call.Plan), which changes nothing.
package call

import (
	"time"
)

// CallerLabel is the caller's participant label in every conference.
const CallerLabel = "caller"

// Call is one caller's call from arrival to end, with all its legs and transfers. It is stored as one item;
// Version guards the whole of it.
type Call struct {
	ID      ID    `json:"id"`
	Schema  int   `json:"schema"`
	Version int64 `json:"version"` // counts saves; 0: never saved

	State State     `json:"state"`
	Since time.Time `json:"since"` // when State was entered

	CallerSide
	ConferenceView
	Generations
	Music
	Place
	LegTable
	Supervisors
	// Out is of a caller whom we dial.
	Out Outbound `json:"out,omitzero"`
	// Kept is of a place that is kept without a leg.
	Kept KeptPlace `json:"kept,omitzero"`

	OnHold     bool       `json:"onHold,omitempty"` // the owner has put the caller on hold
	StaleOwner StaleOwner `json:"silence,omitzero"`
	Transfer   *Transfer  `json:"transfer,omitempty"` // the open one, or the last one with its outcome
	Counts
	Log
	Trail Trail `json:"trail,omitzero"`

	Reason Reason    `json:"reason,omitempty"` // why it ended
	Ended  time.Time `json:"ended,omitzero"`
	// Forgotten: the caller was forgotten, so that there is no record of the call.
	Forgotten bool `json:"forgotten,omitempty"`

	// News is what the last change means to other systems. It is stored beside the call and only with that change, no
	// rule reads it, and it asks for no save of its own.
	News []News `json:"-"`
}

// CallerSide is what is known of the caller: who they are, and their leg.
type CallerSide struct {
	From       string      `json:"from,omitempty"` // the caller's number, shown to agents; "": withheld
	Verified   bool        `json:"verified,omitempty"`
	Arrived    time.Time   `json:"arrived"`
	Caller     Participant `json:"caller"`
	CallerLive bool        `json:"callerOn,omitempty"` // the caller's leg is not known to have ended
	Return     Comeback    `json:"back,omitzero"`
	Question   Question    `json:"ask,omitzero"`
}

// News is something of a call that other systems are told (see package notice).
type News string

const (
	NewsAnswered    News = "answered"    // the caller talks to somebody for the first time
	NewsTransferred News = "transferred" // the caller was handed over
	NewsEnded       News = "ended"       // the call is over, with all of its legs
)

// Bounds of what one call stores (N10).
const (
	schema             = 1
	maxClosedLegs      = 12
	maxPastConferences = 8
)

// New is the call of a caller who has just arrived. From is the caller's number as shown to agents, "" if withheld.
func New(id ID, from string, verified bool, now time.Time) *Call {
	c := &Call{
		ID: id, Schema: schema, State: Waiting, Since: now,
		CallerSide:  CallerSide{From: from, Verified: verified, Arrived: now, CallerLive: true},
		Generations: Generations{EnterAt: now},
		Music:       Music{MusicAt: now, MusicEnds: now.Add(fallbackLength)},
		Place:       Place{Queued: now},
	}
	c.record(Entry{At: now, What: Arrive})
	return c
}

// Live says whether the call still needs attention: it has not ended, or legs are left that must be ended.
func (c *Call) Live() bool {
	return c.State != Ended || c.CallerLive || len(c.Legs)+len(c.Watching) > 0
}

// NotifiableLegs lists the legs over which something can be sent to the agents' pages: those that ring or are answered
// (https://www.twilio.com/docs/voice/api/userdefinedmessage-resource).
func (c *Call) NotifiableLegs() []Leg {
	var legs []Leg
	for _, l := range c.Legs {
		up := l.Phase == LegRinging || l.Phase == LegAnswered
		if up && l.Agent != "" && l.SID != "" && c.wanted(l.Key) {
			legs = append(legs, l)
		}
	}
	return legs
}

// wanted says whether a leg has a place in the call.
func (c *Call) wanted(key LegKey) bool {
	return c.State != Ended && key != "" && (key == c.Owner || key == c.Offer || key == c.Transfer.targetKey() ||
		c.Out.on(key) && c.State == Calling && c.Owner != "")
}

// Comeback is what is known of a caller who comes back into the queue after their call has ended: they were asked for a
// message, and have left none (see ApplyReturned).
type Comeback struct {
	Count  int  `json:"n,omitempty"`      // how often they have come back
	Waited bool `json:"waited,omitempty"` // once after the longest wait
	Gone   bool `json:"gone,omitempty"`   // their leg has ended, so that they cannot
}

// StaleOwner says that the page of the agent who owns the call has stopped sending heartbeats.
type StaleOwner struct {
	Leg       LegKey `json:"leg,omitempty"`  // the owner's leg
	Announced bool   `json:"told,omitempty"` // the caller has heard the announcement
}

// ForgetCaller takes out of a call that is over what tells who has called, and the notes of its transfers. What is left
// is only for late callbacks.
func (c *Call) ForgetCaller() {
	c.From, c.Out.Number, c.Forgotten = "", "", true
	if c.Transfer != nil {
		c.Transfer.Note = ""
	}
	for i := range c.Trail.Transfers {
		c.Trail.Transfers[i].Note = ""
	}
}
