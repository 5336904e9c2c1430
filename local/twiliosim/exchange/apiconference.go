package exchange

import (
	"slices"
	"time"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// Conference is a conference as REST shows it.
type Conference struct {
	SID, Name, Region, Status string
	Reason                    string // why it ended
	EndedBy                   string // the call that ended it
	Created, Updated          time.Time
}

// Over tells whether the conference has ended.
func (c Conference) Over() bool { return c.Status == conference.Completed }

func showConference(c *conference.Conference) Conference {
	v := Conference{
		SID: c.SID, Name: c.Name, Region: c.Region, Status: c.Status, Reason: c.Reason,
		Created: c.Created, Updated: c.Updated,
	}
	if c.EndedBy != nil {
		v.EndedBy = c.EndedBy.Leg.SID
	}
	return v
}

// Participant is a participant as REST shows it.
type Participant struct {
	Call, Conference string // their SIDs
	Label, Status    string
	Coached          string // the call that it coaches
	Muted, Hold      bool
	Start, EndOnExit bool
	Created, Updated time.Time
	QueueTime        time.Duration // of one that has just been made
}

func showParticipant(p *conference.Participant) Participant {
	v := Participant{
		Call: p.Leg.SID, Conference: p.Conference.SID, Label: p.Label, Status: p.Status, Muted: p.Muted, Hold: p.Hold,
		Start: p.Start, EndOnExit: p.EndOnExit, Created: p.Created, Updated: p.Updated,
	}
	if p.Coached != nil {
		v.Coached = p.Coached.SID
	}
	return v
}

// Conferences returns the remembered conferences that keep chooses, newest first. keep must not change what it sees.
func (a API) Conferences(keep func(*conference.Conference) bool) (list []Conference) {
	a.x.read(func(s *state) {
		for _, c := range slices.Backward(s.list) {
			if keep(c) {
				list = append(list, showConference(c))
			}
		}
	})
	return list
}

// Conference returns one conference.
func (a API) Conference(sid string) (v Conference, err error) {
	err = ErrNotFound
	a.x.read(func(s *state) {
		if c := s.conferences[sid]; c != nil {
			v, err = showConference(c), nil
		}
	})
	return v, err
}

// ErrNotStarted: an announcement to all needs a conference that is in progress.
var ErrNotStarted = &notation.Problem{Code: 16099, Text: "The conference is not in progress"}

// UpdateConference plays an announcement to all, if it is not empty, and ends the
// conference if it is to end.
func (a API) UpdateConference(sid string, announcement legs.Document, end bool) (v Conference, err error) {
	err = a.x.change(func(s *state) error {
		c := s.conferences[sid]
		if c == nil {
			return ErrNotFound
		}
		if announcement.URL != "" {
			if !c.Started() {
				return ErrNotStarted
			}
			s.announce(c, nil, announcement)
		}
		if end {
			s.apply(c, c.End(conference.EndedByAPI, nil, s.clock.Now()))
		}
		v = showConference(c)
		return nil
	})
	return v, err
}

// Participants returns the participants of a conference, in the order in which they came.
func (a API) Participants(sid string) (list []Participant, err error) {
	err = ErrNotFound
	a.x.read(func(s *state) {
		c := s.conferences[sid]
		if c == nil {
			return
		}
		err = nil
		for _, p := range c.Parts {
			list = append(list, showParticipant(p))
		}
	})
	return list, err
}

// participant finds a participant of a conference that has not ended.
func (s *state) participant(sid, ref string) (*conference.Participant, error) {
	c := s.conferences[sid]
	if c == nil || c.Over() {
		return nil, ErrNotFound
	}
	p := c.Find(ref)
	if p == nil {
		return nil, ErrNotFound
	}
	return p, nil
}

// Participant returns a participant of a live conference, by its call's SID or its label.
func (a API) Participant(sid, ref string) (v Participant, err error) {
	a.x.read(func(s *state) {
		var p *conference.Participant
		if p, err = s.participant(sid, ref); err == nil {
			v = showParticipant(p)
		}
	})
	return v, err
}

// Place is how a participant is to be in its conference.
type Place struct {
	Label            string
	Muted            bool
	Start, EndOnExit bool
	BeepOnExit       bool
	EarlyMedia       bool
	Most             int // maxParticipants
	Wait             legs.Document
	Callback         legs.Hook // of the conference, if this is its first participant
	Coached          string    // the SID of the call that it coaches, or empty
}

// errNotPresent: the call to coach is in another conference, or in none.
var errNotPresent = &notation.Problem{
	Code: 16028, Text: "Participant to be whispered is not present in the conference",
}

// errOnHold: the call to coach is on hold. https://www.twilio.com/docs/api/errors/16027
var errOnHold = &notation.Problem{Code: 16027, Text: "Participant to be whispered is on hold"}

// where finds the conference that a participant is to be added to, and its name: by a name
// without a live conference a new one will be opened (nil); by the SID of one that has
// ended there is none.
func (s *state) where(name string) (*conference.Conference, string, error) {
	c := s.conferences[name]
	switch {
	case c != nil && c.Over(), c == nil && notation.IsConferenceSID(name):
		return nil, "", ErrNotFound
	case c == nil:
		return s.findConference(name), name, nil
	}
	return c, c.Name, nil
}

// MayAdd tells whether a participant may be added to the conference of that SID or name;
// ErrNotFound if not.
func (a API) MayAdd(name string) (err error) {
	a.x.read(func(s *state) { _, _, err = s.where(name) })
	return err
}

// AddParticipant dials a party and lets it join the conference of that SID or name when it
// answers. It returns the participant as it was accepted: queued.
func (a API) AddParticipant(name string, o Order, at Place) (accepted Participant, err error) {
	err = a.x.change(func(s *state) error {
		c, name, err := s.where(name)
		if err != nil {
			return err
		}
		l := o.leg()
		p := &conference.Participant{
			Leg: l.Leg, Label: at.Label, Status: conference.Queued, Muted: at.Muted, Start: at.Start,
			EndOnExit: at.EndOnExit, EarlyMedia: at.EarlyMedia, Most: at.Most, BeepOnExit: at.BeepOnExit,
			Wait: at.Wait, Hook: at.Callback,
		}
		if p.Coached, err = s.coached(c, at.Coached); err != nil {
			return err
		}
		if problem := c.MayJoin(p, conference.DuplicateInREST); problem != nil {
			return problem
		}
		l.noScript = true
		s.addLeg(l)
		p.Created, p.Updated = l.Created, l.Created
		s.openConference(name).Enter(p)
		l.part = p
		accepted = showParticipant(p)
		l.dialSoon()
		accepted.QueueTime = l.QueueTime
		return nil
	})
	return accepted, err
}

// coached is the leg to be coached, which must have joined the conference; nil if sid is
// empty.
func (s *state) coached(c *conference.Conference, sid string) (*legs.Leg, error) {
	if sid == "" {
		return nil, nil
	}
	l := s.legs[sid]
	if c == nil || l == nil || l.part == nil || l.part.Conference != c || !l.part.Joined {
		return nil, errNotPresent
	}
	if l.part.Hold {
		return nil, errOnHold
	}
	return l.Leg, nil
}

// PlaceChange is what is to become of a participant. What is nil or empty stays.
type PlaceChange struct {
	Muted, Hold           *bool
	HoldMusic             legs.Document
	EndOnExit, BeepOnExit *bool
	Wait                  legs.Document
	Announcement          legs.Document
	Coached               string // the SID of a call
	StopCoaching          bool
}

// settings are the participant's, changed.
func (c PlaceChange) settings(s *state, p *conference.Participant) (conference.Settings, error) {
	set := conference.Settings{EndOnExit: p.EndOnExit, BeepOnExit: p.BeepOnExit, Coached: p.Coached, Wait: c.Wait}
	if c.EndOnExit != nil {
		set.EndOnExit = *c.EndOnExit
	}
	if c.BeepOnExit != nil {
		set.BeepOnExit = *c.BeepOnExit
	}
	if c.Coached != "" {
		var err error
		if set.Coached, err = s.coached(p.Conference, c.Coached); err != nil {
			return set, err
		}
	}
	if c.StopCoaching {
		set.Coached = nil
	}
	return set, nil
}

// UpdateParticipant changes a participant. Everything is checked before anything is
// changed.
func (a API) UpdateParticipant(sid, ref string, c PlaceChange) (v Participant, err error) {
	err = a.x.change(func(s *state) error {
		p, err := s.participant(sid, ref)
		if err != nil {
			return err
		}
		set, err := c.settings(s, p)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		s.apply(p.Conference, p.Modify(set, now))
		if c.Muted != nil {
			s.apply(p.Conference, p.SetMuted(*c.Muted, now))
		}
		if c.Hold != nil {
			s.apply(p.Conference, p.SetHold(*c.Hold, c.HoldMusic, now))
		}
		if c.Announcement.URL != "" {
			s.announce(p.Conference, p, c.Announcement)
		}
		v = showParticipant(p)
		return nil
	})
	return v, err
}

// RemoveParticipant takes a participant out of its conference; its leg goes on with its
// document.
func (a API) RemoveParticipant(sid, ref string) error {
	return a.x.change(func(s *state) error {
		p, err := s.participant(sid, ref)
		if err == nil {
			s.kick(p)
		}
		return err
	})
}
