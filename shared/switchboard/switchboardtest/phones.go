package switchboardtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

// Phones is a phone network in memory: legs, conferences, who hears whom. It is a
// service.CallControl. The callbacks that it would send it queues as Callbacks, for a test to
// deliver, double, delay or drop. Operations for Faults: "Dial", "FindLeg", "Hangup", "LastWords",
// "FreshRoom", "FindRoom", "Hold", "SetEndsRoom", "Present", "LookAt", "Tell".
type Phones struct {
	Faults
	mu    sync.Mutex
	legs  map[conference.LegID]*phone
	rooms map[conference.ID]*room
	made  int
	moves int        // how many changes of legs and conferences there were
	Told  []Callback // callbacks to be delivered, oldest first
	Clock func() time.Time
	// Pushed is the last snapshot that an agent's page was sent over the agent's leg, and Pushes
	// how many were sent in all.
	Pushed map[agent.ID]switchboard.Snapshot
	Pushes int
	// Announced counts the announcements to a caller over what the caller hears.
	Announced map[conference.ID]int
	// Watch, if set, is called after each change that the service makes.
	Watch func()
	// Unlisted legs are missing from every list of participants.
	Unlisted map[conference.LegID]bool
	late     []lateHold
	// Unreachable agents have no registered page.
	Unreachable map[agent.ID]bool
}

var (
	_ switchboard.CallControl = (*Phones)(nil)
	_ switchboard.Notifier    = (*Phones)(nil)
)

// phone is one party's leg.
type phone struct {
	sid      conference.LegID
	dial     conference.Dial // for an agent's leg
	caller   conference.ID   // for a caller's leg
	answered bool
	words    bool // hears a sentence, after which the leg ends
	over     bool
	since    time.Time
	room     *room
	held     bool
	quiet    bool // a caller's leg: the music has stopped
	fresh    bool // a caller's leg: music has begun, and its first turn is still to be asked for
	ends     bool
	label    string
}

type room struct {
	sid     conference.RoomID
	name    conference.ID
	started bool
	seq     int
	in      []*phone
}

// Callback is what the network reports: exactly one field besides Name is set.
type Callback struct {
	Name string
	Room *RoomTold
	Leg  *LegTold
	Over *OverTold
}

// RoomTold is a conference status callback.
type RoomTold struct {
	ID    conference.ID
	Event conference.RoomEvent
}

// LegTold is a call status callback of an agent's leg.
type LegTold struct {
	ID      conference.ID
	Key     conference.LegKey
	SID     conference.LegID
	Over    bool
	Outcome conference.Outcome
}

// OverTold is the caller's <Dial action>, or with Gone the end of the caller's leg.
type OverTold struct {
	ID    conference.ID
	Round int
	Gone  bool
}

// NewPhones returns a network without legs.
func NewPhones(clock func() time.Time) *Phones {
	return &Phones{
		legs: map[conference.LegID]*phone{}, rooms: map[conference.ID]*room{},
		Unlisted: map[conference.LegID]bool{},
		Clock:    clock, Unreachable: map[agent.ID]bool{},
		Announced: map[conference.ID]int{}, Pushed: map[agent.ID]switchboard.Snapshot{},
	}
}

// act runs an operation with its next fault, if there is one.
func (p *Phones) act(op string, f func() error) error {
	err := p.run(op, f)
	if p.Watch != nil {
		p.Watch()
	}
	return err
}

func (p *Phones) tell(c Callback) {
	p.moves++
	p.Told = append(p.Told, c)
}

func (p *Phones) roomTold(r *room, kind conference.RoomEventKind, who *phone, hungUp bool) {
	e := conference.RoomEvent{Room: r.sid, Kind: kind, Seq: r.seq, HungUp: hungUp}
	if who != nil {
		e.Leg, e.Label = who.sid, who.label
	}
	r.seq++
	p.tell(Callback{Name: "conference " + string(kind) + " " + e.Label, Room: &RoomTold{ID: r.name, Event: e}})
}

// Dial implements service.CallControl.
func (p *Phones) Dial(_ context.Context, d conference.Dial) (sid conference.LegID, err error) {
	err = p.act("Dial", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.made++
		l := &phone{
			sid: conference.LegID(fmt.Sprintf("CA%032x", 0xa0000+p.made)), dial: d, since: p.Clock(), label: string(d.Leg),
		}
		sid, p.legs[l.sid] = l.sid, l
		if p.Unreachable[d.Agent] {
			p.end(l, conference.Failed("480"), false)
			return nil
		}
		p.tell(Callback{Name: "leg ringing", Leg: &LegTold{ID: d.Conference, Key: d.Leg, SID: sid}})
		return nil
	})
	if err != nil {
		return "", err
	}
	return sid, nil
}

// FindLeg implements service.CallControl.
func (p *Phones) FindLeg(_ context.Context, to agent.ID, since time.Time) error {
	err := p.run("FindLeg", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, l := range p.legs {
			if l.dial.Agent+agent.ID(l.dial.Number) == to && l.caller == "" && !l.over && !l.since.Before(since) {
				return nil
			}
		}
		return switchboard.ErrNotFound
	})
	if errors.Is(err, ErrLags) {
		return switchboard.ErrNotFound
	}
	return err
}

// Hangup implements service.CallControl.
func (p *Phones) Hangup(_ context.Context, leg conference.LegID) error {
	return p.act("Hangup", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return switchboard.ErrGone
		}
		p.end(l, conference.OutcomeCancelled, false)
		return nil
	})
}

// LastWords implements service.CallControl.
func (p *Phones) LastWords(_ context.Context, id conference.ID, _ conference.Reason) error {
	return p.act("LastWords", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[conference.LegID(id)]
		if l == nil || l.over {
			return switchboard.ErrGone
		}
		l.words = true
		p.leave(l, false)
		return nil
	})
}

// FreshRoom implements service.CallControl.
func (p *Phones) FreshRoom(_ context.Context, id conference.ID, _ int) error {
	return p.act("FreshRoom", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[conference.LegID(id)]
		if l == nil || l.over {
			return switchboard.ErrGone
		}
		p.leave(l, false)
		p.fellOut(l)
		return nil
	})
}

// Tell implements service.Notifier.
func (p *Phones) Tell(_ context.Context, leg conference.LegID, s switchboard.Snapshot) error {
	return p.run("Tell", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return switchboard.ErrGone
		}
		p.Pushed[s.Agent.ID] = s
		p.Pushes++
		return nil
	})
}

// FindRoom implements service.Looks.
func (p *Phones) FindRoom(_ context.Context, id conference.ID) (sid conference.RoomID, started bool, err error) {
	err = p.run("FindRoom", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r := p.rooms[id]; r != nil {
			sid, started = r.sid, r.started
			return nil
		}
		return switchboard.ErrNotFound
	})
	if errors.Is(err, ErrLags) {
		err = switchboard.ErrNotFound
	}
	return sid, started, err
}

// in finds a live conference and a leg in it.
func (p *Phones) in(sid conference.RoomID, leg conference.LegID) (*room, *phone) {
	for _, r := range p.rooms {
		if r.sid != sid {
			continue
		}
		for _, l := range r.in {
			if l.sid == leg {
				return r, l
			}
		}
		return r, nil
	}
	return nil, nil
}

// Hold implements service.Conferences.
func (p *Phones) Hold(_ context.Context, _ conference.ID, sid conference.RoomID, leg conference.LegID, hold bool) error {
	h := lateHold{room: sid, leg: leg, hold: hold}
	err := p.act("Hold", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.hold(h)
	})
	var late *lateError
	if errors.As(err, &late) {
		h.at, h.silent = p.Clock().Add(late.Late), late.Silent
		p.late = append(p.late, h)
		return late.Err
	}
	return err
}

// lateHold is a change of a hold flag, now or later.
type lateHold struct {
	at     time.Time
	silent bool // no callback reports it
	room   conference.RoomID
	leg    conference.LegID
	hold   bool
}

func (p *Phones) hold(h lateHold) error {
	r, l := p.in(h.room, h.leg)
	if l == nil {
		return switchboard.ErrGone
	}
	l.quiet, l.fresh = false, h.hold
	if l.held == h.hold {
		return nil
	}
	l.held = h.hold
	kind := conference.RoomUnhold
	if h.hold {
		kind = conference.RoomHold
	}
	if p.roomTold(r, kind, l, false); h.silent {
		p.Told = p.Told[:len(p.Told)-1]
	}
	return nil
}

// takeEffect carries out the late changes that are due, and says whether there were any.
func (p *Phones) takeEffect() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.late)
	p.late = slices.DeleteFunc(p.late, func(h lateHold) bool {
		if p.Clock().Before(h.at) {
			return false
		}
		_ = p.hold(h)
		return true
	})
	return len(p.late) < n
}

// SetEndsRoom implements service.Conferences; like Twilio it ignores legs on hold.
func (p *Phones) SetEndsRoom(_ context.Context, sid conference.RoomID, leg conference.LegID, ends bool) error {
	return p.act("SetEndsRoom", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		_, l := p.in(sid, leg)
		if l == nil {
			return switchboard.ErrGone
		}
		if !l.held {
			l.ends = ends
		}
		return nil
	})
}

// Announce implements service.Conferences.
func (p *Phones) Announce(_ context.Context, id conference.ID, sid conference.RoomID, leg conference.LegID) error {
	return p.act("Announce", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, l := p.in(sid, leg); l == nil {
			return switchboard.ErrGone
		}
		p.Announced[id]++
		return nil
	})
}

// LookAt implements service.Looks.
func (p *Phones) LookAt(_ context.Context, sid conference.RoomID, leg conference.LegID) (saw conference.Sighting, err error) {
	err = p.run("LookAt", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			saw.Over = true
			return nil
		}
		if l.room != nil && l.room.sid == sid {
			saw.In, saw.Held = true, l.held
		}
		return nil
	})
	return saw, err
}

// Present implements service.Looks.
func (p *Phones) Present(_ context.Context, sid conference.RoomID) (here []conference.Presence, err error) {
	err = p.run("Present", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		r, _ := p.in(sid, "")
		if r == nil {
			return switchboard.ErrGone
		}
		for _, l := range r.in {
			if p.Unlisted[l.sid] {
				continue
			}
			here = append(here, conference.Presence{Leg: l.sid, Label: l.label, Held: l.held})
		}
		return nil
	})
	if errors.Is(err, ErrLags) {
		return nil, nil
	}
	return here, err
}

// enter puts a leg into the conference of that name, which may be a new one.
func (p *Phones) enter(l *phone, name conference.ID, starts, ends bool) {
	r := p.rooms[name]
	if r == nil {
		p.made++
		r = &room{sid: conference.RoomID(fmt.Sprintf("CF%032x", p.made)), name: name}
		p.rooms[name] = r
	}
	l.room, l.ends, l.held, l.quiet, l.fresh = r, ends, false, false, true
	r.in = append(r.in, l)
	p.roomTold(r, conference.RoomJoin, l, false)
	if starts && !r.started {
		r.started = true
		p.roomTold(r, conference.RoomStart, nil, false)
	}
}

// leave takes a leg out of its conference; hungUp: because its call ended.
func (p *Phones) leave(l *phone, hungUp bool) {
	r := l.room
	if r == nil {
		return
	}
	for i, o := range r.in {
		if o == l {
			r.in = append(r.in[:i:i], r.in[i+1:]...)
			break
		}
	}
	l.room, l.held = nil, false
	p.roomTold(r, conference.RoomLeave, l, hungUp)
	if l.ends || len(r.in) == 0 {
		p.endRoom(r, l)
	}
}

// endRoom ends a conference, because a participant left or, with by nil, from outside.
func (p *Phones) endRoom(r *room, by *phone) {
	delete(p.rooms, r.name)
	rest := r.in
	r.in = nil
	for _, o := range rest {
		o.room, o.held = nil, false
		p.roomTold(r, conference.RoomLeave, o, false)
	}
	p.roomTold(r, conference.RoomEnd, by, false)
	for _, o := range rest {
		p.fellOut(o)
	}
}

// fellOut: the conference of a leg has ended. An agent's leg ends; for the caller's leg Twilio
// requests the <Dial action>.
func (p *Phones) fellOut(l *phone) {
	if l.caller == "" {
		p.end(l, conference.OutcomeLost, false)
		return
	}
	p.tell(Callback{Name: "caller fell out", Over: &OverTold{ID: l.caller, Round: -1}})
}

// end ends a leg and reports the outcome.
func (p *Phones) end(l *phone, o conference.Outcome, self bool) {
	if l.over {
		return
	}
	l.over = true
	p.leave(l, self)
	if l.caller != "" {
		p.tell(Callback{Name: "caller gone", Over: &OverTold{ID: l.caller, Gone: true}})
		return
	}
	told := &LegTold{ID: l.dial.Conference, Key: l.dial.Leg, SID: l.sid, Over: true, Outcome: o}
	p.tell(Callback{Name: "leg over", Leg: told})
}
