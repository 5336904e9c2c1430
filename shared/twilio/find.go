package twilio

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/service"
)

const (
	// fewCalls is how many of a party's latest calls are listed; only one of them can be live.
	fewCalls = 20
	// recentCalls is how many of the account's latest calls are listed.
	recentCalls = 100
	// dateSlack allows for dates without fractions of a second, and for clocks that differ.
	dateSlack = 2 * time.Second
)

// FindLeg implements service.CallControl.
//
// Twilio's list (https://www.twilio.com/docs/voice/api/call-resource) tells a call's To, From, status and date, and
// neither its Url nor anything else of ours. A listed call may therefore belong to another call of ours, or to another
// application of the account, made in the same moment. So the list can only prove that our leg does not exist. It
// cannot identify one: we would hang up somebody else's call, and refuse our own. The callbacks of a leg carry its key.
// A leg of which neither the answer to its dial nor a callback has told the CallSid cannot be hung up before somebody
// answers it and its document is fetched; it rings no longer than its time-out.
//
// Twilio does not document whether a client's To is stored with its parameters, and whether a list by
// the bare name finds it. If the narrow list does not have the leg, the account's latest calls are
// listed too.
func (c *callControl) FindLeg(ctx context.Context, to agent.ID, since time.Time) error {
	party := string(to)
	if !strings.HasPrefix(party, "+") {
		party = "client:" + party
	}
	narrow := (&api.ListCallParams{}).SetTo(party).SetPageSize(fewCalls)
	wide := (&api.ListCallParams{}).SetPageSize(recentCalls)
	return c.ask(ctx, func(s *api.ApiService) error {
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
		return service.ErrNotFound
	})
}

// live are the statuses of a call that is not over.
var live = []string{"queued", "initiated", "ringing", "in-progress"}

// mayBe reports whether a call may be one from us to the party, made not before since. A call without
// a date may be.
func mayBe(call api.ApiV2010Call, from, party string, since time.Time) bool {
	to, _, _ := strings.Cut(value(call.To), "?")
	made, err := date(value(call.DateCreated))
	return to == party && value(call.From) == from && slices.Contains(live, value(call.Status)) &&
		(err != nil || !made.Before(since))
}

// date reads a date of the API: RFC 2822, "Tue, 31 Aug 2010 20:36:28 +0000".
func date(s string) (time.Time, error) { return time.Parse(time.RFC1123Z, s) }
