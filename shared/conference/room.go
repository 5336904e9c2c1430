package conference

import (
	"slices"
	"time"
)

// RoomEvent is what the network tells about a room.
type RoomEvent struct {
	Room  RoomID
	Kind  RoomEventKind
	Seq   int   // order within the room; -1 if the network gave none
	Leg   LegID // whom it is about; with RoomEnd, whose leaving ended the room
	Label string
	// HungUp: the party itself ended its call (with RoomLeave).
	HungUp bool
}

// RoomEventKind is one kind of RoomEvent.
type RoomEventKind string

const (
	RoomStart  RoomEventKind = "start"
	RoomEnd    RoomEventKind = "end"
	RoomJoin   RoomEventKind = "join"
	RoomLeave  RoomEventKind = "leave"
	RoomHold   RoomEventKind = "hold"
	RoomUnhold RoomEventKind = "unhold"
)

// RoomTold takes in a room event. Events are hints: late, doubled, lost or out of
// order they do no harm, since each is either older than what is known of its party,
// or repeats it, or is true.
func (c *Conference) RoomTold(e RoomEvent, now time.Time) {
	if !c.inRoom(e) {
		return
	}
	switch e.Kind {
	case RoomStart:
		c.Started = true
	case RoomEnd:
		// With her: she has hung up, or it is an old room's end, told late. She is looked for,
		// and asked for at once if it is in vain.
		if e.Leg == LegID(c.ID) && c.CallerOn && c.State != Ended {
			c.Missing, c.Doubt = now.Add(-missingFor), true
		}
	default:
		if e.Leg == LegID(c.ID) {
			c.callerTold(e, now)
		} else {
			c.legTold(e, now)
		}
	}
}

// inRoom says whether the event is about the room of now, and learns its name. Only
// a join proves that there is a newer room than the one that was known.
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

// leaveRoom forgets the room of now and all that was known of it.
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

// newer says whether an event is newer than what is known of the party, and marks it
// as known if so.
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

// setHeld takes in a known hold flag.
func (p *Participant) setHeld(held bool, now time.Time) {
	if held && !p.Held {
		p.HeldAt = now
	}
	p.Told = p.Told && held && p.Held
	p.Held, p.Unsure = held, false
	if !held { // what says that she is on hold may be older than what is on its way
		p.Unholding = time.Time{}
	}
}

func (c *Conference) callerTold(e RoomEvent, now time.Time) {
	if c.State == Ended && !c.CallerOn { // where she is matters to nobody any more
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
		c.hears(0, now) // it begins with her coming, if nobody is there yet
	case RoomLeave:
		c.Caller.Joined = false
		if e.HungUp {
			c.CallerGone(now)
		}
	case RoomHold, RoomUnhold:
		c.callerHolds(e.Kind == RoomHold, now)
	}
}

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

// joined takes in that a leg is in the room: it must have been answered, whether or
// not that was told.
func (c *Conference) joined(l *Leg, held bool, now time.Time) {
	l.Joined, l.Absent = true, time.Time{}
	l.told(held, now)
	c.Started = true
	if l.Phase != Answered && c.wanted(l.Key) {
		l.Phase, l.Since = Answered, now
		c.answered(l, now)
	}
}

// wasGone says whether an event that is not newer than a leg's end speaks of it.
func (c *Conference) wasGone(key LegKey, seq int) bool {
	for _, g := range c.Gone {
		if g.Key == key {
			return seq < g.Seq
		}
	}
	return false
}

// CallerGone takes in that the caller's own leg is over.
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

// togetherWithin is how far apart the words about legs may come that ended together.
const togetherWithin = 5 * time.Second

// blameCaller tells the agents whose legs were lost a moment before that it was the
// caller who left: a room that ends with her ends their legs too, and the network may
// tell of those first. It is said with every word about her end, since one that comes
// in the same moment as that about the agent's may find him not yet released.
func (c *Conference) blameCaller() {
	for _, g := range c.Gone {
		if g.Lost != "" && c.Ended.Sub(g.At) <= togetherWithin {
			c.freed = append(c.freed, Freed{Agent: g.Lost, Leg: g.Key, Outcome: OutcomeCallerLeft, Late: true})
		}
	}
}

// RoomOver takes in that the caller's leg fell out of her room, by which of her
// rounds it is told. If the call is not over by intent she goes back to music at the
// head of the line. A word about an older round changes nothing.
func (c *Conference) RoomOver(round int, now time.Time) {
	if c.State == Ended {
		c.CallerOn = false // the answer to her request is her last words
		return
	}
	if round != c.Round {
		return
	}
	moved := c.moving(now)
	c.nextRound(moved, now)
	var lost *Leg // who talked to her last
	if l := c.Leg(c.Owner); l != nil {
		lost = l
	}
	if l := c.Leg(c.targetKey()); l != nil && c.State == Completing {
		lost = l
	}
	c.leaveRoom()
	c.cutOff(c.Owner)
	c.cutOff(c.targetKey())
	if !moved || !c.State.InLine() { // else it was we who ended it, for her music
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

// end ends the conference by what the entry says.
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
