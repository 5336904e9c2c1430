package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Bounds of what one call stores (N10).
const (
	schema             = 1
	maxHistory         = 100
	maxClosedLegs      = 12
	maxPastConferences = 8
	maxRequests        = 16
)

// New is the call of a caller who has just arrived. From is the caller's number as shown to agents, "" if withheld.
func New(id ID, from string, verified bool, now time.Time) *Call {
	c := &Call{
		ID: id, Schema: schema, State: Waiting, Since: now, From: from, Verified: verified,
		Arrived: now, Queued: now, MusicAt: now, MusicEnds: now.Add(fallbackLength), EnterAt: now, CallerLive: true,
	}
	c.record(Entry{At: now, What: Arrive})
	return c
}

// transition moves the call along the table of transitions.
func (c *Call) transition(e Event, now time.Time) error {
	to, err := c.State.Next(e)
	if err != nil {
		return err
	}
	if to != c.State {
		c.State, c.Since = to, now
	}
	return nil
}

// record adds an entry to the history. When there are too many, the oldest goes, but never the first, which says when
// the
// caller arrived.
func (c *Call) record(e Entry) {
	c.History = append(c.History, e)
	if over := len(c.History) - maxHistory; over > 0 {
		c.History = append(c.History[:1], c.History[1+over:]...)
	}
}

// Leg finds a leg that may be alive by its key; nil if there is none.
func (c *Call) Leg(key LegKey) *Leg {
	if key == "" {
		return nil
	}
	for i := range c.Legs {
		if c.Legs[i].Key == key {
			return &c.Legs[i]
		}
	}
	return nil
}

// LegOf finds the agent's leg that has a place in the call; nil if there is none.
func (c *Call) LegOf(id agent.ID) *Leg {
	if id == "" {
		return nil
	}
	for i := range c.Legs {
		if c.Legs[i].Agent == id && c.wanted(c.Legs[i].Key) {
			return &c.Legs[i]
		}
	}
	return nil
}

// KnowsLeg says whether a leg with that key is, or was lately, part of the call.
func (c *Call) KnowsLeg(key LegKey) bool {
	return c.Leg(key) != nil || slices.ContainsFunc(c.ClosedLegs, func(g ClosedLeg) bool { return g.Key == key })
}

// RemainingLeg finds the leg of an agent that still hears the caller after an agent has ended the call, because the
// goodbye
// could not be spoken yet; nil if there is none.
func (c *Call) RemainingLeg(id agent.ID) *Leg {
	if c.State != Ended || !c.CallerLive || c.Reason != ReasonAgentEnded {
		return nil
	}
	for i := range c.Legs {
		if l := &c.Legs[i]; l.Agent == id && id != "" && l.Phase == LegAnswered {
			return l
		}
	}
	return nil
}

// NotifiableLegs lists the legs over which something can be sent to the agents' pages: those that Twilio says are
// ringing or
// answered.
func (c *Call) NotifiableLegs() []Leg {
	var legs []Leg
	for _, l := range c.Legs {
		up := l.Phase == LegRinging || l.Phase == LegAnswered
		if up && l.Agent != "" && l.SID != "" && c.wanted(l.Key) {
			legs = append(legs, l)
		}
	}
	return legs
}

// bySID finds a leg by its CallSid; nil if there is none.
func (c *Call) bySID(sid LegID) *Leg {
	for i := range c.Legs {
		if c.Legs[i].SID == sid && sid != "" {
			return &c.Legs[i]
		}
	}
	return nil
}

// targetKey is the target's leg while a transfer is open.
func (c *Call) targetKey() LegKey {
	if c.Transfer.Open() {
		return c.Transfer.Leg
	}
	return ""
}

// wanted says whether a leg has a place in the call.
func (c *Call) wanted(key LegKey) bool {
	return c.State != Ended && key != "" && (key == c.Owner || key == c.Offer || key == c.targetKey())
}

// add adds a leg, to be dialled when all that must come first is confirmed.
func (c *Call) add(l Leg, phase Phase, now time.Time) {
	l.Phase, l.Since = phase, now
	c.Legs = append(c.Legs, l)
}

// remove takes a leg that has ended out of the call, and releases its agent.
func (c *Call) remove(key LegKey, o Outcome) {
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
				Agent: l.Agent, Leg: key, Outcome: c.unanswered(l, o),
				Talked: l.Phase == LegAnswered, Since: l.Since, Rang: rang(l),
			}
			c.released = append(c.released, *gone.Release)
		}
		c.ClosedLegs = append(c.ClosedLegs, gone)
		if over := len(c.ClosedLegs) - maxClosedLegs; over > 0 {
			c.ClosedLegs = c.ClosedLegs[over:]
		}
		return
	}
}

// adoptUnknownLeg adds a live leg that has no place here, so that it is ended.
func (c *Call) adoptUnknownLeg(sid LegID, now time.Time) {
	if sid == "" || sid == LegID(c.ID) || c.bySID(sid) != nil {
		return
	}
	c.add(Leg{Key: LegKey(sid), SID: sid}, LegAnswered, now)
}

// DrainReleases returns the agents who were released since it was last asked.
func (c *Call) DrainReleases() []Release {
	list := c.released
	c.released = nil
	for i, f := range list {
		list[i] = c.describeRelease(f)
	}
	return list
}

// markLost marks a leg that loses its place by a failure. If the leg had answered, its outcome is then "lost", not
// "cancelled".
func (c *Call) markLost(key LegKey) {
	if l := c.Leg(key); l != nil && l.Phase == LegAnswered {
		l.FinalOutcome = OutcomeLost
	}
}

// ReleaseOf is the release that came with the end of a leg, with what is known now; false if the leg is not known to
// have
// ended.
func (c *Call) ReleaseOf(key LegKey) (Release, bool) {
	for _, g := range c.ClosedLegs {
		if g.Key == key && g.Release != nil {
			return c.describeRelease(*g.Release), true
		}
	}
	return Release{}, false
}

// describeRelease completes a release with what is known now.
func (c *Call) describeRelease(f Release) Release {
	if f.Talked {
		f.Outcome = c.outcomeFor(f)
		f.Reserved = c.State == Waiting && c.Recall.Agent == f.Agent
	}
	return f
}

// outcomeFor is how the call ended for an agent who was in it.
func (c *Call) outcomeFor(f Release) Outcome {
	t := c.Transfer
	switch {
	case t != nil && t.ByLeg == f.Leg && t.Outcome == OutcomeAnswered:
		return OutcomeTransferred
	case c.Reason == ReasonCallerLeft:
		return OutcomeCallerLeft
	case c.Reason == ReasonAgentEnded:
		return OutcomeEnded
	}
	return f.Outcome
}

// correctTransferorOutcome corrects the outcome of a transferor whose leg was lost while the target was rung: the
// target has
// answered, so the transfer is complete, and the caller's end was not the cause of the loss.
func (c *Call) correctTransferorOutcome() {
	for i, g := range c.ClosedLegs {
		if g.Key == c.Transfer.ByLeg && g.Release != nil {
			c.ClosedLegs[i].LostAgent = ""
			f := *g.Release
			f.Correction = true
			c.released = append(c.released, f)
		}
	}
}

// endTransfer closes the open transfer, if there is one.
func (c *Call) endTransfer(o Outcome, now time.Time) {
	if !c.Transfer.Open() {
		return
	}
	c.Transfer.Outcome, c.Transfer.Ended = o, now
	what := TargetFailed
	switch o {
	case OutcomeAnswered:
		what = Completed
	case OutcomeCancelled:
		what = Cancel
	case OutcomeCallerLeft:
		what = CallerLeft
	case OutcomeLost:
		what = TargetLeft
	}
	t := c.Transfer
	c.record(Entry{
		At: now, What: what, Agent: t.To, Name: t.ToName, By: t.By, ByName: t.ByName, Outcome: o,
		DeclineReason: t.DeclineReason,
	})
}

// requeue puts a caller whose owner is lost at the head of the queue, reserved for that agent. If an outside party is
// lost, the caller is reserved for the agent who transferred them; that agent's leg was not lost, so they may be at
// work or not.
func (c *Call) requeue(lost Leg, now time.Time) {
	c.Requeued, c.Queued, c.OnHold = true, now, false
	c.Recall = Recall{Agent: lost.Agent, LostAt: now, Until: now.Add(RecallWindow)}
	if lost.Number != "" && c.Transfer != nil {
		c.Recall.Agent, c.Recall.LostAt = c.Transfer.By, time.Time{}
	}
	c.FailedOffers = nil
}
