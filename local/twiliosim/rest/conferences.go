package rest

import (
	"cmp"
	"errors"
	"net/http"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/notation"
)

// listConferences answers as Twilio does since 2026-09-30: without a Status there are those
// in progress alone. Of those that have not started yet nothing is said, so they are left
// out, too. https://www.twilio.com/en-us/changelog/conference-list-endpoint-rollout-extended
func (s *Server) listConferences(q *request) (int, any, *failure) {
	var bad error
	status := cmp.Or(q.form.Get("Status"), conference.InProgress)
	list := s.core.Conferences(func(c *conference.Conference) bool {
		if !q.is("FriendlyName", c.Name) || status != c.Status {
			return false
		}
		created, err := q.between("DateCreated", c.Created)
		updated, err2 := q.between("DateUpdated", c.Updated)
		bad = errors.Join(bad, err, err2)
		return created && updated
	})
	if bad != nil {
		return 0, nil, refuse(20001, "DateCreated and DateUpdated: "+errDay.Error())
	}
	from, to, body := q.page(len(list))
	conferences := make([]any, 0, to-from)
	for _, c := range list[from:to] {
		conferences = append(conferences, s.showConference(c))
	}
	body["conferences"] = conferences
	return http.StatusOK, body, nil
}

func (s *Server) fetchConference(q *request) (int, any, *failure) {
	c, err := s.core.Conference(q.args[0])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showConference(c), nil
}

func (s *Server) updateConference(q *request) (int, any, *failure) {
	if _, err := s.core.Conference(q.args[0]); err != nil {
		return 0, nil, failureOf(q, err)
	}
	status := q.form.Get("Status")
	if status != "" && status != conference.Completed {
		return 0, nil, refuse(20001, "Invalid Status: want completed")
	}
	announcement, bad := q.document("AnnounceUrl", "AnnounceMethod", 20001, http.MethodPost)
	if bad != nil {
		return 0, nil, bad
	}
	c, err := s.core.UpdateConference(q.args[0], announcement, status == conference.Completed)
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showConference(c), nil
}

// showConference is a conference as Twilio writes it.
func (s *Server) showConference(c exchange.Conference) map[string]any {
	uri := "/" + notation.Version + "/Accounts/" + s.Account + "/Conferences/" + c.SID
	return map[string]any{
		"sid": c.SID, "account_sid": s.Account, "api_version": notation.Version, "friendly_name": c.Name,
		"region": c.Region, "status": c.Status, "date_created": stamp(c.Created), "date_updated": stamp(c.Updated),
		"reason_conference_ended": text(c.Reason), "call_sid_ending_conference": text(c.EndedBy), "uri": uri + ".json",
		"subresource_uris": map[string]any{
			"participants": uri + "/Participants.json", "recordings": uri + "/Recordings.json",
		},
	}
}
