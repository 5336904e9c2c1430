// Package agentview makes what an agent's page shows: the snapshot, as openapi.yaml describes it.
//
// It is pure: it is given what was loaded.
package agentview

import (
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// Snapshot is all that one agent's page shows, as openapi.yaml describes it.
type Snapshot struct {
	At    time.Time `json:"at"`
	Agent SelfView  `json:"agent"`
	Call  *CallView `json:"call"`
	Queue QueueView `json:"line"`
	// Watching is the call in which the agent is as a supervisor.
	Watching *WatchingView `json:"watching,omitempty"`
	// Numbers: targets may be outside numbers.
	Numbers bool `json:"numbers,omitempty"`
	// BeatWithin is within how many seconds the page's next heartbeat is wanted; only the answer to one says so.
	BeatWithin int `json:"beatWithin,omitempty"`
	// Colleagues is the directory, where the page has asked for it in the same request.
	Colleagues *Directory `json:"colleagues,omitempty"`
	// Hours is nil in what is pushed and in the answer to a command, and nowhere else: such a snapshot tells nothing of
	// the line, and the page keeps what it was told last.
	Hours *HoursView `json:"hours,omitempty"`
	// NewMessages is how many messages nobody takes care of; nil as Hours is, if the line takes none, and if it is not
	// known.
	NewMessages *int `json:"newMessages,omitempty"`
}

// Directory is a page of the agents as other agents see them.
type Directory struct {
	At     time.Time   `json:"at"`
	Agents []Colleague `json:"agents"`
	Number string      `json:"number,omitempty"` // the line's own
	More   bool        `json:"more,omitempty"`
	// Partial: some of the agents could not be read, and are missing.
	Partial bool `json:"partial,omitempty"`
}

// Colleague is one of them.
type Colleague struct {
	ID       agent.ID       `json:"id"`
	Name     string         `json:"name"`
	Presence agent.Presence `json:"presence"`
	Since    time.Time      `json:"since"`
	Seen     time.Time      `json:"seen"`
	// Rung: busy, and not known to have answered.
	Rung bool `json:"rung,omitempty"`
}

// HoursView says whether the line takes new calls, and when its hours change that; zero: they do not soon.
type HoursView struct {
	Open  bool      `json:"open"`
	Until time.Time `json:"until,omitzero"`
}

// SelfView is the agent whose page it is.
type SelfView struct {
	ID       agent.ID       `json:"id"`
	Name     string         `json:"name"`
	Status   agent.Status   `json:"status"`
	Presence agent.Presence `json:"presence"`
	Since    time.Time      `json:"since"` // when Status was set
	// PresenceSince is when Presence began; WrapUpUntil is when the automatic wrap-up ends.
	PresenceSince time.Time `json:"presenceSince,omitzero"`
	WrapUpUntil   time.Time `json:"wrapUpUntil,omitzero"`

	Why agent.StatusReason `json:"why,omitempty"`
	// By is the supervisor who has set Status.
	By     string           `json:"by,omitempty"`
	Last   *LastCallView    `json:"last,omitempty"`
	Recent []RecentCallView `json:"recent,omitempty"`
}

// LastCallView is how the agent's last call ended for the agent.
type LastCallView struct {
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`
	Call    call.ID   `json:"call,omitempty"`
}

// RecentCallView is one of the agent's last calls, or an offer that the agent did not take.
type RecentCallView struct {
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`
	Began   time.Time `json:"began,omitzero"`
	Caller  string    `json:"caller"`
	// Call is the call's ID.
	Call call.ID `json:"call,omitempty"`
	// Rang: the agent was rung and did not answer.
	Rang bool `json:"rang,omitempty"`
	// With is the colleague or the outside number in the agent's transfer.
	With string `json:"with,omitempty"`
	// CalledBack: the agent has called the caller.
	CalledBack bool `json:"calledBack,omitempty"`
}

// CallView is the agent's current call.
type CallView struct {
	ID      call.ID     `json:"id"`
	Version int64       `json:"version"`
	Leg     call.LegKey `json:"leg"`
	State   call.State  `json:"state"`
	Since   time.Time   `json:"since"`
	Role    call.Role   `json:"role"`
	Caller  CallerView  `json:"caller"`
	Owner   *PartyView  `json:"owner,omitempty"`
	Held    []string    `json:"held"`
	HeldAt  time.Time   `json:"heldSince,omitzero"`
	// Overdue: Twilio has not done yet what was asked of it.
	Overdue  bool          `json:"overdue,omitempty"`
	Transfer *TransferView `json:"transfer,omitempty"`
	Actions  []call.Action `json:"actions"`
	History  []call.Entry  `json:"history"`
	// Supervisors are in the call without a place in it.
	Supervisors []SupervisorView `json:"supervisors,omitempty"`
}

// SupervisorView is a supervisor in a call, as its agents are told.
type SupervisorView struct {
	Name string    `json:"name"`
	Mode call.Mode `json:"mode"` // what they have asked for
	// Heard is what they can do now as far as Twilio has confirmed it; "": they are not in the conference yet.
	Heard call.Mode `json:"heard,omitempty"`
}

// WatchingView is the call in which a supervisor is, as their own page shows it.
type WatchingView struct {
	Call call.ID     `json:"call"`
	Leg  call.LegKey `json:"leg"`
	Mode call.Mode   `json:"mode"`
	// Heard is as in SupervisorView. Settled: nothing is left to be done for Mode.
	Heard   call.Mode `json:"heard,omitempty"`
	Settled bool      `json:"settled"`
	// Hidden: the agents are not told.
	Hidden bool `json:"hidden,omitempty"`
	// Alone: the caller has no owner now, so that there is nobody to be heard.
	Alone bool `json:"alone,omitempty"`
}

// CallerView is what an agent sees of the caller.
type CallerView struct {
	Number   string    `json:"number"`
	Verified bool      `json:"verified"`
	Arrived  time.Time `json:"arrived"`
	Waiting  time.Time `json:"waitingSince"`
	// Called is how far the leg is on which an agent calls the caller; "": the caller has called the line.
	Called call.Phase `json:"called,omitempty"`
	// Machine: Twilio takes who has picked up for a machine (see call.Outbound.Machine).
	Machine bool `json:"machine,omitempty"`
}

// PartyView is an agent in a call, or an outside number.
type PartyView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// TransferView is the open transfer, or the last one with its outcome.
type TransferView struct {
	Kind     call.TransferKind `json:"kind"`
	By       PartyView         `json:"by"`
	To       PartyView         `json:"to"`
	Note     string            `json:"note,omitempty"`
	Began    time.Time         `json:"began"`
	Progress string            `json:"progress"`
	Outcome  call.Outcome      `json:"outcome,omitempty"`
	Ended    time.Time         `json:"ended,omitzero"`
	// Reason is why the target declined, if the target gave a reason.
	Reason call.DeclineReason `json:"reason,omitempty"`
}

// QueueView is the queue as a page shows it.
type QueueView struct {
	Count   int       `json:"count"`
	More    bool      `json:"more"`
	Longest time.Time `json:"longest,omitzero"`
	// Kept is how many of them are not on the line, but keep a place and are called.
	Kept int `json:"kept,omitempty"`
	// Unknown: Count says nothing. Unread: the queue could not be read, or not all of it. Without: it was not asked
	// for, and the page keeps what it was told last. Pages of the release before go by Hours instead, beside which it
	// was.
	Unknown bool `json:"unknown,omitempty"`
	Unread  bool `json:"unread,omitempty"`
}

// Of is the snapshot of an agent and of the agent's call, which is nil if the agent is in none. Numbers says whether
// targets may be outside numbers.
func Of(a *agent.Agent, c *call.Call, queue QueueView, numbers bool, now time.Time) Snapshot {
	snap := Snapshot{
		At: now,
		Agent: SelfView{
			ID: a.ID, Name: a.Name, Status: a.Status, Presence: a.Presence(now), Since: a.Since, Why: a.StatusReason,
			By:            a.StatusBy,
			PresenceSince: a.PresenceSince(now), WrapUpUntil: a.WrapUpUntil(now),
		},
		Queue:   queue,
		Numbers: numbers,
	}
	if l := a.Last; l != nil {
		snap.Agent.Last = &LastCallView{Outcome: l.Outcome, At: l.At, Call: call.ID(l.Call)}
	}
	for _, l := range a.Recent {
		snap.Agent.Recent = append(snap.Agent.Recent, RecentCallView{
			Outcome: l.Outcome, At: l.At, Began: l.Began, Caller: l.Caller,
			Call: call.ID(l.Call), Rang: l.Rang, With: l.With,
			CalledBack: l.CalledBack,
		})
	}
	if c != nil {
		snap.Call, snap.Watching = Call(c, a.ID, now), watching(c, a.ID, now)
	}
	return snap
}

// Queue is the queue of which one page of the list was read, which has at most that many entries: one more than are
// counted.
func Queue(list []matching.Entry, page int) QueueView {
	v := QueueView{Count: len(list)}
	if v.Count >= page {
		v.Count, v.More = page-1, true
	}
	for _, w := range list {
		if w.State == call.KeepsPlace {
			v.Kept++
			continue
		}
		if v.Longest.IsZero() || w.Queued.Before(v.Longest) {
			v.Longest = w.Queued
		}
	}
	return v
}

// Call is the call as one agent sees it; nil if the agent has no place in it. An agent who has
// ended the call keeps the place until the caller has heard the goodbye, because the agent hears
// the caller until then.
func Call(c *call.Call, id agent.ID, now time.Time) *CallView {
	me, role := c.Seat(id).Leg(), c.Seat(id).Role()
	if me == nil {
		me, role = c.Seat(id).RemainingLeg(), call.RoleOwner
	}
	if me == nil {
		return nil
	}
	v := &CallView{
		ID: c.ID, Version: c.Version, Leg: me.Key, State: c.State, Since: c.Since, Role: role,
		Caller:  CallerView{Number: c.From, Verified: c.Verified, Arrived: c.Arrived, Waiting: c.WaitsSince()},
		Held:    held(c),
		Overdue: c.Overdue(now),
		Actions: c.Seat(id).Actions(),
		History: c.History, Supervisors: Supervisors(c, false, now),
	}
	if c.Out.Dialled() {
		v.Caller.Called, v.Caller.Machine = c.Out.Progress(&c.LegTable), c.Out.Machine
	}
	if o := c.Leg(c.Owner); o != nil {
		v.Owner = party(o.Agent, o.Number, o.Name)
	}
	if c.Caller.Held {
		v.HeldAt = c.Caller.HeldAt
	}
	if t := c.Transfer; t != nil {
		to := party(t.To, t.Number, t.ToName)
		if t.Kind == call.KindQueue {
			to = party(anyone, "", "The next agent")
		}
		v.Transfer = &TransferView{
			Kind: t.Kind, By: *party(t.By, "", t.ByName), To: *to, Note: t.Note,
			Began: t.Began, Progress: progress(c), Outcome: t.Outcome, Ended: t.Ended, Reason: t.DeclineReason,
		}
	}
	return v
}

// Supervisors are those in the call without a place in it; unless all, those of whom its agents are told.
func Supervisors(c *call.Call, all bool, now time.Time) (list []SupervisorView) {
	for _, l := range c.Watching {
		if !l.Shown && !all || l.Leaving {
			continue
		}
		v := SupervisorView{Name: l.Name, Mode: l.Mode}
		if l.Joined {
			v.Heard, _ = c.Supervision(now).Heard(l)
		}
		list = append(list, v)
	}
	return list
}

// watching is the call as a supervisor in it sees their own part; nil if they are not in it.
func watching(c *call.Call, id agent.ID, now time.Time) *WatchingView {
	l := c.WatcherOf(id)
	if l == nil || c.State == call.Ended {
		return nil
	}
	v := &WatchingView{
		Call: c.ID, Leg: l.Key, Mode: l.Mode, Hidden: !l.Shown, Alone: c.State.InLine(),
	}
	if l.Joined {
		v.Heard, v.Settled = c.Supervision(now).Heard(*l)
	}
	return v
}

// anyone is the party that a caller waits for in the queue, as in a request's target.
const anyone = "*"

func party(id agent.ID, number, name string) *PartyView {
	return &PartyView{ID: string(id) + number, Name: name}
}

// progress is the phase of the target's leg.
func progress(c *call.Call) string {
	if l := c.Leg(c.Transfer.Leg); l != nil && c.Transfer.Open() {
		return string(l.Phase)
	}
	return "ended"
}

// held lists who hears music now, as far as Twilio has confirmed it.
func held(c *call.Call) []string {
	who := []string{}
	if c.Caller.Held || c.State.InLine() && !c.Started {
		who = append(who, "caller")
	}
	for _, l := range c.Legs {
		if l.Held && c.Transfer.Open() && l.Key == c.Transfer.Leg {
			who = append(who, "target")
		}
	}
	return who
}
