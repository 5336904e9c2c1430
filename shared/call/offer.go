package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Limits and delays of the rules.
const (
	// RecallWindow is how long a caller who has lost their agent is reserved for that agent.
	RecallWindow = 20 * time.Second
	// RetryAfter is how long a caller is not offered again to an agent who did not take them.
	RetryAfter = 20 * time.Second
	// ringSlack is how much longer than the given Timeout Twilio may ring (up to five seconds, see
	// https://www.twilio.com/docs/voice/api/call-resource), and how late the callback may be.
	ringSlack = 8 * time.Second
	// findLegAfter: a dialled leg of which nothing was heard is looked for in Twilio's list of calls.
	findLegAfter = 3 * time.Second
	// throttledDelay is how long a throttled dial waits. By default Twilio starts one call a second
	// (https://www.twilio.com/docs/glossary/cps).
	throttledDelay = time.Second
	// plannedLimit is how long a leg may wait to be dialled for what must come first, such as a resume that may still
	// take effect. Then the attempt has failed.
	plannedLimit = 14 * time.Second
	// resumeLimit is how long a resume may take until its result is saved; a request to Twilio has 2.5 s.
	resumeLimit = 3 * time.Second
	// resumeRetryDelay is how long after its start a resume with an unknown result is repeated; refusedDelay how long
	// after
	// one that has failed.
	resumeRetryDelay = 5 * time.Second
	refusedDelay     = time.Second
	// holdRetryDelay is how long after a hold that timed out it is repeated: each hold that is carried out restarts the
	// music.
	holdRetryDelay = 5 * time.Second
	// lateEffectLimit is how long after its start a resume with an unknown result may still take effect.
	lateEffectLimit = 12 * time.Second
	// lookupGap is how far apart two looks must be that both miss a leg: Twilio's lists may lag for some seconds.
	lookupGap = 4 * time.Second
	// joinLimit: an answered leg that has not joined the conference by then is looked for.
	joinLimit = 4 * time.Second
	// reconcileEvery is the least time between two reconciles.
	reconcileEvery = 5 * time.Second
	// quickDialLimit is how many legs a call may have before each further offer waits for slowDialDelay, so that pages
	// that
	// decline by themselves are not rung without end (N10).
	quickDialLimit = 100
	slowDialDelay  = 10 * time.Second
	// screeningLimit is how long an outside party may take to press 1. The question is repeated for almost as long: a
	// telephone that screens its calls picks up first and rings its owner only then.
	screeningLimit = 45 * time.Second
	// callerAbsentLimit is how long a caller must be absent from every list until they are redirected; it is longer
	// than one
	// music turn.
	callerAbsentLimit = 25 * time.Second
	// goodbyeLimit is how long the agents' legs are kept if the goodbye could not be spoken.
	goodbyeLimit = 20 * time.Second
)

// ReservedFor says whether the waiting caller is reserved for the agent they have lost. Then the caller is offered to
// no other
// agent, and that agent to no caller behind them. It also holds while a target is rung whose transferor has left: if
// the target does not answer, the caller goes back to the transferor.
//
// Lost is that agent as stored now; nil if not known. The caller is reserved unless the agent is known to be
// unavailable (see agent.Agent.EligibleForRecall). Whether their page is still open only the next heartbeat shows.
func (c *Call) ReservedFor(lost *agent.Agent, now time.Time) bool {
	p := c.Recall
	ringing := c.State == Ringing && c.Transfer.Open()
	switch {
	case p.Agent == "" || !ringing && (c.State != Waiting || !now.Before(p.Until)):
		return false
	case lost == nil || lost.ID != p.Agent:
		return true
	case p.LostAt.IsZero() && lost.Presence(now) == agent.IsOffline:
		return false // the agent's leg was not lost with the caller's, so offline means that no page is open
	}
	return lost.EligibleForRecall(string(c.ID), p.LostAt, now)
}

// MayOffer says whether the caller may be offered to this agent now: no agent is being rung, this agent has not just
// missed or declined the caller, and the caller is not reserved for another. Lost is as for ReservedFor.
func (c *Call) MayOffer(a, lost *agent.Agent, now time.Time) bool {
	if c.State != Waiting || !c.admitted(now) || c.Dials >= quickDialLimit && now.Before(c.Since.Add(slowDialDelay)) {
		return false
	}
	if c.ReservedFor(lost, now) {
		return a.ID == c.Recall.Agent && a.HeartbeatAt.After(c.Recall.startedAt())
	}
	at, tried := c.FailedOffers[a.ID]
	return !tried || !now.Before(at.Add(RetryAfter))
}

// startedAt is when the caller lost their agent. The agent must have sent a heartbeat since to be offered the caller:
// if
// the caller has hung up, the callback about the agent's leg may come a moment before the one about the caller's.
func (p Recall) startedAt() time.Time {
	if p.LostAt.IsZero() {
		return p.Until.Add(-RecallWindow)
	}
	return p.LostAt
}

// StartOffer plans to ring an agent for the waiting caller. The agent must have been claimed.
func (c *Call) StartOffer(a *agent.Agent, key LegKey, ring time.Duration, now time.Time) error {
	if err := c.transition(Offer, now); err != nil {
		return err
	}
	c.Offer = key
	c.add(Leg{Key: key, Agent: a.ID, Name: a.Name, Deadline: now.Add(ring + ringSlack)}, LegPlanned, now)
	return nil
}

// offerFailed puts the caller back into the queue after an agent did not take them.
func (c *Call) offerFailed(l Leg, o Outcome, now time.Time) {
	c.Offer = ""
	c.record(Entry{At: now, What: OfferFailed, Agent: l.Agent, Name: l.Name, Outcome: o,
		DeclineReason: l.DeclineReason})
	if c.FailedOffers == nil {
		c.FailedOffers = map[agent.ID]time.Time{}
	}
	if l.Agent != "" {
		c.FailedOffers[l.Agent] = now
	}
	if c.Recall.Agent == l.Agent { // the reserved agent was asked: now any agent may be offered the caller
		c.Recall = Recall{}
	}
	if c.Transfer.Open() { // the transferor left while the target was rung: reserve the caller for the transferor
		c.endTransfer(o, now)
		c.Recall.Until = now.Add(RecallWindow)
	}
	_ = c.transition(OfferFailed, now) // always allowed in Ringing
}

// ApplyLegRinging applies a callback that a leg rings or is about to. A leg without a place, such as one that was given
// up
// before, is to be ended.
func (c *Call) ApplyLegRinging(key LegKey, sid LegID, now time.Time) {
	l := c.matchLeg(key, sid)
	if l == nil {
		// otherwise the callback is late
		if !slices.ContainsFunc(c.ClosedLegs, func(g ClosedLeg) bool { return g.SID == sid }) {
			c.adoptUnknownLeg(sid, now)
		}
		return
	}
	if l.Phase == LegPlanned || l.Phase == LegDialing {
		l.Phase, l.Since = LegRinging, now
	}
}

// matchLeg finds the leg that fits both key and CallSid, and learns its CallSid.
func (c *Call) matchLeg(key LegKey, sid LegID) *Leg {
	l := c.Leg(key)
	if l == nil || (l.SID != "" && sid != "" && l.SID != sid) {
		return nil
	}
	if l.SID == "" {
		l.SID = sid
	}
	return l
}

// ApplyLegEnded applies the end of a leg, answered or not. Unknown legs and repeated callbacks change nothing.
func (c *Call) ApplyLegEnded(key LegKey, sid LegID, o Outcome, now time.Time) {
	l := c.matchLeg(key, sid)
	if l == nil {
		if s := c.bySID(sid); s != nil && !c.wanted(s.Key) {
			c.remove(s.Key, o)
		}
		return
	}
	leg, wanted := *l, c.wanted(key)
	switch {
	case leg.Phase == LegAnswered:
		o = OutcomeLost
	case leg.Phase == LegScreened && o != OutcomeDeclined:
		o = OutcomeNoAnswer // a machine, or nobody pressed 1
	}
	c.remove(key, o)
	if wanted && leg.Phase == LegAnswered && (c.State != Completing || key != c.Owner) {
		g := &c.ClosedLegs[len(c.ClosedLegs)-1]
		g.LostAgent, g.At = leg.Agent, now
	}
	if wanted {
		c.dropLeg(leg, o, now)
	}
}

// WithdrawLeg gives up a leg that may still be alive: it loses its place and is ended.
func (c *Call) WithdrawLeg(key LegKey, o Outcome, now time.Time) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		l.FinalOutcome = o
		c.dropLeg(*l, o, now)
	}
}

// dropLeg decides what follows when a leg has lost its place.
func (c *Call) dropLeg(l Leg, o Outcome, now time.Time) {
	switch l.Key {
	case c.Offer:
		c.offerFailed(l, o, now)
	case c.targetKey():
		c.targetGone(l, o, now)
	case c.Owner:
		c.ownerLeft(l, now)
	}
}

// targetGone: the target did not answer, or has left again.
func (c *Call) targetGone(l Leg, o Outcome, now time.Time) {
	if l.Phase != LegAnswered {
		c.endTransfer(o, now)
		_ = c.transition(TargetFailed, now)
		return
	}
	completing := c.State == Completing
	c.endTransfer(OutcomeLost, now)
	_ = c.transition(TargetLeft, now)
	if completing { // the transferor is leaving too, so the caller has nobody
		c.markLost(c.Owner)
		c.Owner = ""
		c.requeue(l, now)
	}
}

// ownerLeft: the owner's leg has ended without a command, or after a complete.
func (c *Call) ownerLeft(l Leg, now time.Time) {
	state := c.State
	if err := c.transition(TransferorLeft, now); err != nil {
		return
	}
	if state != Completing {
		c.record(Entry{At: now, What: TransferorLeft, Agent: l.Agent, Name: l.Name})
	}
	c.Owner = ""
	switch state {
	case Talking:
		c.requeue(l, now)
	case AddRinging, ConsultRinging: // the caller is now offered to the target
		c.requeue(l, now)
		c.Offer = c.Transfer.Leg
	default:
		c.handOver(now)
	}
}

// handOver makes the target the owner.
func (c *Call) handOver(now time.Time) {
	c.Owner = c.Transfer.Leg
	c.OnHold = false
	c.Hops++
	c.endTransfer(OutcomeAnswered, now)
}
