// Package legs is what is known of one leg: a call between Twilio and one party. It holds
// values and the rules that need nothing but them: how a leg ends, what its webhooks say.
//
// It refuses to know what a leg does: documents, Dials and conferences are the business of
// the package exchange, which changes legs under its lock.
package legs

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/notation"
)

// Errors of what may be done with a leg.
var (
	// ErrNoLeg: there is no such call.
	ErrNoLeg = errors.New("no such call")
	// ErrGone: the leg is over, or somebody else has taken it.
	ErrGone = errors.New("the call is over or taken")
	// ErrState: the leg is not in a state for that.
	ErrState = errors.New("the call is not in a state for that")
)

// The states of a call, in Twilio's words:
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values
const (
	Queued     = "queued"
	Ringing    = "ringing"
	InProgress = "in-progress"
	Completed  = "completed"
	Busy       = "busy"
	Failed     = "failed"
	NoAnswer   = "no-answer"
	Canceled   = "canceled"
)

// Ended tells whether a call of that state has ended.
func Ended(status string) bool {
	return !slices.Contains([]string{Queued, Ringing, InProgress}, status)
}

// The directions of a call, in Twilio's words.
const (
	Inbound      = "inbound"
	OutboundAPI  = "outbound-api"
	OutboundDial = "outbound-dial"
)

// Document is where a document is fetched.
type Document struct {
	URL, Method                 string
	FallbackURL, FallbackMethod string
	TwiML                       string // the document itself, instead of URL
}

// Empty tells whether there is no document.
func (d Document) Empty() bool { return d.URL == "" && d.TwiML == "" }

// Hook is where status callbacks go, and which are wanted.
type Hook struct {
	URL, Method string
	Events      []string
}

// Wants tells whether callbacks of that event are sent.
func (h Hook) Wants(event string) bool {
	return h.URL != "" && slices.Contains(h.Events, event)
}

// Leg is one call to one party.
type Leg struct {
	SID       string
	Parent    string // the call whose Dial made it
	Direction string
	From      string
	To        string     // without custom parameters
	Identity  string     // of a client's leg
	Params    url.Values // custom parameters of a client's leg
	STIR      string     // StirVerstat of an inbound call

	Status string
	SIP    int // SipResponseCode of the end

	Created, Updated time.Time
	Dialled          time.Time
	Answered         time.Time
	Ended            time.Time
	QueueTime        time.Duration // between its creation and its dialling

	Voice     Document
	Callback  Hook
	Listen    Hook          // told whether a person or a machine has answered
	Sequence  int           // of the next status callback
	RingTime  time.Duration // after which it is not answered
	TimeLimit time.Duration // after which an answered leg ends

	Lost bool // its line is dead, which Twilio has not noticed yet
}

// Over tells whether the leg has ended.
func (l *Leg) Over() bool { return !l.Ended.IsZero() }

// Live tells whether the leg is in progress.
func (l *Leg) Live() bool { return l.Status == InProgress }

// Seconds is how long a leg was answered, rounded up as it is billed; 0 before its end.
func (l *Leg) Seconds() int {
	if l.Answered.IsZero() || l.Ended.IsZero() {
		return 0
	}
	return int((l.Ended.Sub(l.Answered) + time.Second - 1) / time.Second)
}

// Started is when a leg was dialled, or else made.
func (l *Leg) Started() time.Time {
	if l.Dialled.IsZero() {
		return l.Created
	}
	return l.Dialled
}

// Form is what Twilio sends with every request for a call:
// https://www.twilio.com/docs/voice/twiml#request-parameters
func (l *Leg) Form(account string) url.Values {
	v := url.Values{}
	set := func(name, value string) { v.Set(name, value) }
	set("AccountSid", account)
	set("ApiVersion", notation.Version)
	set("CallSid", l.SID)
	set("CallStatus", l.Status)
	set("Direction", l.Direction)
	set("From", l.From)
	set("Caller", l.From)
	set("To", l.To)
	set("Called", l.To)
	if l.Parent != "" {
		set("ParentCallSid", l.Parent)
	}
	if l.Direction == Inbound && l.STIR != "" {
		set("StirVerstat", l.STIR)
	}
	// Twilio looks up where a number belongs and sends empty fields for what it does
	// not know; they are part of the signature all the same.
	for side, party := range map[string]string{"From": l.From, "Caller": l.From, "To": l.To, "Called": l.To} {
		if notation.IsE164(party) {
			set(side+"City", "")
			set(side+"State", "")
			set(side+"Zip", "")
			set(side+"Country", country(party))
		}
	}
	return v
}

// country guesses the country of a number: the United States or unknown.
func country(number string) string {
	if strings.HasPrefix(number, "+1") {
		return "US"
	}
	return ""
}

// The events of a call for which Twilio has status callbacks. EventCompleted stands for
// every end.
const (
	EventInitiated = "initiated"
	EventRinging   = "ringing"
	EventAnswered  = "answered"
	EventCompleted = "completed"
)

// StatusForm is what the next status callback says about an event; it counts the
// callback.
func (l *Leg) StatusForm(account, event string, now time.Time) url.Values {
	v := l.Form(account)
	if event == EventInitiated {
		v.Set("CallStatus", "initiated")
	}
	v.Set("CallbackSource", "call-progress-events")
	v.Set("SequenceNumber", strconv.Itoa(l.Sequence))
	v.Set("Timestamp", notation.Time(now))
	l.Sequence++
	if l.Over() {
		seconds := l.Seconds()
		v.Set("CallDuration", strconv.Itoa(seconds))
		v.Set("Duration", strconv.Itoa((seconds+59)/60))
		v.Set("SipResponseCode", strconv.Itoa(l.SIP))
	}
	return v
}

// Invite is what a client is told when the leg rings there.
func (l *Leg) Invite(account string) Invite {
	params := map[string]string{}
	for name, values := range l.Params {
		params[name] = values[0]
	}
	return Invite{Leg: l.SID, From: l.From, To: l.To, Params: params, Parameters: map[string]string{
		"CallSid": l.SID, "AccountSid": account, "From": l.From, "To": l.To,
		"Direction": l.Direction, "ApiVersion": notation.Version,
	}}
}

// Why a participant left a conference, in Twilio's words.
const (
	LeftHungUp    = "participant_hung_up"
	LeftByAPI     = "participant_updated_via_api"
	LeftModerator = "moderator_ended_conference"
	LeftEnded     = "conference_ended_via_api"
	LeftAddFailed = "participant_add_failed"
)

// Ending says how a leg ends.
type Ending struct {
	Status string
	SIP    int    // SipResponseCode
	Reason string // ReasonParticipantLeft, if it is in a conference
	Kicked bool   // by the API
	Code   int    // for the Endpoint
}

// How legs end. The codes are those of the Voice SDK, see End.Code.
var (
	HungUp        = Ending{Status: Completed, SIP: 200, Reason: LeftHungUp}
	ByAPI         = Ending{Status: Completed, SIP: 200, Reason: LeftByAPI, Kicked: true}
	CanceledByAPI = Ending{Status: Canceled, SIP: 487, Reason: LeftAddFailed}
	GaveUp        = Ending{Status: NoAnswer, SIP: 487}
	RangOut       = Ending{Status: NoAnswer, SIP: 487, Reason: LeftAddFailed, Code: 31487}
	Unregistered  = Ending{Status: NoAnswer, SIP: 480, Reason: LeftAddFailed, Code: 31480}
	Engaged       = Ending{Status: Busy, SIP: 486, Reason: LeftAddFailed, Code: 31486}
	Declined      = Ending{Status: Busy, SIP: 603, Reason: LeftAddFailed, Code: 31603}
	NoSuchNumber  = Ending{Status: Failed, SIP: 404, Reason: LeftAddFailed, Code: 31404}
	Misdialled    = Ending{Status: Failed, SIP: 404}
)

// Voices is the leg's voice as others hear it, if it has one.
func (l *Leg) Voices() []media.Sound {
	if l.Lost {
		return nil
	}
	return []media.Sound{{Kind: media.KindLeg, Leg: l.SID}}
}
