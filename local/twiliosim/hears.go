package twiliosim

import (
	"slices"
)

// touch marks a leg whose hearing may have changed. Locked.
func (n *Network) touch(l *leg) {
	if !l.dirty {
		l.dirty = true
		n.dirty = append(n.dirty, l)
	}
}

// touchRoom marks everybody in a room. Locked.
func (n *Network) touchRoom(r *room) {
	for _, p := range r.parts {
		n.touch(p.leg)
	}
}

// tellHearing tells everybody concerned what the marked legs hear now. Locked.
func (n *Network) tellHearing() {
	for _, l := range n.dirty {
		l.dirty = false
		sounds := n.hearing(l)
		if slices.Equal(sounds, l.heard) {
			continue
		}
		l.heard = sounds
		if l.over() {
			continue
		}
		n.emit(Event{Event: "hears", Call: l.sid, Label: l.label(), Hears: words(sounds)})
		sid := l.sid
		if e := l.endpoint; e != nil {
			n.post(func() { e.Hears(sid, slices.Clone(sounds)) })
		}
		for _, f := range n.listen {
			n.post(func() { f(sid, slices.Clone(sounds)) })
		}
	}
	n.dirty = n.dirty[:0]
}

// words are sounds in the words of the control API, each once.
func words(sounds []Sound) []string {
	list := make([]string, 0, len(sounds))
	for _, s := range sounds {
		if w := s.String(); !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// Hears returns what a leg hears now; nothing at all if it is over or rings.
func (n *Network) Hears(sid string) []Sound {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.legs[sid]
	if l == nil {
		return nil
	}
	return n.hearing(l)
}

var silence = []Sound{{Kind: SoundSilence}}

// hearing is what a leg hears. Locked.
func (n *Network) hearing(l *leg) []Sound {
	switch {
	case l.over():
		return nil
	case l.lost:
		return silence
	case !l.live() && l.direction != inbound:
		return nil
	case !l.live():
		return []Sound{{Kind: SoundRinging}}
	}
	var sounds []Sound
	switch parent := n.legs[l.parent]; {
	case l.part != nil && l.part.joined:
		sounds = l.part.hearing()
	case l.dial != nil:
		sounds = l.dial.hearing()
	case parent != nil && parent.dial != nil && parent.dial.bridged == l:
		sounds = voices(parent)
	case l.script != nil:
		sounds = l.script.sounds
	}
	if len(sounds) == 0 {
		return silence
	}
	return slices.Clone(sounds)
}

// hearing is what the dialling side of a Dial hears.
func (d *dialing) hearing() []Sound {
	if d.bridged != nil {
		return voices(d.bridged)
	}
	return []Sound{{Kind: SoundRinging}}
}

// voices is a leg's voice, if it has one.
func voices(l *leg) []Sound {
	if l.lost {
		return nil
	}
	return []Sound{{Kind: SoundLeg, Leg: l.sid}}
}

// hearing is what a participant hears.
func (p *participant) hearing() []Sound {
	var sounds []Sound
	r := p.room
	if p.announcement != nil {
		sounds = append(sounds, p.announcement.sounds...)
	}
	if p.waiting != nil {
		return append(sounds, p.waiting.sounds...)
	}
	if p.hold || !r.started() {
		return sounds
	}
	if r.announcement != nil {
		sounds = append(sounds, r.announcement.sounds...)
	}
	ringing := false
	for _, o := range r.parts {
		switch {
		case o == p:
		case !o.joined:
			ringing = ringing || o.earlyMedia && o.status == "ringing"
		case !o.hold && !o.muted && (o.coached == nil || o.coached == p.leg):
			sounds = append(sounds, voices(o.leg)...)
		}
	}
	if ringing {
		sounds = append(sounds, Sound{Kind: SoundRinging})
	}
	return sounds
}
