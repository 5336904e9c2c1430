package call

import "time"

// longAfter is later than every limit of the rules.
const longAfter = 24 * time.Hour

// never is the due time of a call that the sweep need not look at for its own sake.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Due is when the clocks of others must look at a call. It is stored with the call, so it depends on nothing but the
// call, and it changes seldom: each change is a write.
type Due struct {
	Sweep time.Time
	// Music is when the caller hears silence unless the next music turn is requested before; zero if they are not to
	// hear music, or if it is not known how long it plays. From then on Hearing.MusicStopped is true.
	Music time.Time
	// Legs are those that must be connected at Twilio: the caller's, and those that have answered. That of a caller
	// whom we dial is among them while it rings: they may have picked up, and our API may not have answered.
	Legs []LegID
}

// Due is when the sweep, and whoever looks after music, must look at the call.
func (c *Call) Due() Due {
	p := planner{Call: c}
	return Due{Sweep: p.sweepDue(), Music: p.musicStopsAt(), Legs: p.connectedLegs()}
}

// sweepDue is when the sweep must look at a live call because its clock has not moved it on in time. A call whose owner
// is an agent has the heartbeats of that agent's page for a clock; the sweep knows if they stop, and only the music of
// a caller on hold is due. Otherwise a music turn or an event says sooner what is due (see service.Service.Sweep).
func (p planner) sweepDue() time.Time {
	c := p.Call
	switch {
	case !c.State.known(): // nothing is planned for it
		return never
	case c.State == Ended:
		return c.Since
	case c.OwnerAgent() != "":
		if music := p.musicStopsAt(); !music.IsZero() {
			return music
		}
		return never
	case p.uncertain() || c.Overdue(p.lastChange().Add(longAfter)):
		return c.Since
	}
	due := never
	sooner := func(t time.Time) {
		if t.Before(due) {
			due = t
		}
	}
	switch {
	case c.State != KeepsPlace:
	case c.Kept.Lent != "": // each sweep looks whether the call is over that has it
		sooner(c.Kept.LentAt)
	default:
		sooner(c.Kept.Until)
	}
	if c.State.InLine() || p.callerHoldTarget() == hold {
		music := c.MusicEnds
		if music.Before(c.MusicAt) {
			music = c.musicDue()
		}
		sooner(music)
	}
	for _, l := range c.Legs {
		switch {
		case !c.wanted(l.Key):
			sooner(l.Since)
		case l.Phase != LegAnswered:
			sooner(l.Deadline)
		case !l.Joined:
			sooner(l.Since.Add(joinLimit))
		}
	}
	for _, l := range c.Watching {
		switch {
		case l.Leaving:
			sooner(l.Since)
		case l.Phase != LegAnswered:
			sooner(l.Deadline)
		}
	}
	return due
}

// lastChange is a time that is not much before the call's last change.
func (p planner) lastChange() time.Time {
	at := p.Since
	for _, t := range []time.Time{p.MusicAt, p.ReconciledAt} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

// uncertain: somebody's place or hold is not known for certain.
func (p planner) uncertain() bool {
	if p.Stale || !p.CallerAbsentSince.IsZero() || p.OtherConference != "" || p.Caller.uncertain() {
		return true
	}
	for _, l := range p.Legs {
		if !l.AbsentSince.IsZero() || l.uncertain() {
			return true
		}
	}
	return p.StaleOwner.Leg != "" && !p.StaleOwner.Announced
}

func (p planner) connectedLegs() (legs []LegID) {
	c := p.Call
	if c.CallerLive {
		legs = append(legs, c.Out.CallerLeg(c.ID))
	}
	if l := c.Out.Rings(&c.LegTable); l != "" {
		legs = append(legs, l)
	}
	for _, l := range c.Legs {
		if l.Phase == LegAnswered && l.SID != "" {
			legs = append(legs, l.SID)
		}
	}
	for _, l := range c.Watching {
		if l.Phase == LegAnswered && l.SID != "" {
			legs = append(legs, l.SID)
		}
	}
	return legs
}
