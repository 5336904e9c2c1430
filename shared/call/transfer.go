package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// TransferKind says how a transfer starts.
type TransferKind string

const (
	KindAdd     TransferKind = "add"     // all three talk as soon as the target answers
	KindConsult TransferKind = "consult" // transferor and target talk in private first; the caller is on hold
	KindBlind   TransferKind = "blind"   // the transferor leaves at once; the caller hears music meanwhile
	// KindQueue: the caller went back to the head of the queue, with a note for the next agent. It is never open.
	KindQueue TransferKind = "queue"
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
	// Ended is when it got its outcome; of KindQueue, when the next agent has answered.
	Ended time.Time `json:"ended,omitzero"`
}

// Open says whether the transfer has no outcome yet.
func (t *Transfer) Open() bool { return t != nil && t.Outcome == "" }

// Done says whether the caller was handed over: to the target, or to an agent after they were given back to the queue.
func (t *Transfer) Done() bool {
	return t != nil && (t.Outcome == OutcomeAnswered || t.Kind == KindQueue && !t.Ended.IsZero())
}

// Awaited says whether the caller was given back to the queue and no agent has answered since: the note is for whoever
// is rung next, but for nobody after the agent who has answered.
func (t *Transfer) Awaited() bool { return t != nil && t.Kind == KindQueue && t.Ended.IsZero() }

// Bounds of one call (N10).
const (
	MaxHops    = 20  // how often a caller may be handed over
	MaxOutside = 5   // outside numbers dialled for one caller
	MaxNote    = 200 // characters
)

// Counts are what the bounds of a call are about.
type Counts struct {
	Hops         int `json:"hops,omitempty"`    // transfers completed so far
	Dials        int `json:"dials,omitempty"`   // legs dialled so far
	OutsideDials int `json:"outside,omitempty"` // of those, to outside numbers
}

// targetKey is the target's leg while the transfer is open.
func (t *Transfer) targetKey() LegKey {
	if t.Open() {
		return t.Leg
	}
	return ""
}

// Target is who is to receive the caller: an agent, who has been claimed, or an outside number, which has been checked.
type Target struct {
	Agent  *agent.Agent // nil if it is a number
	Number string       // E.164
	Key    LegKey       // of the target's leg
	Ring   time.Duration
	Note   string
}
