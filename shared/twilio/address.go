package twilio

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"warmtransfer/shared/conference"
)

// Base is our public address as Twilio calls it, such as https://phone.example.com,
// without a trailing slash. Ids stand in the path and never in the query, so that the
// address that Twilio signs survives API Gateway unchanged.
type Base string

// AfterRoom is asked when the caller has fallen out of the room of that round, or was
// taken out of it.
func (b Base) AfterRoom(id conference.ID, round int) string {
	return string(b) + "/incoming/" + string(id) + "/" + strconv.Itoa(round)
}

// Wait is what a waiting or held party hears at that turn.
//
// Nothing falls back on anything where it cannot be had: then she hears silence, and asks
// for nothing more. So Twilio is to ask again at once, whatever went wrong, and not to
// wait for an answer longer than she can be left without one (N1). See
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: what stands
// behind # is for Twilio itself, and is neither sent nor signed.
func (b Base) Wait(id conference.ID, turn int) string {
	return string(b) + "/wait/" + string(id) + "/" + strconv.Itoa(turn) + askAgain
}

// NextWait is the turn after one that has just been answered. What is to be known of that one when it
// is asked for stands in its address, so that it is known for every party and whatever fails (see Heard).
func (b Base) NextWait(id conference.ID, turn int, h Heard) string {
	name := strconv.Itoa(turn) + "." + strconv.FormatInt(h.Due.UnixMilli(), 36)
	if h.Failing > 0 {
		name += "." + strconv.Itoa(h.Failing)
	}
	return string(b) + "/wait/" + string(id) + "/" + name + askAgain
}

// Heard is what is known of the turn before.
type Heard struct {
	Due     time.Time // when the next one should be asked for, if all of it was heard
	Failing int       // how many turns in a row were without music, for it could not be had
}

// ReadTurn reads a turn's name in an address: its number, and what is known of the one before;
// nothing of the first.
func ReadTurn(name string) (turn int, before Heard, err error) {
	parts := strings.Split(name, ".")
	if turn, err = strconv.Atoi(parts[0]); err != nil || len(parts) > 3 || turn < 0 {
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
	return turn, before, nil
}

// Announcement is what is said to the caller whose agent's page has fallen silent. It is no
// turn, for nothing comes after it.
func (b Base) Announcement(id conference.ID) string {
	return string(b) + "/wait/" + string(id) + "/" + Silence + askAgain
}

// Silence stands in Announcement's place for the turn.
const Silence = "silence"

// askAgain: five more tries, which is the most, and 4.5 s for each, within 15 s in all.
const askAgain = "#rc=5&rp=4xx,5xx,ct,rt&rt=4500"

// Connect is asked when an agent's leg was answered.
func (b Base) Connect(id conference.ID, leg conference.LegKey) string {
	return string(b) + "/connect-agent/" + string(id) + "/" + string(leg)
}

// ConnectAgain is asked when Connect could not be answered; try counts from 1.
func (b Base) ConnectAgain(id conference.ID, leg conference.LegKey, try int) string {
	return b.Connect(id, leg) + "/" + strconv.Itoa(try)
}

// FellOut is asked when a leg's call goes on after its part of the room.
func (b Base) FellOut(id conference.ID, leg conference.LegKey) string {
	return b.Connect(id, leg) + "/" + AfterDial
}

// AfterDial stands in FellOut's place for the try of ConnectAgain.
const AfterDial = "room"

// Accept is asked with the key that an outside party has pressed.
func (b Base) Accept(id conference.ID, leg conference.LegKey) string {
	return b.Connect(id, leg) + "/accept"
}

// RoomEvents is told what happens in the conference's room. What could not be taken in is
// told again, unlike by default.
func (b Base) RoomEvents(id conference.ID) string {
	return string(b) + "/events/conference/" + string(id) + tellAgain
}

// tellAgain: five more tries, within 15 s in all.
const tellAgain = "#rc=5&rp=4xx,5xx,ct,rt"

// LegEvents is told how an agent's leg fares, if need be again (see RoomEvents).
func (b Base) LegEvents(id conference.ID, leg conference.LegKey) string {
	return string(b) + "/events/leg/" + string(id) + "/" + string(leg) + tellAgain
}
