package call

import (
	"time"

	"warmtransfer/shared/agent"
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

// keptPrefix begins the ID of each kept place. The rest is that of the call in which it was chosen.
const keptPrefix = "KP"

// KeptID is the ID of the place that a caller keeps who has chosen so in that call: the same for each repetition.
func KeptID(of ID) ID { return keptPrefix + of }

// KeepsPlaceIn is the place of a caller who has chosen to be called in that call. Number is theirs, in E.164.
func KeepsPlaceIn(of *Call, number string, now time.Time) *Call {
	return keptPlaceOf(of, Outbound{Number: number, Of: string(of.ID)}, KeptPlace{Until: now.Add(keptLimit)}, now)
}

// KeepsOnIn is the place of a caller whose place was that call, in which a machine has picked up (see MetMachine).
func KeepsOnIn(of *Call, now time.Time) *Call {
	out := Outbound{Number: of.Out.Number, Of: of.Out.Of, Outcome: OutcomeMachine}
	return keptPlaceOf(of, out, KeptPlace{Tries: of.Kept.Tries, Next: now.Add(keptRest), Until: of.Kept.Until}, now)
}

func keptPlaceOf(of *Call, out Outbound, k KeptPlace, now time.Time) *Call {
	k.Of = of.ID
	c := &Call{
		ID: KeptID(of.ID), Schema: schema, State: KeepsPlace, Since: now,
		CallerSide: CallerSide{From: of.From, Verified: of.Verified, Arrived: now},
		Place:      Place{Queued: of.Queued}, Out: out, Kept: k,
	}
	c.record(Entry{At: now, What: Keep, Outcome: out.Outcome})
	return c
}

// ApplyEarlierPlace applies that the number has kept another place already: the earlier of the two counts.
func (p *Place) ApplyEarlierPlace(kept *Call) {
	if kept.Queued.Before(p.Queued) {
		p.Queued = kept.Queued
	}
}

// MetMachine says whether a machine has picked up for a place that may be dialled once more, if that agent ends the
// call now. Who was handed over was served.
func (c Outgoing) MetMachine(by agent.ID) bool {
	return c.Kept.Is() && c.Kept.Tries < keptTries && c.Out.machineUntil(c.now) && c.Transfer == nil && !c.Requeued &&
		c.Seat(by).Allowed(DoEnd) == nil
}

// LeavesPlace says whether a call that has ended has left the place that was stored before its end.
func (c Outgoing) LeavesPlace() bool {
	machine := c.Kept.Is() && c.Out.machineUntil(c.Ended) && c.Reason == ReasonAgentEnded && c.Transfer == nil &&
		!c.Requeued
	return machine || c.Reason == ReasonKept || c.Asking(c.now).HungUp()
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

// Holder is the call that has a place, by its name.
type Holder struct {
	ID   ID
	Call *Call // nil: it is not stored
}

// GivesBack says whether the call is over and gives the place back, as its caller has talked to nobody and has chosen
// nothing else, or as it was never stored.
func (h Holder) GivesBack(k KeptPlace, now time.Time) bool {
	if h.Call == nil {
		return k.Lent == h.ID && !now.Before(k.LentAt.Add(unknownLimit))
	}
	return h.stays(now) && h.servesNobody()
}

// stays says whether the call has ended and its caller does not come back into it.
func (h Holder) stays(now time.Time) bool {
	c := h.Call
	return c.State == Ended && (!(change{c, now}).mayReturn() || !now.Before(c.Ended.Add(comebackLimit)))
}

// servesNobody says whether the caller of the call, which has ended, has neither talked to anybody nor chosen anything.
func (h Holder) servesNobody() bool {
	c := h.Call
	switch c.Reason {
	case ReasonCallerLeft, ReasonMaxWait, ReasonClosed, ReasonNobodyOnline:
		return !c.Out.Dialled() && !c.talked()
	case ReasonAgentEnded:
		if c.Kept.Is() && !c.Out.Reached() { // a supervisor has given it up
			return false
		}
	}
	return c.Out.Dialled() && (!c.Out.Reached() || !c.Kept.Is() && c.Out.machineUntil(c.Ended))
}

// machineUntil says whether a machine has picked up, and was not talked to for long until then. That it was a machine
// is never certain: who has talked for longer was served.
func (o Outbound) machineUntil(end time.Time) bool {
	return o.Machine && end.Before(o.Answered.Add(machineTalk))
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

// BarChanges says whether ApplyAllowed changes something.
func (k KeptPlace) BarChanges(allowed bool, now time.Time) bool {
	if k.Barred.IsZero() || allowed {
		return k.Barred.IsZero() != allowed
	}
	return !now.Before(k.Barred.Add(barredLimit))
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

// Queues says whether somebody waits in the queue, or keeps a place in it.
func (s State) Queues() bool { return s.InLine() || s == KeepsPlace }

// Queues says whether the call stands in the queue. A place that another call has does not.
func (c *Call) Queues() bool { return c.State.Queues() && c.Kept.Lent == "" }

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
	return c.State == KeepsPlace && c.Kept.Lent == "" && !c.now.Before(c.Kept.Next) && len(c.Legs) == 0
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
