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

// NewOutbound is the call of an agent to a caller who is not on the line. The agent must have been claimed for the leg
// of that key, which is planned; nobody else is dialled before they are in the conference.
func NewOutbound(id ID, o Outbound, a *agent.Agent, key LegKey, ring time.Duration, now time.Time) *Call {
	o.By, o.ByName = a.ID, a.Name
	c := &Call{
		ID: id, Schema: schema, State: AgentFirst, Since: now, Out: o,
		CallerSide: CallerSide{From: o.Number, Arrived: now},
		Place:      Place{Queued: now},
	}
	c.Offer = key
	c.add(Leg{Key: key, Agent: a.ID, Name: a.Name, Deadline: now.Add(ring + ringSlack)}, LegPlanned, now)
	c.record(Entry{At: now, What: CallBack, Agent: a.ID, Name: a.Name})
	return c
}

// Outgoing is the change by what becomes of the leg on which we dial the caller.
type Outgoing struct{ change }

// Outgoing is the change of that leg now.
func (c *Call) Outgoing(now time.Time) Outgoing { return Outgoing{change{c, now}} }

// ApplyMachine applies that Twilio takes whoever has picked up on the caller's leg for a machine.
func (c Outgoing) ApplyMachine(key LegKey) {
	if c.Out.on(key) && !c.Out.Machine {
		c.Out.Machine = true
		c.record(Entry{At: c.now, What: Machine})
	}
}

// dialCaller plans the caller's leg. It is dialled once the agent is in the conference (see mayDialCaller).
func (c Outgoing) dialCaller() {
	c.add(Leg{
		Key: c.Out.Leg, Number: c.Out.Number, Name: c.Out.Number, Deadline: c.now.Add(callerRing + ringSlack),
	}, LegPlanned, c.now)
}

// on says whether that key is the one of the leg on which we dial the caller.
func (o Outbound) on(key LegKey) bool { return key != "" && key == o.Leg }

// mayDialCaller: nobody picks up and hears silence. So the agent is in the conference, as far as is known, before the
// caller is dialled.
func (p planner) mayDialCaller() bool {
	owner := p.Leg(p.Owner)
	return owner != nil && owner.Joined && !owner.EndsConference
}

// callerPickedUp applies that whoever we dial has picked up: they are the caller now. If their agent was lost
// meanwhile, they go to the head of the queue, as each caller whose agent is lost.
func (c Outgoing) callerPickedUp(sid LegID) (Admission, error) {
	in := Admission{Leg: c.Out.Leg, Caller: true, Generation: c.Generation}
	if c.Out.Reached() { // the request is repeated
		if sid != "" && sid != c.Out.SID || !c.CallerLive {
			return Admission{}, ErrNotWanted
		}
		return in, nil
	}
	l := c.matchLeg(c.Out.Leg, sid)
	switch {
	case l == nil || l.SID == "":
		return Admission{}, ErrNotWanted
	case c.State != Calling: // it was given up: the answer says goodbye
		c.remove(l.Key, OutcomeCancelled)
		return Admission{}, ErrNotWanted
	}
	c.Out.SID, c.Out.Answered = l.SID, c.now
	c.remove(l.Key, OutcomeAnswered)
	c.CallerLive, c.Caller, c.CallerAbsentSince = true, Participant{}, time.Time{}
	c.EnterAt = c.now
	c.restart(fallbackLength, c.now)
	_ = c.transition(CallerAnswered)
	c.record(Entry{At: c.now, What: CallerAnswered})
	if c.Owner == "" {
		_ = c.transition(TransferorLeft)
		c.requeue(Leg{Agent: c.Out.By})
	}
	return in, nil
}

// callerLegEnded applies the end of the leg on which we dial the caller, or have dialled them.
func (c Outgoing) callerLegEnded(sid LegID, o Outcome) {
	if c.Out.Reached() {
		if sid == c.Out.SID {
			c.callerEnded()
		}
		return
	}
	if c.matchLeg(c.Out.Leg, sid) != nil {
		c.remove(c.Out.Leg, o)
	}
}

// cancels plans the end of the caller's leg that is not wanted any more. If a cancellation says that it is gone, or its
// end is overdue, since the callback of the end may be lost, Twilio is asked for the leg.
func (p planner) cancels(l Leg) (effects []Effect) {
	if p.now.Before(l.NotBefore) {
		return nil
	}
	gone := !l.AbsentSince.IsZero()
	if !gone {
		effects = append(effects, CancelDial{Key: l.Key, Leg: l.SID})
	}
	if gone || !p.now.Before(l.Deadline.Add(cancelSlack)) {
		effects = append(effects, FindParticipant{Leg: l.SID})
	}
	return effects
}

// callerLegSighted applies what Twilio says of the leg of a caller whom we dial and who is not wanted any more. One
// that is not over rings, or its caller asks what comes next in a moment: it is cancelled again, and nobody is cut off.
func (c Outgoing) callerLegSighted(l *Leg, s Sighting) {
	if s.Over {
		c.remove(l.Key, OutcomeCancelled)
		return
	}
	l.AbsentSince, l.NotBefore = time.Time{}, c.now.Add(lookupGap)
}

// unreached ends a call whose caller was not reached.
func (c Outgoing) unreached(o Outcome) {
	if c.State != AgentFirst && c.State != Calling {
		return
	}
	if o == OutcomeAnswered { // picked up, and gone before we were asked what comes next
		o = OutcomeCallerLeft
	}
	if c.notReached(o) {
		return
	}
	c.Out.Outcome = o
	c.end(Entry{What: CallerFailed, Outcome: o}, ReasonUnreached)
}

// callerGivenUp applies that the agent is lost before the caller has picked up. A leg that was not dialled yet never
// is. One that rings is cancelled, and if somebody picks up all the same, they are taken in (see callerPickedUp).
func (c Outgoing) callerGivenUp() {
	l := c.Leg(c.Out.Leg)
	switch {
	case l == nil:
		c.unreached(OutcomeLost)
	case l.Phase == LegPlanned:
		c.remove(l.Key, OutcomeLost)
	default:
		l.FinalOutcome = OutcomeLost
	}
}
