package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// Outgoing is the change by what becomes of the leg on which we dial the caller.
type Outgoing struct{ change }

// Outgoing is the change of that leg now.
func (c *Call) Outgoing(now time.Time) Outgoing { return Outgoing{change{c, now}} }

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

// ApplyMachine applies that Twilio takes whoever has picked up on the caller's leg for a machine (see
// Outbound.Machine).
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

func (c Outgoing) keptOver(why Reason) {
	if c.Kept.TakesBack(c.State) {
		c.end(Entry{What: Expire}, why)
	}
}

// LeavesPlace says whether a call that has ended has left the place that was stored before its end.
func (c Outgoing) LeavesPlace() bool {
	machine := c.Kept.Is() && c.Out.machineUntil(c.Ended) && c.Reason == ReasonAgentEnded && c.Transfer == nil &&
		!c.Requeued
	return machine || c.Reason == ReasonKept || c.Asking(c.now).HungUp()
}

// ApplyTooMany applies that too many numbers were dialled lately for this one to be dialled, too: by that agent, who is
// not rung for it for a while, or, if it is "", by all of them. No attempt is used up.
func (c Outgoing) ApplyTooMany(by agent.ID) {
	switch {
	case c.State != KeepsPlace:
	case by != "":
		c.rest(by, c.now)
	default:
		c.Kept.Next = c.now.Add(quotaRest)
	}
}

// ApplyAllowed applies whether the place's number may be dialled, at its turn. If it may not for a while, the place is
// given up, as that of a caller who was not reached: it stands where agents see who has called in vain.
func (c Outgoing) ApplyAllowed(allowed bool) {
	switch {
	case allowed:
		c.Kept.Barred = time.Time{}
	case c.Kept.Barred.IsZero():
		c.Kept.Barred = c.now
	case c.Kept.BarChanges(false, c.now):
		c.Out.Outcome = OutcomeNotAllowed
		c.keptOver(ReasonUnreached)
	}
}

// MetMachine says whether a machine has picked up for a place that may be dialled once more, if that agent ends the
// call now. Who was handed over was served.
func (c Outgoing) MetMachine(by agent.ID) bool {
	return c.Kept.Is() && c.Kept.Tries < keptTries && c.Out.machineUntil(c.now) && c.Transfer == nil && !c.Requeued &&
		c.Seat(by).Allowed(DoEnd) == nil
}

// ApplyReplaced applies that the number keeps another place than this one, or none.
func (c Outgoing) ApplyReplaced() { c.keptOver(ReasonReplaced) }

// ApplyLent applies that its caller is in that call, which has the place now. Nobody is rung for it meanwhile, and an
// attempt that was under way was none.
func (c Outgoing) ApplyLent(to ID) {
	if !c.Kept.TakesBack(c.State) || c.Kept.Lent == to {
		return
	}
	switch c.State {
	case AgentFirst:
		_ = c.transition(OfferFailed)
	case Calling:
		_ = c.transition(Keep)
	}
	if c.Offer != "" || c.Owner != "" {
		c.Offer, c.Owner, c.Out.Outcome = "", "", OutcomeCancelled
		c.Kept.dialled(false)
		c.forgetConference()
	}
	c.Kept.Lent, c.Kept.LentAt = to, c.now
}

// ApplyHolder applies what is known of the call that has the place, or has had it.
func (c Outgoing) ApplyHolder(h Holder) {
	switch {
	case h.GivesBack(c.Kept, c.now):
		if c.Kept.Lent == h.ID {
			c.Kept.Lent, c.Kept.LentAt = "", time.Time{}
		}
	case h.Call == nil, !h.Call.Kept.Is() && !h.stays(c.now):
		c.ApplyLent(h.ID)
	case h.Call.Out.Dialled(): // by an agent, or for another place
		c.ApplyReplaced()
	default:
		c.keptOver(ReasonCameBack)
	}
}
