package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Trail is what the call's record needs beyond the rest of the call. No rule reads it. Package record keeps it.
type Trail struct {
	Legs      []TrailLeg `json:"legs,omitempty"`
	Transfers []Transfer `json:"transfers,omitempty"` // all before Call.Transfer
	Caller    Spell      `json:"caller,omitzero"`
	// Place is the caller's place in the queue at arrival; 0: not known. Beyond: that place or a later one.
	Place  int  `json:"place,omitempty"`
	Beyond bool `json:"beyond,omitempty"`
}

// TrailLeg is a leg of an agent or of an outside party, from the decision to ring it, and after its end.
type TrailLeg struct {
	Key      LegKey    `json:"key"`
	Agent    agent.ID  `json:"agent,omitempty"`
	Number   string    `json:"number,omitempty"`
	Name     string    `json:"name,omitempty"`
	Began    time.Time `json:"began"`
	Answered time.Time `json:"answered,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	Spell
}

// Spell is what a party does now, since when, and how long they have done each thing before.
type Spell struct {
	Now   Span          `json:"now,omitempty"`
	Since time.Time     `json:"since,omitzero"`
	Wait  time.Duration `json:"wait,omitempty"`
	Talk  time.Duration `json:"talk,omitempty"`
	Hold  time.Duration `json:"hold,omitempty"`
}

// Span is what a party does for a while; "" is nothing.
type Span string

const (
	SpanWait Span = "wait"
	SpanTalk Span = "talk"
	SpanHold Span = "hold"
)

func (t Trail) clone() Trail {
	t.Legs, t.Transfers = slices.Clone(t.Legs), slices.Clone(t.Transfers)
	return t
}

func (t Trail) equal(o Trail) bool {
	return slices.Equal(t.Legs, o.Legs) && slices.Equal(t.Transfers, o.Transfers) && t.Caller == o.Caller &&
		t.Place == o.Place && t.Beyond == o.Beyond
}
