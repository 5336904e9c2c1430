package conference

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Bounds of what one item keeps (N10).
const (
	schema      = 1
	maxHistory  = 100
	maxGone     = 12
	maxPast     = 8
	maxRequests = 16
)

// New is a conference for a caller who has just arrived. From is her number for
// agents' eyes, "" if she withholds it.
func New(id ID, from string, verified bool, now time.Time) *Conference {
	c := &Conference{
		ID: id, Schema: schema, State: Waiting, Since: now, From: from, Verified: verified,
		Arrived: now, Queued: now, Music: now, MusicEnds: now, Entering: now, CallerOn: true,
	}
	c.note(Entry{At: now, What: Arrive})
	return c
}

// fire moves the conference along the table.
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

// note adds a line to the history; the oldest goes when there are too many, but
// never the first, which says when the caller came.
func (c *Conference) note(e Entry) {
	c.History = append(c.History, e)
	if over := len(c.History) - maxHistory; over > 0 {
		c.History = append(c.History[:1], c.History[1+over:]...)
	}
}

// Leg finds a leg that may be alive by our name for it; nil if there is none.
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

// LegOf finds the wanted leg of an agent; nil if he has none.
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

// Knows says whether there is, or was lately, a leg of that key.
func (c *Conference) Knows(key LegKey) bool {
	return c.Leg(key) != nil || slices.ContainsFunc(c.Gone, func(g Gone) bool { return g.Key == key })
}

// Staying finds the leg of an agent who has ended the call, or was in it, and still hears
// the caller, who could not be told goodbye; nil if there is none.
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

// Reachable lists the legs over which an agent's page can be told something: the
// network must have said that they ring.
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

// bySID finds a leg by the network's name for it; nil if there is none.
func (c *Conference) bySID(sid LegID) *Leg {
	for i := range c.Legs {
		if c.Legs[i].SID == sid && sid != "" {
			return &c.Legs[i]
		}
	}
	return nil
}

// targetKey is the leg of the target while the transfer is open.
func (c *Conference) targetKey() LegKey {
	if c.Transfer.Open() {
		return c.Transfer.Leg
	}
	return ""
}

// wanted says whether a leg has a place in the conference.
func (c *Conference) wanted(key LegKey) bool {
	return c.State != Ended && key != "" && (key == c.Owner || key == c.Offer || key == c.targetKey())
}

// add puts a new leg into the conference, to be dialled at once or when what must be
// confirmed first has been.
func (c *Conference) add(l Leg, phase Phase, now time.Time) {
	l.Phase, l.Since = phase, now
	c.Legs = append(c.Legs, l)
}

// remove takes a leg that is over out of the conference and frees its agent.
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
			c.Doubt = true // it may have been in the room, which then has started
		}
		gone := Gone{Key: key, SID: l.SID, Seq: l.Seq}
		if l.Agent != "" {
			gone.Freed = &Freed{
				Agent: l.Agent, Leg: key, Outcome: c.unanswered(l, o), Talked: l.Phase == Answered, Since: l.Since, Rang: rang(l),
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

// stray takes in a live leg that turned up without a place here, so that it is ended.
func (c *Conference) stray(sid LegID, now time.Time) {
	if sid == "" || sid == LegID(c.ID) || c.bySID(sid) != nil {
		return
	}
	c.add(Leg{Key: LegKey(sid), SID: sid}, Answered, now)
}

// TakeFreed lists the agents whom the changes since the last call have set free.
func (c *Conference) TakeFreed() []Freed {
	list := c.freed
	c.freed = nil
	for i, f := range list {
		list[i] = c.tell(f)
	}
	return list
}

// cutOff marks the leg of somebody who talks and loses his place by a fault: when it has been
// ended, nobody has called him off.
func (c *Conference) cutOff(key LegKey) {
	if l := c.Leg(key); l != nil && l.Phase == Answered {
		l.Out = OutcomeLost
	}
}

// Left is who was set free when a leg went, as TakeFreed would tell it now; false if the
// leg is not known to be gone.
func (c *Conference) Left(key LegKey) (Freed, bool) {
	for _, g := range c.Gone {
		if g.Key == key && g.Freed != nil {
			return c.tell(*g.Freed), true
		}
	}
	return Freed{}, false
}

// tell is what an agent who was set free is told now.
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

// leftInGoodHands tells the transferor who had left while the target rang, and so seemed
// to be lost, that he has handed over, and no end of the caller took his leg along.
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
	c.note(Entry{At: now, What: what, Agent: t.To, Name: t.ToName, By: t.By, ByName: t.ByName, Outcome: o, Reason: t.Reason})
}

// requeue puts a caller who has lost whom she talked to at the head of the line: for
// that agent first, or for the one who handed her over to an outside number. His leg was
// not lost: he is at work as ever, or not.
func (c *Conference) requeue(lost Leg, now time.Time) {
	c.Head, c.Queued, c.OnHold = true, now, false
	c.Prefer = Preference{Agent: lost.Agent, After: now, Until: now.Add(RecallWindow)}
	if lost.Number != "" && c.Transfer != nil {
		c.Prefer.Agent, c.Prefer.After = c.Transfer.By, time.Time{}
	}
	c.Tried = nil
}
