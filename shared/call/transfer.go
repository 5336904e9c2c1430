package call

import (
	"time"
	"unicode/utf8"

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

func (c change) startTransfer(r Request, t Target) error {
	if err := c.Seat(r.Agent).MayTransfer(Action(r.Action), t); err != nil {
		return err
	}
	a := Action(r.Action)
	leg := Leg{Key: t.Key, Number: t.Number, Name: t.Number, Deadline: c.now.Add(t.Ring + ringSlack)}
	if t.Agent != nil {
		leg.Agent, leg.Name = t.Agent.ID, t.Agent.Name
	}
	by := *c.Leg(c.Owner)
	_ = c.transition(Event(a))
	if a == DoConsult {
		c.OnHold = false // the consult holds the caller; after it they talk to the transferor again
	}
	c.Transfer = &Transfer{
		Kind: TransferKind(a), By: r.Agent, ByName: by.Name, To: leg.Agent, ToName: leg.Name, Number: t.Number,
		Leg: t.Key, ByLeg: c.Owner, Note: t.Note, Began: c.now,
	}
	if t.Number != "" {
		c.OutsideDials++
	}
	c.add(leg, LegPlanned, c.now)
	c.record(Entry{At: c.now, What: Event(a), Agent: leg.Agent, Name: leg.Name, By: r.Agent, ByName: by.Name})
	if a == DoBlind {
		c.leave(by)
		c.Offer = t.Key
	}
	c.remember(r)
	return nil
}

// requeueFor gives the caller back to the queue, at its head, with a note for the agent who answers next.
func (c change) requeueFor(r Request, note string) error {
	switch err := c.Seat(r.Agent).Allowed(DoRequeue); {
	case err != nil:
		return err
	case utf8.RuneCountInString(note) > MaxNote:
		return ErrTooLong
	}
	from := *c.Leg(c.Owner)
	_ = c.transition(Requeue)
	c.Transfer = &Transfer{
		Kind: KindQueue, By: r.Agent, ByName: from.Name, ByLeg: from.Key, Note: note, Began: c.now,
		Outcome: OutcomeQueued,
	}
	c.record(Entry{At: c.now, What: Requeue, Agent: r.Agent, Name: from.Name})
	c.leave(from)
	c.transferred(from.Key)
	c.Hops++
	c.Recall = Recall{} // for anybody, and for that agent only if nobody else takes the caller
	c.FailedOffers = map[agent.ID]time.Time{r.Agent: c.now}
	c.remember(r)
	return nil
}

// leave takes the call from the owner and puts the caller into the queue. The owner's leg is ended once the caller
// hears music.
func (c change) leave(owner Leg) {
	c.markLost(owner.Key)
	c.Owner = ""
	c.requeue(owner)
}
