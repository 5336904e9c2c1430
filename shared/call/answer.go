package call

import "time"

// ApplyLegAnswered applies the answer of a leg and says how the leg joins the conference. ErrNotWanted means that the
// leg has no place; the answer to its webhook must then say so and end it. A repeated request has the same answer.
func (c Admitting) ApplyLegAnswered(key LegKey, sid LegID) (Admission, error) {
	if w := c.matchWatcher(key, sid); w != nil {
		return c.supervision().watcherAnswered(w)
	}
	if c.Out.on(key) {
		return Outgoing(c).callerPickedUp(sid)
	}
	l, err := c.admit(key, sid)
	if err != nil {
		return Admission{}, err
	}
	if l.Number != "" && l.Phase != LegAnswered && l.PickedUp.IsZero() {
		if l.Phase != LegScreened {
			l.Phase, l.Since, l.Deadline = LegScreened, c.now, c.now.Add(screeningLimit+ringSlack)
		}
		return Admission{Leg: key, Screen: true}, nil
	}
	return c.joinLeg(l), nil
}

// ApplyLegAccepted applies that a person at an outside number has pressed 1; otherwise it is like ApplyLegAnswered.
func (c Admitting) ApplyLegAccepted(key LegKey, sid LegID) (Admission, error) {
	l, err := c.admit(key, sid)
	if err != nil {
		return Admission{}, err
	}
	return c.joinLeg(l), nil
}

// ApplyJoinRefused applies the end of the <Dial> of an agent's leg whose TwiML goes on: the conference has refused
// the leg, or the leg has left it. It returns the wait until the next try, or ErrNotWanted if the leg is to be ended.
// A repeated request gets the rest of the wait.
func (c Admitting) ApplyJoinRefused(key LegKey, sid LegID) (time.Duration, error) {
	if w := c.matchWatcher(key, sid); w != nil {
		c.supervision().watcherGone(w.Key)
		return 0, ErrNotWanted
	}
	l, err := c.admit(key, sid)
	switch {
	case err != nil:
		return 0, err
	case l.Phase == LegAnswered && l.FailedJoins > 0 && c.now.Before(l.Since):
		return l.Since.Sub(c.now), nil
	case l.Phase != LegAnswered, l.Joined, l.FailedJoins >= refusedMost,
		!c.now.Before(l.Since.Add(shortGeneration + legSlack(l))):
		c.legEnded(key, sid, OutcomeLost)
		return 0, ErrNotWanted
	}
	l.FailedJoins++
	wait := retry(legRetries, l.FailedJoins)
	l.Since = c.now.Add(wait) // counts from the next try
	return wait, nil
}

// admit finds a leg that asks to join. A leg without a place is removed from the call.
func (c Admitting) admit(key LegKey, sid LegID) (*Leg, error) {
	l := c.matchLeg(key, sid)
	if l == nil {
		return nil, ErrNotWanted
	}
	if !c.wanted(key) {
		c.remove(key, OutcomeCancelled)
		return nil, ErrNotWanted
	}
	return l, nil
}
