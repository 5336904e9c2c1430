package conference

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
	// unheardAfter: a dialled leg of which nothing was heard is looked for in Twilio's list of calls.
	unheardAfter = 3 * time.Second
	// throttledFor is how long a throttled dial waits. By default Twilio starts one call a second
	// (https://www.twilio.com/docs/glossary/cps).
	throttledFor = time.Second
	// plannedFor is how long a leg may wait to be dialled for what must come first, such as a resume that may still
	// take effect. Then the attempt has failed.
	plannedFor = 14 * time.Second
	// unholdWithin is how long a resume may take until its result is saved; a request to Twilio has 2.5 s.
	unholdWithin = 3 * time.Second
	// unholdAgain is how long after its start a resume with an unknown result is repeated; refusedFor how long after
	// one that has failed.
	unholdAgain = 5 * time.Second
	refusedFor  = time.Second
	// holdAgain is how long after a hold that timed out it is repeated: each hold that is carried out restarts the
	// music.
	holdAgain = 5 * time.Second
	// lateWithin is how long after its start a resume with an unknown result may still take effect.
	lateWithin = 12 * time.Second
	// lookApart is how far apart two looks must be that both miss a leg: Twilio's lists may lag for some seconds.
	lookApart = 4 * time.Second
	// joinWithin: an answered leg that has not joined the conference by then is looked for.
	joinWithin = 4 * time.Second
	// lookEvery is the least time between two reconciles.
	lookEvery = 5 * time.Second
	// quickDials is how many legs a call may have before each further offer waits for slowDialDelay, so that pages that
	// decline by themselves are not rung without end (N10).
	quickDials = 100
	slowDials  = 10 * time.Second
	// acceptWithin is how long an outside party may take to press 1. The question is repeated for almost as long: a
	// telephone that screens its calls picks up first and rings its owner only then.
	acceptWithin = 45 * time.Second
	// missingFor is how long a caller must be absent from every list until they are redirected; it is longer than one
	// music turn.
	missingFor = 25 * time.Second
	// wordsWithin is how long the agents' legs are kept if the goodbye could not be spoken.
	wordsWithin = 20 * time.Second
)

// Kept says whether the waiting caller is reserved for the agent they have lost. Then the caller is offered to no other
// agent, and that agent to no caller behind them. It also holds while a target is rung whose transferor has left: if
// the target does not answer, the caller goes back to the transferor.
//
// Lost is that agent as stored now; nil if not known. The caller is reserved unless the agent is known to be
// unavailable (see agent.Agent.EligibleForRecall). Whether their page is still open only the next heartbeat shows.
func (c *Conference) Kept(lost *agent.Agent, now time.Time) bool {
	p := c.Prefer
	ringing := c.State == Ringing && c.Transfer.Open()
	switch {
	case p.Agent == "" || !ringing && (c.State != Waiting || !now.Before(p.Until)):
		return false
	case lost == nil || lost.ID != p.Agent:
		return true
	case p.After.IsZero() && lost.Presence(now) == agent.IsOffline:
		return false // the agent's leg was not lost with the caller's, so offline means that no page is open
	}
	return lost.ComesBack(string(c.ID), p.After, now)
}

// MayOffer says whether the caller may be offered to this agent now: no agent is being rung, this agent has not just
// missed or declined the caller, and the caller is not reserved for another. Lost is as for ReservedFor.
func (c *Conference) MayOffer(a, lost *agent.Agent, now time.Time) bool {
	if c.State != Waiting || !c.admitted(now) || c.Dials >= quickDials && now.Before(c.Since.Add(slowDials)) {
		return false
	}
	if c.Kept(lost, now) {
		return a.ID == c.Prefer.Agent && a.Seen.After(c.Prefer.began())
	}
	at, tried := c.Tried[a.ID]
	return !tried || !now.Before(at.Add(RetryAfter))
}

// began is when the caller lost their agent. The agent must have sent a heartbeat since to be offered the caller: if
// the caller has hung up, the callback about the agent's leg may come a moment before the one about the caller's.
func (p Preference) began() time.Time {
	if p.After.IsZero() {
		return p.Until.Add(-RecallWindow)
	}
	return p.After
}

// OfferTo plans to ring an agent for the waiting caller. The agent must have been claimed.
func (c *Conference) OfferTo(a *agent.Agent, key LegKey, ring time.Duration, now time.Time) error {
	if err := c.fire(Offer, now); err != nil {
		return err
	}
	c.Offer = key
	c.add(Leg{Key: key, Agent: a.ID, Name: a.Name, Deadline: now.Add(ring + ringSlack)}, Planned, now)
	return nil
}

// offerFailed puts the caller back into the queue after an agent did not take them.
func (c *Conference) offerFailed(l Leg, o Outcome, now time.Time) {
	c.Offer = ""
	c.note(Entry{At: now, What: OfferFailed, Agent: l.Agent, Name: l.Name, Outcome: o, Reason: l.Declining})
	if c.Tried == nil {
		c.Tried = map[agent.ID]time.Time{}
	}
	if l.Agent != "" {
		c.Tried[l.Agent] = now
	}
	if c.Prefer.Agent == l.Agent { // the reserved agent was asked: now any agent may be offered the caller
		c.Prefer = Preference{}
	}
	if c.Transfer.Open() { // the transferor left while the target was rung: reserve the caller for the transferor
		c.endTransfer(o, now)
		c.Prefer.Until = now.Add(RecallWindow)
	}
	_ = c.fire(OfferFailed, now) // always allowed in Ringing
}

// LegRinging applies a callback that a leg rings or is about to. A leg without a place, such as one that was given up
// before, is to be ended.
func (c *Conference) LegRinging(key LegKey, sid LegID, now time.Time) {
	l := c.known(key, sid)
	if l == nil {
		if !slices.ContainsFunc(c.Gone, func(g Gone) bool { return g.SID == sid }) { // otherwise the callback is late
			c.stray(sid, now)
		}
		return
	}
	if l.Phase == Planned || l.Phase == Dialing {
		l.Phase, l.Since = Alerting, now
	}
}

// known finds the leg that fits both key and CallSid, and learns its CallSid.
func (c *Conference) known(key LegKey, sid LegID) *Leg {
	l := c.Leg(key)
	if l == nil || (l.SID != "" && sid != "" && l.SID != sid) {
		return nil
	}
	if l.SID == "" {
		l.SID = sid
	}
	return l
}

// LegGone applies the end of a leg, answered or not. Unknown legs and repeated callbacks change nothing.
func (c *Conference) LegGone(key LegKey, sid LegID, o Outcome, now time.Time) {
	l := c.known(key, sid)
	if l == nil {
		if s := c.bySID(sid); s != nil && !c.wanted(s.Key) {
			c.remove(s.Key, o)
		}
		return
	}
	leg, wanted := *l, c.wanted(key)
	switch {
	case leg.Phase == Answered:
		o = OutcomeLost
	case leg.Phase == Asked && o != OutcomeDeclined:
		o = OutcomeNoAnswer // a machine, or nobody pressed 1
	}
	c.remove(key, o)
	if wanted && leg.Phase == Answered && (c.State != Completing || key != c.Owner) {
		g := &c.Gone[len(c.Gone)-1]
		g.Lost, g.At = leg.Agent, now
	}
	if wanted {
		c.lose(leg, o, now)
	}
}

// Withdraw gives up a leg that may still be alive: it loses its place and is ended.
func (c *Conference) Withdraw(key LegKey, o Outcome, now time.Time) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		l.Out = o
		c.lose(*l, o, now)
	}
}

// lose decides what follows when a leg has lost its place.
func (c *Conference) lose(l Leg, o Outcome, now time.Time) {
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
func (c *Conference) targetGone(l Leg, o Outcome, now time.Time) {
	if l.Phase != Answered {
		c.endTransfer(o, now)
		_ = c.fire(TargetFailed, now)
		return
	}
	completing := c.State == Completing
	c.endTransfer(OutcomeLost, now)
	_ = c.fire(TargetLeft, now)
	if completing { // the transferor is leaving too, so the caller has nobody
		c.cutOff(c.Owner)
		c.Owner = ""
		c.requeue(l, now)
	}
}

// ownerLeft: the owner's leg has ended without a command, or after a complete.
func (c *Conference) ownerLeft(l Leg, now time.Time) {
	state := c.State
	if err := c.fire(TransferorLeft, now); err != nil {
		return
	}
	if state != Completing {
		c.note(Entry{At: now, What: TransferorLeft, Agent: l.Agent, Name: l.Name})
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
func (c *Conference) handOver(now time.Time) {
	c.Owner = c.Transfer.Leg
	c.OnHold = false
	c.Hops++
	c.endTransfer(OutcomeAnswered, now)
}
