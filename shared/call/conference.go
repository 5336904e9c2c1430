package call

import (
	"slices"
	"time"
)

// ConferenceView is what is known of the conference of a call.
type ConferenceView struct {
	Conference      ConferenceID   `json:"room,omitempty"` // "" until Twilio has told it
	PastConferences []ConferenceID `json:"past,omitempty"` // earlier conferences; their late events are ignored
	// Started: an agent has joined. From now on music is by hold only.
	Started      bool      `json:"started,omitempty"`
	ReconciledAt time.Time `json:"looked,omitzero"` // when the participants were last listed
	Stale        bool      `json:"doubt,omitempty"` // what is stored may be wrong: reconcile with Twilio
	// CallerAbsentSince is the first reconcile that did not find the caller; zero if they were found since.
	CallerAbsentSince time.Time `json:"missing,omitzero"`
	// OtherConference: a list has shown this conference instead; a second must confirm it.
	OtherConference ConferenceID `json:"other,omitempty"`

	forceReconcile bool    // see Reconciliation.Request
	callerLost     bool    // see callerSighted
	unlisted       []LegID // see participants
}

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
		c.callerHold(e.Kind == ParticipantHeld)
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
		c.legJoined(l, false)
	case ParticipantLeft:
		c.legEnded(l.Key, e.Leg, OutcomeLost)
	case ParticipantHeld, ParticipantResumed:
		l.applyHeld(e.Kind == ParticipantHeld, c.now)
	}
}

// legJoined applies that a leg is in the conference. So it has answered, even if that request was lost.
func (c change) legJoined(l *Leg, held bool) {
	l.Joined, l.AbsentSince = true, time.Time{}
	l.applyHeld(held, c.now)
	c.Started = true
	if l.Phase != LegAnswered && c.wanted(l.Key) {
		l.Phase, l.Since = LegAnswered, c.now
		Admitting{c}.answered(l)
	}
}
