package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

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
	// NotBefore is when a leg whose dial was throttled may be dialled again, or one that was cancelled be so again.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// EndsConference is Twilio's endConferenceOnExit as last set: the conference ends when this leg leaves it
	// (https://www.twilio.com/docs/voice/twiml/conference).
	EndsConference bool `json:"endsRoom,omitempty"`
	// FailedJoins is how often the conference has not admitted the leg (see ApplyJoinRefused).
	FailedJoins int `json:"refused,omitempty"`
	// LetsWait: the release that admitted the leg lets a target wait for the caller's hold (see mayDial).
	LetsWait bool `json:"letsWait,omitempty"`
	// PickedUp is when somebody took the leg who must wait until the caller is known to be on hold; zero: nobody.
	PickedUp time.Time `json:"pickedUp,omitzero"`
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
	// the leg ended because of that.
	LostAgent agent.ID  `json:"lost,omitempty"`
	At        time.Time `json:"at,omitzero"`
}

// Phase is how far a leg has come.
type Phase string

const (
	LegPlanned  Phase = "planned"  // not dialled yet: something must be confirmed first
	LegDialing  Phase = "dialing"  // dialled; its CallSid may not be known yet
	LegRinging  Phase = "ringing"  // made, or a call is listed that may be it; an outside one: Twilio says so
	LegScreened Phase = "asked"    // an outside party has picked up and is asked to press 1
	LegAnswered Phase = "answered" // its TwiML was fetched; it is in the conference or about to join
)

// LegTable holds the legs of a call other than the caller's.
type LegTable struct {
	Legs       []Leg       `json:"legs,omitempty"`  // legs that may be alive
	ClosedLegs []ClosedLeg `json:"gone,omitempty"`  // the last legs that have ended
	Offer      LegKey      `json:"offer,omitempty"` // the leg that is rung for a caller without an owner
	Owner      LegKey      `json:"owner,omitempty"` // the leg of the owner

	released []Release // see Releases.Drain
}

// Leg finds a leg that may be alive by its key; nil if there is none.
func (t *LegTable) Leg(key LegKey) *Leg {
	if key == "" {
		return nil
	}
	for i := range t.Legs {
		if t.Legs[i].Key == key {
			return &t.Legs[i]
		}
	}
	return nil
}

// KnowsLeg says whether a leg with that key is, or was lately, part of the call.
func (t *LegTable) KnowsLeg(key LegKey) bool {
	return t.Leg(key) != nil || slices.ContainsFunc(t.ClosedLegs, func(g ClosedLeg) bool { return g.Key == key })
}

// bySID finds a leg by its CallSid; nil if there is none.
func (t *LegTable) bySID(sid LegID) *Leg {
	for i := range t.Legs {
		if t.Legs[i].SID == sid && sid != "" {
			return &t.Legs[i]
		}
	}
	return nil
}

// matchLeg finds the leg that fits both key and CallSid, and learns its CallSid.
func (t *LegTable) matchLeg(key LegKey, sid LegID) *Leg {
	l := t.Leg(key)
	if l == nil || (l.SID != "" && sid != "" && l.SID != sid) {
		return nil
	}
	if l.SID == "" {
		l.SID = sid
	}
	return l
}

// add adds a leg, to be dialled when all that must come first is confirmed.
func (t *LegTable) add(l Leg, phase Phase, now time.Time) {
	l.Phase, l.Since = phase, now
	t.Legs = append(t.Legs, l)
}

// isClosed says whether the event is about a leg that has ended and is no newer than that end.
func (t *LegTable) isClosed(key LegKey, seq int) bool {
	for _, g := range t.ClosedLegs {
		if g.Key == key {
			return seq < g.Seq
		}
	}
	return false
}

// markLost marks a leg that loses its place by a failure. If the leg had answered, its outcome is then "lost", not
// "cancelled".
func (t *LegTable) markLost(key LegKey) {
	if l := t.Leg(key); l != nil && l.Phase == LegAnswered {
		l.FinalOutcome = OutcomeLost
	}
}

// OwnerAgent is the agent who owns the call; "" if nobody does, or an outside party.
func (t *LegTable) OwnerAgent() agent.ID {
	if l := t.Leg(t.Owner); l != nil {
		return l.Agent
	}
	return ""
}

// RefusedJoins is how often the conference has not admitted legs of this table.
func (t *LegTable) RefusedJoins() (n int) {
	for _, l := range t.Legs {
		n += l.FailedJoins
	}
	return n
}

// Release is an agent who was released by a change of the call. If the release is not saved with the agent, the claim
// expires, or the agent's page asks for it (see Releases.Of).
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
