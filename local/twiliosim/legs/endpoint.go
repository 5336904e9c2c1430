package legs

import "warmtransfer/local/twiliosim/media"

// Endpoint is one real client, for example the voice connection of one browser tab. It
// is implemented by whoever carries the sound. Several Endpoints may be registered
// under one identity: all ring, the first that answers gets the leg.
//
// The network calls one Endpoint's methods one at a time, in the order in which things
// happened, from a goroutine of its own and without holding a lock, so an Endpoint may
// call the network back from inside them. They must return quickly: everything that
// the network says goes through the same goroutine.
//
// What an Endpoint does, it does by these methods of Network:
//
//	Register(identity, endpoint)        from now on it rings when the identity is dialled
//	Unregister(identity, endpoint)      no longer; legs that it has live on
//	Answer(leg, endpoint) error         take a leg it was invited to; ErrGone if too late
//	Reject(leg, endpoint) error         decline it
//	Hangup(leg) error                   end a leg with a goodbye
//	Lose(leg) error                     its line died without a goodbye
//	DTMF(leg, digits) error             it pressed keys
//	PlaceCall(endpoint, from, to)       an outside phone with a real voice dials our number
//	Hears(leg) []media.Sound            what the leg hears now
//	Audio(url) ([]byte, error)          the bytes of a Play's file, fetched once
type Endpoint interface {
	// Invite tells that a leg rings here. Answer, Reject or silence follow.
	Invite(Invite)
	// Answered tells that a call made with PlaceCall was taken.
	Answered(leg string)
	// Ended tells that a leg is over that this Endpoint was invited to, has answered or
	// has placed, whoever ended it. Nothing follows for that leg.
	Ended(leg string, end End)
	// Message hands over a user-defined message (UserDefinedMessages.create); it may
	// come while the leg rings.
	Message(leg string, m Message)
	// Hears tells what the leg hears from now on, as a whole; it comes after every
	// change and never for a leg that is over. See Network.Listen for all legs at once.
	Hears(leg string, sounds []media.Sound)
}

// Invite is a call that comes in at a client.
type Invite struct {
	Leg  string // CallSid
	From string // E.164 or client:identity
	To   string // client:identity, without parameters
	// Params are the custom parameters of client:identity?key=value, decoded.
	Params map[string]string
	// Parameters are the call's own as the Voice SDK names them: CallSid, AccountSid,
	// From, To, Direction, ApiVersion; without Params.
	Parameters map[string]string
}

// End says how a leg ended.
type End struct {
	// Cancelled: it was still ringing here and rings no more (another client took it,
	// the dialling party gave up, or the ring time ran out).
	Cancelled bool
	// Code is the Voice SDK's error code for an end that was no plain goodbye (31486
	// busy, 31603 declined, 31480 unavailable, 31404 not found); otherwise 0.
	Code int
}

// Message is a user-defined message to a client.
type Message struct {
	SID     string // KX...
	Content string // JSON
}
