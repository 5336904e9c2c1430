package call

import (
	"slices"
	"time"
)

// expectedLimit is how long after a request has begun its result is waited for.
const expectedLimit = 5 * time.Second

// Expected is whether another request is about to save what a callback tells: it has asked Twilio for that, and has no
// answer yet. It changes nothing. Whoever takes in such a callback at once makes one of the two saves fail.
type Expected struct {
	Call *Call
	Now  time.Time
}

// LegStatus is for a callback about an agent's or an outside party's leg: it rings, or it is over.
func (x Expected) LegStatus(key LegKey, over bool) bool {
	l := x.Call.Leg(key)
	switch {
	case l == nil:
		return false
	case over:
		return !x.Call.wanted(key)
	}
	return l.Phase == LegDialing && l.SID == "" && x.recent(l.Since)
}

// ConferenceEvent is for a conference event.
func (x Expected) ConferenceEvent(e ConferenceEvent) bool {
	if e.Leg == x.Call.Out.CallerLeg(x.Call.ID) {
		return x.caller(e)
	}
	l := x.Call.Leg(LegKey(e.Label))
	switch {
	case l == nil:
		return false
	case e.Kind == ParticipantLeft:
		return !x.Call.wanted(l.Key)
	}
	return x.asked(l.Participant, e)
}

// caller is for a conference event about the caller. At a join, Twilio also requests the first turn of music.
func (x Expected) caller(e ConferenceEvent) bool {
	switch e.Kind {
	case ParticipantJoined:
		return !x.Call.MusicRequested && x.Call.State.InLine()
	case ParticipantLeft:
		return x.Call.State == Ended && x.Call.CallerLive
	}
	return x.asked(x.Call.Caller, e)
}

// asked: this hold, or this resume, is on its way.
func (x Expected) asked(p Participant, e ConferenceEvent) bool {
	switch e.Kind {
	case ParticipantHeld:
		return x.recent(p.HoldingSince)
	case ParticipantResumed:
		return x.recent(p.ResumingSince) || x.hangsUp()
	}
	return false
}

// hangsUp: whoever has resumed a party goes on with the end of a leg.
func (x Expected) hangsUp() bool {
	return x.Call.State == Completing ||
		slices.ContainsFunc(x.Call.Legs, func(l Leg) bool { return l.SID != "" && !x.Call.wanted(l.Key) })
}

// CallerEnded is for the end of the caller's own leg.
func (x Expected) CallerEnded() bool { return x.Call.State == Ended && x.Call.CallerLive }

func (x Expected) recent(at time.Time) bool {
	return !at.IsZero() && x.Now.Before(at.Add(expectedLimit))
}
