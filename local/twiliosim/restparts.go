package twiliosim

import (
	"net/http"
	"strconv"
)

// liveRoom finds a conference that has not ended by its SID.
func (n *Network) liveRoom(q *restRequest) (*room, *restError) {
	r := n.rooms[q.args[0]]
	if r == nil || r.over() {
		return nil, notFound(q.path)
	}
	return r, nil
}

// liveParticipant finds a participant by the call's SID or by her label.
func (n *Network) liveParticipant(q *restRequest) (*participant, *restError) {
	r, bad := n.liveRoom(q)
	if bad != nil {
		return nil, bad
	}
	for _, p := range r.parts {
		if p.leg.sid == q.args[1] || p.label != "" && p.label == q.args[1] {
			return p, nil
		}
	}
	return nil, notFound(q.path)
}

// createParticipant dials a party and lets it join when it answers. By a name without
// a live conference a new one is opened; by the SID of one that has ended it fails.
func (n *Network) createParticipant(q *restRequest) (int, any, *restError) {
	name := q.args[0]
	r := n.rooms[name]
	switch {
	case r != nil && r.over(), r == nil && sidConference.MatchString(name):
		return 0, nil, notFound(q.path)
	case r == nil:
		r = n.findRoom(name)
	case r != nil:
		name = r.name
	}
	l, bad := n.newCall(q, 13223)
	if bad != nil {
		return 0, nil, bad
	}
	p, bad := n.newParticipant(q, r, l)
	if bad != nil {
		return 0, nil, bad
	}
	if problem := mayJoin(r, p, 16026); problem != nil {
		return 0, nil, refused(problem.code, problem.text)
	}
	l.rest = true
	n.addLeg(l)
	p.created = l.created
	p.updated = l.created
	n.enter(n.openRoom(name), p)
	body := n.partJSON(p)
	n.dialSoon(l)
	body["queue_time"] = strconv.FormatInt(l.queueTime.Milliseconds(), 10)
	return http.StatusCreated, body, nil
}

// newParticipant reads how a participant is to be; r may be nil. Locked.
func (n *Network) newParticipant(q *restRequest, r *room, l *leg) (*participant, *restError) {
	p := &participant{
		leg: l, label: q.form.Get("Label"), status: "queued", muted: q.flag("Muted", false),
		start: q.flag("StartConferenceOnEnter", true), endOnExit: q.flag("EndConferenceOnExit", false),
		earlyMedia: q.flag("EarlyMedia", true), most: whole(q.form.Get("MaxParticipants"), 250),
		beepOnExit: beepsOnExit(q.form.Get("Beep")),
	}
	var bad *restError
	if p.wait, bad = q.document("WaitUrl", "WaitMethod", 21205, http.MethodPost); bad != nil {
		return nil, bad
	}
	if q.form.Has("WaitUrl") && p.wait.url == "" {
		p.wait.url = "none"
	}
	if p.hook, bad = q.hook("ConferenceStatusCallback", "start end"); bad != nil {
		return nil, bad
	}
	if coach := q.form.Get("CallSidToCoach"); coach != "" && q.flag("Coaching", true) {
		if p.coached = n.inRoom(r, coach); p.coached == nil {
			return nil, refused(16028, "Participant to be whispered is not present in the conference")
		}
	}
	return p, nil
}

// inRoom is the leg of that SID if it has joined the room.
func (n *Network) inRoom(r *room, sid string) *leg {
	l := n.legs[sid]
	if r == nil || l == nil || l.part == nil || l.part.room != r || !l.part.joined {
		return nil
	}
	return l
}

func (n *Network) listParticipants(q *restRequest) (int, any, *restError) {
	r := n.rooms[q.args[0]]
	if r == nil {
		return 0, nil, notFound(q.path)
	}
	var list []*participant
	is := func(name string, value bool) bool { return !q.form.Has(name) || q.flag(name, false) == value }
	for _, p := range r.parts {
		if is("Muted", p.muted) && is("Hold", p.hold) && is("Coaching", p.coached != nil) {
			list = append(list, p)
		}
	}
	from, to, body := q.page(len(list))
	parts := make([]any, 0, to-from)
	for _, p := range list[from:to] {
		parts = append(parts, n.partJSON(p))
	}
	body["participants"] = parts
	return http.StatusOK, body, nil
}

func (n *Network) fetchParticipant(q *restRequest) (int, any, *restError) {
	p, bad := n.liveParticipant(q)
	if bad != nil {
		return 0, nil, bad
	}
	return http.StatusOK, n.partJSON(p), nil
}

func (n *Network) deleteParticipant(q *restRequest) (int, any, *restError) {
	p, bad := n.liveParticipant(q)
	if bad != nil {
		return 0, nil, bad
	}
	n.kick(p)
	return http.StatusNoContent, nil, nil
}

// updateParticipant changes a participant. Everything is checked before anything is
// changed.
func (n *Network) updateParticipant(q *restRequest) (int, any, *restError) {
	p, bad := n.liveParticipant(q)
	if bad != nil {
		return 0, nil, bad
	}
	hold, bad := q.document("HoldUrl", "HoldMethod", 20001, http.MethodGet)
	if bad != nil {
		return 0, nil, bad
	}
	wait, bad := q.document("WaitUrl", "WaitMethod", 20001, http.MethodPost)
	if bad != nil {
		return 0, nil, bad
	}
	announce, bad := q.document("AnnounceUrl", "AnnounceMethod", 20001, http.MethodPost)
	if bad != nil {
		return 0, nil, bad
	}
	coached := p.coached
	if sid := q.form.Get("CallSidToCoach"); sid != "" {
		if coached = n.inRoom(p.room, sid); coached == nil {
			return 0, nil, refused(16028, "Participant to be whispered is not present in the conference")
		}
	}
	if !q.flag("Coaching", true) {
		coached = nil
	}
	n.modify(q, p, wait, coached)
	if q.form.Has("Muted") {
		n.setMuted(p, q.flag("Muted", false))
	}
	if q.form.Has("Hold") {
		n.setHold(p, q.flag("Hold", false), hold)
	}
	if announce.url != "" {
		n.announce(p.room, p, announce)
	}
	return http.StatusOK, n.partJSON(p), nil
}

// modify changes what the event participant-modify tells of. On a held participant a
// change of EndConferenceOnExit is accepted and ignored, as Twilio does. Locked.
func (n *Network) modify(q *restRequest, p *participant, wait target, coached *leg) {
	changed := false
	if ends := q.flag("EndConferenceOnExit", p.endOnExit); ends != p.endOnExit && !p.hold {
		p.endOnExit, changed = ends, true
	}
	if beeps := q.flag("BeepOnExit", p.beepOnExit); beeps != p.beepOnExit {
		p.beepOnExit, changed = beeps, true
	}
	if coached != p.coached {
		p.coached, changed = coached, true
	}
	if wait.url != "" && wait.url != p.wait.url {
		p.wait, changed = wait, true
		if p.joined && !p.hold && p.room.status == roomInit {
			n.startWaiting(p)
		}
	}
	if !changed {
		return
	}
	p.updated = n.clock.Now()
	n.touchRoom(p.room)
	if p.joined {
		n.roomEvent(p.room, p, "modify", "participant-modify", nil)
	}
}

// partJSON is a participant as Twilio writes it. Locked.
func (n *Network) partJSON(p *participant) map[string]any {
	var coached any
	if p.coached != nil {
		coached = p.coached.sid
	}
	return map[string]any{
		"account_sid": n.cfg.Account, "call_sid": p.leg.sid, "conference_sid": p.room.sid, "label": text(p.label),
		"call_sid_to_coach": coached, "coaching": p.coached != nil, "muted": p.muted, "hold": p.hold,
		"start_conference_on_enter": p.start, "end_conference_on_exit": p.endOnExit, "status": p.status,
		"date_created": stamp(p.created), "date_updated": stamp(p.updated), "queue_time": nil,
		"uri": "/" + apiVersion + "/Accounts/" + n.cfg.Account + "/Conferences/" + p.room.sid + "/Participants/" + p.leg.sid + ".json",
	}
}
