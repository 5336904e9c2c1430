// Package teamview makes what a supervisor's page shows of the whole line: who waits, every call, every agent, and the
// day's figures, as openapi.yaml describes it.
//
// It is pure: it is given what was loaded, and what could not be. What is not known is said to be unknown, and is never
// shown as zero.
package teamview

import (
	"cmp"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// Seen is what was loaded. The lists may lag; each call and each agent is as it was stored.
type Seen struct {
	Calls  List[*call.Call] // live ones
	Agents List[agent.Agent]
	// WaitingMore: there are more waiting callers than those of Calls. WaitingUnknown: it is not known who waits, or
	// not of all.
	WaitingMore, WaitingUnknown bool
	For                         agent.ID // the supervisor who looks
	Day                         Day
}

// List is a list that was loaded, as far as it goes.
type List[T any] struct {
	Items   []T
	More    bool // there are more
	Unknown bool // it could not be read, or not all of it
}

// Day is what was read of the calls that arrived and have ended since the beginning of the day.
type Day struct {
	Since   time.Time
	Ended   []Ended
	Partial bool // there are more
	Unknown bool // it could not be read, or the line keeps no records
}

// View is all that the team's view shows.
type View struct {
	At      time.Time     `json:"at"`
	Waiting Part[Waiting] `json:"waiting"`
	Calls   Part[Call]    `json:"calls"`
	Agents  Part[Agent]   `json:"agents"`
	Today   Figures       `json:"today"`
	// Renew: the supervisor who looks may be in a call, and their claim is to be extended.
	Renew bool `json:"-"`
}

// Part is one list of the view.
type Part[T any] struct {
	List    []T  `json:"list"`
	More    bool `json:"more,omitempty"`
	Unknown bool `json:"unknown,omitempty"`
}

// Waiting is a caller without an owner.
type Waiting struct {
	Call     call.ID               `json:"call"`
	Caller   agentview.CallerView  `json:"caller"`
	Since    time.Time             `json:"since"`
	Place    int                   `json:"place"`
	Requeued bool                  `json:"requeued,omitempty"` // has talked before
	Kept     bool                  `json:"kept,omitempty"`     // not on the line: they keep their place and are called
	Rung     []agentview.PartyView `json:"rung"`
	Overdue  bool                  `json:"overdue,omitempty"`
	Actions  []Action              `json:"actions"`
}

// Call is a call with an owner.
type Call struct {
	Call    call.ID              `json:"call"`
	Caller  agentview.CallerView `json:"caller"`
	State   call.State           `json:"state"`
	Since   time.Time            `json:"since"`
	Owner   *agentview.PartyView `json:"owner,omitempty"`
	Overdue bool                 `json:"overdue,omitempty"`
	// Hear are the parties who hear each other, Music those who hear music, Rung those whose phone rings. The caller's
	// id is CallerID.
	Hear  []agentview.PartyView `json:"hear"`
	Music []agentview.PartyView `json:"music"`
	Rung  []agentview.PartyView `json:"rung"`
	// Supervisors are in the call without a place in it.
	Supervisors []agentview.SupervisorView `json:"supervisors,omitempty"`
	Actions     []Action                   `json:"actions"`
}

// CallerID is the caller's id as a party. It is no agent's and no number.
const CallerID = "#caller"

// Agent is one agent.
type Agent struct {
	ID       agent.ID       `json:"id"`
	Name     string         `json:"name"`
	Status   agent.Status   `json:"status"`
	Presence agent.Presence `json:"presence"`
	Since    time.Time      `json:"since"` // when Presence began
	Seen     time.Time      `json:"seen"`
	Rung     bool           `json:"rung,omitempty"`
	Call     call.ID        `json:"call,omitempty"`
	By       string         `json:"by,omitempty"`     // the supervisor who has set Status
	Missed   *int           `json:"missed,omitempty"` // offers that rang out today; nil: not known
	Actions  []Action       `json:"actions"`
}

// Action is what a supervisor may do.
type Action string

const (
	SetAway      Action = "away"
	SetAvailable Action = "available"
	End          Action = "end"
	Offer        Action = "offer" // a waiting caller, to a named agent
	Listen       Action = "listen"
	Coach        Action = "coach"
	Barge        Action = "barge"
	Leave        Action = "leave" // end the supervisor's own leg
)

// Actions lists every action.
var Actions = []Action{SetAway, SetAvailable, End, Offer, Listen, Coach, Barge, Leave}

// Mode is the mode that the action asks for; "" if it is another action.
func (a Action) Mode() call.Mode {
	if m := call.Mode(a); slices.Contains(call.Modes, m) {
		return m
	}
	return ""
}

// Of is the view of what was loaded.
func Of(seen Seen, now time.Time) View {
	v := View{
		At:      now,
		Waiting: Part[Waiting]{List: []Waiting{}, More: seen.WaitingMore, Unknown: seen.WaitingUnknown},
		Calls:   Part[Call]{List: []Call{}, More: seen.Calls.More, Unknown: seen.Calls.Unknown},
		Agents:  Part[Agent]{List: []Agent{}, More: seen.Agents.More, Unknown: seen.Agents.Unknown},
	}
	calls := slices.Clone(seen.Calls.Items)
	slices.SortStableFunc(calls, inOrder)
	for _, c := range calls {
		switch {
		case c.State == call.Ended, c.Kept.Lent != "": // its caller is in another call
		case c.Queues():
			v.Waiting.List = append(v.Waiting.List, waiting(c, len(v.Waiting.List)+1, now))
		default:
			v.Calls.List = append(v.Calls.List, live(c, seen, now))
		}
	}
	var missed map[string]int
	v.Today, missed = figures(seen, now)
	me := slices.IndexFunc(seen.Agents.Items, func(a agent.Agent) bool { return a.ID == seen.For })
	v.Renew = me < 0 || seen.Agents.Items[me].Claim.Watches()
	for _, a := range seen.Agents.Items {
		v.Agents.List = append(v.Agents.List, person(a, missed, now))
	}
	return v
}

// inOrder is the queue's order for callers who wait; other calls are in the order of their last change of state.
func inOrder(a, b *call.Call) int {
	if a.Queues() && b.Queues() {
		if a.Requeued != b.Requeued {
			if a.Requeued {
				return -1
			}
			return 1
		}
		return cmp.Or(a.Queued.Compare(b.Queued), cmp.Compare(a.ID, b.ID))
	}
	return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
}

func caller(c *call.Call) agentview.CallerView {
	return agentview.CallerView{Number: c.From, Verified: c.Verified, Arrived: c.Arrived, Waiting: c.WaitsSince()}
}

func waiting(c *call.Call, place int, now time.Time) Waiting {
	w := Waiting{
		Call: c.ID, Caller: caller(c), Since: c.WaitsSince(), Place: place, Requeued: c.Requeued,
		Kept: c.State == call.KeepsPlace, Overdue: c.Overdue(now), Rung: []agentview.PartyView{}, Actions: []Action{},
	}
	for _, l := range c.Legs {
		if l.Key == c.Offer {
			w.Rung = append(w.Rung, party(l))
		}
	}
	if c.State == call.Waiting && !c.BeingAsked() {
		w.Actions = append(w.Actions, Offer)
	}
	if w.Kept && c.Supervision(now).MayEndCall() == nil {
		w.Actions = append(w.Actions, End)
	}
	return w
}

func party(l call.Leg) agentview.PartyView {
	return agentview.PartyView{ID: string(l.Agent) + l.Number, Name: cmp.Or(l.Name, string(l.Agent)+l.Number)}
}

// live is a call with an owner. Who hears whom follows from what Twilio has confirmed, not from the state.
func live(c *call.Call, seen Seen, now time.Time) Call {
	v := Call{
		Call: c.ID, Caller: caller(c), State: c.State, Since: c.Since, Overdue: c.Overdue(now),
		Hear: []agentview.PartyView{}, Music: []agentview.PartyView{}, Rung: []agentview.PartyView{},
		Actions: []Action{},
	}
	place := func(p agentview.PartyView, held bool) {
		if held {
			v.Music = append(v.Music, p)
		} else {
			v.Hear = append(v.Hear, p)
		}
	}
	place(agentview.PartyView{ID: CallerID, Name: "The caller"}, c.Caller.Held)
	for _, l := range c.Legs {
		switch {
		case l.Agent == "" && l.Number == "": // unknown, and about to be ended
		case l.Phase == call.LegAnswered:
			place(party(l), l.Held)
		default:
			v.Rung = append(v.Rung, party(l))
		}
		if l.Key == c.Owner {
			p := party(l)
			v.Owner = &p
		}
	}
	if c.Supervision(now).MayEndCall() == nil {
		v.Actions = append(v.Actions, End)
	}
	v.Supervisors = agentview.Supervisors(c, true, now)
	v.Actions = append(v.Actions, watchActions(c, seen, now)...)
	return v
}

// watchActions are what the supervisor who looks may do with their own leg in a call. Who is in another call already,
// in whatever part, must leave that first.
func watchActions(c *call.Call, seen Seen, now time.Time) (list []Action) {
	mine := c.WatcherOf(seen.For)
	claimed := func(a agent.Agent) bool { return a.ID == seen.For && a.Claimed(now) }
	busy := slices.ContainsFunc(seen.Agents.Items, claimed)
	if seen.For == "" || mine == nil && busy {
		return nil
	}
	for _, m := range call.Modes {
		if c.Supervision(now).May(seen.For, m) == nil && (mine == nil || mine.Mode != m) {
			list = append(list, Action(m))
		}
	}
	if mine != nil {
		list = append(list, Leave)
	}
	return list
}

func person(a agent.Agent, missed map[string]int, now time.Time) Agent {
	v := Agent{
		ID: a.ID, Name: a.Name, Status: a.Status, Presence: a.Presence(now), Since: a.PresenceSince(now),
		Seen: a.LastSeen(), Rung: a.Rung(now), By: a.StatusBy, Actions: []Action{},
	}
	if a.Claimed(now) {
		v.Call = call.ID(a.Claim.Call)
	}
	if missed != nil {
		n := missed[string(a.ID)]
		v.Missed = &n
	}
	if a.MayChoose(agent.Available, now) {
		v.Actions = append(v.Actions, SetAvailable)
	}
	if a.MayChoose(agent.Away, now) {
		v.Actions = append(v.Actions, SetAway)
	}
	return v
}
