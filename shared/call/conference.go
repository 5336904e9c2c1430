package call

import (
	"slices"
	"time"
)

// ConferenceEvent is a conference event, from Twilio's status callback
// (https://www.twilio.com/docs/voice/twiml/conference).
type ConferenceEvent struct {
	Conference ConferenceID
	Kind       ConferenceEventKind
	Seq        int   // order within the conference; -1 if Twilio sent none
	Leg        LegID // whose event it is; with ConferenceEnded, whose leaving ended it
	Label      string
	// HungUp: the party itself ended its call (with ParticipantLeft).
	HungUp bool
}

// ConferenceEventKind is one kind of ConferenceEvent.
type ConferenceEventKind string

const (
	ConferenceStarted  ConferenceEventKind = "start"
	ConferenceEnded    ConferenceEventKind = "end"
	ParticipantJoined  ConferenceEventKind = "join"
	ParticipantLeft    ConferenceEventKind = "leave"
	ParticipantHeld    ConferenceEventKind = "hold"
	ParticipantResumed ConferenceEventKind = "unhold"
)

// ApplyConferenceEvent applies a conference event. Events are hints: they may be late, doubled, lost or out of order.
// None does
// harm, since each is older than what is known of the party and ignored, or repeats it, or is true.
func (c *Call) ApplyConferenceEvent(e ConferenceEvent, now time.Time) {
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
		if e.Leg == LegID(c.ID) && c.CallerLive && c.State != Ended {
			c.Stale = true
			if !now.Before(c.EnterAt.Add(shortGeneration)) {
				c.CallerAbsentSince = now.Add(-callerAbsentLimit)
			}
		}
	default:
		if e.Leg == LegID(c.ID) {
			c.applyCallerEvent(e, now)
		} else {
			c.applyLegEvent(e, now)
		}
	}
}

// inConference says whether the event is about the current conference, and learns its ConferenceSid. Only a join proves
// that
// a conference is newer than the known one.
func (c *Call) inConference(e ConferenceEvent) bool {
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

// forgetConference forgets the current conference and all that was known of its participants.
func (c *Call) forgetConference() {
	if c.Conference != "" {
		c.PastConferences = append(c.PastConferences, c.Conference)
		if over := len(c.PastConferences) - maxPastConferences; over > 0 {
			c.PastConferences = c.PastConferences[over:]
		}
		c.RedirectedAt = time.Time{}
	}
	c.Conference, c.Started, c.Caller = "", false, Participant{}
	for i := range c.Legs {
		c.Legs[i].Participant = Participant{}
	}
}

// acceptSequence says whether an event is newer than what is known of the party. If so, it records the sequence number.
func (p *Participant) acceptSequence(e ConferenceEvent) bool {
	if e.Seq < 0 {
		return true
	}
	if e.Seq < p.Seq {
		return false
	}
	p.Seq = e.Seq + 1
	return true
}

// setHeld applies a hold flag that is known to be right.
func (p *Participant) setHeld(held bool, now time.Time) {
	if held && !p.Held {
		p.HeldAt = now
	}
	p.ConfirmedHeld = p.ConfirmedHeld && held && p.Held
	p.Held, p.HoldUncertain = held, false
	if !held { // keep it on hold: the event may be older than a resume still on its way
		p.ResumingSince = time.Time{}
	}
}

// applyCallerEvent applies a conference event about the caller.
func (c *Call) applyCallerEvent(e ConferenceEvent, now time.Time) {
	if c.State == Ended && !c.CallerLive { // the call is over; only the caller's hang-up still matters
		if e.Kind == ParticipantLeft && e.HungUp {
			c.ApplyCallerEnded(now)
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
		if !c.MusicRequested {
			c.MusicEnds = time.Time{}
		}
		c.startMusic(0, now) // Twilio starts the wait music at the join if nobody else is there
	case ParticipantLeft:
		c.Caller.Joined = false
		if e.HungUp {
			c.ApplyCallerEnded(now)
		}
	case ParticipantHeld, ParticipantResumed:
		c.applyCallerHold(e.Kind == ParticipantHeld, now)
	}
}

// applyLegEvent applies a conference event about any other leg.
func (c *Call) applyLegEvent(e ConferenceEvent, now time.Time) {
	key := LegKey(e.Label)
	l := c.matchLeg(key, e.Leg)
	if l == nil {
		l = c.bySID(e.Leg)
	}
	if l == nil {
		if e.Kind == ParticipantJoined && !c.isClosed(key, e.Seq) {
			c.adoptUnknownLeg(e.Leg, now)
		}
		return
	}
	if !l.acceptSequence(e) {
		return
	}
	switch e.Kind {
	case ParticipantJoined:
		c.applyJoined(l, false, now)
	case ParticipantLeft:
		c.ApplyLegEnded(l.Key, e.Leg, OutcomeLost, now)
	case ParticipantHeld, ParticipantResumed:
		l.applyHeld(e.Kind == ParticipantHeld, now)
	}
}

// applyJoined applies that a leg is in the conference. So it has answered, even if that request was lost.
func (c *Call) applyJoined(l *Leg, held bool, now time.Time) {
	l.Joined, l.AbsentSince = true, time.Time{}
	l.applyHeld(held, now)
	c.Started = true
	if l.Phase != LegAnswered && c.wanted(l.Key) {
		l.Phase, l.Since = LegAnswered, now
		c.answered(l, now)
	}
}

// isClosed says whether the event is about a leg that has ended and is no newer than that end.
func (c *Call) isClosed(key LegKey, seq int) bool {
	for _, g := range c.ClosedLegs {
		if g.Key == key {
			return seq < g.Seq
		}
	}
	return false
}

// ApplyCallerEnded applies the end of the caller's leg.
func (c *Call) ApplyCallerEnded(now time.Time) {
	if c.CallerLive {
		c.CallerLive, c.Caller = false, Participant{Seq: c.Caller.Seq}
	}
	if c.State != Ended {
		c.end(Entry{At: now, What: CallerLeft}, ReasonCallerLeft)
	}
	if c.Reason == ReasonCallerLeft {
		c.correctCallerLeft()
	}
}

// sameEndWindow is how far apart callbacks may arrive about legs that ended together.
const sameEndWindow = 5 * time.Second

// correctCallerLeft corrects the outcome for agents whose legs were lost just before the caller's end: when the caller
// leaves, the conference ends and takes their legs along, and Twilio may report those first. It is repeated with every
// callback about the caller's end, since the first may come before the agent is released.
func (c *Call) correctCallerLeft() {
	for _, g := range c.ClosedLegs {
		if g.LostAgent != "" && c.Ended.Sub(g.At) <= sameEndWindow {
			c.released = append(c.released,
				Release{Agent: g.LostAgent, Leg: g.Key, Outcome: OutcomeCallerLeft, Correction: true})
		}
	}
}

// ApplyDialEnded applies the end of the caller's <Dial> in the given generation. Unless the call has ended, the caller
// goes
// back to music, at the head of the queue if they had an owner. A request about an earlier generation changes nothing.
func (c *Call) ApplyDialEnded(round int, now time.Time) {
	if c.State == Ended {
		c.CallerLive = false // the answer to this request is the spoken goodbye
		return
	}
	if round != c.Generation {
		return
	}
	moved := c.redirecting(now)
	c.nextGeneration(moved, now)
	var lost *Leg // who talked to the caller last
	if l := c.Leg(c.Owner); l != nil {
		lost = l
	}
	if l := c.Leg(c.targetKey()); l != nil && c.State == Completing {
		lost = l
	}
	c.forgetConference()
	c.markLost(c.Owner)
	c.markLost(c.targetKey())
	if !moved || !c.State.InLine() { // otherwise the redirect that restarts the music ended it
		c.record(Entry{At: now, What: DialEnded})
	}
	state, target := c.State, c.targetKey()
	_ = c.transition(DialEnded, now) // every state but Ended allows it
	if lost != nil {
		c.requeue(*lost, now)
	}
	c.Owner = ""
	switch state {
	case AddRinging, ConsultRinging:
		c.Offer = target
	case Waiting, Ringing, Talking:
	default:
		c.Offer = ""
		c.endTransfer(OutcomeLost, now)
	}
}

// end ends the call; the entry says by what event.
func (c *Call) end(e Entry, why Reason) {
	now := e.At
	if err := c.transition(e.What, now); err != nil {
		return
	}
	c.Reason, c.Ended = why, now
	c.Owner, c.Offer = "", ""
	o := OutcomeCancelled
	if why == ReasonCallerLeft {
		o = OutcomeCallerLeft
	}
	c.endTransfer(o, now)
	c.record(e)
}
