package conference

import (
	"net/url"
	"strconv"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// Effect is something that has to be done because a conference has changed: one of Event,
// PlayWait, PlayHold, Left, Continue and Cancel.
type Effect interface{ effect() }

type (
	// Event is to be told: to the stream of events, and by a status callback if it is wanted.
	Event struct {
		Conference  *Conference
		Participant *Participant // whom it concerns, or nil
		Name        string       // StatusCallbackEvent
		Detail      string       // why somebody left, or the conference ended
		Callback    *Callback    // nil if none is wanted
	}
	// PlayWait lets a participant hear its waitUrl until the conference starts.
	PlayWait struct{ *Participant }
	// PlayHold lets a held participant hear a document; without one the default music.
	PlayHold struct {
		*Participant
		Music legs.Document
	}
	// Left frees the leg of a participant that is in no conference any more.
	Left struct{ *Participant }
	// Continue lets a leg go on that was in a conference and is not over: with what its
	// Dial says, or to its end.
	Continue struct{ *legs.Leg }
	// Cancel ends a leg that still rings.
	Cancel struct{ *legs.Leg }
)

func (Event) effect()    {}
func (PlayWait) effect() {}
func (PlayHold) effect() {}
func (Left) effect()     {}
func (Continue) effect() {}
func (Cancel) effect()   {}

// Callback is the status callback of an Event.
type Callback struct {
	URL, Method string
	Form        url.Values
}

// The words of statusCallbackEvent, each of which asks for a class of events.
const (
	classStart        = "start"
	classEnd          = "end"
	classJoin         = "join"
	classLeave        = "leave"
	classMute         = "mute"
	classHold         = "hold"
	classModify       = "modify"
	classAnnouncement = "announcement"
)

// event makes and counts an event: https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent
func (c *Conference) event(p *Participant, class, name string, extra map[string]string, now time.Time) Event {
	e := Event{Conference: c, Participant: p, Name: name}
	e.Detail = extra["ReasonParticipantLeft"] + extra["ReasonConferenceEnded"]
	c.sequence++
	if !c.Hook.Wants(class) {
		return e
	}
	v := url.Values{}
	v.Set("AccountSid", c.account)
	v.Set("ConferenceSid", c.SID)
	v.Set("FriendlyName", c.Name)
	v.Set("StatusCallbackEvent", name)
	v.Set("SequenceNumber", strconv.Itoa(c.sequence))
	v.Set("Timestamp", notation.Time(now))
	if p != nil {
		v.Set("CallSid", p.Leg.SID)
		v.Set("Muted", strconv.FormatBool(p.Muted))
		v.Set("Hold", strconv.FormatBool(p.Hold))
		v.Set("Coaching", strconv.FormatBool(p.Coached != nil))
		v.Set("StartConferenceOnEnter", strconv.FormatBool(p.Start))
		v.Set("EndConferenceOnExit", strconv.FormatBool(p.EndOnExit))
		if p.Label != "" {
			v.Set("ParticipantLabel", p.Label)
		}
	}
	for name, value := range extra {
		v.Set(name, value)
	}
	e.Callback = &Callback{URL: c.Hook.URL, Method: c.Hook.Method, Form: v}
	return e
}

// endEvent tells that a conference has ended and why.
func (c *Conference) endEvent(now time.Time) Event {
	extra := map[string]string{"ReasonConferenceEnded": c.Reason, "Reason": "Conference ended via API"}
	if by := c.EndedBy; by != nil {
		who := by.Leg.SID
		if by.Label != "" {
			who = by.Label
			extra["ParticipantLabelEndingConference"] = by.Label
		}
		extra["CallSidEndingConference"] = by.Leg.SID
		switch c.Reason {
		case EndedByExit, EndedByKickedExit:
			extra["Reason"] = "Participant " + who + " with endConferenceOnExit=true left"
		default:
			extra["Reason"] = "Last participant " + who + " left"
		}
	}
	return c.event(nil, classEnd, "conference-end", extra, now)
}

// Announced tells how an announcement went, to a participant or, with nil, to all; problem
// says why it could not be played.
func (c *Conference) Announced(p *Participant, address string, problem *notation.Problem, now time.Time) Event {
	extra := map[string]string{"AnnounceUrl": address}
	if problem == nil {
		return c.event(p, classAnnouncement, "announcement-end", extra, now)
	}
	extra["ReasonAnnouncementFailed"] = problem.Text
	return c.event(p, classAnnouncement, "announcement-fail", extra, now)
}
