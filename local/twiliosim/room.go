package twiliosim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// The states of a conference, in Twilio's words.
const (
	roomInit       = "init"
	roomInProgress = "in-progress"
	roomCompleted  = "completed"
)

// Why a participant left, in Twilio's words.
const (
	leftHungUp    = "participant_hung_up"
	leftByAPI     = "participant_updated_via_api"
	leftModerator = "moderator_ended_conference"
	leftEnded     = "conference_ended_via_api"
	leftAddFailed = "participant_add_failed"
)

// Why a conference ended, in Twilio's words.
const (
	endedByAPI       = "conference-ended-via-api"
	endedLastKicked  = "last-participant-kicked"
	endedLastLeft    = "last-participant-left"
	endedOwnerKicked = "participant-with-end-conference-on-exit-kicked"
	endedOwnerLeft   = "participant-with-end-conference-on-exit-left"
)

// room is one conference. Everything in it is guarded by Network.mu.
type room struct {
	sid, name, region string
	status            string
	parts             []*participant // ringing and joined, in the order in which they came
	hook              statusHook     // of the first participant, for good
	seq               int            // of the status callbacks
	announcement      *script

	created, updated, ended time.Time
	reason                  string // why it ended
	endedBy                 *participant
}

func (r *room) over() bool { return !r.ended.IsZero() }

func (r *room) started() bool { return r.status == roomInProgress }

// present are the participants that have joined.
func (r *room) present() []*participant {
	return slices.DeleteFunc(slices.Clone(r.parts), func(p *participant) bool { return !p.joined })
}

// participant is a leg in a room, or on its way there (made by REST and not answered).
type participant struct {
	room   *room
	leg    *leg
	label  string
	status string // queued, ringing, connected, complete, failed
	joined bool

	muted, hold      bool
	start, endOnExit bool
	beepOnExit       bool
	earlyMedia       bool // the room hears it ring
	coached          *leg // whom it coaches: only she hears it
	wait             target
	hook             statusHook
	most             int // maxParticipants

	waiting      *script // waitUrl or holdUrl
	announcement *script

	created, updated time.Time
}

// findRoom finds the live room of a name. Locked.
func (n *Network) findRoom(name string) *room {
	for _, r := range slices.Backward(n.roomList) {
		if r.name == name && !r.over() {
			return r
		}
	}
	return nil
}

// openRoom is the live room of a name, a new one if there is none. Locked.
func (n *Network) openRoom(name string) *room {
	if r := n.findRoom(name); r != nil {
		return r
	}
	now := n.clock.Now()
	r := &room{sid: newSID("CF"), name: name, region: "us1", status: roomInit, created: now, updated: now}
	n.rooms[r.sid] = r
	n.roomList = append(n.roomList, r)
	n.forgetRooms()
	return r
}

// forgetRooms drops the oldest ended rooms beyond the limit. Locked.
func (n *Network) forgetRooms() {
	if len(n.roomList) <= n.cfg.Ended+n.cfg.Ended/4 {
		return
	}
	surplus := len(n.roomList) - n.cfg.Ended
	n.roomList = slices.DeleteFunc(n.roomList, func(r *room) bool {
		if surplus <= 0 || !r.over() {
			return false
		}
		surplus--
		delete(n.rooms, r.sid)
		return true
	})
}

// labelTaken tells whether a live participant of the room has the label.
func (r *room) labelTaken(label string) bool {
	return label != "" && slices.ContainsFunc(r.parts, func(p *participant) bool { return p.label == label })
}

// dialRoom is the participant for a Dial's Conference. Locked.
func (n *Network) dialRoom(l *leg, v verb) (*participant, *problem) {
	if v.text == "" || len(v.text) > 128 {
		return nil, &problem{13225, "Dial: a conference's name has 1 to 128 characters"}
	}
	now := n.clock.Now()
	p := &participant{
		leg: l, label: v.attr("participantLabel", ""), status: "connected", created: now, updated: now,
		muted: v.flag("muted", false), start: v.flag("startConferenceOnEnter", true),
		endOnExit: v.flag("endConferenceOnExit", false), most: whole(v.attr("maxParticipants", "250"), 250),
		beepOnExit: beepsOnExit(v.attr("beep", "true")),
	}
	if coach := v.attr("coach", ""); coach != "" {
		p.coached = n.legs[coach]
		if p.coached == nil || p.coached.part == nil {
			return nil, &problem{13240, "Dial: the call to coach is in no conference"}
		}
	}
	if wait, set := v.attrs["waitUrl"]; set {
		p.wait = target{url: "none"}
		if wait != "" {
			p.wait = target{url: resolve(l.script.url, wait), method: methodOf(v, "waitMethod", http.MethodPost)}
		}
	}
	if cb := v.attr("statusCallback", ""); cb != "" {
		p.hook = statusHook{
			url: resolve(l.script.url, cb), method: methodOf(v, "statusCallbackMethod", http.MethodPost),
			events: strings.Fields(v.attr("statusCallbackEvent", "start end")),
		}
	}
	r := n.findRoom(v.text)
	if problem := mayJoin(r, p, 16025); problem != nil {
		return nil, problem
	}
	n.enter(n.openRoom(v.text), p)
	return p, nil
}

func beepsOnExit(beep string) bool { return beep == "true" || beep == "onExit" }

// mayJoin checks a participant's label and the room's size; r may be nil. duplicate is
// the code for a label that is taken.
func mayJoin(r *room, p *participant, duplicate int) *problem {
	switch {
	case len(p.label) > 128 || strings.Contains(p.label, "/") || strings.Contains(strings.ToUpper(p.label), "%2F") || sidCall.MatchString(p.label):
		return &problem{labelInvalid[duplicate], "the participant label is invalid"}
	case r == nil:
		return nil
	case r.labelTaken(p.label):
		return &problem{duplicate, "the participant label is already in use in the conference"}
	case len(r.parts) >= r.most(p):
		return &problem{16020, "the conference is full"}
	}
	return nil
}

// labelInvalid is the code for a malformed label beside the one for a duplicate.
var labelInvalid = map[int]int{16025: 16023, 16026: 16024}

// most is how many participants the room takes: the smallest limit that one has set.
func (r *room) most(p *participant) int {
	most := 250
	for _, o := range append(slices.Clone(r.parts), p) {
		if o.most > 0 {
			most = min(most, o.most)
		}
	}
	return most
}

// enter adds a participant who has not joined yet. The first one settles the status
// callback, even if she has none. Locked.
func (n *Network) enter(r *room, p *participant) {
	if len(r.parts) == 0 && r.seq == 0 {
		r.hook = p.hook
	}
	p.room = r
	r.parts = append(r.parts, p)
	p.leg.part = p
}

// join lets a live leg hear and be heard in its room. Locked.
func (n *Network) join(p *participant) {
	r := p.room
	if r.over() {
		p.leg.part = nil
		n.fallOut(p.leg)
		return
	}
	p.joined, p.status = true, "connected"
	p.updated = n.clock.Now()
	n.roomEvent(r, p, "join", "participant-join", nil)
	if r.status == roomInit && len(r.present()) >= 2 && slices.ContainsFunc(r.present(), func(o *participant) bool { return o.start }) {
		n.startRoom(r)
	} else if r.status == roomInit {
		n.startWaiting(p)
	}
	if p.hold {
		n.startHold(p, target{})
	}
	n.touchRoom(r)
}

// startRoom ends the waiting: from now on all hear each other. Locked.
func (n *Network) startRoom(r *room) {
	r.status = roomInProgress
	r.updated = n.clock.Now()
	for _, p := range r.present() {
		if !p.hold {
			p.stopWaiting()
		}
	}
	n.roomEvent(r, nil, "start", "conference-start", nil)
}

// leave takes a participant out of her room, and ends the room if that was its end. A
// leg that lives on is left to the caller (see fallOut). Locked.
func (n *Network) leave(p *participant, reason string, kicked bool) {
	r := p.room
	if !n.remove(p, reason) {
		return
	}
	switch {
	case p.joined && p.endOnExit:
		n.endRoom(r, pick(kicked, endedOwnerKicked, endedOwnerLeft), p)
	case len(r.present()) == 0 && (p.joined || len(r.parts) == 0):
		n.endRoom(r, pick(kicked, endedLastKicked, endedLastLeft), p)
	}
	n.touchRoom(r)
}

// pick is a or b.
func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// remove takes a participant out of her room's list and tells of it. Locked.
func (n *Network) remove(p *participant, reason string) bool {
	r := p.room
	i := slices.Index(r.parts, p)
	if i < 0 {
		return false
	}
	r.parts = slices.Delete(r.parts, i, i+1)
	p.stopWaiting()
	if p.announcement != nil {
		p.announcement.stop()
	}
	p.leg.part = nil
	p.status = pick(p.joined, "complete", "failed")
	p.updated = n.clock.Now()
	n.touch(p.leg)
	for _, o := range r.parts {
		if o.coached == p.leg {
			o.coached = nil
		}
	}
	status := p.leg.status
	if !p.leg.over() && !p.joined {
		status = statusCanceled // as it is about to be
	}
	n.roomEvent(r, p, "leave", "participant-leave", map[string]string{
		"ParticipantCallStatus": status, "ReasonParticipantLeft": reason,
	})
	return true
}

// endRoom ends a room and lets everybody fall out of it; those who still ring stop.
// Locked.
func (n *Network) endRoom(r *room, reason string, by *participant) {
	if r.over() {
		return
	}
	r.ended = n.clock.Now()
	r.updated = r.ended
	r.status, r.reason, r.endedBy = roomCompleted, reason, by
	if r.announcement != nil {
		r.announcement.stop()
	}
	left := pick(reason == endedByAPI, leftEnded, leftModerator)
	fallen := slices.Clone(r.parts)
	for _, p := range fallen {
		if p.joined {
			n.remove(p, left)
		} else {
			n.remove(p, leftAddFailed)
		}
	}
	n.conferenceEnd(r)
	for _, p := range fallen {
		switch {
		case p.joined:
			n.fallOut(p.leg)
		case !p.leg.over():
			n.end(p.leg, canceled)
		}
	}
}
