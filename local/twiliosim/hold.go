package twiliosim

import "net/url"

// startWaiting lets a participant hear her waitUrl until the room starts. Locked.
func (n *Network) startWaiting(p *participant) {
	switch p.wait.url {
	case "none": // waitUrl="": silence
		return
	case "":
		n.listenTo(p, "wait").music()
		return
	}
	n.listenTo(p, "wait").fetch("wait", p.wait.url, p.wait.method, nil)
}

// startHold lets a held participant hear a document; the network's own music if there
// is none. Locked.
func (n *Network) startHold(p *participant, t target) {
	s := n.listenTo(p, "hold")
	if t.url == "" {
		s.music()
		return
	}
	s.fetch("hold", t.url, t.method, nil)
}

// listenTo gives a participant a script of her own. If its first document cannot be had
// she hears the network's music; if a later one cannot, silence, as when it has run out.
// Locked.
func (n *Network) listenTo(p *participant, event string) *script {
	p.stopWaiting()
	s := &script{
		n: n, event: event, sid: p.leg.sid, allowed: soundVerbs,
		params:  func() url.Values { return n.voiceParams(p.leg) },
		touched: func() { n.touch(p.leg) },
		ran:     func() {},
	}
	s.failed = func(problem *problem) {
		n.warn(p.leg.sid, problem)
		if s.documents == 0 {
			s.music()
		}
	}
	p.waiting = s
	return s
}

func (p *participant) stopWaiting() {
	if p.waiting != nil {
		p.waiting.stop()
		p.waiting = nil
	}
}

// setHold holds a participant, or gives her back to the room. Locked.
func (n *Network) setHold(p *participant, hold bool, t target) {
	was := p.hold
	p.hold = hold
	p.updated = n.clock.Now()
	switch {
	case hold && p.joined && (!was || t.url != ""):
		n.startHold(p, t)
	case !hold && was:
		p.stopWaiting()
		if p.joined && p.room.status == roomInit {
			n.startWaiting(p)
		}
	}
	if hold != was && p.joined {
		n.roomEvent(p.room, p, "hold", pick(hold, "participant-hold", "participant-unhold"), nil)
	}
	n.touchRoom(p.room)
}

// setMuted mutes a participant or lets her speak. Locked.
func (n *Network) setMuted(p *participant, muted bool) {
	if p.muted == muted {
		return
	}
	p.muted = muted
	p.updated = n.clock.Now()
	if p.joined {
		n.roomEvent(p.room, p, "mute", pick(muted, "participant-mute", "participant-unmute"), nil)
	}
	n.touchRoom(p.room)
}

// kick takes a participant out of her room; her leg goes on with its document. Locked.
func (n *Network) kick(p *participant) {
	l := p.leg
	if !p.joined {
		n.end(l, canceled)
		return
	}
	n.leave(p, leftByAPI, true)
	n.fallOut(l)
}

// announce plays a document once: to one participant, or to the whole room if p is nil.
// Locked.
func (n *Network) announce(r *room, p *participant, t target) {
	s := &script{n: n, event: "announce", sid: r.sid, allowed: soundVerbs, touched: func() { n.touchRoom(r) }}
	s.params = func() url.Values {
		v := url.Values{}
		if p != nil {
			v = n.voiceParams(p.leg)
		}
		v.Set("AccountSid", n.cfg.Account)
		v.Set("ConferenceSid", r.sid)
		v.Set("FriendlyName", r.name)
		return v
	}
	s.ran = func() {
		s.stop()
		n.roomEvent(r, p, "announcement", "announcement-end", map[string]string{"AnnounceUrl": t.url})
	}
	s.failed = func(problem *problem) {
		s.stop()
		n.warn(r.sid, problem)
		n.roomEvent(r, p, "announcement", "announcement-fail",
			map[string]string{"AnnounceUrl": t.url, "ReasonAnnouncementFailed": problem.text})
	}
	place := &r.announcement
	if p != nil {
		place = &p.announcement
		s.sid = p.leg.sid
	}
	if *place != nil {
		(*place).stop()
	}
	*place = s
	s.fetch("announce", t.url, t.method, nil)
}
