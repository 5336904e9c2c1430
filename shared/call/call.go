// Package conference holds every rule about a call: the caller, the agents' legs and the transfer between them.
//
// It is pure: no context, no input or output, no clock and no randomness. Time and new keys come in as arguments; what
// is to be done at Twilio goes out as values (see Effect). It imports nothing of Twilio, DynamoDB or HTTP.
package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// ID names a call: the caller's CallSid, which is never used again and tells nothing about the caller.
type ID string

// LegID is Twilio's name of one leg, its CallSid. It is empty until Twilio has told it.
type LegID string

// LegKey is our own name of an agent's leg, made before the leg is dialled. It stands in the leg's webhook addresses
// and is the leg's participant label, so the leg is recognised even if the response to its creation was lost.
type LegKey string

// ConferenceID is the ConferenceSid of the call's conference. If the conference ends while the caller's leg goes on,
// the
// caller joins a new one, with a new ConferenceSid.
type ConferenceID string

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

	// Generation counts the conferences that the caller was sent into, from 0. It stands in the address that Twilio
	// requests
	// when the caller's <Dial> ends, so that a repeated request about an earlier conference is recognised.
	Generation      int            `json:"round"`
	Conference      ConferenceID   `json:"room,omitempty"` // "" until Twilio has told it
	PastConferences []ConferenceID `json:"past,omitempty"` // earlier conferences; their late events are ignored
	// an agent has joined: from now on music is by hold only
	Started      bool      `json:"started,omitempty"`
	ReconciledAt time.Time `json:"looked,omitzero"` // when the participants were last listed
	Stale        bool      `json:"doubt,omitempty"` // what is stored may be wrong: reconcile with Twilio
	// first reconcile that did not find the caller; zero if found since
	CallerAbsentSince time.Time `json:"missing,omitzero"`
	// a list has shown this conference instead; a second must confirm it
	OtherConference ConferenceID `json:"other,omitempty"`

	From     string      `json:"from,omitempty"` // the caller's number, shown to agents; "": withheld
	Verified bool        `json:"verified,omitempty"`
	Caller   Participant `json:"caller"`

	Arrived      time.Time `json:"arrived"`
	Queued       time.Time `json:"queued"`          // in the queue since
	MusicAt      time.Time `json:"music,omitzero"`  // start of the current music turn, or of the hold
	RedirectedAt time.Time `json:"moving,omitzero"` // when the caller was sent to a new conference; zero: has joined
	// MusicEnds is when the current music turn has been played, so that Twilio must request the next one. If it is
	// before MusicAt it belongs to an earlier turn and is not used.
	MusicEnds       time.Time `json:"musicEnds,omitzero"`
	MusicRepeatedAt time.Time `json:"again,omitzero"`    // when the hold was last repeated to restart the music
	EnterAt         time.Time `json:"entering,omitzero"` // when the caller is to join the conference of this generation
	MusicRequested  bool      `json:"turned,omitempty"`  // a music turn was requested in this generation
	// how many generations in a row have failed (see nextGeneration)
	FailedJoins int  `json:"refused,omitempty"`
	Requeued    bool `json:"head,omitempty"` // has talked before: ahead of all in the queue who have not

	Legs       []Leg       `json:"legs,omitempty"`  // legs that may be alive, other than the caller's
	ClosedLegs []ClosedLeg `json:"gone,omitempty"`  // the last legs that have ended
	Offer      LegKey      `json:"offer,omitempty"` // the leg that is rung for a caller without an owner
	Owner      LegKey      `json:"owner,omitempty"` // the leg of the owner

	StaleOwner   StaleOwner             `json:"silence,omitzero"`
	Transfer     *Transfer              `json:"transfer,omitempty"` // the open one, or the last one with its outcome
	OnHold       bool                   `json:"onHold,omitempty"`   // the owner has put the caller on hold
	Recall       Recall                 `json:"prefer,omitzero"`
	FailedOffers map[agent.ID]time.Time `json:"tried,omitempty"`   // when an offer to this agent failed
	Hops         int                    `json:"hops,omitempty"`    // transfers completed so far
	Dials        int                    `json:"dials,omitempty"`   // legs dialled so far
	OutsideDials int                    `json:"outside,omitempty"` // of those, to outside numbers

	History  []Entry   `json:"history,omitempty"`
	Requests []Request `json:"requests,omitempty"` // the last requests that took effect, newest last

	Reason     Reason    `json:"reason,omitempty"` // why it ended
	Ended      time.Time `json:"ended,omitzero"`
	CallerLive bool      `json:"callerOn,omitempty"` // the caller's leg is not known to have ended

	released       []Release
	forceReconcile bool    // see RequestReconcile
	callerLost     bool    // see applyCallerListed
	unlisted       []LegID // see ApplyParticipants
	// noPageWatches: see Unwatched
	noPageWatches bool
}

// Live says whether the call still needs attention: it has not ended, or legs are left that must be ended.
func (c *Call) Live() bool { return c.State != Ended || c.CallerLive || len(c.Legs) > 0 }

// Participant is what is known of one leg inside the conference.
type Participant struct {
	Joined bool `json:"joined,omitempty"`
	Held   bool `json:"held,omitempty"`
	// HoldUncertain: the result of the last hold or resume is unknown, so it is repeated.
	HoldUncertain bool `json:"unsure,omitempty"`
	// ResumingSince is when a resume was started whose result has not been saved yet. Until it is, or resumeLimit has
	// passed, the party may leave hold at any moment.
	ResumingSince time.Time `json:"unholding,omitzero"`
	// LateResume is when a resume was started whose result is unknown: it may still take effect.
	LateResume time.Time `json:"late,omitzero"`
	// ConfirmedHeld: an event or a list has confirmed the hold, not only the response to our request, so no older event
	// about it
	// can still arrive.
	ConfirmedHeld bool `json:"told,omitempty"`
	// PendingResumes counts the resumes without a known result. If it is 1, an event that shows the party resumed
	// settles that
	// one.
	PendingResumes int `json:"unholds,omitempty"`
	// HoldAskedAt is when a hold was last requested that timed out: it may still be carried out.
	HoldAskedAt time.Time `json:"asked,omitzero"`
	// ResumeAgainAt is when a resume that failed, as far as is known, may be tried again.
	ResumeAgainAt time.Time `json:"again,omitzero"`
	// Seq is one more than the sequence number of the last conference event applied to this party; older events are
	// ignored. 0: none yet.
	Seq int `json:"seq,omitempty"`
	// HeldAt is when the hold began.
	HeldAt time.Time `json:"heldAt,omitzero"`
}

// Leg is the leg of an agent or of an outside number, from the decision to dial it.
type Leg struct {
	Key    LegKey    `json:"key"`
	SID    LegID     `json:"sid,omitempty"`
	Agent  agent.ID  `json:"agent,omitempty"`
	Number string    `json:"number,omitempty"` // E.164 of an outside party; then Agent is empty
	Name   string    `json:"name,omitempty"`   // shown to agents
	Phase  Phase     `json:"phase"`
	Since  time.Time `json:"since"` // when Phase was entered
	// Deadline is when an unanswered leg is given up, whatever Twilio says.
	Deadline time.Time `json:"deadline,omitzero"`
	// NotBefore is when a leg whose dial was throttled may be dialled again.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// EndsConference is Twilio's endConferenceOnExit as last set: the conference ends when this leg leaves it
	// (https://www.twilio.com/docs/voice/twiml/conference).
	EndsConference bool `json:"endsRoom,omitempty"`
	// FailedJoins is how often the conference has not admitted the leg (see ApplyJoinRefused).
	FailedJoins int `json:"refused,omitempty"`
	// DeclineReason is why the agent declined, if they gave a reason.
	DeclineReason DeclineReason `json:"declining,omitempty"`
	// AbsentSince is when the leg was first not found; zero if it was found since.
	AbsentSince time.Time `json:"absent,omitzero"`
	// FinalOutcome is how the attempt ended, for a leg that was given up and may still be alive.
	FinalOutcome Outcome `json:"out,omitempty"`
	Participant
}

// ClosedLeg is a leg that has ended.
type ClosedLeg struct {
	Key LegKey `json:"key"`
	SID LegID  `json:"sid,omitempty"` // "" if Twilio never told it: the leg may still turn up
	Seq int    `json:"seq,omitempty"` // Participant.Seq when it ended
	// Release is the release of its agent. The agent's page reads it if the release itself was lost.
	Release *Release `json:"freed,omitempty"`
	// LostAgent is the agent whose leg was lost, and At when. If the caller turns out to have hung up at that moment,
	// the
	// leg ended because of that.
	LostAgent agent.ID  `json:"lost,omitempty"`
	At        time.Time `json:"at,omitzero"`
}

// Release is an agent who was released by a change of the call. If the release is not saved with the agent, the claim
// expires, or the agent's page asks for it (see ReleaseOf).
type Release struct {
	Agent   agent.ID  `json:"agent"`
	Leg     LegKey    `json:"leg"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Talked  bool      `json:"talked,omitempty"` // the agent had answered
	Since   time.Time `json:"since,omitzero"`   // when the agent answered, or was rung
	Rang    bool      `json:"rang,omitempty"`   // the agent's leg rang and was not answered
	// Correction: the agent was released before; this only corrects how the call ended. Not stored.
	Correction bool `json:"-"`
	// Reserved: the caller is reserved for this agent's return, so the call is not over for them. Not stored.
	Reserved bool `json:"-"`
}

// Phase is how far a leg has come.
type Phase string

const (
	LegPlanned  Phase = "planned"  // not dialled yet: something must be confirmed first
	LegDialing  Phase = "dialing"  // dialled; its CallSid may not be known yet
	LegRinging  Phase = "ringing"  // Twilio says that it rings, or lists a call that may be this leg
	LegScreened Phase = "asked"    // an outside party has picked up and is asked to press 1
	LegAnswered Phase = "answered" // its TwiML was fetched; it is in the conference or about to join
)

// TransferKind says how a transfer starts.
type TransferKind string

const (
	KindAdd     TransferKind = "add"     // all three talk as soon as the target answers
	KindConsult TransferKind = "consult" // transferor and target talk in private first; the caller is on hold
)

// Transfer is one attempt to hand the caller over to a target.
type Transfer struct {
	Kind          TransferKind  `json:"kind"`
	By            agent.ID      `json:"by"` // the transferor
	ByName        string        `json:"byName,omitempty"`
	To            agent.ID      `json:"to"` // the target; "" for an outside number
	Number        string        `json:"number,omitempty"`
	ToName        string        `json:"toName,omitempty"`
	Leg           LegKey        `json:"leg"`             // the target's leg
	ByLeg         LegKey        `json:"byLeg,omitempty"` // the transferor's
	Note          string        `json:"note,omitempty"`
	DeclineReason DeclineReason `json:"reason,omitempty"` // why the target declined, if a reason was given
	Began         time.Time     `json:"began"`
	Outcome       Outcome       `json:"outcome,omitempty"` // "" while open
	Ended         time.Time     `json:"ended,omitzero"`
}

// Open says whether the transfer has no outcome yet.
func (t *Transfer) Open() bool { return t != nil && t.Outcome == "" }

// Recall reserves a caller for one agent for a while: the agent whose leg was lost or, if an outside party was
// lost, the agent who had transferred the caller to them.
type Recall struct {
	Agent  agent.ID  `json:"agent,omitempty"`
	LostAt time.Time `json:"after,omitzero"` // when the agent's leg was lost; zero: it was not
	Until  time.Time `json:"until,omitzero"` // from then on any agent may be offered the caller
}

// StaleOwner says that the page of the agent who owns the call has stopped sending heartbeats.
type StaleOwner struct {
	Leg       LegKey `json:"leg,omitempty"`  // the owner's leg
	Announced bool   `json:"told,omitempty"` // the caller has heard the announcement
}

// Entry is one entry of the call's history.
type Entry struct {
	At            time.Time     `json:"at"`
	What          Event         `json:"what"`
	Agent         agent.ID      `json:"agent,omitempty"`
	Name          string        `json:"name,omitempty"`
	By            agent.ID      `json:"by,omitempty"` // for a transfer: the transferor
	ByName        string        `json:"byName,omitempty"`
	Outcome       Outcome       `json:"outcome,omitempty"`
	DeclineReason DeclineReason `json:"reason,omitempty"`
}

// Request is an agent's request that took effect. The same request key has no second effect.
type Request struct {
	Key    string   `json:"key"`
	Agent  agent.ID `json:"agent"`
	Action string   `json:"action"`
}
