// Package agent holds the rules about one agent: who may be offered a call, who has
// been claimed for one, and how long that holds. It is pure: no context, no input or
// output, no clock. It does not know conferences beyond their names.
package agent

import "time"

// ID is an agent's identity, safe as a Twilio client name: [A-Za-z0-9_]{1,121}.
// See FromClaim.
type ID string

// Status is what the agent has chosen, or what was chosen for him after missed calls.
type Status string

const (
	Available Status = "available" // may be offered calls
	Away      Status = "away"      // signed in, takes no calls
	WrapUp    Status = "wrap-up"   // writes up the last call, takes none
)

// Presence is what others see of an agent.
type Presence string

const (
	IsAvailable Presence = "available"
	IsAway      Presence = "away"
	IsWrapUp    Presence = "wrap-up"
	IsBusy      Presence = "busy"    // claimed for a call: ringing or talking
	IsOffline   Presence = "offline" // his page has not been heard of lately
)

// Why tells an agent why his status changed without his doing.
type Why string

const (
	WhyMissed      Why = "missed"      // did not answer several offers
	WhyUnreachable Why = "unreachable" // his page could not be rung
)

// Purpose is what an agent is claimed for.
type Purpose string

const (
	ForOffer    Purpose = "offer"    // a waiting caller is offered to the agent
	ForTransfer Purpose = "transfer" // the agent is the target of a consult or an add
)

// Claim binds an agent to one leg of one conference. It is a lease: it runs out
// unless it is renewed, so that a crash between two writes frees him.
type Claim struct {
	Conference string    `json:"conference"`
	Leg        string    `json:"leg"`
	Until      time.Time `json:"until"`
	// For is what the claim was made for; "" of one that an older version made.
	For Purpose `json:"for,omitempty"`
	// Askers names the requests that go on with this claim, each by the leg that it would have
	// made: only the last one of them to give up frees the agent.
	Askers []string `json:"askers,omitempty"`
	// Since is when it was made: he has been rung since. Absent in what older versions wrote.
	Since time.Time `json:"since,omitzero"`
	// Answered is when he answered, once his page has asked since.
	Answered time.Time `json:"answered,omitzero"`
}

// Dropped is a claim that a request gave up. If the leg has been saved all the same, the
// agent is claimed for it again (see DoubtsFreedom).
type Dropped struct {
	Conference string    `json:"conference"`
	At         time.Time `json:"at"`
}

// Agent is one agent's item.
type Agent struct {
	ID      ID        `json:"id"`
	Name    string    `json:"name"`
	Schema  int       `json:"schema"`
	Version int64     `json:"version"` // counts saves; 0 means never saved
	Status  Status    `json:"status"`
	Since   time.Time `json:"since"` // when Status was entered
	Why     Why       `json:"why,omitempty"`
	Idle    time.Time `json:"idle"`             // without a call since: the longest idle is offered first
	Seen    time.Time `json:"seen"`             // his page was last heard of
	Back    time.Time `json:"back,omitzero"`    // his page was heard of again after it had been silent too long
	Freed   time.Time `json:"freed,omitzero"`   // his last claim ended
	Missed  int       `json:"missed,omitempty"` // offers in a row that he did not take
	Claim   *Claim    `json:"claim,omitempty"`
	Dropped *Dropped  `json:"dropped,omitempty"` // the last claim that a request gave up
	// Silent is what Seen was when the agent was taken out of the free ones because his page had
	// been silent for long. The next beat makes the two differ, which puts him back.
	Silent *time.Time `json:"silent,omitempty"`
	// Removed is when the operator took the agent off the line; zero: not.
	Removed time.Time `json:"removed,omitzero"`
	Last    *Last     `json:"last,omitempty"`
	Recent  []Last    `json:"recent,omitempty"` // his last calls and the offers he did not answer, newest first, in finer words
	Outside *Window   `json:"outside,omitempty"`
	// Did names the last presses of buttons that took effect in calls that he has left, newest
	// last: one that comes once more is not about his next call.
	Did []string `json:"did,omitempty"`
}

// Last is how a call ended for the agent.
type Last struct {
	Conference string    `json:"conference"`
	Outcome    string    `json:"outcome"`
	At         time.Time `json:"at"`
	Began      time.Time `json:"began,omitzero"`   // when he answered, or was rung
	Caller     string    `json:"caller,omitempty"` // her number, for his eyes; "" is private
	Rang       bool      `json:"rang,omitempty"`   // he did not answer
	// With is the name of the colleague, or the outside number, whom it was handed over to or
	// who transferred it.
	With string `json:"with,omitempty"`
}

// Window counts what an agent did since a time.
type Window struct {
	Since time.Time `json:"since"`
	Count int       `json:"count"`
	Press string    `json:"press,omitempty"` // the last one that was counted
}
