package servicetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Phones is a phone network in memory: legs, conferences, who hears whom. It is a
// service.CallControl. The callbacks that it would send it queues as Callbacks, for a test to
// deliver, double, delay or drop.
type Phones struct {
	Faults
	mu    sync.Mutex
	legs  map[call.LegID]*phone
	rooms map[call.ID]*room
	made  int
	moves int        // how many changes of legs and conferences there were
	Told  []Callback // callbacks to be delivered, oldest first
	Clock func() time.Time
	// Pushed is the last snapshot that an agent's page was sent over the agent's leg, and Pushes
	// how many were sent in all.
	Pushed map[agent.ID]agentview.Snapshot
	Pushes int
	// Strayed counts the legs that have left while somebody who was not muted coached them.
	Strayed int
	// Announced counts the announcements to a caller over what the caller hears.
	Announced map[call.ID]int
	// Watch, if set, is called after each change that the service makes.
	Watch func()
	// Unlisted legs are missing from every list of participants.
	Unlisted map[call.LegID]bool
	late     []lateHold
	// Unreachable agents have no registered page.
	Unreachable map[agent.ID]bool
}

var (
	_ service.CallControl = (*Phones)(nil)
	_ service.Notifier    = (*Phones)(nil)
)

// phone is one party's leg.
type phone struct {
	sid      call.LegID
	dial     call.Dial // for an agent's leg
	caller   call.ID   // for a caller's leg
	answered bool
	waits    bool      // hears words until it asks again whether it may join
	words    bool      // hears a sentence, after which the leg ends
	asked    time.Time // a caller's leg: hears the question since then; zero: does not
	chose    bool      // has pressed a key when asked, and the request with it has had no answer
	returns  bool      // has left no message, and the request after it has had no answer
	over     bool
	since    time.Time
	room     *room
	held     bool
	quiet    bool      // a caller's leg: the music has stopped
	fresh    bool      // a caller's leg: music has begun, and its first turn is still to be asked for
	turned   bool      // its first turn was asked for
	long     time.Time // until when the long turn plays that was asked for last; zero: it was none
	ends     bool
	muted    bool       // of a supervisor's leg
	coaches  call.LegID // the only leg that hears it; "": all do
	strays   bool       // the leg that it coached has left
	label    string
}

type room struct {
	sid     call.ConferenceID
	name    call.ID
	started bool
	seq     int
	in      []*phone
}

// Callback is what the network reports: exactly one field besides Name is set.
type Callback struct {
	Name string
	Room *ConferenceEvent
	Leg  *LegEvent
	Over *DialEndedEvent
}

// ConferenceEvent is a conference status callback.
type ConferenceEvent struct {
	ID    call.ID
	Event call.ConferenceEvent
}

// LegEvent is a call status callback of an agent's leg.
type LegEvent struct {
	ID      call.ID
	Key     call.LegKey
	SID     call.LegID
	Over    bool
	Outcome call.Outcome
}

// DialEndedEvent is the caller's <Dial action>, or with Gone the end of the caller's leg.
type DialEndedEvent struct {
	ID    call.ID
	Round int
	Gone  bool
}

// NewPhones returns a network without legs.
func NewPhones(clock func() time.Time) *Phones {
	return &Phones{
		legs: map[call.LegID]*phone{}, rooms: map[call.ID]*room{},
		Unlisted: map[call.LegID]bool{},
		Clock:    clock, Unreachable: map[agent.ID]bool{},
		Announced: map[call.ID]int{}, Pushed: map[agent.ID]agentview.Snapshot{},
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

func (p *Phones) roomTold(r *room, kind call.ConferenceEventKind, who *phone, hungUp bool) {
	e := call.ConferenceEvent{Conference: r.sid, Kind: kind, Seq: r.seq, HungUp: hungUp}
	if who != nil {
		e.Leg, e.Label = who.sid, who.label
	}
	r.seq++
	p.tell(Callback{Name: "conference " + string(kind) + " " + e.Label, Room: &ConferenceEvent{ID: r.name, Event: e}})
}

// Dial implements service.CallControl.
func (p *Phones) Dial(_ context.Context, d call.Dial) (sid call.LegID, err error) {
	err = p.act("Dial", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.made++
		l := &phone{
			sid: call.LegID(fmt.Sprintf("CA%032x", 0xa0000+p.made)), dial: d, since: p.Clock(), label: string(d.Leg),
		}
		sid, p.legs[l.sid] = l.sid, l
		if p.Unreachable[d.Agent] {
			p.end(l, call.Failed("480"), false)
			return nil
		}
		if !d.TellsRinging() {
			p.moves++
			return nil
		}
		p.tell(Callback{Name: "leg ringing", Leg: &LegEvent{ID: d.Call, Key: d.Leg, SID: sid}})
		return nil
	})
	if err != nil {
		return "", err
	}
	return sid, nil
}

// Hangup implements service.CallControl.
func (p *Phones) Hangup(_ context.Context, leg call.LegID) error {
	return p.act("Hangup", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return service.ErrGone
		}
		p.end(l, call.OutcomeCancelled, false)
		return nil
	})
}

// Cancel implements service.CallControl: a leg that was answered goes on.
func (p *Phones) Cancel(_ context.Context, leg call.LegID) error {
	return p.act("Cancel", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return service.ErrGone
		}
		if !l.answered {
			p.end(l, call.OutcomeCancelled, false)
		}
		return nil
	})
}

// SayGoodbye implements service.CallControl.
func (p *Phones) SayGoodbye(_ context.Context, _ call.ID, leg call.LegID, _ call.Reason) error {
	return p.act("SayGoodbye", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return service.ErrGone
		}
		l.words, l.asked = true, time.Time{}
		p.leave(l, false)
		return nil
	})
}

// RejoinConference implements service.CallControl.
func (p *Phones) RejoinConference(_ context.Context, _ call.ID, leg call.LegID, _ int) error {
	return p.act("RejoinConference", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return service.ErrGone
		}
		l.asked = time.Time{}
		p.leave(l, false)
		p.fellOut(l)
		return nil
	})
}

// Tell implements service.Notifier.
func (p *Phones) Tell(_ context.Context, leg call.LegID, s agentview.Snapshot) error {
	return p.run("Tell", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			return service.ErrGone
		}
		p.Pushed[s.Agent.ID] = s
		p.Pushes++
		return nil
	})
}

// in finds a live conference and a leg in it.
func (p *Phones) in(sid call.ConferenceID, leg call.LegID) (*room, *phone) {
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
func (p *Phones) Hold(_ context.Context, _ call.ID, sid call.ConferenceID, leg call.LegID, hold bool) error {
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
	room   call.ConferenceID
	leg    call.LegID
	hold   bool
}

func (p *Phones) hold(h lateHold) error {
	r, l := p.in(h.room, h.leg)
	if l == nil {
		return service.ErrGone
	}
	l.quiet = false
	l.musicBegins(h.hold)
	if l.held == h.hold {
		return nil
	}
	l.held = h.hold
	kind := call.ParticipantResumed
	if h.hold {
		kind = call.ParticipantHeld
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

// SetEndOnExit implements service.Conferences; like Twilio it ignores legs on hold (see the interface).
func (p *Phones) SetEndOnExit(_ context.Context, sid call.ConferenceID, leg call.LegID, ends bool) error {
	return p.act("SetEndOnExit", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		_, l := p.in(sid, leg)
		if l == nil {
			return service.ErrGone
		}
		if !l.held {
			l.ends = ends
		}
		return nil
	})
}

// Announce implements service.Conferences.
func (p *Phones) Announce(_ context.Context, id call.ID, sid call.ConferenceID, leg call.LegID) error {
	return p.act("Announce", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, l := p.in(sid, leg); l == nil {
			return service.ErrGone
		}
		p.Announced[id]++
		return nil
	})
}

// enter puts a leg into the conference of that name, which may be a new one.
func (p *Phones) enter(l *phone, name call.ID, starts, ends bool) {
	r := p.rooms[name]
	if r == nil {
		p.made++
		r = &room{sid: call.ConferenceID(fmt.Sprintf("CF%032x", p.made)), name: name}
		p.rooms[name] = r
	}
	l.room, l.ends, l.held, l.quiet = r, ends, false, false
	l.musicBegins(true)
	l.muted, l.coaches, l.strays = false, "", false
	r.in = append(r.in, l)
	p.roomTold(r, call.ParticipantJoined, l, false)
	if starts && !r.started {
		r.started = true
		p.roomTold(r, call.ConferenceStarted, nil, false)
	}
}

// leave takes a leg out of its conference; applyHangup: because its call ended.
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
	for _, o := range r.in {
		if o.coaches == l.sid { // Twilio does not say who hears it then: at worst, all
			o.coaches, o.strays = "", true
			if !o.muted {
				p.Strayed++
			}
		}
	}
	p.roomTold(r, call.ParticipantLeft, l, hungUp)
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
		p.roomTold(r, call.ParticipantLeft, o, false)
	}
	p.roomTold(r, call.ConferenceEnded, by, false)
	for _, o := range rest {
		p.fellOut(o)
	}
}

// fellOut: the conference of a leg has ended. An agent's leg ends; for the caller's leg Twilio
// requests the <Dial action>.
func (p *Phones) fellOut(l *phone) {
	if l.caller == "" {
		p.end(l, call.OutcomeLost, false)
		return
	}
	p.tell(Callback{Name: "caller fell out", Over: &DialEndedEvent{ID: l.caller, Round: -1}})
}

// end ends a leg and reports the outcome.
func (p *Phones) end(l *phone, o call.Outcome, self bool) {
	if l.over {
		return
	}
	l.over = true
	p.leave(l, self)
	if l.caller != "" && !l.dial.Caller {
		p.tell(Callback{Name: "caller gone", Over: &DialEndedEvent{ID: l.caller, Gone: true}})
		return
	}
	told := &LegEvent{ID: l.dial.Call, Key: l.dial.Leg, SID: l.sid, Over: true, Outcome: o}
	p.tell(Callback{Name: "leg over", Leg: told})
}
