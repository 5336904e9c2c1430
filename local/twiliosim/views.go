package twiliosim

import "slices"

// CallView is one call as the control API shows it.
type CallView struct {
	SID       string `json:"sid"`
	From      string `json:"from"`
	To        string `json:"to"`
	Direction string `json:"direction"`
	Status    string `json:"status"` // in Twilio's words
	// Conference is the friendly name of the room that it is in, or on its way to.
	Conference string   `json:"conference"`
	Label      string   `json:"label"`
	Hold       bool     `json:"hold"`
	Hears      []string `json:"hears"` // see Sound.String
}

// Over tells whether the call has ended.
func (v CallView) Over() bool {
	return !slices.Contains([]string{statusQueued, statusRinging, statusInProgress}, v.Status)
}

// RoomView is one conference as the control API shows it.
type RoomView struct {
	SID       string     `json:"sid"`
	Name      string     `json:"name"`
	Status    string     `json:"status"` // init, in-progress, completed
	Reason    string     `json:"reason"` // why it ended
	Callback  string     `json:"callback"`
	Announces bool       `json:"announces"`
	Legs      []PartView `json:"legs"`
}

// PartView is one leg of a conference.
type PartView struct {
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
func (n *Network) Calls() []CallView {
	n.mu.Lock()
	defer n.mu.Unlock()
	views := make([]CallView, 0, len(n.legOrder))
	for _, l := range n.legOrder {
		views = append(views, n.view(l))
	}
	return views
}

// Live returns the calls that are not over, the newest first. It does not look through
// the calls of hours ago unless one of them goes on.
func (n *Network) Live() []CallView {
	n.mu.Lock()
	defer n.mu.Unlock()
	left := len(n.legOrder) - n.endedN
	views := make([]CallView, 0, left)
	for _, l := range slices.Backward(n.legOrder) {
		if len(views) == left {
			break
		}
		if !l.over() {
			views = append(views, n.view(l))
		}
	}
	return views
}

// Call returns one call, and false if there is none of that SID.
func (n *Network) Call(sid string) (CallView, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.legs[sid]
	if l == nil {
		return CallView{}, false
	}
	return n.view(l), true
}

func (n *Network) view(l *leg) CallView {
	v := CallView{
		SID: l.sid, From: l.from, To: l.to, Direction: l.direction, Status: l.status, Label: l.label(),
		Hears: words(n.hearing(l)),
	}
	if p := l.part; p != nil {
		v.Conference, v.Hold = p.room.name, p.hold
	}
	return v
}

// Conferences returns all remembered conferences, oldest first.
func (n *Network) Conferences() []RoomView {
	n.mu.Lock()
	defer n.mu.Unlock()
	views := make([]RoomView, 0, len(n.roomList))
	for _, r := range n.roomList {
		v := RoomView{
			SID: r.sid, Name: r.name, Status: r.status, Reason: r.reason, Callback: r.hook.url,
			Announces: r.announcement != nil && len(r.announcement.sounds) > 0, Legs: []PartView{},
		}
		for _, p := range r.parts {
			part := PartView{
				SID: p.leg.sid, Label: p.label, Status: p.status, Muted: p.muted, Hold: p.hold,
				Start: p.start, EndOnExit: p.endOnExit, Hears: words(n.hearing(p.leg)),
			}
			if p.coached != nil {
				part.Coaches = p.coached.sid
			}
			v.Legs = append(v.Legs, part)
		}
		views = append(views, v)
	}
	return views
}

// ClientView is one identity that rings when it is dialled.
type ClientView struct {
	Identity  string `json:"identity"`
	Endpoints int    `json:"endpoints"` // browsers
	Scripted  bool   `json:"scripted"`  // answered by the control API
}

// Clients returns who is registered, in order of their names.
func (n *Network) Clients() []ClientView {
	n.mu.Lock()
	defer n.mu.Unlock()
	views := make([]ClientView, 0, len(n.clients))
	for id, c := range n.clients {
		views = append(views, ClientView{Identity: id, Endpoints: len(c.endpoints), Scripted: c.scripted})
	}
	slices.SortFunc(views, func(a, b ClientView) int {
		if a.Identity < b.Identity {
			return -1
		}
		return 1
	})
	return views
}
