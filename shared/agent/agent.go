// Package agent holds the rules about one agent: who may be offered a call, who is claimed for one, and for how long.
// It is pure: no context, no input or output, no clock. Of calls it knows only their ids.
package agent

import "time"

// ID is an agent's identity. It is valid as the identity of a Twilio Device, [A-Za-z0-9_]{1,121}
// (https://www.twilio.com/docs/voice/sdks/javascript/twiliodevice). See FromClaim.
type ID string

// Status is what the agent has chosen, or what was set after missed offers.
type Status string

const (
	Available Status = "available" // may be offered calls
	Away      Status = "away"      // signed in, takes no calls
	WrapUp    Status = "wrap-up"   // writes up the last call, takes no calls
)

// Presence is what others see of an agent.
type Presence string

const (
	IsAvailable Presence = "available"
	IsAway      Presence = "away"
	IsWrapUp    Presence = "wrap-up"
	IsBusy      Presence = "busy"    // claimed for a call: being rung, or in it
	IsOffline   Presence = "offline" // the page has sent no heartbeat lately
)

// StatusReason is why the agent's status was changed without their doing.
type StatusReason string

const (
	ReasonMissed      StatusReason = "missed"      // did not answer several offers
	ReasonUnreachable StatusReason = "unreachable" // the page's device could not be rung
)

// Purpose is what an agent is claimed for.
type Purpose string

const (
	ForOffer    Purpose = "offer"    // a waiting caller is offered to the agent
	ForTransfer Purpose = "transfer" // the agent is the target of a consult or an add
	ForWatching Purpose = "watching" // the agent is a supervisor who listens to a call, coaches in it, or talks to all
)

// Claim binds an agent to one leg of one call. It is a lease that expires unless it is renewed, so an agent is released
// even if a request crashes between two writes.
type Claim struct {
	Call  string    `json:"conference"`
	Leg   string    `json:"leg"`
	Until time.Time `json:"until"`
	// For is what the claim was made for; "" if an older version made it.
	For Purpose `json:"for,omitempty"`
	// Askers names the requests that use this claim, each by the leg key that it would have used itself. Only the last
	// of them to give up releases the agent.
	Askers []string `json:"askers,omitempty"`
	// Since is when the claim was made, and ringing began. Zero if an older version made it.
	Since time.Time `json:"since,omitzero"`
	// Answered is when the agent answered, noted by the first heartbeat after that.
	Answered time.Time `json:"answered,omitzero"`
}

// Dropped is a claim that a request gave up. If the leg was saved after all, the agent is claimed for it again (see
// DoubtsFreedom).
type Dropped struct {
	Call string    `json:"conference"`
	At   time.Time `json:"at"`
}

// Agent is one agent, stored as one item.
type Agent struct {
	ID           ID           `json:"id"`
	Name         string       `json:"name"`
	Schema       int          `json:"schema"`
	Version      int64        `json:"version"` // counts saves; 0: never saved
	Status       Status       `json:"status"`
	Since        time.Time    `json:"since"` // when Status was entered
	StatusReason StatusReason `json:"why,omitempty"`
	StatusBy     string       `json:"by,omitempty"` // the name of the supervisor who has set Status; "": nobody has
	// IdleSince is since when the agent has been in no call; in the future while wrap-up lasts. The agent who has
	// been idle longest is offered a caller first.
	IdleSince   time.Time `json:"idle"`
	HeartbeatAt time.Time `json:"seen"`             // time of the last heartbeat
	Back        time.Time `json:"back,omitzero"`    // first heartbeat after StaleAfter without any
	Freed       time.Time `json:"freed,omitzero"`   // when the last claim ended
	Missed      int       `json:"missed,omitempty"` // offers missed in a row
	Claim       *Claim    `json:"claim,omitempty"`
	Dropped     *Dropped  `json:"dropped,omitempty"` // the last claim that a request gave up
	// Silent is the time of the last heartbeat of an agent who left the free agents because of missing heartbeats. The
	// next heartbeat is later, so the two times differ and the agent is free again.
	Silent *time.Time `json:"silent,omitempty"`
	// Removed is when the operator removed the agent; zero: not removed.
	Removed   time.Time  `json:"removed,omitzero"`
	Last      *LastCall  `json:"last,omitempty"`
	Recent    []LastCall `json:"recent,omitempty"` // the last calls and unanswered offers, newest first, in finer words
	DialQuota *DialQuota `json:"outside,omitempty"`
	// AppliedRequests names the last requests that took effect in calls that the agent has left, newest last. If one
	// of them is repeated it is not applied to the next call.
	AppliedRequests []string `json:"did,omitempty"`
}

// LastCall is how one call ended for the agent.
type LastCall struct {
	Call    string    `json:"conference"`
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`
	Began   time.Time `json:"began,omitzero"`   // when the agent answered, or was rung
	Caller  string    `json:"caller,omitempty"` // the caller's number, shown to this agent; "": withheld
	Rang    bool      `json:"rang,omitempty"`   // it rang and the agent did not answer
	// With is the other party of a transfer: the name of the agent, or the number, that the caller went to or came
	// from.
	With string `json:"with,omitempty"`
	// CalledBack: the agent has called the caller, who has answered or not.
	CalledBack bool `json:"calledBack,omitempty"`
}

// DialQuota counts outside dials within a time.
type DialQuota struct {
	Since   time.Time `json:"since"`
	Count   int       `json:"count"`
	Request string    `json:"press,omitempty"` // the request that was counted last
}
