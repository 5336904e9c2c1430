package call

import "warmtransfer/shared/agent"

// Role is the part of an agent in a call.
type Role string

const (
	RoleNone       Role = ""
	RoleOffered    Role = "offered" // being rung
	RoleOwner      Role = "owner"
	RoleTransferor Role = "transferor"
	RoleTarget     Role = "target"
)

// Seat is the place of one agent in a call, which they may or may not have.
type Seat struct {
	call  *Call
	agent agent.ID
}

// Seat is the agent's place in the call.
func (c *Call) Seat(id agent.ID) Seat { return Seat{c, id} }

// Leg is the agent's leg that has a place in the call; nil if there is none.
func (s Seat) Leg() *Leg {
	for i := range s.call.Legs {
		if l := &s.call.Legs[i]; s.agent != "" && l.Agent == s.agent && s.call.wanted(l.Key) {
			return l
		}
	}
	return nil
}

// RemainingLeg is the agent's leg that still hears the caller after an agent has ended the call, because the goodbye
// could not be spoken yet; nil if there is none.
func (s Seat) RemainingLeg() *Leg {
	c := s.call
	if c.State != Ended || !c.CallerLive || c.Reason != ReasonAgentEnded {
		return nil
	}
	for i := range c.Legs {
		if l := &c.Legs[i]; l.Agent == s.agent && s.agent != "" && l.Phase == LegAnswered {
			return l
		}
	}
	return nil
}

// Role is the agent's part in the call now.
func (s Seat) Role() Role {
	switch l := s.Leg(); {
	case l == nil:
		return RoleNone
	case l.Key == s.call.Owner && s.call.Transfer.Open():
		return RoleTransferor
	case l.Key == s.call.Owner:
		return RoleOwner
	case l.Phase != LegAnswered:
		return RoleOffered
	default:
		return RoleTarget
	}
}

// Allowed says why the agent may not do an action now; nil if they may.
func (s Seat) Allowed(a Action) error {
	c := s.call
	switch role := s.Role(); {
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
	case DoConsult, DoAdd, DoBlind, DoRequeue:
		if c.Hops >= MaxHops {
			return ErrTooManyHops
		}
	}
	return nil
}

// MayTransfer says why the agent may not start a transfer to that target now; nil if they may.
func (s Seat) MayTransfer(a Action, t Target) error {
	if err := s.Allowed(a); err != nil {
		return err
	}
	c := s.call
	switch {
	case t.Agent != nil && c.Seat(t.Agent.ID).Leg() != nil:
		return ErrSelf
	case t.Number != "" && t.Number == c.From:
		return ErrCaller
	case t.Number != "" && c.OutsideDials >= MaxOutside:
		return ErrTooManyOutside
	}
	return nil
}

// Actions lists what the agent may do now.
func (s Seat) Actions() []Action {
	can := []Action{}
	for _, a := range Actions {
		if s.Allowed(a) == nil {
			can = append(can, a)
		}
	}
	return can
}

// Requests lists the agent's requests that took effect, oldest first.
func (s Seat) Requests() []Request {
	var all []Request
	for _, r := range s.call.Log.Requests {
		if r.Agent == s.agent {
			all = append(all, r)
		}
	}
	return all
}
