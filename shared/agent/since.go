package agent

import "time"

// PresenceSince is when the agent entered the presence that others see of him now. The
// time of a status that he chose is another: he may have been in calls since, and his page
// closed.
func (a *Agent) PresenceSince(now time.Time) time.Time {
	switch a.Presence(now) {
	case IsBusy:
		return a.Claim.entered()
	case IsOffline:
		return a.LastSeen()
	case IsAvailable:
		return latest(a.Since, a.Back, a.freed(now), a.Idle)
	default: // Idle may be the end of a rest that is still to come
		return latest(a.Since, a.Back, a.freed(now))
	}
}

// longestRing is longer than anybody is rung: RING_SECONDS is at most two minutes, and the
// network adds some seconds.
const longestRing = 130 * time.Second

// Rung says whether the agent is claimed for a call that he is not known to have answered.
// If his page cannot ask, it is known after a while all the same.
func (a *Agent) Rung(now time.Time) bool {
	return a.Claimed(now) && a.Claim.Answered.IsZero() && now.Before(a.Claim.Since.Add(longestRing))
}

// Answer notes when the agent answered the call that he is claimed for; it says whether it
// changed anything.
func (a *Agent) Answer(leg string, at time.Time) bool {
	if a.Claim == nil || a.Claim.Leg != leg || !a.Claim.Answered.IsZero() {
		return false
	}
	a.Claim.Answered = at
	return true
}

// LastSeen is when the agent's page was last heard of, or could not be rung.
func (a *Agent) LastSeen() time.Time {
	if a.Seen.IsZero() {
		return latest(a.Freed, a.Since)
	}
	return a.Seen
}

// entered is when the claim got to where it is now. An older version did not note when it
// was made: then it is when it was last renewed.
func (c *Claim) entered() time.Time {
	if at := latest(c.Since, c.Answered); !at.IsZero() {
		return at
	}
	return c.Until.Add(-Lease)
}

// freed is when the agent's last call or offer ended for him; a claim that nobody has
// ended ran out.
func (a *Agent) freed(now time.Time) time.Time {
	at := a.Freed
	if a.Last != nil {
		at = latest(at, a.Last.At)
	}
	if a.Claim != nil && !a.Claimed(now) {
		at = latest(at, a.Claim.Until)
	}
	return at
}

func latest(all ...time.Time) (at time.Time) {
	for _, t := range all {
		if t.After(at) {
			at = t
		}
	}
	return at
}
