package call

import (
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Supervisor is who acts on a call in which they have no place.
type Supervisor struct {
	ID   agent.ID
	Name string
}

// Supervision is what supervisors do in a call at one moment.
type Supervision struct{ change }

// Supervision is what supervisors may do, do, and ask for in the call now.
func (c *Call) Supervision(now time.Time) Supervision { return change{c, now}.supervision() }

func (c change) supervision() Supervision { return Supervision{c} }

// May says why a supervisor may not be in the call in that mode; nil if they may, or are already.
func (c Supervision) May(id agent.ID, m Mode) error {
	mine, coach := c.WatcherOf(id), c.coach()
	staying := slices.DeleteFunc(slices.Clone(c.Watching), func(l SupervisorLeg) bool { return l.Leaving })
	switch {
	case !slices.Contains(Modes, m):
		return &TransitionError{State: c.State, Event: Event(m)}
	case c.State == Ended, !c.State.known(), mine == nil && (c.State.InLine() || c.Kept.Is() && !c.Out.Reached()):
		return ErrNobodyTalks
	case c.Seat(id).Leg() != nil:
		return ErrOwnCall
	case m == ModeCoach && coach != nil && coach != mine:
		return ErrCoached
	case mine == nil && len(staying) >= MaxSupervisors:
		return ErrTooManySupervisors
	}
	return nil
}

// Begin applies that a supervisor wants to be in the call in that mode: their leg, of that key, is to be dialled, or
// changes its mode. Hidden: the agents are not told as long as the supervisor only listens.
func (c Supervision) Begin(s Supervisor, r Request, m Mode, key LegKey, hidden bool, ring time.Duration) error {
	if err := c.May(s.ID, m); err != nil {
		return err
	}
	c.remember(r)
	shown := !hidden || m != ModeListen
	if l := c.WatcherOf(s.ID); l != nil {
		fresh := shown && !l.Shown || l.Mode != m
		l.Mode, l.Shown = m, l.Shown || shown
		if fresh && l.Joined {
			c.watchEntry(*l, Event(m))
		}
		return nil
	}
	c.Watching = append(slices.Clip(c.Watching), SupervisorLeg{
		Key: key, Agent: s.ID, Name: s.Name, Phase: LegPlanned, Since: c.now, Deadline: c.now.Add(ring + ringSlack),
		Mode: m, Shown: shown,
	})
	return nil
}

// End applies that a supervisor leaves the call, or must: they are no supervisor any more, or their page is gone.
func (c Supervision) End(id agent.ID, r Request) {
	if l := c.WatcherOf(id); l != nil {
		l.Leaving = true
		c.remember(r)
	}
}

// watchEntry is an entry of what a supervisor does, if the agents are told of it.
func (c Supervision) watchEntry(l SupervisorLeg, what Event) {
	if l.Shown {
		c.record(Entry{At: c.now, What: what, Agent: l.Agent, Name: l.Name})
	}
}

// SetAway is the entry of an agent who was being rung and whom a supervisor has set Away. It moves no call.
const SetAway Event = "set-away"

// MayEndCall says why a supervisor may not end the call now; nil if they may: whenever its owner may, and if it
// is a place that is kept.
func (c Supervision) MayEndCall() error {
	_, err := c.State.Next(End)
	return err
}

// EndCall applies that a supervisor ends the call, with the goodbye that the owner's end gives.
func (c Supervision) EndCall(s Supervisor, r Request) error {
	if err := c.MayEndCall(); err != nil {
		return err
	}
	c.end(Entry{What: End, Agent: s.ID, Name: s.Name}, ReasonAgentEnded)
	c.remember(r)
	return nil
}

// OfferTo is Call.StartOffer to an agent whom a supervisor has named.
func (c Supervision) OfferTo(s Supervisor, r Request, a *agent.Agent, key LegKey, ring time.Duration) error {
	if err := c.startOffer(a, key, ring); err != nil {
		return err
	}
	c.record(Entry{At: c.now, What: Offer, Agent: a.ID, Name: a.Name, By: s.ID, ByName: s.Name})
	c.remember(r)
	return nil
}

// SetAway is Call.WithdrawLeg of an agent whom a supervisor has set Away while they are rung.
func (c Supervision) SetAway(s Supervisor, key LegKey, o Outcome) {
	if l := c.Leg(key); l != nil && c.wanted(key) {
		c.record(Entry{At: c.now, What: SetAway, Agent: l.Agent, Name: l.Name, By: s.ID, ByName: s.Name})
	}
	c.withdrawLeg(key, o)
}

// OfferedTo is the agent who is rung for the waiting caller; "" if nobody is.
func (t *LegTable) OfferedTo() agent.ID {
	if l := t.Leg(t.Offer); l != nil {
		return l.Agent
	}
	return ""
}
