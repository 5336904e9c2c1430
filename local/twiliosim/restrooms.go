package twiliosim

import (
	"net/http"
	"slices"
)

func (n *Network) listConferences(q *restRequest) (int, any, *restError) {
	var list []*room
	is := func(name, value string) bool { return !q.form.Has(name) || q.form.Get(name) == value }
	for _, r := range slices.Backward(n.roomList) {
		if !is("FriendlyName", r.name) || !is("Status", r.status) {
			continue
		}
		created, err := q.between("DateCreated", r.created)
		updated, err2 := q.between("DateUpdated", r.updated)
		if err != nil || err2 != nil {
			return 0, nil, refused(20001, "DateCreated and DateUpdated: "+errDay.Error())
		}
		if created && updated {
			list = append(list, r)
		}
	}
	from, to, body := q.page(len(list))
	rooms := make([]any, 0, to-from)
	for _, r := range list[from:to] {
		rooms = append(rooms, n.roomJSON(r))
	}
	body["conferences"] = rooms
	return http.StatusOK, body, nil
}

func (n *Network) fetchConference(q *restRequest) (int, any, *restError) {
	r := n.rooms[q.args[0]]
	if r == nil {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, n.roomJSON(r), nil
}

func (n *Network) updateConference(q *restRequest) (int, any, *restError) {
	r := n.rooms[q.args[0]]
	if r == nil {
		return 0, nil, notFound(q.path)
	}
	status := q.form.Get("Status")
	if status != "" && status != roomCompleted {
		return 0, nil, refused(20001, "Invalid Status: want completed")
	}
	t, bad := q.document("AnnounceUrl", "AnnounceMethod", 20001, http.MethodPost)
	if bad != nil {
		return 0, nil, bad
	}
	if t.url != "" {
		if !r.started() {
			return 0, nil, refused(16099, "The conference is not in progress")
		}
		n.announce(r, nil, t)
	}
	if status == roomCompleted {
		n.endRoom(r, endedByAPI, nil)
	}
	return http.StatusOK, n.roomJSON(r), nil
}

// roomJSON is a conference as Twilio writes it. Locked.
func (n *Network) roomJSON(r *room) map[string]any {
	uri := "/" + apiVersion + "/Accounts/" + n.cfg.Account + "/Conferences/" + r.sid
	body := map[string]any{
		"sid": r.sid, "account_sid": n.cfg.Account, "api_version": apiVersion, "friendly_name": r.name, "region": r.region,
		"status": r.status, "date_created": stamp(r.created), "date_updated": stamp(r.updated),
		"reason_conference_ended": text(r.reason), "call_sid_ending_conference": nil, "uri": uri + ".json",
		"subresource_uris": map[string]any{"participants": uri + "/Participants.json", "recordings": uri + "/Recordings.json"},
	}
	if r.endedBy != nil {
		body["call_sid_ending_conference"] = r.endedBy.leg.sid
	}
	return body
}
