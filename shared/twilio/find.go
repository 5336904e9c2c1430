package twilio

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

const (
	// fewCalls is how many of a party's last calls are looked at: one of them is live.
	fewCalls = 20
	// recentCalls is how many of the account's last calls are looked at.
	recentCalls = 100
	// dateSlack covers dates without fractions of a second, and clocks that differ.
	dateSlack = 2 * time.Second
)

// FindLeg implements switchboard.CallControl.
//
// Twilio's list does not tell a call's Url, so a leg is recognised by whom it calls, that
// we call, that it lives and when it was made. For an agent that is enough, since he is
// claimed for one conference at a time. A number may be called for another conference, or
// by another application of the account, at the same moment; whose leg it is cannot be
// told, and a wrong one would be hung up on. So none is found: the leg's own callbacks
// carry its key, and one of which all are lost rings no longer than its time-out, and is
// refused by its webhook if somebody picks up.
//
// Whether its To is kept with the parameters that
// it was made with, and found without them, is not documented: if the narrow list
// does not have it, the account's last calls are looked through as well.
func (c *callControl) FindLeg(ctx context.Context, to agent.ID, since time.Time) (leg conference.LegID, err error) {
	if strings.HasPrefix(string(to), "+") {
		return "", switchboard.ErrNotFound
	}
	party := "client:" + string(to)
	narrow := (&api.ListCallParams{}).SetTo(party).SetPageSize(fewCalls)
	wide := (&api.ListCallParams{}).SetPageSize(recentCalls)
	err = c.create(ctx, func(s *api.ApiService) error {
		for _, p := range []*api.ListCallParams{narrow, wide} {
			page, err := s.PageCall(p, "", "")
			if err != nil {
				return err
			}
			if leg = newestLive(page.Calls, c.set.Number, party, since.Add(-dateSlack)); leg != "" {
				return nil
			}
		}
		return switchboard.ErrNotFound
	})
	return leg, err
}

// newestLive is the live call from us to a party that was made last and not before since.
func newestLive(calls []api.ApiV2010Call, from, party string, since time.Time) (leg conference.LegID) {
	latest := since
	for _, call := range calls {
		name, _, _ := strings.Cut(value(call.To), "?")
		live := slices.Contains([]string{"queued", "initiated", "ringing", "in-progress"}, value(call.Status))
		made, err := date(value(call.DateCreated))
		if name != party || value(call.From) != from || !live || err != nil || made.Before(latest) {
			continue
		}
		if leg == "" || made.After(latest) {
			leg, latest = conference.LegID(value(call.Sid)), made
		}
	}
	return leg
}

// date reads a date of the API: RFC 2822, "Tue, 31 Aug 2010 20:36:28 +0000".
func date(s string) (time.Time, error) { return time.Parse(time.RFC1123Z, s) }
