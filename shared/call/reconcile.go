package call

import (
	"slices"
	"time"
)

// ApplyParticipants applies Twilio's lists: which conference is live and who is in it; "" and nobody if they show none.
//
// A list may lag for some seconds, or be empty, and still answer with success. So what it shows is true, but what it
// lacks proves nothing: each missing leg is then fetched by its CallSid (see FindParticipant), and no leg is lost
// because of a
// list alone.
func (c *Call) ApplyParticipants(room ConferenceID, started bool, present []ListedParticipant, now time.Time) {
	audit := c.forceReconcile && !c.Stale
	c.Stale, c.forceReconcile, c.callerLost, c.unlisted = false, false, false, nil
	if c.isUnconfirmed(room) {
		c.Stale, c.ReconciledAt = true, now
		return
	}
	if room != "" && room != c.Conference {
		c.forgetConference()
		c.Conference = room
		c.PastConferences = slices.DeleteFunc(c.PastConferences, func(r ConferenceID) bool { return r == room })
	}
	c.Started = c.Started || started && c.Conference != ""
	here, caller := c.applyListed(present, now)
	for _, l := range c.Legs {
		late := l.Phase == LegAnswered && !now.Before(l.Since.Add(joinLimit))
		if late && !slices.Contains(here, l.Key) && l.SID != "" {
			c.unlisted = append(c.unlisted, l.SID)
		}
	}
	if !caller && c.CallerLive && c.State != Ended {
		c.unlisted = append(c.unlisted, LegID(c.ID))
	}
	c.Stale = len(c.unlisted) > 0 // until each has been found
	if !audit || c.Stale {
		c.ReconciledAt = now
	}
}

// isUnconfirmed: the list shows another conference than the known one, or one that is known to have ended. Only one
// conference of a name is live at a time, but a list that lags may show the one before. A second list must agree.
func (c *Call) isUnconfirmed(room ConferenceID) bool {
	confirmed := room != "" && room == c.OtherConference
	c.OtherConference = ""
	over := slices.Contains(c.PastConferences, room)
	if room == "" || room == c.Conference || c.Conference == "" && !over || confirmed {
		return false
	}
	c.OtherConference = room
	return true
}

// applyListed applies the participants. It returns the legs among them, and whether the caller is.
func (c *Call) applyListed(present []ListedParticipant, now time.Time) (here []LegKey, caller bool) {
	for _, p := range present {
		if p.Leg == LegID(c.ID) {
			caller = true
			c.applyCallerSeen(p.Held, now)
			continue
		}
		l := c.matchLeg(LegKey(p.Label), p.Leg)
		if l == nil {
			l = c.bySID(p.Leg)
		}
		if l == nil {
			c.adoptUnknownLeg(p.Leg, now)
			continue
		}
		here = append(here, l.Key)
		c.applyJoined(l, p.Held, now)
	}
	return here, caller
}

// applyCallerSeen applies Twilio's answer that the caller is in the conference.
func (c *Call) applyCallerSeen(held bool, now time.Time) {
	c.CallerAbsentSince = time.Time{}
	c.Caller.Joined = true
	c.applyCallerHold(held, now)
}

// planLookups plans to fetch the legs that a list lacked.
func (c *Call) planLookups() (acts []Effect) {
	for _, leg := range c.unlisted {
		acts = append(acts, FindParticipant{Leg: leg})
	}
	return acts
}

// ApplyLegSighting applies what Twilio says of one leg that a list lacked. A leg whose own call has completed has
// ended. A leg
// that is alive but in no conference may be about to join: if two looks some seconds apart agree, it loses its place
// and is ended.
func (c *Call) ApplyLegSighting(leg LegID, s Sighting, now time.Time) {
	c.unlisted = slices.DeleteFunc(c.unlisted, func(l LegID) bool { return l == leg })
	if leg == LegID(c.ID) {
		c.applyCallerListed(s, now)
		return
	}
	l := c.bySID(leg)
	switch {
	case l == nil:
	case s.Over:
		c.ApplyLegEnded(l.Key, leg, OutcomeLost, now)
	case s.In:
		c.applyJoined(l, s.Held, now)
		c.clearDoubt()
	case l.AbsentSince.IsZero():
		l.AbsentSince, c.Stale = now, true
	// it is not known which conference the leg should be in
	case c.Conference == "" || now.Before(l.AbsentSince.Add(lookupGap)):
		c.Stale = true
	default:
		c.WithdrawLeg(l.Key, OutcomeLost, now)
	}
}

// clearDoubt ends the stale state if all legs that a list lacked have been found.
func (c *Call) clearDoubt() {
	absent := slices.ContainsFunc(c.Legs, func(l Leg) bool { return !l.AbsentSince.IsZero() })
	c.Stale = len(c.unlisted) > 0 || absent || !c.CallerAbsentSince.IsZero()
}

// applyCallerListed applies where the caller's own leg is. It may be between two conferences for a moment. A caller who
// is
// absent for longer than callerAbsentLimit without a sign of life is redirected: the conference has ended, the request
// at the end of the <Dial> was not answered, and they hear music in no conference. If the conference is not known, they
// may be in it and talking, so then only a caller in the queue is redirected.
func (c *Call) applyCallerListed(s Sighting, now time.Time) {
	c.callerLost = false
	switch {
	case !c.CallerLive || c.State == Ended:
		c.CallerAbsentSince = time.Time{}
		return
	case s.Over:
		c.ApplyCallerEnded(now)
		return
	case s.In:
		c.applyCallerSeen(s.Held, now)
		c.clearDoubt()
		return
	case c.awaitsEntry(now): // between two tries; the caller is in no conference on purpose
		c.CallerAbsentSince = time.Time{}
		return
	case c.CallerAbsentSince.IsZero():
		c.CallerAbsentSince = now
	default:
		c.callerLost = !now.Before(c.CallerAbsentSince.Add(callerAbsentLimit)) &&
			(c.Conference != "" || c.State.InLine())
	}
	c.Stale = true
}

// applyLookupFailed applies a failed fetch of a leg: the call stays stale.
func (c *Call) applyLookupFailed(leg LegID) {
	c.unlisted = slices.DeleteFunc(c.unlisted, func(l LegID) bool { return l == leg })
	c.Stale = true
}
