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
// (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent).
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

// isUnconfirmed: the list shows another conference than the known one, or one that is known to have ended. Only one
// conference of a name is live at a time, but a list that lags may show the one before. A second list must agree.
func (v *ConferenceView) isUnconfirmed(conference ConferenceID) bool {
	confirmed := conference != "" && conference == v.OtherConference
	v.OtherConference = ""
	over := slices.Contains(v.PastConferences, conference)
	if conference == "" || conference == v.Conference || v.Conference == "" && !over || confirmed {
		return false
	}
	v.OtherConference = conference
	return true
}

// lookupFailed applies a failed fetch of a leg: the call stays stale.
func (v *ConferenceView) lookupFailed(leg LegID) {
	v.unlisted = slices.DeleteFunc(v.unlisted, func(l LegID) bool { return l == leg })
	v.Stale = true
}
