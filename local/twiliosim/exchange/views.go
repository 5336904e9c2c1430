package exchange

import (
	"slices"
	"strings"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// CallView is one call as the control API shows it.
type CallView struct {
	SID       string `json:"sid"`
	From      string `json:"from"`
	To        string `json:"to"`
	Direction string `json:"direction"`
	Status    string `json:"status"` // in Twilio's words
	// Conference is the friendly name of the conference that it is in, or on its way to.
	Conference string   `json:"conference"`
	Label      string   `json:"label"`
	Hold       bool     `json:"hold"`
	Hears      []string `json:"hears"` // see media.Sound.String
}

// Over tells whether the call has ended.
func (v CallView) Over() bool { return legs.Ended(v.Status) }

// ConferenceView is one conference as the control API shows it.
type ConferenceView struct {
	SID       string            `json:"sid"`
	Name      string            `json:"name"`
	Status    string            `json:"status"` // init, in-progress, completed
	Reason    string            `json:"reason"` // why it ended
	Callback  string            `json:"callback"`
	Announces bool              `json:"announces"`
	Legs      []ParticipantView `json:"legs"`
}

// ParticipantView is one leg of a conference.
type ParticipantView struct {
	SID       string   `json:"sid"`
	Label     string   `json:"label"`
	Status    string   `json:"status"` // queued, ringing, connected
	Muted     bool     `json:"muted"`
	Hold      bool     `json:"hold"`
	Start     bool     `json:"startConferenceOnEnter"`
	EndOnExit bool     `json:"endConferenceOnExit"`
	Coaches   string   `json:"coaches"`
	Hears     []string `json:"hears"`
}

// Calls returns all remembered calls, oldest first.
func (x *Exchange) Calls() (views []CallView) {
	x.read(func(s *state) {
		views = make([]CallView, 0, len(s.order))
		for _, l := range s.order {
			views = append(views, l.view())
		}
	})
	return views
}

// Live returns the calls that are not over, the newest first. It does not look through
// the calls of hours ago unless one of them goes on.
func (x *Exchange) Live() (views []CallView) {
	x.read(func(s *state) {
		left := len(s.order) - s.ended
		views = make([]CallView, 0, left)
		for _, l := range slices.Backward(s.order) {
			if len(views) == left {
				break
			}
			if !l.Over() {
				views = append(views, l.view())
			}
		}
	})
	return views
}

// Call returns one call, and false if there is none of that SID.
func (x *Exchange) Call(sid string) (v CallView, ok bool) {
	x.read(func(s *state) {
		l := s.legs[sid]
		if ok = l != nil; ok {
			v = l.view()
		}
	})
	return v, ok
}

func (l *leg) view() CallView {
	v := CallView{
		SID: l.SID, From: l.From, To: l.To, Direction: l.Direction, Status: l.Status, Label: l.label(),
		Hears: media.Words(l.hears()),
	}
	if p := l.part; p != nil {
		v.Conference, v.Hold = p.Conference.Name, p.Hold
	}
	return v
}

// Params returns the custom parameters of a client's call.
func (x *Exchange) Params(sid string) map[string]string {
	params := map[string]string{}
	x.read(func(s *state) {
		if l := s.legs[sid]; l != nil && len(l.Leg.Params) > 0 {
			params = journal.Flat(l.Leg.Params)
		}
	})
	return params
}

// Messages returns the last user-defined messages that were sent to a leg.
func (x *Exchange) Messages(sid string) (messages []legs.Message) {
	x.read(func(s *state) {
		if l := s.legs[sid]; l != nil {
			messages = slices.Clone(l.messages)
		}
	})
	return messages
}

// Conferences returns all remembered conferences, oldest first.
func (x *Exchange) Conferences() (views []ConferenceView) {
	x.read(func(s *state) {
		views = make([]ConferenceView, 0, len(s.list))
		for _, c := range s.list {
			views = append(views, s.viewConference(c))
		}
	})
	return views
}

func (s *state) viewConference(c *conference.Conference) ConferenceView {
	v := ConferenceView{
		SID: c.SID, Name: c.Name, Status: c.Status, Reason: c.Reason, Callback: c.Hook.URL,
		Announces: c.Announcement != nil && len(c.Announcement.Sounds()) > 0, Legs: []ParticipantView{},
	}
	for _, p := range c.Parts {
		part := ParticipantView{
			SID: p.Leg.SID, Label: p.Label, Status: p.Status, Muted: p.Muted, Hold: p.Hold,
			Start: p.Start, EndOnExit: p.EndOnExit, Hears: media.Words(s.legs[p.Leg.SID].hears()),
		}
		if p.Coached != nil {
			part.Coaches = p.Coached.SID
		}
		v.Legs = append(v.Legs, part)
	}
	return v
}

// ClientView is one identity that rings when it is dialled.
type ClientView struct {
	Identity  string `json:"identity"`
	Endpoints int    `json:"endpoints"` // browsers
	Scripted  bool   `json:"scripted"`  // answered by the control API
}

// Clients returns who is registered, in order of their names.
func (x *Exchange) Clients() (views []ClientView) {
	x.read(func(s *state) {
		views = make([]ClientView, 0, len(s.clients))
		for id, c := range s.clients {
			views = append(views, ClientView{Identity: id, Endpoints: len(c.endpoints), Scripted: c.scripted})
		}
	})
	slices.SortFunc(views, func(a, b ClientView) int { return strings.Compare(a.Identity, b.Identity) })
	return views
}
