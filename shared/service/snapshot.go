package service

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Snapshot is all that one agent's page shows, as openapi.yaml describes it.
type Snapshot struct {
	At    time.Time `json:"at"`
	Agent SelfView  `json:"agent"`
	Call  *CallView `json:"call"`
	Queue QueueView `json:"line"`
	// Numbers: targets may be outside numbers.
	Numbers bool `json:"numbers,omitempty"`
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

	Why    agent.StatusReason `json:"why,omitempty"`
	Last   *LastCallView      `json:"last,omitempty"`
	Recent []RecentCallView   `json:"recent,omitempty"`
}

// LastCallView is how the agent's last call ended for the agent.
type LastCallView struct {
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`
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
}

// CallerView is what an agent sees of the caller.
type CallerView struct {
	Number   string    `json:"number"`
	Verified bool      `json:"verified"`
	Arrived  time.Time `json:"arrived"`
	Waiting  time.Time `json:"waitingSince"`
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
	// Unknown: the queue could not be read, so that Count says nothing.
	Unknown bool `json:"unknown,omitempty"`
}

// snapshot builds the agent's view; c is the agent's call or nil. If callers wait, it first makes
// an offer, to a free agent or to one who is reachable and may be reserved for a requeued caller.
// With a heartbeat of the agent's page it also repairs the music of everybody in the queue.
func (s *Service) snapshot(ctx context.Context, a *agent.Agent, c *call.Call, beat bool,
	now time.Time) (Snapshot, error) {
	line, unknown := s.store.Queue(ctx) // without the queue an agent's own call is shown all the same
	if beat {
		s.restoreQueueMusic(ctx, line, now)
	} else {
		s.restoreMusic(ctx, line, now)
	}
	if anyWaiting(line, false) && a.Free(now) || anyWaiting(line, true) && a.Reachable(now) {
		if m := s.offerNext(ctx, now, asking{who: a.ID}, line); m != nil && m.Seat(a.ID).Leg() != nil {
			c = m
			var err error
			if a, err = s.store.Agent(ctx, a.ID); err != nil {
				return Snapshot{}, err
			}
		}
	}
	return s.view(a, c, line, unknown == nil, now), nil
}

// view is the snapshot of what was loaded; known says whether the queue was read.
func (s *Service) view(
	a *agent.Agent, c *call.Call, line []QueueEntry, known bool, now time.Time,
) Snapshot {
	snap := Snapshot{
		At: now,
		Agent: SelfView{
			ID: a.ID, Name: a.Name, Status: a.Status, Presence: a.Presence(now), Since: a.Since, Why: a.StatusReason,
			PresenceSince: a.PresenceSince(now), WrapUpUntil: a.WrapUpUntil(now),
		},
		Queue:   lineView(line),
		Numbers: s.set.Numbers != nil,
	}
	snap.Queue.Unknown = !known
	if l := a.Last; l != nil {
		snap.Agent.Last = &LastCallView{Outcome: l.Outcome, At: l.At}
	}
	for _, l := range a.Recent {
		r := RecentCallView{
			Outcome: l.Outcome, At: l.At, Began: l.Began, Caller: l.Caller,
			Call: call.ID(l.Call), Rang: l.Rang, With: l.With,
		}
		snap.Agent.Recent = append(snap.Agent.Recent, r)
	}
	if c != nil {
		snap.Call = callView(c, a.ID, now)
	}
	return snap
}

// anyWaiting says whether any caller may be offered; with heads, whether any requeued caller may.
func anyWaiting(line []QueueEntry, heads bool) bool {
	for _, w := range line {
		if w.State == call.Waiting && (w.Requeued || !heads) {
			return true
		}
	}
	return false
}

func lineView(line []QueueEntry) QueueView {
	v := QueueView{Count: len(line)}
	if v.Count >= QueuePage {
		v.Count, v.More = QueuePage-1, true
	}
	for _, w := range line {
		if v.Longest.IsZero() || w.Queued.Before(v.Longest) {
			v.Longest = w.Queued
		}
	}
	return v
}

// callView is the call as one agent sees it; nil if the agent has no place in it. An agent who has
// ended the call keeps the place until the caller has heard the goodbye, because the agent hears
// the caller until then.
func callView(c *call.Call, id agent.ID, now time.Time) *CallView {
	me, role := c.Seat(id).Leg(), c.Seat(id).Role()
	if me == nil {
		me, role = c.Seat(id).RemainingLeg(), call.RoleOwner
	}
	if me == nil {
		return nil
	}
	v := &CallView{
		ID: c.ID, Version: c.Version, Leg: me.Key, State: c.State, Since: c.Since, Role: role,
		Caller:  CallerView{Number: c.From, Verified: c.Verified, Arrived: c.Arrived, Waiting: c.Queued},
		Held:    heldView(c),
		Overdue: c.Overdue(now),
		Actions: c.Seat(id).Actions(),
		History: c.History,
	}
	if o := c.Leg(c.Owner); o != nil {
		v.Owner = party(o.Agent, o.Number, o.Name)
	}
	if c.Caller.Held {
		v.HeldAt = c.Caller.HeldAt
	}
	if t := c.Transfer; t != nil {
		v.Transfer = &TransferView{
			Kind: t.Kind, By: *party(t.By, "", t.ByName), To: *party(t.To, t.Number, t.ToName), Note: t.Note,
			Began: t.Began, Progress: progress(c), Outcome: t.Outcome, Ended: t.Ended, Reason: t.DeclineReason,
		}
	}
	return v
}

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

// heldView lists who hears music now, as far as Twilio has confirmed it.
func heldView(c *call.Call) []string {
	held := []string{}
	if c.Caller.Held || c.State.InLine() && !c.Started {
		held = append(held, "caller")
	}
	for _, l := range c.Legs {
		if l.Held && c.Transfer.Open() && l.Key == c.Transfer.Leg {
			held = append(held, "target")
		}
	}
	return held
}
