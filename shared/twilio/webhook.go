package twilio

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// The forms of Twilio's webhooks are read here, and nowhere else.

// Arrival is a caller who has dialled our number, or one whom we have dialled and who hears the static document (see
// Fallback)
// (https://www.twilio.com/docs/voice/twiml#request-parameters).
type Arrival struct {
	Call     call.ID
	From     string // the number or address as agents see it, "" if it is withheld
	Verified bool   // the caller's network vouches for the number
	Dialled  bool   // we have made the call; From is our own number then
	To       string // whom we have dialled, in that case
}

// ReadArrival reads the request for a new call.
func ReadArrival(form url.Values) Arrival {
	a := Arrival{
		Call: call.ID(form.Get("CallSid")), From: callerNumber(form.Get("From")),
		Verified: verified(form.Get("StirVerstat")), Dialled: form.Get("Direction") == "outbound-api",
	}
	if a.Dialled {
		a.To = form.Get("To")
	}
	return a
}

// CallStatus is what a status callback of a leg, or the request at the end of a <Dial>, says of a leg
// (https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
type CallStatus struct {
	Leg     call.LegID
	Over    bool
	Outcome call.Outcome // of a leg that is over and was never answered
}

// callStatuses are Twilio's values of CallStatus: whether the leg is over, and how its attempt then ended if nothing
// else is known.
var callStatuses = map[string]CallStatus{
	"queued":      {},
	"initiated":   {},
	"ringing":     {},
	"in-progress": {},
	"answered":    {},
	"completed":   {Over: true, Outcome: call.OutcomeFailed}, // never in a conference: it could not be connected
	"busy":        {Over: true, Outcome: call.OutcomeBusy},
	"no-answer":   {Over: true, Outcome: call.OutcomeNoAnswer},
	"failed":      {Over: true, Outcome: call.OutcomeFailed},
	"canceled":    {Over: true, Outcome: call.OutcomeCancelled},
}

// ReadAgent is the agent whose browser the request's leg was dialled to; "" if it was dialled to a number. Twilio may
// leave the parameters of a client's address in it.
func ReadAgent(form url.Values) agent.ID {
	to, isClient := strings.CutPrefix(form.Get("To"), "client:")
	if !isClient {
		return ""
	}
	name, _, _ := strings.Cut(to, "?")
	return agent.ID(name)
}

// ByMachine says whether Twilio takes who has picked up for a machine: a mailbox, or a fax
// (https://www.twilio.com/docs/voice/answering-machine-detection#async-amd-callback).
func ByMachine(form url.Values) bool {
	by := form.Get("AnsweredBy")
	return strings.HasPrefix(by, "machine_") || by == "fax"
}

// isFailure says whether a text is the SIP response code of a request that failed or was redirected, 300 to 699.
func isFailure(sip string) bool {
	n, err := strconv.Atoi(sip)
	return err == nil && len(sip) == 3 && n >= 300 && n <= 699
}

// ReadCallStatus reads the status of a leg. The SIP response code of a leg that is over
// (https://www.twilio.com/docs/voice/api/call-resource#statuscallback) makes its outcome finer, if Twilio sends it: a
// browser that is not registered is "no-answer" or "failed" with 480 or 404, one that declines is "busy" with 603 or
// without a code. Known is false for a status that Twilio has added since.
func ReadCallStatus(form url.Values) (s CallStatus, known bool) {
	status, sip := form.Get("CallStatus"), form.Get("SipResponseCode")
	s, known = callStatuses[status]
	s.Leg = call.LegID(form.Get("CallSid"))
	if !isFailure(sip) {
		sip = ""
	}
	switch attempted := slices.Contains([]string{"busy", "no-answer", "failed"}, status); {
	case !attempted:
	case sip == "603":
		s.Outcome = call.OutcomeDeclined
	case sip == "404" || sip == "480" || status == "failed":
		s.Outcome = call.Failed(sip)
	}
	return s, known
}

// conferenceEvents are the conference events that we use, by Twilio's name
// (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent).
var conferenceEvents = map[string]call.ConferenceEventKind{
	"conference-start":   call.ConferenceStarted,
	"conference-end":     call.ConferenceEnded,
	"participant-join":   call.ParticipantJoined,
	"participant-leave":  call.ParticipantLeft,
	"participant-hold":   call.ParticipantHeld,
	"participant-unhold": call.ParticipantResumed,
}

// ReadConferenceEvent reads a conference status callback
// (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent). Known is false for an event that
// we do not use; Twilio may add new ones at any time.
func ReadConferenceEvent(form url.Values) (e call.ConferenceEvent, known bool) {
	kind, known := conferenceEvents[form.Get("StatusCallbackEvent")]
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

// hungUp says whether the party ended its call, and did not only leave the conference: a leg that was
// cut from it goes on with what comes after its <Conference>. See
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

// withheld are the numbers that stand for a withheld one: RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS
// and UNAVAILABLE spelled on a telephone's keys. Some networks send the words themselves.
var (
	withheld      = []string{"7378742833", "2562533", "8656696", "266696687", "86282452253"}
	withheldWords = []string{"restricted", "blocked", "unknown", "anonymous", "unavailable", "private", "withheld"}
)

// maxCaller is how many characters of a caller's address an agent is shown.
const maxCaller = 64

// callerNumber is the caller's number or address as agents see it, "" if it is withheld. Not every caller
// has an E.164 number: a telephone system may send a SIP address, a short number, or one without its
// country. That is text to read, and nothing may dial it.
func callerNumber(from string) string {
	shown := strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(from, "")))
	if private(shown) {
		return ""
	}
	if r := []rune(shown); len(r) > maxCaller {
		return string(r[:maxCaller-1]) + "…"
	}
	return shown
}

// visible drops invisible characters, such as those that change the direction of writing.
func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// private reports whether the caller's network withholds the number. In a SIP address the user part
// says so (RFC 3323, section 4.1.1.3: sip:anonymous@anonymous.invalid,
// https://www.rfc-editor.org/rfc/rfc3323).
func private(shown string) bool {
	user := strings.ToLower(shown)
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		if rest, ok := strings.CutPrefix(user, scheme); ok {
			user, _, _ = strings.Cut(rest, "@")
		}
	}
	return user == "" || slices.Contains(withheldWords, user) ||
		slices.Contains(withheld, strings.TrimPrefix(user, "+"))
}

// verified reports whether the caller's network vouches for the number itself (full attestation):
// https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
func verified(stir string) bool { return stir == "TN-Validation-Passed-A" }
