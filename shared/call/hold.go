package call

// holdTarget says what is wanted of a party's hold
// (https://www.twilio.com/docs/voice/api/conference-participant-resource): on, off, or as it is.
type holdTarget int

const (
	keepHold holdTarget = iota
	hold
	resume
)

// callerHoldTarget says whether the caller is to be on hold. Before the conference has started the caller hears its
// wait music (https://www.twilio.com/docs/voice/twiml/conference#attributes-waitUrl) without a hold.
func (p planner) callerHoldTarget() holdTarget {
	if !p.Started || p.Conference == "" {
		return keepHold
	}
	switch p.State {
	case Waiting, Ringing, ConsultRinging, Consulting:
		return hold
	case Talking, AddRinging:
		if p.OnHold {
			return hold
		}
		return p.legHoldTarget(p.Owner)
	case Swapped:
		if t := p.Leg(p.Transfer.targetKey()); t == nil || !t.Joined || !t.held() {
			return hold // the target may be in the conference without our knowing
		}
		return p.legHoldTarget(p.Owner)
	case ThreeWay:
		if p.legHoldTarget(p.Owner) == resume {
			return resume
		}
		return p.legHoldTarget(p.Transfer.targetKey())
	case Completing:
		return p.legHoldTarget(p.Transfer.targetKey())
	}
	return keepHold
}

// legHoldTarget: the caller is resumed for a leg that is known to be in the conference. While the leg is on its way
// the hold stays as it is.
func (p planner) legHoldTarget(key LegKey) holdTarget {
	if l := p.Leg(key); l != nil && l.Joined {
		return resume
	}
	return keepHold
}

// holds plans who is put on hold and who is resumed. Nobody is resumed before all others are known to be where they
// belong, or somebody would hear what they must not (N5). A party that is to be on hold, and whose resume may still
// take effect, is put on hold at once, and all resumes wait. So they do while a coach whose words were for one who has
// left is neither muted nor gone.
func (p planner) holds() (holds, resumes []Effect, wait bool) {
	inQueue := p.State.InLine()
	classify := func(party Participant, leg LegID, w holdTarget) {
		switch begun := p.now.Before(party.ResumingSince.Add(resumeLimit)); {
		case begun:
			wait = wait || w == hold
		case w == hold && party.HoldUncertain && p.now.Before(party.HoldAskedAt.Add(holdRetryDelay)) && !inQueue:
			wait = true
		case w == hold && !party.held() && p.now.Before(party.HoldingSince.Add(resumeLimit)) && !inQueue:
			wait = true
		case w == hold && p.now.Before(party.LateResume.Add(lateEffectLimit)):
			wait = true
			if !party.Held || party.HoldUncertain {
				holds = append(holds, SetHold{Leg: leg, Hold: true})
			}
		case w == hold && !party.held():
			holds = append(holds, SetHold{Leg: leg, Hold: true})
		case w == resume && (party.Held || party.HoldUncertain) && !p.now.Before(party.ResumeAgainAt):
			resumes = append(resumes, SetHold{Leg: leg, Hold: false})
		}
	}
	classify(p.Caller, p.Out.CallerLeg(p.ID), p.callerHoldTarget())
	for _, l := range p.Legs {
		if !l.Joined || !p.wanted(l.Key) || p.Conference == "" {
			continue
		}
		w := resume
		if p.State == Swapped && l.Key == p.Transfer.targetKey() {
			w = hold
		}
		classify(l.Participant, l.SID, w)
	}
	wait = wait || len(resumes) > 0 && p.strayed()
	if len(holds) > 0 || wait {
		return holds, nil, wait
	}
	return nil, resumes, false
}

// CallerHeld: the caller is known to hear music instead of the conference.
func (c *Call) CallerHeld() bool { return c.Started && c.Caller.held() }
