package call

import (
	"time"
)

const (
	// keptTries is how often the caller of a kept place is dialled.
	keptTries = 2
	// keptRest is the time between the two.
	keptRest = 5 * time.Minute
	// machineTalk is how long somebody may have talked of whom Twilio thinks that they are a machine, and was one.
	machineTalk = time.Minute
	// quotaRest is how long a place rests for which too many numbers were dialled lately.
	quotaRest = time.Minute
	// barredLimit is how long a place stays that may not be dialled any more, in case the operator changes their mind.
	barredLimit = time.Hour
	// unknownLimit is how long a call may not be stored yet that has taken a place.
	unknownLimit = time.Minute
	// comebackLimit is when the caller of a call that has ended does not come back into the line any more, even if the
	// end of their leg was never told: later than the longest message.
	comebackLimit = 10 * time.Minute
	// keptLimit is how long a place is kept at most: over a long weekend, as nobody is called while the line is closed.
	keptLimit = 7 * 24 * time.Hour
)

// KeptPlace is what is known of the place of a caller who has hung up, and is called when their turn comes. It is a
// call of its own, whose caller we dial (see Outbound): it stands in the queue without a leg, where the caller stood. A
// free agent is rung first, like for any caller in the queue; the caller is dialled when they are in the conference.
type KeptPlace struct {
	Of    ID        `json:"of,omitempty"`   // the call in which the caller has chosen it; "": it is no kept place
	Tries int       `json:"n,omitempty"`    // how often the caller was dialled
	Dials bool      `json:"on,omitempty"`   // one of these is of the agent who is on the line for it now
	Next  time.Time `json:"next,omitzero"`  // not before then
	Until time.Time `json:"until,omitzero"` // it is given up then
	// Lent is the call that has the place since LentAt: its caller has rung in again, or an agent calls them. When that
	// call is over, so is the place, unless it has not come to a talk (see ApplyHolder).
	Lent   ID        `json:"lent,omitempty"`
	LentAt time.Time `json:"lentAt,omitzero"`
	// Barred is since when it is known that the number may not be dialled any more, at the turn of the place.
	Barred time.Time `json:"barred,omitzero"`
}

// Is says whether the call is a kept place.
func (k KeptPlace) Is() bool { return k.Of != "" }

// machineUntil says whether a machine has picked up, and was not talked to for long until then. That it was a machine
// is never certain: who has talked for longer was served.
func (o Outbound) machineUntil(end time.Time) bool {
	return o.Machine && end.Before(o.Answered.Add(machineTalk))
}

// BarChanges says whether ApplyAllowed changes something.
func (k KeptPlace) BarChanges(allowed bool, now time.Time) bool {
	if k.Barred.IsZero() || allowed {
		return k.Barred.IsZero() != allowed
	}
	return !now.Before(k.Barred.Add(barredLimit))
}

// Queues says whether somebody waits in the queue, or keeps a place in it.
func (s State) Queues() bool { return s.InLine() || s == KeepsPlace }

// TakesBack says whether a caller who rings in again may have this place.
func (k KeptPlace) TakesBack(s State) bool {
	return k.Is() && (s == KeepsPlace || s == AgentFirst || s == Calling)
}

// offered notes for whom an agent is rung whose caller is dialled afterwards. Each attempt has a leg of its own.
func (o *Outbound) offered(l Leg) {
	o.By, o.ByName, o.Leg, o.Outcome, o.Machine = l.Agent, l.Name, "c"+l.Key, "", false
}

// dialled counts an attempt to reach the place's caller, or takes it back: it was not made.
func (k *KeptPlace) dialled(made bool) {
	switch {
	case made:
		k.Tries, k.Dials = k.Tries+1, true
	case k.Dials:
		k.Tries, k.Dials = k.Tries-1, false
	}
}
