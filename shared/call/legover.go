package call

import "slices"

func (c change) legRinging(key LegKey, sid LegID) {
	if c.supervision().watcherRings(key, sid) {
		return
	}
	l := c.matchLeg(key, sid)
	if l == nil {
		// otherwise the callback is late
		if !slices.ContainsFunc(c.ClosedLegs, func(g ClosedLeg) bool { return g.SID == sid }) {
			c.adoptUnknownLeg(sid)
		}
		return
	}
	if l.Phase == LegPlanned || l.Phase == LegDialing {
		l.Phase, l.Since = LegRinging, c.now
	}
}

func (c change) legEnded(key LegKey, sid LegID, o Outcome) {
	if w := c.matchWatcher(key, sid); w != nil {
		c.supervision().watcherGone(w.Key)
		return
	}
	if c.Out.on(key) {
		Outgoing{c}.callerLegEnded(sid, o)
		return
	}
	l := c.matchLeg(key, sid)
	if l == nil {
		if s := c.bySID(sid); s != nil && !c.wanted(s.Key) {
			c.remove(s.Key, o)
		}
		return
	}
	leg, wanted := *l, c.wanted(key)
	switch {
	case leg.Phase == LegAnswered || !leg.PickedUp.IsZero():
		o = OutcomeLost
	case leg.Phase == LegScreened && o != OutcomeDeclined:
		o = OutcomeNoAnswer // a machine, or nobody pressed 1
	}
	c.remove(key, o)
	if wanted && leg.Phase == LegAnswered && (c.State != Completing || key != c.Owner) {
		g := &c.ClosedLegs[len(c.ClosedLegs)-1]
		g.LostAgent, g.At = leg.Agent, c.now
	}
	if wanted {
		c.dropLeg(leg, o)
	}
}

func (c change) withdrawLeg(key LegKey, o Outcome) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		l.FinalOutcome = o
		c.dropLeg(*l, o)
	}
}

// dropLeg decides what follows when a leg has lost its place.
func (c change) dropLeg(l Leg, o Outcome) {
	switch l.Key {
	case c.Offer:
		c.offerFailed(l, o)
	case c.Transfer.targetKey():
		c.targetGone(l, o)
	case c.Owner:
		c.ownerLeft(l)
	case c.Out.Leg:
		Outgoing{c}.unreached(o)
	}
}

// offerFailed puts the caller back into the queue after an agent did not take them.
func (c change) offerFailed(l Leg, o Outcome) {
	c.Offer = ""
	if c.State == AgentFirst && !c.Kept.Is() {
		if o != OutcomeDeclined {
			o = OutcomeLost
		}
		Outgoing{c}.unreached(o)
		return
	}
	c.record(Entry{At: c.now, What: OfferFailed, Agent: l.Agent, Name: l.Name, Outcome: o,
		DeclineReason: l.DeclineReason})
	if l.Agent != "" {
		c.rest(l.Agent, c.now)
	}
	if c.Recall.Agent == l.Agent { // the reserved agent was asked: now the caller may be offered to any agent
		c.Recall = Recall{}
	}
	if c.Transfer.Open() { // the transferor left while the target was rung: reserve the caller for the transferor
		c.endTransfer(o)
		c.Recall.Until = c.now.Add(RecallWindow)
	}
	_ = c.transition(OfferFailed) // always allowed in Ringing
}

// targetGone: the target did not answer, or has left again.
func (c change) targetGone(l Leg, o Outcome) {
	if l.Phase != LegAnswered {
		c.endTransfer(o)
		_ = c.transition(TargetFailed)
		return
	}
	completing := c.State == Completing
	c.endTransfer(OutcomeLost)
	_ = c.transition(TargetLeft)
	if completing { // the transferor is leaving too, so the caller has nobody
		c.markLost(c.Owner)
		c.Owner = ""
		c.requeue(l)
	}
}

// ownerLeft: the owner's leg has ended without a command, or after a complete.
func (c change) ownerLeft(l Leg) {
	state := c.State
	if err := c.transition(TransferorLeft); err != nil {
		return
	}
	if state != Completing {
		c.record(Entry{At: c.now, What: TransferorLeft, Agent: l.Agent, Name: l.Name})
	}
	c.Owner = ""
	switch state {
	case Talking:
		c.requeue(l)
	case Calling:
		Outgoing{c}.callerGivenUp()
	case AddRinging, ConsultRinging: // the caller is now offered to the target
		c.requeue(l)
		c.Offer = c.Transfer.Leg
	default:
		c.handOver()
	}
}

// handOver makes the target the owner.
func (c change) handOver() {
	c.Owner = c.Transfer.Leg
	c.OnHold = false
	c.Hops++
	c.endTransfer(OutcomeAnswered)
}

// remove takes a leg that has ended out of the call, and releases its agent.
func (c change) remove(key LegKey, o Outcome) {
	for i, l := range c.Legs {
		if l.Key != key {
			continue
		}
		c.Legs = append(c.Legs[:i:i], c.Legs[i+1:]...)
		if l.FinalOutcome != "" {
			o = l.FinalOutcome
		}
		if l.Phase == LegAnswered && !l.Joined && !c.Started {
			c.Stale = true // it may have been in the conference and so have started it
		}
		gone := ClosedLeg{Key: key, SID: l.SID, Seq: l.Seq}
		if l.Agent != "" {
			gone.Release = &Release{
				Agent: l.Agent, Leg: key, Outcome: l.outcomeIn(c.Call, o),
				Talked: l.Phase == LegAnswered, Since: l.Since, Rang: l.rang(),
			}
			c.released = append(c.released, *gone.Release)
		}
		c.ClosedLegs = append(c.ClosedLegs, gone)
		if over := len(c.ClosedLegs) - maxClosedLegs; over > 0 {
			c.ClosedLegs = c.ClosedLegs[over:]
		}
		if c.Out.on(key) && !c.Out.Reached() {
			Outgoing{c}.unreached(o)
		}
		return
	}
}

// adoptUnknownLeg adds a live leg that has no place here, so that it is ended.
func (c change) adoptUnknownLeg(sid LegID) {
	if sid == "" || sid == c.Out.CallerLeg(c.ID) || c.bySID(sid) != nil {
		return
	}
	c.add(Leg{Key: LegKey(sid), SID: sid}, LegAnswered, c.now)
}
