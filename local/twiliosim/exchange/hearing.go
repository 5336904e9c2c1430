package exchange

import (
	"slices"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// touch marks a leg whose hearing may have changed.
func (l *leg) touch() {
	if !l.dirty {
		l.dirty = true
		l.s.dirty = append(l.s.dirty, l)
	}
}

// touchConference marks everybody in a conference.
func (s *state) touchConference(c *conference.Conference) {
	for _, p := range c.Parts {
		s.legs[p.Leg.SID].touch()
	}
}

// tellHearing tells everybody concerned what the marked legs hear now.
func (s *state) tellHearing() {
	for _, l := range s.dirty {
		l.dirty = false
		sounds := l.hears()
		if slices.Equal(sounds, l.heard) {
			continue
		}
		l.heard = sounds
		if l.Over() {
			continue
		}
		s.emit(journal.Event{Event: "hears", Call: l.SID, Label: l.label(), Hears: media.Words(sounds)})
		s.notify(legs.Heard{To: l.endpoint, Leg: l.SID, Sounds: slices.Clone(sounds)})
	}
	s.dirty = s.dirty[:0]
}

// hears is what a leg hears; nothing at all if it is over or rings.
func (l *leg) hears() []media.Sound {
	switch {
	case l.Over():
		return nil
	case l.Lost:
		return media.Silence
	case !l.Live() && l.Direction != legs.Inbound:
		return nil
	case !l.Live():
		return []media.Sound{{Kind: media.KindRinging}}
	}
	var sounds []media.Sound
	switch parent := l.parent(); {
	case l.part != nil && l.part.Joined:
		sounds = l.part.Hears()
	case l.dial != nil:
		sounds = l.dial.hears()
	case parent != nil && parent.dial != nil && parent.dial.bridged == l:
		sounds = parent.Voices()
	case l.player != nil:
		sounds = l.player.Sounds()
	}
	if len(sounds) == 0 {
		return media.Silence
	}
	return slices.Clone(sounds)
}

// Hears returns what a leg hears now; nothing at all if it is over or rings.
func (x *Exchange) Hears(sid string) (sounds []media.Sound) {
	x.read(func(s *state) {
		if l := s.legs[sid]; l != nil {
			sounds = l.hears()
		}
	})
	return sounds
}
