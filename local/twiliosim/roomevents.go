package twiliosim

import (
	"net/url"
	"strconv"
	"strings"
)

// roomEvent sends a conference's status callback, if it is wanted, and tells the event
// stream. class is the word of statusCallbackEvent, event the one that is sent; p is the
// participant concerned, or nil. Locked.
func (n *Network) roomEvent(r *room, p *participant, class, event string, extra map[string]string) {
	n.emitRoom(r, p, event, extra)
	r.seq++
	if !r.hook.wants(class) {
		return
	}
	v := url.Values{}
	v.Set("AccountSid", n.cfg.Account)
	v.Set("ConferenceSid", r.sid)
	v.Set("FriendlyName", r.name)
	v.Set("StatusCallbackEvent", event)
	v.Set("SequenceNumber", strconv.Itoa(r.seq))
	v.Set("Timestamp", rfc2822(n.clock.Now()))
	if p != nil {
		v.Set("CallSid", p.leg.sid)
		v.Set("Muted", strconv.FormatBool(p.muted))
		v.Set("Hold", strconv.FormatBool(p.hold))
		v.Set("Coaching", strconv.FormatBool(p.coached != nil))
		v.Set("StartConferenceOnEnter", strconv.FormatBool(p.start))
		v.Set("EndConferenceOnExit", strconv.FormatBool(p.endOnExit))
		if p.label != "" {
			v.Set("ParticipantLabel", p.label)
		}
	}
	for name, value := range extra {
		v.Set(name, value)
	}
	n.callback(r.sid, hook{event: event, sid: r.sid, url: r.hook.url, method: r.hook.method, form: v})
}

// conferenceEnd tells that a room has ended and why. Locked.
func (n *Network) conferenceEnd(r *room) {
	extra := map[string]string{"ReasonConferenceEnded": r.reason, "Reason": "Conference ended via API"}
	if by := r.endedBy; by != nil {
		who := by.leg.sid
		if by.label != "" {
			who = by.label
			extra["ParticipantLabelEndingConference"] = by.label
		}
		extra["CallSidEndingConference"] = by.leg.sid
		switch r.reason {
		case endedOwnerLeft, endedOwnerKicked:
			extra["Reason"] = "Participant " + who + " with endConferenceOnExit=true left"
		default:
			extra["Reason"] = "Last participant " + who + " left"
		}
	}
	n.roomEvent(r, nil, "end", "conference-end", extra)
}

// emitRoom tells the event stream of a conference's event.
func (n *Network) emitRoom(r *room, p *participant, event string, extra map[string]string) {
	e := Event{Event: event, Conference: r.name}
	for _, prefix := range []string{"participant-", "conference-"} {
		e.Event = strings.TrimPrefix(e.Event, prefix)
	}
	if p != nil {
		e.Call, e.Label = p.leg.sid, p.label
	}
	e.Detail = extra["ReasonParticipantLeft"] + extra["ReasonConferenceEnded"]
	n.emit(e)
}
