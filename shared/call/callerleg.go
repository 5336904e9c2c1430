package call

import "time"

// callerPickedUp applies that whoever we dial has picked up: they are the caller now. If their agent was lost
// meanwhile, they go to the head of the queue, as each caller whose agent is lost.
func (c Outgoing) callerPickedUp(sid LegID) (Admission, error) {
	in := Admission{Leg: c.Out.Leg, Caller: true, Generation: c.Generation}
	if c.Out.Reached() { // the request is repeated
		if sid != "" && sid != c.Out.SID || !c.CallerLive {
			return Admission{}, ErrNotWanted
		}
		return in, nil
	}
	l := c.matchLeg(c.Out.Leg, sid)
	switch {
	case l == nil || l.SID == "":
		return Admission{}, ErrNotWanted
	case c.State != Calling: // it was given up: the answer says goodbye
		c.remove(l.Key, OutcomeCancelled)
		return Admission{}, ErrNotWanted
	}
	c.Out.SID, c.Out.Answered = l.SID, c.now
	c.remove(l.Key, OutcomeAnswered)
	c.CallerLive, c.Caller, c.CallerAbsentSince = true, Participant{}, time.Time{}
	c.EnterAt = c.now
	c.restart(fallbackLength, c.now)
	_ = c.transition(CallerAnswered)
	c.record(Entry{At: c.now, What: CallerAnswered})
	if c.Owner == "" {
		_ = c.transition(TransferorLeft)
		c.requeue(Leg{Agent: c.Out.By})
	}
	return in, nil
}

// callerLegSighted applies what Twilio says of the leg of a caller whom we dial and who is not wanted any more. One
// that is not over rings, or its caller asks what comes next in a moment: it is cancelled again, and nobody is cut off.
func (c Outgoing) callerLegSighted(l *Leg, s Sighting) {
	if s.Over {
		c.remove(l.Key, OutcomeCancelled)
		return
	}
	l.AbsentSince, l.NotBefore = time.Time{}, c.now.Add(lookupGap)
}

// callerLegEnded applies the end of the leg on which we dial the caller, or have dialled them.
func (c Outgoing) callerLegEnded(sid LegID, o Outcome) {
	if c.Out.Reached() {
		if sid == c.Out.SID {
			c.callerEnded()
		}
		return
	}
	if c.matchLeg(c.Out.Leg, sid) != nil {
		c.remove(c.Out.Leg, o)
	}
}

// callerGivenUp applies that the agent is lost before the caller has picked up. A leg that was not dialled yet never
// is. One that rings is cancelled, and if somebody picks up all the same, they are taken in (see callerPickedUp).
func (c Outgoing) callerGivenUp() {
	l := c.Leg(c.Out.Leg)
	switch {
	case l == nil:
		c.unreached(OutcomeLost)
	case l.Phase == LegPlanned:
		c.remove(l.Key, OutcomeLost)
	default:
		l.FinalOutcome = OutcomeLost
	}
}
