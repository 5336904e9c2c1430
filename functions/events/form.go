package main

import (
	"net/url"
	"regexp"
	"strconv"

	"warmtransfer/shared/call"
)

// roomKinds are the conference events that we use, by Twilio's name. See
// https://www.twilio.com/docs/voice/twiml/conference
var roomKinds = map[string]call.ConferenceEventKind{
	"conference-start":   call.ConferenceStarted,
	"conference-end":     call.ConferenceEnded,
	"participant-join":   call.ParticipantJoined,
	"participant-leave":  call.ParticipantLeft,
	"participant-hold":   call.ParticipantHeld,
	"participant-unhold": call.ParticipantResumed,
}

// roomEvent reads a conference status callback. Known is false for an event that we do not use; Twilio
// may add new ones at any time.
func roomEvent(form url.Values) (e call.ConferenceEvent, known bool) {
	kind, known := roomKinds[form.Get("StatusCallbackEvent")]
	e = call.ConferenceEvent{
		Conference: call.ConferenceID(form.Get("ConferenceSid")),
		Kind:       kind,
		Seq:        sequence(form.Get("SequenceNumber")),
		Leg:        call.LegID(form.Get("CallSid")),
		Label:      form.Get("ParticipantLabel"),
		HungUp:     hungUp(form),
	}
	if kind == call.ConferenceEnded {
		e.Leg = call.LegID(form.Get("CallSidEndingConference"))
	}
	return e, known
}

// applyHangup says whether the party ended its call, and did not only leave the conference: a leg that was cut from it
// goes on
// with what comes after its <Conference>. See
// https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent
func hungUp(form url.Values) bool {
	return form.Get("ReasonParticipantLeft") == "participant_hung_up" &&
		form.Get("ParticipantCallStatus") != "in-progress"
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
func legNews(status, sip string) (over bool, o call.Outcome, known bool) {
	if !sipCode.MatchString(sip) {
		sip = ""
	}
	unreached := sip == "404" || sip == "480"
	switch status {
	case "queued", "initiated", "ringing", "in-progress", "answered":
		return false, "", true
	case "completed": // of a leg that was never in a conference: it could not be connected
		return true, call.OutcomeFailed, true
	case "busy", "no-answer", "failed":
	case "canceled":
		return true, call.OutcomeCancelled, true
	default:
		return false, "", false
	}
	switch {
	case sip == "603":
		o = call.OutcomeDeclined
	case unreached || status == "failed":
		o = call.Failed(sip)
	case status == "busy":
		o = call.OutcomeBusy
	default:
		o = call.OutcomeNoAnswer
	}
	return true, o, true
}
