package twilio

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"warmtransfer/shared/call"
)

// Base is our public address as Twilio calls it, such as https://phone.example.com, without a trailing
// slash. Ids stand in the path and never in the query: API Gateway passes a path on unchanged, and
// Twilio signs the address byte for byte.
type Base string

// The routes of the webhooks: method and path, as net/http's ServeMux and template.yaml have them.
const (
	RouteArrival          = "POST /incoming"
	RouteDialEnded        = "POST /incoming/{conference}/{generation}"
	RouteChoice           = "POST /incoming/{conference}/{generation}/choice"
	RouteWait             = "POST /wait/{conference}/{turn}"
	RouteConnect          = "POST /connect-agent/{conference}/{leg}"
	RouteConnectAgain     = "POST /connect-agent/{conference}/{leg}/{try}"
	RouteAccept           = "POST /connect-agent/{conference}/{leg}/accept"
	RouteAnsweredBy       = "POST /events/answered-by/{conference}/{leg}"
	RouteConferenceEvents = "POST /events/conference/{conference}"
	RouteLegEvents        = "POST /events/leg/{conference}/{leg}"
	RouteCallEvents       = "POST /events/call"
	RouteRecordingEvents  = "POST /events/recording/{conference}"
	RouteMessage          = "POST /voicemail/{conference}"
	RouteMessageLeft      = "POST /voicemail/{conference}/left"
	RouteNoMessage        = "POST /voicemail/{conference}/nothing"
)

// to is the address of a route whose wildcards have these values, in order.
func (b Base) to(route string, values ...string) string {
	_, path, _ := strings.Cut(route, " ")
	for _, v := range values {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + v + after
	}
	return string(b) + path
}

// Arrival is asked when a caller dials our number.
func (b Base) Arrival() string { return b.to(RouteArrival) }

// DialEnded is asked when the caller's <Dial> has ended: the conference of that generation ended, or
// we redirected the caller out of it.
func (b Base) DialEnded(id call.ID, generation int) string {
	return b.to(RouteDialEnded, string(id), strconv.Itoa(generation))
}

// Choice is asked with the key that a caller has pressed when they were asked, before they join the conference of that
// generation. It is asked again if it fails, as the caller hears nothing meanwhile.
func (b Base) Choice(id call.ID, generation int) string {
	return b.to(RouteChoice, string(id), strconv.Itoa(generation)) + askAgain
}

// ChoiceAgain is Choice after words and music, as the choice could not be saved. Twilio sends the key only once
// (https://www.twilio.com/docs/voice/twiml/gather#action), so the address has it.
func (b Base) ChoiceAgain(id call.ID, generation int, a call.Choice) string {
	address := b.to(RouteChoice, string(id), strconv.Itoa(generation))
	switch a {
	case call.ChooseMessage:
		address += "?" + chosen + "=" + messageChoice
	case call.ChooseKeep:
		address += "?" + chosen + "=" + keepChoice
	}
	return address + askAgain
}

// Wait is the document that a waiting or held party hears at that turn.
//
// If a wait URL or hold URL cannot be fetched, Twilio uses no fallback URL and asks for no further
// turn: the party hears silence. So the address asks Twilio to retry at once on every kind of failure,
// and to wait for one answer no longer than the caller may be left in silence (N1). Twilio reads the
// part behind # itself; it neither sends nor signs it. See
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
func (b Base) Wait(id call.ID, turn int) string {
	return b.to(RouteWait, string(id), strconv.Itoa(turn)) + askAgain
}

// NextWait is the address of the turn after the one that is being answered. The facts that the next
// request needs about this turn are part of that address, so they are known for every party without a
// read of the store (see Heard).
func (b Base) NextWait(id call.ID, turn int, h Heard) string {
	name := strconv.Itoa(turn) + "." + strconv.FormatInt(h.Due.UnixMilli(), 36)
	if own := h.own(); h.Failing > 0 || own != "" {
		name += "." + strconv.Itoa(h.Failing) + own
	}
	return b.to(RouteWait, string(id), name) + askAgain
}

// Heard is what is known of the turn before.
type Heard struct {
	Due     time.Time // when the next turn is expected, if all of this one was heard
	Failing int       // number of turns in a row whose music could not be fetched
	Own     bool      // the music was the line's own (settings.Music)
	Long    bool      // the music was two pieces in one file
	Skip    int       // for so many turns neither the line's own music nor a long turn is tried
}

// ownPlayed and longPlayed stand in the place of Skip.
const ownPlayed, longPlayed = "own", "long"

func (h Heard) own() string {
	switch {
	case h.Own:
		return "." + ownPlayed
	case h.Long:
		return "." + longPlayed
	case h.Skip > 0:
		return "." + strconv.Itoa(h.Skip)
	}
	return ""
}

// ReadTurn reads a turn's name in an address: its number, and what is known of the turn before.
// Nothing is known before the first turn.
func ReadTurn(name string) (turn int, before Heard, err error) {
	parts := strings.Split(name, ".")
	if turn, err = strconv.Atoi(parts[0]); err != nil || len(parts) > 4 || turn < 0 {
		return 0, Heard{}, fmt.Errorf("the address has no turn")
	}
	if len(parts) > 1 {
		due, err := strconv.ParseInt(parts[1], 36, 64)
		if err != nil {
			return turn, Heard{}, nil
		}
		before.Due = time.UnixMilli(due).UTC()
	}
	if len(parts) > 2 {
		before.Failing, _ = strconv.Atoi(parts[2])
	}
	if len(parts) > 3 {
		before.Own, before.Long = parts[3] == ownPlayed, parts[3] == longPlayed
		before.Skip, _ = strconv.Atoi(parts[3]) // none if it is not a number
	}
	return turn, before, nil
}

// Announcement is the address of the words for a caller whose owner's page has stopped its heartbeats.
// It is not a turn of music: nothing follows it.
func (b Base) Announcement(id call.ID) string {
	return b.to(RouteWait, string(id), Silence) + askAgain
}

// Silence stands in the place of the turn's number in Announcement.
const Silence = "silence"

// askAgain asks for five retries, Twilio's maximum, on every kind of failure, with 4.5 s for each
// answer; Twilio spends 15 s in all. See
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
const askAgain = "#rc=5&rp=4xx,5xx,ct,rt&rt=4500"

// Connect is asked when an agent's leg has been answered.
func (b Base) Connect(id call.ID, leg call.LegKey) string {
	return b.to(RouteConnect, string(id), string(leg))
}

// ConnectAgain is asked when Connect has failed; try counts from 1.
func (b Base) ConnectAgain(id call.ID, leg call.LegKey, try int) string {
	return b.to(RouteConnectAgain, string(id), string(leg), strconv.Itoa(try))
}

// JoinRefused is asked when the leg of an agent is still up after its <Dial> into the conference has
// ended.
func (b Base) JoinRefused(id call.ID, leg call.LegKey) string {
	return b.to(RouteConnectAgain, string(id), string(leg), AfterDial)
}

// ConnectCaller is asked when a caller whom we dial has picked up. It is asked again if it fails, as they hear nothing
// meanwhile.
func (b Base) ConnectCaller(id call.ID, leg call.LegKey) string {
	return b.to(RouteConnectAgain, string(id), string(leg), OfCaller) + askAgain
}

// OfCaller stands in ConnectCaller where ConnectAgain has the try.
const OfCaller = "caller"

// AnsweredBy is told whether a person or a machine has picked up on that leg.
func (b Base) AnsweredBy(id call.ID, leg call.LegKey) string {
	return b.to(RouteAnsweredBy, string(id), string(leg)) + tellAgain
}

// AfterDial stands in JoinRefused where ConnectAgain has the try.
const AfterDial = "room"

// Accept is asked with the digits that a screened outside party has pressed.
func (b Base) Accept(id call.ID, leg call.LegKey) string {
	return b.to(RouteAccept, string(id), string(leg))
}

// ConferenceEvents receives the conference's status callbacks. Twilio does not retry them by default; the address asks
// it to (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
func (b Base) ConferenceEvents(id call.ID) string {
	return b.to(RouteConferenceEvents, string(id)) + tellAgain
}

// tellAgain asks for five retries of a callback, within 15 s in all.
const tellAgain = "#rc=5&rp=4xx,5xx,ct,rt"

// LegEvents receives the status callbacks of an agent's leg, with the same retries as ConferenceEvents.
func (b Base) LegEvents(id call.ID, leg call.LegKey) string {
	return b.to(RouteLegEvents, string(id), string(leg)) + tellAgain
}

// Message is asked for a caller whose call is over and who may leave a message. It is asked again if it fails, as the
// caller hears nothing meanwhile.
func (b Base) Message(id call.ID) string { return b.to(RouteMessage, string(id)) + askAgain }

// MessageLeft is asked when the caller has left a message, NoMessage when nothing was recorded.
func (b Base) MessageLeft(id call.ID) string { return b.to(RouteMessageLeft, string(id)) + askAgain }

// NoMessage is asked when nothing was recorded: the caller was silent, or Twilio does not record. Twilio does not say
// which (https://www.twilio.com/docs/voice/twiml/record#attributes-action), so the address says from when on it was
// silence (see NotRecorded).
func (b Base) NoMessage(id call.ID, silence time.Time) string {
	at := "?" + silentFrom + "=" + strconv.FormatInt(silence.UnixMilli(), 36)
	return b.to(RouteNoMessage, string(id)) + at + askAgain
}

// RecordingEvents receives the status callbacks of a caller's recording, with the same retries as ConferenceEvents.
func (b Base) RecordingEvents(id call.ID) string {
	return b.to(RouteRecordingEvents, string(id)) + tellAgain
}

// The keys of the question; every other means to stay.
const messageChoice, keepChoice = "1", "2"

// chosen is the key in an address: see Base.ChoiceAgain.
const chosen = "key"

// silentFrom is a time in an address: see Base.NoMessage.
const silentFrom = "silent"
