package main

import (
	"net/url"
	"regexp"
	"strconv"

	"warmtransfer/shared/conference"
)

// roomKinds are the conference events that we use, by Twilio's name. See
// https://www.twilio.com/docs/voice/twiml/conference
var roomKinds = map[string]conference.RoomEventKind{
	"conference-start":   conference.RoomStart,
	"conference-end":     conference.RoomEnd,
	"participant-join":   conference.RoomJoin,
	"participant-leave":  conference.RoomLeave,
	"participant-hold":   conference.RoomHold,
	"participant-unhold": conference.RoomUnhold,
}

// roomEvent reads a conference status callback. Known is false for an event that we do not use; Twilio
// may add new ones at any time.
func roomEvent(form url.Values) (e conference.RoomEvent, known bool) {
	kind, known := roomKinds[form.Get("StatusCallbackEvent")]
	e = conference.RoomEvent{
		Room:   conference.RoomID(form.Get("ConferenceSid")),
		Kind:   kind,
		Seq:    sequence(form.Get("SequenceNumber")),
		Leg:    conference.LegID(form.Get("CallSid")),
		Label:  form.Get("ParticipantLabel"),
		HungUp: hungUp(form),
	}
	if kind == conference.RoomEnd {
		e.Leg = conference.LegID(form.Get("CallSidEndingConference"))
	}
	return e, known
}

// hungUp says whether the party ended its call, and did not only leave the conference: a leg that was cut from it goes on
// with what comes after its <Conference>. See
// https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent
func hungUp(form url.Values) bool {
	return form.Get("ReasonParticipantLeft") == "participant_hung_up" && form.Get("ParticipantCallStatus") != "in-progress"
}

// sequence is Twilio's sequence number, or -1 without one.
func sequence(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

var sipCode = regexp.MustCompile(`^[3-6][0-9]{2}$`)

// legNews reads a call's status, and the SIP response code of a call that has ended, if Twilio sends
// it. A browser that is not registered is "no-answer" or "failed" with 480 or 404; one that declines
// is "busy" with 603 or without a code.
func legNews(status, sip string) (over bool, o conference.Outcome, known bool) {
	if !sipCode.MatchString(sip) {
		sip = ""
	}
	unreached := sip == "404" || sip == "480"
	switch status {
	case "queued", "initiated", "ringing", "in-progress", "answered":
		return false, "", true
	case "completed": // of a leg that was never in a conference: it could not be connected
		return true, conference.OutcomeFailed, true
	case "busy", "no-answer", "failed":
	case "canceled":
		return true, conference.OutcomeCancelled, true
	default:
		return false, "", false
	}
	switch {
	case sip == "603":
		o = conference.OutcomeDeclined
	case unreached || status == "failed":
		o = conference.Failed(sip)
	case status == "busy":
		o = conference.OutcomeBusy
	default:
		o = conference.OutcomeNoAnswer
	}
	return true, o, true
}
