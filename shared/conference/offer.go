package conference

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Times that the rules go by.
const (
	// RecallWindow is how long a caller who lost her agent is kept for him before she is
	// offered to anybody.
	RecallWindow = 20 * time.Second
	// RetryAfter is how long an agent who did not take a caller is not offered her again.
	RetryAfter = 20 * time.Second
	// ringSlack is how much later than asked for the network may give up ringing
	// (Twilio adds up to five seconds), and its word of it may come.
	ringSlack = 8 * time.Second
	// unheardAfter: a dialled leg of which nothing was heard is looked for.
	unheardAfter = 3 * time.Second
	// throttledFor: a dial that the network had no room for is made again, not sooner (by
	// default it takes one a second).
	throttledFor = time.Second
	// plannedFor is how long a leg may wait to be dialled for what must come first, such as an
	// un-hold that may be late; then its agent is told that it failed.
	plannedFor = 14 * time.Second
	// unholdWithin is how long it may take to take a party off hold: a request to the network
	// has 2.5 s, then it is over.
	unholdWithin = 3 * time.Second
	// unholdAgain is how long after an un-hold without an answer, of which nothing was heard, it
	// is made again; refusedFor how long after one that was not carried out.
	unholdAgain = 5 * time.Second
	refusedFor  = time.Second
	// holdAgain is how long after a hold that had no answer in time it is asked for again, by a
	// network that is slow: each one that is done starts the music anew.
	holdAgain = 5 * time.Second
	// lateWithin is how long after it was begun an un-hold without an answer may take effect.
	lateWithin = 12 * time.Second
	// lookApart is how far apart two looks must be that agree on a leg's absence: a list of the
	// network's may lag for some seconds.
	lookApart = 4 * time.Second
	// joinWithin: an answered leg that has not been told to be in the room is looked for.
	joinWithin = 4 * time.Second
	// lookEvery bounds how often the network is asked who is in the room.
	lookEvery = 5 * time.Second
	// quickDials is how many legs one caller may cost before each further offer of her waits
	// for slowDials, so that agents who decline by themselves are not rung without end (N10).
	quickDials = 100
	slowDials  = 10 * time.Second
	// acceptWithin is how long an outside party who has picked up may take to accept: the question is asked for almost as
	// long, since a phone that screens its calls picks up by itself and rings its owner only then.
	acceptWithin = 45 * time.Second
	// missingFor is how long a caller must have been looked for in vain, without a sign of
	// her, until she is asked for; longer than one of her turns of music.
	missingFor = 25 * time.Second
	// wordsWithin is how long the agents stay with a caller who could not be told goodbye.
	wordsWithin = 20 * time.Second
)

// Kept says whether the waiting caller is kept for the agent who was lost to her, so that
// nobody else may be offered her, nor he to anybody behind her. While the target rings whom
// a transferor has called before he left, they are kept for each other too: she is his again
// if the target does not come. Lost is that agent as he stands now; nil if that is not known,
// and then she is. She is not if he cannot come (see agent.Agent.ComesBack); whether his page
// is still there, only time tells.
func (c *Conference) Kept(lost *agent.Agent, now time.Time) bool {
	p := c.Prefer
	ringing := c.State == Ringing && c.Transfer.Open()
	switch {
	case p.Agent == "" || !ringing && (c.State != Waiting || !now.Before(p.Until)):
		return false
	case lost == nil || lost.ID != p.Agent:
		return true
	case p.After.IsZero() && lost.Presence(now) == agent.IsOffline:
		return false // his page was not cut off with her: there is none
	}
	return lost.ComesBack(string(c.ID), p.After, now)
}

// MayOffer says whether the caller may be offered to this agent now: she is not
// rung for already, he has not just let her go by, and she is not being kept for
// another, who is given as for Kept.
func (c *Conference) MayOffer(a, lost *agent.Agent, now time.Time) bool {
	if c.State != Waiting || !c.admitted() || c.Dials >= quickDials && now.Before(c.Since.Add(slowDials)) {
		return false
	}
	if c.Kept(lost, now) {
		return a.ID == c.Prefer.Agent && a.Seen.After(c.Prefer.began())
	}
	at, tried := c.Tried[a.ID]
	return !tried || !now.Before(at.Add(RetryAfter))
}

// began is when the caller lost whom she had. Not before he is heard of since is she
// offered to the agent she is kept for: of a call that she herself has ended, her end may
// be told a moment after theirs.
func (p Preference) began() time.Time {
	if p.After.IsZero() {
		return p.Until.Add(-RecallWindow)
	}
	return p.After
}

// OfferTo plans to ring an agent, who has been claimed, for the waiting caller.
func (c *Conference) OfferTo(a *agent.Agent, key LegKey, ring time.Duration, now time.Time) error {
	if err := c.fire(Offer, now); err != nil {
		return err
	}
	c.Offer = key
	c.add(Leg{Key: key, Agent: a.ID, Name: a.Name, Deadline: now.Add(ring + ringSlack)}, Planned, now)
	return nil
}

// offerFailed puts the caller back into the line after an agent did not take her.
func (c *Conference) offerFailed(l Leg, o Outcome, now time.Time) {
	c.Offer = ""
	c.note(Entry{At: now, What: OfferFailed, Agent: l.Agent, Name: l.Name, Outcome: o, Reason: l.Declining})
	if c.Tried == nil {
		c.Tried = map[agent.ID]time.Time{}
	}
	if l.Agent != "" {
		c.Tried[l.Agent] = now
	}
	if c.Prefer.Agent == l.Agent { // he was asked, and has not taken her: she is for anybody
		c.Prefer = Preference{}
	}
	if c.Transfer.Open() { // the transferor had left while the target rang: it is his again
		c.endTransfer(o, now)
		c.Prefer.Until = now.Add(RecallWindow)
	}
	_ = c.fire(OfferFailed, now) // from Ringing it always is allowed
}

// LegRinging takes in that the network rings a leg, or that it is on its way. A leg
// that has no place here, such as one that was given up before, is to be ended.
func (c *Conference) LegRinging(key LegKey, sid LegID, now time.Time) {
	l := c.known(key, sid)
	if l == nil {
		if !slices.ContainsFunc(c.Gone, func(g Gone) bool { return g.SID == sid }) { // or the word is late
			c.stray(sid, now)
		}
		return
	}
	if l.Phase == Planned || l.Phase == Dialing {
		l.Phase, l.Since = Alerting, now
	}
}

// known finds a leg that key and sid both fit and learns the network's name of it.
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

// LegGone takes in that a leg is over: it was not taken, or it has left. Unknown
// legs and repeated words change nothing.
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
		o = OutcomeNoAnswer // a machine, or somebody who did not take it
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

// Withdraw gives up a leg that may still be alive: it loses its place, and is ended.
func (c *Conference) Withdraw(key LegKey, o Outcome, now time.Time) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		l.Out = o
		c.lose(*l, o, now)
	}
}

// lose decides what follows from the loss of a leg that had a place.
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

// targetGone: the target did not come, or has left again.
func (c *Conference) targetGone(l Leg, o Outcome, now time.Time) {
	if l.Phase != Answered {
		c.endTransfer(o, now)
		_ = c.fire(TargetFailed, now)
		return
	}
	completing := c.State == Completing
	c.endTransfer(OutcomeLost, now)
	_ = c.fire(TargetLeft, now)
	if completing { // the transferor is on his way out: the caller has nobody
		c.cutOff(c.Owner)
		c.Owner = ""
		c.requeue(l, now)
	}
}

// ownerLeft: the owner's leg went away with nobody asking for it, or he is out after
// handing over.
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
	case AddRinging, ConsultRinging: // the caller is now being offered to the target
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
