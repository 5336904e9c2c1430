package call

import (
	"slices"
	"time"
)

// Reconciliation is the change by what Twilio answers to Reconcile and FindParticipant.
type Reconciliation struct {
	change
	asked *Call
}

// Reconciliation is what is applied of Twilio's answers now.
func (c *Call) Reconciliation(now time.Time) Reconciliation {
	return Reconciliation{change{c, now}, nil}
}

// Asked is for an answer to what was asked when the call was as given. Whose hold or resume was begun, done or told
// since is not known by that answer to be on hold or not.
func (c Reconciliation) Asked(was *Call) Reconciliation {
	c.asked = was
	return c
}

// older says whether the answer is older than what is known of the party's hold.
func (c Reconciliation) older(leg LegID, p *Participant) bool {
	if c.asked == nil || c.asked.Conference != c.Conference {
		return false
	}
	then := change{c.asked, c.now}.party(leg)
	return then != nil && !then.sameHold(*p)
}

// doubted says whether there is a doubt that the answer may be too old to settle.
func (c Reconciliation) doubted() bool {
	if c.asked == nil || !c.Stale {
		return false
	}
	return !c.asked.Stale || c.older(c.Out.CallerLeg(c.ID), &c.Caller) ||
		slices.ContainsFunc(c.Legs, func(l Leg) bool { return c.older(l.SID, &l.Participant) })
}

// held applies whether a party was on hold when Twilio was asked.
func (c Reconciliation) held(leg LegID, held bool) {
	if p := c.party(leg); !c.older(leg, p) {
		holding{c.change, p}.shown(held)
	}
}

// Request makes the next plan reconcile, whatever is known. The sweep asks for it each minute, so neither the request
// nor a reconcile that finds nothing new is stored. If the reconcile fails, or is too soon after the last one, the call
// becomes stale.
func (c Reconciliation) Request() { c.requestReconcile() }

// ApplyParticipants applies Twilio's lists: which conference is live and who is in it; "" and nobody if they show none.
//
// A list may lag for some seconds, or be empty, and still answer with success
// (https://www.twilio.com/en-us/changelog/conference-list-endpoint-rollout-extended). So what it shows is true, but
// what it lacks proves nothing: each missing leg is then fetched by its CallSid (see FindParticipant), and no leg is
// lost because of a list alone.
func (c Reconciliation) ApplyParticipants(conference ConferenceID, started bool, present []ListedParticipant) {
	audit, doubted := c.forceReconcile && !c.Stale, c.doubted()
	c.Stale, c.forceReconcile, c.callerLost, c.unlisted = false, false, false, nil
	if c.isUnconfirmed(conference) {
		c.Stale, c.ReconciledAt = true, c.now
		return
	}
	if conference != "" && conference != c.Conference {
		c.forgetConference()
		c.Conference = conference
		c.PastConferences = slices.DeleteFunc(c.PastConferences, func(r ConferenceID) bool { return r == conference })
	}
	c.Started = c.Started || started && c.Conference != ""
	here, caller := c.listed(present)
	for _, l := range c.Legs {
		late := l.Phase == LegAnswered && !c.now.Before(l.Since.Add(joinLimit))
		if late && !slices.Contains(here, l.Key) && l.SID != "" {
			c.unlisted = append(c.unlisted, l.SID)
		}
	}
	for _, l := range c.Watching {
		late := l.Phase == LegAnswered && !c.now.Before(l.Since.Add(joinLimit))
		if late && !slices.Contains(here, l.Key) && l.SID != "" {
			c.unlisted = append(c.unlisted, l.SID)
		}
	}
	if !caller && c.CallerLive && c.State != Ended {
		c.unlisted = append(c.unlisted, c.Out.CallerLeg(c.ID))
	}
	c.Stale = doubted || len(c.unlisted) > 0 // until each has been found
	if !audit || c.Stale {
		c.ReconciledAt = c.now
	}
}

// listed applies the participants. It returns the legs among them, and whether the caller is.
func (c Reconciliation) listed(present []ListedParticipant) (here []LegKey, caller bool) {
	for _, p := range present {
		if p.Leg == c.Out.CallerLeg(c.ID) {
			caller = true
			c.callerSeen(p.Held)
			continue
		}
		if w := c.matchWatcher(LegKey(p.Label), p.Leg); w != nil {
			here = append(here, w.Key)
			c.supervision().watcherJoined(w)
			continue
		}
		l := c.matchLeg(LegKey(p.Label), p.Leg)
		if l == nil {
			l = c.bySID(p.Leg)
		}
		if l == nil {
			c.adoptUnknownLeg(p.Leg)
			continue
		}
		here = append(here, l.Key)
		c.legSeen(l)
		c.held(l.SID, p.Held)
	}
	return here, caller
}

// callerSeen applies Twilio's answer that the caller is in the conference.
func (c Reconciliation) callerSeen(held bool) {
	c.CallerAbsentSince = time.Time{}
	c.Caller.Joined = true
	Asking{c.change}.wentOn()
	c.held(c.Out.CallerLeg(c.ID), held)
}

// ApplyLegSighting applies what Twilio says of one leg that a list lacked. A leg whose own call has completed has ended
// (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). A leg that is alive but in no conference
// may be about to join: if two looks some seconds apart agree, it loses its place and is ended.
func (c Reconciliation) ApplyLegSighting(leg LegID, s Sighting) {
	c.unlisted = slices.DeleteFunc(c.unlisted, func(l LegID) bool { return l == leg })
	if leg == c.Out.CallerLeg(c.ID) {
		c.callerSighted(s)
		return
	}
	if c.watcherSighted(leg, s) {
		return
	}
	l := c.bySID(leg)
	switch {
	case l == nil:
	case c.Out.on(l.Key) && !c.wanted(l.Key):
		Outgoing{c.change}.callerLegSighted(l, s)
	case s.Over:
		c.legEnded(l.Key, leg, OutcomeLost)
	case s.In:
		c.legSeen(l)
		c.held(leg, s.Held)
		c.clearStale()
	case l.AbsentSince.IsZero():
		l.AbsentSince, c.Stale = c.now, true
	// it is not known which conference the leg should be in
	case c.Conference == "" || c.now.Before(l.AbsentSince.Add(lookupGap)):
		c.Stale = true
	default:
		c.withdrawLeg(l.Key, OutcomeLost)
	}
}

// callerSighted applies where the caller's own leg is. It may be between two conferences for a moment. A caller who
// is absent for longer than callerAbsentLimit without a sign of life is redirected: the conference has ended, the
// request at the end of the <Dial> was not answered, and they hear music in no conference. If the conference is not
// known, they may be in it and talking, so then only a caller in the queue is redirected.
func (c Reconciliation) callerSighted(s Sighting) {
	c.callerLost = false
	switch {
	case !c.CallerLive || c.State == Ended:
		c.CallerAbsentSince = time.Time{}
		return
	case s.Over:
		c.callerEnded()
		return
	case s.In:
		c.callerSeen(s.Held)
		c.clearStale()
		return
	case c.awaitsEntry(c.now), c.Asking(c.now).Is(): // between two tries; the caller is in no conference on purpose
		c.CallerAbsentSince = time.Time{}
		return
	case c.CallerAbsentSince.IsZero():
		c.CallerAbsentSince = c.now
	default:
		c.callerLost = !c.now.Before(c.CallerAbsentSince.Add(callerAbsentLimit)) &&
			(c.Conference != "" || c.State.InLine())
	}
	c.Stale = true
}

// clearStale ends the stale state if all legs that a list lacked have been found.
func (c Reconciliation) clearStale() {
	absent := slices.ContainsFunc(c.Legs, func(l Leg) bool { return !l.AbsentSince.IsZero() }) ||
		slices.ContainsFunc(c.Watching, func(l SupervisorLeg) bool { return !l.AbsentSince.IsZero() })
	c.Stale = len(c.unlisted) > 0 || absent || !c.CallerAbsentSince.IsZero()
}

// lookups plans to fetch the legs that a list lacked.
func (p planner) lookups() (effects []Effect) {
	for _, leg := range p.unlisted {
		effects = append(effects, FindParticipant{Leg: leg})
	}
	return effects
}

// watcherSighted applies where a supervisor's leg is that a list lacked. It says whether it was such a leg.
func (c Reconciliation) watcherSighted(sid LegID, s Sighting) bool {
	l := c.matchWatcher("", sid)
	switch {
	case l == nil:
		return false
	case s.Over:
		c.supervision().watcherGone(l.Key)
	case s.In:
		c.supervision().watcherJoined(l)
		c.clearStale()
	case l.AbsentSince.IsZero():
		l.AbsentSince, c.Stale = c.now, true
	case c.Conference == "" || c.now.Before(l.AbsentSince.Add(lookupGap)):
		c.Stale = true
	default:
		l.Leaving = true
	}
	return true
}
