package call

import "time"

// mayReturn says whether the caller of a call that has ended may wait again. After the longest wait that is so once, or
// a line that is never answered would be waited on for ever (N10).
func (c change) mayReturn() bool {
	return c.Reason.asks() && !c.Forgotten && !c.Return.Gone && !(c.Reason == ReasonMaxWait && c.Return.Waited)
}

// MayComeBack says whether the caller of a call that has ended may come back into the line.
func (c Outgoing) MayComeBack() bool { return c.State == Ended && c.mayReturn() }

// returned begins a new generation, as if the caller had just arrived. Who had the choice has
// their old place. Legs of agents that are still to be ended stay without a place.
func (c change) returned() error {
	if c.State != Ended {
		return nil
	}
	if !c.mayReturn() {
		return &TransitionError{State: c.State, Event: Return}
	}
	if err := c.transition(Return); err != nil {
		return err
	}
	c.Return.Count++
	c.Return.Waited = c.Return.Waited || c.Reason == ReasonMaxWait
	arrived := c.Reason == ReasonNobodyOnline && c.Ended.Equal(c.Queued) // who has waited keeps their place
	if c.Reason == ReasonMaxWait || arrived {
		c.Place = Place{Queued: c.now, Had: c.Had}
	}
	c.Reason, c.Ended, c.CallerLive = "", time.Time{}, true
	c.Question.Due, c.Question.Open = time.Time{}, false
	c.forgetConference()
	c.Stale, c.CallerAbsentSince, c.OtherConference = false, time.Time{}, ""
	c.Generations = Generations{Generation: c.Generation + 1, EnterAt: c.now}
	c.restart(fallbackLength, c.now)
	c.record(Entry{At: c.now, What: Return})
	return nil
}
