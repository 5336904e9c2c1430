package call

import (
	"errors"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/agent"
)

// Action is a verb of the agents' API.
type Action string

const (
	DoConsult  Action = "consult"
	DoAdd      Action = "add"
	DoSwap     Action = "swap"
	DoJoin     Action = "join"
	DoComplete Action = "complete"
	DoCancel   Action = "cancel"
	DoHold     Action = "hold"
	DoResume   Action = "resume"
	DoEnd      Action = "end"
	DoDecline  Action = "decline" // by an agent who is being rung
)

// Actions lists every verb, in the order in which a page shows them.
var Actions = []Action{DoHold, DoResume, DoConsult, DoAdd, DoSwap, DoJoin, DoComplete, DoCancel, DoEnd, DoDecline}

// Refusals of a command; a *TransitionError is one too.
var (
	// ErrNoCall: the agent is not in this call, or is only being rung for it.
	ErrNoCall = errors.New("the agent is in no call")
	// ErrNotYours: only the agent who owns the call may do that.
	ErrNotYours = errors.New("only the owner of the call may do that")
	// ErrTooManyHops: the caller was handed over MaxHops times.
	ErrTooManyHops = errors.New("the call was transferred too often")
	// ErrSelf: the target is already in the call; it may be the agent themselves.
	ErrSelf = errors.New("the target is already in the call")
	// ErrCaller: the target is the caller's own number.
	ErrCaller = errors.New("the target is the caller")
	// ErrTooManyOutside: MaxOutside outside numbers were dialled for this caller.
	ErrTooManyOutside = errors.New("too many outside numbers were dialled for this caller")
	// ErrTooLong: the note is longer than MaxNote.
	ErrTooLong = errors.New("the note is too long")
)

// Bounds of one call (N10).
const (
	MaxHops    = 20  // how often a caller may be handed over
	MaxOutside = 5   // outside numbers dialled for one caller
	MaxNote    = 200 // characters
)

// Target is who is to receive the caller: an agent, who has been claimed, or an outside number, which has been checked.
type Target struct {
	Agent  *agent.Agent // nil if it is a number
	Number string       // E.164
	Key    LegKey       // of the target's leg
	Ring   time.Duration
	Note   string
}

// Role is the part of an agent in a call.
type Role string

const (
	RoleNone       Role = ""
	RoleOffered    Role = "offered" // being rung
	RoleOwner      Role = "owner"
	RoleTransferor Role = "transferor"
	RoleTarget     Role = "target"
)

// RoleOf is the part of an agent in this call now.
func (c *Call) RoleOf(id agent.ID) Role {
	l := c.LegOf(id)
	switch {
	case l == nil:
		return RoleNone
	case l.Key == c.Owner && c.Transfer.Open():
		return RoleTransferor
	case l.Key == c.Owner:
		return RoleOwner
	case l.Phase != LegAnswered:
		return RoleOffered
	default:
		return RoleTarget
	}
}

// Allowed says why an agent may not do an action now; nil if they may.
func (c *Call) Allowed(by agent.ID, a Action) error {
	switch role := c.RoleOf(by); {
	case role == RoleOffered && a == DoDecline:
		return nil
	case role == RoleNone, role == RoleOffered:
		return ErrNoCall
	case role == RoleTarget:
		return ErrNotYours
	}
	if _, err := c.State.Next(Event(a)); err != nil {
		return err
	}
	switch a {
	case DoHold, DoResume:
		if c.OnHold == (a == DoHold) {
			return &TransitionError{State: c.State, Event: Event(a)}
		}
	case DoConsult, DoAdd:
		if c.Hops >= MaxHops {
			return ErrTooManyHops
		}
	}
	return nil
}

// ActionsOf lists what an agent may do now.
func (c *Call) ActionsOf(by agent.ID) []Action {
	can := []Action{}
	for _, a := range Actions {
		if c.Allowed(by, a) == nil {
			can = append(can, a)
		}
	}
	return can
}

// HasApplied says whether this request has taken effect before.
func (c *Call) HasApplied(r Request) bool {
	for _, done := range c.Requests {
		if r.Key != "" && done == r {
			return true
		}
	}
	return false
}

// RequestsOf lists the agent's requests that took effect, oldest first.
func (c *Call) RequestsOf(by agent.ID) []Request {
	var all []Request
	for _, r := range c.Requests {
		if r.Agent == by {
			all = append(all, r)
		}
	}
	return all
}

// ApplyCommand applies a command that has no target. What must be done for it at Twilio follows from Plan.
func (c *Call) ApplyCommand(r Request, now time.Time) error {
	a := Action(r.Action)
	if err := c.Allowed(r.Agent, a); err != nil {
		return err
	}
	switch a {
	case DoEnd:
		c.end(Entry{At: now, What: End, Agent: r.Agent, Name: c.Leg(c.Owner).Name}, ReasonAgentEnded)
	case DoCancel:
		_ = c.transition(Cancel, now)
		c.endTransfer(OutcomeCancelled, now)
	default:
		_ = c.transition(Event(a), now) // Allowed has asked the table
		c.record(Entry{At: now, What: Event(a), Agent: r.Agent})
	}
	switch a {
	case DoHold:
		c.OnHold = true
	case DoResume:
		c.OnHold = false
	}
	c.remember(r)
	return nil
}

// StartTransfer applies the command that starts a transfer: r.Action is consult or add.
func (c *Call) StartTransfer(r Request, t Target, now time.Time) error {
	if err := c.MayStartTransfer(r, t); err != nil {
		return err
	}
	a := Action(r.Action)
	leg := Leg{Key: t.Key, Number: t.Number, Name: t.Number, Deadline: now.Add(t.Ring + ringSlack)}
	if t.Agent != nil {
		leg.Agent, leg.Name = t.Agent.ID, t.Agent.Name
	}
	by := c.Leg(c.Owner)
	_ = c.transition(Event(a), now)
	if a == DoConsult {
		c.OnHold = false // the consult holds the caller; after it they talk to the transferor again
	}
	c.Transfer = &Transfer{
		Kind: TransferKind(a), By: r.Agent, ByName: by.Name, To: leg.Agent, ToName: leg.Name, Number: t.Number,
		Leg: t.Key, ByLeg: c.Owner, Note: t.Note, Began: now,
	}
	if t.Number != "" {
		c.OutsideDials++
	}
	c.add(leg, LegPlanned, now)
	c.record(Entry{At: now, What: Event(a), Agent: leg.Agent, Name: leg.Name, By: r.Agent, ByName: by.Name})
	c.remember(r)
	return nil
}

// MayStartTransfer says why a transfer to that target may not start now; nil if it may.
func (c *Call) MayStartTransfer(r Request, t Target) error {
	if err := c.Allowed(r.Agent, Action(r.Action)); err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(t.Note) > MaxNote:
		return ErrTooLong
	case t.Agent != nil && c.LegOf(t.Agent.ID) != nil:
		return ErrSelf
	case t.Number != "" && t.Number == c.From:
		return ErrCaller
	case t.Number != "" && c.OutsideDials >= MaxOutside:
		return ErrTooManyOutside
	}
	return nil
}

// Decline applies that an agent who is being rung declines, and why.
func (c *Call) Decline(r Request, why DeclineReason, now time.Time) error {
	if err := c.Allowed(r.Agent, DoDecline); err != nil {
		return err
	}
	l := c.LegOf(r.Agent)
	l.DeclineReason = why
	if c.Transfer.Open() {
		c.Transfer.DeclineReason = why
	}
	c.WithdrawLeg(l.Key, OutcomeDeclined, now)
	c.remember(r)
	return nil
}

// remember keeps a request that took effect, so that it has no second effect (N7).
func (c *Call) remember(r Request) {
	if r.Key == "" {
		return
	}
	c.Requests = append(c.Requests, r)
	if over := len(c.Requests) - maxRequests; over > 0 {
		c.Requests = c.Requests[over:]
	}
}
