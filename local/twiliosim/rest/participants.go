package rest

import (
	"net/http"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/notation"
)

// createParticipant dials a party and lets it join when it answers. By a name without
// a live conference a new one is opened; by the SID of one that has ended it fails.
func (s *Server) createParticipant(q *request) (int, any, *failure) {
	if err := s.core.MayAdd(q.args[0]); err != nil {
		return 0, nil, failureOf(q, err)
	}
	o, bad := s.order(q, 13223, 5)
	if bad != nil {
		return 0, nil, bad
	}
	at, bad := q.place()
	if bad != nil {
		return 0, nil, bad
	}
	p, err := s.core.AddParticipant(q.args[0], o, at)
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	body := s.showParticipant(p)
	body["queue_time"] = milliseconds(p.QueueTime)
	return http.StatusCreated, body, nil
}

// place reads how a participant is to be in its conference.
func (q *request) place() (exchange.Place, *failure) {
	at := exchange.Place{
		Label: q.form.Get("Label"), Muted: q.flag("Muted", false),
		Start: q.flag("StartConferenceOnEnter", true), EndOnExit: q.flag("EndConferenceOnExit", false),
		EarlyMedia: q.flag("EarlyMedia", true), Most: whole(q.form.Get("MaxParticipants"), conference.DefaultMost),
		BeepOnExit: conference.BeepsOnExit(q.form.Get("Beep")),
	}
	var bad *failure
	if at.Wait, bad = q.document("WaitUrl", "WaitMethod", 21205, http.MethodPost); bad != nil {
		return at, bad
	}
	if q.form.Has("WaitUrl") && at.Wait.URL == "" {
		at.Wait.URL = conference.Silent
	}
	if at.Callback, bad = q.hook("ConferenceStatusCallback", "start end"); bad != nil {
		return at, bad
	}
	if q.flag("Coaching", true) {
		at.Coached = q.form.Get("CallSidToCoach")
	}
	return at, nil
}

func (s *Server) listParticipants(q *request) (int, any, *failure) {
	all, err := s.core.Participants(q.args[0])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	var list []exchange.Participant
	is := func(name string, value bool) bool { return !q.form.Has(name) || q.flag(name, false) == value }
	for _, p := range all {
		if is("Muted", p.Muted) && is("Hold", p.Hold) && is("Coaching", p.Coached != "") {
			list = append(list, p)
		}
	}
	from, to, body := q.page(len(list))
	participants := make([]any, 0, to-from)
	for _, p := range list[from:to] {
		participants = append(participants, s.showParticipant(p))
	}
	body["participants"] = participants
	return http.StatusOK, body, nil
}

func (s *Server) fetchParticipant(q *request) (int, any, *failure) {
	p, err := s.core.Participant(q.args[0], q.args[1])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showParticipant(p), nil
}

func (s *Server) deleteParticipant(q *request) (int, any, *failure) {
	if err := s.core.RemoveParticipant(q.args[0], q.args[1]); err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusNoContent, nil, nil
}

// updateParticipant changes a participant. Everything is checked before anything is
// changed.
func (s *Server) updateParticipant(q *request) (int, any, *failure) {
	if _, err := s.core.Participant(q.args[0], q.args[1]); err != nil {
		return 0, nil, failureOf(q, err)
	}
	change, bad := q.placeChange()
	if bad != nil {
		return 0, nil, bad
	}
	p, err := s.core.UpdateParticipant(q.args[0], q.args[1], change)
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showParticipant(p), nil
}

// placeChange reads what is to become of a participant.
func (q *request) placeChange() (exchange.PlaceChange, *failure) {
	c := exchange.PlaceChange{
		Muted: q.optional("Muted"), Hold: q.optional("Hold"),
		EndOnExit: q.optional("EndConferenceOnExit"), BeepOnExit: q.optional("BeepOnExit"),
		Coached: q.form.Get("CallSidToCoach"), StopCoaching: !q.flag("Coaching", true),
	}
	var bad *failure
	if c.HoldMusic, bad = q.document("HoldUrl", "HoldMethod", 20001, http.MethodGet); bad != nil {
		return c, bad
	}
	if c.Wait, bad = q.document("WaitUrl", "WaitMethod", 20001, http.MethodPost); bad != nil {
		return c, bad
	}
	c.Announcement, bad = q.document("AnnounceUrl", "AnnounceMethod", 20001, http.MethodPost)
	return c, bad
}

// showParticipant is a participant as Twilio writes it.
func (s *Server) showParticipant(p exchange.Participant) map[string]any {
	return map[string]any{
		"account_sid": s.Account, "call_sid": p.Call, "conference_sid": p.Conference, "label": text(p.Label),
		"call_sid_to_coach": text(p.Coached), "coaching": p.Coached != "", "muted": p.Muted, "hold": p.Hold,
		"start_conference_on_enter": p.Start, "end_conference_on_exit": p.EndOnExit, "status": p.Status,
		"date_created": stamp(p.Created), "date_updated": stamp(p.Updated), "queue_time": nil,
		"uri": "/" + notation.Version + "/Accounts/" + s.Account + "/Conferences/" + p.Conference +
			"/Participants/" + p.Call + ".json",
	}
}
