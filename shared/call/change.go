package call

import (
	"time"
)

// change is a change of a call at one moment. Its methods are the steps that the rules are made of; the methods of Call
// in apply.go each begin one.
type change struct {
	*Call
	now time.Time
}

// transition moves the call along the table of transitions.
func (c change) transition(e Event) error {
	to, err := c.State.Next(e)
	if err != nil {
		return err
	}
	if to != c.State {
		c.State, c.Since = to, c.now
	}
	return nil
}

// requeue puts a caller whose owner is lost at the head of the queue, reserved for that agent. If an outside party is
// lost, the caller is reserved for the agent who transferred them; that agent's leg was not lost, so they may be at
// work or not.
func (c change) requeue(lost Leg) {
	c.Requeued, c.Queued, c.Came, c.OnHold = true, c.now, time.Time{}, false
	c.Recall = Recall{Agent: lost.Agent, LostAt: c.now, Until: c.now.Add(RecallWindow)}
	if lost.Number != "" && c.Transfer != nil {
		c.Recall.Agent, c.Recall.LostAt = c.Transfer.By, time.Time{}
	}
	c.FailedOffers = nil
}

// endTransfer closes the open transfer, if there is one.
func (c change) endTransfer(o Outcome) {
	if !c.Transfer.Open() {
		return
	}
	c.Transfer.Outcome, c.Transfer.Ended = o, c.now
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
		At: c.now, What: what, Agent: t.To, Name: t.ToName, By: t.By, ByName: t.ByName, Outcome: o,
		DeclineReason: t.DeclineReason,
	})
}

// end ends the call; the entry says by what event and by whom.
func (c change) end(e Entry, why Reason) {
	e.At = c.now
	if err := c.transition(e.What); err != nil {
		return
	}
	c.Reason, c.Ended = why, c.now
	if counted := c.Trail.Caller.Since; c.now.Before(counted) { // another request was quicker than this one
		c.Ended = counted
	}
	c.Owner, c.Offer = "", ""
	if c.Out.Dialled() && !c.Out.Reached() && c.Out.Outcome == "" {
		c.Out.Outcome = OutcomeCancelled
	}
	o := OutcomeCancelled
	if why == ReasonCallerLeft {
		o = OutcomeCallerLeft
	}
	c.endTransfer(o)
	c.record(e)
}

func (c change) callerEnded() {
	if c.CallerLive {
		c.CallerLive, c.Caller = false, Participant{Seq: c.Caller.Seq}
	}
	if c.State != Ended {
		c.end(Entry{What: CallerLeft}, ReasonCallerLeft)
	} else if c.Reason.asks() {
		c.Return.Gone = true
	}
	if c.Reason == ReasonCallerLeft {
		c.correctCallerLeft(c.Ended)
	}
}

func (c change) requestReconcile() {
	if c.State == Ended || c.State == KeepsPlace && len(c.Legs) == 0 {
		return
	}
	c.forceReconcile = true
	c.Stale = c.Stale || c.now.Before(c.ReconciledAt.Add(reconcileEvery))
}

// lineClosed ends the wait of a caller in the queue.
func (c change) lineClosed() {
	if c.State.InLine() && !c.Out.Dialled() { // whom we have called is not sent away
		c.end(Entry{What: Expire}, ReasonClosed)
	}
}

func (c change) nobodyOnline() {
	if c.State.InLine() {
		c.end(Entry{What: Expire}, ReasonNobodyOnline)
	}
}
