// Package conference is Twilio's conference as a value, and its rules: who may join, when it
// starts and ends, who hears whom, and what its status callbacks say.
//
// What has to be done because of a change (tell a callback, play music, let a leg go on) is
// returned as Effects, in the order in which they are to be done. A Conference has no lock,
// no clock and no network; the package exchange has.
package conference

import (
	"slices"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/notation"
)

// The states of a conference, in Twilio's words:
// https://www.twilio.com/docs/voice/api/conference-resource#conference-properties
const (
	Init       = "init"
	InProgress = "in-progress"
	Completed  = "completed"
)

// Why a conference ended, in Twilio's words.
const (
	EndedByAPI        = "conference-ended-via-api"
	EndedLastKicked   = "last-participant-kicked"
	EndedLastLeft     = "last-participant-left"
	EndedByKickedExit = "participant-with-end-conference-on-exit-kicked"
	EndedByExit       = "participant-with-end-conference-on-exit-left"
)

// The states of a participant, in Twilio's words.
const (
	Queued    = "queued"
	Ringing   = "ringing"
	Connected = "connected"
	Complete  = "complete"
	Failed    = "failed"
)

// Silent is the address of a waitUrl that is set and empty: nothing is played.
const Silent = "none"

// DefaultMost is how many participants a conference takes if nobody says otherwise.
const DefaultMost = 250

// Playback is a document that is being played.
type Playback interface {
	Sounds() []media.Sound
	Stop()
}

// Conference is one conference.
type Conference struct {
	SID, Name, Region string
	Status            string
	Parts             []*Participant // ringing and joined, in the order in which they came
	Hook              legs.Hook      // of the first participant, for good
	Announcement      Playback       // to all

	Created, Updated, Ended time.Time
	Reason                  string // why it ended
	EndedBy                 *Participant

	account  string
	sequence int // of the status callbacks
}

// New opens a conference.
func New(account, name string, now time.Time) *Conference {
	return &Conference{
		SID: notation.NewSID("CF"), Name: name, Region: "us1", Status: Init, Created: now, Updated: now,
		account: account,
	}
}

// Over tells whether the conference has ended.
func (c *Conference) Over() bool { return !c.Ended.IsZero() }

// Started tells whether its participants hear each other.
func (c *Conference) Started() bool { return c.Status == InProgress }

// Participant is a leg in a conference, or on its way there: made by REST and not
// answered.
type Participant struct {
	Conference *Conference
	Leg        *legs.Leg
	Label      string
	Status     string
	Joined     bool

	Muted, Hold      bool
	Start, EndOnExit bool
	BeepOnExit       bool
	EarlyMedia       bool      // the conference hears it ring
	Coached          *legs.Leg // whom it coaches: only that leg hears it
	Wait             legs.Document
	Hook             legs.Hook
	Most             int // maxParticipants

	Waiting      Playback // waitUrl or holdUrl
	Announcement Playback // to this participant alone

	Created, Updated time.Time
}

// BeepsOnExit tells whether a value of beep means a tone when a participant leaves.
func BeepsOnExit(beep string) bool { return beep == "true" || beep == "onExit" }

// present are the participants that have joined.
func (c *Conference) present() []*Participant {
	return slices.DeleteFunc(slices.Clone(c.Parts), func(p *Participant) bool { return !p.Joined })
}

// Find finds a participant by the call's SID or by its label; nil if there is none.
func (c *Conference) Find(ref string) *Participant {
	for _, p := range c.Parts {
		if p.Leg.SID == ref || p.Label != "" && p.Label == ref {
			return p
		}
	}
	return nil
}

// labelTaken tells whether a live participant of the conference has the label.
func (c *Conference) labelTaken(label string) bool {
	return label != "" && slices.ContainsFunc(c.Parts, func(p *Participant) bool { return p.Label == label })
}

// The codes of a label that is taken: a participant that a Dial makes, and one that REST
// makes. https://www.twilio.com/docs/api/errors/16025, https://www.twilio.com/docs/api/errors/16026
const (
	DuplicateInDial = 16025
	DuplicateInREST = 16026
)

// labelInvalid is the code for a malformed label beside the one for a duplicate.
var labelInvalid = map[int]int{DuplicateInDial: 16023, DuplicateInREST: 16024}

// labelMax is how many bytes a label, and a conference's name, may have.
const labelMax = 128

// ValidName tells whether a conference may be called so.
func ValidName(name string) bool { return name != "" && len(name) <= labelMax }

// MayJoin checks a participant's label and the conference's size; c may be nil, which is
// one that is opened now. duplicate is the code for a label that is taken.
func (c *Conference) MayJoin(p *Participant, duplicate int) *notation.Problem {
	switch {
	case len(p.Label) > labelMax || strings.Contains(p.Label, "/") ||
		strings.Contains(strings.ToUpper(p.Label), "%2F") || notation.IsCallSID(p.Label):
		return &notation.Problem{Code: labelInvalid[duplicate], Text: "the participant label is invalid"}
	case c == nil:
		return nil
	case c.labelTaken(p.Label):
		return &notation.Problem{Code: duplicate, Text: "the participant label is already in use in the conference"}
	case len(c.Parts) >= c.most(p):
		return &notation.Problem{Code: 16020, Text: "the conference is full"}
	}
	return nil
}

// most is how many participants the conference takes: the smallest limit that one has set.
func (c *Conference) most(p *Participant) int {
	most := DefaultMost
	for _, o := range append(slices.Clone(c.Parts), p) {
		if o.Most > 0 {
			most = min(most, o.Most)
		}
	}
	return most
}

// Enter adds a participant who has not joined yet. The first one settles the status
// callback, even if it has none.
func (c *Conference) Enter(p *Participant) {
	if len(c.Parts) == 0 && c.sequence == 0 {
		c.Hook = p.Hook
	}
	p.Conference = c
	c.Parts = append(c.Parts, p)
}

// Join lets a participant hear and be heard. One whose conference has ended goes on.
func (p *Participant) Join(now time.Time) []Effect {
	c := p.Conference
	if c.Over() {
		return []Effect{Left{p}, Continue{p.Leg}}
	}
	p.Joined, p.Status = true, Connected
	p.Updated = now
	effects := []Effect{c.event(p, classJoin, "participant-join", nil, now)}
	starts := slices.ContainsFunc(c.present(), func(o *Participant) bool { return o.Start })
	if c.Status == Init && len(c.present()) >= 2 && starts {
		effects = append(effects, c.start(now))
	} else if c.Status == Init {
		effects = append(effects, PlayWait{p})
	}
	if p.Hold {
		effects = append(effects, PlayHold{p, legs.Document{}})
	}
	return effects
}

// start ends the waiting: from now on all hear each other.
func (c *Conference) start(now time.Time) Effect {
	c.Status = InProgress
	c.Updated = now
	for _, p := range c.present() {
		if !p.Hold {
			p.StopWaiting()
		}
	}
	return c.event(nil, classStart, "conference-start", nil, now)
}

// StopWaiting ends what a participant hears alone, waiting or held.
func (p *Participant) StopWaiting() {
	if p.Waiting != nil {
		p.Waiting.Stop()
		p.Waiting = nil
	}
}

// Leave takes a participant out of its conference, and ends the conference if that was
// its end. What becomes of the participant's own leg is left to the caller.
func (p *Participant) Leave(reason string, kicked bool, now time.Time) []Effect {
	c := p.Conference
	effects := p.remove(reason, now)
	if effects == nil {
		return nil
	}
	switch {
	case p.Joined && p.EndOnExit:
		effects = append(effects, c.End(choose(kicked, EndedByKickedExit, EndedByExit), p, now)...)
	case len(c.present()) == 0 && (p.Joined || len(c.Parts) == 0):
		effects = append(effects, c.End(choose(kicked, EndedLastKicked, EndedLastLeft), p, now)...)
	}
	return effects
}

// choose is a or b.
func choose[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// remove takes a participant out of its conference's list and tells of it; nil if it is
// not in the list.
func (p *Participant) remove(reason string, now time.Time) []Effect {
	c := p.Conference
	i := slices.Index(c.Parts, p)
	if i < 0 {
		return nil
	}
	c.Parts = slices.Delete(c.Parts, i, i+1)
	p.StopWaiting()
	if p.Announcement != nil {
		p.Announcement.Stop()
	}
	p.Status = choose(p.Joined, Complete, Failed)
	p.Updated = now
	for _, o := range c.Parts {
		if o.Coached == p.Leg {
			o.Coached = nil
		}
	}
	status := p.Leg.Status
	if !p.Leg.Over() && !p.Joined {
		status = legs.Canceled // as it is about to be
	}
	return []Effect{Left{p}, c.event(p, classLeave, "participant-leave", map[string]string{
		"ParticipantCallStatus": status, "ReasonParticipantLeft": reason,
	}, now)}
}

// End ends a conference. Everybody leaves it; those who still ring are cancelled.
func (c *Conference) End(reason string, by *Participant, now time.Time) []Effect {
	if c.Over() {
		return nil
	}
	c.Ended = now
	c.Updated = now
	c.Status, c.Reason, c.EndedBy = Completed, reason, by
	if c.Announcement != nil {
		c.Announcement.Stop()
	}
	left := choose(reason == EndedByAPI, legs.LeftEnded, legs.LeftModerator)
	everybody := slices.Clone(c.Parts)
	var effects []Effect
	for _, p := range everybody {
		effects = append(effects, p.remove(choose(p.Joined, left, legs.LeftAddFailed), now)...)
	}
	effects = append(effects, c.endEvent(now))
	for _, p := range everybody {
		if p.Joined {
			effects = append(effects, Continue{p.Leg})
		} else {
			effects = append(effects, Cancel{p.Leg})
		}
	}
	return effects
}

// SetHold holds a participant, or gives it back to the conference. A document that is
// given anew to one that is held already is played from its beginning.
func (p *Participant) SetHold(hold bool, music legs.Document, now time.Time) []Effect {
	was := p.Hold
	p.Hold = hold
	p.Updated = now
	var effects []Effect
	switch {
	case hold && p.Joined && (!was || music.URL != ""):
		effects = append(effects, PlayHold{p, music})
	case !hold && was:
		p.StopWaiting()
		if p.Joined && p.Conference.Status == Init {
			effects = append(effects, PlayWait{p})
		}
	}
	if hold != was && p.Joined {
		event := choose(hold, "participant-hold", "participant-unhold")
		effects = append(effects, p.Conference.event(p, classHold, event, nil, now))
	}
	return effects
}

// SetMuted mutes a participant or lets it speak.
func (p *Participant) SetMuted(muted bool, now time.Time) []Effect {
	if p.Muted == muted {
		return nil
	}
	p.Muted = muted
	p.Updated = now
	if !p.Joined {
		return nil
	}
	event := choose(muted, "participant-mute", "participant-unmute")
	return []Effect{p.Conference.event(p, classMute, event, nil, now)}
}

// Settings are what the event participant-modify tells of.
type Settings struct {
	EndOnExit, BeepOnExit bool
	Coached               *legs.Leg
	Wait                  legs.Document // its URL is empty if it stays
}

// Modify changes a participant's settings. On a held participant a change of EndOnExit is
// accepted and ignored, as Twilio does.
func (p *Participant) Modify(s Settings, now time.Time) []Effect {
	changed := false
	if s.EndOnExit != p.EndOnExit && !p.Hold {
		p.EndOnExit, changed = s.EndOnExit, true
	}
	if s.BeepOnExit != p.BeepOnExit {
		p.BeepOnExit, changed = s.BeepOnExit, true
	}
	if s.Coached != p.Coached {
		p.Coached, changed = s.Coached, true
	}
	var effects []Effect
	if s.Wait.URL != "" && s.Wait.URL != p.Wait.URL {
		p.Wait, changed = s.Wait, true
		if p.Joined && !p.Hold && p.Conference.Status == Init {
			effects = append(effects, PlayWait{p})
		}
	}
	if !changed {
		return nil
	}
	p.Updated = now
	if p.Joined {
		effects = append(effects, p.Conference.event(p, classModify, "participant-modify", nil, now))
	}
	return effects
}

// Hears is what a participant that has joined hears.
func (p *Participant) Hears() []media.Sound {
	var sounds []media.Sound
	c := p.Conference
	if p.Announcement != nil {
		sounds = append(sounds, p.Announcement.Sounds()...)
	}
	if p.Waiting != nil {
		return append(sounds, p.Waiting.Sounds()...)
	}
	if p.Hold || !c.Started() {
		return sounds
	}
	if c.Announcement != nil {
		sounds = append(sounds, c.Announcement.Sounds()...)
	}
	ringing := false
	for _, o := range c.Parts {
		switch {
		case o == p:
		case !o.Joined:
			ringing = ringing || o.EarlyMedia && o.Status == Ringing
		case !o.Hold && !o.Muted && (o.Coached == nil || o.Coached == p.Leg):
			sounds = append(sounds, o.Leg.Voices()...)
		}
	}
	if ringing {
		sounds = append(sounds, media.Sound{Kind: media.KindRinging})
	}
	return sounds
}
