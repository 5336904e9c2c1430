package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// Effect is one thing to do at Twilio. Effects are values: the service carries them out after the call that planned
// them was saved.
type Effect interface{ effect() }

// Dial rings an agent or an outside number. Each leg is dialled once: it is saved as dialled before the request is
// sent.
type Dial struct {
	Call    ID
	Leg     LegKey
	Agent   agent.ID
	Number  string        // E.164; then there is no Agent, and nobody sees Info
	Timeout time.Duration // how long it may ring
	// Caller: the number is the caller's own. Whoever picks up joins at once; Twilio listens whether it is a machine
	// (https://www.twilio.com/docs/voice/answering-machine-detection).
	Caller bool
	// Info is shown on the agent's page before they answer. It is kept small.
	Info DialInfo
}

// longRing is how long a leg may ring on that cannot be ended, with the seconds that Twilio adds: see N3.
const longRing = time.Minute

// TellsRinging says whether Twilio is asked to tell that the leg rings: of an outside number, which may be busy or not
// be reached before, while Twilio has a page ring as it makes the call; and of a leg that may ring for long. If the
// answer to a dial is lost, nothing else tells the CallSid, without which a leg that nobody wants any more cannot be
// ended.
func (d Dial) TellsRinging() bool { return d.Number != "" || d.Timeout > longRing }

// DialInfo is what an agent is told while their leg rings.
type DialInfo struct {
	Caller string    // number, "" if private
	Waited time.Time // waiting since
	By     string    // name of the transferor; "" for an offer from the queue
	Kind   TransferKind
	Note   string
	// Asked is the request key of the page that has asked for this leg, and answers it by itself; "": no page has.
	Asked string
	// Place: the caller keeps a place, and is dialled once the agent has answered.
	Place bool
	Watch Mode // of a supervisor's own leg: what they have asked for; "": it is an agent's
}

// SetHold puts a party on hold or resumes them. Leg is the caller's or another participant's.
type SetHold struct {
	Leg  LegID
	Hold bool
}

// SetEndOnExit sets endConferenceOnExit: whether the conference ends when the leg leaves it.
type SetEndOnExit struct {
	Leg  LegID
	Ends bool
}

// SetVoice changes who hears a supervisor's leg. Coach, of SetCoach, is the only leg that is to hear it; "": all.
type SetVoice struct {
	Leg   LegID
	Step  VoiceStep
	Coach LegID
}

// Hangup ends a leg that has no place in the call any more.
type Hangup struct {
	Key LegKey
	Leg LegID
}

// CancelDial ends a leg only as long as it rings: one that was answered meanwhile goes on.
type CancelDial struct {
	Key LegKey
	Leg LegID
}

// SayGoodbye tells the caller why the call ends, and then ends the caller's leg.
type SayGoodbye struct{}

// RestartMusic repeats the caller's hold, because their music has run out: Twilio then fetches the music again, as we
// expect and it does not document (HoldUrl in https://www.twilio.com/docs/voice/api/conference-participant-resource).
type RestartMusic struct{}

// RejoinConference redirects a caller whose music has run out, or who is absent from the expected conference. The
// caller's <Dial> then ends, and the request that Twilio makes at its end
// (https://www.twilio.com/docs/voice/twiml/dial#action) puts the caller into a new conference.
type RejoinConference struct{}

// Announce plays a sentence to the caller that says the agent's page has stopped sending heartbeats (see
// ApplyOwnerHeartbeat). Owner is the leg of that agent.
type Announce struct{ Owner LegKey }

// Reconcile lists the conference's participants at Twilio
// (https://www.twilio.com/docs/voice/api/conference-participant-resource), because an expected callback has not come.
// The answer goes to ApplyParticipants.
type Reconcile struct{}

// FindParticipant fetches one leg, the caller's or another, that was missing from the list of participants. The
// answer goes to ApplyLegSighting.
type FindParticipant struct{ Leg LegID }

// FindLeg lists calls at Twilio to see whether a leg exists whose Dial had no response.
type FindLeg struct {
	Key    LegKey
	Agent  agent.ID
	Number string // E.164, if it is not an agent's leg
	Since  time.Time
}

func (RestartMusic) effect()     {}
func (RejoinConference) effect() {}
func (Announce) effect()         {}
func (Reconcile) effect()        {}
func (FindLeg) effect()          {}
func (FindParticipant) effect()  {}
func (Dial) effect()             {}
func (SetHold) effect()          {}
func (SetVoice) effect()         {}
func (SetEndOnExit) effect()     {}
func (Hangup) effect()           {}
func (CancelDial) effect()       {}
func (SayGoodbye) effect()       {}

// Sighting is what Twilio says of one leg that was fetched by its CallSid
// (https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
type Sighting struct {
	Over bool // the leg has ended
	In   bool // it is in the expected conference
	Held bool // it is on hold there
}

// ListedParticipant is one participant as Twilio lists it.
type ListedParticipant struct {
	Leg   LegID
	Label string // CallerLabel or a LegKey; may be empty
	Held  bool
}

// ResultKind is one way an effect may go.
type ResultKind int

const (
	Done        ResultKind = iota // done
	AlreadyGone                   // nothing to do: the leg or the conference has ended
	Refused                       // not done; repeating it will not help
	Throttled                     // not done; may be repeated later
	Unknown                       // may or may not have been done
)

// Result is how an effect went.
type Result struct {
	Kind ResultKind
	Leg  LegID  // the CallSid, of a Dial that succeeded
	Code string // Twilio's error code, if it was refused: https://www.twilio.com/docs/api/errors
	Slow bool   // of Unknown: the request timed out, so it may still be carried out
	Over bool   // of Unknown: Twilio answered that it failed, so it was carried out by then or not at all
	// Began is the call as it was saved when the effect was begun; nil: nothing has changed since.
	Began *Call
}
