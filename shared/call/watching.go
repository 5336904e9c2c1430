package call

import (
	"slices"
	"time"
)

// coachMuteLimit is how long the end of a coached leg waits until the coach is known to be muted. Twilio does not
// document who hears a coach whose coached leg has left, so it is taken that everybody does. After that limit the
// coach's own leg is ended, and the coached leg waits for that as long again.
const coachMuteLimit = 5 * time.Second

// strayLimit is how long after a change of the call's state nobody is resumed for a coach whose coached leg has left,
// and whom Twilio neither mutes nor ends, though it is asked again and again. After it the caller is not left on music:
// they may hear what was meant for one, until the coach's page or Twilio ends that leg.
const strayLimit = 15 * time.Second

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

// mayBeHeard: who they coach may hear them, or, if that leg is not in the call any more, everybody.
func (l SupervisorLeg) mayBeHeard() bool {
	return l.Joined && l.Voice.Coaches != "" &&
		(l.Voice.Open || !l.Voice.Asked.IsZero() || !l.Voice.Unsure.IsZero())
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

// watchDialed applies the result of the dial of a supervisor's leg. It says whether it was such a leg's.
func (c resultChange) watchDialed(a Dial, r Result) bool {
	l := c.Watcher(a.Leg)
	if l == nil {
		return false
	}
	switch {
	case r.Kind == Done:
		if l.SID == "" {
			l.SID = r.Leg
		}
		if l.Phase == LegDialing {
			l.Phase, l.Since = LegRinging, c.now
		}
	case r.Kind == Throttled && l.Phase == LegDialing:
		l.Phase, l.NotBefore = LegPlanned, c.now.Add(throttledDelay)
	case r.Kind == Refused, r.Kind == AlreadyGone:
		c.supervision().watcherGone(l.Key)
	}
	return true
}

// watchFound applies the answer to FindLeg about a supervisor's leg. It says whether it was such a leg's.
func (c resultChange) watchFound(a FindLeg, r Result) bool {
	l := c.Watcher(a.Key)
	switch {
	case l == nil:
		return false
	case l.SID != "":
	case r.Kind == Done && l.Phase == LegDialing:
		l.Phase, l.Since, l.AbsentSince = LegRinging, c.now, time.Time{}
	case r.Kind == AlreadyGone && l.AbsentSince.IsZero():
		l.AbsentSince = c.now
	case r.Kind == AlreadyGone:
		c.supervision().watcherGone(l.Key)
	}
	return true
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

// voiceSet applies the result of a SetVoice.
func (c resultChange) voiceSet(a SetVoice, r Result) {
	l := c.matchWatcher("", a.Leg)
	if l == nil {
		return
	}
	v := &l.Voice
	began := v.Asked
	v.Asked = time.Time{}
	switch r.Kind {
	case Done:
		c.voiceDone(v, a)
	case Unknown:
		v.Unsure, v.Again = began, c.now.Add(refusedDelay)
		if began.IsZero() {
			v.Unsure = c.now
		}
		if r.Over { // done or not, it is not done later
			v.Unsure = c.now.Add(-lateEffectLimit)
		}
	case AlreadyGone:
		c.Stale, v.Again = true, c.now.Add(refusedDelay)
	default:
		v.Again = c.now.Add(refusedDelay)
	}
}

func (c resultChange) voiceDone(v *Voice, a SetVoice) {
	v.Again = time.Time{}
	switch a.Step {
	case Mute:
		v.Open, v.Set = false, false
		if calm := v.Unsure.Add(lateEffectLimit); c.now.Before(calm) {
			v.Again = calm
		} else {
			v.Unsure, v.Coaches = time.Time{}, ""
		}
	case SetCoach:
		v.Set, v.Coaches = true, a.Coach
	case Unmute:
		v.Open = true
	}
}

// audible says who is to hear a supervisor: nobody, or that leg alone, or all ("").
//
// A coach is heard by the owner, who must be in the conference and not on hold: Twilio refuses to coach who is on hold
// (https://www.twilio.com/docs/api/errors/16027) or not there (https://www.twilio.com/docs/api/errors/16028). While the
// owner hands over, nobody hears the coach; then the next owner does. A caller without an owner hears no supervisor.
func (p planner) audible(l SupervisorLeg) (to LegID, open bool) {
	owner := p.Leg(p.Owner)
	switch {
	case p.State.InLine(), p.State == Ended, l.Leaving:
		return "", false
	case l.Mode == ModeBarge:
		return "", true
	case l.Mode != ModeCoach || p.State == Completing:
		return "", false
	case owner == nil || !owner.Joined || owner.SID == "" || !owner.heard():
		return "", false
	}
	return owner.SID, true
}

// voiceStep is the next change of who hears a supervisor; "" if there is none, or not now. Before anybody else may hear
// them they are muted, then it is set who does.
func (p planner) voiceStep(l SupervisorLeg) (step VoiceStep, coach LegID) {
	to, open := p.audible(l)
	v := l.Voice
	asked := !v.Asked.IsZero() && p.now.Before(v.Asked.Add(resumeLimit))
	switch {
	case !l.Joined, l.SID == "", p.Conference == "", asked, p.now.Before(v.Again):
		return "", ""
	case l.Leaving && !p.strays(l): // the end of the leg is enough
		return "", ""
	case !v.Unsure.IsZero(), v.Open && (!open || !v.Set || v.Coaches != to):
		return Mute, ""
	case !open || v.Open:
		return "", ""
	case !v.Set || v.Coaches != to:
		return SetCoach, to
	}
	return Unmute, ""
}

// voices plans who hears the supervisors.
func (p planner) voices() (effects []Effect) {
	for _, l := range p.Watching {
		if step, coach := p.voiceStep(l); step != "" {
			effects = append(effects, SetVoice{Leg: l.SID, Step: step, Coach: coach})
		}
	}
	return effects
}

// coached: a supervisor may still be heard by that leg, which is to be ended. See coachMuteLimit.
func (p planner) coached(l Leg) bool {
	return p.State != Ended && p.now.Before(p.Since.Add(2*coachMuteLimit)) &&
		slices.ContainsFunc(p.Watching, func(w SupervisorLeg) bool {
			return w.mayBeHeard() && w.Voice.Coaches == l.SID
		})
}

// strayed: everybody who is not on hold may hear what a supervisor says for one whose leg has left. See strayLimit.
func (p planner) strayed() bool {
	return p.now.Before(p.Since.Add(strayLimit)) && slices.ContainsFunc(p.Watching, p.strays)
}

func (p planner) strays(l SupervisorLeg) bool {
	return l.Mode != ModeBarge && l.mayBeHeard() && p.bySID(l.Voice.Coaches) == nil
}

// watchEnds plans the end of supervisors' legs that leave, and looks for dialled legs whose CallSid is not known.
func (p planner) watchEnds() (effects []Effect) {
	for _, l := range p.Watching {
		switch {
		case l.SID != "" && (l.Leaving || p.State == Ended):
			effects = append(effects, Hangup{Key: l.Key, Leg: l.SID})
		case l.Phase == LegDialing && l.SID == "" && !p.now.Before(l.Since.Add(findLegAfter)) &&
			!p.now.Before(l.AbsentSince.Add(lookupGap)):
			effects = append(effects, FindLeg{Key: l.Key, Agent: l.Agent, Since: l.Since})
		}
	}
	return effects
}

// watchDials plans the dials of supervisors' legs.
func (p planner) watchDials() (effects []Effect) {
	for _, l := range p.Watching {
		if l.Phase == LegPlanned && !l.Leaving && !p.now.Before(l.NotBefore) {
			effects = append(effects, Dial{
				Call: p.ID, Leg: l.Key, Agent: l.Agent, Timeout: p.ring,
				Info: DialInfo{Caller: p.From, Waited: p.WaitsSince(), Watch: l.Mode},
			})
		}
	}
	return effects
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
