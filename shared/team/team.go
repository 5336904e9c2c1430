// Package team has the use cases of the team's view: what a supervisor sees of the whole line, and what they do to it.
//
// It decides who may ask: only a supervisor, before anything is read.
package team

import (
	"context"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/teamview"
)

// Shelf reads what the view shows. Its errors are those of service.Store.
type Shelf interface {
	service.AgentReader
	// Agents is that of service.Lists.
	Agents(ctx context.Context, from string) (page []agent.Agent, next string, err error)
	// Owned lists the calls that are in no queue, those that arrived first at the head; n at most.
	Owned(ctx context.Context, n int) ([]call.ID, error)
	// Queued lists the callers without an owner, in the queue's order; n at most.
	Queued(ctx context.Context, n int) ([]call.ID, error)
	// LiveCalls reads calls, in their order; one that is named twice, once. It may see them as they were a moment ago,
	// and leaves out those that are gone.
	LiveCalls(ctx context.Context, ids []call.ID) ([]*call.Call, error)
	Records
}

// Service carries out a supervisor's acts: it is service.Service.
type Service interface {
	SetStatusOf(
		ctx context.Context, who service.Principal, id agent.ID, s agent.Status, request string, now time.Time,
	) error
	EndCall(ctx context.Context, who service.Principal, id call.ID, request string, now time.Time) error
	Watch(ctx context.Context, who service.Principal, id call.ID, m call.Mode, request string, now time.Time) error
	Unwatch(ctx context.Context, who service.Principal, id call.ID, request string, now time.Time) error
	OfferTo(
		ctx context.Context, who service.Principal, id call.ID, to agent.ID, request string, now time.Time,
	) error
}

const (
	// mostCalls is how many callers who wait, and how many calls with an owner, one view shows.
	mostCalls = 100
	// maxRequest is the longest request key, in characters.
	maxRequest = 64
)

// Team carries out the use cases.
type Team struct {
	Shelf Shelf
	Day   *Day // nil: the line keeps no records
}

// View is what the supervisor sees. What cannot be read is unknown in it, and the rest is shown. Since is when the day
// began for the supervisor; zero: the day of UTC.
func (t *Team) View(ctx context.Context, who service.Principal, since, now time.Time) (teamview.View, error) {
	if !who.Supervisor {
		return teamview.View{}, service.ErrNotSupervisor
	}
	if since.IsZero() {
		since = now.UTC().Truncate(24 * time.Hour)
	}
	if since.After(now) || now.Sub(since) > longestDay {
		return teamview.View{}, archive.BadRequestError("The day began in the future, or before yesterday.")
	}
	if err := service.MayAsk(ctx, t.Shelf, who); err != nil {
		return teamview.View{}, err
	}
	seen := teamview.Seen{For: who.ID}
	agents, next, err := t.Shelf.Agents(ctx, "")
	seen.Agents = teamview.List[agent.Agent]{Items: agents, More: next != "", Unknown: err != nil}
	// In this order a caller who is answered between the two is in both lists, and not in neither.
	queued, err := t.Shelf.Queued(ctx, mostCalls+1)
	seen.WaitingMore, seen.WaitingUnknown = len(queued) > mostCalls, err != nil
	owned, err := t.Shelf.Owned(ctx, mostCalls+1)
	seen.Calls.More, seen.Calls.Unknown = len(owned) > mostCalls, err != nil
	ids := append(queued[:min(len(queued), mostCalls)], owned[:min(len(owned), mostCalls)]...)
	if seen.Calls.Items, err = t.Shelf.LiveCalls(ctx, ids); err != nil {
		seen.Calls, seen.WaitingUnknown = teamview.List[*call.Call]{Unknown: true}, true
	}
	seen.Day = teamview.Day{Since: since, Unknown: true}
	if t.Day != nil {
		seen.Day = t.Day.Read(ctx, t.Shelf, since, now)
	}
	return teamview.Of(seen, now), nil
}

// Act is what a supervisor asks for by a press.
type Act struct {
	Action  teamview.Action `json:"action"`
	Agent   agent.ID        `json:"agent"`
	Call    call.ID         `json:"call"`
	Request string          `json:"request"` // the page's request key
}

// Do carries out an act. Repeated with the same request key it has no second effect (N7). An error means that nothing
// was changed; only after service.ErrUnavailable that is unknown, and a repetition with the same key finds out.
func (t *Team) Do(ctx context.Context, s Service, who service.Principal, a Act, now time.Time) error {
	if !who.Supervisor {
		return service.ErrNotSupervisor
	}
	if a.Request == "" || utf8.RuneCountInString(a.Request) > maxRequest {
		return archive.BadRequestError("An act has a request key of at most 64 characters.")
	}
	alone := a.Action == teamview.End || a.Action == teamview.Leave || a.Action.Mode() != ""
	ofCall, ofAgent := alone || a.Action == teamview.Offer, !alone
	if ofCall != a.Call.Valid() || !ofCall && a.Call != "" || ofAgent != (a.Agent != "") {
		return archive.BadRequestError("The act does not name what it is about.")
	}
	if ofAgent && !agent.Valid(string(a.Agent)) {
		return service.ErrNoTarget
	}
	switch a.Action {
	case teamview.SetAway:
		return s.SetStatusOf(ctx, who, a.Agent, agent.Away, a.Request, now)
	case teamview.SetAvailable:
		return s.SetStatusOf(ctx, who, a.Agent, agent.Available, a.Request, now)
	case teamview.Listen, teamview.Coach, teamview.Barge:
		return s.Watch(ctx, who, a.Call, a.Action.Mode(), a.Request, now)
	case teamview.Leave:
		return s.Unwatch(ctx, who, a.Call, a.Request, now)
	case teamview.End:
		return s.EndCall(ctx, who, a.Call, a.Request, now)
	case teamview.Offer:
		return s.OfferTo(ctx, who, a.Call, a.Agent, a.Request, now)
	}
	return archive.BadRequestError("There is no such act.")
}
