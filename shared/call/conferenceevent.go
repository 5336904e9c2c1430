package call

import (
	"slices"
	"time"
)

func (c change) conferenceEvent(e ConferenceEvent) {
	if !c.inConference(e) {
		return
	}
	switch e.Kind {
	case ConferenceStarted:
		c.Started = true
	case ConferenceEnded:
		// If the caller's leaving ended it, the caller has hung up, or this is a late event about an earlier
		// conference. So reconcile; a caller who is not found then is treated as absent for the full limit already.
		// One that ended at once did not take the caller, whose own request for what is next is on its way.
		if e.Leg == c.Out.CallerLeg(c.ID) && c.CallerLive && c.State != Ended {
			c.Stale = true
			if !c.now.Before(c.EnterAt.Add(shortGeneration)) {
				c.CallerAbsentSince = c.now.Add(-callerAbsentLimit)
			}
		}
	default:
		if e.Leg == c.Out.CallerLeg(c.ID) {
			c.callerEvent(e)
		} else {
			c.legEvent(e)
		}
	}
}

// callerEvent applies a conference event about the caller.
func (c change) callerEvent(e ConferenceEvent) {
	if c.State == Ended && !c.CallerLive { // the call is over; only the caller's hang-up still matters
		if e.Kind == ParticipantLeft && e.HungUp {
			c.callerEnded()
		}
		return
	}
	if !c.Caller.acceptSequence(e) {
		return
	}
	c.CallerAbsentSince = time.Time{}
	switch e.Kind {
	case ParticipantJoined:
		c.Caller.Joined, c.Caller.Held, c.Caller.HoldUncertain = true, false, false
		Asking{c}.wentOn()
		if !c.MusicRequested {
			c.MusicEnds = time.Time{}
		}
		c.startMusic(0, c.now) // Twilio starts the wait music at the join if nobody else is there
	case ParticipantLeft:
		c.Caller.Joined = false
		if e.HungUp {
			c.callerEnded()
		}
	case ParticipantHeld, ParticipantResumed:
		holding{c, &c.Caller}.event(e)
	}
}

// legEvent applies a conference event about any other leg.
func (c change) legEvent(e ConferenceEvent) {
	if c.supervision().watcherEvent(e) {
		return
	}
	key := LegKey(e.Label)
	l := c.matchLeg(key, e.Leg)
	if l == nil {
		l = c.bySID(e.Leg)
	}
	if l == nil {
		if e.Kind == ParticipantJoined && !c.isClosed(key, e.Seq) {
			c.adoptUnknownLeg(e.Leg)
		}
		return
	}
	if !l.acceptSequence(e) {
		return
	}
	switch e.Kind {
	case ParticipantJoined:
		holding{c, &l.Participant}.shown(false)
		c.legSeen(l)
	case ParticipantLeft:
		c.legEnded(l.Key, e.Leg, OutcomeLost)
	case ParticipantHeld, ParticipantResumed:
		holding{c, &l.Participant}.event(e)
	}
}

// legSeen applies that a leg is in the conference. So it has answered, even if that request was lost.
func (c change) legSeen(l *Leg) {
	l.Joined, l.AbsentSince = true, time.Time{}
	c.Started = true
	if l.Phase != LegAnswered && c.wanted(l.Key) {
		l.Phase, l.Since = LegAnswered, c.now
		Admitting{c}.answered(l)
	}
}

// inConference says whether the event is about the current conference, and learns its ConferenceSid. Only a join
// proves that a conference is newer than the known one.
func (c change) inConference(e ConferenceEvent) bool {
	if e.Conference == "" || slices.Contains(c.PastConferences, e.Conference) {
		return false
	}
	if e.Conference != c.Conference {
		if c.Conference != "" && e.Kind != ParticipantJoined {
			return false
		}
		c.forgetConference()
		c.Conference = e.Conference
	}
	return true
}

func (c change) dialEnded(generation int) {
	if c.State == Ended {
		c.CallerLive = false // the answer to this request is the spoken goodbye
		return
	}
	if c.State == AgentFirst || c.State == Calling || c.State == KeepsPlace {
		return
	}
	if generation != c.Generation {
		if generation == c.Generation-1 && c.Asking(c.now).Is() {
			Asking{c}.askAgain()
		}
		return
	}
	if (Asking{c}).taken() {
		return
	}
	c.Question.Open = false
	moved := c.redirecting(c.now)
	wait := c.next(moved, c.State == Waiting, c.now)
	c.CallerAbsentSince = time.Time{}
	c.restart(wait, c.now)
	var lost *Leg // who talked to the caller last
	if l := c.Leg(c.Owner); l != nil {
		lost = l
	}
	if l := c.Leg(c.Transfer.targetKey()); l != nil && c.State == Completing {
		lost = l
	}
	c.forgetConference()
	c.markLost(c.Owner)
	c.markLost(c.Transfer.targetKey())
	if !moved || !c.State.InLine() { // otherwise the redirect that restarts the music ended it
		c.record(Entry{At: c.now, What: DialEnded})
	}
	state, target := c.State, c.Transfer.targetKey()
	_ = c.transition(DialEnded) // every state but Ended allows it
	if lost != nil {
		c.requeue(*lost)
	}
	c.Owner = ""
	switch state {
	case AddRinging, ConsultRinging:
		c.Offer = target
	case Waiting, Ringing, Talking:
	default:
		c.Offer = ""
		c.endTransfer(OutcomeLost)
	}
}

// forgetConference forgets the current conference and all that was known of its participants.
func (c change) forgetConference() {
	if c.Conference != "" {
		c.PastConferences = append(c.PastConferences, c.Conference)
		if over := len(c.PastConferences) - maxPastConferences; over > 0 {
			c.PastConferences = c.PastConferences[over:]
		}
		c.RedirectedAt = time.Time{}
		c.supervision().watchersLeave()
	}
	c.Conference, c.Started, c.Caller = "", false, Participant{}
	for i := range c.Legs {
		c.Legs[i].Participant = Participant{}
	}
}

// taken: the caller's <Dial> has ended because they are to be asked.
func (c Asking) taken() bool {
	due := !c.Question.Due.IsZero()
	c.Question.Due = time.Time{}
	if !due || c.State != Waiting || !c.redirecting(c.now) {
		return false
	}
	c.forgetConference()
	c.CallerAbsentSince = time.Time{}
	c.Generations = Generations{Generation: c.Generation + 1}
	c.ask()
	return true
}
