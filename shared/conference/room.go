package conference

import (
	"slices"
	"time"
)

// RoomEvent is a conference event, from Twilio's status callback
// (https://www.twilio.com/docs/voice/twiml/conference).
type RoomEvent struct {
	Room  RoomID
	Kind  RoomEventKind
	Seq   int   // order within the conference; -1 if Twilio sent none
	Leg   LegID // whose event it is; with ConferenceEnded, whose leaving ended it
	Label string
	// HungUp: the party itself ended its call (with ParticipantLeft).
	HungUp bool
}

// RoomEventKind is one kind of ConferenceEvent.
type RoomEventKind string

const (
	RoomStart  RoomEventKind = "start"
	RoomEnd    RoomEventKind = "end"
	RoomJoin   RoomEventKind = "join"
	RoomLeave  RoomEventKind = "leave"
	RoomHold   RoomEventKind = "hold"
	RoomUnhold RoomEventKind = "unhold"
)

// RoomTold applies a conference event. Events are hints: they may be late, doubled, lost or out of order. None does
// harm, since each is older than what is known of the party and ignored, or repeats it, or is true.
func (c *Conference) RoomTold(e RoomEvent, now time.Time) {
	if !c.inRoom(e) {
		return
	}
	switch e.Kind {
	case RoomStart:
		c.Started = true
	case RoomEnd:
		// If the caller's leaving ended it, the caller has hung up, or this is a late event about an earlier
		// conference. So reconcile; a caller who is not found then is treated as absent for the full limit already.
		// One that ended at once did not take the caller, whose own request for what is next is on its way.
		if e.Leg == LegID(c.ID) && c.CallerOn && c.State != Ended {
			c.Doubt = true
			if !now.Before(c.Entering.Add(shortRound)) {
				c.Missing = now.Add(-missingFor)
			}
		}
	default:
		if e.Leg == LegID(c.ID) {
			c.callerTold(e, now)
		} else {
			c.legTold(e, now)
		}
	}
}

// inRoom says whether the event is about the current conference, and learns its ConferenceSid. Only a join proves that
// a conference is newer than the known one.
func (c *Conference) inRoom(e RoomEvent) bool {
	if e.Room == "" || slices.Contains(c.Past, e.Room) {
		return false
	}
	if e.Room != c.Room {
		if c.Room != "" && e.Kind != RoomJoin {
			return false
		}
		c.leaveRoom()
		c.Room = e.Room
	}
	return true
}

// leaveRoom forgets the current conference and all that was known of its participants.
func (c *Conference) leaveRoom() {
	if c.Room != "" {
		c.Past = append(c.Past, c.Room)
		if over := len(c.Past) - maxPast; over > 0 {
			c.Past = c.Past[over:]
		}
		c.Moving = time.Time{}
	}
	c.Room, c.Started, c.Caller = "", false, Participant{}
	for i := range c.Legs {
		c.Legs[i].Participant = Participant{}
	}
}

// newer says whether an event is newer than what is known of the party. If so, it records the sequence number.
func (p *Participant) newer(e RoomEvent) bool {
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
	p.Told = p.Told && held && p.Held
	p.Held, p.Unsure = held, false
	if !held { // keep it on hold: the event may be older than a resume still on its way
		p.Unholding = time.Time{}
	}
}

// callerTold applies a conference event about the caller.
func (c *Conference) callerTold(e RoomEvent, now time.Time) {
	if c.State == Ended && !c.CallerOn { // the call is over; only the caller's hang-up still matters
		if e.Kind == RoomLeave && e.HungUp {
			c.CallerGone(now)
		}
		return
	}
	if !c.Caller.newer(e) {
		return
	}
	c.Missing = time.Time{}
	switch e.Kind {
	case RoomJoin:
		c.Caller.Joined, c.Caller.Held, c.Caller.Unsure = true, false, false
		if !c.Turned {
			c.MusicEnds = time.Time{}
		}
		c.hears(0, now) // Twilio starts the wait music at the join if nobody else is there
	case RoomLeave:
		c.Caller.Joined = false
		if e.HungUp {
			c.CallerGone(now)
		}
	case RoomHold, RoomUnhold:
		c.callerHolds(e.Kind == RoomHold, now)
	}
}

// legTold applies a conference event about any other leg.
func (c *Conference) legTold(e RoomEvent, now time.Time) {
	key := LegKey(e.Label)
	l := c.known(key, e.Leg)
	if l == nil {
		l = c.bySID(e.Leg)
	}
	if l == nil {
		if e.Kind == RoomJoin && !c.wasGone(key, e.Seq) {
			c.stray(e.Leg, now)
		}
		return
	}
	if !l.newer(e) {
		return
	}
	switch e.Kind {
	case RoomJoin:
		c.joined(l, false, now)
	case RoomLeave:
		c.LegGone(l.Key, e.Leg, OutcomeLost, now)
	case RoomHold, RoomUnhold:
		l.told(e.Kind == RoomHold, now)
	}
}

// joined applies that a leg is in the conference. So it has answered, even if that request was lost.
func (c *Conference) joined(l *Leg, held bool, now time.Time) {
	l.Joined, l.Absent = true, time.Time{}
	l.told(held, now)
	c.Started = true
	if l.Phase != Answered && c.wanted(l.Key) {
		l.Phase, l.Since = Answered, now
		c.answered(l, now)
	}
}

// wasGone says whether the event is about a leg that has ended and is no newer than that end.
func (c *Conference) wasGone(key LegKey, seq int) bool {
	for _, g := range c.Gone {
		if g.Key == key {
			return seq < g.Seq
		}
	}
	return false
}

// CallerGone applies the end of the caller's leg.
func (c *Conference) CallerGone(now time.Time) {
	if c.CallerOn {
		c.CallerOn, c.Caller = false, Participant{Seq: c.Caller.Seq}
	}
	if c.State != Ended {
		c.end(Entry{At: now, What: CallerLeft}, ReasonCallerLeft)
	}
	if c.Reason == ReasonCallerLeft {
		c.blameCaller()
	}
}

// togetherWithin is how far apart callbacks may arrive about legs that ended together.
const togetherWithin = 5 * time.Second

// blameCaller corrects the outcome for agents whose legs were lost just before the caller's end: when the caller
// leaves, the conference ends and takes their legs along, and Twilio may report those first. It is repeated with every
// callback about the caller's end, since the first may come before the agent is released.
func (c *Conference) blameCaller() {
	for _, g := range c.Gone {
		if g.Lost != "" && c.Ended.Sub(g.At) <= togetherWithin {
			c.freed = append(c.freed, Freed{Agent: g.Lost, Leg: g.Key, Outcome: OutcomeCallerLeft, Late: true})
		}
	}
}

// RoomOver applies the end of the caller's <Dial> in the given generation. Unless the call has ended, the caller goes
// back to music, at the head of the queue if they had an owner. A request about an earlier generation changes nothing.
func (c *Conference) RoomOver(round int, now time.Time) {
	if c.State == Ended {
		c.CallerOn = false // the answer to this request is the spoken goodbye
		return
	}
	if round != c.Round {
		return
	}
	moved := c.moving(now)
	c.nextRound(moved, now)
	var lost *Leg // who talked to the caller last
	if l := c.Leg(c.Owner); l != nil {
		lost = l
	}
	if l := c.Leg(c.targetKey()); l != nil && c.State == Completing {
		lost = l
	}
	c.leaveRoom()
	c.cutOff(c.Owner)
	c.cutOff(c.targetKey())
	if !moved || !c.State.InLine() { // otherwise the redirect that restarts the music ended it
		c.note(Entry{At: now, What: RoomEnded})
	}
	state, target := c.State, c.targetKey()
	_ = c.fire(RoomEnded, now) // every state but Ended allows it
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
func (c *Conference) end(e Entry, why Reason) {
	now := e.At
	if err := c.fire(e.What, now); err != nil {
		return
	}
	c.Reason, c.Ended = why, now
	c.Owner, c.Offer = "", ""
	o := OutcomeCancelled
	if why == ReasonCallerLeft {
		o = OutcomeCallerLeft
	}
	c.endTransfer(o, now)
	c.note(e)
}
