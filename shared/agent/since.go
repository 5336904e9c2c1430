package agent

import "time"

// PresenceSince is when the agent entered the presence that others see now. That is not when they chose their status:
// they may have been in calls since, or closed the page.
func (a *Agent) PresenceSince(now time.Time) time.Time {
	switch a.Presence(now) {
	case IsBusy:
		return a.Claim.entered()
	case IsOffline:
		return a.LastSeen()
	case IsAvailable:
		return latest(a.Since, a.Back, a.freed(now), a.IdleSince)
	default: // IdleSince may be the end of a wrap-up, in the future
		return latest(a.Since, a.Back, a.freed(now))
	}
}

// longestRing is longer than any agent is rung: RING_SECONDS is at most two minutes, and Twilio adds some seconds
// (https://www.twilio.com/docs/voice/api/call-resource).
const longestRing = 130 * time.Second

// Rung says whether the agent is being rung: claimed, and not known to have answered. Without heartbeats the answer is
// not noted, so after longestRing the agent counts as in the call.
func (a *Agent) Rung(now time.Time) bool {
	return a.Claimed(now) && a.Claim.Answered.IsZero() && now.Before(a.Claim.Since.Add(longestRing))
}

// Answer notes when the agent answered the call they are claimed for; it says whether anything has changed.
func (c *Claim) Answer(leg string, at time.Time) bool {
	if c == nil || c.Leg != leg || !c.Answered.IsZero() {
		return false
	}
	c.Answered = at
	return true
}

// LastSeen is when the page sent its last heartbeat, or when its device could not be rung.
func (a *Agent) LastSeen() time.Time {
	if a.HeartbeatAt.IsZero() {
		return latest(a.Freed, a.Since)
	}
	return a.HeartbeatAt
}

// entered is when the claim was made or answered. An older version did not note that; then it is when the claim was
// last renewed.
func (c *Claim) entered() time.Time {
	if at := latest(c.Since, c.Answered); !at.IsZero() {
		return at
	}
	return c.Until.Add(-Lease)
}

// freed is when the agent's last call or offer ended; a claim that was not ended by a request has expired.
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

// ForgetCaller takes a caller's number out of the list of recent calls. It says whether anything has changed.
func (a *Agent) ForgetCaller(number string) (changed bool) {
	forget := func(l *LastCall) {
		if l.Caller == number {
			l.Caller, changed = "", true
		}
	}
	for i := range a.Recent {
		forget(&a.Recent[i])
	}
	if a.Last != nil {
		forget(a.Last)
	}
	return changed
}
