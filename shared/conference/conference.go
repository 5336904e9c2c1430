// Package conference holds every rule about a caller, the agents around her and
// the transfer between them.
//
// It is pure: no context, no input or output, no clock and no randomness. Time and
// new keys come in as arguments; what is to be done in the world goes out as values
// (see Act). It does not know Twilio, DynamoDB or HTTP.
package conference

import (
	"time"

	"warmtransfer/shared/agent"
)

// ID names a conference: the caller's CallSid, which is unique for ever and tells
// nothing about her.
type ID string

// LegID is the network's name of one leg (a Twilio CallSid). It is empty until the
// network has told it.
type LegID string

// LegKey is our own name of an agent's leg, made before the leg is dialled. It
// stands in the leg's webhook addresses and is its label in the room, so that a leg
// can be recognised even when the answer to its creation was lost.
type LegKey string

// RoomID is the network's name of the room that a conference is held in now (a
// Twilio ConferenceSid). A conference gets a new room when its old one ended under
// the caller.
type RoomID string

// CallerLabel is the caller's label in every room.
const CallerLabel = "caller"

// Conference is one caller's call from her arrival to her end: one item of the
// table, guarded as a whole by Version.
type Conference struct {
	ID      ID    `json:"id"`
	Schema  int   `json:"schema"`
	Version int64 `json:"version"` // counts saves; 0 means never saved

	State State     `json:"state"`
	Since time.Time `json:"since"` // when State was entered

	// Round counts how often the caller was put into a room; it stands in the address that
	// is asked when a room ends, so that a repeated request about an old room is known.
	Round   int       `json:"round"`
	Room    RoomID    `json:"room,omitempty"`    // "" until the network has told it
	Past    []RoomID  `json:"past,omitempty"`    // the rooms before; their late events are ignored
	Started bool      `json:"started,omitempty"` // an agent has joined Room: music is now by hold only
	Looked  time.Time `json:"looked,omitzero"`   // when the network was last asked who is in the room
	Doubt   bool      `json:"doubt,omitempty"`   // it must be asked: something is known not to be known
	Missing time.Time `json:"missing,omitzero"`  // the caller was first looked for in vain, with no sign of her since
	Other   RoomID    `json:"other,omitempty"`   // a look has found this room in place of Room; another must confirm it

	From     string      `json:"from,omitempty"` // the caller's number for agents' eyes; "" is private
	Verified bool        `json:"verified,omitempty"`
	Caller   Participant `json:"caller"`

	Arrived time.Time `json:"arrived"`
	Queued  time.Time `json:"queued"`          // in the line since
	Music   time.Time `json:"music,omitzero"`  // when the caller last asked for more of it or it began, roughly
	Moving  time.Time `json:"moving,omitzero"` // she was told to leave her room for a fresh one, and has not come yet
	// MusicEnds is when what was heard from Music on is over, and she must ask for more. Before Music it
	// is of an older turn, and says nothing.
	MusicEnds time.Time `json:"musicEnds,omitzero"`
	Again     time.Time `json:"again,omitzero"`    // her hold was last begun anew for her music
	Entering  time.Time `json:"entering,omitzero"` // when she is put into the room of this round
	Turned    bool      `json:"turned,omitempty"`  // she has asked for music in this round
	Refused   int       `json:"refused,omitempty"` // how many rounds in a row have failed (see nextRound)
	Head      bool      `json:"head,omitempty"`    // talked before: goes ahead of all who never did

	Legs  []Leg  `json:"legs,omitempty"`  // the agents' legs that may be alive
	Gone  []Gone `json:"gone,omitempty"`  // the last legs that are over
	Offer LegKey `json:"offer,omitempty"` // the leg that rings for a caller without an owner
	Owner LegKey `json:"owner,omitempty"` // the leg that owns the call

	Silence  Silence                `json:"silence,omitzero"`
	Transfer *Transfer              `json:"transfer,omitempty"` // the open one, or the last one with its outcome
	OnHold   bool                   `json:"onHold,omitempty"`   // the owner put the caller on hold by hand
	Prefer   Preference             `json:"prefer,omitzero"`
	Tried    map[agent.ID]time.Time `json:"tried,omitempty"`   // when an offer to this agent failed
	Hops     int                    `json:"hops,omitempty"`    // transfers completed so far
	Dials    int                    `json:"dials,omitempty"`   // legs dialled so far
	Outside  int                    `json:"outside,omitempty"` // of those, to outside numbers

	History  []Entry   `json:"history,omitempty"`
	Requests []Request `json:"requests,omitempty"` // the last requests that took effect, newest last

	Reason   Reason    `json:"reason,omitempty"` // why it ended
	Ended    time.Time `json:"ended,omitzero"`
	CallerOn bool      `json:"callerOn,omitempty"` // the caller's leg is not known to be over

	freed  []Freed
	audit  bool    // see Audit
	astray bool    // see sawCaller
	lacked []LegID // see Saw
	// unwatched: see Unwatched
	unwatched bool
}

// Live says whether the conference still needs a clock: it has not ended, or what its
// end asks for is not done yet.
func (c *Conference) Live() bool { return c.State != Ended || c.CallerOn || len(c.Legs) > 0 }

// Participant is what is known of one party's place in the room.
type Participant struct {
	Joined bool `json:"joined,omitempty"`
	Held   bool `json:"held,omitempty"`
	// Unsure: the last change of Held had no clear answer, so it is to be made again.
	Unsure bool `json:"unsure,omitempty"`
	// Unholding is when somebody began to take the party off hold who has not told yet how
	// that went: until he does, or has had time enough, she may be off hold at any moment.
	Unholding time.Time `json:"unholding,omitzero"`
	// Late is when an un-hold was begun whose outcome is not known: it may take effect yet.
	Late time.Time `json:"late,omitzero"`
	// Told: that the party is on hold was told by the network of itself, not only answered, so
	// that no word is on its way any more that is older.
	Told bool `json:"told,omitempty"`
	// Unholds counts the requests that may be what is seen to have taken the party off hold:
	// with one only, that one is over when it is seen.
	Unholds int `json:"unholds,omitempty"`
	// Asked is when a hold was asked for last that had no answer in time: it may be done yet.
	Asked time.Time `json:"asked,omitzero"`
	// Again is when an un-hold that was not carried out, as far as is known, is made again.
	Again time.Time `json:"again,omitzero"`
	// Seq is one more than the sequence number of the last room event taken in for this
	// party; an older one that comes late is ignored. 0: none yet.
	Seq int `json:"seq,omitempty"`
	// HeldAt is when Held was last seen to begin.
	HeldAt time.Time `json:"heldAt,omitzero"`
}

// Leg is an agent's leg, or that of an outside number, from the decision to dial it.
type Leg struct {
	Key    LegKey    `json:"key"`
	SID    LegID     `json:"sid,omitempty"`
	Agent  agent.ID  `json:"agent,omitempty"`
	Number string    `json:"number,omitempty"` // E.164 of an outside party, who is no agent
	Name   string    `json:"name,omitempty"`   // for agents' eyes
	Phase  Phase     `json:"phase"`
	Since  time.Time `json:"since"` // when Phase was entered
	// Deadline is when a leg that was not answered is given up, whatever the network says.
	Deadline time.Time `json:"deadline,omitzero"`
	// NotBefore is when a leg that the network had no room for may be dialled again.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// EndsRoom is the network's flag "the conference ends when this leg leaves", as last set.
	EndsRoom bool `json:"endsRoom,omitempty"`
	// Refused is how often the room has not taken it (see LegFellOut).
	Refused int `json:"refused,omitempty"`
	// Declining is why its agent declined, if he said.
	Declining Declining `json:"declining,omitempty"`
	// Absent is when the leg was first looked for in vain, with no sign of it since.
	Absent time.Time `json:"absent,omitzero"`
	// Out is how the attempt ended, of a leg that was given up while it may be alive.
	Out Outcome `json:"out,omitempty"`
	Participant
}

// Gone is a leg that is over.
type Gone struct {
	Key LegKey `json:"key"`
	SID LegID  `json:"sid,omitempty"` // "" if the network never told of it: then it may turn up yet
	Seq int    `json:"seq,omitempty"` // as Participant.Seq when it went
	// Freed is who was set free with it, for his page to find out if nobody has told him.
	Freed *Freed `json:"freed,omitempty"`
	// Lost is the agent whose leg was lost, and At when: if the caller turns out to have gone
	// at that moment, it was her end that took his leg along.
	Lost agent.ID  `json:"lost,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// Freed is an agent whom a change of the conference has set free. If telling him so is
// lost, his lease runs out, or his page finds it out (see Left).
type Freed struct {
	Agent   agent.ID  `json:"agent"`
	Leg     LegKey    `json:"leg"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Talked  bool      `json:"talked,omitempty"` // he had answered
	Since   time.Time `json:"since,omitzero"`   // when he answered, or was rung
	Rang    bool      `json:"rang,omitempty"`   // his phone rang, and he had not answered
	// Late: he was free before; only how the call ended is known better now. It is not stored.
	Late bool `json:"-"`
	// Kept: the caller waits for him to come back, so for him the call is not over. It is not
	// stored either.
	Kept bool `json:"-"`
}

// Phase is how far a leg has come.
type Phase string

const (
	Planned  Phase = "planned"  // decided, not dialled yet: something must be confirmed first
	Dialing  Phase = "dialing"  // dialled; the network may not have told its name yet
	Alerting Phase = "ringing"  // the network says that it rings, or, without a name of it, that it may
	Asked    Phase = "asked"    // an outside party has picked up, and is asked whether a person takes the call
	Answered Phase = "answered" // its TwiML was fetched; in the room or on the way into it
)

// Kind is how a transfer began.
type Kind string

const (
	KindAdd     Kind = "add"     // straight to three parties: the classic
	KindConsult Kind = "consult" // private talk first, the caller held
)

// Transfer is one attempt to hand the caller over.
type Transfer struct {
	Kind    Kind      `json:"kind"`
	By      agent.ID  `json:"by"` // transferor
	ByName  string    `json:"byName,omitempty"`
	To      agent.ID  `json:"to"` // target; "" if it is an outside number
	Number  string    `json:"number,omitempty"`
	ToName  string    `json:"toName,omitempty"`
	Leg     LegKey    `json:"leg"`             // the target's leg
	ByLeg   LegKey    `json:"byLeg,omitempty"` // the transferor's
	Note    string    `json:"note,omitempty"`
	Reason  Declining `json:"reason,omitempty"` // why the target declined, if she said
	Began   time.Time `json:"began"`
	Outcome Outcome   `json:"outcome,omitempty"` // "" while open
	Ended   time.Time `json:"ended,omitzero"`
}

// Open says whether the transfer still runs.
func (t *Transfer) Open() bool { return t != nil && t.Outcome == "" }

// Preference keeps a caller for one agent for a while: the one who was lost to her, or
// who had handed her over to the outside number that was.
type Preference struct {
	Agent agent.ID  `json:"agent,omitempty"`
	After time.Time `json:"after,omitzero"` // when he was lost; zero: he was not
	Until time.Time `json:"until,omitzero"` // then she is for anybody
}

// Silence is that of the page of the agent who owns the call.
type Silence struct {
	Leg  LegKey `json:"leg,omitempty"`  // his leg
	Told bool   `json:"told,omitempty"` // the caller has been told
}

// Entry is one line of the conference's history.
type Entry struct {
	At      time.Time `json:"at"`
	What    Event     `json:"what"`
	Agent   agent.ID  `json:"agent,omitempty"`
	Name    string    `json:"name,omitempty"`
	By      agent.ID  `json:"by,omitempty"` // of a transfer, the transferor
	ByName  string    `json:"byName,omitempty"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Reason  Declining `json:"reason,omitempty"`
}

// Request is an agent's request that took effect; the same key has no second effect.
type Request struct {
	Key    string   `json:"key"`
	Agent  agent.ID `json:"agent"`
	Action string   `json:"action"`
}
