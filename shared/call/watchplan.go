package call

import (
	"slices"
	"time"
)

// mayBeHeard: who they coach may hear them, or, if that leg is not in the call any more, everybody.
func (l SupervisorLeg) mayBeHeard() bool {
	return l.Joined && l.Voice.Coaches != "" &&
		(l.Voice.Open || !l.Voice.Asked.IsZero() || !l.Voice.Unsure.IsZero())
}

func (p planner) strays(l SupervisorLeg) bool {
	return l.Mode != ModeBarge && l.mayBeHeard() && p.bySID(l.Voice.Coaches) == nil
}

// strayed: everybody who is not on hold may hear what a supervisor says for one whose leg has left. See strayLimit.
func (p planner) strayed() bool {
	return p.now.Before(p.Since.Add(strayLimit)) && slices.ContainsFunc(p.Watching, p.strays)
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

// coached: a supervisor may still be heard by that leg, which is to be ended. See coachMuteLimit.
func (p planner) coached(l Leg) bool {
	return p.State != Ended && p.now.Before(p.Since.Add(2*coachMuteLimit)) &&
		slices.ContainsFunc(p.Watching, func(w SupervisorLeg) bool {
			return w.mayBeHeard() && w.Voice.Coaches == l.SID
		})
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

// coachMuteLimit is how long the end of a coached leg waits until the coach is known to be muted. Twilio does not
// document who hears a coach whose coached leg has left, so it is taken that everybody does. After that limit the
// coach's own leg is ended, and the coached leg waits for that as long again.
const coachMuteLimit = 5 * time.Second

// strayLimit is how long after a change of the call's state nobody is resumed for a coach whose coached leg has left,
// and whom Twilio neither mutes nor ends, though it is asked again and again. After it the caller is not left on music:
// they may hear what was meant for one, until the coach's page or Twilio ends that leg.
const strayLimit = 15 * time.Second
