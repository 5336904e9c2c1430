package twilio

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/agent"
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
// Twilio's list tells whom a call calls, that we call, that it lives and when it was made,
// but neither its Url nor anything else of ours. So a call in it may be another conference's,
// or another application's of the account, made in the same moment. That there is none
// proves that ours was not made, and that is all that the list is good for: a call that
// was taken for ours would be hung up on, and ours would be refused. The leg's own
// callbacks carry its key. One of which all are lost cannot be hung up on before somebody
// picks up and its document is fetched; it rings no longer than its time-out.
//
// Whether its To is kept with the parameters that it was made with, and found without
// them, is not documented: if the narrow list does not have it, the account's last calls
// are looked through as well.
func (c *callControl) FindLeg(ctx context.Context, to agent.ID, since time.Time) error {
	party := string(to)
	if !strings.HasPrefix(party, "+") {
		party = "client:" + party
	}
	narrow := (&api.ListCallParams{}).SetTo(party).SetPageSize(fewCalls)
	wide := (&api.ListCallParams{}).SetPageSize(recentCalls)
	return c.create(ctx, func(s *api.ApiService) error {
		for _, p := range []*api.ListCallParams{narrow, wide} {
			page, err := s.PageCall(p, "", "")
			if err != nil {
				return err
			}
			may := func(call api.ApiV2010Call) bool { return mayBe(call, c.set.Number, party, since.Add(-dateSlack)) }
			if slices.ContainsFunc(page.Calls, may) {
				return nil
			}
		}
		return switchboard.ErrNotFound
	})
}

// live are the states of a call that is not over.
var live = []string{"queued", "initiated", "ringing", "in-progress"}

// mayBe says whether a call may be one from us to a party that was made not before since. Of
// one without a date it is not known that it was made before.
func mayBe(call api.ApiV2010Call, from, party string, since time.Time) bool {
	to, _, _ := strings.Cut(value(call.To), "?")
	made, err := date(value(call.DateCreated))
	return to == party && value(call.From) == from && slices.Contains(live, value(call.Status)) && (err != nil || !made.Before(since))
}

// date reads a date of the API: RFC 2822, "Tue, 31 Aug 2010 20:36:28 +0000".
func date(s string) (time.Time, error) { return time.Parse(time.RFC1123Z, s) }
