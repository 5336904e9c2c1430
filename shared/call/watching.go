package call

import (
	"slices"
	"time"
)

// watcherJoined applies that a supervisor's leg is in the conference. So it has answered, even if that request was
// lost.
func (c Supervision) watcherJoined(l *SupervisorLeg) {
	l.AbsentSince = time.Time{}
	if l.Phase != LegAnswered {
		l.Phase, l.Since = LegAnswered, c.now
	}
	if !l.Joined {
		l.Joined, l.Voice = true, Voice{}
		c.watchEntry(*l, Event(l.Mode))
	}
}

// watcherGone takes a supervisor's leg that has ended out of the call, and releases its agent.
func (c Supervision) watcherGone(key LegKey) {
	l := c.Watcher(key)
	if l == nil {
		return
	}
	if l.Joined {
		c.watchEntry(*l, LeftCall)
	}
	c.released = append(c.released, Release{Agent: l.Agent, Leg: key, Outcome: OutcomeCancelled})
	c.Watching = slices.DeleteFunc(slices.Clone(c.Watching), func(o SupervisorLeg) bool { return o.Key == key })
}

// watcherRings applies a callback that a supervisor's leg rings. It says whether it was such a leg's.
func (c Supervision) watcherRings(key LegKey, sid LegID) bool {
	l := c.matchWatcher(key, sid)
	if l != nil && (l.Phase == LegPlanned || l.Phase == LegDialing) {
		l.Phase, l.Since = LegRinging, c.now
	}
	return l != nil
}

// watcherAnswered lets a supervisor's leg join the conference, muted. A leg that has been in a conference before does
// not join the next one: it is leaving.
func (c Supervision) watcherAnswered(l *SupervisorLeg) (Admission, error) {
	if c.State == Ended || l.Leaving {
		c.watcherGone(l.Key)
		return Admission{}, ErrNotWanted
	}
	if l.Phase != LegAnswered {
		l.Phase, l.Since = LegAnswered, c.now
	}
	return Admission{Leg: l.Key, Watch: true}, nil
}

// watcherEvent applies a conference event about a supervisor's leg. It says whether it was such a leg's.
func (c Supervision) watcherEvent(e ConferenceEvent) bool {
	l := c.matchWatcher(LegKey(e.Label), e.Leg)
	switch {
	case l == nil:
		return false
	case e.Kind == ParticipantJoined:
		c.watcherJoined(l)
	case e.Kind == ParticipantLeft:
		c.watcherGone(l.Key)
	}
	return true
}

// watchersLeave: the conference has ended, so the legs that were in it are about to end. They follow no caller into
// the next conference.
func (c Supervision) watchersLeave() {
	for i := range c.Watching {
		if l := &c.Watching[i]; l.Joined || l.Phase == LegAnswered {
			l.Leaving = true
		}
	}
}

// watchTime gives up supervisors' legs whose limits are over.
func (c Supervision) watchTime() {
	for _, l := range slices.Clone(c.Watching) {
		mine := c.Watcher(l.Key)
		if v := &mine.Voice; !v.Asked.IsZero() && !c.now.Before(v.Asked.Add(resumeLimit)) {
			v.Unsure, v.Asked = v.Asked, time.Time{}
		}
		late := l.Phase != LegAnswered && !c.now.Before(l.Deadline)
		switch {
		case c.State == Ended || l.Leaving || late || c.mustLeave(*mine):
			mine.Leaving = true
			if l.Phase == LegPlanned || l.SID == "" && late {
				c.watcherGone(l.Key)
			}
		}
	}
}

// mustLeave: what a coach says for one may be heard by others, because they could not be muted before the coached leg
// has left, or is about to.
func (c Supervision) mustLeave(l SupervisorLeg) bool {
	if !l.mayBeHeard() {
		return false
	}
	coached, v := c.bySID(l.Voice.Coaches), l.Voice
	if coached == nil {
		return !v.Unsure.IsZero() || v.Open && !v.Again.IsZero()
	}
	leaving := !c.wanted(coached.Key) || c.State == Completing && coached.Key == c.Owner
	return leaving && !c.now.Before(c.Since.Add(coachMuteLimit))
}

// watchStarted applies that an effect on a supervisor's leg is about to be carried out. It says whether it was one.
func (c Supervision) watchStarted(e Effect) bool {
	switch e := e.(type) {
	case Dial:
		if l := c.Watcher(e.Leg); l != nil {
			l.Phase, l.Since, l.Deadline = LegDialing, c.now, c.now.Add(e.Timeout+ringSlack)
			return true
		}
	case SetVoice:
		if l := c.matchWatcher("", e.Leg); l != nil {
			l.Voice.Asked = c.now
		}
		return true
	}
	return false
}

// Heard says who hears a supervisor's leg, as far as Twilio has confirmed it; settled, that nothing is left to be done
// for what they have asked for.
func (c Supervision) Heard(l SupervisorLeg) (who Mode, settled bool) {
	p := planner{Call: c.Call, now: c.now}
	to, open := p.audible(l)
	v := l.Voice
	sure := l.Joined && v.Asked.IsZero() && v.Unsure.IsZero()
	settled = sure && v.Open == open && (!open || v.Set && v.Coaches == to)
	switch {
	case !v.Open && sure:
		return ModeListen, settled
	case v.Set && v.Coaches != "":
		return ModeCoach, settled
	}
	return ModeBarge, settled
}
