package call

import "time"

const (
	// keptTries is how often the caller of a kept place is dialled.
	keptTries = 2
	// keptRest is the time between the two.
	keptRest = 5 * time.Minute
	// keptLimit is how long a place is kept at most: over a weekend.
	keptLimit = 72 * time.Hour
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
}

// Is says whether the call is a kept place.
func (k KeptPlace) Is() bool { return k.Of != "" }

// keptPrefix begins the ID of each kept place. The rest is that of the call in which it was chosen.
const keptPrefix = "KP"

// KeptID is the ID of the place that a caller keeps who has chosen so in that call: the same for each repetition.
func KeptID(of ID) ID { return keptPrefix + of }

// KeepsPlaceIn is the place of a caller who has chosen to be called in that call. Number is theirs, in E.164.
func KeepsPlaceIn(of *Call, number string, now time.Time) *Call {
	c := &Call{
		ID: KeptID(of.ID), Schema: schema, State: KeepsPlace, Since: now,
		CallerSide: CallerSide{From: of.From, Verified: of.Verified, Arrived: now},
		Place:      Place{Queued: of.Queued},
		Out:        Outbound{Number: number, Of: string(of.ID)},
		Kept:       KeptPlace{Of: of.ID, Until: now.Add(keptLimit)},
	}
	c.record(Entry{At: now, What: Keep})
	return c
}

// ApplyCameBack applies that the caller of a kept place has rung in again, and has the place in that call.
func (c Outgoing) ApplyCameBack() { c.keptOver(ReasonCameBack) }

// ApplyReplaced applies that the number keeps another place than this one, or none.
func (c Outgoing) ApplyReplaced() { c.keptOver(ReasonReplaced) }

// Queues says whether somebody waits in the queue, or keeps a place in it.
func (s State) Queues() bool { return s.InLine() || s == KeepsPlace }

// TakesBack says whether a caller who rings in again may have this place.
func (k KeptPlace) TakesBack(s State) bool {
	return k.Is() && (s == KeepsPlace || s == AgentFirst || s == Calling)
}

func (c Outgoing) keptOver(why Reason) {
	if c.Kept.TakesBack(c.State) {
		c.end(Entry{What: Expire}, why)
	}
}

// offered notes for whom an agent is rung whose caller is dialled afterwards. Each attempt has a leg of its own.
func (o *Outbound) offered(l Leg) {
	o.By, o.ByName, o.Leg, o.Outcome, o.Machine = l.Agent, l.Name, "c"+l.Key, "", false
}

// mayBeTried says whether the place's caller may be dialled now.
func (c Offering) mayBeTried() bool {
	return c.State == KeepsPlace && !c.now.Before(c.Kept.Next) && len(c.Legs) == 0
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

// notReached keeps the place of a caller who was not reached, for another attempt, if there is one left.
func (c Outgoing) notReached(o Outcome) bool {
	if !c.Kept.Is() || c.Kept.Tries >= keptTries || c.transition(Keep) != nil {
		return false
	}
	c.Out.Outcome, c.Owner, c.Offer = o, "", ""
	if c.Kept.Dials {
		c.Kept.Dials, c.Kept.Next = false, c.now.Add(keptRest)
	}
	c.record(Entry{At: c.now, What: Keep, Outcome: o})
	c.forgetConference()
	return true
}
