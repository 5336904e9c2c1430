package call

import (
	"cmp"
	"time"

	"warmtransfer/shared/agent"
)

// Outbound is what is known of a caller whom we dial. The agent is rung first; when they are in the conference, the
// caller's own leg is planned, with a key like an agent's, and dialled. While it rings it stands in the table of legs.
// Whoever picks up is the caller of all rules from then on: never alone, and never in silence.
type Outbound struct {
	Number string   `json:"number,omitempty"` // E.164 of whom we dial; "": the caller has dialled us
	By     agent.ID `json:"by,omitempty"`     // the agent who calls
	ByName string   `json:"byName,omitempty"`
	Of     string   `json:"of,omitempty"`      // the call or the message for which they are called; "": none
	Asked  string   `json:"request,omitempty"` // the request key of the page that has asked, and answers by itself

	Leg      LegKey    `json:"leg,omitempty"` // our name of the caller's leg
	SID      LegID     `json:"sid,omitempty"` // the caller's leg, once they have picked up
	Answered time.Time `json:"answered,omitzero"`
	// Machine: Twilio takes who has picked up for a machine. It is never certain
	// (https://www.twilio.com/docs/voice/answering-machine-detection), so no rule ends a call for it.
	Machine bool    `json:"machine,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"` // why they were not reached
}

const (
	// callerRing is how long a caller whom we dial may let it ring.
	callerRing = 45 * time.Second
	// cancelSlack is how long after its time the end of the caller's leg may be told.
	cancelSlack = 10 * time.Second
)

// Dialled says whether we dial, or have dialled, the caller.
func (o Outbound) Dialled() bool { return o.Number != "" }

// Reached says whether a caller whom we dial has picked up.
func (o Outbound) Reached() bool { return o.SID != "" }

// CallerLeg is the leg of the caller of the call of that name: it has given the call its name, unless we have dialled
// them.
func (o Outbound) CallerLeg(id ID) LegID { return cmp.Or(o.SID, LegID(id)) }

// Rings is the leg of a caller whom we dial and who is not known to have picked up; "" if there is none, or if its
// CallSid is not known.
func (o Outbound) Rings(legs *LegTable) LegID {
	if l := legs.Leg(o.Leg); l != nil && !o.Reached() {
		return l.SID
	}
	return ""
}

// Result is how the attempt to reach the caller went; "" while that is open.
func (o Outbound) Result() Outcome {
	switch {
	case o.Machine:
		return OutcomeMachine
	case o.Reached():
		return OutcomeAnswered
	}
	return o.Outcome
}

// Lacks says whether that number was dialled, and it is not known yet on which leg: the answer to the dial was lost.
func (o Outbound) Lacks(legs *LegTable, number string) bool {
	l := legs.Leg(o.Leg)
	return o.Number == number && !o.Reached() && l != nil && l.SID == "" && l.Phase != LegPlanned
}

// Progress is how far the caller's leg is: planned until it is dialled, answered from then on.
func (o Outbound) Progress(legs *LegTable) Phase {
	switch l := legs.Leg(o.Leg); {
	case o.Reached():
		return LegAnswered
	case l != nil:
		return l.Phase
	}
	return LegPlanned
}

// on says whether that key is the one of the leg on which we dial the caller.
func (o Outbound) on(key LegKey) bool { return key != "" && key == o.Leg }
