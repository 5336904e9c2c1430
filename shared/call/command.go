package call

import (
	"time"

	"warmtransfer/shared/agent"
)

func (c change) command(r Request) error {
	a := Action(r.Action)
	if err := c.Seat(r.Agent).Allowed(a); err != nil {
		return err
	}
	switch a {
	case DoEnd:
		if (Outgoing{c}).notReached(OutcomeCancelled) {
			break
		}
		c.end(Entry{What: End, Agent: r.Agent, Name: c.Leg(c.Owner).Name}, ReasonAgentEnded)
	case DoCancel:
		_ = c.transition(Cancel)
		c.endTransfer(OutcomeCancelled)
	default:
		_ = c.transition(Event(a)) // Allowed has asked the table
		c.record(Entry{At: c.now, What: Event(a), Agent: r.Agent})
	}
	switch a {
	case DoHold:
		c.OnHold = true
	case DoResume:
		c.OnHold = false
	}
	c.remember(r)
	return nil
}

func (c change) decline(r Request, why DeclineReason) error {
	if err := c.Seat(r.Agent).Allowed(DoDecline); err != nil {
		return err
	}
	l := c.Seat(r.Agent).Leg()
	l.DeclineReason = why
	if c.Transfer.Open() {
		c.Transfer.DeclineReason = why
	}
	c.withdrawLeg(l.Key, OutcomeDeclined)
	c.remember(r)
	return nil
}

func (c change) startTransfer(r Request, t Target) error {
	if err := c.Seat(r.Agent).MayTransfer(Action(r.Action), t); err != nil {
		return err
	}
	a := Action(r.Action)
	leg := Leg{Key: t.Key, Number: t.Number, Name: t.Number, Deadline: c.now.Add(t.Ring + ringSlack)}
	if t.Agent != nil {
		leg.Agent, leg.Name = t.Agent.ID, t.Agent.Name
	}
	by := *c.Leg(c.Owner)
	_ = c.transition(Event(a))
	if a == DoConsult {
		c.OnHold = false // the consult holds the caller; after it they talk to the transferor again
	}
	c.Transfer = &Transfer{
		Kind: TransferKind(a), By: r.Agent, ByName: by.Name, To: leg.Agent, ToName: leg.Name, Number: t.Number,
		Leg: t.Key, ByLeg: c.Owner, Note: t.Note, Began: c.now,
	}
	if t.Number != "" {
		c.OutsideDials++
	}
	c.add(leg, LegPlanned, c.now)
	c.record(Entry{At: c.now, What: Event(a), Agent: leg.Agent, Name: leg.Name, By: r.Agent, ByName: by.Name})
	if a == DoBlind {
		c.leave(by)
		c.Offer = t.Key
	}
	c.remember(r)
	return nil
}

// requeueFor gives the caller back to the queue, at its head, with a note for the agent who answers next.
func (c change) requeueFor(r Request, note string) error {
	if err := c.Seat(r.Agent).Allowed(DoRequeue); err != nil {
		return err
	}
	from := *c.Leg(c.Owner)
	_ = c.transition(Requeue)
	c.Transfer = &Transfer{
		Kind: KindQueue, By: r.Agent, ByName: from.Name, ByLeg: from.Key, Note: note, Began: c.now,
		Outcome: OutcomeQueued,
	}
	c.record(Entry{At: c.now, What: Requeue, Agent: r.Agent, Name: from.Name})
	c.leave(from)
	c.transferred(from.Key)
	c.Hops++
	c.Recall = Recall{} // for anybody, and for that agent only if nobody else takes the caller
	c.FailedOffers = map[agent.ID]time.Time{r.Agent: c.now}
	c.remember(r)
	return nil
}

// leave takes the call from the owner and puts the caller into the queue. The owner's leg is ended once the caller
// hears music.
func (c change) leave(owner Leg) {
	c.markLost(owner.Key)
	c.Owner = ""
	c.requeue(owner)
}

// Decline applies that an agent who is being rung declines, and why.
func (s Seat) Decline(r Request, why DeclineReason, now time.Time) error {
	return change{s.call, now}.decline(r, why)
}
