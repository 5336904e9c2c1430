package conference

import (
	"time"

	"warmtransfer/shared/agent"
)

// Act is something to be done in the world. Acts are values; the switchboard does
// them, after the conference that asked for them was saved.
type Act interface{ act() }

// Dial rings an agent, or an outside number. It is done once for each leg: a leg is
// saved as dialled before.
type Dial struct {
	Conference ID
	Leg        LegKey
	Agent      agent.ID
	Number     string        // E.164; then there is no Agent, and nobody sees Info
	Timeout    time.Duration // how long it may ring
	// Info reaches the agent's page before he answers: small, for his eyes.
	Info Info
}

// Info is what a rung agent is told beforehand.
type Info struct {
	Caller string    // number, "" if private
	Waited time.Time // waiting since
	By     string    // name of the transferor, "" for a first offer
	Kind   Kind
	Note   string
}

// SetHold makes a party hear music or the room. Leg is the caller's or an agent's.
type SetHold struct {
	Leg  LegID
	Hold bool
}

// SetEndsRoom sets whether the room ends when the leg leaves.
type SetEndsRoom struct {
	Leg  LegID
	Ends bool
}

// Hangup ends a leg that is not wanted any more.
type Hangup struct {
	Key LegKey
	Leg LegID
}

// LastWords tells the caller why her call ends, and ends it.
type LastWords struct{}

// FreshRoom takes the caller out of the room in which her music has run out, or out of
// wherever she is who is not found in hers. Her own request, the one for when a room ends
// under her, then puts her into a new one.
type FreshRoom struct{}

// Announce tells the caller, over what she hears, that her agent's page has fallen silent
// (see PageSeen). Owner is the leg of that agent.
type Announce struct{ Owner LegKey }

// Look asks the network who is in the room, because something that should have been
// told by now was not. The answer goes to Saw.
type Look struct{}

// LookAt asks the network about one leg, the caller's or an agent's, that a list of those
// in the room lacked. The answer goes to SawLeg.
type LookAt struct{ Leg LegID }

// Find asks the network whether there is a leg that may be one that was dialled without
// an answer.
type Find struct {
	Key    LegKey
	Agent  agent.ID
	Number string // E.164, if it is no agent's leg
	Since  time.Time
}

func (FreshRoom) act()   {}
func (Announce) act()    {}
func (Look) act()        {}
func (Find) act()        {}
func (LookAt) act()      {}
func (Dial) act()        {}
func (SetHold) act()     {}
func (SetEndsRoom) act() {}
func (Hangup) act()      {}
func (LastWords) act()   {}

// Sighting is what the network says of one leg by its name.
type Sighting struct {
	Over bool // its call is over
	In   bool // it is in the room that was asked about
	Held bool // and on hold there
}

// Presence is one party that the network says is in a room now.
type Presence struct {
	Leg   LegID
	Label string // CallerLabel or a LegKey; may be empty
	Held  bool
}
