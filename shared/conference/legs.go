package conference

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Bounds of what one call stores (N10).
const (
	schema      = 1
	maxHistory  = 100
	maxGone     = 12
	maxPast     = 8
	maxRequests = 16
)

// New is the call of a caller who has just arrived. From is the caller's number as shown to agents, "" if withheld.
func New(id ID, from string, verified bool, now time.Time) *Conference {
	c := &Conference{
		ID: id, Schema: schema, State: Waiting, Since: now, From: from, Verified: verified,
		Arrived: now, Queued: now, Music: now, MusicEnds: now.Add(fallbackLasts), Entering: now, CallerOn: true,
	}
	c.note(Entry{At: now, What: Arrive})
	return c
}

// fire moves the call along the table of transitions.
func (c *Conference) fire(e Event, now time.Time) error {
	to, err := c.State.Next(e)
	if err != nil {
		return err
	}
	if to != c.State {
		c.State, c.Since = to, now
	}
	return nil
}

// note adds an entry to the history. When there are too many, the oldest goes, but never the first, which says when the
// caller arrived.
func (c *Conference) note(e Entry) {
	c.History = append(c.History, e)
	if over := len(c.History) - maxHistory; over > 0 {
		c.History = append(c.History[:1], c.History[1+over:]...)
	}
}

// Leg finds a leg that may be alive by its key; nil if there is none.
func (c *Conference) Leg(key LegKey) *Leg {
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
func (c *Conference) LegOf(id agent.ID) *Leg {
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

// Knows says whether a leg with that key is, or was lately, part of the call.
func (c *Conference) Knows(key LegKey) bool {
	return c.Leg(key) != nil || slices.ContainsFunc(c.Gone, func(g Gone) bool { return g.Key == key })
}

// Staying finds the leg of an agent that still hears the caller after an agent has ended the call, because the goodbye
// could not be spoken yet; nil if there is none.
func (c *Conference) Staying(id agent.ID) *Leg {
	if c.State != Ended || !c.CallerOn || c.Reason != ReasonAgentEnded {
		return nil
	}
	for i := range c.Legs {
		if l := &c.Legs[i]; l.Agent == id && id != "" && l.Phase == Answered {
			return l
		}
	}
	return nil
}

// Reachable lists the legs over which something can be sent to the agents' pages: those that Twilio says are ringing or
// answered.
func (c *Conference) Reachable() []Leg {
	var legs []Leg
	for _, l := range c.Legs {
		up := l.Phase == Alerting || l.Phase == Answered
		if up && l.Agent != "" && l.SID != "" && c.wanted(l.Key) {
			legs = append(legs, l)
		}
	}
	return legs
}

// bySID finds a leg by its CallSid; nil if there is none.
func (c *Conference) bySID(sid LegID) *Leg {
	for i := range c.Legs {
		if c.Legs[i].SID == sid && sid != "" {
			return &c.Legs[i]
		}
	}
	return nil
}

// targetKey is the target's leg while a transfer is open.
func (c *Conference) targetKey() LegKey {
	if c.Transfer.Open() {
		return c.Transfer.Leg
	}
	return ""
}

// wanted says whether a leg has a place in the call.
func (c *Conference) wanted(key LegKey) bool {
	return c.State != Ended && key != "" && (key == c.Owner || key == c.Offer || key == c.targetKey())
}

// add adds a leg, to be dialled when all that must come first is confirmed.
func (c *Conference) add(l Leg, phase Phase, now time.Time) {
	l.Phase, l.Since = phase, now
	c.Legs = append(c.Legs, l)
}

// remove takes a leg that has ended out of the call, and releases its agent.
func (c *Conference) remove(key LegKey, o Outcome) {
	for i, l := range c.Legs {
		if l.Key != key {
			continue
		}
		c.Legs = append(c.Legs[:i:i], c.Legs[i+1:]...)
		if l.Out != "" {
			o = l.Out
		}
		if l.Phase == Answered && !l.Joined && !c.Started {
			c.Doubt = true // it may have been in the conference and so have started it
		}
		gone := Gone{Key: key, SID: l.SID, Seq: l.Seq}
		if l.Agent != "" {
			gone.Freed = &Freed{
				Agent: l.Agent, Leg: key, Outcome: c.unanswered(l, o),
				Talked: l.Phase == Answered, Since: l.Since, Rang: rang(l),
			}
			c.freed = append(c.freed, *gone.Freed)
		}
		c.Gone = append(c.Gone, gone)
		if over := len(c.Gone) - maxGone; over > 0 {
			c.Gone = c.Gone[over:]
		}
		return
	}
}

// stray adds a live leg that has no place here, so that it is ended.
func (c *Conference) stray(sid LegID, now time.Time) {
	if sid == "" || sid == LegID(c.ID) || c.bySID(sid) != nil {
		return
	}
	c.add(Leg{Key: LegKey(sid), SID: sid}, Answered, now)
}

// TakeFreed returns the agents who were released since it was last asked.
func (c *Conference) TakeFreed() []Freed {
	list := c.freed
	c.freed = nil
	for i, f := range list {
		list[i] = c.tell(f)
	}
	return list
}

// cutOff marks a leg that loses its place by a failure. If the leg had answered, its outcome is then "lost", not
// "cancelled".
func (c *Conference) cutOff(key LegKey) {
	if l := c.Leg(key); l != nil && l.Phase == Answered {
		l.Out = OutcomeLost
	}
}

// Left is the release that came with the end of a leg, with what is known now; false if the leg is not known to have
// ended.
func (c *Conference) Left(key LegKey) (Freed, bool) {
	for _, g := range c.Gone {
		if g.Key == key && g.Freed != nil {
			return c.tell(*g.Freed), true
		}
	}
	return Freed{}, false
}

// tell completes a release with what is known now.
func (c *Conference) tell(f Freed) Freed {
	if f.Talked {
		f.Outcome = c.outcomeFor(f)
		f.Kept = c.State == Waiting && c.Prefer.Agent == f.Agent
	}
	return f
}

// outcomeFor is how the call ended for an agent who was in it.
func (c *Conference) outcomeFor(f Freed) Outcome {
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

// leftInGoodHands corrects the outcome of a transferor whose leg was lost while the target was rung: the target has
// answered, so the transfer is complete, and the caller's end was not the cause of the loss.
func (c *Conference) leftInGoodHands() {
	for i, g := range c.Gone {
		if g.Key == c.Transfer.ByLeg && g.Freed != nil {
			c.Gone[i].Lost = ""
			f := *g.Freed
			f.Late = true
			c.freed = append(c.freed, f)
		}
	}
}

// endTransfer closes the open transfer, if there is one.
func (c *Conference) endTransfer(o Outcome, now time.Time) {
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
	c.note(Entry{
		At: now, What: what, Agent: t.To, Name: t.ToName, By: t.By, ByName: t.ByName, Outcome: o, Reason: t.Reason,
	})
}

// requeue puts a caller whose owner is lost at the head of the queue, reserved for that agent. If an outside party is
// lost, the caller is reserved for the agent who transferred them; that agent's leg was not lost, so they may be at
// work or not.
func (c *Conference) requeue(lost Leg, now time.Time) {
	c.Head, c.Queued, c.OnHold = true, now, false
	c.Prefer = Preference{Agent: lost.Agent, After: now, Until: now.Add(RecallWindow)}
	if lost.Number != "" && c.Transfer != nil {
		c.Prefer.Agent, c.Prefer.After = c.Transfer.By, time.Time{}
	}
	c.Tried = nil
}
