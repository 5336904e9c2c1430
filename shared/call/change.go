package call

import (
	"slices"
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

func (c change) dialEnded(generation int) {
	if c.State == Ended {
		c.CallerLive = false // the answer to this request is the spoken goodbye
		return
	}
	if c.State == AgentFirst || c.State == Calling || c.State == KeepsPlace {
		return
	}
	if generation != c.Generation {
		if generation == c.Generation-1 && c.Asking(c.now).Is() {
			Asking{c}.askAgain()
		}
		return
	}
	if (Asking{c}).taken() {
		return
	}
	c.Question.Open = false
	moved := c.redirecting(c.now)
	wait := c.next(moved, c.State == Waiting, c.now)
	c.CallerAbsentSince = time.Time{}
	c.restart(wait, c.now)
	var lost *Leg // who talked to the caller last
	if l := c.Leg(c.Owner); l != nil {
		lost = l
	}
	if l := c.Leg(c.Transfer.targetKey()); l != nil && c.State == Completing {
		lost = l
	}
	c.forgetConference()
	c.markLost(c.Owner)
	c.markLost(c.Transfer.targetKey())
	if !moved || !c.State.InLine() { // otherwise the redirect that restarts the music ended it
		c.record(Entry{At: c.now, What: DialEnded})
	}
	state, target := c.State, c.Transfer.targetKey()
	_ = c.transition(DialEnded) // every state but Ended allows it
	if lost != nil {
		c.requeue(*lost)
	}
	c.Owner = ""
	switch state {
	case AddRinging, ConsultRinging:
		c.Offer = target
	case Waiting, Ringing, Talking:
	default:
		c.Offer = ""
		c.endTransfer(OutcomeLost)
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

func (c change) timePassed(maxWait time.Duration) {
	if c.State.InLine() && maxWait > 0 && !c.now.Before(c.WaitsSince().Add(maxWait)) {
		why := ReasonMaxWait
		if c.Out.Dialled() { // whom we have called is not asked for a message
			why = ReasonNobodyCame
		}
		c.end(Entry{What: Expire}, why)
	}
	if c.State == KeepsPlace && c.Kept.Lent == "" && !c.now.Before(c.Kept.Until) {
		c.Out.Outcome = OutcomeNoAnswer
		Outgoing{c}.keptOver(ReasonUnreached)
	}
	if !c.State.known() {
		return
	}
	c.supervision().watchTime()
	c.Caller.expireResume(c.now)
	for i := range c.Legs {
		c.Legs[i].expireResume(c.now)
	}
	for _, l := range slices.Clone(c.Legs) {
		unanswered := l.Phase != LegAnswered
		switch {
		case !c.wanted(l.Key):
			forgotten := unanswered && l.SID == "" && !c.now.Before(l.Deadline)
			if l.Phase == LegPlanned || forgotten {
				c.remove(l.Key, OutcomeCancelled)
			}
		case l.Phase == LegPlanned && !c.now.Before(l.Since.Add(plannedLimit)):
			c.legEnded(l.Key, "", OutcomeSlow)
		case unanswered && c.holdIsSlow(l):
			c.withdrawLeg(l.Key, OutcomeSlow)
		case unanswered && !c.now.Before(l.Deadline):
			o := OutcomeNoAnswer
			if l.SID == "" { // no sign that it rang, so the agent has missed nothing
				o = OutcomeFailed
			}
			c.withdrawLeg(l.Key, o)
		}
	}
}

// holdIsSlow: the target was dialled with the hold of the caller, or has taken the leg, and the hold is still not known
// to be done.
func (c change) holdIsSlow(l Leg) bool {
	if !l.PickedUp.IsZero() {
		return !c.now.Before(l.PickedUp.Add(plannedLimit))
	}
	return c.State == ConsultRinging && !c.Caller.Held && !c.now.Before(c.Since.Add(plannedLimit))
}
